"""What was dropped and added is asked about at a terminal; without one it stays, and is found."""

import os
import pty
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.schema import SchemaItem

from stratakit.config import Backend
from tests.changes import ADD_PHONE, AN_ITEM, DROP_PHONE
from tests.forms.created import Made, made, metadata
from tests.living import Service
from tests.safety.revisions import server

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
    assert "Was column items.phone renamed to mobile? [y/N]" in written
    assert "renames column items.phone to mobile" in written
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
    assert "# FINDING: column items.phone is dropped with its data" in text
    assert "new_column_name" in text


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
    assert "Was table items renamed to goods? [y/N]" in answering("y", migrated, command)
    assert "op.rename_table" in migrated.newest().read_text()
    assert migrated.migrate("upgrade").returncode == 0
    assert migrated.sql("SELECT name FROM goods") == [("chair",)]


USES: dict[str, Callable[[str], SchemaItem]] = {
    "a unique constraint": lambda column: sa.UniqueConstraint(column),
    "an index": lambda column: sa.Index(None, column),
    "a CHECK": lambda column: sa.CheckConstraint(f"{column} > 0", name="some"),
    "a foreign key": lambda column: sa.ForeignKeyConstraint([column], ["owners.id"]),
}


def using(use: str, column: str) -> sa.MetaData:
    """A table with a column that something else of the table names."""
    declared = metadata()
    sa.Table("owners", declared, sa.Column("id", sa.BigInteger, primary_key=True))
    own = [sa.Column("id", sa.BigInteger, primary_key=True), sa.Column(column, sa.BigInteger)]
    sa.Table("items", declared, *own, USES[use](column))
    return declared


def renamed_and_back(service: Made, models: sa.MetaData, before: str, after: str) -> None:
    """Create what renames, and take it up, down and up: the queries find the row each time."""
    start = service.stands_at()
    service.confirm = lambda _question: True
    service.create(models)
    service.there_and_back(models)
    assert service.execute(after) == [(1,)]
    service.downgrade(start)
    assert service.execute(before) == [(1,)]
    service.upgrade()
    assert service.execute(after) == [(1,)]
    assert service.missing(models) == []


@pytest.mark.parametrize(
    ("backend", "use"),
    [
        (backend, use)
        for backend in ("postgresql", "sqlite", "mysql")
        for use in USES
        # The index that MySQL makes for a foreign key stays when the key is undone.
        if (backend, use) != ("mysql", "a foreign key")
    ],
)
def test_what_names_a_column_is_renamed_with_it(backend: Backend, use: str, tmp_path: Path) -> None:
    with server(backend), made(tmp_path, backend, using(use, "number")) as service:
        service.execute("INSERT INTO owners (id) VALUES (1)")
        service.execute("INSERT INTO items (id, number) VALUES (1, 1)")
        queries = ("SELECT number FROM items", "SELECT code FROM items")
        renamed_and_back(service, using(use, "code"), *queries)


@pytest.mark.parametrize("backend", ["postgresql", "sqlite"])
def test_the_finding_of_a_table_gives_both_directions(backend: Backend, tmp_path: Path) -> None:
    goods = metadata()
    using("an index", "number").tables["items"].to_metadata(goods, name="goods")
    with server(backend), made(tmp_path, backend, using("an index", "number")) as service:
        (file,) = service.create(goods)
        text = " ".join(file.read_text().replace("#", " ").split())
        assert "replace both by: op.rename_table('items', 'goods')" in text
        assert "both in downgrade() by: op.rename_table('goods', 'items')" in text


def referred(name: str) -> sa.MetaData:
    """A table that names itself in all that it has, and two that refer to it."""
    declared = metadata()
    sa.Table(
        name,
        declared,
        sa.Column("id", sa.BigInteger, primary_key=True),
        sa.Column("name", sa.String(20), unique=True),
        sa.Column("age", sa.Integer, index=True),
        sa.Column("boss_id", sa.ForeignKey(f"{name}.id")),
        sa.CheckConstraint("age > 0", name="born"),
    )
    for referring in ("children", "pupils"):
        sa.Table(
            referring,
            declared,
            sa.Column("id", sa.BigInteger, primary_key=True),
            sa.Column("parent_id", sa.ForeignKey(f"{name}.id", ondelete="CASCADE")),
        )
    return declared


def test_a_table_that_others_refer_to_takes_its_names_along(tmp_path: Path) -> None:
    with server("postgresql"), made(tmp_path, "postgresql", referred("parents")) as service:
        service.execute("INSERT INTO parents (id, name, age) VALUES (1, 'Ann', 40)")
        service.execute("INSERT INTO children (id, parent_id) VALUES (1, 1)")
        service.execute("INSERT INTO pupils (id, parent_id) VALUES (1, 1)")
        query = "SELECT p.id FROM {} p JOIN children c ON c.parent_id = p.id"
        queries = (query.format("parents"), query.format("guardians"))
        renamed_and_back(service, referred("guardians"), *queries)
