"""An old project: `accept` records its differences, and only new ones are reported or written."""

import json
import sqlite3
import tomllib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.stratakit.commands.old_project import DIFFERENCES, OldProject, old_project

FILE = "migrations/accepted.toml"


@pytest.fixture(params=["postgresql", "mysql", "sqlite"])
def project(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[OldProject]:
    with old_project(request.param, tmp_path, monkeypatch) as project:
        yield project


@pytest.fixture
def on_sqlite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OldProject]:
    with old_project("sqlite", tmp_path, monkeypatch) as project:
        yield project


def accepted(project: OldProject) -> dict[str, list[str]]:
    return tomllib.loads((project.root / FILE).read_text(encoding="utf-8"))


def reported(project: OldProject, *verb: str) -> list[str]:
    outcome = project.run(*verb, "--json")
    found = json.loads(outcome.stdout)
    assert outcome.status == bool(found), outcome
    return [each["details"]["difference"] for each in found]


def test_two_commands_make_the_check_of_an_old_project_green_and_a_change_is_one_revision(
    project: OldProject,
) -> None:
    assert set(DIFFERENCES) <= {*reported(project, "check", "--models")}
    outcome = project.run("accept")
    assert outcome.status == 0, outcome
    names = accepted(project)["models"]
    assert names == sorted(names)
    assert set(DIFFERENCES) <= {*names}
    assert project.run("check").status == 0

    project.add_colour()
    assert reported(project, "check", "--models") == ["adds column items.colour"]
    created = project.run("create", "add colour")
    assert created.status == 0, created
    assert set(project.written()) <= {"add_column", "batch_alter_table"}
    assert len(project.revisions) == 1
    assert project.run("check", "--models").status == 0


def test_one_difference_is_accepted_and_not_its_object(on_sqlite: OldProject) -> None:
    on_sqlite.run("accept", "--models")
    on_sqlite.edit_models("sa.String(80)", "sa.String(100)")
    new, gone = reported(on_sqlite, "check", "--models")
    assert new.endswith(" items.name from VARCHAR(50) to VARCHAR(100)")
    assert gone.endswith(" items.name from VARCHAR(50) to VARCHAR(80)")
    on_sqlite.run("create", "longer names")
    (revision,) = on_sqlite.revisions
    text = revision.read_text(encoding="utf-8")
    assert "length=100" in text
    assert "server_default=None" not in text


def test_an_accepted_difference_that_is_gone_is_reported_and_removed_on_request(
    on_sqlite: OldProject,
) -> None:
    on_sqlite.run("accept", "--models")
    on_sqlite.edit_models("sa.String(80)", 'sa.String(80), server_default="none"')
    (gone,) = reported(on_sqlite, "check", "--models")
    assert gone.endswith(" of items.name")
    again = on_sqlite.run("accept", "--models")
    assert gone in again.stdout
    assert gone in accepted(on_sqlite)["models"]
    assert on_sqlite.run("accept", "--prune").status == 0
    assert gone not in accepted(on_sqlite)["models"]
    assert on_sqlite.run("check", "--models").status == 0


def test_only_a_new_drift_of_a_database_is_reported(on_sqlite: OldProject) -> None:
    by_hand, another = (f"table {name} is unexpected" for name in ("by_hand", "another"))
    assert on_sqlite.run("upgrade").status == 0
    execute(on_sqlite, "CREATE TABLE by_hand (id integer)")
    assert on_sqlite.run("accept").status == 0
    assert accepted(on_sqlite)["database"] == [by_hand]
    execute(on_sqlite, "CREATE TABLE another (id integer)")
    assert reported(on_sqlite, "drift") == [another]
    execute(on_sqlite, "DROP TABLE by_hand")
    pruned = on_sqlite.run("accept", "--prune")
    assert by_hand in pruned.stdout
    assert "database" not in accepted(on_sqlite)


def execute(project: OldProject, statement: str) -> None:
    with closing(sqlite3.connect(project.root / "app.db")) as connection:
        connection.execute(statement)


def test_findings_in_old_revisions_can_be_accepted(on_sqlite: OldProject) -> None:
    on_sqlite.write(
        "migrations/versions/a2_legacy.py",
        '"""legacy"""\n\nfrom alembic import op\n\nrevision = "a2"\ndown_revision = "a1"\n\n\n'
        'def upgrade():\n    op.drop_table("legacy")\n\n\ndef downgrade():\n    pass\n',
    )
    before = {each["rule"] for each in json.loads(on_sqlite.run("lint", "a2", "--json").stdout)}
    assert "drop-table" in before
    assert on_sqlite.run("accept", "--models", "--lint").status == 0
    names = {f"migrations/versions/a2_legacy.py: {rule}" for rule in before}
    assert {*accepted(on_sqlite)["lint"]} == names
    assert on_sqlite.run("lint", "a2").status == 0
    text = (on_sqlite.root / FILE).read_text(encoding="utf-8")
    on_sqlite.write(FILE, text.replace("drop-table", "drop-column"))
    rules = [each["rule"] for each in json.loads(on_sqlite.run("lint", "a2", "--json").stdout)]
    assert sorted(rules) == ["drop-table", "unused-accepted"]


def test_plain_alembic_does_not_write_what_is_accepted_or_allowed(on_sqlite: OldProject) -> None:
    on_sqlite.write(
        "migrations/env.py",
        "from app.models import Base\nfrom stratakit.alembic import run_migrations\n\n"
        'run_migrations(url="sqlite:///app.db", target_metadata=Base.metadata)\n',
    )
    on_sqlite.run("accept", "--models")
    text = (on_sqlite.root / FILE).read_text(encoding="utf-8")
    line = '    "makes items.note nullable",\n'
    assert line in text
    on_sqlite.write(FILE, text.replace(line, ""))
    on_sqlite.write("strata.toml", 'allowed = ["column items.note: not null"]\n')
    assert on_sqlite.run("check", "--models").status == 0
    assert on_sqlite.run("create", "nothing").status == 0
    on_sqlite.write("strata.toml", "")
    assert reported(on_sqlite, "check", "--models") == ["makes items.note nullable"]


@pytest.mark.parametrize("text", ["models = 1\n", "other = []\n", "models = [\n", "models = [1]\n"])
def test_a_file_that_cannot_be_read_is_refused(text: str, on_sqlite: OldProject) -> None:
    on_sqlite.write(FILE, text)
    refused = on_sqlite.run("check", "--models")
    assert refused.status == 2
    assert "accepted.toml" in refused.stderr
