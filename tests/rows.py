"""Tests that prove a row of the five guides: on which databases they run, and the table of them.

`@pytest.mark.row("A1")` names the row, `@pytest.mark.databases("sqlite")` limits the databases. On
the first of them, a test counts among the fast ones; on the others among the slow.
"""

import sys
from collections import defaultdict
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import pytest
from fastapi import FastAPI

from stratakit import scratch
from stratakit.config import Config
from tests import databases
from tests.service import Service

DATABASES = ("postgresql", "sqlite", "mysql")

# The rows of the guides: each has to have its test.
ROWS = (
    [f"A{number}" for number in ("1", "1b", *range(2, 16))]
    + [f"B{number}" for number in ("1", "2", "3", "3b", *range(4, 12))]
    + [f"C{number}" for number in ("1", "2", "3", "4", "4b", "5", "6", "7")]
    + [f"D{number}" for number in range(1, 11)]
    + [f"E{number}" for number in range(1, 9)]
)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "row(*names): the rows of the guides that it proves")
    config.addinivalue_line("markers", "databases(*names): the databases that it concerns")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    given = {mark.args[0] for mark in metafunc.definition.iter_markers("parametrize")}
    if "database" in metafunc.fixturenames and "database" not in given:
        marker = metafunc.definition.get_closest_marker("databases")
        first, *others = marker.args if marker else DATABASES
        slow = [pytest.param(other, marks=pytest.mark.slow) for other in others]
        metafunc.parametrize("database", [first, *slow])


@pytest.fixture
def live(database: str, service: Callable[..., Path]) -> Iterator[Service]:
    """A service with an empty database of its family."""
    with databases.fresh(database) as environment:
        yield Service(service(database=database), database, environment)


@pytest.fixture
def migrated(live: Service) -> Service:
    """The same with all revisions applied, in this process, and everything committed."""
    with imports_of_a_service():
        scratch.upgrade(live.url, Config(root=live.root))
    live.commit()
    return live


@pytest.fixture(scope="session")
def create_app(compiled: Callable[..., Path]) -> Callable[..., FastAPI]:
    """The function of this name in a service with the default answers, in this process."""
    with imports_of_a_service():
        sys.path.insert(0, str(compiled()))
        function: Callable[..., FastAPI] = import_module("app.main").create_app
    return function


@contextmanager
def imports_of_a_service() -> Iterator[None]:
    """Let env.py import the service's modules, and forget them: the next service has its own."""
    path = [*sys.path]
    _forget("app")
    try:
        yield
    finally:
        sys.path[:] = path  # Alembic puts the service's folder there
        _forget("app")


def _forget(package: str) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        del sys.modules[name]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if marker := item.get_closest_marker("row"):
        parameters = item.callspec.params if hasattr(item, "callspec") else {}
        database = parameters.get("database", "any")
        report.user_properties = [("row", f"{row} {database}") for row in marker.args]
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    outcomes: dict[str, dict[str, str]] = defaultdict(dict)
    for outcome, sign in (("passed", "yes"), ("skipped", "skipped"), ("failed", "NO")):
        for report in terminalreporter.stats.get(outcome, []):
            for name, value in getattr(report, "user_properties", []):
                if name != "row":
                    continue
                row, _, database = str(value).partition(" ")
                outcomes[row][database] = sign
    if not outcomes:
        return
    columns = (*DATABASES, "any")
    terminalreporter.section("rows of the guides")
    terminalreporter.write_line("".join(f"{title:<12}" for title in ("row", *columns)))
    for row in ROWS:
        cells = [outcomes[row].get(column, "-") for column in columns]
        terminalreporter.write_line("".join(f"{cell:<12}" for cell in (row, *cells)))
    missing = [row for row in ROWS if not outcomes[row]]
    terminalreporter.write_line(f"{len(ROWS) - len(missing)} of {len(ROWS)} rows have a test.")
    if missing:
        terminalreporter.write_line(f"Missing: {', '.join(missing)}")
