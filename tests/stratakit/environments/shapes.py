"""Files env.py of many shapes, none of which knows stratakit, for one database of SQLite."""

HEAD = """\
import sqlalchemy as sa
from alembic import context
from sqlalchemy import create_engine

from app.models import Base

URL = "sqlite:///app.db"
target_metadata = Base.metadata
"""
PLAIN = """
with create_engine(URL).connect() as connection:
    context.configure(connection=connection, target_metadata=target_metadata)
    with context.begin_transaction():
        context.run_migrations()
"""
SHAPES = {
    "plain": HEAD + PLAIN,
    "without a transaction": HEAD
    + """
with create_engine(URL).connect() as connection:
    context.configure(connection=connection, target_metadata=target_metadata)
    context.run_migrations()
    connection.commit()
""",
    "engine.begin": HEAD
    + """
with create_engine(URL).begin() as connection:
    context.configure(connection=connection, target_metadata=target_metadata)
    context.run_migrations()
""",
    "a transaction and a statement before configure": HEAD
    + """
with create_engine(URL).connect() as connection:
    with connection.begin():
        connection.execute(sa.text("SELECT 1"))
        context.configure(connection=connection, target_metadata=target_metadata)
        with context.begin_transaction():
            context.run_migrations()
""",
    "a statement that commits before configure": HEAD
    + """
with create_engine(URL).connect() as connection:
    connection.execute(sa.text("CREATE TABLE IF NOT EXISTS preset (x INTEGER)"))
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=target_metadata,
        include_name=lambda name, kind, parents: name != "preset",
    )
    with context.begin_transaction():
        context.run_migrations()
""",
    "functions imported by name": HEAD
    + """
from alembic.context import begin_transaction, configure, run_migrations

with create_engine(URL).connect() as connection:
    configure(connection, target_metadata=target_metadata)
    with begin_transaction():
        run_migrations()
""",
    "an error that is swallowed": HEAD
    + """
connection = create_engine(URL).connect()
context.configure(connection=connection, target_metadata=target_metadata)
try:
    with context.begin_transaction():
        context.run_migrations()
except Exception as error:
    print("swallowed", error)
finally:
    connection.close()
""",
    "no offline mode": HEAD
    + """
assert not context.is_offline_mode(), "offline is not supported"
"""
    + PLAIN,
    "both modes": HEAD
    + """
def run_migrations_offline():
    context.configure(
        url=URL,
        target_metadata=target_metadata,
        literal_binds=True,
        dialect_opts={"paramstyle": "named"},
    )
    with context.begin_transaction():
        context.run_migrations()


def run_migrations_online():
    connectable = create_engine(URL, poolclass=sa.pool.NullPool)
    with connectable.connect() as connection:
        context.configure(connection=connection, target_metadata=target_metadata)
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    run_migrations_offline()
else:
    run_migrations_online()
""",
    "asynchronous": HEAD
    + """
import asyncio

from sqlalchemy.ext.asyncio import async_engine_from_config

config = context.config
config.set_main_option("sqlalchemy.url", "sqlite+aiosqlite:///app.db")


def do_run_migrations(connection):
    context.configure(connection=connection, target_metadata=target_metadata)
    with context.begin_transaction():
        context.run_migrations()


async def run_async_migrations():
    connectable = async_engine_from_config(
        config.get_section(config.config_ini_section, {}),
        prefix="sqlalchemy.",
        poolclass=sa.pool.NullPool,
    )
    async with connectable.connect() as connection:
        await connection.run_sync(do_run_migrations)
    await connectable.dispose()


asyncio.run(run_async_migrations())
""",
    "asynchronous with a creator": HEAD
    + """
import asyncio

import aiosqlite
from sqlalchemy.ext.asyncio import create_async_engine


def do_run_migrations(connection):
    context.configure(connection=connection, target_metadata=target_metadata)
    with context.begin_transaction():
        context.run_migrations()


async def run_async_migrations():
    engine = create_async_engine(
        "sqlite+aiosqlite://", async_creator=lambda: aiosqlite.connect("app.db")
    )
    async with engine.begin() as connection:
        await connection.run_sync(do_run_migrations)
    await engine.dispose()


asyncio.run(run_async_migrations())
""",
    "a creator": HEAD
    + """
import sqlite3

URL = "sqlite://"
create_engine = lambda url, create=create_engine: create(
    url, creator=lambda: sqlite3.connect("app.db")
)
"""
    + PLAIN,
    "a pooled engine of the application": HEAD
    + """
from app.database import engine

create_engine = lambda url: engine
"""
    + PLAIN,
    "a listener that connects by itself": HEAD
    + """
import sqlite3

own = create_engine(URL)


@sa.event.listens_for(own, "do_connect")
def connect(dialect, record, arguments, keywords):
    return sqlite3.connect(*arguments, **keywords)


create_engine = lambda url: own
"""
    + PLAIN,
    "transactions of the manual": HEAD
    + """
own = create_engine(URL)


@sa.event.listens_for(own, "connect")
def connect(connection, record):
    connection.isolation_level = None


@sa.event.listens_for(own, "begin")
def begin(connection):
    connection.exec_driver_sql("BEGIN")


create_engine = lambda url: own
"""
    + PLAIN,
    "foreign keys enforced": HEAD
    + """
own = create_engine(URL)


@sa.event.listens_for(own, "connect")
def connect(connection, record):
    connection.execute("PRAGMA foreign_keys = ON")


create_engine = lambda url: own
"""
    + PLAIN,
    "one transaction for all": HEAD
    + """
with create_engine(URL).connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=target_metadata,
        transaction_per_migration=False,
        render_as_batch=True,
    )
    with context.begin_transaction():
        context.run_migrations()
""",
    "one transaction that env.py commits": HEAD
    + """
with create_engine(URL).connect() as connection:
    context.configure(
        connection=connection, target_metadata=target_metadata, transaction_per_migration=False
    )
    context.run_migrations()
    connection.commit()
""",
    "a URL that overwrites the one of the ini": HEAD
    + """
context.config.set_main_option("sqlalchemy.url", URL)
engine = sa.engine_from_config(
    context.config.get_section(context.config.config_ini_section), prefix="sqlalchemy."
)
create_engine = lambda url: engine
"""
    + PLAIN,
    "a thread": HEAD
    + """
from concurrent.futures import ThreadPoolExecutor


def run():
    with create_engine(URL).connect() as connection:
        context.configure(connection=connection, target_metadata=target_metadata)
        with context.begin_transaction():
            context.run_migrations()


with ThreadPoolExecutor(1) as pool:
    pool.submit(run).result()
""",
    "another version table": HEAD
    + """
with create_engine(URL).connect() as connection:
    context.configure(
        connection=connection, target_metadata=target_metadata, version_table="app_version"
    )
    with context.begin_transaction():
        context.run_migrations()
""",
    "a connection that a caller may hand over": HEAD
    + """
def run(connection):
    context.configure(connection=connection, target_metadata=target_metadata)
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is None:
    with create_engine(URL).connect() as connection:
        run(connection)
else:
    run(given)
""",
}
