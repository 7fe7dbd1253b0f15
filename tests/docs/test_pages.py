"""The pages of the documentation: a reader follows them in one service, from the copy on."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY, SOURCE
from tests.docs.pages import Reader
from tests.serving import free_port

DOCS = REPOSITORY / "docs"
# Each chapter begins in the service as it was committed when it was created.
CHAPTERS = [
    ["create"],
    ["deploy", "troubleshooting"],
    ["change", "zero-downtime"],
    ["test", "python", "update"],
    ["adopt"],
]
ADD_STRATAKIT = "uv add 'stratakit[postgresql] @ git+URL-OF-THIS-REPOSITORY'"
# As a database is that something other than the migrations created.
UNMANAGED = "echo 'DROP TABLE alembic_version, migration_log' | ./migrate.sh server psql"
BEGIN_AGAIN = """\
git switch --quiet main
git clean --quiet --force -d app migrations tests
git checkout --quiet .
./migrate.sh rebuild
"""


@pytest.fixture
def reader(tmp_path: Path, template: Path) -> Iterator[Reader]:
    """A reader at an empty folder, with Copier and the libraries installed."""
    port = free_port()
    reader = Reader(
        tmp_path,
        {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        {
            "uv tool install copier": "copier --version",
            ADD_STRATAKIT: "true",
            "uv run stratakit": "stratakit",
            "copier copy": f"copier copy --defaults --quiet --data stratakit={SOURCE}",
            "PATH-OR-URL-OF-THIS-REPOSITORY": str(template),
            # These hold the terminal, or install what another test installs.
            "make -C my-service dev": "make -C my-service --dry-run dev",
            "make dev": f"make up PORT={port}",
            "127.0.0.1:8000": f"127.0.0.1:{port}",
            "make template-": "make --dry-run template-",
            "make test": "make --dry-run test",
            "docker compose run --rm migrate python scripts/migrate.py": "./migrate.sh",
        },
    )
    yield reader
    reader.run("make clean")


def test_the_two_commands_of_the_readme_are_the_beginning(reader: Reader) -> None:
    page = REPOSITORY / "README.md"
    # Its existing project is the service, whose database is not started.
    reader.substitutions[ADD_STRATAKIT] = "cd my-service"
    reader.substitutions["stratakit check"] = "stratakit check --models"
    assert reader.follow(page) == page.read_text()


@pytest.mark.slow
def test_every_command_of_the_pages_gives_the_output_that_they_show(
    reader: Reader, request: pytest.FixtureRequest
) -> None:
    for chapter in CHAPTERS:
        if chapter == ["adopt"]:
            assert reader.run(UNMANAGED).returncode == 0
        for name in chapter:
            page = DOCS / f"{name}.md"
            is_update = request.config.option.update_snapshots
            text = reader.follow(page, update=is_update)
            if is_update:
                page.write_text(text)
            assert page.read_text() == text, "update it: pytest tests/docs --snapshot-update"
        for command in BEGIN_AGAIN.splitlines():
            reader.run(command)
