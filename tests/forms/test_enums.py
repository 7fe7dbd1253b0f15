"""Values of an enum that are added, renamed, removed or reordered in a model."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import produce_migrations
from alembic.runtime.migration import MigrationContext

from stratakit.autogenerate.as_sql import statements
from stratakit.autogenerate.options import comparison
from tests.forms.created import made, metadata
from tests.safety.revisions import server


@pytest.fixture
def on_postgresql() -> Iterator[None]:
    with server("postgresql"):
        yield


def moods(*values: str) -> sa.MetaData:
    declared = metadata()
    table = sa.Table("items", declared, sa.Column("id", sa.BigInteger, primary_key=True))
    if values:
        table.append_column(sa.Column("mood", sa.Enum(*values, name="mood")))
    return declared


@pytest.mark.usefixtures("on_postgresql")
def test_a_value_is_added_at_its_place_in_a_block_of_its_own(tmp_path: Path) -> None:
    with made(tmp_path, "postgresql", moods("happy", "sad")) as service:
        (file,) = service.create(moods("new", "happy", "calm", "sad", "it's"))
        text = file.read_text()
        assert "op.add_enum_value('mood', 'new', before='happy')" in text
        assert "op.add_enum_value('mood', 'calm', after='happy')" in text
        assert text.count("autocommit_block") == 3
        service.there_and_back(moods("new", "happy", "calm", "sad", "it's"))
        assert service.linted([file]) == []


@pytest.mark.usefixtures("on_postgresql")
@pytest.mark.parametrize(
    ("values", "finding"),
    [
        (("happy",), "the model has no 'sad' of enum mood any more"),
        (("sad", "happy"), "the values of enum mood are in another order than the model's"),
        (("happy", "blue"), "op.rename_enum_value('mood', 'sad', 'blue')"),
        (("happy", "blue"), "in downgrade(): op.rename_enum_value('mood', 'blue', 'sad')"),
    ],
)
def test_what_cannot_be_told_or_done_in_place_is_a_finding(
    values: tuple[str, ...], finding: str, tmp_path: Path
) -> None:
    with made(tmp_path, "postgresql", moods("happy", "sad")) as service:
        (file,) = service.create(moods(*values))
        text = file.read_text()
        assert "# FINDING:" in text
        assert finding in " ".join(text.replace("#", " ").split())
        assert "alter_column" not in text
        service.upgrade()


@pytest.mark.usefixtures("on_postgresql")
def test_a_database_with_other_values_is_told_what_would_mend_it(tmp_path: Path) -> None:
    with made(tmp_path, "postgresql", moods("happy", "sad")) as service:
        context = MigrationContext.configure(
            service.connection, opts=comparison(moods("sad", "happy", "calm"))
        )
        operations = produce_migrations(context, moods("sad", "happy", "calm")).upgrade_ops
        assert operations is not None
        assert statements(operations.ops, "postgresql") == [
            "-- unresolved_enum_change: by hand",
            "ALTER TYPE mood ADD VALUE IF NOT EXISTS 'calm' AFTER 'happy';",
        ]


@pytest.mark.usefixtures("on_postgresql")
def test_a_renamed_value_keeps_its_rows(tmp_path: Path) -> None:
    with made(tmp_path, "postgresql", moods("happy", "sad")) as service:
        service.confirm = lambda _question: True
        service.execute("INSERT INTO items (id, mood) VALUES (1, 'sad')")
        service.create(moods("happy", "blue"))
        service.there_and_back(moods("happy", "blue"))
        assert service.execute("SELECT mood FROM items") == [("blue",)]


@pytest.mark.usefixtures("on_postgresql")
@pytest.mark.parametrize(("before", "after"), [((), ("happy",)), (("happy",), ())])
def test_an_enum_comes_and_goes_with_its_column(
    before: tuple[str, ...], after: tuple[str, ...], tmp_path: Path
) -> None:
    with made(tmp_path, "postgresql", moods(*before)) as service:
        service.create(moods(*after))
        service.there_and_back(moods(*after))


@pytest.mark.usefixtures("on_postgresql")
def test_an_enum_of_two_new_tables_is_made_once(tmp_path: Path) -> None:
    with made(tmp_path, "postgresql", metadata()) as service:
        declared = moods("happy")
        days = sa.Table("days", declared, sa.Column("id", sa.BigInteger, primary_key=True))
        days.append_column(sa.Column("mood", sa.Enum("happy", name="mood")))
        service.create(declared)
        service.there_and_back(declared)


@pytest.mark.parametrize(
    ("values", "doubtful"),
    [(("happy", "sad", "calm"), False), (("sad", "happy"), True), (("happy",), True)],
)
def test_mysql_modifies_the_column(values: tuple[str, ...], doubtful: bool, tmp_path: Path) -> None:
    with server("mysql"), made(tmp_path, "mysql", moods("happy", "sad")) as service:
        (file,) = service.create(moods(*values))
        assert ("# FINDING:" in file.read_text()) == doubtful
        service.there_and_back(moods(*values))
