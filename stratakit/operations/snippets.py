"""Pieces of Alembic code that several rules advise."""

import textwrap

from sqlalchemy.dialects import registry

from stratakit.config import Backend
from stratakit.orm.naming import shorten
from stratakit.sql.indexes import IndexDefinition
from stratakit.sql.tokenizer import as_python

NEXT = "\n# and in the next revision:\n"


def default_name(kind: str, table: str, *columns: str) -> str:
    """The name that the convention gives what has none, such as `ix_items_note`."""
    return shorten("_".join([kind, table.rpartition(".")[2], *columns]))


def quote_name(name: str, backend: Backend = "postgresql") -> str:
    """A name in a statement: of a table, with its schema where it has one."""
    dialect = registry.load(backend)()
    return ".".join(dialect.identifier_preparer.quote(part) for part in name.split("."))


def execute(statement: str) -> str:
    """Code that sends a statement."""
    return f"op.execute({as_python(statement)})"


def operation(verb: str, table: str, *arguments: str, name: str = "") -> str:
    """Code of one of Alembic's operations on a table.

    Args:
        verb: such as `add_column`.
        table: with its schema where it has one.
        arguments: what follows the table, as code.
        name: what comes before it, as code: the name of an index or a constraint.
    """
    schema, _, bare = table.rpartition(".")
    keyword = "source_schema" if verb == "create_foreign_key" else "schema"
    given = (name, f'"{bare}"', *arguments, f'{keyword}="{schema}"' if schema else "")
    return f"op.{verb}({', '.join(filter(None, given))})"


def create_index(name: str, table: str, on: IndexDefinition, *, unique: bool = False) -> str:
    """Code that builds an index on PostgreSQL while rows are written."""
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
    """Code that makes a key of an index which was built while rows are written.

    Args:
        kind: PRIMARY KEY or UNIQUE.
    """
    key = f"{quote_name(name)} {kind} USING INDEX {quote_name(name)}"
    return (
        autocommit_block(create_index(name, table, on, unique=True))
        + NEXT
        + execute(f"ALTER TABLE {quote_name(table)} ADD CONSTRAINT {key}")
    )


def validate(table: str, constraint: str) -> str:
    """Code that compares a constraint with the rows that are there."""
    return execute(f"ALTER TABLE {quote_name(table)} VALIDATE CONSTRAINT {quote_name(constraint)}")


def autocommit_block(*lines: str) -> str:
    """Code in a block in which each statement is a transaction of its own."""
    return "with op.get_context().autocommit_block():\n" + textwrap.indent("\n".join(lines), "    ")


def batches(backend: Backend, table: str, verb: str = "update") -> str:
    """Code that changes the rows of a table in batches."""
    name = quote_name(table, backend)
    change = f"DELETE FROM {name}" if verb == "delete" else f"UPDATE {name} SET ..."
    return loop(
        f"{change} WHERE id IN (SELECT id FROM ",
        f"(SELECT id FROM {name} WHERE ... LIMIT 1000) batch)",
    )


def loop(*statement: str) -> str:
    """Code that sends a statement until it finds no row, each time in a transaction.

    Args:
        statement: in pieces, one a line.
    """
    return "connection = op.get_bind()\n" + autocommit_block(
        "while connection.execute(",
        "    sa.text(",
        *(f"        {as_python(piece)}" for piece in statement),
        "    )",
        ").rowcount:",
        "    pass",
    )
