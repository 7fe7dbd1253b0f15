"""Each difference of an adopted database has a way out that works, in a project as it stands."""

import json
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from stratakit.config import Config
from stratakit.engine.migration import migration_engine
from stratakit.engine.url import parse
from tests import databases
from tests.stratakit.environments.projects import Outcome, Project, working_in
from tests.stratakit.environments.shapes import HEAD, PLAIN

REVISION = '''\
"""more"""

from alembic import op

revision = "{id}"
down_revision = {follows!r} or None


def upgrade():
{statements}

def downgrade():
    pass
'''
ITEMS = "CREATE TABLE items (id INTEGER NOT NULL, name VARCHAR(50) NOT NULL, PRIMARY KEY (id))"


def revise(project: Project, revision: str, follows: str, statements: Sequence[str]) -> None:
    lines = "\n".join(f"    op.execute({statement!r})" for statement in statements)
    project.write(
        f"migrations/versions/{revision}.py",
        REVISION.format(id=revision, follows=follows, statements=lines + "\n"),
    )


def follow(project: Project, printed: str, lead: str) -> Outcome:
    """Run the command behind some words of a message."""
    (line,) = (line for line in printed.splitlines() if lead in line)
    return project.run(*line.partition(lead)[2].removeprefix("stratakit ").split())


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """Return a project on SQLite, without its second revision."""
    project = Project(tmp_path, HEAD + PLAIN)
    (tmp_path / "migrations/versions/a2_seed.py").unlink()
    monkeypatch.chdir(tmp_path)
    with working_in(tmp_path):
        yield project


def run_sql(project: Project, script: str) -> None:
    with closing(sqlite3.connect(project.root / "app.db")) as connection:
        connection.executescript(script)


@pytest.mark.parametrize(
    ("statements", "allowed"),
    [
        (["CREATE INDEX ix_lower ON items (lower(name))"], "index items.ix_lower: missing"),
        (["CREATE VIEW cheap AS SELECT 1 AS one"], "view cheap: missing"),
        (
            ["CREATE TRIGGER watch AFTER UPDATE ON items BEGIN SELECT 1; END"],
            "trigger items.watch: missing",
        ),
        (
            [
                "DROP TABLE items",
                ITEMS.replace("VARCHAR(50)", "VARCHAR(50) DEFAULT 'x'"),
            ],
            "column items.name: default",
        ),
    ],
)
def test_a_difference_is_repaired_or_allowed_by_what_the_refusal_says(
    project: Project, statements: list[str], allowed: str
) -> None:
    revise(project, "a2", "a1", statements)
    revise(project, "a3", "a2", ["CREATE TABLE later (id INTEGER PRIMARY KEY)"])
    run_sql(
        project,
        f"{ITEMS}; CREATE TABLE later (id INTEGER PRIMARY KEY);"
        "INSERT INTO items VALUES (1, 'tea');",
    )
    refused = project.run("adopt")
    assert refused.status == 1
    assert "--baseline" not in refused.stderr
    line = refused.stderr[refused.stderr.index("allowed = ") :].splitlines()[0]
    assert line == f'allowed = ["{allowed}"]'
    project.write("strata.toml", line)
    assert project.run("adopt", "--dry-run").status == 0
    project.write("strata.toml", "")
    repaired = follow(project, refused.stderr, "this database alone: ")
    assert repaired.status == 0, repaired
    for verb in ("upgrade", "drift"):
        outcome = project.run(verb)
        assert outcome.status == 0, (verb, outcome)
    with closing(sqlite3.connect(project.root / "app.db")) as connection:
        assert connection.execute("SELECT id, name FROM items").fetchall() == [(1, "tea")]


def test_a_stamp_that_is_not_true_says_how_each_difference_is_removed(project: Project) -> None:
    revise(project, "a2", "a1", ["CREATE VIEW cheap AS SELECT 1 AS one"])
    run_sql(project, f"{ITEMS};")
    refused = project.run("stamp", "a2")
    assert refused.status == 1
    assert (
        "upgrade a2" in refused.stderr or "CREATE VIEW cheap AS SELECT 1 AS one;" in refused.stderr
    )
    repaired = follow(project, refused.stderr, "or by a revision: ")
    assert repaired.status == 0, repaired


def test_tables_that_env_py_leaves_out_are_not_in_a_baseline(project: Project) -> None:
    (project.root / "migrations/versions/a1_items.py").unlink()
    project.write(
        "migrations/env.py",
        HEAD
        + PLAIN.replace(
            "target_metadata=target_metadata",
            "target_metadata=target_metadata,\n"
            '        include_name=lambda name, kind, _: kind != "table" or name != "theirs"',
        ),
    )
    run_sql(project, f"{ITEMS}; CREATE TABLE theirs (id INTEGER); CREATE INDEX ix ON theirs (id);")
    written = project.run("adopt", "--baseline")
    assert written.status == 0, written
    (file,) = (project.root / "migrations/versions").glob("*baseline.py")
    assert "theirs" not in file.read_text()
    assert "items" in file.read_text()
    assert project.run("drift").status == 0


def test_env_py_runs_once_for_all_revisions(project: Project) -> None:
    for number in range(2, 9):
        revise(project, f"a{number}", f"a{number - 1}", ["SELECT 1"])
    env = HEAD + 'open("runs", "a").write("x")\n' + PLAIN
    project.write("migrations/env.py", env)
    run_sql(project, "CREATE TABLE others (id INTEGER);")
    assert project.run("adopt").status == 1
    assert len((project.root / "runs").read_text()) <= 4


POSTGRESQL = [
    "CREATE SCHEMA archive",
    "CREATE TABLE archive.old (id integer CONSTRAINT pk_old PRIMARY KEY)",
    "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
    "CREATE TRIGGER touched BEFORE UPDATE ON items FOR EACH ROW EXECUTE FUNCTION touch()",
    "ALTER TABLE items ALTER name SET DEFAULT 'x::y'",
    "ALTER TABLE items RENAME CONSTRAINT items_pkey TO pk_items",
    "CREATE INDEX ix_pattern ON items (name varchar_pattern_ops)",
    "CREATE INDEX ix_lower ON items (lower(name))",
    "CREATE TYPE mood AS ENUM ('sad', 'happy')",
    "ALTER TABLE items ADD COLUMN mood mood",
    "ALTER TABLE items ADD CONSTRAINT ck_name CHECK (name NOT LIKE 'private%')",
]


def test_a_database_of_create_all_is_brought_to_head_on_postgresql(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    with databases.fresh("postgresql") as variables:
        url = parse(variables["DATABASE_URL"], Config(root=project.root))
        named = url.for_migrations.render_as_string(hide_password=False)
        monkeypatch.setenv("TEST_DATABASE_URL", variables["TEST_DATABASE_URL"])
        env = HEAD.replace('"sqlite:///app.db"', repr(named)) + PLAIN
        project.write("migrations/env.py", env)
        revise(project, "a2", "a1", POSTGRESQL)
        with migration_engine(url).begin() as connection:
            connection.execute(text(ITEMS))
        refused = project.run("adopt")
        assert refused.status == 1
        repaired = follow(project, refused.stderr, "this database alone: ")
        assert repaired.status == 0, repaired
        for verb in ("upgrade", "drift"):
            outcome = project.run(verb)
            assert outcome.status == 0, (verb, outcome)


ROWS = [
    "CREATE TABLE owners (id integer PRIMARY KEY, code integer)",
    "CREATE TABLE items (id integer PRIMARY KEY, name varchar(50), owner_id integer, code integer)",
    "CREATE INDEX ix_old ON items (owner_id)",
    "CREATE INDEX ix_changed ON items (owner_id)",
    "INSERT INTO owners SELECT n, n FROM generate_series(1, 9) n",
    "INSERT INTO items SELECT n, 'tea', 1, n FROM generate_series(1, 9) n",
]
WANTED = [
    "CREATE TABLE notes (id integer PRIMARY KEY, item_code integer)",
    "CREATE INDEX ix_notes ON notes (item_code)",
    "ALTER TABLE items ALTER name SET NOT NULL",
    "ALTER TABLE items ALTER owner_id TYPE bigint",
    "DROP INDEX ix_old",
    "DROP INDEX ix_changed",
    "CREATE INDEX ix_changed ON items (name)",
    "CREATE UNIQUE INDEX ix_code ON items (lower(name), code) WHERE code > 0",
    "ALTER TABLE items ADD CONSTRAINT uq_code UNIQUE NULLS NOT DISTINCT (code)",
    "ALTER TABLE owners ADD CONSTRAINT uq_owner UNIQUE (code) DEFERRABLE INITIALLY DEFERRED",
    "COMMENT ON INDEX uq_code IS 'no two'",
    "ALTER TABLE items ADD CONSTRAINT ck_name CHECK (name NOT LIKE 'private%')",
    "ALTER TABLE items ADD CONSTRAINT fk_owner FOREIGN KEY (owner_id) REFERENCES owners (id)",
    "ALTER TABLE notes ADD CONSTRAINT fk_code FOREIGN KEY (item_code) REFERENCES items (code)",
]
REVIEWED = {"type-change": "the type of items.owner_id", "two-tables-locked": "locks items, owners"}
"""Rules whose findings in a repair have a review comment, and words of it."""


@pytest.fixture
def on_postgresql(project: Project, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """Let the project use a database with rows that is not at head, and connect to it."""
    with databases.fresh("postgresql") as variables:
        url = parse(variables["DATABASE_URL"], Config(root=project.root))
        named = url.for_migrations.render_as_string(hide_password=False)
        monkeypatch.setenv("TEST_DATABASE_URL", variables["TEST_DATABASE_URL"])
        project.write("migrations/env.py", HEAD.replace('"sqlite:///app.db"', repr(named)) + PLAIN)
        (project.root / "migrations/versions/a1_items.py").unlink()
        revise(project, "a1", "", ROWS)
        engine = migration_engine(url)
        with engine.begin() as connection:
            # With the last one, no revision makes what the database has.
            for statement in (*ROWS, "CREATE INDEX ix_unknown ON items (code)"):
                connection.execute(text(statement))
        yield engine


def written_by_repair(project: Project) -> list[Path]:
    files = (project.root / "migrations/versions").glob("*_repair_*.py")
    return sorted(files, key=lambda file: file.stat().st_mtime_ns)


def test_a_repair_blocks_nobody_and_can_be_continued(
    project: Project, on_postgresql: Engine
) -> None:
    revise(project, "a2", "a1", WANTED)
    with on_postgresql.begin() as connection:
        connection.execute(text("INSERT INTO items VALUES (10, NULL, 1, 9)"))
    repaired = project.run("adopt", "--repair")
    assert repaired.status == 0, repaired
    first, second = written_by_repair(project)
    failed = project.run("upgrade")
    assert failed.status == 1, "two rows have one code"
    with on_postgresql.begin() as connection:
        connection.execute(text("DELETE FROM items WHERE id = 10"))
    for verb in ("upgrade", "drift"):
        outcome = project.run(verb)
        assert outcome.status == 0, outcome
    assert "items.name becomes NOT NULL" in first.read_text()
    assert second.read_text().count("CONCURRENTLY") == 7


def test_a_repair_passes_lint_on_tables_with_rows(project: Project, on_postgresql: Engine) -> None:
    """Its guard is removed: on another database than the adopted one it executes nothing."""
    revise(project, "a2", "a1", WANTED)
    assert project.run("adopt", "--repair").status == 0
    (project.root / "migrations/versions/a2.py").unlink()
    follows, found = "a1", set[str]()
    written = written_by_repair(project)
    assert len(written) == 2
    for file in written:
        revision = file.stem.partition("_")[0]
        source = re.sub(r"    if not repair\.needed.*\n +return\n", "", file.read_text())
        source = re.sub(r"down_revision = .*", f"down_revision = {follows!r}", source)
        file.write_text(source)
        follows = revision
        linted = project.run("lint", revision, "--json")
        # Undone, it leaves what all other databases have.
        rules = {each["rule"] for each in json.loads(linted.stdout)} - {"missing-downgrade"}
        for rule in rules:
            assert REVIEWED.get(rule, "nothing") in source, f"{linted}{source}"
        found |= rules
    assert found == {*REVIEWED}
