"""One revision in place of many: git undoes it, and older databases are refused with the way."""

import shlex
import shutil
import subprocess

import pytest

from stratakit.adopt import baseline
from stratakit.diagnostics.errors import StrataError
from tests.stratakit.environments.projects import SEED, Project

EMPTY = SEED.replace("INSERT INTO items (id, name) VALUES (1, 'seed')", "SELECT 1").replace(
    "DELETE FROM items", "SELECT 1"
)


def add(project: Project, id_: str, *parents: str, more: str = "") -> None:
    """Add a revision that does nothing."""
    text = EMPTY.replace('"a2"', f'"{id_}"')
    text = text.replace('down_revision = "a1"', f"down_revision = {parents or None!r}")
    project.write(f"migrations/versions/{id_}.py", f"{text}\n{more}")


def git(project: Project, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@b.c", *arguments],
        cwd=project.root,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


def commit(project: Project, tag: str = "") -> None:
    project.write(".gitignore", "*.db*\n__pycache__\n.local\n")
    git(project, "init", "--quiet", "--initial-branch=main")
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message=all")
    if tag:
        git(project, "tag", tag)


def versions(project: Project) -> set[str]:
    return {each.name for each in (project.root / "migrations/versions").glob("*.py")}


def branch(project: Project) -> None:
    """Write a1 - a2 - (b1 | b2) - m1 - c1, with a label on one of the branches."""
    add(project, "b1", "a2", more='branch_labels = ("left",)\n')
    add(project, "b2", "a2")
    add(project, "m1", "b1", "b2")
    add(project, "c1", "m1")


def settle(project: Project, name: str) -> None:
    """Delete the review comment of a revision."""
    file = project.root / "migrations/versions" / name
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(line for line in lines if not line.strip().startswith("#")))
    assert project.run("record").status == 0


def printed_commands(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if "&& stratakit" in line]


def test_all_become_one_and_git_alone_undoes_it(project: Project) -> None:
    assert project.run("record").status == 0
    commit(project)
    files = versions(project)
    done = project.run("adopt", "--squash")
    assert done.status == 0, done
    assert versions(project) == {"a2_squash.py"}
    (undo,) = (line for line in done.stdout.splitlines() if line.startswith("Undo it: "))
    command = undo.partition(": ")[2]
    subprocess.run(command, shell=True, cwd=project.root, check=True)
    assert git(project, "status", "--porcelain") == ""
    assert versions(project) == files


def test_rows_that_the_replaced_revisions_insert_are_to_be_reviewed(project: Project) -> None:
    commit(project)
    done = project.run("adopt", "--squash")
    assert "items" in done.stdout
    checked = project.run("check", "--models")
    assert checked.status == 1
    assert "a2_squash.py:" in checked.stdout
    settle(project, "a2_squash.py")
    assert project.run("upgrade").status == 0
    assert project.run("check").status == 0


def test_databases_at_the_last_one_or_later_stay_as_they_are(project: Project) -> None:
    branch(project)
    commit(project)
    database = project.root / "app.db"
    for revision in ("m1", "c1"):
        assert project.run("upgrade", revision).status == 0
        shutil.copy(database, project.root / f"{revision}.db.kept")
    assert project.run("adopt", "--squash", "--through", "m1").status == 0
    assert versions(project) == {"m1_squash.py", "c1.py"}
    settle(project, "m1_squash.py")
    for revision in ("m1", "c1"):
        shutil.copy(project.root / f"{revision}.db.kept", database)
        for verb in ("current", "upgrade", "check", "drift"):
            done = project.run(verb)
            assert done.status == 0, f"{revision} {verb}: {done}"
    assert "c1" in project.run("current").stdout
    assert project.run("upgrade", "left@head").status == 0


@pytest.mark.parametrize("revision", ["a1", "a2", "b2"])
@pytest.mark.parametrize("tag", ["v1", ""])
def test_an_older_database_passes_through_the_release_that_is_named(
    project: Project, revision: str, tag: str
) -> None:
    commit(project, "too-old")
    branch(project)
    commit(project, tag)
    release = tag or git(project, "rev-parse", "--short", "HEAD").strip()
    assert project.run("upgrade", revision).status == 0
    assert project.run("adopt", "--squash", "--through", "m1").status == 0
    commit(project)
    for verb in ("upgrade", "current", "drift", "downgrade", "check"):
        refused = project.run(*verb.split())
        assert refused.status != 0, f"{verb}: {refused}"
        if verb != "check":
            (command,) = printed_commands(refused.stdout + refused.stderr)
            assert f"git checkout {release} " in command
    checkout, _, migrate = command.partition(" && ")
    git(project, *shlex.split(checkout)[1:])
    assert project.run(*shlex.split(migrate)[1:]).status == 0
    git(project, "checkout", "main")
    assert project.run("upgrade").status == 0
    assert project.run("drift").status == 0


def test_a_squash_ends_with_a_revision_that_all_others_precede_or_follow(project: Project) -> None:
    branch(project)
    commit(project)
    before = versions(project)
    assert project.run("adopt", "--squash", "--through", "a1").status == 2
    for name in ("b1", "nothing"):
        refused = project.run("adopt", "--squash", "--through", name)
        assert (refused.status, refused.stdout) == (2, ""), refused
        commands = [
            line.partition(": ")[2] for line in refused.stderr.splitlines() if "--through" in line
        ]
        assert [each.split()[-1] for each in commands] == ["a2", "m1", "c1"]
    assert versions(project) == before
    assert project.run(*shlex.split(commands[0])[1:]).status == 0
    assert versions(project) == {"a2_squash.py", "b1.py", "b2.py", "m1.py", "c1.py"}


def test_two_heads_are_merged_first(project: Project) -> None:
    add(project, "b1", "a2")
    add(project, "b2", "a2")
    commit(project)
    refused = project.run("adopt", "--squash")
    assert refused.status == 2
    assert "--through a2" in refused.stderr


def test_files_that_git_cannot_restore_are_not_deleted(project: Project) -> None:
    refused = project.run("adopt", "--squash")
    assert (refused.status, len(versions(project))) == (2, 2), refused
    commit(project)
    add(project, "a3", "a2")
    refused = project.run("adopt", "--squash")
    assert (refused.status, len(versions(project))) == (2, 3), refused
    assert "a3.py" in refused.stderr


def test_a_squash_that_creates_another_schema_changes_no_file(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(project)

    def fail(*_: object) -> None:
        raise StrataError("The baseline does not match the database")

    monkeypatch.setattr(baseline, "_prove", fail)
    assert project.run("adopt", "--squash").status == 1
    assert git(project, "status", "--porcelain") == ""


def test_a_second_squash_replaces_the_first_one_too(project: Project) -> None:
    commit(project)
    assert project.run("upgrade", "a1").status == 0
    assert project.run("adopt", "--squash").status == 0
    add(project, "a3", "a2")
    commit(project)
    assert project.run("adopt", "--squash").status == 0
    assert versions(project) == {"a3_squash.py"}
    commit(project)
    assert "a3_squash.py" in project.run("upgrade").stderr


def test_a_history_that_began_with_existing_tables_is_read_from_the_database(
    project: Project,
) -> None:
    assert project.run("upgrade").status == 0
    (project.root / "migrations/versions/a1_items.py").unlink()
    seed = project.root / "migrations/versions/a2_seed.py"
    seed.write_text(SEED.replace('down_revision = "a1"', "down_revision = None"))
    add(project, "a3", "a2")
    commit(project)
    refused = project.run("adopt", "--squash")
    assert (refused.status, versions(project)) == (1, {"a2_seed.py", "a3.py"}), refused
    assert project.run("upgrade").status == 0
    assert project.run("adopt", "--squash").status == 0
    (project.root / "app.db").unlink()
    assert project.run("upgrade").status == 0
    assert project.run("check", "--models").status == 0
