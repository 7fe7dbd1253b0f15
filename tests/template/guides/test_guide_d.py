"""Guide D: settings in env.py, Make's verbs, Docker, zero downtime."""

import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from stratakit.config import Config
from stratakit.engine import url
from tests import databases
from tests.service import Service
from tests.serving import Site, Traffic, free_port, served
from tests.template.team_guide import follow_recipe, recipes
from tests.terminal import typing

pytestmark = pytest.mark.slow

PHONE = "phone: Mapped[str | None] = mapped_column(String(20))"
ADD_PHONE = 'op.add_column("items", sa.Column("phone", sa.String(20)))'
DROP_PHONE = 'op.drop_column("items", "phone")'
ITEM = "INSERT INTO items (name, price) VALUES ('kept', 1)"

CUSTOMERS = """\
from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Key


class Customer(Base):
    __tablename__ = "customers"

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(200))
"""
ROUTES = """\
from fastapi import APIRouter
from sqlalchemy import select

from app.customers.models import Customer
from app.dependencies import ReadSession, Session

router = APIRouter(prefix="/customers")


@router.post("", status_code=201)
async def create(data: dict[str, str], session: Session) -> int:
    customer = Customer(name=data["name"])
    session.add(customer)
    await session.flush()
    return customer.id


@router.get("/{id}")
async def read(id: int, session: ReadSession) -> str:
    found = (await session.scalars(select(Customer).where(Customer.id == id))).one()
    return found.name
"""
CREATE_CUSTOMERS = """\
op.create_table(
        "customers",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True
        ),
        sa.Column("name", sa.String(200), nullable=False),
    )"""


@pytest.fixture
def customers(migrated: Service) -> Service:
    """A service at head with the feature that the guide's recipes are about, and rows in it."""
    migrated.write("app/customers/__init__.py", "")
    migrated.write("app/customers/models.py", CUSTOMERS)
    migrated.write("app/customers/routes.py", ROUTES)
    routers = "    app.include_router(items_router)\n"
    own = "    from app.customers.routes import router\n\n    app.include_router(router)\n"
    migrated.edit("app/main.py", routers, routers + own)
    migrated.revision("003", "002", CREATE_CUSTOMERS, 'op.drop_table("customers")')
    _succeeds(migrated.migrate("upgrade"))
    migrated.sql("INSERT INTO customers (name) VALUES ('Ada'), ('Grace')")
    return migrated


@pytest.mark.row("D1")
def test_make_migrate_creates_what_upgrade_db_applies_and_downgrade_db_undoes(
    migrated: Service,
) -> None:
    """D1: the aliases of the verbs; the message is required where nobody can be asked."""
    migrated.add_column(PHONE)
    refused = migrated.run("make", "migrate")
    assert refused.returncode == 2
    assert 'MESSAGE="' in refused.stderr
    _succeeds(migrated.run("make", "migrate", "MESSAGE=add the item's phone"))
    assert "the item's phone" in migrated.newest().read_text()
    _succeeds(migrated.run("make", "upgrade-db"))
    migrated.sql("SELECT phone FROM items")
    _succeeds(migrated.run("make", "downgrade-db"))
    assert migrated.stands_at() == "002"


@pytest.mark.row("D1")
@pytest.mark.databases("sqlite")
def test_at_a_terminal_make_migrate_asks_for_the_message(migrated: Service) -> None:
    """D1: MESSAGE is asked for."""
    migrated.add_column(PHONE)
    asked = typing("add the item's $phone", migrated, "make", "migrate")
    assert asked.returncode == 0, asked.stdout
    assert "add the item's $phone" in migrated.newest().read_text()


@pytest.mark.row("D1")
def test_make_backup_is_brought_back_by_make_restore(migrated: Service) -> None:
    """D1: `make backup`, and the way back, which asks for the database's name."""
    migrated.sql(ITEM)
    _succeeds(migrated.run("make", "backup"))
    (backup,) = (migrated.root / "backups").glob("*002*")
    migrated.sql("DELETE FROM items")
    name = Path(str(migrated.engine().url.database)).name
    restored = typing(name, migrated, "make", "restore", f"FILE={backup}")
    assert restored.returncode == 0, restored.stdout
    assert migrated.sql("SELECT name FROM items") == [("kept",)]


@pytest.mark.row("D1")
@pytest.mark.databases("postgresql", "sqlite")
def test_clean_and_up_begin_with_a_fresh_database_at_head(live: Service) -> None:
    """D1: `make up` starts everything; `make clean && make up` begins anew."""
    local = Service(live.root, live.database)
    _succeeds(local.run("make", "install-dev"))
    site = Site(free_port())
    _succeeds(local.run("make", "up", f"PORT={site.port}"))
    assert site.ask("/v1/items", {"name": "old", "price": "1"})[0] == 201
    _succeeds(local.run("make", "clean"))
    _succeeds(local.run("make", "up", f"PORT={site.port}"))
    assert site.ask("/ready")[1]["status"] == "ready"
    assert site.ask("/v1/items") == (200, {"items": [], "next": None})


@pytest.mark.row("D1")
def test_clean_leaves_a_database_alone_that_database_url_names(
    live: Service, tmp_path: Path
) -> None:
    """D1: never a server named by DATABASE_URL."""
    live.environment.setdefault("DATABASE_URL", f"sqlite:///{tmp_path}/named.db")
    _succeeds(live.migrate("upgrade"))
    live.sql(ITEM)
    _succeeds(live.run("make", "clean"))
    assert live.sql("SELECT name FROM items") == [("kept",)]


@pytest.mark.row("D1")
@pytest.mark.databases("sqlite")
def test_clean_is_refused_in_production(migrated: Service) -> None:
    """D1: in production the local database may be the only one."""
    migrated.sql(ITEM)
    migrated.write(".env", "ENVIRONMENT=production\n")
    refused = migrated.run("make", "clean")
    assert refused.returncode != 0
    assert "(.local)" in refused.stderr
    assert migrated.sql("SELECT name FROM items") == [("kept",)]
    assert "Unset ENVIRONMENT" in refused.stderr
    migrated.write(".env", "")
    _succeeds(migrated.run("make", "clean"))
    assert not (migrated.root / ".local").exists()


@pytest.mark.row("D2")
def test_the_url_comes_from_the_settings_as_people_write_it(live: Service, tmp_path: Path) -> None:
    """D2: from `.env` by way of the settings, in any spelling; the environment goes before."""
    given = live.environment.setdefault("DATABASE_URL", f"sqlite:///{tmp_path}/other.db")
    _, _, rest = given.partition("://")
    in_the_file, in_the_environment = {
        "postgresql": ("postgresql+psycopg2", "postgres"),
        "mysql": ("mysql+mysqldb", "mariadb+pymysql"),
        "sqlite": ("sqlite", "sqlite+aiosqlite"),
    }[live.database]
    assert "://" not in (live.root / "alembic.ini").read_text()
    settings = Service(live.root, live.database)
    settings.write(".env", f"DATABASE_URL={in_the_file}://{rest}\n")
    _succeeds(settings.alembic("upgrade", "001"))
    assert live.stands_at() == "001"
    settings.write(".env", "DATABASE_URL=sqlite:////nowhere/at/all.db\n")
    overriding = f"{in_the_environment}://{rest}"
    _succeeds(settings.alembic("upgrade", "head", DATABASE_URL=overriding))
    assert live.stands_at() == "002"


@pytest.mark.row("D3")
def test_offline_sql_is_for_this_database_and_does_what_an_upgrade_does(live: Service) -> None:
    """D3: without any database; run by hand, it leaves a database that `check` finds whole."""
    without = Service(live.root, live.database)
    _succeeds(without.shell(".venv/bin/alembic upgrade head --sql > migration.sql"))
    assert not (live.root / ".local").exists(), "a database was started or made"
    _run_script(live, (live.root / "migration.sql").read_text())
    assert live.stands_at() == "002"
    assert "agree" in _succeeds(live.migrate("check")).stdout
    _succeeds(live.alembic("check"))


@pytest.mark.row("D4")
def test_alembic_goes_up_to_a_revision_and_down_to_base(live: Service) -> None:
    """D4: `alembic upgrade <rev>`, `downgrade base`."""
    for target in ("001", "002"):
        _succeeds(live.alembic("upgrade", target))
        assert live.stands_at() == target
    live.sql("SELECT id FROM items")
    _succeeds(live.alembic("downgrade", "base"))
    assert live.stands_at() is None
    with live.connection() as connection:
        assert not connection.dialect.has_table(connection, "items")


@pytest.mark.row("D5")
def test_the_guides_recipes_run_while_rows_are_written(customers: Service) -> None:
    """D5: add column, index, foreign key, rename: no writer fails or waits for more than 3 s."""
    of_the_guide = recipes(customers.root)
    for what in ("add a column", "index", "foreign key", "rename"):
        assert what in " ".join(of_the_guide)
    _fill(customers, 20_000)
    engine = customers.engine()

    def write(number: int) -> int:
        with engine.begin() as connection:
            _give_up_after_three_seconds(connection.exec_driver_sql, customers.database)
            connection.execute(
                text("UPDATE customers SET id = :id WHERE id = :id"), {"id": number % 2 + 1}
            )
        return 200

    with Traffic(write) as traffic:
        for number, (name, code) in enumerate(of_the_guide.items(), 10):
            follow_recipe(customers, f"0{number}", code)
            _succeeds(customers.migrate("upgrade"))
            traffic.wait_before_retry()
            assert not traffic.failed, f"{name}: {traffic.failed[:3]}"


@pytest.mark.row("D5")
@pytest.mark.databases("postgresql")
def test_the_index_recipe_stops_no_writer_while_it_waits_for_a_long_transaction(
    customers: Service,
) -> None:
    """D5: what a plain CREATE INDEX would do to a live table."""
    code = recipes(customers.root)["index"].replace('["country"]', '["name"]')
    follow_recipe(customers, "010", code)
    engine = customers.engine()
    waiting = text(
        "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) "
        "WHERE NOT granted AND query LIKE 'CREATE INDEX%ix_customers_country%'"
    )
    with engine.connect() as long, engine.connect() as short:
        long.exec_driver_sql("UPDATE customers SET name = 'Ada L.' WHERE id = 1")
        upgrade = subprocess.Popen(
            [customers.python, "scripts/migrate.py", "upgrade"],
            cwd=customers.root,
            env=customers.environ(),
            stdout=subprocess.DEVNULL,
        )
        while not short.scalar(waiting):
            assert upgrade.poll() is None
            short.rollback()
        short.exec_driver_sql("SET lock_timeout = '1s'")
        short.exec_driver_sql("INSERT INTO customers (name) VALUES ('written meanwhile')")
        short.commit()
        long.rollback()
        assert upgrade.wait(60) == 0


@pytest.mark.row("D6")
def test_a_required_column_is_added_while_old_and_new_code_serve(customers: Service) -> None:
    """D6: add, deploy, fill, forbid NULL; no request of either code fails."""
    of_the_guide = recipes(customers.root)
    forbid = [name for name in of_the_guide if name.startswith("forbid NULL")]
    with served(customers) as old, Traffic(_clients_of(old)) as to_old:
        to_old.wait_before_retry()
        follow_recipe(customers, "010", of_the_guide["add a column"])
        _succeeds(customers.migrate("upgrade"))
        to_old.wait_before_retry()
        _write_the_country(customers)
        with served(customers) as new, Traffic(_clients_of(new)) as to_new:
            for number, name in enumerate(["fill it", *forbid], 11):
                to_old.wait_before_retry()
                to_new.wait_before_retry()
                follow_recipe(customers, f"0{number}", of_the_guide[name])
                _succeeds(customers.migrate("upgrade"))
            to_old.wait_before_retry()
            to_new.wait_before_retry()
    assert [to_old.failed, to_new.failed] == [[], []]
    found = {country for (country,) in customers.sql("SELECT DISTINCT country FROM customers")}
    assert found == {"DE", "FR"}


@pytest.mark.row("D6")
def test_a_column_is_renamed_while_old_and_new_code_serve(customers: Service) -> None:
    """D6: add, write both, copy, read the new one, drop; no request of any code fails."""
    of_the_guide = recipes(customers.root)
    with served(customers) as old, Traffic(_clients_of(old)) as to_old:
        follow_recipe(customers, "010", of_the_guide["rename, before the new code"])
        _succeeds(customers.migrate("upgrade"))
        to_old.wait_before_retry()
        _write_both_names(customers)
        with served(customers) as both:
            with Traffic(_clients_of(both)) as to_both:
                to_both.wait_before_retry()
                to_old.wait_before_retry()
            to_old.end()
            copy = of_the_guide["fill it"].replace("country = 'DE'", "full_name = name")
            follow_recipe(customers, "011", copy.replace("country IS", "full_name IS"))
            with Traffic(_clients_of(both)) as to_both_again:
                _succeeds(customers.migrate("upgrade"))
                _write_the_new_name_only(customers)
                with served(customers) as new, Traffic(_clients_of(new)) as to_new:
                    to_new.wait_before_retry()
                    to_both_again.wait_before_retry()
                    to_both_again.end()
                    follow_recipe(customers, "012", of_the_guide["rename, after the old code"])
                    _succeeds(customers.migrate("upgrade"))
                    to_new.wait_before_retry()
                    assert new.ask("/customers/1") == (200, "Ada")
    assert [to_old.failed, to_both.failed, to_both_again.failed, to_new.failed] == [[], [], [], []]
    assert customers.sql("SELECT count(*) FROM customers WHERE full_name IS NULL") == [(0,)]


@pytest.mark.row("D7")
def test_replicas_that_start_at_once_migrate_once(live: Service) -> None:
    """D7: each start runs `upgrade` first; one works, the others wait and find nothing to do."""
    live.revision("003", "002", f"import time; time.sleep(2); {ADD_PHONE}", DROP_PHONE)
    replicas = [
        subprocess.Popen(
            [live.python, "scripts/migrate.py", "upgrade"],
            cwd=live.root,
            env=live.environ(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for _ in range(4)
    ]
    told = [replica.communicate(timeout=180)[0] for replica in replicas]
    assert [replica.returncode for replica in replicas] == [0, 0, 0, 0], told
    assert all(" at 003 " in each for each in told)
    applied = live.sql("SELECT revision FROM migration_log ORDER BY id")
    assert applied == [("001",), ("002",), ("003",)]


@pytest.mark.row("D8")
@pytest.mark.databases("sqlite")
def test_a_new_revision_has_a_place_for_notes(migrated: Service) -> None:
    """D8: what, breaking changes, manual steps; by our command and by plain Alembic."""
    _succeeds(migrated.migrate("create", "--empty", "fill phone numbers"))
    by_ours = migrated.newest().read_text()
    _succeeds(migrated.alembic("revision", "-m", "fill addresses"))
    for file in (by_ours, migrated.newest().read_text()):
        for note in ("What: fill", "Breaking changes: none", "Manual steps: none"):
            assert note in file


@pytest.mark.row("D9")
def test_revisions_are_tried_on_a_copy_of_production(migrated: Service, tmp_path: Path) -> None:
    """D9: dump there, restore here, upgrade here: one command each."""
    migrated.sql(ITEM)
    _succeeds(migrated.migrate("backup", ENVIRONMENT="production"))
    (backup,) = (migrated.root / "backups").glob("*002*")
    migrated.revision("003", "002", ADD_PHONE, DROP_PHONE)
    with databases.fresh(migrated.database) as environment:
        environment.setdefault("DATABASE_URL", f"sqlite:///{tmp_path}/copy.db")
        here = Service(migrated.root, migrated.database, environment)
        name = url.parse(environment["DATABASE_URL"], Config(root=here.root)).name
        _succeeds(here.migrate("restore", str(backup), "--yes", name))
        assert here.stands_at() == "002"
        _succeeds(here.migrate("upgrade"))
        assert here.sql("SELECT name, phone FROM items") == [("kept", None)]
    assert migrated.stands_at() == "002"


@pytest.mark.row("D10")
def test_a_stamp_is_refused_on_a_database_that_is_behind(live: Service) -> None:
    """D10: refused by both commands, with what is missing and the command that applies it."""
    for refused in (live.alembic("stamp", "head"), live.migrate("stamp", "head")):
        assert refused.returncode != 0
        assert "table items " in refused.stderr
    live.follow(refused.stderr, "./migrate.sh upgrade 002")
    assert live.stands_at() == "002"


@pytest.mark.row("D10")
def test_a_stamp_does_not_hide_a_deleted_file(migrated: Service) -> None:
    """D10: the schema still has what the deleted revision made, until that is undone."""
    file = migrated.revision("003", "002", ADD_PHONE, DROP_PHONE)
    _succeeds(migrated.migrate("upgrade"))
    file.unlink()
    for refused in (
        migrated.migrate("stamp", "002"),
        migrated.alembic("stamp", "--purge", "002"),
        migrated.alembic("stamp", "002"),
    ):
        assert refused.returncode != 0, refused.stdout
        assert migrated.stands_at() == "003"
    migrated.sql("ALTER TABLE items DROP COLUMN phone")
    _succeeds(migrated.migrate("stamp", "002"))
    assert migrated.stands_at() == "002"


def _succeeds(done: subprocess.CompletedProcess[str]) -> subprocess.CompletedProcess[str]:
    assert done.returncode == 0, f"{done.args}\n{done.stdout}\n{done.stderr}"
    return done


def _run_script(service: Service, script: str) -> None:
    """Run a script of SQL as the database's own program would."""
    if service.database == "sqlite":
        file = Path(str(service.engine().url.database))
        file.parent.mkdir(exist_ok=True)
        with closing(sqlite3.connect(file)) as connection:
            connection.executescript(script)
        return
    code = "\n".join(line for line in script.splitlines() if not line.startswith("--"))
    engine = service.engine().execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connected:
        for statement in filter(str.strip, code.split(";\n")):
            connected.exec_driver_sql(statement)


def _fill(service: Service, rows: int) -> None:
    with service.connection() as connection:
        connection.execute(
            text("INSERT INTO customers (name) VALUES (:name)"),
            [{"name": f"customer {number}"} for number in range(rows)],
        )


def _give_up_after_three_seconds(run: Callable[[str], object], database: str) -> None:
    if database == "postgresql":
        run("SET LOCAL lock_timeout = '3s'")
    elif database == "mysql":
        run("SET SESSION lock_wait_timeout = 3, innodb_lock_wait_timeout = 3")
    else:
        run("PRAGMA busy_timeout = 3000")


def _clients_of(site: Site) -> Callable[[int], int]:
    """A client that writes a customer and reads it back."""

    def request(number: int) -> int:
        status, customer_id = site.ask("/customers", {"name": f"client {number}"})
        return status if status >= 400 else site.ask(f"/customers/{customer_id}")[0]

    return request


def _write_the_country(service: Service) -> None:
    service.edit(
        "app/customers/models.py",
        "    name:",
        "    country: Mapped[str] = mapped_column(String(2))\n    name:",
    )
    service.edit("app/customers/routes.py", "Customer(name", 'Customer(country="FR", name')


def _write_both_names(service: Service) -> None:
    service.edit(
        "app/customers/models.py",
        "    name:",
        "    full_name: Mapped[str | None] = mapped_column(String(200))\n    name:",
    )
    service.edit(
        "app/customers/routes.py",
        '(name=data["name"]',
        '(name=data["name"], full_name=data["name"]',
    )
    service.edit(
        "app/customers/routes.py", "return found.name", "return found.full_name or found.name"
    )


def _write_the_new_name_only(service: Service) -> None:
    service.edit(
        "app/customers/models.py", "    name: Mapped[str] = mapped_column(String(200))\n", ""
    )
    service.edit("app/customers/models.py", "Mapped[str | None]", "Mapped[str]")
    service.edit("app/customers/routes.py", 'name=data["name"], ', "")
    service.edit("app/customers/routes.py", "found.full_name or found.name", "found.full_name")
