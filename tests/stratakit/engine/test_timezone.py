"""Datetimes with a zone are stored in UTC and read with it."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import TIMESTAMP, Column, DateTime, Integer, MetaData, Table, create_engine, select
from sqlalchemy.dialects import mysql, sqlite

from stratakit.engine.timezone import store_datetimes_in_utc

EVENTS = Table(
    "events",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("aware", DateTime(timezone=True)),
    Column("stamp", TIMESTAMP(timezone=True)),
    Column("naive", DateTime()),
)
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
TIMES = st.datetimes(datetime(1900, 1, 2), datetime(2200, 1, 1))
ENGINE = create_engine("sqlite://")
store_datetimes_in_utc(ENGINE, "sqlite")
EVENTS.create(ENGINE)


@given(time=TIMES, zone=ZONES)
def test_a_time_of_any_zone_is_read_as_the_same_instant(time: datetime, zone: timezone) -> None:
    aware = time.replace(tzinfo=zone)
    with ENGINE.connect() as connection:
        connection.execute(EVENTS.insert().values(aware=aware, stamp=aware, naive=time))
        row = connection.execute(select(EVENTS)).one()
        text = connection.exec_driver_sql("SELECT aware FROM events").scalar_one()
        connection.rollback()
    assert row.aware == row.stamp == aware
    assert (row.aware.tzinfo, row.stamp.tzinfo) == (UTC, UTC)
    assert row.naive == time
    assert datetime.fromisoformat(text) == aware.astimezone(UTC).replace(tzinfo=None)


@given(time=TIMES)
def test_a_time_without_a_zone_is_taken_as_utc(time: datetime) -> None:
    with ENGINE.connect() as connection:
        connection.execute(EVENTS.insert().values(aware=time))
        row = connection.execute(select(EVENTS)).one()
        connection.rollback()
    assert row.aware == time.replace(tzinfo=UTC)
    assert row.naive is None


@given(time=TIMES, zone=ZONES)
def test_a_comparison_is_in_utc_too(time: datetime, zone: timezone) -> None:
    aware = time.replace(tzinfo=zone)
    with ENGINE.connect() as connection:
        connection.execute(EVENTS.insert().values(aware=aware))
        found = connection.execute(select(EVENTS).where(EVENTS.c.aware == aware)).all()
        connection.rollback()
    assert len(found) == 1


def test_a_column_of_mysql_is_bound_in_utc() -> None:
    engine = create_engine("mysql+pymysql://db/orders")
    store_datetimes_in_utc(engine, "mysql")
    aware = datetime(2025, 1, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    for type_ in (DateTime(timezone=True), mysql.DATETIME(timezone=True, fsp=6)):
        adapted = type_.dialect_impl(engine.dialect)
        bind = adapted.bind_processor(engine.dialect)
        read = adapted.result_processor(engine.dialect, None)
        assert bind is not None
        assert bind(aware) == datetime(2025, 1, 1, 10)
        assert bind(None) is None
        assert read is not None
        assert read(datetime(2025, 1, 1, 10)) == aware
        assert read(None) is None


def test_a_column_without_a_zone_stays_as_it_is() -> None:
    engine = create_engine("mysql+pymysql://db/orders")
    store_datetimes_in_utc(engine, "mysql")
    adapted = DateTime().dialect_impl(engine.dialect)
    assert adapted.bind_processor(engine.dialect) is None
    assert adapted.result_processor(engine.dialect, None) is None


def test_the_types_of_another_engine_stay_as_they_are() -> None:
    other = create_engine("sqlite://")
    store_datetimes_in_utc(other, "postgresql")
    impl = DateTime(timezone=True).dialect_impl(other.dialect)
    assert type(impl) is sqlite.DATETIME
