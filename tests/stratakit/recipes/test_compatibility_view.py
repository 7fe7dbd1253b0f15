"""The view under the old name of a table: statements of old code, privileges and the last use."""

import pytest
from sqlalchemy import text

from stratakit import commands
from tests.stratakit.recipes.conftest import Project


@pytest.fixture
def renamed(project: Project) -> Project:
    """The project with orders that were renamed to purchases, and a view."""
    project.sql("GRANT SELECT, INSERT ON orders TO pg_monitor; GRANT DELETE ON orders TO PUBLIC")
    project.change(('"orders"', '"purchases"'))
    project.recipe("rename-table", "orders", "purchases")
    commands.upgrade(project.config, rolling=True)
    return project


def test_old_code_reads_and_writes_by_each_statement_with_its_privileges(renamed: Project) -> None:
    insert = "INSERT INTO orders (id, total, status, note) VALUES (1, 5, 'new', 'a')"
    upsert = f"{insert} ON CONFLICT (id) DO UPDATE SET total = excluded.total + 1 RETURNING total"
    with renamed.engine().begin() as connection:
        for statement, expected in (
            (f"{insert} RETURNING id", 1),
            (upsert, 6),
            ("UPDATE orders SET total = total + 1 WHERE id = 1 RETURNING total", 7),
            ("SELECT total FROM orders WHERE id = 1 FOR UPDATE", 7),
            ("SELECT total FROM purchases", 7),
            ("DELETE FROM orders RETURNING id", 1),
        ):
            assert connection.execute(text(statement)).scalar_one() == expected, statement

    privileges = renamed.sql(
        "SELECT a.grantee = 0, a.privilege_type FROM pg_class c, aclexplode(c.relacl) a "
        "WHERE c.oid = 'orders'::regclass AND a.grantee <> c.relowner ORDER BY 2"
    )
    assert privileges == [(True, "DELETE"), (False, "INSERT"), (False, "SELECT")]


def test_each_use_of_the_old_name_is_recorded_and_none_of_the_new_one(renamed: Project) -> None:
    for statement, is_recorded in (
        ("SELECT count(*) FROM purchases", False),
        ("SET TRANSACTION READ ONLY; SELECT count(*) FROM orders", False),
        ("SELECT count(*) FROM orders", True),
        ("INSERT INTO orders (id, total, status, note) VALUES (1, 5, 'new', 'a')", True),
        ("UPDATE orders SET total = 1", True),
    ):
        renamed.sql("SELECT setval('use_purchases_orders', 1, false)")
        renamed.sql(statement)
        found = renamed.sql("SELECT is_called FROM use_purchases_orders")
        assert found == [(is_recorded,)], statement
