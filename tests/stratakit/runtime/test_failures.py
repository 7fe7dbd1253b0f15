"""What a failed revision leaves behind, and what is said of it."""

import json
import re
import signal
import subprocess

import pytest

from tests.service import Service

IN_A_LOOP = """with op.get_context().autocommit_block():
        while op.get_bind().execute(sa.text("SELECT pg_sleep(0.5)")).rowcount:
            pass"""
CURRENT = "./migrate.sh current"

BLOCK = """with op.get_context().autocommit_block():
        op.execute("CREATE TABLE kept (id INTEGER)")
    op.execute("CREATE TABLE undone (id INTEGER)")
    op.execute("SELECT * FROM nowhere")"""

# The pattern of `create --empty` (autogenerate/data_migration.py), and others that need an answer.
LOOP = """with op.get_context().autocommit_block():
        while op.get_bind().execute(sa.text("UPDATE items SET price = 1 WHERE id < 0")).rowcount:
            pass"""
QUESTIONS = (LOOP, "list(op.get_bind().execute(sa.text('SELECT 1')))", "sa.inspect(op.get_bind())")


@pytest.mark.databases("sqlite", "postgresql")
@pytest.mark.parametrize("question", QUESTIONS, ids=["rowcount", "rows", "inspect"])
def test_a_revision_that_needs_an_answer_is_named_before_any_sql_is_written(
    migrated: Service, question: str
) -> None:
    migrated.revision("003", "002", question)
    migrated.revision("004", "003", "op.execute('SELECT 4')")
    for verb in (["sql"], ["sql", "002:head"], ["upgrade", "--sql"]):
        refused = migrated.migrate(*verb)
        assert (refused.returncode, refused.stdout) == (1, "")
        assert "Revision 003 (003_by_hand.py:" in refused.stderr
        assert "--sql" in refused.stderr
        assert "Traceback" not in refused.stderr
    others = [line.rpartition(": ")[2] for line in refused.stderr.strip().splitlines()[-2:]]
    assert others == ["./migrate.sh sql 002", "./migrate.sh sql 003:head"]
    assert "SELECT 4" in migrated.migrate("sql", "003:head").stdout
    migrated.follow(refused.stderr, "./migrate.sh upgrade 003")
    assert migrated.stands_at() == "003"


@pytest.mark.databases("postgresql")
def test_a_failure_lists_the_changes_of_an_autocommit_block(migrated: Service) -> None:
    migrated.revision("003", "002", BLOCK)
    failed = migrated.migrate("upgrade")
    assert failed.returncode == 1
    assert "applied: CREATE TABLE kept (id INTEGER)" in failed.stderr
    assert "not applied: CREATE TABLE undone (id INTEGER)" in failed.stderr
    assert "autocommit block" in failed.stderr
    assert migrated.stands_at() == "002"
    assert migrated.sql(
        "SELECT to_regclass('kept') IS NOT NULL, to_regclass('undone') IS NOT NULL"
    ) == [(True, False)]
    # The table that is there already may be from this first attempt.
    again = migrated.migrate("upgrade")
    assert again.returncode == 1
    assert "./migrate.sh drift" in again.stderr


@pytest.mark.databases("postgresql")
def test_an_invalid_index_is_named_and_the_next_upgrade_drops_it(migrated: Service) -> None:
    migrated.sql("INSERT INTO items (name, price) VALUES ('a', 1), ('b', 1)")
    index = (
        "op.create_index('uq_items_price', 'items', ['price'], unique=True, if_not_exists=True,"
        " postgresql_concurrently=True)"
    )
    migrated.revision("003", "002", f"with op.get_context().autocommit_block():\n        {index}")
    failed = migrated.migrate("upgrade")
    assert failed.returncode == 1
    assert "DETAIL: Key (price)=(1.00) is duplicated." in failed.stderr
    assert "INVALID index public.uq_items_price stays; " in failed.stderr
    valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'uq_items_price'::regclass"
    assert migrated.sql(valid) == [(False,)]
    migrated.sql("DELETE FROM items WHERE name = 'b'")
    assert migrated.migrate("upgrade").returncode == 0
    assert migrated.sql(valid) == [(True,)]


@pytest.mark.databases("postgresql")
def test_applied_statements_are_listed_with_an_invalid_index(migrated: Service) -> None:
    migrated.sql("INSERT INTO items (name, price) VALUES ('a', 1), ('b', 1)")
    unique = "CREATE UNIQUE INDEX CONCURRENTLY uq_items_price ON items (price)"
    kept = BLOCK.partition("\n    op.")[0]
    migrated.revision("003", "002", f"{kept}\n        op.execute('{unique}')")
    failed = migrated.migrate("upgrade")
    assert "applied: CREATE TABLE kept (id INTEGER)" in failed.stderr
    assert "INVALID index public.uq_items_price stays" in failed.stderr


@pytest.mark.databases("postgresql")
def test_the_hint_of_the_database_is_shown(migrated: Service) -> None:
    migrated.revision("003", "002", "op.alter_column('items', 'name', type_=sa.Integer())")
    failed = migrated.migrate("upgrade")
    assert re.search(r'HINT: .* "USING name::integer"', failed.stderr)


@pytest.mark.databases("mysql")
@pytest.mark.parametrize(
    ("last", "kept"), [("SELECT * FROM nowhere", "not applied"), ("DROP TABLE nowhere", "applied")]
)
def test_rows_are_reported_as_kept_if_a_schema_change_commits_them(
    migrated: Service, last: str, kept: str
) -> None:
    insert = "INSERT INTO items (name, price) VALUES ('{}', 1)"
    statements = [insert.format("a"), "CREATE TABLE one (id INTEGER)", insert.format("b"), last]
    migrated.revision("003", "002", "\n    ".join(f'op.execute("{each}")' for each in statements))
    failed = migrated.migrate("upgrade")
    assert failed.returncode == 1
    assert f"\n  applied: {insert.format('a')}\n  applied: CREATE TABLE one" in failed.stderr
    assert f"\n  {kept}: {insert.format('b')}" in failed.stderr
    assert re.findall(r"\./migrate\.sh (\w+)", failed.stderr) == ["drift", "record", "upgrade"]
    assert migrated.sql("SELECT name FROM items") == [("a",), ("b",)][: 1 + (kept == "applied")]


@pytest.mark.databases("sqlite")
def test_a_rolling_upgrade_goes_on_by_the_printed_command(migrated: Service) -> None:
    file = migrated.revision("003", "002", "op.execute('SELECT * FROM nowhere')")
    contract = migrated.revision("004", "003")
    contract.write_text(contract.read_text() + '\nphase = "contract"\n')
    failed = migrated.migrate("upgrade", "--rolling")
    assert failed.returncode == 1
    file.write_text(file.read_text().replace("nowhere", "items"))
    migrated.follow(failed.stderr, "./migrate.sh upgrade --rolling")
    assert migrated.stands_at() == "003"


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("has_tables", [True, False])
def test_a_missing_table_is_older_than_the_revisions_only_if_they_create_none(
    migrated: Service, has_tables: bool
) -> None:
    if not has_tables:
        (migrated.root / "migrations/versions/002_items.py").unlink()
    migrated.revision("003", "002" if has_tables else "001", "op.execute('DELETE FROM itms')")
    failed = migrated.migrate("record")
    assert failed.returncode == 1
    assert "itms" in failed.stderr
    assert ("--squash" in failed.stderr) == (not has_tables)


@pytest.mark.databases("sqlite")
def test_a_change_is_blamed_on_nobody_while_a_pending_revision_may_have_left_it(
    migrated: Service,
) -> None:
    migrated.revision("003", "002", "pass")
    migrated.sql("CREATE TABLE notes (id INTEGER)")

    def finding() -> dict[str, str]:
        (found,) = json.loads(migrated.migrate("drift", "--json").stdout)
        assert isinstance(found, dict)
        return found

    behind = finding()
    assert migrated.migrate("upgrade").returncode == 0
    at_head = finding()
    assert behind["what"] == at_head["what"]
    assert behind["why"] != at_head["why"]


@pytest.mark.databases("postgresql", "sqlite")
def test_a_failed_revision_leaves_nothing_and_the_retry_works(migrated: Service) -> None:
    made = "op.create_table('one', sa.Column('id', sa.Integer()))"
    migrated.revision("003", "002", f"{made}\n    op.execute('SELECT * FROM nowhere')")
    failed = migrated.migrate("upgrade")
    assert failed.returncode == 1
    assert "applied:" not in failed.stderr
    assert " at 002" in failed.stderr
    assert migrated.stands_at() == "002"
    assert migrated.columns("one") == set()
    migrated.revision("003", "002", made)
    assert migrated.migrate("upgrade").returncode == 0
    assert migrated.stands_at() == "003"


@pytest.mark.databases("postgresql")
@pytest.mark.parametrize(
    ("statement", "lacking"),
    [
        ("CREATE EXTENSION nowhere", "The extension nowhere "),
        ("GRANT SELECT ON items TO nobody_here", "The role nobody_here "),
    ],
)
def test_objects_that_the_server_lacks_are_named(
    migrated: Service, statement: str, lacking: str
) -> None:
    migrated.revision("003", "002", f'op.execute("{statement}")')
    failed = migrated.migrate("upgrade")
    assert failed.returncode == 1
    assert lacking in failed.stderr
    assert "TEST_DATABASE_URL" in failed.stderr


@pytest.mark.databases("sqlite")
def test_a_revision_whose_file_is_gone_is_named_with_what_brings_it_back(migrated: Service) -> None:
    (migrated.root / "migrations/versions/001_baseline.py").unlink()
    for verb in ("check", "upgrade", "history", "drift"):
        failed = migrated.migrate(verb)
        assert failed.returncode == 1
        assert "Traceback" not in failed.stderr
    migrated.follow(failed.stderr, "git -C ")
    assert migrated.migrate("check").returncode == 0


@pytest.mark.databases("postgresql")
@pytest.mark.parametrize("body", ["op.execute('SELECT pg_sleep(60)')", IN_A_LOOP])
def test_an_interrupted_command_reports_it(migrated: Service, body: str) -> None:
    migrated.revision("003", "002", body)
    upgrade = subprocess.Popen(
        [migrated.python, "scripts/migrate.py", "upgrade"],
        cwd=migrated.root,
        env=migrated.environ(),
        stderr=subprocess.PIPE,
        text=True,
    )
    sleeping = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'"
    while migrated.sql(sleeping) == [(0,)]:
        assert upgrade.poll() is None
    upgrade.send_signal(signal.SIGINT)
    _, told = upgrade.communicate(timeout=30)
    assert upgrade.returncode == 130
    assert told.strip().endswith(f": {CURRENT}")
    assert migrated.stands_at() == "002"


@pytest.mark.databases("sqlite")
def test_a_reader_that_stops_early_is_not_an_error(live: Service) -> None:
    done = live.shell(f"set -o pipefail; {live.python} scripts/migrate.py help | true")
    assert done.returncode in (0, 141)
    assert done.stderr == ""
