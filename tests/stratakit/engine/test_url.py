"""Database URLs: every spelling is understood, and no text shows a password."""

from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from sqlalchemy import URL, make_url
from syrupy.assertion import SnapshotAssertion

from stratakit.config import Config
from stratakit.diagnostics.errors import UsageError
from stratakit.engine.url import DatabaseURL, parse, read_url

ROOT = Path("/srv/orders")
CONFIG = Config(root=ROOT)
SPELLINGS = {
    "postgresql": ("postgres", "postgresql", "POSTGRESQL", "Postgres"),
    "mysql": ("mysql", "MySQL"),
    "mariadb": ("mariadb", "MariaDB"),
    "sqlite": ("sqlite", "SQLite"),
}
DRIVERS = {
    "postgresql": ("psycopg", "psycopg2", "psycopg_async", "asyncpg", "pg8000", "psycopg2cffi"),
    "mysql": ("pymysql", "asyncmy", "aiomysql", "mysqldb", "mysqlconnector"),
    "mariadb": ("pymysql", "asyncmy", "mariadbconnector"),
    "sqlite": ("aiosqlite", "pysqlite"),
}
EXPECTED = {
    "postgresql": ("postgresql", "psycopg", "psycopg"),
    "mysql": ("mysql", "asyncmy", "pymysql"),
    "mariadb": ("mysql", "asyncmy", "pymysql"),
    "sqlite": ("sqlite", "aiosqlite", "pysqlite"),
}
WRITTEN_SCHEMES = [
    (dialect, scheme + driver)
    for dialect, spellings in SPELLINGS.items()
    for scheme in spellings
    for driver in ("", *(f"+{each}" for each in DRIVERS[dialect]))
]
# Any character but those that no text or URL can hold.
TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20)


@pytest.mark.parametrize(("dialect", "scheme"), WRITTEN_SCHEMES)
def test_each_scheme_and_driver_becomes_the_two_of_its_backend(dialect: str, scheme: str) -> None:
    address = "/orders.db" if dialect == "sqlite" else "me:secret@db:7000/orders"
    backend, app, migrations = EXPECTED[dialect]
    url = parse(f"{scheme}://{address}", CONFIG)
    assert url.backend == backend
    assert url.for_app.drivername == f"{dialect}+{app}"
    assert url.for_migrations.drivername == f"{dialect}+{migrations}"
    assert url.for_app.set(drivername="x") == url.for_migrations.set(drivername="x")


@pytest.mark.parametrize(
    ("written", "host", "port", "path", "query"),
    [
        ("postgresql://db/orders", "db", None, "orders", {}),
        ("postgresql://db:7000", "db", 7000, None, {}),
        ("postgresql:///orders", None, None, "orders", {}),
        ("postgresql:///orders?host=/run/pg", None, None, "orders", {"host": "/run/pg"}),
        ("postgresql://[::1]:7000/orders", "::1", 7000, "orders", {}),
        ("postgresql://a,b/orders", None, None, "orders", {"host": ("a", "b")}),
        ("postgresql://a:1,b:2/orders", None, None, "orders", {"host": ("a:1", "b:2")}),
        ("postgresql://a,b", None, None, None, {"host": ("a", "b")}),
        (
            "postgresql://a,b/orders?sslmode=require",
            *(None, None, "orders"),
            {"host": ("a", "b"), "sslmode": "require"},
        ),
        ("postgresql+asyncpg://db/orders?ssl=allow", "db", None, "orders", {"sslmode": "allow"}),
        ("postgresql+asyncpg://db/orders?prepared_statement_cache_size=0&ssl=require", "db", None,
         "orders", {"sslmode": "require"}),
        ("postgresql://db/orders?timeout=5&connect_timeout=6", "db", None, "orders",
         {"connect_timeout": "6"}),
        ("mysql://db/orders?ssl=true&timeout=5", "db", None, "orders",
         {"ssl": "true", "timeout": "5"}),
        ("  mysql://db/orders\n", "db", None, "orders", {}),
        ("postgresql://?host=/run/pg", None, None, None, {"host": "/run/pg"}),
        ("postgresql://me@db/orders?options=-c%20a=b@c", "db", None, "orders",
         {"options": "-c a=b@c"}),
    ],
)  # fmt: skip
def test_the_parts_of_a_url_are_read(
    written: str,
    host: str | None,
    port: int | None,
    path: str | None,
    query: dict[str, str | tuple[str, ...]],
) -> None:
    url = parse(written, CONFIG).url
    assert (url.host, url.port, url.database) == (host, port, path)
    assert dict(url.query) == query


@pytest.mark.parametrize(
    ("written", "path", "name"),
    [
        ("sqlite:///orders.db", f"{ROOT}/orders.db", "orders.db"),
        ("sqlite:///./var/orders.db", f"{ROOT}/var/orders.db", "orders.db"),
        ("sqlite:////var/orders.db", "/var/orders.db", "orders.db"),
        ("sqlite:///a%20b.db", f"{ROOT}/a b.db", "a b.db"),
        ("sqlite:///a@b,c.db", f"{ROOT}/a@b,c.db", "a@b,c.db"),
        ("sqlite:///:memory:", ":memory:", ":memory:"),
        ("sqlite:///file:orders.db?uri=true", "file:orders.db", "file:orders.db"),
        ("sqlite://", None, ""),
    ],
)
def test_a_path_of_sqlite_starts_at_the_project(written: str, path: str | None, name: str) -> None:
    url = parse(written, CONFIG)
    assert (url.url.database, url.name) == (path, name)


@pytest.mark.parametrize(
    ("written", "missing"),
    [
        ("sqlite:///absent.db", True),
        ("sqlite:///present.db", False),
        ("sqlite:///:memory:", False),
        ("sqlite:///file:absent.db?uri=true", False),
        ("sqlite://", False),
        ("postgresql://db/absent.db", False),
    ],
)
def test_only_a_file_can_be_missing(tmp_path: Path, written: str, missing: bool) -> None:
    (tmp_path / "present.db").touch()
    assert parse(written, Config(root=tmp_path)).is_missing_file is missing


def test_another_database_of_the_same_server_differs_in_its_name_alone() -> None:
    url = parse("postgresql://me:p%40ss@db:7000/orders?sslmode=require", CONFIG)
    other = url.with_name("copies")
    assert other.name == "copies"
    assert other.with_name("orders") == url


@given(
    scheme=st.sampled_from([scheme for dialect, scheme in WRITTEN_SCHEMES if dialect != "sqlite"]),
    user=TEXT,
    password=TEXT,
    database=st.text("abcdefgh_0123456789-é", min_size=1),
    port=st.none() | st.integers(1, 65535),
)
def test_a_quoted_url_is_read_as_it_was_quoted(
    scheme: str, user: str, password: str, database: str, port: int | None
) -> None:
    address = "db" if port is None else f"db:{port}"
    credentials = f"{quote(user, safe='')}:{quote(password, safe='')}"
    url = parse(f"{scheme}://{credentials}@{address}/{database}", CONFIG).url
    assert (url.username, url.password) == (user, password)
    assert (url.host, url.port, url.database) == ("db", port, database)


@given(password=TEXT.filter(lambda text: "?" not in text))
def test_an_unquoted_password_is_read_as_a_person_means_it(password: str) -> None:
    url = parse(f"postgresql://me:{password}@db:7000/orders?sslmode=require", CONFIG).url
    assert url.password == unquote(password)
    assert (url.username, url.host, url.port, url.database) == ("me", "db", 7000, "orders")
    assert dict(url.query) == {"sslmode": "require"}


@pytest.mark.parametrize("password", ["a?b", "?", "a?b@c", "a?b@c/d:e", "a://b", "a@b/c:d"])
@pytest.mark.parametrize("query", ["", "?sslmode=require"])
def test_an_unquoted_password_may_have_the_characters_of_a_url(password: str, query: str) -> None:
    url = parse(f"postgresql://me:{password}@db:7000/orders{query}", CONFIG).url
    assert (url.username, url.password) == ("me", password)
    assert (url.host, url.port, url.database) == ("db", 7000, "orders")
    assert url.render_as_string().partition("?")[2] == query[1:]


@given(
    dialect=st.sampled_from(["postgresql", "mysql", "mariadb"]),
    user=TEXT,
    password=TEXT,
    query=st.dictionaries(st.sampled_from(["sslmode", "charset", "application_name"]), TEXT),
)
def test_a_rendered_url_is_read_as_the_same_url(
    dialect: str, user: str, password: str, query: dict[str, str]
) -> None:
    url = DatabaseURL(
        EXPECTED[dialect][0],  # type: ignore[arg-type]
        URL.create(dialect, user, password, "db", 7000, "orders", query),
    )
    for each in (url.url, url.for_app, url.for_migrations):
        assert parse(each.render_as_string(hide_password=False), CONFIG) == url


@pytest.mark.parametrize("dialect", ["postgresql", "mysql", "mariadb"])
@given(password=st.text("abcXYZ0189%@:/!ä", min_size=12, max_size=20))
def test_no_text_of_a_url_has_the_password(dialect: str, password: str) -> None:
    quoted = quote(password, safe="")
    for written in (
        f"{dialect}://me:{quoted}@db/orders",
        f"{dialect}://me@db/orders?password={quoted}",
        f"{dialect}://me@db/orders?passwd={quoted}&sslpassword={quoted}&charset=utf8",
    ):
        url = parse(written, CONFIG)
        for text in (str(url), repr(url), f"{url}"):
            assert password not in unquote(text)
            assert quoted not in text
            assert "***" in text or "password=hidden" in text or "sslpassword=hidden" in text
            assert "db/orders" in text


@pytest.mark.parametrize(
    "written",
    [
        "",
        "secret",
        "me:secret@db/orders",
        "oracle://me:secret@db/orders",
        "me:secret@db://orders",
        "postgresql:me:secret@db/orders",
        "postgresql://me:secret@db:port/orders",
        "postgresql://me:secret@[::1/orders",
        "mysql://me:secret@db:99999999999999999999x/orders",
    ],
)
def test_an_invalid_url_is_a_wrong_setting_and_is_not_repeated(written: str) -> None:
    with pytest.raises(UsageError) as refusal:
        parse(written, CONFIG)
    assert refusal.value.status == 2
    assert "secret" not in str(refusal.value)


def test_a_refused_url_is_explained(snapshot: SnapshotAssertion) -> None:
    explanations = []
    for written in ("oracle://db/orders", "db/orders", "me:secret@db://x", "mysql://db:port/x"):
        with pytest.raises(UsageError) as refusal:
            parse(written, CONFIG)
        explanations.append(str(refusal.value))
    assert "\n\n".join(explanations) == snapshot


@given(text=st.text(max_size=40))
def test_any_text_is_a_url_or_a_wrong_setting(text: str) -> None:
    for written in (text, f"postgresql://{text}", f"mysql+pymysql://{text}", f"sqlite://{text}"):
        try:
            url = parse(written, CONFIG)
        except UsageError:
            continue
        assert make_url(url.for_app.render_as_string(hide_password=False))


@pytest.mark.parametrize(
    "value",
    [
        "postgresql://me:p%40ss@db/orders",
        make_url("postgresql+asyncpg://me:p%40ss@db/orders"),
        SecretStr("postgres://me:p%40ss@db/orders"),
    ],
    ids=["text", "url", "secret"],
)
def test_a_setting_holds_a_url_in_any_form(value: object) -> None:
    assert read_url(value, CONFIG) == parse("postgresql://me:p%40ss@db/orders", CONFIG)


@pytest.mark.parametrize("value", [None, "", SecretStr("")], ids=["none", "text", "secret"])
def test_an_empty_setting_holds_none(value: object) -> None:
    assert read_url(value, CONFIG) is None


def test_a_relative_path_in_a_setting_starts_at_the_project() -> None:
    url = read_url("sqlite:///orders.db", CONFIG)
    assert url is not None
    assert url.url.database == f"{ROOT}/orders.db"
