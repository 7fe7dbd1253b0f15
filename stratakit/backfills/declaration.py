"""The file of a backfill, run: what it does to the rows of one batch."""

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType

from sqlalchemy import Connection

from stratakit.diagnostics.errors import StrataError, UsageError, describe_exception
from stratakit.operations.batches import MARK, Rows
from stratakit.revisions.backfills import EXAMPLE, BackfillFile
from stratakit.revisions.digest import digest

BatchFunction = Callable[[Connection, Rows], object]


@dataclass(frozen=True)
class Backfill:
    """A backfill that can be run.

    Args:
        file: its name, table and key.
        batch: changes the rows of a batch on a connection, in a transaction.
        pause: returns why the backfill should pause now, in words; empty if it should not.
        sha256: the hash of the file's code.
    """

    file: BackfillFile
    batch: BatchFunction
    pause: Callable[[Connection], str]
    sha256: str


def load(file: BackfillFile) -> Backfill:
    """Run the file of a backfill.

    Raises:
        StrataError: it cannot be run.
        UsageError: it declares no batch, or a statement that is not limited to the rows of one.
    """
    module = _run(file)
    statement, batch = getattr(module, "statement", None), getattr(module, "batch", None)
    if isinstance(statement, str) == callable(batch):
        found = "both a statement and a" if statement else "no statement and no"
        raise UsageError(
            f"{file.path} declares {found} function named batch.",
            detail="One of them changes the rows of a batch.",
            hint=f"Write one of them:\n{EXAMPLE}",
        )
    if isinstance(statement, str) and MARK not in statement:
        raise UsageError(
            f"The statement of {file.path} has no {MARK}.",
            detail="It would change all rows of the table with each batch.",
            hint=f"Limit it to the rows of a batch:\n{EXAMPLE}",
        )
    function = batch if callable(batch) else _execute(str(statement))
    pause = getattr(module, "pause", _never)
    return Backfill(file, function, pause, digest(file.path.read_bytes()))


def _run(file: BackfillFile) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"backfill_{file.name}", file.path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise StrataError(
            f"{file.path} cannot be run: {describe_exception(error)}",
            hint="Correct the file.",
        ) from error
    return module


def _execute(statement: str) -> BatchFunction:
    return lambda connection, rows: rows.execute(connection, statement)


def _never(_connection: Connection) -> str:
    return ""
