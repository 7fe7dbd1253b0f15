"""Each step of a recipe while old and new code read and write; and what a single step does."""

from collections.abc import Callable

import pytest

from stratakit import commands
from stratakit.diagnostics.errors import StrataError
from tests.stratakit.recipes.conftest import Project
from tests.stratakit.recipes.test_recipes import NOTE, TOTAL
from tests.stratakit.recipes.traffic import Code, Traffic

INSERT = "INSERT INTO orders (id, total, status, note) VALUES (:id, 1, 'new', 'a note')"
OLD = Code(
    INSERT,
    "UPDATE orders SET total = total + 1 WHERE id = :id",
    "SELECT total FROM orders WHERE id = :id",
)
REGION = NOTE + "    region: Mapped[str] = mapped_column(String(20), index=True)\n"
PRICE = "    price: Mapped[Decimal] = mapped_column(Numeric(12, 2))\n"


def of_column(name: str) -> Code:
    """The code that uses a column instead of `total`."""
    return Code(*(sql.replace("total", name) for sql in (OLD.insert, OLD.update, OLD.read)))


RECIPES = {
    "rename-column": (
        (TOTAL, TOTAL.replace("total", "amount")),
        ("rename-column", "orders.total", "amount"),
        {},
        of_column("amount"),
    ),
    "add-column": (
        (NOTE, REGION),
        ("add-column", "orders.region"),
        {"value": "upper(note)"},
        Code(
            "INSERT INTO orders (id, total, status, note, region) "
            "VALUES (:id, 1, 'new', 'a note', 'A NOTE')",
            OLD.update,
            "SELECT total FROM orders WHERE id = :id AND region = 'A NOTE'",
        ),
    ),
    "change-type": (
        (TOTAL, PRICE),
        ("change-type", "orders.total", "price"),
        {},
        of_column("price"),
    ),
    "rename-table": (
        ('"orders"', '"purchases"'),
        ("rename-table", "orders", "purchases"),
        {},
        Code(*(sql.replace("orders", "purchases") for sql in (OLD.insert, OLD.update, OLD.read))),
    ),
}
LARGE = [pytest.param(1_000_000, marks=pytest.mark.proof)]


def fill(project: Project, rows: int) -> None:
    project.sql(
        "INSERT INTO orders (id, total, status, note) "
        f"SELECT n, 1, 'new', 'a note' FROM generate_series(1, {rows}) AS n"
    )


@pytest.mark.parametrize("rows", [2000, *LARGE])
@pytest.mark.parametrize(
    "name",
    [
        name
        if name in ("rename-column", "rename-table")
        else pytest.param(name, marks=pytest.mark.proof)
        for name in RECIPES
    ],
)
def test_no_request_fails_while_a_recipe_is_applied(
    name: str, rows: int, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stratakit.runtime.requirements.UNUSED_SECONDS", 1)
    replacement, recipe, values, new_code = RECIPES[name]
    fill(project, rows)
    project.change(replacement)
    project.recipe(*recipe, **values)
    new = Traffic(project, new_code, rows)
    with Traffic(project, OLD, rows) as old:
        for status in commands.backfill_status(project.config):
            with pytest.raises(StrataError, match="requires the backfill"):
                commands.upgrade(project.config, rolling=True)
            commands.backfill(project.config, status.file.name)
        commands.upgrade(project.config, rolling=True)
        with new:
            old.wait()
            new.wait()
            with pytest.raises(StrataError, match="old code"):
                commands.upgrade(project.config)
    with new_again(new) as last:
        finish(project)
        last.wait()
    assert (old.errors, new.errors, last.errors) == ([], [], [])
    _, table, _, column, *_ = new_code.update.split()
    changes = old.changes + new.changes + last.changes
    assert project.sql(f"SELECT sum({column}) FROM {table}") == [(rows + changes,)]
    seconds = sorted(old.seconds + new.seconds + last.seconds)
    print(
        f"{name}, {rows:,} rows: {len(seconds):,} requests, worst {seconds[-1] * 1000:.0f} ms, "
        f"p99 {seconds[len(seconds) * 99 // 100] * 1000:.0f} ms"
    )
    # The lock timeout is 1 s; the rest is a busy machine.
    assert seconds[-1] < 5


def new_again(traffic: Traffic) -> Traffic:
    return Traffic(traffic.project, traffic.code, traffic.rows)


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
    raise AssertionError("the trigger still sees old code")


NAIVE = {
    "rename a column": "ALTER TABLE orders RENAME COLUMN total TO amount",
    "drop a column": "ALTER TABLE orders DROP COLUMN total",
    "add a NOT NULL column": "ALTER TABLE orders ADD COLUMN region varchar(20) NOT NULL "
    "DEFAULT 'x'; ALTER TABLE orders ALTER COLUMN region DROP DEFAULT",
    "rename a table": "ALTER TABLE orders RENAME TO purchases",
    "add a constraint": "ALTER TABLE orders ADD CHECK (total < 2) NOT VALID",
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
