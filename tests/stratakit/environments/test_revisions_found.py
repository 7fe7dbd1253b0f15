"""A command that finds no revision, or not all, or several to follow, says so and never exits 0."""

import shlex
import subprocess

import pytest

from tests.stratakit.environments.projects import INI, ITEMS, MODELS, SEED, Project

FINDING = ("heads", "history", "current", "upgrade", "lint", "sql")
"""The verbs that are about the revisions that exist."""

NEEDING = (
    *FINDING, "stamp head", "downgrade", "downgrade base", "record", "merge", "rebase", "discard",
    "switch", "rebuild", "accept",
)  # fmt: skip
"""The verbs that need a revision."""


def move(project: Project, name: str, folder: str) -> None:
    (project.root / "migrations/versions" / folder).mkdir(parents=True)
    file = project.root / "migrations/versions" / name
    file.rename(file.parent / folder / name)


@pytest.mark.parametrize("name", ["a2_seed.py", "a1_items.py"])
@pytest.mark.parametrize("folder", ["2026", "2026/expand"])
def test_a_revision_in_a_folder_that_is_not_read_stops_every_verb(
    project: Project, name: str, folder: str
) -> None:
    move(project, name, folder)
    if name == "a1_items.py":
        # Without any other one, the first revision is missed as well.
        (project.root / "migrations/versions/a2_seed.py").unlink()
    for verb in (*FINDING, "check", "create x", "drift", "adopt", "downgrade"):
        refused = project.run(*verb.split())
        assert (refused.status, refused.stdout) == (2, ""), f"{verb}: {refused}"
        assert f"{folder}/{name}" in refused.stderr
    assert not (project.root / "app.db").exists()
    (advice,) = (line for line in refused.stderr.splitlines() if line.startswith("    "))
    project.write("alembic.ini", f"{INI}{advice.strip()}\n")
    assert project.run("upgrade").status == 0
    assert project.run("check").status == 0


@pytest.mark.parametrize("folder", ["replaced", "archive"])
def test_a_revision_that_a_baseline_replaced_may_stay_below(project: Project, folder: str) -> None:
    move(project, "a2_seed.py", folder)
    baseline = SEED.replace('"a2"', '"b1"')
    project.write("migrations/versions/b1_baseline.py", baseline)
    project.write(f"migrations/versions/{folder}/template.py", "{{ not Python }}")
    assert project.run("upgrade").status == 0
    assert "b1" in project.run("heads").stdout


@pytest.mark.parametrize("verb", NEEDING)
@pytest.mark.parametrize("has_folder", [True, False])
def test_a_folder_without_revisions_is_no_success(
    project: Project, verb: str, has_folder: bool
) -> None:
    versions = project.root / "migrations/versions"
    for file in versions.glob("*.py"):
        file.unlink()
    if not has_folder:
        versions.rmdir()
    refused = project.run(*verb.split())
    assert (refused.status, refused.stdout) == (1, ""), refused
    assert str(versions) in refused.stderr


@pytest.mark.parametrize("verb", ["drift", "adopt", "check", "check --models", "create x"])
def test_nothing_to_compare_is_no_success(project: Project, verb: str) -> None:
    for file in (project.root / "migrations/versions").glob("*.py"):
        file.unlink()
    project.write("app/models.py", MODELS.partition("class Item")[0])
    refused = project.run(*verb.split())
    assert refused.status == 1, refused
    assert "create" in refused.stderr + refused.stdout


def test_a_position_of_lost_files_can_be_removed(project: Project) -> None:
    assert project.run("upgrade").status == 0
    for file in (project.root / "migrations/versions").glob("*.py"):
        file.unlink()
    assert project.run("stamp", "base", "--force", "the files are lost").status == 0
    assert project.run("stamp", "head").status == 1


def test_the_first_revision_needs_none(project: Project) -> None:
    for file in (project.root / "migrations/versions").glob("*.py"):
        file.unlink()
    assert project.run("check").status == 1
    assert project.run("create", "items").status == 0
    assert project.run("upgrade").status == 0


def label(project: Project, *names: str) -> None:
    for name in names:
        text = ITEMS.replace('"a1"', f'"{name}"').replace('"items"', f'"{name}_items"')
        text = text.replace("down_revision = None", 'down_revision = "a2"')
        labels = f'branch_labels = ("{name}ing",)\n'
        project.write(f"migrations/versions/{name}.py", f"{text}\n\n{labels}")


@pytest.mark.parametrize("arguments", ["--empty", "", "--head nothing", "--head a9 --empty"])
def test_a_new_revision_follows_the_branch_that_the_refusal_names(
    project: Project, arguments: str
) -> None:
    label(project, "expand", "contract")
    refused = project.run("create", "note", *arguments.split())
    assert (refused.status, refused.stdout) == (2, ""), refused
    commands = [
        line.partition(": ")[2].replace("...", "note")
        for line in refused.stderr.splitlines()
        if "stratakit create" in line
    ]
    assert len(commands) == 2
    for command in commands:
        written = project.run(*shlex.split(command)[1:], "--empty")
        assert written.status == 0, written
    # The label leads to the new heads, too.
    assert len(project.run("heads").stdout.splitlines()) == 2


def test_the_message_of_an_unlabelled_branch_is_that_of_several_heads(project: Project) -> None:
    text = SEED.replace("INSERT INTO items (id, name) VALUES (1, 'seed')", "SELECT 1")
    project.write("migrations/versions/b2.py", text.replace('"a2"', '"b2"'))
    refused = project.run("create", "note")
    assert refused.status == 1, refused
    assert "stratakit merge" in refused.stderr


def test_on_the_main_branch_lint_names_the_way_to_all(project: Project) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@b.c")
    for command in (("init", "-b", "main"), ("add", "."), (*identity, "commit", "-m", "all")):
        subprocess.run(["git", *command], cwd=project.root, check=True, capture_output=True)
    done = project.run("lint")
    assert done.status == 0, done
    (advice,) = (each for each in done.stdout.splitlines() if "--all" in each)
    assert "a2_seed.py" in project.run(*shlex.split(advice.partition(": ")[2])[1:]).stdout
