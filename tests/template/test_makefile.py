"""The service's Makefile: thin, from any folder, with arguments as they were written."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.service import Service

MESSAGES = [
    "it's a test",
    'say "yes"',
    "a $dollar and a $(shell echo no)",
    "`id` and $(id)",
    "back\\slash; and more && more",
    "grüße 🚚",
    "#1 is a number",
    "--help",
]


@pytest.fixture
def clone(service: Callable[..., Path]) -> Service:
    return Service(service(database="sqlite"), "sqlite")


@pytest.mark.parametrize("message", MESSAGES)
def test_a_message_arrives_as_it_was_written(clone: Service, message: str) -> None:
    clone.write("scripts/migrate.py", "import sys\nprint(*sys.argv[1:], sep='\\n')\n")
    made = clone.run("make", "migrate-create", f"MESSAGE={message}")
    assert made.stdout == f"create\n{message}\n", made.stderr
    made = clone.run("make", "migrate-create", MESSAGE=message)
    assert made.stdout == f"create\n{message}\n", made.stderr


def test_a_missing_message_is_reported_before_anything_is_done(
    service: Callable[..., Path],
) -> None:
    fresh = service()
    clone = Service(fresh, "postgresql")
    (fresh / ".venv" / ".installed").unlink()
    made = clone.run("make", "migrate-create")
    assert made.returncode == 2
    assert made.stdout == ""
    assert made.stderr.startswith("MESSAGE is missing: make migrate-create MESSAGE=")
    assert len(made.stderr.splitlines()) == 2


def test_downgrade_is_one_step_unless_a_revision_is_named(clone: Service) -> None:
    clone.write("scripts/migrate.py", "import sys\nprint(*sys.argv[1:])\n")
    assert clone.run("make", "migrate-downgrade").stdout == "downgrade -1\n"
    assert clone.run("make", "migrate-downgrade", "REVISION=base").stdout == "downgrade base\n"


@pytest.mark.parametrize(
    "target", ["migrate-upgrade", "migrate-downgrade", "migrate-current", "migrate-history"]
)
def test_a_command_that_fails_fails_its_target(clone: Service, target: str) -> None:
    clone.write("scripts/migrate.py", "import sys\nsys.exit(3)\n")
    made = clone.run("make", target)
    assert made.returncode == 2
    assert "Error 3" in made.stderr


def test_a_restore_without_a_file_says_what_is_missing(clone: Service) -> None:
    made = clone.run("make", "restore", FILE="")
    assert made.returncode == 2
    assert "FILE is missing: make restore FILE=backups/..." in made.stderr


def test_targets_work_from_another_folder(clone: Service, tmp_path: Path) -> None:
    made = clone.run("make", "-C", clone.root, "migrate-current", cwd=tmp_path)
    assert made.returncode == 0, made.stderr


@pytest.mark.parametrize("backend", ["postgresql", "sqlite", "mysql"])
def test_help_lists_every_target_with_a_line_of_what_it_does(
    service: Callable[..., Path], backend: str
) -> None:
    clone = Service(service(database=backend), backend)
    clone.write("local.mk", "deploy: ## Ship it.\n\t@echo shipped\n")
    helped = clone.run("make").stdout
    told = dict(re.findall(r"^make (\S+) +(\S.*)$", helped, re.M))
    assert len(told) == len(helped.splitlines())
    makefile = (clone.root / "Makefile").read_text()
    (phony,) = re.findall(r"^\.PHONY: ((?:.*\\\n)*.*)$", makefile, re.M)
    internal = {"port", "ready", "migrated", "message", "unreached"} | (
        {"database", "psql"} - set(told)
    )
    assert set(phony.replace("\\\n", " ").split()) - internal == set(told) - {"deploy"}
    assert told["deploy"] == "Ship it."
    assert clone.run("make", "deploy").stdout == "shipped\n"


def test_every_target_that_is_named_in_the_readme_is_there(render: Callable[..., Path]) -> None:
    for backend in ("postgresql", "sqlite", "mysql"):
        service = render(database=backend)
        named = re.findall(r"(?:^|`)make ([a-z-]+)", (service / "README.md").read_text(), re.M)
        assert "dev" in named
        for target in named:
            assert re.search(rf"^{target}:", (service / "Makefile").read_text(), re.M), target


@pytest.mark.parametrize("package_manager", ["uv", "poetry", "pip"])
def test_a_dry_run_of_a_target_prints_its_commands_only(
    service: Callable[..., Path], package_manager: str
) -> None:
    root = service(package_manager=package_manager)
    clone = Service(root, "postgresql")
    (root / ".venv" / ".installed").unlink()
    clone.write(".local/kept", "")
    before = sorted(root.rglob("*"))
    for target in re.findall(r"^make (\S+)", clone.run("make").stdout, re.M):
        shown = clone.run("make", "-n", target, MESSAGE="add a column", FILE="backup")
        assert shown.returncode == 0, shown.stderr
    assert sorted(root.rglob("*")) == before


@pytest.mark.parametrize("script", ["migrate.sh", "scripts/migrate.sh"])
def test_the_scripts_find_the_service_from_anywhere(
    clone: Service, script: str, tmp_path: Path
) -> None:
    clone.write("scripts/migrate.py", "import sys\nprint(sys.prefix, *sys.argv[1:], sep='\\n')\n")
    told = f'{clone.root}/.venv\ncreate\nit\'s a "test"\n'
    linked = tmp_path / "a link"
    linked.symlink_to(clone.root / script)
    relative = tmp_path / "relative"
    relative.symlink_to("a link")
    for command in (clone.root / script, linked, relative):
        done = clone.run(command, "create", 'it\'s a "test"', cwd=tmp_path)
        assert done.stdout == told, done.stderr
    done = clone.run("sh", script, "create", 'it\'s a "test"')
    assert done.stdout == told, done.stderr
