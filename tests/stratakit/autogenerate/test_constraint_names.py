"""Revisions for models without a naming convention, as adopted projects have them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.schema import SchemaItem

from stratakit.config import Backend
from tests.stratakit.autogenerate.project import create_project
from tests.stratakit.lint.revisions import server

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


def test_an_unnamed_check_is_kept(backend: Backend, tmp_path: Path) -> None:
    def checked(*more: SchemaItem) -> sa.MetaData:
        return models(total(), sa.CheckConstraint("total > 0"), *more)

    with create_project(tmp_path, backend, checked()) as project:
        assert project.create(checked()) == []
        assert project.differences(checked()) == []
        after = checked(sa.Column("note", sa.Text))
        project.create(after)
        project.upgrade()
        assert project.differences(after) == []


def test_a_check_of_a_column_is_kept(backend: Backend, tmp_path: Path) -> None:
    after = models(total(sa.CheckConstraint("total > 0")))
    with create_project(tmp_path, backend, models(total())) as project:
        if backend != "sqlite":
            project.execute("ALTER TABLE orders ADD CHECK (total > 0)")
        assert project.create(after) == []


def test_a_new_unnamed_check_is_reported_by_check(backend: Backend, tmp_path: Path) -> None:
    after = models(total(), sa.CheckConstraint("total > 0"))
    with create_project(tmp_path, backend, models(total())) as project:
        assert project.create(after) == []
        (missing,) = project.differences(after)
        assert missing.startswith("check constraint orders.")


def test_a_named_check_is_dropped_if_no_other_is_unnamed(tmp_path: Path, backend: Backend) -> None:
    named = models(total(), sa.CheckConstraint("total > 0", name="positive"))
    with create_project(tmp_path, backend, named) as project:
        (file,) = project.create(models(total()))
        assert "drop_constraint" in file.read_text()
        project.round_trip(models(total()))


def key(ondelete: str | None = None) -> sa.Column[int]:
    return sa.Column("role_id", sa.ForeignKey("roles.id", ondelete=ondelete), index=True)


@pytest.mark.parametrize("there", [False, True])
def test_unnamed_constraints_are_named_by_the_convention(
    there: bool, backend: Backend, tmp_path: Path
) -> None:
    """Both on columns that are new, and on such that are there."""

    def code(**options: bool) -> sa.Column[str]:
        return sa.Column("code", sa.String(9), **options)  # type: ignore[arg-type]

    after = models(code(unique=True), key())
    columns = (code(), sa.Column("role_id", sa.BigInteger, index=True)) if there else ()
    with create_project(tmp_path, backend, models(*columns)) as project:
        files = project.create(after)
        text = "".join(file.read_text() for file in files)
        assert "'uq_orders_code'" in text
        assert "'fk_orders_role_id_roles'" in text
        assert "None'" not in text
        assert "None" not in "".join(file.stem for file in files)
        project.round_trip(after)
        assert project.create(after) == []


@pytest.mark.parametrize("backend", ["postgresql", "mysql"], indirect=True)
def test_a_changed_unnamed_foreign_key_is_named(backend: Backend, tmp_path: Path) -> None:
    """On SQLite none can be dropped that has no name."""
    after = models(key(ondelete="CASCADE"))
    with create_project(tmp_path, backend, models(key())) as project:
        project.create(after)
        project.round_trip(after)
        assert project.create(after) == []


def test_a_missing_name_in_the_models_is_not_a_difference(backend: Backend, tmp_path: Path) -> None:
    named = models(
        total(),
        sa.Column("role_id", sa.BigInteger, index=True),
        sa.ForeignKeyConstraint(["role_id"], ["roles.id"], name="theirs"),
        sa.UniqueConstraint("total", name="only_once"),
        sa.CheckConstraint("total > 0", name="positive"),
    )
    unnamed = models(total(), key(), sa.UniqueConstraint("total"), sa.CheckConstraint("total > 0"))
    with create_project(tmp_path, backend, named) as project:
        assert project.create(unnamed) == []
        assert project.differences(unnamed) == []
