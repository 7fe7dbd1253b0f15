"""Transactions that env.py opens by itself, on PostgreSQL: nobody waits or retries in them."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from stratakit import commands
from stratakit.config import Config, load
from stratakit.engine.migration import migration_engine
from stratakit.engine.url import parse
from tests import databases
from tests.stratakit.environments.projects import COLOUR, ITEMS, SEED, Project, working_in
from tests.stratakit.environments.shapes import HEAD, PLAIN

BEGIN = """
with create_engine(URL).begin() as connection:
    context.configure(connection=connection, target_metadata=target_metadata)
    context.run_migrations()
"""
POOLED = """
from app.database import engine

with engine.begin() as connection:
    context.configure(connection=connection, target_metadata=target_metadata)
    context.run_migrations()
"""
ALTER = (
    ITEMS.replace('"a1"', '"a3"')
    .replace("down_revision = None", 'down_revision = "a2"')
    .partition("def upgrade")[0]
    + """
def upgrade():
    op.add_column("items", sa.Column("size", sa.Integer))


def downgrade():
    op.drop_column("items", "size")
"""
)
AUTOCOMMIT = ALTER.replace(
    '    op.add_column("items", sa.Column("size", sa.Integer))\n',
    '    with op.get_context().autocommit_block():\n        op.execute("SELECT 1")\n',
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    with databases.fresh("postgresql") as variables:
        url = parse(variables["DATABASE_URL"], Config(root=tmp_path)).for_migrations
        named = url.render_as_string(hide_password=False)
        project = Project(tmp_path, HEAD.replace('"sqlite:///app.db"', repr(named)) + BEGIN)
        project.write(
            "app/database.py", f"import sqlalchemy as sa\n\nengine = sa.create_engine({named!r})\n"
        )
        monkeypatch.setenv("TEST_DATABASE_URL", variables["TEST_DATABASE_URL"])
        monkeypatch.setenv("REAL", variables["DATABASE_URL"])
        monkeypatch.setenv("MIGRATION_LOCK_TIMEOUT_SECONDS", "1")
        monkeypatch.chdir(tmp_path)
        with working_in(tmp_path):
            yield project


@pytest.fixture
def engine(project: Project, monkeypatch: pytest.MonkeyPatch) -> Engine:
    import os

    return migration_engine(parse(os.environ["REAL"], Config(root=project.root)))


def start_upgrade(project: Project) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "stratakit", "upgrade"],
        cwd=project.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_of_several_upgrades_at_once_one_migrates(project: Project, engine: Engine) -> None:
    project.write(
        "migrations/versions/a2_seed.py",
        SEED.replace(
            '    op.execute("INSERT', '    op.execute("SELECT pg_sleep(1)")\n    op.execute("INSERT'
        ),
    )
    upgrades = [start_upgrade(project) for _ in range(3)]
    for upgrade in upgrades:
        printed, _ = upgrade.communicate(timeout=120)
        assert upgrade.returncode == 0, printed
    with engine.connect() as connection:
        assert connection.execute(text("SELECT name FROM items")).scalars().all() == ["seed"]


def test_a_revision_that_waits_for_a_table_is_tried_again(project: Project, engine: Engine) -> None:
    assert project.run("upgrade").status == 0
    project.write("migrations/versions/a3_alter.py", ALTER)
    with engine.connect() as connection:
        connection.execute(text("SELECT * FROM items"))
        upgrade = start_upgrade(project)
        deadline = time.monotonic() + 60
        waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        with engine.connect() as observer:
            while not observer.scalar(waiting) and time.monotonic() < deadline:
                observer.rollback()
                time.sleep(0.05)
        time.sleep(2)
        assert upgrade.poll() is None
    printed, _ = upgrade.communicate(timeout=120)
    assert upgrade.returncode == 0, printed
    assert "(head)" in project.run("current").stdout


def test_a_revision_that_leaves_the_transaction_is_refused_before_anything_runs(
    project: Project, engine: Engine
) -> None:
    project.write("migrations/versions/a3_autocommit.py", AUTOCOMMIT)
    outcome = project.run("upgrade")
    assert outcome.status == 1, outcome
    assert "with engine.connect() as connection:" in outcome.stderr
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT to_regclass('items')")) is None


def test_the_lock_is_not_kept_by_a_pool_of_the_application(
    project: Project, engine: Engine
) -> None:
    project.write(
        "migrations/env.py",
        (project.root / "migrations/env.py").read_text().replace(BEGIN, POOLED),
    )
    commands.upgrade(load(project.root))
    with engine.connect() as connection:
        held = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
        assert connection.scalar(held) == 0
    sys.modules["app.database"].engine.dispose()


def test_objects_that_only_the_migrations_create_do_not_stop_a_comparison(project: Project) -> None:
    project.write(
        "app/models.py",
        (project.root / "app/models.py")
        .read_text()
        .replace("sa.String(50))", "sa.String(50), server_default=sa.text('fresh()'))"),
    )
    project.write(
        "migrations/versions/a1_items.py",
        ITEMS.replace(
            "def upgrade():",
            'def upgrade():\n    op.execute("CREATE FUNCTION fresh() RETURNS text LANGUAGE sql'
            " AS 'SELECT 1::text'\")",
        ).replace("nullable=False", "nullable=False, server_default=sa.text('fresh()')"),
    )
    assert project.run("upgrade").status == 0
    checked = project.run("check")
    assert checked.status == 0, checked
    models = (project.root / "app/models.py").read_text()
    project.write("app/models.py", models + COLOUR)
    checked = project.run("check")
    assert checked.status == 1, checked
    assert "adds column items.colour" in checked.stdout


@pytest.mark.parametrize("others", [(False,), (True,), (False, True)], ids=str)
def test_an_enum_that_create_all_leaves_out_belongs_to_the_models(
    project: Project, others: tuple[bool, ...]
) -> None:
    models = (project.root / "app/models.py").read_text()
    models += "    kind = mapped_column(ENUM('a', 'b', name='kinds', create_type=False))\n"
    for number, create_type in enumerate(others):
        enum = f"ENUM('a', 'b', name='kinds', create_type={create_type})"
        models += f"    kinds{number} = mapped_column(sa.ARRAY({enum}))\n"
    project.write("app/models.py", "from sqlalchemy.dialects.postgresql import ENUM\n" + models)
    for verb in ("create kinds", "upgrade", "check", "downgrade -1"):
        done = project.run(*verb.split())
        assert done.status == 0, done


CARS = """

class Car(Base):
    __tablename__ = "cars"

    id: Mapped[int] = mapped_column(primary_key=True)
    fuel = mapped_column(sa.Enum({values}, name="fuel"))
"""


def test_a_value_that_a_downgrade_leaves_is_no_drift(project: Project, engine: Engine) -> None:
    env = (project.root / "migrations/env.py").read_text()
    project.write("migrations/env.py", env.replace(BEGIN, PLAIN))
    models = (project.root / "app/models.py").read_text()
    for message, values in (("cars", "'petrol', 'gas'"), ("hydro", "'petrol', 'gas', 'hydro'")):
        project.write("app/models.py", models + CARS.replace("{values}", values))
        project.run("create", message)
        assert project.run("upgrade").status == 0
    for verb in ("downgrade -1", "drift", "upgrade", "drift", "downgrade -1"):
        done = project.run(*verb.split())
        assert done.status == 0, done
    with engine.begin() as connection:
        connection.execute(text("ALTER TYPE fuel ADD VALUE 'coal'"))
    changed = project.run("drift")
    assert changed.status == 1, changed
    assert "coal" in changed.stdout
