"""The driver's connection, whose statements no event of SQLAlchemy shows."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any, Self

from sqlalchemy import Connection

from stratakit.lint.trace.frames import call_stack, is_in_module

Watch = Callable[[str, Any, bool], AbstractContextManager[None]]
"""Records a statement while it runs: its text, its parameters, and whether there are many sets."""

METHODS = {
    "execute": False,
    "executemany": True,
    "executescript": False,
    "copy": False,
    "copy_expert": False,
    "stream": False,
    "query": False,
}
"""The methods of PEP 249 and of psycopg, PyMySQL and sqlite3 that send a statement."""
PASSED_OVER = ("lint/trace/driver.py", "lint/trace/frames.py", "sqlalchemy/pool/base.py")
"""The modules between the driver and its user."""


@contextmanager
def watched_driver(connection: Connection, watch: Watch) -> Iterator[None]:
    """Wrap the driver's connection, so that statements on it are recorded, too.

    Args:
        connection: the connection whose driver is used by a revision.
        watch: called with each statement that does not come from SQLAlchemy.
    """
    pooled: Any = connection.connection
    dialect: Any = connection.dialect
    driver = pooled.dbapi_connection
    wrapped = DriverConnection(driver, watch)
    pooled.dbapi_connection = wrapped
    # Asked for by `driver_connection`.
    dialect.get_driver_connection = lambda _connection: wrapped
    try:
        yield
    finally:
        del dialect.get_driver_connection
        if pooled.dbapi_connection is wrapped:
            pooled.dbapi_connection = driver


class DriverObject:
    """An object of the driver that notes the statements sent by it.

    Args:
        driver: the driver's own object.
        watch: called with each statement.
    """

    def __init__(self, driver: Any, watch: Watch) -> None:
        vars(self).update(_driver=driver, _watch=watch)

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._driver, name)
        return self._watched(name, value) if name in METHODS else value

    def __setattr__(self, name: str, value: object) -> None:
        setattr(self._driver, name, value)

    def __enter__(self) -> Self:
        self._driver.__enter__()
        return self

    def __exit__(self, *error: Any) -> bool | None:
        return bool(self._driver.__exit__(*error))

    def _watched(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        if name == "copy":
            return self._watched_copy(method)

        def send(statement: Any, *args: Any, **options: Any) -> Any:
            if name == "executescript" and self.connection.in_transaction:
                # sqlite3 commits first: https://docs.python.org/3/library/sqlite3.html
                with self._watch("COMMIT", None, False):
                    pass
            parameters = args[0] if args else None
            with self._watch(statement_text(statement), parameters, METHODS[name]):
                result = method(statement, *args, **options)
            return self if result is self._driver else result

        return send

    def _watched_copy(self, method: Callable[..., Any]) -> Callable[..., Any]:
        """Return psycopg's `copy`, which runs until its `with` ends."""

        @contextmanager
        def copy(statement: Any, *args: Any, **options: Any) -> Iterator[Any]:
            with ExitStack() as stack:
                stack.enter_context(self._watch(statement_text(statement), None, False))
                yield stack.enter_context(method(statement, *args, **options))

        return copy


class DriverCursor(DriverObject):
    """A cursor of the driver."""

    def __iter__(self) -> Iterator[Any]:
        return iter(self._driver)


class DriverConnection(DriverObject):
    """A connection of the driver; SQLAlchemy itself works on the one behind it."""

    def cursor(self, *args: Any, **options: Any) -> Any:
        """Open a cursor."""
        cursor = self._driver.cursor(*args, **options)
        return cursor if _is_sqlalchemy() else DriverCursor(cursor, self._watch)

    def commit(self) -> None:
        """Commit; by the revision itself it is a statement."""
        self._end("COMMIT", self._driver.commit)

    def rollback(self) -> None:
        """Roll back; by the revision itself it is a statement."""
        self._end("ROLLBACK", self._driver.rollback)

    def __exit__(self, *error: Any) -> bool | None:
        end = "COMMIT" if error[0] is None else "ROLLBACK"
        with self._watch(end, None, False):
            return super().__exit__(*error)

    def _watched(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        if name == "query":  # PyMySQL's own way below its cursors
            return super()._watched(name, method)
        return getattr(self.cursor(), name)  # type: ignore[no-any-return]

    def _end(self, statement: str, end: Callable[[], None]) -> None:
        if _is_sqlalchemy():
            end()
            return
        with self._watch(statement, None, False):
            end()


def statement_text(statement: Any) -> str:
    """Return a statement as text: psycopg takes bytes and objects of `psycopg.sql`, too."""
    if isinstance(statement, bytes):
        return statement.decode()
    as_string = getattr(statement, "as_string", None)
    return str(as_string(None) if as_string else statement)


def _is_sqlalchemy() -> bool:
    """Return whether SQLAlchemy itself uses the driver, and not the revision."""
    for frame in call_stack():
        if not any(is_in_module(frame, each) for each in PASSED_OVER):
            return "/sqlalchemy/" in frame.f_code.co_filename.replace("\\", "/")
    return False
