"""Values of an enum that a model adds, renames, removes or reorders."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import produce_migrations
from alembic.runtime.migration import MigrationContext

from stratakit.autogenerate.options import comparison
from stratakit.operations.walk import flatten
from tests.stratakit.autogenerate.project import create_project, metadata
from tests.stratakit.lint.revisions import server


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
def test_a_value_is_added_at_its_position_in_an_autocommit_block(tmp_path: Path) -> None:
    with create_project(tmp_path, "postgresql", moods("happy", "sad")) as project:
        (file,) = project.create(moods("new", "happy", "calm", "sad", "it's"))
        text = file.read_text()
        assert "op.add_enum_value('mood', 'new', before='happy')" in text
        assert "op.add_enum_value('mood', 'calm', after='happy')" in text
        assert text.count("autocommit_block") == 3
        project.round_trip(moods("new", "happy", "calm", "sad", "it's"))
        assert project.lint([file]) == []


@pytest.mark.usefixtures("on_postgresql")
@pytest.mark.parametrize(
    ("values", "finding"),
    [
        (("happy",), "enum mood has 'sad',"),
        (("sad", "happy"), "enum mood "),
        (("happy", "blue"), "op.rename_enum_value('mood', 'sad', 'blue')"),
        (("happy", "blue"), "in downgrade(): op.rename_enum_value('mood', 'blue', 'sad')"),
    ],
)
def test_a_change_that_postgresql_cannot_do_in_place_is_a_review_comment(
    values: tuple[str, ...], finding: str, tmp_path: Path
) -> None:
    with create_project(tmp_path, "postgresql", moods("happy", "sad")) as project:
        (file,) = project.create(moods(*values))
        text = file.read_text()
        assert "# FINDING:" in text
        assert finding in " ".join(text.replace("#", " ").split())
        assert "alter_column" not in text
        project.upgrade()


@pytest.mark.usefixtures("on_postgresql")
def test_changed_values_are_sql_for_a_person_to_run(tmp_path: Path) -> None:
    with create_project(tmp_path, "postgresql", moods("happy", "sad")) as project:
        context = MigrationContext.configure(
            project.connection, opts=comparison(moods("sad", "happy", "calm"))
        )
        operations = produce_migrations(context, moods("sad", "happy", "calm")).upgrade_ops
        assert operations is not None
        assert [each.to_diff_tuple()[0] for each in flatten(operations.ops)] == [
            "unresolved_enum_change",
            "add_enum_value",
        ]


@pytest.mark.usefixtures("on_postgresql")
def test_a_renamed_value_keeps_its_rows(tmp_path: Path) -> None:
    with create_project(tmp_path, "postgresql", moods("happy", "sad")) as project:
        project.confirm = lambda _question: True
        project.execute("INSERT INTO items (id, mood) VALUES (1, 'sad')")
        project.create(moods("happy", "blue"))
        project.round_trip(moods("happy", "blue"))
        assert project.execute("SELECT mood FROM items") == [("blue",)]


@pytest.mark.usefixtures("on_postgresql")
@pytest.mark.parametrize(("before", "after"), [((), ("happy",)), (("happy",), ())])
def test_an_enum_is_created_and_dropped_with_its_column(
    before: tuple[str, ...], after: tuple[str, ...], tmp_path: Path
) -> None:
    with create_project(tmp_path, "postgresql", moods(*before)) as project:
        project.create(moods(*after))
        project.round_trip(moods(*after))


@pytest.mark.usefixtures("on_postgresql")
def test_an_enum_of_two_new_tables_is_created_once(tmp_path: Path) -> None:
    with create_project(tmp_path, "postgresql", metadata()) as project:
        declared = moods("happy")
        days = sa.Table("days", declared, sa.Column("id", sa.BigInteger, primary_key=True))
        days.append_column(sa.Column("mood", sa.Enum("happy", name="mood")))
        project.create(declared)
        project.round_trip(declared)


@pytest.mark.parametrize(
    ("values", "doubtful"),
    [(("happy", "sad", "calm"), False), (("sad", "happy"), True), (("happy",), True)],
)
def test_mysql_modifies_the_column(values: tuple[str, ...], doubtful: bool, tmp_path: Path) -> None:
    with server("mysql"), create_project(tmp_path, "mysql", moods("happy", "sad")) as project:
        (file,) = project.create(moods(*values))
        assert ("# FINDING:" in file.read_text()) == doubtful
        project.round_trip(moods(*values))
