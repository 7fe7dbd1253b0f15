"""A table of SQLite that is recreated keeps what it holds."""

import pytest

from tests.service import Service

pytestmark = pytest.mark.databases("sqlite")

PEOPLE = 'op.execute("CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, CHECK (name <> 1))")'
BATCH = """with op.batch_alter_table("people"{}) as batch_op:
        batch_op.alter_column("name", existing_type=sa.Text(), nullable=False)"""
AGAIN = ', table_args=(sa.CheckConstraint("name <> 1", name="ck_people_name"),)'


def test_a_check_without_a_name_is_declared_again_as_the_refusal_says(migrated: Service) -> None:
    migrated.revision("003", "002", PEOPLE)
    file = migrated.revision("004", "003", BATCH.format(""))
    refused = migrated.migrate("upgrade")
    assert refused.returncode == 1
    assert "table people " in refused.stderr
    assert "CHECK constraint" in refused.stderr
    assert "before the batch" not in refused.stderr
    remedy = "with op.batch_alter_table('people', table_args=(sa.CheckConstraint("
    assert remedy in refused.stderr
    file.write_text(file.read_text().replace(BATCH.format(""), BATCH.format(AGAIN)))
    upgraded = migrated.migrate("upgrade")
    assert upgraded.returncode == 0, upgraded.stderr
    (made,) = migrated.sql("SELECT sql FROM sqlite_master WHERE name = 'people'")
    assert "CONSTRAINT ck_people_name CHECK (name <> 1)" in str(made[0])
