"""Alembic code that advice consists of: of lint rules, and of review comments."""

import textwrap
from collections.abc import Sequence

from sqlalchemy.dialects import registry

from stratakit.config import Backend
from stratakit.orm.naming import shorten
from stratakit.sql.indexes import IndexDefinition
from stratakit.sql.tokenizer import as_python

NEXT = "\n# and in the next revision:\n"


def default_name(kind: str, table: str, *columns: str) -> str:
    """Return the name of the naming convention for an unnamed object, such as `ix_items_note`."""
    return shorten("_".join([kind, table.rpartition(".")[2], *columns]))


def quote_name(name: str, backend: Backend = "postgresql") -> str:
    """Return a name as a statement writes it; that of a table may include its schema."""
    dialect = registry.load(backend)()
    return ".".join(dialect.identifier_preparer.quote(part) for part in name.split("."))


def execute(statement: str) -> str:
    """Return code that runs a statement."""
    return f"op.execute({as_python(statement)})"


def operation(verb: str, table: str, *arguments: str, name: str = "") -> str:
    """Return code of one of Alembic's operations on a table.

    Args:
        verb: the operation, such as `add_column`.
        table: the table, after its schema if it has one.
        arguments: the arguments after the table, as code.
        name: the argument before the table, as code: the name of an index or a constraint.
    """
    schema, _, bare = table.rpartition(".")
    keyword = "source_schema" if verb == "create_foreign_key" else "schema"
    code = (name, f'"{bare}"', *arguments, f'{keyword}="{schema}"' if schema else "")
    return f"op.{verb}({', '.join(filter(None, code))})"


def create_index(name: str, table: str, on: IndexDefinition, *, unique: bool = False) -> str:
    """Return code that builds an index on PostgreSQL while rows are written."""
    return operation(
        "create_index",
        table,
        on.column_list,
        "unique=True" if unique else "",
        f'postgresql_using="{on.using}"' if on.using else "",
        f"postgresql_where=sa.text({as_python(on.where)})" if on.where else "",
        "postgresql_concurrently=True",
        name=f'"{name}"',
    )


def key_by_index(kind: str, name: str, table: str, on: IndexDefinition) -> str:
    """Return code that adds a key from an index, which is built while rows are written.

    Args:
        kind: PRIMARY KEY or UNIQUE.
        name: the name of the index and of the key.
        table: the table, after its schema if it has one.
        on: what the index is on.
    """
    key = f"{quote_name(name)} {kind} USING INDEX {quote_name(name)}"
    return (
        autocommit_block(create_index(name, table, on, unique=True))
        + NEXT
        + execute(f"ALTER TABLE {quote_name(table)} ADD CONSTRAINT {key}")
    )


def validate(table: str, constraint: str) -> str:
    """Return code that checks a NOT VALID constraint against the existing rows."""
    return execute(f"ALTER TABLE {quote_name(table)} VALIDATE CONSTRAINT {quote_name(constraint)}")


def autocommit_block(*lines: str) -> str:
    """Return code in a block in which each statement is a transaction of its own."""
    return "with op.get_context().autocommit_block():\n" + textwrap.indent("\n".join(lines), "    ")


ROW_IDS: dict[Backend, str] = {"postgresql": "ctid", "sqlite": "rowid"}
"""The column that identifies a row of a table without a primary key; MySQL has none."""


def batches(
    backend: Backend, table: str, verb: str = "update", key: Sequence[str] = ("id",)
) -> str:
    """Return code that changes the rows of a table in batches.

    Args:
        backend: the database.
        table: with its schema if it has one.
        verb: update or delete.
        key: the columns of the primary key; empty if there is none.
    """
    name = quote_name(table, backend)
    change = f"DELETE FROM {name}" if verb == "delete" else f"UPDATE {name} SET ..."
    if not key and backend not in ROW_IDS:
        return loop(f"{change} WHERE ... LIMIT 1000")
    columns = ", ".join(quote_name(each, backend) for each in key) or ROW_IDS[backend]
    row = f"({columns})" if len(key) > 1 else columns
    return loop(
        f"{change} WHERE {row} IN (SELECT {columns} FROM ",
        f"(SELECT {columns} FROM {name} WHERE ... LIMIT 1000) batch)",
    )


def loop(*statement: str) -> str:
    """Return code that runs a statement until it finds no row, each time in a transaction.

    Args:
        statement: its pieces, one a line.
    """
    return "connection = op.get_bind()\n" + autocommit_block(
        "while connection.execute(",
        "    sa.text(",
        *(f"        {as_python(piece)}" for piece in statement),
        "    )",
        ").rowcount:",
        "    pass",
    )
