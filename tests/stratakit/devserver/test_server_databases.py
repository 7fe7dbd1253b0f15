"""The databases of the local PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from stratakit.devserver.server import Server
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import StrataError
from tests.stratakit.devserver.servers import ask, made_before


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = made_before(tmp_path_factory.mktemp("running") / "postgresql")
    server.start()
    yield server
    server.remove()


def test_a_database_is_made_once_whatever_its_name(running: Server) -> None:
    name = 'we"ird; 100 %s :name/é'

    running.create_database(name)
    running.create_database(name)

    assert ask(running, "SELECT current_database()", name) == name


def test_a_database_of_a_server_that_does_not_run_is_refused_with_the_command(
    tmp_path: Path,
) -> None:
    with pytest.raises(StrataError) as problem:
        Server(tmp_path / "postgresql").create_database("orders")

    assert f"{MIGRATE} server start" in str(problem.value)
