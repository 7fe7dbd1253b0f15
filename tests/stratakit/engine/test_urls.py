"""Database URLs as people write them."""

from pathlib import Path
from urllib.parse import quote, unquote

import pytest

from stratakit.config import Config
from stratakit.diagnostics.errors import StrataError
from stratakit.engine.url import parse

CONFIG = Config(root=Path("/srv/orders"))


@pytest.mark.parametrize(
    ("written", "app", "migrations"),
    [
        (
            "postgres://me:secret@db:5432/orders",
            "postgresql+psycopg://me:secret@db:5432/orders",
            "postgresql+psycopg://me:secret@db:5432/orders",
        ),
        (
            "postgresql+psycopg2://me@db/orders",
            "postgresql+psycopg://me@db/orders",
            "postgresql+psycopg://me@db/orders",
        ),
        (
            "postgresql+asyncpg://me@db/orders?ssl=require",
            "postgresql+psycopg://me@db/orders?sslmode=require",
            "postgresql+psycopg://me@db/orders?sslmode=require",
        ),
        (
            "postgresql+asyncpg://me@db/orders?prepared_statement_cache_size=0&ssl=require",
            "postgresql+psycopg://me@db/orders?sslmode=require",
            "postgresql+psycopg://me@db/orders?sslmode=require",
        ),
        (
            "mysql+aiomysql://me:secret@db/orders?charset=utf8mb4",
            "mysql+asyncmy://me:secret@db/orders?charset=utf8mb4",
            "mysql+pymysql://me:secret@db/orders?charset=utf8mb4",
        ),
        ("mariadb://db/orders", "mariadb+asyncmy://db/orders", "mariadb+pymysql://db/orders"),
        (
            "sqlite:///orders.db",
            "sqlite+aiosqlite:////srv/orders/orders.db",
            "sqlite+pysqlite:////srv/orders/orders.db",
        ),
        (
            "sqlite+aiosqlite:////var/orders.db",
            "sqlite+aiosqlite:////var/orders.db",
            "sqlite+pysqlite:////var/orders.db",
        ),
    ],
)
def test_a_url_of_any_driver_serves_the_app_and_the_migrations(
    written: str, app: str, migrations: str
) -> None:
    url = parse(written, CONFIG)
    assert url.for_app.render_as_string(hide_password=False) == app
    assert url.for_migrations.render_as_string(hide_password=False) == migrations


@pytest.mark.parametrize(
    "password", ["100%", "p@ss", "a/b", "a:b", "a?b", "a#b", "ä ö", "%40", "[x]", "a?b@c/d:e"]
)
@pytest.mark.parametrize("quoted", [True, False])
def test_a_password_with_special_characters_is_read_as_it_is_meant(
    password: str, quoted: bool
) -> None:
    written = quote(password, safe="") if quoted else password
    url = parse(f"postgresql://me:{written}@db:5432/orders?sslmode=require", CONFIG)
    assert url.url.password == (password if quoted else unquote(password))
    assert (url.url.host, url.url.port, url.url.database) == ("db", 5432, "orders")
    assert dict(url.url.query) == {"sslmode": "require"}


def test_several_hosts_are_passed_to_the_driver_as_it_wants_them() -> None:
    url = parse("postgresql://me:p@a:5432,b:5433/orders?target_session_attrs=any", CONFIG)
    assert url.url.query["host"] == ("a:5432", "b:5433")
    assert url.url.query["target_session_attrs"] == "any"
    assert url.url.database == "orders"


def test_a_password_is_never_shown() -> None:
    url = parse("postgresql://me:secret@db/orders", CONFIG)
    assert "secret" not in f"{url} {url!r}"


@pytest.mark.parametrize(
    "written", ["oracle://me:secret@db/x", "me:secret@db/x", "", "postgresql://me:secret@db:x/y"]
)
def test_what_is_no_url_is_refused_in_words_without_the_password(written: str) -> None:
    with pytest.raises(StrataError) as refused:
        parse(written, CONFIG)
    assert refused.value.status == 2
    assert "secret" not in str(refused.value)
