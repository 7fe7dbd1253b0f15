"""Each step of a recipe while old and new code read and write; and what a single step does."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from stratakit import commands
from stratakit.diagnostics.errors import StrataError
from stratakit.recipes import load_recipes
from tests.stratakit.recipes.conftest import Project
from tests.stratakit.recipes.test_recipes import CASES, ON_MYSQL, recipe_of
from tests.stratakit.recipes.traffic import Code, Traffic, percentile

INSERT = "INSERT INTO orders (id, total, status, note) VALUES (:id, 1, 'new', 'a note')"
OLD = Code(
    INSERT,
    "UPDATE orders SET total = total + 1 WHERE id = :id",
    "SELECT total FROM orders WHERE id = :id",
)
TICKETS = Code(
    "WITH inserted AS (INSERT INTO tickets (id, votes) VALUES (:id, 1) RETURNING id) "
    "INSERT INTO replies (ticket_id, number) SELECT id, 1 FROM inserted",
    "UPDATE tickets SET votes = votes + 1 WHERE id = :id",
    "SELECT t.votes FROM tickets t JOIN replies r ON r.ticket_id = t.id WHERE t.id = :id",
)


def replaced(old: str, new: str, code: Code = OLD) -> Code:
    """The code that uses another name."""
    return Code(*(sql.replace(old, new) for sql in (code.insert, code.update, code.read)))


UNIQUE_NOTES = replaced("'a note'", "concat('note ', :id)")


@dataclass(frozen=True)
class Case:
    """The code of two releases during a recipe.

    Args:
        new: the code of the new release.
        old: the code of the previous release.
        records_use: whether the contract is refused because of old code that still runs.
        prepares: whether the new release prepares statements.
    """

    new: Code = OLD
    old: Code = OLD
    records_use: bool = field(default=False, kw_only=True)
    prepares: bool = field(default=True, kw_only=True)


RECIPES = {
    "rename-column": Case(replaced("total", "amount"), records_use=True),
    "rename-table": Case(replaced("orders", "purchases"), records_use=True),
    "add-column": Case(
        Code(
            "INSERT INTO orders (id, total, status, note, region) "
            "VALUES (:id, 1, 'new', 'a note', 'A NOTE')",
            OLD.update,
            "SELECT total FROM orders WHERE id = :id AND region = upper(note)",
        ),
        records_use=True,
    ),
    "change-type": Case(replaced("total", "price"), records_use=True),
    "change-type of an enum": Case(replaced("status", "state"), records_use=True),
    "widen-key": Case(TICKETS, TICKETS, prepares=False),
    "drop-column": Case(replaced(", 'a note'", "", replaced(", note", ""))),
    "drop-table": Case(
        OLD,
        Code(
            OLD.insert,
            OLD.update,
            "SELECT total + (SELECT count(*) FROM drafts) FROM orders WHERE id = :id",
        ),
    ),
    "add-constraint, unique": Case(UNIQUE_NOTES, UNIQUE_NOTES),
    "add-constraint, check": Case(),
    "add-constraint, foreign key": Case(),
    "add-index": Case(),
}
IN_CI = {("postgresql", "rename-column"), ("postgresql", "rename-table")}
LARGE = [pytest.param(1_000_000, marks=pytest.mark.proof)]
ROWS = {
    "postgresql": "generate_series(1, {}) AS s(n)",
    "mysql": "(SELECT seq AS n FROM seq_1_to_{}) s",
}


def fill(project: Project, rows: int) -> None:
    for statement in (
        "INSERT INTO orders (id, total, status, note) SELECT n, 1, 'new', concat('note ', n)",
        "INSERT INTO tickets (id, parent_id, votes) SELECT n, nullif(n - 1, 0), 1",
        "INSERT INTO replies (ticket_id, number) SELECT n, 1",
    ):
        project.sql(f"{statement} FROM {ROWS[project.database].format(rows)}")


def test_each_recipe_is_applied_under_traffic() -> None:
    assert {recipe_of(case) for case in RECIPES} == set(load_recipes())


@pytest.mark.parametrize("rows", [2000, *LARGE])
@pytest.mark.parametrize(
    ("backend", "name"),
    [
        (backend, name)
        if (backend, name) in IN_CI
        else pytest.param(backend, name, marks=pytest.mark.proof)
        for backend, names in (("postgresql", RECIPES), ("mysql", ON_MYSQL))
        for name in names
    ],
)
def test_no_request_fails_while_a_recipe_is_applied(
    backend: str,
    name: str,
    rows: int,
    make_project: Callable[[str], Project],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    project = make_project(backend)
    monkeypatch.setattr("stratakit.runtime.requirements.UNUSED_SECONDS", 1)
    case, (replacements, target, values, _) = RECIPES[name], CASES[name]
    fill(project, rows)
    project.change(*replacements)
    project.recipe(recipe_of(name), *target, **values)
    with Traffic(project, case.old, rows) as idle:
        idle.wait(300)
    new = Traffic(project, case.new, rows, prepares=case.prepares)
    last = Traffic(project, case.new, rows, prepares=case.prepares)
    started, rates = time.monotonic(), list[float]()
    with Traffic(project, case.old, rows) as old:
        for status in commands.backfill_status(project.config):
            with pytest.raises(StrataError, match="requires the backfill"):
                commands.upgrade(project.config, rolling=True)
            rates.append(commands.backfill(project.config, status.file.name).rows_per_second)
        commands.upgrade(project.config, rolling=True)
        with new:
            old.wait()
            new.wait()
            if case.records_use:
                with pytest.raises(StrataError, match="old code"):
                    commands.upgrade(project.config)
    with last:
        finish(project)
        last.wait()
    assert (idle.errors, old.errors, new.errors, last.errors) == ([], [], [], [])
    _, table, _, column, *_ = case.new.update.split()
    changes = sum(each.changes for each in (idle, old, new, last))
    assert project.sql(f"SELECT sum({column}) FROM {table}") == [(rows + changes,)]
    seconds = old.seconds + new.seconds + last.seconds
    print(
        f"{backend}, {name}, {rows:,} rows: {len(seconds):,} requests, "
        f"worst {max(seconds) * 1000:.0f} ms, "
        f"p99 {percentile(seconds):.0f} ms (idle {percentile(idle.seconds):.0f} ms), "
        + (f"backfill {min(rates):,.0f} rows/s, " if rates else "")
        + f"{time.monotonic() - started:.0f} s"
    )
    # The lock timeout is 1 s; the rest is a busy machine.
    assert max(seconds) < 5


def finish(project: Project) -> None:
    """Apply the contract when a second without old code has passed."""
    for _ in range(50):
        try:
            commands.upgrade(project.config)
        except StrataError as error:
            if "old code" not in error.message:
                raise
        else:
            return
        time.sleep(0.1)
    raise AssertionError("the trigger still sees old code")


NAIVE = {
    "rename a column": "ALTER TABLE orders RENAME COLUMN total TO amount",
    "drop a column": "ALTER TABLE orders DROP COLUMN total",
    "add a NOT NULL column": "ALTER TABLE orders ADD COLUMN region varchar(20) NOT NULL "
    "DEFAULT 'x'; ALTER TABLE orders ALTER COLUMN region DROP DEFAULT",
    "rename a table": "ALTER TABLE orders RENAME TO purchases",
    "add a constraint": "ALTER TABLE orders ADD CHECK (total < 2) NOT VALID",
    "widen a column": "ALTER TABLE orders ALTER COLUMN total TYPE bigint",
}


def test_the_naive_single_step_fails_the_same_traffic(
    make_project: Callable[[str], Project],
) -> None:
    project = make_project("postgresql")
    fill(project, 100)
    for name, statement in NAIVE.items():
        project.sql("CREATE TABLE saved AS TABLE orders")
        with Traffic(project, OLD, 100) as old:
            assert old.errors == []
            project.sql(statement)
            old.wait()
        assert old.errors, name
        project.sql("DROP TABLE IF EXISTS orders, purchases CASCADE")
        project.sql("CREATE TABLE orders (LIKE saved)")
        project.sql("INSERT INTO orders SELECT * FROM saved")
        project.sql("DROP TABLE saved")
