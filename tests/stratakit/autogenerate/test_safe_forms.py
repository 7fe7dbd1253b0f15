"""What `create` writes in a service: several revisions that all else of it can live with."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests import databases
from tests.changes import AN_ITEM
from tests.service import Service

COLUMNS = """    code: Mapped[str | None] = mapped_column(String(9), unique=True)
    size: Mapped[int] = mapped_column(default=5)
    token: Mapped[uuid.UUID] = mapped_column(server_default=text("gen_random_uuid()"))
    noted: Mapped[str | None] = mapped_column(String(9), index=True)
    price: Mapped"""


def revisions(service: Service) -> set[Path]:
    return set((service.root / "migrations" / "versions").glob("*.py"))


@pytest.fixture
def changed(migrated: Service) -> Service:
    migrated.sql(AN_ITEM)
    migrated.edit("app/items/models.py", "    price: Mapped", COLUMNS)
    migrated.edit("app/items/models.py", "from sqlalchemy import ", "from sqlalchemy import text, ")
    text = (migrated.root / "app/items/models.py").read_text()
    lines = text.splitlines(keepends=True)
    first = next(n for n, line in enumerate(lines) if line.startswith(("import ", "from ")))
    migrated.write(
        "app/items/models.py", "".join([*lines[:first], "import uuid\n", *lines[first:]])
    )
    return migrated


@pytest.mark.slow
@pytest.mark.databases("postgresql")
def test_the_revisions_are_recorded_linted_applied_and_what_the_models_say(
    changed: Service,
) -> None:
    before = set(changed.root.glob("migrations/versions/*.py"))
    created = changed.migrate("create", "describe items")
    assert created.returncode == 0, created.stderr
    new = set(changed.root.glob("migrations/versions/*.py")) - before
    assert created.stdout.count("Wrote migrations/versions/") == len(new) == 5
    linted = changed.migrate("lint", *sorted(file.stem.partition("_")[0] for file in new))
    assert linted.returncode == 0, linted.stdout
    upgraded = changed.migrate("upgrade")
    assert upgraded.returncode == 0, upgraded.stderr
    checked = changed.migrate("check")
    assert checked.returncode == 0, checked.stdout
    assert changed.sql("SELECT count(token), min(size) FROM items") == [(1, 5)]
    files = revisions(changed)
    assert changed.migrate("create", "describe items again").returncode == 0
    assert revisions(changed) == files
    tested = changed.run(changed.python, "-m", "pytest", "-q", "tests/test_migrations.py")
    assert tested.returncode == 0, tested.stdout
    undone = changed.migrate("downgrade", "002", "--lose", "items.token,items.size")
    assert undone.returncode == 0, undone.stderr
    assert "token" not in changed.columns("items")


@pytest.mark.databases("postgresql")
def test_plain_alembic_writes_them_too(changed: Service) -> None:
    done = changed.alembic("revision", "--autogenerate", "-m", "describe items")
    assert done.returncode == 0, done.stderr
    assert changed.alembic("upgrade", "head").returncode == 0
    assert changed.alembic("check").returncode == 0


def test_dated_names_tell_the_steps_apart(service: Callable[..., Path]) -> None:
    with databases.fresh("postgresql") as environment:
        dated = Service(service(revision_names="dated"), "postgresql", environment)
        assert dated.migrate("upgrade").returncode == 0
        dated.add_column("noted: Mapped[str | None] = mapped_column(String(9), index=True)")
        created = dated.migrate("create", "note items")
        assert created.returncode == 0, created.stderr
        names = [file.name for file in dated.root.glob("migrations/versions/*note_items.py")]
        assert len([name for name in names if name.endswith("_index_note_items.py")]) == 1
        assert len(names) == 2
        assert dated.migrate("upgrade").returncode == 0
        assert dated.migrate("check").returncode == 0
