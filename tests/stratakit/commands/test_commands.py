"""The verbs as functions: typed results, one error class, one connection."""

import io
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic.script import Script
from sqlalchemy import Dialect, Engine, event, text

from stratakit import commands, config
from stratakit.commands import UpgradePlan
from stratakit.config import Config, load
from stratakit.diagnostics.errors import DatabaseUnavailable, StrataError, UsageError
from stratakit.engine.connect import connect
from stratakit.scratch.environment import current_url
from tests import databases
from tests.conftest import REPOSITORY
from tests.rows import imports_of_a_service
from tests.service import Service
from tests.stratakit.runtime.test_environment import ENV, MODELS, REVISION

SECOND = '''\
"""Add a note."""

import sqlalchemy as sa
from alembic import op

revision = "002"
down_revision = "001"
phase = "contract"


def upgrade() -> None:
    op.add_column("orders", sa.Column("note", sa.String(50)))


def downgrade() -> None:
    op.drop_column("orders", "note")
'''
MODELS_WITH_A_NOTE = (
    MODELS.replace("from sqlalchemy.orm", "from sqlalchemy import String\nfrom sqlalchemy.orm", 1)
    + "    note: Mapped[str | None] = mapped_column(String(50))\n"
)
COUNTED = "\nwith open(__file__ + '.runs', 'a') as runs:\n    runs.write('x')\n"


@pytest.fixture(params=["sqlite", "postgresql", "mysql"])
def project(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Config]:
    """A project with two revisions, the second of the phase contract, and its models."""
    backend: str = request.param
    project = Service(tmp_path, backend)
    project.write("strata.toml", f'database = "{backend}"\ndatabase_name = "orders"\n')
    project.write(
        "alembic.ini",
        "[alembic]\nscript_location = %(here)s/migrations\nprepend_sys_path = %(here)s\n"
        "path_separator = os\n",
    )
    project.write("app/__init__.py", "")
    project.write("app/models.py", MODELS_WITH_A_NOTE)
    project.write("migrations/versions/001_orders.py", REVISION)
    project.write("migrations/versions/002_note.py", SECOND)
    project.write("migrations/env.py", ENV.format(url=None) + COUNTED)
    with databases.fresh(backend) as variables, imports_of_a_service():
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        yield load(tmp_path)


@contextmanager
def connections() -> Iterator[list[str]]:
    """The databases of the connections that are opened meanwhile, in this process."""
    opened: list[str] = []

    def listener(dialect: Dialect, record: object, arguments: object, kwargs: object) -> None:
        opened.append(dialect.name)

    event.listen(Engine, "do_connect", listener)
    try:
        yield opened
    finally:
        event.remove(Engine, "do_connect", listener)


def ids(scripts: Iterable[Script]) -> list[str]:
    return [script.revision for script in scripts]


def test_an_upgrade_runs_env_py_once_reads_env_once_and_opens_one_connection(
    project: Config,
) -> None:
    (project.root / ".env").write_text("MIGRATION_WAIT_SECONDS=5\n")
    config._read_dotenv.cache_clear()
    with connections() as opened:
        result = commands.upgrade(project)
    assert ids(result.plan.pending) == ["001", "002"]
    assert result.position.heads == ("002",)
    assert result.position.is_head
    assert len(opened) == 1
    assert (project.migrations_folder / "env.py.runs").read_text() == "x"
    assert config._read_dotenv.cache_info().misses == 1


def test_pending_revisions_are_listed_first_and_a_dry_run_changes_nothing(
    project: Config,
) -> None:
    plans: list[UpgradePlan] = []
    result = commands.upgrade(project, dry_run=True, on_plan=plans.append)
    assert [ids(plan.pending) for plan in plans] == [["001", "002"]]
    assert result.position.heads == ()
    assert ids(commands.current(project).pending) == ["001", "002"]


@pytest.mark.parametrize("project", ["postgresql", "mysql"], indirect=True)
def test_a_dry_run_names_the_size_of_each_table_and_the_effect_on_it(project: Config) -> None:
    commands.upgrade(project, "001")
    assert commands.upgrade(project, dry_run=True).plan.impacts == ()
    with connect(current_url(project)) as connection:
        connection.execute(text("INSERT INTO orders (id) VALUES (1)"))
        for power in range(15):
            connection.execute(text(f"INSERT INTO orders SELECT id + {2**power} FROM orders"))
        connection.commit()
        analyze = "ANALYZE" if project.database == "postgresql" else "ANALYZE TABLE orders"
        connection.execute(text(analyze))
        connection.commit()
    plans: list[UpgradePlan] = []
    result = commands.upgrade(project, dry_run=True, on_plan=plans.append)
    (impact,) = plans[0].impacts
    assert plans == [result.plan]
    assert (impact.revision, impact.table, impact.effect) == ("002", "orders", "locks")
    assert impact.size.rows > 30_000
    assert commands.statistics(project)["orders"] == impact.size
    path = commands.write_statistics(project, commands.statistics(project))
    linted = commands.lint(project, ["002"], statistics=path)
    assert [(each.table, each.size.rows) for each in linted.impacts] == [
        ("orders", impact.size.rows)
    ]


def test_a_rolling_upgrade_defers_the_contract_and_a_later_one_applies_it(project: Config) -> None:
    commands.upgrade(project, "001")
    rolling = commands.upgrade(project, rolling=True)
    assert (ids(rolling.plan.pending), ids(rolling.plan.deferred)) == ([], ["002"])
    assert rolling.position.heads == ("001",)
    assert ids(commands.upgrade(project).plan.pending) == ["002"]
    assert ids(commands.upgrade(project).plan.pending) == []


def test_a_downgrade_and_the_history_tell_what_is_applied(project: Config) -> None:
    commands.upgrade(project)
    result = commands.downgrade(project)
    assert (ids(result.undone), result.position.heads) == (["002"], ("001",))
    entries = commands.history(project).entries
    assert [
        (each.script.revision, each.parents, each.is_head, each.is_applied) for each in entries
    ] == [
        ("002", ("001",), True, False),
        ("001", (), False, True),
    ]
    assert ids(commands.heads(project)) == ["002"]


def test_a_check_returns_what_differs_and_create_writes_it(project: Config) -> None:
    commands.upgrade(project)
    assert commands.check(project).findings == []
    models = project.root / "app/models.py"
    models.write_text(
        MODELS_WITH_A_NOTE + "    remark: Mapped[str | None] = mapped_column(String(9))\n"
    )
    code = "from stratakit import commands\nfrom stratakit.config import load\n"
    # Models are imported once in a process.
    found = _python(project, code + "print([f.rule for f in commands.check(load()).findings])")
    assert found == "['model-without-migration']"
    shutil.copy(REPOSITORY / "template/migrations/script.py.mako", project.migrations_folder)
    created = _python(
        project,
        code + "result = commands.create(load(), 'add a remark')\n"
        "print([path.name for path in result.paths], result.changes, result.unrecorded)",
    )
    assert re.fullmatch(r"\['\w+_add_a_remark\.py'\] \['adds .*'\] ", created + " "), created


def test_a_model_that_the_database_cannot_hold_is_a_finding(project: Config) -> None:
    models = project.root / "app/models.py"
    text = models.read_text().replace(
        "String(50)", "LONGTEXT()" if project.database != "mysql" else "String()"
    )
    models.write_text("from sqlalchemy.dialects.mysql import LONGTEXT\n" + text)
    findings = commands.check_models(project).findings
    assert [finding.rule for finding in findings] == ["models-not-made"]


def test_a_lint_returns_findings_with_their_lines(project: Config) -> None:
    versions = project.versions
    (versions / "003_drop.py").write_text(
        SECOND.replace('"002"', '"003"', 1)
        .replace('"001"', '"002"')
        .replace(
            'op.add_column("orders", sa.Column("note", sa.String(50)))',
            'op.drop_column("orders", "note")',
        )
    )
    result = commands.lint(project, ["003"])
    assert "drop-column" in {finding.rule for finding in result.findings}
    assert all(finding.line and finding.file.endswith("003_drop.py") for finding in result.findings)
    with pytest.raises(UsageError):
        commands.lint(project, ["nonsense"])


def test_drift_and_stamp_compare_with_what_the_revision_makes(project: Config) -> None:
    commands.upgrade(project)
    assert commands.drift(project).findings == []
    with pytest.raises(StrataError, match="does not match 001"):
        commands.stamp(project, "001")
    assert commands.stamp(project, "001", reason="a test").heads == ("001",)
    assert commands.drift(project).findings[0].rule == "drift"


def test_a_database_that_others_made_is_adopted_once(project: Config) -> None:
    commands.upgrade(project)
    with connect(current_url(project)) as connection:
        connection.execute(text("DROP TABLE alembic_version"))
        connection.execute(text("DROP TABLE migration_log"))
        connection.commit()
    assert commands.adopt(project, dry_run=True).outcome == "matched"
    result = commands.adopt(project)
    assert (result.outcome, result.position and result.position.heads) == ("adopted", ("002",))
    assert commands.adopt(project).outcome == "managed"


def test_refusals_of_alembic_and_of_drivers_are_one_kind_of_error(
    project: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(StrataError):
        commands.upgrade(project, "nonsense")
    with pytest.raises(StrataError):
        commands.merge(project, ["nonsense", "001"])
    (project.versions / "004_broken.py").write_text("revision = \n")
    with pytest.raises(StrataError):
        commands.current(project)
    (project.versions / "004_broken.py").unlink()
    if project.database != "sqlite":
        monkeypatch.setenv(
            "DATABASE_URL",
            {"postgresql": "postgresql", "mysql": "mysql"}[project.database]
            + "://x:y@127.0.0.1:1/z",
        )
        with pytest.raises(DatabaseUnavailable):
            commands.current(project)


def test_nothing_is_printed_and_nobody_is_asked(
    project: Config, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("orders\n"))
    monkeypatch.setenv("ENVIRONMENT", "production")
    commands.upgrade(project)
    commands.current(project)
    commands.drift(project)
    with pytest.raises(StrataError, match="This is production"):
        commands.downgrade(project)
    assert capsys.readouterr().out == ""


def _python(project: Config, code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, str(project.root)],
        cwd=project.root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_command_imports_what_it_needs_and_no_other_command() -> None:
    program = "import sys; from stratakit import commands; commands.history; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    imported = set(done.stdout.split())
    assert "stratakit.commands._history" in imported
    assert not {"stratakit.commands._adopt", "stratakit.lint", "stratakit.backup"} & imported


@pytest.mark.parametrize("name", commands.__all__)
def test_each_name_of_the_package_is_found_in_its_module(name: str) -> None:
    assert getattr(commands, name).__name__ == name


def test_the_package_has_no_other_names() -> None:
    assert set(commands.__all__) == set(commands._MODULES)
    with pytest.raises(AttributeError, match="nothing"):
        getattr(commands, "nothing")  # noqa: B009
