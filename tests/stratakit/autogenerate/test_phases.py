"""The phase of a new revision, which `/ready` of running code depends on."""

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.schema import SchemaItem

from stratakit.config import Backend
from stratakit.revisions import history
from tests.stratakit.autogenerate.project import create_project, metadata
from tests.stratakit.lint.revisions import server

Items = Callable[[], tuple[SchemaItem, ...]]


def models(*items: SchemaItem, others: tuple[str, ...] = ()) -> sa.MetaData:
    declared = metadata()
    for table in ("owners", *others):
        sa.Table(table, declared, sa.Column("id", sa.BigInteger, primary_key=True))
    sa.Table("items", declared, sa.Column("id", sa.BigInteger, primary_key=True), *items)
    return declared


def note(**options: object) -> sa.Column[str]:
    return sa.Column("note", sa.String(50), **options)  # type: ignore[arg-type]


def create_phases(
    folder: Path, backend: Backend, before: sa.MetaData, after: sa.MetaData
) -> list[str]:
    """Return the phases of the revisions between two states of the models."""
    with server(backend), create_project(folder, backend, before) as project:
        files = project.create(after)
        if backend != "sqlite":
            project.round_trip(after)
        chain = history.read(project.config.versions)
        return [chain[file.stem.partition("_")[0]].phase for file in files]


CHANGES: dict[str, tuple[Items, Items, list[str]]] = {
    "a column that may be left out": (lambda: (), lambda: (note(),), ["expand"]),
    "one with a default in Python": (
        lambda: (),
        lambda: (note(nullable=False, default="none"),),
        ["expand"],
    ),
    "a foreign key on a new column, with its index": (
        lambda: (),
        lambda: (sa.Column("owner_id", sa.ForeignKey("owners.id"), index=True),),
        ["expand", "expand", "expand", "expand"],
    ),
    "an index on a column in use": (lambda: (note(),), lambda: (note(index=True),), ["expand"]),
    "a unique constraint on a new column": (
        lambda: (),
        lambda: (note(unique=True),),
        ["expand", "expand"],
    ),
    "a unique constraint on a column in use": (
        lambda: (note(),),
        lambda: (note(unique=True),),
        [""],
    ),
    "another type": (
        lambda: (sa.Column("size", sa.Integer),),
        lambda: (sa.Column("size", sa.BigInteger),),
        [""],
    ),
    "NOT NULL": (
        lambda: (note(),),
        lambda: (note(nullable=False, default="none"),),
        ["backfill", "", ""],
    ),
    "NULL": (lambda: (note(nullable=False),), lambda: (note(),), [""]),
    "a new default": (lambda: (note(),), lambda: (note(server_default="x"),), ["expand"]),
    "no default any more": (lambda: (note(server_default="x"),), lambda: (note(),), [""]),
    "a column that goes": (lambda: (note(index=True),), lambda: (), ["contract"]),
    "a column that goes, and rows needed it": (
        lambda: (note(nullable=False),),
        lambda: (),
        ["expand", "contract"],
    ),
    "a column that may have another name now": (
        lambda: (note(),),
        lambda: (sa.Column("remark", sa.String(50)),),
        [""],
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_each_revision_has_the_phase_of_its_operations(change: str, tmp_path: Path) -> None:
    before, after, phases = CHANGES[change]
    assert create_phases(tmp_path, "postgresql", models(*before()), models(*after())) == phases


@pytest.mark.parametrize("backend", ["postgresql", "sqlite", "mysql"])
def test_a_dropped_table_is_the_last_revision(backend: Backend, tmp_path: Path) -> None:
    before, after = models(others=("tags",)), models(note())
    phases = create_phases(tmp_path, backend, before, after)
    assert phases == ([""] if backend == "sqlite" else ["expand", "contract"])


def test_a_possible_rename_of_a_table_has_no_contract_phase(tmp_path: Path) -> None:
    before, after = models(others=("tags",)), models(others=("labels",))
    assert "contract" not in create_phases(tmp_path, "postgresql", before, after)


def test_mysql_drops_a_column_in_the_last_revision(tmp_path: Path) -> None:
    before = models(note(nullable=False), sa.Column("size", sa.Integer))
    after = models(sa.Column("size", sa.Integer, index=True))
    assert create_phases(tmp_path, "mysql", before, after) == ["expand", "expand", "contract"]


@pytest.mark.parametrize(("default", "phase"), [(None, ""), ("none", "contract")])
def test_sqlite_defers_no_column_that_code_cannot_insert_without(
    default: str | None, phase: str, tmp_path: Path
) -> None:
    before = models(note(nullable=False, server_default=default))
    assert create_phases(tmp_path, "sqlite", before, models()) == [phase]
