"""A file of SQLite that does not exist: a run that only reads must not create it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine import Dialect

IN_MEMORY = ":memory:"


@contextmanager
def no_new_files() -> Iterator[None]:
    """Connect every engine to an empty database in memory if its file does not exist.

    SQLite creates the file of a connection. An empty database in memory reads the same.
    """
    event.listen(Engine, "do_connect", _stay_in_memory, insert=True)
    try:
        yield
    finally:
        event.remove(Engine, "do_connect", _stay_in_memory)


def _stay_in_memory(
    dialect: Dialect, _record: object, arguments: list[Any], _keywords: dict[str, Any]
) -> None:
    if dialect.name != "sqlite" or not arguments:
        return
    name = str(arguments[0]).removeprefix("file:").partition("?")[0]
    if name not in ("", IN_MEMORY) and not Path(name).exists():
        arguments[0] = IN_MEMORY
