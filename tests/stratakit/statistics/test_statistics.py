"""The sizes of tables from the statistics of each server, and the file that keeps them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection

from stratakit.config import Config
from stratakit.diagnostics.errors import UsageError
from stratakit.engine.connect import connect
from stratakit.engine.url import DatabaseURL, parse
from stratakit.statistics import TableStatistics, file, read_statistics
from tests import databases

ROWS = 2000


@contextmanager
def database(backend: str) -> Iterator[DatabaseURL]:
    with databases.fresh(backend) as environment:
        yield parse(environment["DATABASE_URL"], Config(root=Path("/")))


def execute(connection: Connection, *statements: str) -> None:
    for statement in statements:
        connection.exec_driver_sql(statement)
    connection.commit()


def test_postgresql_has_rows_bytes_indexes_and_writes() -> None:
    with database("postgresql") as url, connect(url) as connection:
        execute(
            connection,
            "SELECT pg_stat_reset()",
            "CREATE TABLE orders (id int PRIMARY KEY, note text)",
            f"INSERT INTO orders SELECT n, 'a note' FROM generate_series(1, {ROWS}) n",
            "CREATE TABLE visits (day int) PARTITION BY LIST (day)",
            "CREATE TABLE visits_1 PARTITION OF visits FOR VALUES IN (1)",
            f"INSERT INTO visits SELECT 1 FROM generate_series(1, {ROWS})",
            "CREATE SCHEMA archive CREATE TABLE archive.orders (id int)",
            "CREATE TABLE migration_log (id int)",
            "SELECT pg_stat_force_next_flush()",
            "ANALYZE",
            "CREATE TABLE visits_2 PARTITION OF visits FOR VALUES IN (2)",
            "CREATE TABLE not_analyzed (id int)",
        )
        found = read_statistics(connection)
        assert not connection.in_transaction()
    assert set(found) == {"orders", "visits", "visits_1", "archive.orders"}
    orders = found["orders"]
    assert orders.rows == found["visits"].rows == found["visits_1"].rows == ROWS
    assert orders.bytes > ROWS * 30
    assert orders.index_bytes > ROWS * 10
    assert orders.writes_per_second


def test_a_lock_on_a_table_is_not_waited_for() -> None:
    with database("postgresql") as url, connect(url) as writer, connect(url) as reader:
        execute(writer, "CREATE TABLE orders (id int PRIMARY KEY)", "ANALYZE")
        writer.exec_driver_sql("LOCK TABLE orders IN ACCESS EXCLUSIVE MODE")
        reader.exec_driver_sql("SET statement_timeout = '2s'")
        reader.commit()
        assert "orders" in read_statistics(reader)


def test_mysql_has_rows_and_bytes() -> None:
    with database("mysql") as url, connect(url) as connection:
        execute(
            connection,
            "CREATE TABLE orders (id int PRIMARY KEY AUTO_INCREMENT, note text)",
            "INSERT INTO orders (note) VALUES ('a note')",
            *["INSERT INTO orders (note) SELECT note FROM orders"] * 11,
            "ANALYZE TABLE orders",
        )
        orders = read_statistics(connection)["orders"]
    assert orders.bytes > orders.rows > 1000


def test_sqlite_has_none(tmp_path: Path) -> None:
    with connect(parse("sqlite://", Config(root=tmp_path))) as connection:
        execute(connection, "CREATE TABLE orders (id int)")
        assert read_statistics(connection) == {}


def test_a_file_is_sorted_and_reads_back(tmp_path: Path) -> None:
    sizes = {
        "orders": TableStatistics(212_000_000, 41_000_000_000, 9_000_000_000, 130.5),
        "archive.orders": TableStatistics(1, 8192),
    }
    path = tmp_path / "statistics.toml"
    file.write(path, sizes)
    assert file.read(path) == sizes
    text = path.read_text()
    assert text.index("archive.orders") < text.index("[orders]")
    file.write(path, dict(reversed(sizes.items())))
    assert path.read_text() == text


@pytest.mark.parametrize(
    "text", ["orders = 3", "[orders]\nrows = 1", "[orders]\nrows = 1\nbytes = 'x'", "[orders"]
)
def test_a_file_with_other_content_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "statistics.toml"
    path.write_text(text)
    with pytest.raises(UsageError):
        file.read(path)
    with pytest.raises(UsageError):
        file.read(tmp_path / "missing.toml")
