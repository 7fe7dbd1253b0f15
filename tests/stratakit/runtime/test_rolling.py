"""Releases are rolled out while the code of before serves, with nothing but what `create` wrote."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from stratakit.revisions import history
from tests import databases
from tests.service import Service
from tests.serving import Site, Traffic, served

MODELS = "app/items/models.py"
Release = Callable[[str], str]


def clients_of(site: Site) -> Callable[[int], int]:
    def ask(number: int) -> int:
        if number % 4 == 0:
            return site.ask("/v1/items", {"name": f"{site.port} {number}", "price": "1"})[0]
        return site.ask("/ready" if number % 4 == 1 else "/v1/items?limit=5")[0]

    return ask


@pytest.fixture
def release(live: Service, database: str) -> Iterator[Release]:
    """Write the revision of a changed model, and bring the database to it for a rollout."""
    with databases.fresh(database) as development:

        def release(message: str) -> str:
            for command in (("upgrade",), ("create", message)):
                done = live.migrate(*command, **development)
                assert done.returncode == 0, done.stderr
            done = live.migrate("upgrade", "--rolling")
            assert done.returncode == 0, done.stderr
            return done.stdout

        yield release


@pytest.mark.slow
@pytest.mark.databases("postgresql", "mysql")
def test_a_column_comes_and_goes_and_no_request_fails(migrated: Service, release: Release) -> None:
    live, traffic = migrated, []
    without = (live.root / MODELS).read_text()
    with ExitStack() as first, ExitStack() as second, ExitStack() as third:

        def serve(replicas: ExitStack) -> Site:
            site = replicas.enter_context(served(live))
            traffic.append(replicas.enter_context(Traffic(clients_of(site))))
            return site

        def all_go_on() -> None:
            for each in traffic:
                each.wait_before_retry()

        old = serve(first)
        live.add_column("size: Mapped[int] = mapped_column(default=1)")
        release("add the size of items")
        all_go_on()
        assert old.ask("/ready")[1]["status"] == "ahead"
        serve(second)
        all_go_on()
        first.close()
        assert traffic.pop(0).failed == []

        (live.root / MODELS).write_text(without)
        assert "./migrate.sh upgrade\n" in release("drop the size of items")
        assert "size" in live.columns("items")
        new = serve(third)
        all_go_on()
        assert new.ask("/ready")[1]["status"] == "behind"
        second.close()
        assert traffic.pop(0).failed == []

        live.add_column("color: Mapped[str | None] = mapped_column(String(20))")
        release("add the color of items")
        assert {"size", "color"} & live.columns("items") == {"color"}
        all_go_on()
        assert new.ask("/ready")[1]["status"] == "ahead"
    assert traffic.pop().failed == []


@pytest.mark.databases("sqlite")
def test_a_contract_is_applied_when_no_older_code_serves(
    migrated: Service, release: Release
) -> None:
    live = migrated
    live.edit(
        MODELS, "    created_at: Mapped[datetime] = mapped_column(server_default=func.now())\n", ""
    )
    live.edit("app/items/schemas.py", "    created_at: datetime\n", "")
    told = release("drop the time of items")
    assert "./migrate.sh upgrade\n" in told
    with served(live) as site:
        assert site.ask("/ready")[0] == 200
        assert site.ask("/v1/items", {"name": "tea", "price": "1"})[0] == 201
    assert "created_at" in live.columns("items")
    done = live.migrate("upgrade")
    assert done.returncode == 0, done.stderr
    assert "created_at" not in live.columns("items")


@pytest.mark.databases("sqlite")
def test_on_a_new_database_nothing_remains(live: Service) -> None:
    path = live.revision("003", "002", 'op.drop_column("items", "created_at")')
    path.write_text(f'{path.read_text()}\n\nphase = "contract"\n')
    told = live.migrate("upgrade", "--rolling")
    assert told.returncode == 0, told.stderr
    assert live.stands_at() == "003"
    assert live.migrate("upgrade", "--rolling", "--sql").returncode == 2


def test_no_revision_before_one_without_a_file_remains(tmp_path: Path) -> None:
    named = 'phase = "contract"\nrevision = {!r}\ndown_revision = {!r}\n'
    for revision_id, parent in (("003", "002"), ("004", "003")):
        (tmp_path / f"{revision_id}.py").write_text(named.format(revision_id, parent))
    assert history.read(tmp_path).before_contract == ("003",)


def test_old_code_that_is_started_again_comes_up(migrated: Service, release: Release) -> None:
    live = migrated
    live.add_column("size: Mapped[int] = mapped_column(default=1)")
    release("add the size of items")
    live.newest().unlink()
    again = live.migrate("upgrade", "--rolling")
    assert again.returncode == 0, again.stderr
    assert " ahead " in again.stdout
