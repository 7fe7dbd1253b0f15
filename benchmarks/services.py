"""A service of the working tree with a chain of revisions, for the other scripts here."""

import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import copier
from sqlalchemy import text

from stratakit.config import load
from stratakit.engine.migration import migration_engine
from stratakit.engine.url import DatabaseURL
from stratakit.scratch import environment, mariadb
from tests import databases
from tests.conftest import clone
from tests.rows import imports_of_a_service
from tests.service import Service

INDEX = """with op.get_context().autocommit_block():
        op.create_index("ix_t3", "t3", ["id"], postgresql_concurrently=True, if_not_exists=True)"""


@contextmanager
def rendered(backend: str) -> Iterator[Service]:
    """A service without a database, in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        template, root = Path(folder) / "template", Path(folder) / "service"
        clone(template)
        shutil.rmtree(template / ".git")
        copier.run_copy(str(template), root, data={"database": backend}, defaults=True, quiet=True)
        with imports_of_a_service():
            # Forked processes then have what env.py imports.
            environment.metadata(load(root))
            yield Service(root, backend)


def chain(service: Service, length: int, *, concurrently: bool = False) -> None:
    """Write revisions 003 and on: each makes a table `t3`, `t4`, ... and may be slow."""
    before = "002"
    for number in range(3, 3 + length):
        revision_id = f"{number:03}"
        work = f'op.create_table("t{number}", sa.Column("id", sa.Integer()))'
        service.revision(revision_id, before, work, f'op.drop_table("t{number}")')
        before = revision_id
    if concurrently and service.database == "postgresql":
        service.revision("900", before, INDEX, "pass")


@contextmanager
def database(service: Service) -> Iterator[None]:
    """A fresh, empty database for a service, on a server that may end and start meanwhile."""
    if service.database == "sqlite":
        yield
        for file in (service.root / ".local").glob("*.db*"):
            file.unlink()
        return
    server = server_of(service.database)
    name = f"service_{secrets.token_hex(6)}"
    force = " WITH (FORCE)" if service.database == "postgresql" else ""
    _run(server, f"CREATE DATABASE {name}")
    if service.database == "postgresql":
        # The server of the tests may lose what it committed in the moment before it is killed.
        _run(server, f"ALTER DATABASE {name} SET synchronous_commit = on")
    url = server.with_name(name).url.render_as_string(hide_password=False)
    service.environment["DATABASE_URL"] = url
    service.environment["TEST_DATABASE_URL"] = server.url.render_as_string(hide_password=False)
    yield
    _run(server, f"DROP DATABASE {name}{force}")


def server_of(backend: str) -> DatabaseURL:
    """The server of this process."""
    if backend == "postgresql":
        return databases._postgresql()
    server = mariadb.start_server(databases._config())
    # For scratch databases it keeps what is committed to itself for a second.
    _run(server, "SET GLOBAL innodb_flush_log_at_trx_commit = 2")
    return server


def _run(server: DatabaseURL, statement: str) -> None:
    engine = migration_engine(server).execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
