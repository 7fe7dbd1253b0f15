"""A run of env.py on another database than the one that it names.

The project's engines stay as they are. Meanwhile each gets its connections from a pool of this
run, which opens them to the scratch database with the engine's own driver: a `creator`, a pooled
connection or the arguments of the URL have no say. Every connection is identified before
its first statement. A connection of the driver that env.py opens by itself is not seen.
"""

import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, Pool, event
from sqlalchemy.engine import Dialect
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import PoolProxiedConnection

from stratakit import alembic_private
from stratakit.config import Backend
from stratakit.diagnostics.errors import StrataError
from stratakit.engine.connect import connect
from stratakit.engine.identity import database_identity
from stratakit.engine.search_path import create_schemas, keep_search_path, read_search_path
from stratakit.engine.url import BACKENDS, DatabaseURL

KEPT_ARGUMENTS = ("check_same_thread", "context", "options", "server_settings")
"""The arguments of `connect_args` that configure a session, and do not name its server."""

SCRATCH_PREFIX = "strata_"
"""Of the name of every scratch database; the one of `rebuild` is none."""
Target = Callable[[Backend], DatabaseURL]

_scratch_identities: set[str] = set()


def refuse_scratch_database(connection: Connection) -> None:
    """Refuse a connection that was opened in an earlier, redirected run of this process.

    Raises:
        StrataError: the connection leads to a scratch database.
    """
    if _scratch_identities and database_identity(connection) in _scratch_identities:
        raise StrataError(
            "env.py uses a connection that was opened for a scratch database.",
            detail="The application keeps a connection in a global variable, which an earlier "
            "command in this process has opened elsewhere.",
            hint="Run the command in a process of its own.",
        )


class Redirection:
    """The connections of one run of env.py.

    Threads that exist before the run are the application's own and keep their databases.

    Args:
        target: returns the database for a kind of database; called once for each kind.
    """

    def __init__(self, target: Target) -> None:
        self._target = target
        self._urls: dict[Backend, DatabaseURL] = {}
        self._identities: dict[Backend, str] = {}
        self._pools: dict[Pool, Pool] = {}
        self._thread = threading.local()
        # Not their numbers, which a later thread may get.
        self._foreign = {*threading.enumerate()} - {threading.current_thread()}

    def url(self, dialect: Dialect) -> DatabaseURL:
        """Return the database to which the engines of a dialect are redirected.

        Raises:
            StrataError: there is no scratch database of this kind.
        """
        if dialect.name not in BACKENDS:
            raise StrataError(
                f"env.py connects to a database of the kind {dialect.name}, which is not supported."
            )
        backend = BACKENDS[dialect.name]
        if backend not in self._urls:
            with self._aside():
                url = self._target(backend)
                with connect(url) as connection:
                    self._identities[backend] = database_identity(connection)
            if SCRATCH_PREFIX in (url.url.database or ""):
                _scratch_identities.add(self._identities[backend])
            self._urls[backend] = url
        return self._urls[backend]

    def require_scratch(self, connection: Connection) -> None:
        """Raise a StrataError if a connection does not lead to the scratch database."""
        self.url(connection.dialect)
        if database_identity(connection) == self._identities[BACKENDS[connection.dialect.name]]:
            return
        raise StrataError(
            "env.py connects to a database that is not the scratch database of this command.",
            detail="Its connection was opened before, or not by an engine of SQLAlchemy. Nothing "
            "was executed there.",
            hint="Let env.py connect by an engine, after it was started: create_engine(...).",
        )

    def prepare_schemas(self, connection: Connection, schemas: Collection[str]) -> None:
        """Create the schemas that env.py needs, and give later connections its search path.

        Args:
            connection: that of env.py, which has set its search path.
            schemas: those that env.py names in addition.
        """
        dialect = connection.dialect
        if dialect.name != "postgresql":
            return
        path = read_search_path(connection)
        needed = {each for each in (*schemas, dialect.default_schema_name) if each}
        url, missing = self.url(dialect), path.missing(needed)
        if missing or path.schemas != ["$user", "public"]:
            with self._aside(), connect(url) as own:
                own = own.execution_options(isolation_level="AUTOCOMMIT")
                create_schemas(own, missing)
                if SCRATCH_PREFIX in (url.url.database or ""):
                    keep_search_path(own, path)
        if not dialect.default_schema_name:
            # The engine was connected before there was a schema.
            dialect.default_schema_name = read_search_path(connection).schema

    def is_redirected(self) -> bool:
        """Return whether connections of this thread are of the run."""
        is_aside = getattr(self._thread, "is_aside", False)
        return threading.current_thread() not in self._foreign and not is_aside

    def connect(self, engine: Engine) -> PoolProxiedConnection:
        """Connect an engine to its scratch database."""
        pool = self._pools.get(engine.pool)
        if pool is None:
            pool = alembic_private.substitute_pool(engine, lambda: self._open(engine.dialect, {}))
            self._pools[engine.pool] = pool
        return pool.connect()

    def open(
        self, dialect: Dialect, _record: object, _arguments: object, kwargs: dict[str, Any]
    ) -> DBAPIConnection | None:
        """Open a connection of a driver in place of the one that its arguments name."""
        if not self.is_redirected():
            return None
        return self._open(dialect, {key: kwargs[key] for key in KEPT_ARGUMENTS if key in kwargs})

    def verify(self, connection: Connection) -> None:
        """Identify the database of a new connection."""
        if self.is_redirected():
            self.require_scratch(connection)

    def _open(self, dialect: Dialect, kept: dict[str, Any]) -> DBAPIConnection:
        url = self.url(dialect).url.set(drivername=f"{dialect.name}+{dialect.driver}")
        arguments, kwargs = dialect.create_connect_args(url)
        return dialect.connect(*arguments, **{**kwargs, **kept})

    @contextmanager
    def _aside(self) -> Iterator[None]:
        self._thread.is_aside = True
        try:
            yield
        finally:
            self._thread.is_aside = False


@contextmanager
def redirected_connections(target: Target) -> Iterator[Redirection]:
    """Give every engine the scratch database while env.py runs.

    Args:
        target: returns the database for a kind of database, such as `postgresql`.
    """
    redirection = Redirection(target)
    original = Engine.raw_connection

    def raw_connection(engine: Engine) -> PoolProxiedConnection:
        if redirection.is_redirected():
            return redirection.connect(engine)
        return original(engine)

    Engine.raw_connection = raw_connection  # type: ignore[method-assign, assignment]
    event.listen(Engine, "do_connect", redirection.open, insert=True)
    event.listen(Engine, "engine_connect", redirection.verify, insert=True)
    try:
        yield redirection
    finally:
        event.remove(Engine, "do_connect", redirection.open)
        event.remove(Engine, "engine_connect", redirection.verify)
        Engine.raw_connection = original  # type: ignore[method-assign]
