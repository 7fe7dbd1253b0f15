"""Renames that a person confirms, and what depends on the names."""

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.schema import SchemaItem

from stratakit.config import Backend
from tests.stratakit.autogenerate.project import Project, create_project, metadata
from tests.stratakit.lint.revisions import server

USES: dict[str, Callable[[str], SchemaItem]] = {
    "a unique constraint": lambda column: sa.UniqueConstraint(column),
    "an index": lambda column: sa.Index(None, column),
    "a CHECK": lambda column: sa.CheckConstraint(f"{column} > 0", name="some"),
    "a foreign key": lambda column: sa.ForeignKeyConstraint([column], ["owners.id"]),
}


def using(use: str, column: str) -> sa.MetaData:
    """A table with a column that something else of the table names."""
    declared = metadata()
    sa.Table("owners", declared, sa.Column("id", sa.BigInteger, primary_key=True))
    own = [sa.Column("id", sa.BigInteger, primary_key=True), sa.Column(column, sa.BigInteger)]
    sa.Table("items", declared, *own, USES[use](column))
    return declared


def rename_round_trip(project: Project, models: sa.MetaData, before: str, after: str) -> None:
    """Create what renames, and take it up, down and up: the queries find the row each time."""
    start = project.current_revision()
    project.confirm = lambda _question: True
    project.create(models)
    project.round_trip(models)
    assert project.execute(after) == [(1,)]
    project.downgrade(start)
    assert project.execute(before) == [(1,)]
    project.upgrade()
    assert project.execute(after) == [(1,)]
    assert project.differences(models) == []


@pytest.mark.parametrize(
    ("backend", "use"),
    [
        (backend, use)
        for backend in ("postgresql", "sqlite", "mysql")
        for use in USES
        # The index that MySQL makes for a foreign key stays when the key is undone.
        if (backend, use) != ("mysql", "a foreign key")
    ],
)
def test_dependents_of_a_column_are_renamed_with_it(
    backend: Backend, use: str, tmp_path: Path
) -> None:
    with server(backend), create_project(tmp_path, backend, using(use, "number")) as project:
        project.execute("INSERT INTO owners (id) VALUES (1)")
        project.execute("INSERT INTO items (id, number) VALUES (1, 1)")
        queries = ("SELECT number FROM items", "SELECT code FROM items")
        rename_round_trip(project, using(use, "code"), *queries)


@pytest.mark.parametrize("backend", ["postgresql", "sqlite"])
def test_the_comment_of_a_table_has_both_directions(backend: Backend, tmp_path: Path) -> None:
    goods = metadata()
    using("an index", "number").tables["items"].to_metadata(goods, name="goods")
    with server(backend), create_project(tmp_path, backend, using("an index", "number")) as project:
        (file,) = project.create(goods)
        text = " ".join(file.read_text().replace("#", " ").split())
        assert "replace both by: op.rename_table('items', 'goods')" in text
        assert "both in downgrade() by: op.rename_table('goods', 'items')" in text


def referred(name: str) -> sa.MetaData:
    """A table that names itself in all that it has, and two that refer to it."""
    declared = metadata()
    sa.Table(
        name,
        declared,
        sa.Column("id", sa.BigInteger, primary_key=True),
        sa.Column("name", sa.String(20), unique=True),
        sa.Column("age", sa.Integer, index=True),
        sa.Column("boss_id", sa.ForeignKey(f"{name}.id")),
        sa.CheckConstraint("age > 0", name="born"),
    )
    for referring in ("children", "pupils"):
        sa.Table(
            referring,
            declared,
            sa.Column("id", sa.BigInteger, primary_key=True),
            sa.Column("parent_id", sa.ForeignKey(f"{name}.id", ondelete="CASCADE")),
        )
    return declared


def test_dependents_of_a_referenced_table_are_renamed_with_it(tmp_path: Path) -> None:
    with (
        server("postgresql"),
        create_project(tmp_path, "postgresql", referred("parents")) as project,
    ):
        project.execute("INSERT INTO parents (id, name, age) VALUES (1, 'Ann', 40)")
        project.execute("INSERT INTO children (id, parent_id) VALUES (1, 1)")
        project.execute("INSERT INTO pupils (id, parent_id) VALUES (1, 1)")
        query = "SELECT p.id FROM {} p JOIN children c ON c.parent_id = p.id"
        queries = (query.format("parents"), query.format("guardians"))
        rename_round_trip(project, referred("guardians"), *queries)
