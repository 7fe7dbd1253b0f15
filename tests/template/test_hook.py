"""The hook checks what is staged, with no server running beforehand."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from stratakit.devserver.server import local_server
from tests.changes import PHONE
from tests.service import Service

HOOK = "cp .migration-check.sh .git/hooks/pre-commit"
MODELS = "app/items/models.py"


def commit(service: Service) -> subprocess.CompletedProcess[str]:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.com")
    return service.run("git", *identity, "commit", "-qm", "more")


@pytest.fixture
def hooked(service: Callable[..., Path]) -> Service:
    hooked = Service(service(database="sqlite"), "sqlite")
    hooked.commit()
    hooked.shell(HOOK)
    return hooked


def test_a_staged_model_is_checked_though_the_working_tree_has_it_no_more(hooked: Service) -> None:
    before = (hooked.root / MODELS).read_text()
    hooked.add_column(PHONE)
    hooked.git("add", MODELS)
    hooked.write(MODELS, before)
    stopped = commit(hooked)
    assert stopped.returncode == 1
    assert "app/items/models.py:29: " in stopped.stdout + stopped.stderr
    hooked.git("add", MODELS)
    hooked.write("app/items/more.py", "")
    hooked.git("add", "app")
    assert commit(hooked).returncode == 0


def test_a_model_that_is_not_staged_stops_no_commit(hooked: Service) -> None:
    hooked.write("app/items/more.py", "")
    hooked.git("add", "app")
    hooked.add_column(PHONE)
    passed = commit(hooked)
    assert passed.returncode == 0, passed.stdout + passed.stderr
    assert "phone" in hooked.git("diff")


def test_a_staged_edit_of_a_committed_revision_is_stopped(hooked: Service) -> None:
    hooked.edit("migrations/versions/002_items.py", '"items"', 'str("items")')
    hooked.git("add", "migrations")
    stopped = commit(hooked)
    assert stopped.returncode == 1
    assert "002_items.py was edited" in stopped.stdout + stopped.stderr
    assert "stratakit/staged/tree" not in stopped.stdout + stopped.stderr
    hooked.follow(stopped.stderr, "git -C ")
    assert hooked.git("status", "--short") == ""


def test_a_service_in_a_folder_of_its_repository_is_named_as_it_lies(hooked: Service) -> None:
    outer = hooked.root.parent
    (hooked.root / ".git").rename(outer / ".git")
    hooked.git("add", "-A")
    hooked.git("-C", str(outer), "commit", "-qam", "in a folder", "--no-verify")
    hooked.edit("migrations/versions/002_items.py", '"items"', 'str("items")')
    hooked.git("add", "migrations")
    stopped = commit(hooked)
    assert stopped.returncode == 1
    hooked.follow(stopped.stderr, "git -C ")
    assert hooked.git("status", "--short") == ""


def test_one_of_several_services_in_a_repository_is_checked_by_its_own_path(
    hooked: Service,
) -> None:
    outer = hooked.root.parent
    (hooked.root / ".git").rename(outer / ".git")
    first = outer / "another"
    first.mkdir()
    (first / "strata.toml").write_text("")
    hooked.git("-C", str(outer), "add", "-A")
    hooked.git("commit", "-qm", "in folders", "--no-verify")
    hooked.add_column(PHONE)
    hooked.git("add", MODELS)
    stopped = hooked.run(hooked.root / ".migration-check.sh", cwd=first)
    assert stopped.returncode == 1
    assert "app/items/models.py:29: " in stopped.stdout + stopped.stderr


def test_a_commit_of_neither_models_nor_revisions_checks_nothing(hooked: Service) -> None:
    hooked.write("NOTES.md", "new")
    hooked.git("add", "NOTES.md")
    assert commit(hooked).returncode == 0
    assert not (hooked.root / ".git" / "stratakit").exists()


def test_the_local_server_runs_only_for_the_check(service: Callable[..., Path]) -> None:
    hooked = Service(service(), "postgresql")
    hooked.commit()
    hooked.shell(HOOK)
    hooked.add_column(PHONE)
    hooked.git("add", MODELS)
    stopped = commit(hooked)
    assert stopped.returncode == 1
    assert "adds column items.phone" in stopped.stdout + stopped.stderr
    assert (hooked.root / ".local" / "postgresql").exists()
    assert not local_server(hooked.root).is_running


@pytest.mark.parametrize("name", ["README.md", "README.md.rej"])
def test_an_unresolved_update_stops_a_commit(hooked: Service, name: str) -> None:
    hooked.write(name, "<<<<<<< before updating\none\n=======\ntwo\n>>>>>>> after updating\n")
    hooked.git("add", "README.md")
    hooked.write("app/more.txt", "")
    hooked.git("add", "app/more.txt")
    stopped = commit(hooked)
    assert stopped.returncode == 1
    assert name in stopped.stderr
    (hooked.root / name).unlink()
    hooked.git("add", "README.md")
    assert commit(hooked).returncode == 0


def test_ignored_files_are_available_and_the_working_tree_is_unchanged(hooked: Service) -> None:
    hooked.write(".gitignore", (hooked.root / ".gitignore").read_text() + "/keys/\n/app/built.py\n")
    hooked.write("keys/private.pem", "secret")
    hooked.write("app/built.py", "KEY = open('keys/private.pem').read()\n")
    hooked.edit(
        MODELS,
        "\n\n",
        "\n\nfrom app.built import KEY\n",
    )
    hooked.git("add", "-A")
    before = sorted(path for path in hooked.root.rglob("*") if ".git" not in path.parts)
    passed = commit(hooked)
    assert passed.returncode == 0, passed.stdout + passed.stderr
    after = sorted(path for path in hooked.root.rglob("*") if ".git" not in path.parts)
    added = {path.relative_to(hooked.root).parts[0] for path in set(after) - set(before)}
    assert added <= {".local"}
    # What is staged now was ignored before.
    hooked.git("add", "-f", "app/built.py")
    assert commit(hooked).returncode == 0
    copy = hooked.root / ".git/stratakit/staged/tree/app/built.py"
    assert copy.exists()
    assert not copy.is_symlink()


def test_a_file_that_is_committed_by_its_name_alone_is_what_is_checked(hooked: Service) -> None:
    hooked.add_column(PHONE)
    hooked.write("app/items/more.py", "")
    hooked.git("add", "app/items/more.py")
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.com")
    alone = hooked.run("git", *identity, "commit", "-qm", "more", "app/items/more.py")
    assert alone.returncode == 0, alone.stdout + alone.stderr
    stopped = hooked.run("git", *identity, "commit", "-qm", "more", MODELS)
    assert stopped.returncode == 1
    assert "app/items/models.py:29: " in stopped.stdout + stopped.stderr
