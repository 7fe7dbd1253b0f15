"""What a person sees at a terminal: colour, and how long a revision has been running."""

import re

import pytest

from tests.service import Service
from tests.terminal import watching


@pytest.mark.databases("sqlite")
def test_a_long_revision_shows_that_it_runs(migrated: Service) -> None:
    migrated.revision("003", "002", "import time; time.sleep(2.2)")
    shown = watching(migrated, migrated.python, "scripts/migrate.py", "upgrade")
    assert "Applying 003  by hand 003  00:0" in shown
    assert re.search(r"Applied 003  by hand 003 \(\d\.\d\d s\)", shown)
    assert "\x1b[32mThe database is at 003" in shown


@pytest.mark.databases("sqlite")
def test_plain_alembic_prints_each_revision_and_each_error_once(migrated: Service) -> None:
    migrated.revision("003", "002", "raise ValueError('broken')")
    failed = migrated.alembic("upgrade", "head")
    assert (failed.stdout + failed.stderr).count("broken") == 1
    undone = migrated.alembic("downgrade", "001")
    assert re.findall(r"^Undone (\d+)", undone.stderr, re.MULTILINE) == ["002"]
    assert "Running" not in undone.stderr
