"""The pytest plugin: scratch databases for tests, and one test for each revision.

pytest loads it in every environment that has stratakit, whatever the project. Therefore only the
fixtures import SQLAlchemy and Alembic.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession
    from sqlalchemy.orm import Session

    from stratakit.config import Config
    from stratakit.testing.checks import MigrationChecks


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the setting that names the project's folder."""
    parser.addini(
        "stratakit_root",
        "folder of alembic.ini or strata.toml, relative to the rootdir "
        "(default: the nearest one upwards that has either)",
        default="",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker of stratakit's tests."""
    config.addinivalue_line(
        "markers",
        "migrations: a test of stratakit's, which runs the migrations on a scratch database",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test with the argument `migration_revision` once for each revision, in their order."""
    if "migration_revision" in metafunc.fixturenames:
        metafunc.parametrize("migration_revision", _revisions(metafunc.config))


@pytest.fixture(scope="session")
def migration_checks(pytestconfig: pytest.Config) -> "Iterator[MigrationChecks]":
    """The checks behind stratakit's tests of the migrations."""
    from stratakit.testing.checks import MigrationChecks

    with closing(MigrationChecks(_project(pytestconfig))) as checks:
        yield checks


@pytest.fixture(scope="session")
def migrated_database(pytestconfig: pytest.Config) -> Iterator[str]:
    """The URL of a scratch database at head, one for each session and each worker of xdist.

    It names the driver of the migrations, which is synchronous.
    """
    from stratakit.testing import databases

    with databases.migrated_database(_project(pytestconfig)) as url:
        yield url


@pytest.fixture
def database_session(migrated_database: str, pytestconfig: pytest.Config) -> "Iterator[Session]":
    """A session on `migrated_database`; what a test does there, commits too, is rolled back."""
    from stratakit.testing import databases

    with databases.rolled_back_session(migrated_database, _project(pytestconfig)) as session:
        yield session


@pytest.fixture
async def async_database_session(
    migrated_database: str, pytestconfig: pytest.Config
) -> "AsyncIterator[AsyncSession]":
    """The same as an `AsyncSession`, for projects with anyio or pytest-asyncio."""
    from stratakit.engine.pool import Database

    database = Database.from_url(migrated_database, root=_project(pytestconfig).root)
    async with database.rolled_back() as inside, inside.sessions() as session:
        yield session
    await database.engine.dispose()


def _project(pytestconfig: pytest.Config) -> "Config":
    from stratakit.config import load
    from stratakit.diagnostics.command import project_root

    return load(project_root(pytestconfig.rootpath / pytestconfig.getini("stratakit_root")))


def _revisions(pytestconfig: pytest.Config) -> list[str]:
    """The ids of all revisions, each after those that it follows.

    Raises:
        pytest.Collector.CollectError: strata.toml or the revisions cannot be read.
    """
    from graphlib import CycleError, TopologicalSorter

    from stratakit.diagnostics.errors import StrataError
    from stratakit.revisions import history

    try:
        revisions = history.read(_project(pytestconfig).revision_files)
        order = TopologicalSorter({each.id: each.parents for each in revisions.values()})
        return [each for each in order.static_order() if each in revisions]
    except StrataError as error:
        raise pytest.Collector.CollectError(str(error)) from error
    except CycleError as error:
        raise pytest.Collector.CollectError(
            f"The revisions form a cycle: {' -> '.join(error.args[1])}.\n"
            "Correct down_revision in one of them."
        ) from error
