"""Nothing but the database that is meant is ever written, and nothing is found by looking away."""

import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from stratakit.config import Config
from stratakit.scratch import environment
from stratakit.testing.round_trips import RoundTrips
from tests.stratakit.environments.projects import INI, ITEMS, SEED, Project, digest
from tests.stratakit.environments.shapes import HEAD, PLAIN

CONFIGURE = """
with create_engine(URL).connect() as connection:
    context.configure(connection=connection, target_metadata=target_metadata{arguments})
    with context.begin_transaction():
        context.run_migrations()
"""


def execute(project: Project, statement: str, file: str = "app.db") -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(project.root / file)) as connection, connection:
        return connection.execute(statement).fetchall()


def alembic(project: Project, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "alembic", *arguments],
        cwd=project.root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def configure(project: Project, arguments: str) -> None:
    project.write("migrations/env.py", HEAD + CONFIGURE.format(arguments=arguments))


TOUCH = '''\
"""touch"""

import sqlalchemy as sa
from alembic import op

revision = "a3"
down_revision = "a2"


def upgrade():
    url = op.get_context().config.get_main_option("sqlalchemy.url")
    # SQLite has one writer, and the transaction of the migration is it.
    with sa.create_engine(url).begin() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 100")
        connection.execute(sa.text("CREATE TABLE touched (n INTEGER)"))


def downgrade():
    pass
'''


def test_a_revision_that_reads_the_url_sees_the_scratch_database(project: Project) -> None:
    project.write("alembic.ini", INI + "sqlalchemy.url = sqlite:///precious.db\n")
    project.write(
        "migrations/env.py",
        HEAD
        + 'context.config.set_main_option("sqlalchemy.url", "sqlite:///precious.db")\n'
        + PLAIN,
    )
    project.write("migrations/versions/a3_touch.py", TOUCH)
    for verb in (("check",), ("record",), ("create", "--empty", "add rows"), ("lint", "a3")):
        project.run(*verb)
        assert not (project.root / "precious.db").exists(), verb
        assert not digest(project.root / "app.db"), verb


def test_a_history_that_another_version_table_knows_is_not_run_again(project: Project) -> None:
    configure(project, ', version_table="app_version"')
    alembic(project, "upgrade", "head")
    for verb in ("upgrade", "check", "current", "history", "drift"):
        outcome = project.run(verb)
        assert outcome.status == 0, f"{verb}: {outcome}"
    assert "a2  seed (head)" in project.run("current").stdout
    assert execute(project, "SELECT name FROM items") == [("seed",)]
    assert project.run("downgrade", "a1").status == 1
    assert project.run("downgrade", "a1", "--lose", "items").status == 0
    assert execute(project, "SELECT * FROM app_version") == [("a1",)]
    assert execute(project, "SELECT name FROM items") == []


def test_a_version_table_schema_of_none_is_none(project: Project) -> None:
    configure(project, ", version_table_schema=None")
    assert project.run("upgrade").status == 0
    assert project.run("check").status == 0


FILTERS = (
    'include_name=lambda name, kind, parents: name != "legacy"',
    'include_object=lambda item, name, kind, *_: name != "legacy"',
)


@pytest.mark.parametrize("filtering", FILTERS, ids=["include_name", "include_object"])
def test_a_table_that_a_filter_leaves_out_is_neither_compared_nor_dropped(
    project: Project, filtering: str
) -> None:
    configure(project, f", {filtering}")
    execute(project, "CREATE TABLE legacy (id INTEGER PRIMARY KEY, name TEXT)")
    assert "not-adopted" not in project.run("check", "--json").stdout
    assert project.run("upgrade").status == 0
    assert project.run("drift").status == 0
    assert project.run("stamp", "a1").status == 0
    execute(project, "CREATE TABLE extra (id INTEGER PRIMARY KEY)")
    found = project.run("drift")
    assert 'DROP TABLE IF EXISTS "extra"' in found.stdout, found
    assert "legacy" not in str(found)


def test_adopt_compares_without_the_tables_that_a_filter_leaves_out(project: Project) -> None:
    configure(project, f", {FILTERS[1]}")
    execute(project, "CREATE TABLE legacy (id INTEGER PRIMARY KEY, name TEXT)")
    execute(
        project, "CREATE TABLE items (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(50) NOT NULL)"
    )
    adopted = project.run("adopt", "--at", "a1")
    assert adopted.status == 0, adopted
    assert execute(project, "SELECT * FROM alembic_version") == [("a1",)]


@pytest.mark.parametrize("schema", ["", ', version_table_schema="main"'])
def test_a_round_trip_leaves_out_the_version_table_that_env_py_names(
    project: Project, schema: str
) -> None:
    configure(project, f', version_table="my_versions"{schema}')
    emptied = SEED.replace("INSERT INTO items (id, name) VALUES (1, 'seed')", "SELECT 1")
    project.write(
        "migrations/versions/a2_seed.py", emptied.replace("DELETE FROM items", "SELECT 1")
    )
    round_trips = RoundTrips(environment.capture(Config(root=project.root, database="sqlite")))
    try:
        assert [round_trips.run(revision) for revision in ("a1", "a2")] == [[], []]
    finally:
        round_trips.close()


def test_the_message_says_that_a_revision_failed_on_a_scratch_database(
    project: Project,
) -> None:
    assert project.run("upgrade").status == 0
    project.write(
        "migrations/versions/a3_bad.py",
        SEED.replace('"a2"', '"a3"').replace('"a1"', '"a2"').replace("INSERT", "WRONG"),
    )
    failed = project.run("check")
    assert failed.status == 1
    assert "scratch database" in failed.stderr
    assert "a2" not in failed.stderr
    failed = project.run("upgrade")
    assert re.search(r"\ba2\b", failed.stderr)


@pytest.mark.parametrize("verb", ["upgrade", "current", "drift", "check"])
def test_a_connection_of_an_earlier_command_is_refused(project: Project, verb: str) -> None:
    """A global connection that was opened in a redirected run leads to a scratch database."""
    project.write(
        "library.py",
        'import sqlalchemy as sa\n\nconnection = sa.create_engine("sqlite:///app.db").connect()\n',
    )
    project.write(
        "migrations/env.py",
        HEAD
        + """
from library import connection

context.configure(connection=connection, target_metadata=target_metadata)
with context.begin_transaction():
    context.run_migrations()
""",
    )
    try:
        first = project.run("check", "--models")
        assert first.status in (0, 1), first
        second = project.run(verb)
        assert second.status == 1, second
        assert "scratch database" in second.stderr
        assert not digest(project.root / "app.db")
    finally:
        sys.modules.pop("library", None)


def test_a_connection_that_was_opened_before_does_not_reach_the_real_database(
    project: Project,
) -> None:
    project.write(
        "library.py",
        'import sqlalchemy as sa\n\nconnection = sa.create_engine("sqlite:///app.db").connect()\n',
    )
    project.write(
        "migrations/env.py",
        HEAD
        + """
from library import connection

context.configure(connection=connection, target_metadata=target_metadata)
with context.begin_transaction():
    context.run_migrations()
connection.commit()
""",
    )
    try:
        assert project.run("upgrade", "a1").status == 0
        before = digest(project.root / "app.db")
        for verb in (("check", "--models"), ("record",), ("create", "add size")):
            outcome = project.run(*verb)
            assert outcome.status == 1, outcome
            assert "scratch database" in outcome.stderr
            assert "create_engine(...)" in outcome.stderr
            assert digest(project.root / "app.db") == before
    finally:
        sys.modules.pop("library", None)


def test_writes_of_env_py_before_configure_do_not_reach_the_real_database(
    project: Project,
) -> None:
    project.write(
        "migrations/env.py",
        HEAD
        + """
with create_engine(URL).begin() as connection:
    connection.execute(sa.text("CREATE TABLE IF NOT EXISTS items_log (n INTEGER)"))
    connection.execute(sa.text("INSERT INTO items_log VALUES (1)"))
"""
        + CONFIGURE.format(arguments=", include_name=lambda name, *_: name != 'items_log'"),
    )
    outcome = project.run("check", "--models")
    assert outcome.status == 0, outcome
    assert not digest(project.root / "app.db")


@pytest.mark.parametrize(
    "lines",
    [
        "version_locations = %(here)s/migrations/versions\n",
        "version_locations = %(script_location)s/versions\n",
        "version_locations = %(here)s/migrations/versions:%(here)s/migrations/more\n",
        "recursive_version_locations = true\n",
    ],
)
def test_revisions_are_found_where_alembic_finds_them(project: Project, lines: str) -> None:
    project.write("alembic.ini", INI + lines)
    if "more" in lines:
        (project.root / "migrations/more").mkdir()
        (project.root / "migrations/versions/a2_seed.py").rename(
            project.root / "migrations/more/a2_seed.py"
        )
    if "recursive" in lines:
        (project.root / "migrations/versions/2026").mkdir()
        (project.root / "migrations/versions/a2_seed.py").rename(
            project.root / "migrations/versions/2026/a2_seed.py"
        )
    assert "a2" in project.run("heads").stdout
    assert "a1" in project.run("history").stdout
    upgraded = project.run("upgrade")
    assert upgraded.status == 0, upgraded
    assert execute(project, "SELECT name FROM items") == [("seed",)]
    checked = project.run("check")
    assert checked.status == 0, checked


def test_the_table_of_pyproject_counts(project: Project) -> None:
    (project.root / "alembic.ini").unlink()
    project.write(
        "pyproject.toml",
        '[tool.alembic]\nscript_location = "%(here)s/migrations"\n'
        'prepend_sys_path = ["%(here)s"]\n',
    )
    upgraded = project.run("upgrade")
    assert upgraded.status == 0, upgraded
    assert project.run("check").status == 0


def test_filters_of_env_py_count_in_check_and_create(project: Project) -> None:
    project.write(
        "migrations/versions/a2_seed.py",
        SEED.replace(
            '    op.execute("INSERT',
            '    op.execute("CREATE TABLE of_a_library (n INTEGER)")\n    op.execute("INSERT',
        ),
    )
    configure(
        project,
        ', include_object=lambda item, name, kind, *_: kind != "table" or name != "of_a_library"',
    )
    checked = project.run("check")
    assert checked.status == 0, checked
    project.add_colour()
    created = project.run("create", "add colour")
    assert created.status == 0, created
    (file,) = project.root.glob("migrations/versions/*colour*.py")
    assert "of_a_library" not in file.read_text()
    configure(project, "")
    assert project.run("check").status == 1


def test_directives_and_items_of_env_py_are_kept(project: Project) -> None:
    project.write(
        "migrations/env.py",
        HEAD
        + """
def name(context, revision, directives):
    directives[0].message = directives[0].message + " by env.py"


def render(kind, item, context):
    return "sa.Text()" if kind == "type" and isinstance(item, sa.String) else False
"""
        + CONFIGURE.format(arguments=", process_revision_directives=name, render_item=render"),
    )
    project.add_colour()
    created = project.run("create", "add colour")
    (file,) = project.root.glob("migrations/versions/*colour_by_env_py*.py")
    assert "sa.Text()" in file.read_text(), created


def test_a_callback_of_env_py_and_the_log_are_called(project: Project) -> None:
    project.write(
        "migrations/env.py",
        HEAD
        + """
def note(*, ctx, step, heads, run_args):
    print("applied", *heads)
"""
        + CONFIGURE.format(arguments=", on_version_apply=note"),
    )
    assert "applied a1\napplied a2" in project.run("upgrade").stderr
    assert execute(project, "SELECT revision FROM migration_log") == [("a1",), ("a2",)]


TENANTS = """
for tenant in ("t1", "t2"):
    with create_engine(f"sqlite:///{tenant}.db").connect() as connection:
        context.configure(connection=connection, target_metadata=target_metadata)
        with context.begin_transaction():
            context.run_migrations()
"""


def test_a_loop_over_tenants_migrates_each_once(project: Project) -> None:
    project.write("migrations/env.py", HEAD + TENANTS)
    upgraded = project.run("upgrade")
    assert upgraded.status == 0, upgraded
    for tenant in ("t1.db", "t2.db"):
        assert execute(project, "SELECT name FROM items", tenant) == [("seed",)]
    before = [digest(project.root / name) for name in ("t1.db", "t2.db")]
    for verb in ("upgrade", "check", "current", "history"):
        outcome = project.run(verb)
        assert outcome.status == 0, f"{verb}: {outcome}"
    assert [digest(project.root / name) for name in ("t1.db", "t2.db")] == before


def test_an_argument_names_one_tenant(project: Project) -> None:
    project.write(
        "migrations/env.py",
        HEAD
        + """
tenant = context.get_x_argument(as_dictionary=True).get("tenant", "none")
URL = f"sqlite:///{tenant}.db"
"""
        + PLAIN,
    )
    upgraded = project.run("upgrade", "-x", "tenant=a")
    assert upgraded.status == 0, upgraded
    assert "(head)" in project.run("current", "-x", "tenant=a").stdout
    assert "(head)" not in project.run("current", "-x", "tenant=b").stdout
    drifted = project.run("drift", "-x", "tenant=a")
    assert drifted.status == 0, drifted
    assert not digest(project.root / "none.db")


def test_branches_with_labels_are_accepted(project: Project) -> None:
    for name in ("expand", "contract"):
        project.write(
            f"migrations/versions/{name}.py",
            ITEMS.replace('"a1"', f'"{name}"')
            .replace("down_revision = None", 'down_revision = "a2"')
            .replace('"items"', f'"{name}_items"')
            + f'\n\nbranch_labels = ("{name}ing",)\n',
        )
    upgraded = project.run("upgrade", "heads")
    assert upgraded.status == 0, upgraded
    checked = project.run("check")
    assert "several heads" not in checked.stdout + checked.stderr, checked


@pytest.mark.parametrize(
    ("code", "message", "status"),
    [
        ("import no_such_package\n", "brings no_such_package", 2),
        ("import os\n\nos.environ['NO_SUCH_SETTING']\n", "Set NO_SUCH_SETTING", 2),
        ("open('no/such/key')\n", "Create no/such/key", 2),
        ("raise SystemExit('no database')\n", "no database\n", 2),
        ("raise SystemExit(3)\n", "exits with 3", 2),
        ("1 / 0\n", "ZeroDivisionError", 2),
    ],
)
def test_an_error_of_the_application_is_one_message(
    project: Project, code: str, message: str, status: int
) -> None:
    project.write("app/models.py", code)
    for verb in ("check", "upgrade", "current"):
        outcome = project.run(verb)
        assert outcome.status == status, outcome
        assert message in outcome.stderr
        assert "app/models.py:" in outcome.stderr
        assert "Traceback" not in outcome.stderr


UNWRAP = """
@sa.event.listens_for(sa.engine.Engine, "handle_error")
def unwrap(context):
    raise context.original_exception


"""


def test_an_unreachable_database_is_reported_despite_a_listener_that_replaces_errors(
    project: Project,
) -> None:
    url = "postgresql+psycopg://postgres@127.0.0.1:1/none"
    code = (HEAD + "LISTENER" + PLAIN).replace("sqlite:///app.db", url)
    for listener in ("", UNWRAP):
        project.write("migrations/env.py", code.replace("LISTENER", listener))
        done = subprocess.run(
            [sys.executable, "-m", "stratakit", "current"],
            cwd=project.root,
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ},
        )
        assert done.returncode == 3, done.stderr
        assert "cannot be reached" in done.stderr
        assert "Traceback" not in done.stderr


def test_an_env_py_that_configures_nothing_fails(project: Project) -> None:
    project.write("migrations/env.py", HEAD)
    for verb in ("upgrade", "check", "current", "drift", "downgrade"):
        outcome = project.run(verb)
        assert outcome.status == 2, outcome
        assert "context.run_migrations()" in outcome.stderr


def test_a_command_fails_if_env_py_catches_its_error(project: Project) -> None:
    project.write(
        "migrations/env.py",
        HEAD
        + """
try:
    raise_it = create_engine("sqlite:////no/such/folder/app.db").connect()
except Exception as error:
    print(error)
""",
    )
    assert project.run("upgrade").status == 2


def test_the_folder_of_stratakit_ignores_itself(project: Project) -> None:
    project.run("check")
    assert (project.root / ".local/.gitignore").read_text() == "*\n"


def test_an_env_py_that_imports_no_model_drops_no_table(project: Project) -> None:
    project.write(
        "migrations/env.py",
        HEAD.replace("Base.metadata", "sa.MetaData()") + PLAIN,
    )
    checked = project.run("check", "--models")
    assert checked.status == 1, checked
    assert "target_metadata" in checked.stdout
    created = project.run("create", "add colour")
    assert created.status == 1, created
    assert "target_metadata" in created.stderr
    assert len([*project.root.glob("migrations/versions/*.py")]) == 2


def test_a_revision_may_ask_for_op_when_it_is_imported(project: Project) -> None:
    project.write(
        "migrations/versions/a2_seed.py",
        SEED + "\n\ntry:\n    op.get_bind()\nexcept NameError:\n    pass\n",
    )
    for verb in ("upgrade", "history", "check", "current"):
        outcome = project.run(verb)
        assert outcome.status == 0, outcome


def test_a_wait_for_the_own_transaction_names_the_connection_to_use(
    project: Project,
) -> None:
    url = 'context.config.set_main_option("sqlalchemy.url", URL)\n'
    project.write("migrations/env.py", HEAD + url + PLAIN)
    project.write("migrations/versions/a3_touch.py", TOUCH)
    for verb in ("upgrade", "check"):
        failed = project.run(verb)
        assert failed.status == 1, failed
        assert "op.get_bind()" in failed.stderr
    assert "a2" in project.run("current").stdout
