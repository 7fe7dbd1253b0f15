"""Each difference of an adopted database has a way out that works, in a project as it stands."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

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
down_revision = "{follows}"


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
