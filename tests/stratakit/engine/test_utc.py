"""A moment that is stored comes back as that moment, on every database."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, ClassVar

import pytest
from sqlalchemy import DateTime, func, insert, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from stratakit import config
from stratakit.engine import migration
from stratakit.engine.connect import connect
from stratakit.engine.pool import Database
from stratakit.engine.url import DatabaseURL, parse
from tests import databases

NOON = datetime(2026, 7, 1, 12, tzinfo=timezone(timedelta(hours=5, minutes=30)))


class Own(DeclarativeBase):
    """A base whose datetimes have a time zone, as in app/database.py of a service."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: DateTime(timezone=True)}


class Visit(Own):
    """A table with a moment that the application says, and one that the database does."""

    __tablename__ = "visits"

    id: Mapped[int] = mapped_column(primary_key=True)
    began: Mapped[datetime | None]
    stored: Mapped[datetime] = mapped_column(server_default=func.now())


@pytest.fixture
def url(database: str, tmp_path: Path) -> Iterator[DatabaseURL]:
    with databases.fresh(database) as environment:
        given = environment.get("DATABASE_URL", f"sqlite:///{tmp_path}/service.db")
        url = parse(given, config.Config(root=Path.cwd()))
        with connect(url) as connection:
            Own.metadata.create_all(connection)
            connection.commit()
        yield url


@pytest.fixture
def elsewhere(database: str) -> Iterator[None]:
    """The server's own zone is another one."""
    if database != "mysql":
        yield
        return
    with connect(databases.server_of(database)) as connection:
        connection.execute(text("SET GLOBAL time_zone = '-07:00'"))
        yield
        connection.execute(text("SET GLOBAL time_zone = DEFAULT"))


@pytest.mark.usefixtures("elsewhere")
async def test_the_application_reads_the_moment_that_it_stored(url: DatabaseURL) -> None:
    database = Database.from_url(url, pool_size=1, pool_timeout=5)
    try:
        async with database.session() as session:
            session.add(Visit(began=NOON))
            session.add(Visit(began=None))
        async with database.read_session() as session:
            visit, without = (await session.scalars(select(Visit).order_by(Visit.id))).all()
            earlier = await session.scalars(select(Visit).where(Visit.began < NOON))
            same = await session.scalars(select(Visit.id).where(Visit.began == NOON))
        assert (visit.began, without.began) == (NOON, None)
        assert abs(datetime.now(UTC) - visit.stored) < timedelta(minutes=5)
        assert (earlier.all(), same.all()) == ([], [visit.id])
    finally:
        await database.engine.dispose()


@pytest.mark.usefixtures("elsewhere")
def test_a_migration_reads_and_writes_it_as_the_application_does(url: DatabaseURL) -> None:
    with migration.migration_engine(url).begin() as connection:
        connection.execute(insert(Visit), [{"began": NOON}, {"began": NOON.astimezone(UTC)}])
        began = connection.scalars(select(Visit.began)).all()
        stored = connection.scalars(select(Visit.stored)).all()
    assert began == [NOON, NOON]
    assert all(abs(datetime.now(UTC) - moment) < timedelta(minutes=5) for moment in stored)


@pytest.mark.databases("sqlite", "mysql")
def test_stored_times_without_a_zone_are_in_utc(url: DatabaseURL) -> None:
    with migration.migration_engine(url).begin() as connection:
        connection.execute(text("INSERT INTO visits (began) VALUES ('2026-07-01 06:30:00')"))
        connection.execute(insert(Visit).values(began=datetime(2026, 7, 1, 6, 30)))
        assert connection.scalars(select(Visit.began)).all() == [NOON, NOON]
