"""The guard around `context.configure()`, whoever calls it.

The methods of the live context are replaced, which works for a function that env.py has imported
by name, too. `configure()` is the one call that every env.py makes: it may leave out
`begin_transaction()`, and call `run_migrations()` of the context or of its `MigrationContext`.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from inspect import signature
from typing import Any, Protocol

from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

Arguments = dict[str, Any]
"""The arguments of `context.configure()` by their names."""


@contextmanager
def _quiet() -> Iterator[None]:
    """Leave out what Alembic logs of each context, and let stratakit's loggers speak.

    `fileConfig()` in env.py silences every logger that exists before.
    """
    for name, logger in logging.root.manager.loggerDict.items():
        if name.startswith("stratakit") and isinstance(logger, logging.Logger):
            logger.disabled = False
    alembic = logging.getLogger("alembic.runtime.migration")
    was_disabled, alembic.disabled = alembic.disabled, True
    try:
        yield
    finally:
        alembic.disabled = was_disabled


class RunAgain(Exception):  # noqa: N818 - a request, which is no error
    """Raised by a run that has to wait, and cannot in the transaction of env.py.

    Args:
        seconds: how long to wait before env.py is run again.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(f"stratakit runs env.py again in {seconds:g} s.")
        self.seconds = seconds


class Run(Protocol):
    """One run of env.py."""

    is_read_only: bool
    """True if nothing is written, so that a missing file of SQLite is not created."""
    ends_transactions: bool
    """True if the run commits or undoes what it writes, and leaves nothing to env.py."""

    def arguments(self, environment: EnvironmentContext, given: Arguments) -> Arguments:
        """Return the arguments for Alembic.

        Args:
            environment: the live context.
            given: the arguments that env.py gave.
        """

    def execute(self, context: MigrationContext, proceed: Callable[[], None]) -> None:
        """Do what `run_migrations()` is called for.

        Args:
            context: as it was configured last.
            proceed: Alembic's own `run_migrations()`, with env.py's arguments.
        """

    def close(self) -> None:
        """Release what has to last until env.py has ended."""


class EnvironmentGuard:
    """A run's hold on one live context.

    Args:
        environment: the live context.
        run: what is done when env.py calls `run_migrations()`.
        check: called with the connection that env.py configures, and the schema of the version
            table; it refuses a wrong connection.
        is_redirected: whether every engine is connected to a scratch database.
    """

    def __init__(
        self,
        environment: EnvironmentContext,
        run: Run,
        check: Callable[[Connection, str], None],
        *,
        is_redirected: bool = False,
    ) -> None:
        self.run = run
        self.is_redirected = is_redirected
        self.has_run = False
        """True if env.py has called `run_migrations()`."""
        self.failure: BaseException | None = None
        """The error of the run, which env.py may have caught."""
        self._environment = environment
        self._check = check
        self._configure = environment.configure
        environment.configure = self._guarded_configure  # type: ignore[method-assign]

    def _guarded_configure(self, *args: Any, **kwargs: Any) -> None:
        given = dict(signature(self._configure).bind(*args, **kwargs).arguments)
        given |= given.pop("kw", {})
        try:
            if given.get("connection") is not None:
                self._check(given["connection"], given.get("version_table_schema") or "")
            arguments = self.run.arguments(self._environment, given)
            with _quiet():
                self._configure(**arguments)
        except BaseException as error:
            self.failure = error
            raise
        context = self._environment.get_context()
        context.run_migrations = self._guarded(context)  # type: ignore[method-assign]

    def _guarded(self, context: MigrationContext) -> Callable[..., None]:
        proceed = context.run_migrations

        def run_migrations(**kw: Any) -> None:
            self.has_run = True
            try:
                self.run.execute(context, lambda: proceed(**kw))
            except BaseException as error:
                self.failure = error
                raise

        return run_migrations
