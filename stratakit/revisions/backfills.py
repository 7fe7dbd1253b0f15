"""Backfills by their files in `migrations/backfills`, and the table that says what they have done.

The state is written in the transaction of each batch, so that it is true after any interruption.
"""

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    DateTime,
    Integer,
    MetaData,
    RowMapping,
    String,
    Table,
    Text,
    select,
    text,
)

from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import StrataError, UsageError

STATE = Table(
    "migration_backfills",
    MetaData(),
    Column("name", String(200), primary_key=True),
    Column("position", Text, comment="the key of the last row that is done"),
    Column("rows_done", BigInteger, nullable=False),
    Column("batch_rows", Integer, nullable=False),
    Column("sha256", String(64), nullable=False, comment="of the code of the file"),
    Column("who", String(255), nullable=False, comment="user@host"),
    Column("started", DateTime(timezone=True), nullable=False),
    Column("updated", DateTime(timezone=True), nullable=False),
    Column("finished", DateTime(timezone=True)),
)

EXAMPLE = '''table = "orders"
key = "id"
statement = "UPDATE orders SET region = 'eu' WHERE {rows} AND region IS NULL"'''


@dataclass(frozen=True)
class BackfillFile:
    """The file of a backfill, read without running it.

    Args:
        name: the file's name without `.py`.
        path: the file.
        title: the first line of its docstring.
        table: the table whose rows it changes, after its schema if it has one.
        key: the columns of the key in whose order it does so.
    """

    name: str
    path: Path
    title: str
    table: str
    key: tuple[str, ...]


def folder(config: Config) -> Path:
    """Return the folder of the backfills, which may not exist."""
    return config.migrations_folder / "backfills"


def names(config: Config) -> list[str]:
    """Return the names of all backfills that have a file, in alphabetical order."""
    return sorted(path.stem for path in folder(config).glob("[!_]*.py"))


def read_file(config: Config, name: str) -> BackfillFile:
    """Read the file of a backfill.

    Raises:
        UsageError: there is none, or it names no table or no key.
    """
    path = folder(config) / f"{name}.py"
    if name not in names(config):
        raise UsageError(
            f"There is no backfill {name}: {path} does not exist.",
            hint=f"List all backfills: {MIGRATE} backfill",
        )
    tree = ast.parse(path.read_bytes(), str(path))
    values = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    table, key = (_literal(values.get(each)) for each in ("table", "key"))
    columns = (key,) if isinstance(key, str) else key
    if not (isinstance(table, str) and table and isinstance(columns, tuple | list) and columns):
        raise UsageError(
            f"{path} names no table or no key.",
            detail="The rows of the table are changed in batches, in the order of the key.",
            hint=f"Write both as literals:\n{EXAMPLE}",
        )
    title = (ast.get_docstring(tree) or "").partition("\n")[0]
    return BackfillFile(name, path, title, table, tuple(map(str, columns)))


def _literal(node: ast.expr | None) -> object:
    try:
        return None if node is None else ast.literal_eval(node)
    except ValueError:
        return None


def read_states(connection: Connection) -> dict[str, RowMapping]:
    """Read the states of all backfills that were started, by their names."""
    if not connection.dialect.has_table(connection, STATE.name):
        return {}
    return {row["name"]: row for row in connection.execute(select(STATE)).mappings()}


def has_rows(connection: Connection, backfill: BackfillFile) -> bool:
    """Return whether the table of a backfill exists and has a row."""
    schema, _, table = backfill.table.rpartition(".")
    if not connection.dialect.has_table(connection, table, schema=schema or None):
        return False
    preparer = connection.dialect.identifier_preparer
    quoted = ".".join(preparer.quote(part) for part in backfill.table.split("."))
    return connection.execute(text(f"SELECT 1 FROM {quoted} LIMIT 1")).first() is not None


def is_done(config: Config, connection: Connection, name: str) -> bool:
    """Return whether a backfill is complete, or has nothing to do because its table has no row.

    Raises:
        UsageError: there is no such backfill.
    """
    backfill = read_file(config, name)
    state = read_states(connection).get(name)
    if state is not None and state["finished"] is not None:
        return True
    return not has_rows(connection, backfill)


def refuse_incomplete(
    config: Config,
    connection: Connection,
    revision: str,
    required: Sequence[str],
    *,
    is_contract: bool,
) -> None:
    """Raise a StrataError if a backfill that a revision requires is not complete.

    Args:
        config: the project's.
        connection: to the database that is migrated.
        revision: the revision, as messages name it.
        required: the names of the backfills.
        is_contract: whether its phase is `contract`, so that only a plain `upgrade` applies it.
    """
    again = "upgrade" if is_contract else "upgrade --rolling"
    for name in required:
        if not is_done(config, connection, name):
            raise StrataError(
                f"{revision} requires the backfill {name}, which is not complete.",
                detail="Earlier revisions are applied; this one was not started.",
                hint=f"{MIGRATE} backfill {name} && {MIGRATE} {again}",
            )
