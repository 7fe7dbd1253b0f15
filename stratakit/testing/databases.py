"""A scratch database at head for a project's tests, and sessions that are rolled back."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from sqlalchemy import NullPool, create_engine
from sqlalchemy.orm import Session

from stratakit import scratch
from stratakit.config import Config
from stratakit.engine.migration import configure_sqlite
from stratakit.engine.url import parse
from stratakit.scratch import environment
from stratakit.testing.failures import explained_failures


@contextmanager
def migrated_database(config: Config) -> Iterator[str]:
    """Create a scratch database, upgrade it to head, and drop it afterwards.

    Yields:
        Its URL, with the password if it has one and with the driver of the migrations.
    """
    with ExitStack() as resources:
        with explained_failures(config):
            # strata.toml need not name the kind of the database.
            named = config if config.names("database") else environment.capture(config).config
            database = resources.enter_context(scratch.migrated_database(named))
        yield database.for_migrations.render_as_string(hide_password=False)


@contextmanager
def rolled_back_session(url: str, config: Config) -> Iterator[Session]:
    """Open a session in a transaction that is rolled back afterwards.

    What the session commits is a savepoint of that transaction.
    """
    engine = create_engine(url, poolclass=NullPool)
    configure_sqlite(engine, parse(url, config), begin="BEGIN", foreign_keys="ON")
    with engine.connect() as connection, connection.begin() as transaction:
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            yield session
        transaction.rollback()
