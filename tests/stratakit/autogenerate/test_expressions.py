"""Expressions and defaults with signs that a driver or SQLAlchemy would take for their own."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from stratakit.autogenerate.expressions import escape
from stratakit.config import Backend
from tests.stratakit.autogenerate.project import create_project, metadata
from tests.stratakit.lint.revisions import server

CHECK = r"name NOT LIKE 'a%' OR name = '\:b' OR size % 2 = 0"


@pytest.mark.parametrize(
    ("sql", "escaped"),
    [
        ("name = ':b'", r"name = '\:b'"),
        (r"name = '\:b'", r"name = '\:b'"),
        ("name::text = 'a: b'", "name::text = 'a: b'"),
    ],
)
def test_no_colon_begins_a_parameter(sql: str, escaped: str) -> None:
    assert escape(sql) == escaped


@pytest.mark.parametrize("default", ["it's", "'quoted'", "50% off: 'now'", ""])
@pytest.mark.parametrize("backend", ["postgresql", "mysql", "sqlite"])
def test_a_check_and_a_default_are_what_the_model_says(
    backend: Backend, default: str, tmp_path: Path
) -> None:
    declared = metadata()
    sa.Table(
        "items",
        declared,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("size", sa.Integer),
        sa.Column("name", sa.String(20), server_default=default),
        sa.CheckConstraint(CHECK, name="open"),
    )
    with server(backend), create_project(tmp_path, backend, declared) as project:
        project.execute("INSERT INTO items (id) VALUES (2)")
        assert project.execute("SELECT name FROM items") == [(default,)]
        (file,) = tmp_path.glob("migrations/versions/*.py")
        assert "%%" not in file.read_text()


@pytest.mark.parametrize("backend", ["postgresql", "mysql", "sqlite"])
def test_the_downgrade_of_what_is_dropped_creates_it_as_it_was(
    backend: Backend, tmp_path: Path
) -> None:
    declared, bare = metadata(), metadata()
    for tables in (declared, bare):
        sa.Table(
            "items",
            tables,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("size", sa.Integer),
            sa.Column("name", sa.String(20)),
        )
    items = declared.tables["items"]
    items.append_column(sa.Column("rate", sa.String(20), server_default="50%", comment="5% of it"))
    items.append_column(sa.Column("half", sa.Integer, sa.Computed("size % 2")))
    items.append_constraint(sa.CheckConstraint(CHECK, name="open"))
    condition = sa.text("name LIKE 'b%'")
    sa.Index("part", items.c.size, postgresql_where=condition, sqlite_where=condition)
    with server(backend), create_project(tmp_path, backend, declared) as project:
        written = project.create(bare)
        assert "%%" not in "".join(file.read_text() for file in written)
        project.round_trip(bare)


@pytest.mark.parametrize(
    "type_",
    [postgresql.JSON(), sa.JSON(), postgresql.JSONB(), sa.ARRAY(postgresql.JSON)],
    ids=["json", "generic json", "jsonb", "array"],
)
def test_a_default_of_a_type_without_an_equality_operator_is_compared(
    type_: sa.types.TypeEngine[object], tmp_path: Path
) -> None:
    def tables(*defaults: str | sa.TextClause) -> sa.MetaData:
        declared = metadata()
        columns = [
            sa.Column(f"j{number}", type_, server_default=default, nullable=False)
            for number, default in enumerate(defaults)
        ]
        sa.Table("items", declared, sa.Column("id", sa.Integer, primary_key=True), *columns)
        return declared

    old, new = ("{}", "{null}") if isinstance(type_, sa.ARRAY) else ('{"a":"50%"}', "[1]")
    old_sql, new_sql = sa.text(f"'{old}'".replace(":", r"\:")), sa.text(f"'{new}'")
    declared, models = tables(old, old_sql, new), tables(new, new_sql, new)
    with server("postgresql"), create_project(tmp_path, "postgresql", declared) as project:
        assert project.differences(declared) == []
        assert project.create(models)
        project.round_trip(models)
