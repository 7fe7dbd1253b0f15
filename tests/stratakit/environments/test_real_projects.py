"""What real projects do in env.py and around it, each as the smallest project that does it."""

import ast
import re
import shlex
import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.config import CommandLine
from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext

from stratakit.config import load
from stratakit.testing import databases
from tests.stratakit.environments.projects import INI, ITEMS, MODELS, SEED, Project
from tests.stratakit.environments.shapes import HEAD, PLAIN, SHAPES

READING = ("current", "history", "check", "drift", "adopt", "upgrade --dry-run")


@pytest.mark.parametrize("shape", ["plain", "asynchronous"])
def test_a_reading_verb_creates_no_file_of_sqlite(project: Project, shape: str) -> None:
    project.write("migrations/env.py", SHAPES[shape])
    for verb in READING:
        outcome = project.run(*verb.split())
        assert outcome.status in (0, 1), outcome
        assert not (project.root / "app.db").exists(), verb


DEFAULT = "    count: Mapped[int] = mapped_column(server_default='7')\n"
COUNT = '''\
"""count"""

import sqlalchemy as sa
from alembic import op

revision = "a3"
down_revision = "a2"


def upgrade():
    op.add_column("items", sa.Column("count", sa.Integer, nullable=False, server_default="8"))


def downgrade():
    op.drop_column("items", "count")
'''


@pytest.mark.parametrize(
    ("argument", "status"),
    [
        ("", 0),
        ("compare_server_default=False", 0),
        ("compare_server_default=True", 1),
        ("compare_server_default=lambda *rest: False", 0),
        ("compare_server_default=lambda *rest: True", 1),
    ],
)
def test_server_defaults_are_compared_as_env_py_says(
    project: Project, argument: str, status: int
) -> None:
    project.write("app/models.py", MODELS + DEFAULT)
    project.write("migrations/versions/a3_count.py", COUNT)
    env = HEAD + PLAIN.replace("target_metadata)", f"target_metadata, {argument})")
    project.write("migrations/env.py", env)
    assert project.run("upgrade").status == 0
    checked = project.run("check")
    assert checked.status == status, checked
    is_named = "compare_server_default=True" in checked.stdout + checked.stderr
    assert is_named == (not argument)
    assert "compare_server_default" not in project.run("check").stdout
    created = project.run("create", "change the default")
    assert created.status == 0, created
    assert bool([*project.root.glob("migrations/versions/*change_the_default*")]) == bool(status)


@pytest.mark.parametrize(
    ("argument", "status"),
    [("", 1), ("compare_type=False", 0), ("compare_type=lambda *rest: False", 0)],
)
def test_types_are_compared_as_env_py_says(project: Project, argument: str, status: int) -> None:
    project.write("app/models.py", MODELS.replace("sa.String(50)", "sa.Text()"))
    env = HEAD + PLAIN.replace("target_metadata)", f"target_metadata, {argument})")
    project.write("migrations/env.py", env)
    checked = project.run("check", "--models")
    assert checked.status == status, checked


def test_an_index_that_a_model_declares_for_another_database_is_not_a_finding(
    project: Project,
) -> None:
    declared = "    __table_args__ = (sa.Index('ix_name', 'name').ddl_if(dialect='oracle'),)\n"
    project.write("app/models.py", MODELS + declared)
    text = ITEMS.replace(
        "    )\n\n\n", '    )\n    op.create_index("ix_name", "items", ["name"])\n\n\n'
    )
    project.write("migrations/versions/a1_items.py", text)
    checked = project.run("check", "--models")
    assert checked.status == 0, checked


def test_a_key_to_a_table_of_a_model_that_is_not_imported_is_explained(project: Project) -> None:
    owner = "    owner: Mapped[int] = mapped_column(sa.ForeignKey('owners.id'))\n"
    project.write("app/models.py", MODELS + owner)
    for verb in ("check", "create x", "drift"):
        outcome = project.run(*verb.split())
        assert "Traceback" not in outcome.stderr, outcome
    explained = project.run("check").stderr
    assert "owners" in explained
    assert "env.py" in explained


SHY = '''\
"""shy"""

import sqlalchemy as sa
from alembic import op

revision = "a3"
down_revision = "a2"


def upgrade():
    op.create_table("shy", sa.Column("n", sa.Integer))
    op.execute("CREATE TRIGGER t BEFORE INSERT ON shy BEGIN SELECT RAISE(ABORT, 'no rows'); END")


def downgrade():
    op.drop_table("shy")
'''


class OwnError(Exception):
    """An error of the application."""


def raise_drivers_error(context: ExceptionContext) -> None:
    raise context.original_exception from context.sqlalchemy_exception


def raise_own_error(context: ExceptionContext) -> None:
    raise OwnError("the database refused") from context.sqlalchemy_exception


@pytest.fixture(params=[raise_drivers_error, raise_own_error])
def _replaced_errors(request: pytest.FixtureRequest) -> Iterator[None]:
    event.listen(Engine, "handle_error", request.param)
    yield
    event.remove(Engine, "handle_error", request.param)


@pytest.mark.usefixtures("_replaced_errors")
def test_errors_that_a_listener_of_the_application_replaces_are_explained(
    project: Project,
) -> None:
    project.write("migrations/versions/a3_shy.py", SHY)
    linted = project.run("lint", "a3")
    assert linted.status in (0, 1), linted
    assert "Traceback" not in linted.stderr, linted
    project.add_colour()
    created = project.run("create", "add colour")
    assert created.status == 0, created
    file = next(project.root.glob("migrations/versions/*colour*"))
    broken = file.read_text().replace(
        "def upgrade():", 'def upgrade():\n    op.execute("nonsense")'
    )
    file.write_text(broken)
    for verb in ("check --models", "upgrade", "lint head"):
        outcome = project.run(*verb.split())
        assert outcome.status == 1, outcome
        assert "Traceback" not in outcome.stderr, outcome


@pytest.mark.parametrize("rows", [("a1", "a2"), ("a2", "a1")], ids=",".join)
@pytest.mark.parametrize("stamp", ["stamp a2", "stamp a2 --force tested"])
def test_a_row_of_an_ancestor_is_named_and_removed(
    project: Project, rows: tuple[str, ...], stamp: str
) -> None:
    assert project.run("upgrade").status == 0
    table = "alembic_version"
    with sqlite3.connect("app.db") as connection:
        connection.execute(f"DELETE FROM {table}")
        connection.executemany(f"INSERT INTO {table} VALUES (?)", [(row,) for row in rows])
    for verb in ("current", "upgrade", "downgrade -1", "drift"):
        refused = project.run(*verb.split())
        assert refused.status == 1, refused
        assert "stratakit stamp a2" in refused.stderr, refused
    stamped = project.run(*stamp.split())
    assert stamped.status == 0, stamped
    with sqlite3.connect("app.db") as connection:
        assert [*connection.execute(f"SELECT version_num FROM {table}")] == [("a2",)]
    assert project.run("check").status == 0


@pytest.mark.parametrize("shape", ["both modes", "plain"])
def test_sql_has_what_a_run_adds_and_connects_to_no_file(project: Project, shape: str) -> None:
    project.write("migrations/env.py", SHAPES[shape])
    written = project.run("sql")
    assert written.status == 0, written
    assert "CREATE TABLE items" in written.stdout
    entries = re.findall(r"INSERT INTO migration_log .*", written.stdout)
    assert len(entries) == 2
    assert "'a1', '', 'upgrade', 'a1'" in entries[0]
    assert all(entry.endswith(";") for entry in entries)
    assert "?" not in "".join(entries)
    assert project.run("sql", "a1:a2").stdout.count("INSERT INTO items") == 1
    assert "DROP TABLE items" in project.run("downgrade", "a2:base", "--sql").stdout
    assert project.run("downgrade", "base", "--sql").status == 2
    assert not (project.root / "app.db").exists()


def test_sql_of_a_revision_that_asks_the_database_is_explained(project: Project) -> None:
    asking = SEED.replace("op.execute(", "list(op.get_bind().exec_driver_sql)(")
    project.write("migrations/versions/a2_seed.py", asking)
    refused = project.run("sql")
    assert (refused.status, refused.stdout) == (1, ""), refused
    assert "a2_seed.py:" in refused.stderr
    assert "--sql" in refused.stderr


@pytest.mark.parametrize(
    "type_", ["sa.JSON", "sa.PickleType", "sa.ARRAY(sa.JSON)"], ids=["json", "bytes", "array"]
)
def test_sql_of_a_value_without_a_literal_is_explained(project: Project, type_: str) -> None:
    insert = f'op.bulk_insert(sa.table("items", sa.column("name", {type_})), [{{"name": [1]}}])'
    text = ITEMS.replace('"a1"', '"a2"').replace("None", '"a1"').partition("def upgrade")[0]
    text += f"def upgrade():\n    {insert}\n\n\ndef downgrade():\n    pass\n"
    project.write("migrations/versions/a2_seed.py", text)
    refused = project.run("sql")
    assert (refused.status, refused.stdout) == (1, ""), refused
    assert "a2_seed.py:" in refused.stderr
    assert "op.execute(" in refused.stderr
    assert "stratakit sql a1" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_project_without_tables_is_no_project_whose_tables_are_renamed(
    project: Project,
) -> None:
    project.write("app/models.py", MODELS.replace('"items"', '"goods"'))
    for verb in ("check", "create rename"):
        outcome = project.run(*verb.split())
        assert "target_metadata" not in outcome.stderr + outcome.stdout, outcome
        assert "goods" in outcome.stdout, outcome
    (file,) = project.root.glob("migrations/versions/*_rename.py")
    assert "op.rename_table('items', 'goods')" in file.read_text()
    project.write("app/models.py", MODELS.partition("class Item")[0])
    for verb in ("check", "create drop"):
        outcome = project.run(*verb.split())
        assert outcome.status == 1, outcome
        assert "target_metadata" in outcome.stderr + outcome.stdout, outcome


def test_a_migration_leaves_no_lock_file(project: Project) -> None:
    for verb in ("upgrade", "downgrade base --lose items", "upgrade"):
        assert project.run(*verb.split()).status == 0
        assert not [*project.root.glob("*.migrating")]


TYPED = """import sqlalchemy as sa
from alembic import op
import app.types
{more}
revision = "a3"
down_revision = "a2"


def upgrade():
    op.add_column("items", sa.Column("note", app.types.Text(), nullable=True))


def downgrade():
    op.drop_column("items", "note")
"""


@pytest.mark.parametrize("place", ["user_module_prefix", "script.py.mako"])
def test_an_import_that_autogenerate_writes_is_not_a_finding(project: Project, place: str) -> None:
    project.write("app/types.py", "from sqlalchemy import Text\n")
    project.write("migrations/versions/a3_note.py", TYPED.format(more=""))
    found = project.run("lint", "a3")
    assert "application-import" in found.stdout, found
    if place == "script.py.mako":
        template = project.root / "migrations" / place
        template.write_text(template.read_text() + "import app.types\n")
    else:
        argument = f'target_metadata, {place}="app.types.")'
        project.write("migrations/env.py", HEAD + PLAIN.replace("target_metadata)", argument))
    assert "application-import" not in project.run("lint", "a3").stdout
    project.write("migrations/versions/a3_note.py", TYPED.format(more="import app.models\n"))
    assert "imports app.models," in project.run("lint", "a3").stdout


IMPORTING = '''\
"""shades"""

import sqlalchemy as sa
from alembic import op

revision = "a3"
down_revision = "a2"

try:
    op.get_bind().execute(sa.text("CREATE TABLE IF NOT EXISTS shades (id INTEGER PRIMARY KEY)"))
except NameError:
    pass


def upgrade():
    op.execute("INSERT INTO shades DEFAULT VALUES")


def downgrade():
    pass
'''


def test_a_revision_may_execute_a_statement_when_it_is_imported(project: Project) -> None:
    project.write("migrations/versions/a3_shades.py", IMPORTING)
    for verb in (*READING, "sql"):
        outcome = project.run(*verb.split())
        assert outcome.status in (0, 1), outcome
        assert "Traceback" not in outcome.stderr, outcome
        assert not (project.root / "app.db").exists(), verb
    for verb in ("upgrade", "current", "history", "drift", "lint a3", "downgrade", "upgrade"):
        outcome = project.run(*verb.split())
        assert outcome.status == 0, f"{verb}: {outcome}"


def test_no_verb_parses_the_application(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(900):
        project.write(f"app/part{number % 30}/module{number}.py", f"MARKER = {number}\n")
    project.write("migrations/versions/a3_note.py", TYPED.format(more=""))
    project.write("app/types.py", "from sqlalchemy import Text\n")
    parsed = list[str]()
    original = ast.parse

    def parse(source: str | bytes, *rest: Any, **keywords: Any) -> Any:
        parsed.append(str(source))
        return original(source, *rest, **keywords)

    monkeypatch.setattr(ast, "parse", parse)
    for verb in ("upgrade", "history", "heads", "current", "check", "drift", "lint a3", "create x"):
        project.run(*verb.split())
        assert not [source for source in parsed if "MARKER" in source], verb
    assert parsed


OPTIONS = """
option = context.config.cmd_opts


def drop_empty(migration, revision, directives):
    if option.autogenerate and directives[0].upgrade_ops.is_empty():
        directives[:] = []


assert not option.sql and option.x is None
with open("seen.txt", "a") as seen:
    print(option.revision, option.autogenerate, file=seen)
"""


@pytest.mark.parametrize(
    ("verb", "seen"),
    [
        ("upgrade", "head False"),
        ("upgrade a1", "a1 False"),
        ("downgrade a1 --lose items", "a1 False"),
        ("check", "None False"),
        ("create nothing", "None True"),
    ],
)
def test_env_py_reads_the_options_of_the_command_line(
    project: Project, verb: str, seen: str
) -> None:
    argument = "target_metadata, process_revision_directives=drop_empty)"
    configure = PLAIN.replace("target_metadata)", argument)
    assert project.run("upgrade").status == 0
    project.write("migrations/env.py", HEAD + OPTIONS + configure)
    outcome = project.run(*verb.split())
    assert outcome.status == 0, outcome
    assert seen in (project.root / "seen.txt").read_text().splitlines()
    assert len([*project.root.glob("migrations/versions/*.py")]) == 2


def test_a_write_hook_whose_program_is_not_installed_is_explained(project: Project) -> None:
    hooks = "[post_write_hooks]\nhooks = f\nf.type = exec\nf.executable = no-such-formatter\n"
    project.write("alembic.ini", INI + hooks)
    project.add_colour()
    created = project.run("create", "add colour")
    assert created.status == 2, created
    assert "no-such-formatter is not installed" in created.stderr
    assert "Traceback" not in created.stderr
    assert [*project.root.glob("migrations/versions/*colour*.py")]


GUARDED = """
from stratakit.alembic import run_migrations

run_migrations(target_metadata=target_metadata, url=URL)
"""


def test_no_command_takes_another_kind_of_database_than_env_py(project: Project) -> None:
    """No strata.toml names the kind, which then is PostgreSQL."""
    assert project.run("upgrade").status == 0
    refused = project.run("roles", "--sql")
    assert (refused.status, refused.stdout) == (2, ""), refused
    backup = project.run("backup")
    assert backup.status == 0, backup
    assert "3 tables" in backup.stdout


def test_plain_alembic_writes_for_the_kind_of_the_database(project: Project) -> None:
    project.write("migrations/env.py", HEAD + GUARDED)
    project.add_colour()
    assert project.run("upgrade").status == 0
    CommandLine().main(["revision", "--autogenerate", "-m", "add colour"])
    (file,) = (project.root / "migrations/versions").glob("*_add_colour.py")
    assert "batch_alter_table" in file.read_text()


def test_a_project_without_models_writes_its_revisions_manually(project: Project) -> None:
    project.write("migrations/env.py", HEAD.replace("Base.metadata", "None") + PLAIN)
    for verb in ("check", "upgrade", "check", "check --models", "drift", "record"):
        outcome = project.run(*verb.split())
        assert outcome.status == 0, f"{verb}: {outcome}"
        assert "target_metadata" in outcome.stdout or not verb.startswith("check"), outcome
    refused = project.run("create", "add colour")
    assert (refused.status, refused.stdout) == (2, "")
    (line,) = (line for line in refused.stderr.splitlines() if "stratakit create" in line)
    written = project.run(*shlex.split(line.partition(": stratakit ")[2]))
    assert written.status == 0, written
    assert project.run("upgrade").status == 0


def test_the_fixtures_take_the_kind_of_database_from_env_py(project: Project) -> None:
    with databases.migrated_database(load(project.root)) as url:
        assert url.startswith("sqlite")
        with databases.rolled_back_session(url, load(project.root)) as session:
            assert session.scalar(sa.text("SELECT name FROM items")) == "seed"
    assert not (project.root / ".local/postgresql").exists()
