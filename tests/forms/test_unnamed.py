"""What `create` writes for models without a naming convention, as adopted projects have them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.schema import SchemaItem

from stratakit.config import Backend
from tests.forms.created import made
from tests.safety.revisions import server

BACKENDS: tuple[Backend, ...] = ("postgresql", "mysql", "sqlite")


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    with server(request.param):
        yield request.param


def models(*items: SchemaItem) -> sa.MetaData:
    """Two tables without a convention; the second one with what is given, too."""
    declared = sa.MetaData()
    sa.Table("roles", declared, sa.Column("id", sa.BigInteger, primary_key=True))
    sa.Table("orders", declared, sa.Column("id", sa.BigInteger, primary_key=True), *items)
    return declared


def total(*checks: sa.CheckConstraint) -> sa.Column[int]:
    return sa.Column("total", sa.Integer, *checks)


def test_a_check_without_a_name_stays(backend: Backend, tmp_path: Path) -> None:
    def checked(*more: SchemaItem) -> sa.MetaData:
        return models(total(), sa.CheckConstraint("total > 0"), *more)

    with made(tmp_path, backend, checked()) as service:
        assert service.create(checked()) == []
        assert service.missing(checked()) == []
        after = checked(sa.Column("note", sa.Text))
        service.create(after)
        service.upgrade()
        assert service.missing(after) == []


def test_a_check_of_a_column_stays(backend: Backend, tmp_path: Path) -> None:
    after = models(total(sa.CheckConstraint("total > 0")))
    with made(tmp_path, backend, models(total())) as service:
        if backend != "sqlite":
            service.execute("ALTER TABLE orders ADD CHECK (total > 0)")
        assert service.create(after) == []


def test_a_new_check_without_a_name_is_left_to_check(backend: Backend, tmp_path: Path) -> None:
    after = models(total(), sa.CheckConstraint("total > 0"))
    with made(tmp_path, backend, models(total())) as service:
        assert service.create(after) == []
        (missing,) = service.missing(after)
        assert missing.startswith("check constraint orders.")


def test_a_check_with_a_name_goes_where_no_other_is_without(
    tmp_path: Path, backend: Backend
) -> None:
    named = models(total(), sa.CheckConstraint("total > 0", name="positive"))
    with made(tmp_path, backend, named) as service:
        (file,) = service.create(models(total()))
        assert "drop_constraint" in file.read_text()
        service.there_and_back(models(total()))


def key(ondelete: str | None = None) -> sa.Column[int]:
    return sa.Column("role_id", sa.ForeignKey("roles.id", ondelete=ondelete), index=True)


@pytest.mark.parametrize("there", [False, True])
def test_what_has_no_name_gets_one(there: bool, backend: Backend, tmp_path: Path) -> None:
    """Both on columns that are new, and on such that are there."""

    def code(**options: bool) -> sa.Column[str]:
        return sa.Column("code", sa.String(9), **options)  # type: ignore[arg-type]

    after = models(code(unique=True), key())
    columns = (code(), sa.Column("role_id", sa.BigInteger, index=True)) if there else ()
    with made(tmp_path, backend, models(*columns)) as service:
        files = service.create(after)
        text = "".join(file.read_text() for file in files)
        assert "'uq_orders_code'" in text
        assert "'fk_orders_role_id_roles'" in text
        assert "None'" not in text
        assert "None" not in "".join(file.stem for file in files)
        service.there_and_back(after)
        assert service.create(after) == []


@pytest.mark.parametrize("backend", ["postgresql", "mysql"], indirect=True)
def test_a_foreign_key_without_a_name_that_changes_gets_one(
    backend: Backend, tmp_path: Path
) -> None:
    """On SQLite none can be dropped that has no name."""
    after = models(key(ondelete="CASCADE"))
    with made(tmp_path, backend, models(key())) as service:
        service.create(after)
        service.there_and_back(after)
        assert service.create(after) == []


def test_what_has_another_name_than_the_server_would_give_is_the_same(
    backend: Backend, tmp_path: Path
) -> None:
    named = models(
        total(),
        sa.Column("role_id", sa.BigInteger, index=True),
        sa.ForeignKeyConstraint(["role_id"], ["roles.id"], name="theirs"),
        sa.UniqueConstraint("total", name="only_once"),
        sa.CheckConstraint("total > 0", name="positive"),
    )
    unnamed = models(total(), key(), sa.UniqueConstraint("total"), sa.CheckConstraint("total > 0"))
    with made(tmp_path, backend, named) as service:
        assert service.create(unnamed) == []
        assert service.missing(unnamed) == []
