"""The configuration in a project's env.py, and the database that it connects to."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, MetaData

from stratakit.config import Config
from stratakit.diagnostics.errors import StrataError, UsageError
from stratakit.engine.connect import connect
from stratakit.engine.identity import database_identity
from stratakit.engine.resolve import local_database
from stratakit.engine.search_path import chosen_schema
from stratakit.engine.url import DatabaseURL, read_url
from stratakit.orm.discovery import combine
from stratakit.revisions.alembic_config import alembic_config
from stratakit.runtime.guard import Arguments
from stratakit.runtime.redirect import Target
from stratakit.runtime.run import run_environment

Answer = TypeVar("Answer")

VERSION_TABLE = ("version_table", "version_table_schema", "version_table_pk")


@dataclass(frozen=True)
class Environment:
    """The configuration of one database in an env.py.

    Args:
        config: the project's, with the kind of the database.
        arguments: those of `context.configure()`, without the connection.
        url: the database; None for the local one.
        identity: the database itself, as `database_identity` returns it, if it was connected to.
        is_guarded: whether env.py calls `run_migrations`, which guards plain `alembic`, too.
        schema: the schema that env.py chooses by the search path, such as that of a tenant; empty
            if it chooses none.
    """

    config: Config
    arguments: Arguments
    url: DatabaseURL | None = None
    identity: str = ""
    is_guarded: bool = False
    schema: str = ""

    @property
    def has_metadata(self) -> bool:
        """True if env.py names the tables of models; a project may write all revisions manually."""
        return self.arguments.get("target_metadata") is not None

    @property
    def metadata(self) -> MetaData:
        """The tables of the models, of all bases together; none if env.py names none."""
        declared = self.arguments.get("target_metadata")
        return MetaData() if declared is None else combine(declared)

    @property
    def database(self) -> DatabaseURL:
        """The database that commands mean: the one that is named, else the local one."""
        return self.url or local_database(self.config)

    @property
    def version_table_schema(self) -> str | None:
        """The schema of the version table, if env.py names one."""
        schema: str | None = self.arguments.get("version_table_schema")
        return schema

    @property
    def version_table(self) -> str:
        """The name of the version table, with its schema if it has one of its own."""
        name = self.arguments.get("version_table") or "alembic_version"
        schema = self.version_table_schema
        return f"{schema}.{name}" if schema else name

    def context(self, connection: Connection) -> MigrationContext:
        """Return Alembic's context on another connection, with the version table of env.py."""
        options = {key: self.arguments[key] for key in VERSION_TABLE if key in self.arguments}
        return MigrationContext.configure(connection, opts=options)


class CaptureRun:
    """A run that only remembers what env.py says."""

    is_read_only = True
    ends_transactions = True

    def __init__(self, config: Config) -> None:
        self.config = config
        self.captured: list[Environment] = []

    def arguments(self, environment: EnvironmentContext, given: Arguments) -> Arguments:
        """Remember env.py's own, and return them."""
        connection: Connection | None = given.get("connection")
        if connection is None:
            raise UsageError(
                "env.py calls context.configure() without a connection, though it is not offline.",
                hint="Pass one: context.configure(connection=connection, ...)",
            )
        url = read_url(connection.engine.url, self.config)
        schema = chosen_schema(connection) if connection.dialect.name == "postgresql" else ""
        self.capture(given, url, database_identity(connection), schema)
        return given

    def capture(
        self, given: Arguments, url: DatabaseURL | None, identity: str = "", schema: str = ""
    ) -> None:
        """Remember what env.py says.

        Args:
            given: the arguments of `context.configure()`.
            url: the database; None for the local one.
            identity: of the database, if it was connected to.
            schema: the schema that env.py chooses.

        Raises:
            StrataError: strata.toml names another kind of database.
        """
        arguments = {key: value for key, value in given.items() if key != "connection"}
        config = _config_of(self.config, url)
        is_guarded = not identity
        self.captured.append(Environment(config, arguments, url, identity, is_guarded, schema))

    def execute(self, context: MigrationContext, proceed: Callable[[], None]) -> None:
        """Run nothing."""

    def close(self) -> None:
        """Release nothing."""


class ReadRun(Generic[Answer]):
    """A run that changes nothing: a function reads each database that env.py migrates.

    Args:
        read: the function.
    """

    is_read_only = True
    ends_transactions = True

    def __init__(self, read: Callable[[MigrationContext], Answer]) -> None:
        self._read = read
        self.answers: list[Answer] = []

    def arguments(self, environment: EnvironmentContext, given: Arguments) -> Arguments:
        """Return env.py's own, without a transaction around the run.

        The revisions are imported now: later, `alembic.op` would let them execute statements.
        """
        environment.script.get_heads()
        return {"transaction_per_migration": True, **given}

    def execute(self, context: MigrationContext, proceed: Callable[[], None]) -> None:
        """Call the function, and leave the transaction as it was."""
        connection = context.connection
        assert connection is not None
        is_begun = connection.in_transaction()
        self.answers.append(self._read(context))
        if not is_begun and connection.in_transaction():
            connection.rollback()

    def close(self) -> None:
        """Release nothing."""


class WriteRun(ReadRun[Answer]):
    """A run that changes rows: a function does so in each database that env.py migrates."""

    is_read_only = False
    ends_transactions = True


def capture(config: Config, target: Target | None = None) -> Environment:
    """Run env.py, and return what it says.

    Args:
        config: the project's.
        target: returns an empty database that env.py is redirected to; without one, it connects to
            its own, in which nothing is executed.

    Raises:
        StrataError: env.py cannot be run, or configures several databases that differ.
    """
    run = CaptureRun(config)
    run_environment(alembic_config(config), run, target=target)
    first, *others = run.captured
    for other in others:
        if other.arguments.get("target_metadata") is not first.arguments.get("target_metadata"):
            raise _several_databases(len(run.captured))
    return first


def read_databases(config: Config, read: Callable[[MigrationContext], Answer]) -> Sequence[Answer]:
    """Read each database that env.py migrates, by env.py's own connections.

    Args:
        config: the project's.
        read: called with the context of each, in which nothing is changed.

    Returns:
        The answers.

    Raises:
        StrataError: env.py cannot be run.
        DatabaseUnavailable: a database cannot be reached.
    """
    run = ReadRun(read)
    run_environment(alembic_config(config), run)
    return run.answers


def read_database(config: Config, read: Callable[[MigrationContext], Answer]) -> Answer:
    """Read the one database that env.py migrates; the arguments are those of `read_databases`.

    Raises:
        StrataError: env.py cannot be run, or migrates several databases.
        DatabaseUnavailable: the database cannot be reached.
    """
    answers = read_databases(config, read)
    if len(answers) > 1:
        raise _several_databases(len(answers))
    return answers[0]


def write_database(config: Config, write: Callable[[MigrationContext], Answer]) -> Answer:
    """Let a function change rows of the database that env.py migrates.

    Args:
        config: the project's.
        write: called with the context of each database; outside of a transaction unless env.py
            has opened one.

    Raises:
        StrataError: env.py cannot be run, or migrates several databases.
        DatabaseUnavailable: the database cannot be reached.
    """
    run = WriteRun(write)
    run_environment(alembic_config(config), run)
    if len(run.answers) > 1:
        raise _several_databases(len(run.answers))
    return run.answers[0]


def database_url(config: Config) -> DatabaseURL:
    """Return the URL of the database that env.py connects to, for programs such as pg_dump.

    Raises:
        StrataError: env.py connects to another database than the URL of its engine names.
    """
    environment = capture(config)
    if environment.identity:
        with connect(environment.database, read_only=True) as connection:
            require_identity(connection, environment.identity, environment.database)
    return environment.database


def require_identity(connection: Connection, identity: str, url: DatabaseURL) -> None:
    """Raise a StrataError if a connection by a URL leads to another database.

    Args:
        connection: by the URL.
        identity: of the database that is meant.
        url: the URL of the engine of env.py.
    """
    if database_identity(connection) != identity:
        raise StrataError(
            f"env.py connects to another database than {url}, which its engine names.",
            detail="A program such as pg_dump would read the wrong one.",
            hint="Give the engine of env.py the URL of the database that it connects to.",
        )


def _config_of(config: Config, url: DatabaseURL | None) -> Config:
    """Return the configuration with the kind of database that env.py connects to."""
    if url is None or url.backend == config.database:
        return config
    if config.names("database"):
        raise UsageError(
            f"The URL names a database of the kind {url.backend}, and strata.toml says "
            f'database = "{config.database}".',
            detail="Scratch databases, and so each comparison, would be of the wrong kind.",
            hint="Correct the URL (DATABASE_URL in the environment or in .env), or write into "
            f'strata.toml: database = "{url.backend}"',
        )
    return replace(config, database=url.backend)


def _several_databases(count: int) -> StrataError:
    return UsageError(
        f"env.py migrates {count} databases in one run.",
        detail="This command supports one.",
        hint="If env.py reads an argument such as `-x tenant=NAME`, give it to this command too.",
    )
