"""Backfills change each row once, whatever interrupts them and however many run."""

import json
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import alembic.command
import pytest
from alembic.config import Config as AlembicConfig
from alembic.util import CommandError
from sqlalchemy import Connection, text
from syrupy.assertion import SnapshotAssertion

from stratakit import commands, locking
from stratakit.backfills import declaration
from stratakit.backfills.runner import BackfillOptions, BackfillRun
from stratakit.backfills.servers import STATUS
from stratakit.cli.main import main
from stratakit.commands import BackfillLimits, BackfillProgress
from stratakit.config import Config, load
from stratakit.diagnostics.errors import StrataError, UsageError
from stratakit.operations.batches import BatchSize, Rows
from stratakit.revisions import backfills
from tests.service import Service
from tests.stratakit.backfills.conftest import COUNTING

FILE = "migrations/backfills/counting.py"
NO_LIMITS = BackfillLimits(0, 0, 0)
CONTRACT = '''\
"""Forbid rows that were not counted."""

import sqlalchemy as sa
from alembic import op

revision = "003"
down_revision = "002"
phase = "contract"
requires_backfill = "counting"


def upgrade() -> None:
    op.execute("UPDATE orders SET n = n + 1000 WHERE id = 1")


def downgrade() -> None:
    pass
'''


def config(project: Service) -> Config:
    return load(project.root)


def counts(project: Service) -> set[tuple[object, ...]]:
    """The distinct counts of all rows."""
    return set(project.sql("SELECT DISTINCT n FROM orders"))


def run(project: Service, connection: Connection, **options: Any) -> BackfillProgress:
    """Run the backfill on a connection, in batches of a few rows."""
    loaded = declaration.load(backfills.read_file(config(project), "counting"))
    chosen = BackfillOptions(batch_seconds=0.0001, limits=NO_LIMITS, **options)
    return BackfillRun(connection, loaded, chosen, lambda _progress: None).run()


def test_each_row_is_changed_once_in_the_order_of_the_key(project: Service) -> None:
    seen: list[BackfillProgress] = []
    done = commands.backfill(config(project), "counting", batch_seconds=0, on_progress=seen.append)
    assert counts(project) == {(1,)}
    assert (done.status, done.rows, done.total) == ("complete", 1000, 1000)
    batches = [progress.rows for progress in seen]
    assert len(batches) > 4
    assert batches == sorted(batches)
    commands.backfill(config(project), "counting")
    assert counts(project) == {(1,)}
    commands.backfill(config(project), "counting", restart=True)
    assert counts(project) == {(2,)}


KEYS = {
    "text": ("VARCHAR(40)", "concat('row ', {0})", '"key"'),
    "time": ("TIMESTAMP", "timestamp '2026-01-01 00:00:00' + interval '{0}' hour", '"key"'),
    "number": ("NUMERIC(20, 5)", "{0} / 7", '"key"'),
    "two columns": ("INTEGER", "{0} % 7", '("key", "id")'),
}


@pytest.mark.databases("postgresql", "mysql")
@pytest.mark.parametrize("kind", KEYS)
def test_a_key_has_any_type_and_several_columns(project: Service, kind: str) -> None:
    type_, value, key = KEYS[kind]
    quote = "`" if project.database == "mysql" else '"'
    name = f"{quote}key{quote}"
    project.sql(f"CREATE TABLE keyed ({name} {type_} NOT NULL, id INTEGER, n INTEGER DEFAULT 0)")
    rows = [f"({value.format(number)}, {number})" for number in range(1, 60)]
    project.sql(f"INSERT INTO keyed ({name}, id) VALUES {', '.join(rows)}")
    project.write(
        FILE, f'table = "keyed"\nkey = {key}\n'
        "def batch(connection, rows):\n"
        '    rows.execute(connection, "UPDATE keyed SET n = n + 1 WHERE {rows}")\n',
    )  # fmt: skip
    with project.engine().connect() as connection:
        loaded = declaration.load(backfills.read_file(config(project), "counting"))
        batch_run = BackfillRun(
            connection, loaded, BackfillOptions(limits=NO_LIMITS), lambda _progress: None
        )
        batch_run._size = BatchSize(seconds=0, rows=8)
        batch_run.run()
    assert project.sql("SELECT count(*), min(n), max(n) FROM keyed") == [(59, 1, 1)]


@pytest.mark.databases("postgresql", "sqlite", "mysql")
def test_a_backfill_that_is_killed_in_a_batch_continues_after_the_one_before(
    project: Service,
) -> None:
    project.write(
        FILE,
        COUNTING.replace("statement = ", "sql = ")
        + """
import os
import pathlib
import signal

def batch(connection, rows):
    rows.execute(connection, sql)
    killed = pathlib.Path(__file__).with_suffix(".killed")
    if rows.parameters.get("after_0") and not killed.exists():
        killed.touch()
        os.kill(os.getpid(), signal.SIGKILL)
""",
    )
    command = (project.python, "-m", "stratakit", "backfill", "counting")
    assert project.run(*command).returncode == -signal.SIGKILL
    (before,) = project.sql("SELECT rows_done FROM migration_backfills")
    assert before == (500,)
    assert counts(project) == {(0,), (1,)}
    done = project.run(*command)
    assert done.returncode == 0, done.stderr
    assert counts(project) == {(1,)}


@contextmanager
def no_lock(*_: object, **__: object) -> Iterator[None]:
    yield


@pytest.mark.databases("postgresql", "mysql")
@pytest.mark.parametrize("has_lock", [True, False], ids=["lock", "state row alone"])
def test_two_at_once_change_no_row_twice(
    project: Service, has_lock: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not has_lock:
        monkeypatch.setattr(locking, "migration_lock", no_lock)
    finished: list[BackfillProgress] = []

    def work() -> None:
        with project.engine().connect() as connection:
            finished.append(run(project, connection))

    with project.connection() as connection:
        backfills.STATE.create(connection)
    with project.engine().connect() as connection:
        run_once = BackfillRun(
            connection,
            declaration.load(backfills.read_file(config(project), "counting")),
            BackfillOptions(limits=NO_LIMITS),
            lambda _progress: None,
        )
        run_once._begin()
    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [each.rows for each in finished] == [1000, 1000]
    assert counts(project) == {(1,)}


@pytest.mark.databases("postgresql", "mysql")
def test_a_row_in_use_is_waited_for_in_smaller_batches(project: Service) -> None:
    paused: list[BackfillProgress] = []
    with project.engine().connect() as other:
        other.execute(text("UPDATE orders SET n = 0 WHERE id = 41"))

        def watch(progress: BackfillProgress) -> None:
            if progress.status == "paused":
                paused.append(progress)
                if len(paused) == 2:
                    other.rollback()

        done = commands.backfill(config(project), "counting", on_progress=watch)
    assert done.rows == 1000
    assert counts(project) == {(1,)}
    assert [each.batch_rows for each in paused[:2]] == [250, 125]
    assert "lock" in paused[0].reason.lower()


def test_it_pauses_while_a_limit_is_passed(
    make_project: Callable[[str], Service], monkeypatch: pytest.MonkeyPatch
) -> None:
    project = make_project("sqlite")
    project.sql("INSERT INTO orders (id) VALUES (1)")
    lags = iter([12.0, 11.0, 3.0])
    monkeypatch.setattr(
        "stratakit.backfills.servers.sqlite.SQLiteStatus.replication_lag_seconds",
        lambda _self: next(lags, 0.0),
    )
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    seen: list[BackfillProgress] = []
    commands.backfill(config(project), "counting", on_progress=seen.append)
    assert [(each.status, each.reason) for each in seen] == [
        ("paused", "a replica is 12.0 s behind (limit 10)"),
        ("paused", "a replica is 11.0 s behind (limit 10)"),
        ("running", ""),
        ("complete", ""),
    ]


@pytest.mark.databases("postgresql", "mysql")
def test_a_server_reports_its_load(project: Service) -> None:
    with project.engine().connect() as connection, project.engine().connect() as holder:
        server = STATUS[project.url.backend](connection)
        assert server.active_sessions() is not None
        assert not server.lock_wait_seconds()
        assert server.estimate_rows("orders") == pytest.approx(1000, rel=0.2)
        holder.execute(text("UPDATE orders SET n = 0 WHERE id = 1"))

        def wait() -> None:
            with project.engine().connect() as waiting:
                waiting.execute(text("UPDATE orders SET n = 0 WHERE id = 1"))

        thread = threading.Thread(target=wait)
        thread.start()
        try:
            deadline = time.monotonic() + 20
            while not (seconds := server.lock_wait_seconds()) or seconds < 0.05:
                assert time.monotonic() < deadline
                # MariaDB refreshes its view at most every 100 ms.
                time.sleep(0.15)
            assert BackfillLimits(0, 0, 0.05).reason_to_pause(server).endswith(" (limit 0.05)")
        finally:
            holder.rollback()
            thread.join()


def test_a_batch_adapts_to_the_target_duration() -> None:
    size = BatchSize(seconds=0.1, rows=100)
    for seconds, rows in ((0.05, 200), (0.001, 400), (0.2, 200), (100, 100), (0.1, 100)):
        size.adapt(seconds)
        assert size.rows == rows
    for _ in range(30):
        size.adapt(0.0)
    assert size.rows == BatchSize.MOST
    for _ in range(30):
        size.adapt(9.0)
    assert size.rows == 1


def test_the_state_table_is_not_part_of_the_schema(project: Service) -> None:
    commands.backfill(config(project), "counting")
    assert not commands.drift(config(project)).findings
    alembic.command.check(AlembicConfig(project.root / "alembic.ini"))


def test_a_contract_refuses_until_its_backfill_is_complete(
    project: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.revision("002", "001")
    project.write("migrations/versions/003_contract.py", CONTRACT)
    with pytest.raises(StrataError, match=r"003 .* backfill counting") as refused:
        commands.upgrade(config(project))
    assert project.stands_at() == "002"
    with pytest.raises(CommandError, match=r"003 .* backfill counting"):
        alembic.command.upgrade(AlembicConfig(project.root / "alembic.ini"), "head")
    assert project.stands_at() == "002"
    monkeypatch.setenv("STRATA_PROJECT", str(project.root))
    for command in refused.value.hint.split(" && "):
        program, *arguments = command.split()
        assert program == "stratakit"
        assert main(arguments) == 0
    assert project.stands_at() == "003"
    assert counts(project) == {(1,), (1001,)}


def test_a_new_database_needs_no_backfill(make_project: Callable[[str], Service]) -> None:
    project = make_project("sqlite")
    project.revision("002", "001")
    project.write("migrations/versions/003_contract.py", CONTRACT)
    commands.upgrade(config(project))
    assert project.stands_at() == "003"


def test_an_edit_after_the_first_batch_is_refused_without_a_decision(
    make_project: Callable[[str], Service], monkeypatch: pytest.MonkeyPatch
) -> None:
    project = make_project("sqlite")
    project.sql("INSERT INTO orders (id) VALUES (1), (2)")
    project.write(FILE, COUNTING.replace("n + 1 WHERE", "n + missing WHERE"))
    with pytest.raises(StrataError, match="missing") as failed:
        commands.backfill(config(project), "counting")
    assert "backfill counting --keep" in failed.value.hint
    project.write(FILE, COUNTING)
    with pytest.raises(StrataError, match="was edited after 0 rows"):
        commands.backfill(config(project), "counting")
    commands.backfill(config(project), "counting", keep=True)
    assert counts(project) == {(1,)}


@pytest.mark.parametrize(
    "source",
    [
        'table = "orders"',
        'table, key = "orders", "id"',
        'table = "orders"\nkey = "id"',
        COUNTING.replace("{rows}", "true"),
        COUNTING + "\ndef batch(connection, rows): ...",
        COUNTING + "\nimport no_such_library",
    ],
    ids=["no key", "no literals", "no statement", "no rows", "statement and function", "import"],
)
def test_a_file_that_would_not_limit_its_batches_is_refused(
    make_project: Callable[[str], Service], source: str, snapshot: SnapshotAssertion
) -> None:
    project = make_project("sqlite")
    project.write(FILE, source)
    with pytest.raises(StrataError) as refused:
        commands.backfill(config(project), "counting")
    assert refused.value.message.replace(str(project.root), "ROOT") == snapshot
    with pytest.raises(UsageError, match=r"backfill other: .*/other\.py"):
        commands.backfill(config(project), "other")


def test_the_command_line_lists_estimates_and_writes_lines_of_json(
    make_project: Callable[[str], Service],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    project = make_project("sqlite")
    project.sql("INSERT INTO orders (id) VALUES (1), (2)")
    monkeypatch.setenv("STRATA_PROJECT", str(project.root))

    def stratakit(*arguments: str) -> str:
        capsys.readouterr()
        assert main(["backfill", *arguments]) == 0
        return capsys.readouterr().out

    listed = "counting (orders): not started: stratakit backfill counting"
    assert stratakit().startswith(listed)
    assert "about 2 rows to do" in stratakit("counting", "--dry-run")
    assert counts(project) == {(0,)}
    lines = [json.loads(line) for line in stratakit("--all").splitlines()]
    assert lines[-1]["status"] == "complete"
    assert lines[-1]["rows"] == lines[-1]["total"] == 2
    assert re.search(r"complete since \d{4}-.*, 2 rows", stratakit())


def test_a_value_with_a_colon_is_not_a_parameter(make_project: Callable[[str], Service]) -> None:
    project = make_project("sqlite")
    project.sql("INSERT INTO orders (id) VALUES (1), (2)")
    rows = Rows("id <= :last_0", {"last_0": 1}, [1], 1)
    with project.connection() as connection:
        rows.execute(connection, "UPDATE orders SET n = length(':a b') WHERE {rows}")
    assert project.sql("SELECT n FROM orders ORDER BY id") == [(4,), (0,)]
