"""What was dropped and added is asked about at a terminal; without one it stays, and is found."""

import os
import pty
import re
import subprocess
from collections.abc import Sequence

import pytest

from tests.changes import ADD_PHONE, AN_ITEM, DROP_PHONE
from tests.service import Service

MOBILE = "mobile: Mapped[str | None] = mapped_column(String(20))"
RENAME = ("scripts/migrate.py", "create", "rename phone to mobile")


def answering(answer: str, service: Service, command: Sequence[str]) -> str:
    """Run a command whose input and output are a terminal; what it wrote."""
    keyboard, terminal = pty.openpty()
    os.write(keyboard, f"{answer}\n".encode())
    process = subprocess.Popen(
        [service.python, *command],
        cwd=service.root,
        env=service.environ(),
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
    )
    os.close(terminal)
    written = b""
    try:
        while part := os.read(keyboard, 4096):
            written += part
    except OSError:  # the other side is closed
        pass
    os.close(keyboard)
    assert process.wait(timeout=180) == 0, written.decode()
    return written.decode()


@pytest.fixture
def with_a_phone(migrated: Service) -> Service:
    migrated.revision("003", "002", ADD_PHONE, DROP_PHONE)
    migrated.migrate("upgrade")
    migrated.sql(AN_ITEM)
    migrated.sql("UPDATE items SET phone = '555'")
    migrated.add_column(MOBILE)
    return migrated


def test_yes_makes_it_a_rename_that_keeps_the_data(with_a_phone: Service) -> None:
    written = answering("y", with_a_phone, RENAME)
    assert re.search(r"items\.phone .*mobile\? \[y/N\]", written)
    assert "FINDING" not in with_a_phone.newest().read_text()
    assert with_a_phone.migrate("upgrade").returncode == 0
    assert with_a_phone.sql("SELECT mobile FROM items") == [("555",)]
    assert with_a_phone.migrate("downgrade").returncode == 0
    assert with_a_phone.sql("SELECT phone FROM items") == [("555",)]
    assert with_a_phone.migrate("check").returncode == 0


@pytest.mark.databases("sqlite")
def test_an_empty_answer_leaves_a_finding_with_both_versions(with_a_phone: Service) -> None:
    answering("", with_a_phone, RENAME)
    text = with_a_phone.newest().read_text()
    assert "# FINDING: column items.phone " in text
    assert "new_column_name" in text
    assert "drop_column" in text


@pytest.mark.databases("sqlite")
def test_plain_alembic_asks_too(with_a_phone: Service) -> None:
    plain = (".venv/bin/alembic", "revision", "--autogenerate", "-m", "rename phone to mobile")
    assert "renamed to mobile?" in answering("yes", with_a_phone, plain)
    assert "drop_column" not in with_a_phone.newest().read_text()


@pytest.mark.databases("sqlite")
def test_without_a_terminal_nobody_is_asked(with_a_phone: Service) -> None:
    done = with_a_phone.run(with_a_phone.python, *RENAME, typed="y\n")
    assert "renamed to" not in done.stdout.replace("If it was renamed", "")
    assert "# FINDING: column items.phone" in with_a_phone.newest().read_text()


@pytest.mark.databases("sqlite")
def test_a_table_with_the_same_columns_is_asked_about(migrated: Service) -> None:
    migrated.sql(AN_ITEM)
    migrated.edit("app/items/models.py", '__tablename__ = "items"', '__tablename__ = "goods"')
    command = ("scripts/migrate.py", "create", "rename items to goods")
    assert re.search(r"items .*goods\? \[y/N\]", answering("y", migrated, command))
    assert "op.rename_table" in migrated.newest().read_text()
    assert migrated.migrate("upgrade").returncode == 0
    assert migrated.sql("SELECT name FROM goods") == [("chair",)]
