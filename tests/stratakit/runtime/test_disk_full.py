"""A disk that is full in the middle of a migration, and has room again for the next try."""

import os
import re
import subprocess
from collections.abc import Iterator
from errno import ENOSPC
from pathlib import Path

import pytest
from sqlalchemy import text

from stratakit.devserver.account import account_for
from stratakit.engine.migration import migration_engine
from stratakit.engine.url import DatabaseURL
from tests.service import Service

MEGABYTES = 24
COLUMNS = "(id INTEGER, filling VARCHAR(3000))"
# Twice as much as there is room for.
FILL = """import random
    op.execute("CREATE TABLE filled {columns}")
    for number in range(48):
        filling = [random.randbytes(1500).hex() for _ in range(350)]
        values = [{{"id": number, "filling": each}} for each in filling]
        op.get_bind().execute(sa.text("INSERT INTO filled VALUES (:id, :filling)"), values)"""


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A disk of a few megabytes."""
    folder = tmp_path / "small"
    folder.mkdir()
    if os.geteuid() != 0 or _mounted(folder, "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "small"):
        pytest.skip("only root can make a small disk, where it may mount one")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
def on_it(migrated: Service, small: Path) -> Iterator[Service]:
    """A migrated service with its database there; of MySQL, with the table of its next revision."""
    if migrated.database == "sqlite":
        file = small / "service.db"
        file.write_bytes(Path(str(migrated.url.url.database)).read_bytes())
        migrated.environment["DATABASE_URL"] = f"sqlite:///{file}"
    if migrated.database != "postgresql":
        yield migrated
        return
    account_for(small).take_ownership(small)
    name = migrated.url.name
    server = DatabaseURL("postgresql", migrated.url.url.set(database="postgres"))
    engine = migration_engine(server).execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE TABLESPACE small LOCATION '{small}'"))
        connection.execute(text(f"ALTER DATABASE {name} SET TABLESPACE small"))
        yield migrated
        connection.execute(text(f"ALTER DATABASE {name} SET TABLESPACE pg_default"))
        connection.execute(text("DROP TABLESPACE small"))


def test_a_full_disk_loses_nothing_and_the_next_run_finishes(on_it: Service, small: Path) -> None:
    columns = COLUMNS
    if on_it.database == "mysql":
        columns += f" DATA DIRECTORY='{small}'"
    on_it.revision("003", "002", FILL.format(columns=columns))
    failed = on_it.migrate("upgrade")
    assert failed.returncode == 1
    assert "Traceback" not in failed.stderr
    assert re.search(f"{os.strerror(ENOSPC)}|is full", failed.stderr), failed.stderr
    assert on_it.stands_at() == "002"
    assert on_it.columns("items")
    if on_it.database == "mysql":
        assert "  applied: CREATE TABLE filled" in failed.stderr
        on_it.sql("DROP TABLE filled")
    else:
        assert "applied:" not in failed.stderr
        assert " at 002" in failed.stderr
    assert _mounted(small, "-o", "remount,size=400m") == 0
    again = on_it.migrate("upgrade")
    assert again.returncode == 0, again.stderr
    assert on_it.sql("SELECT count(*) FROM filled") == [(48 * 350,)]


def _mounted(folder: Path, *options: str) -> int:
    return subprocess.run(["mount", *options, folder], capture_output=True).returncode
