"""The template as a whole: what it may not hold, and that any Copier can copy it."""

import os
import re
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest
import yaml
from pathspec import GitIgnoreSpec

from tests.template.ownership import files, owner_of

REPOSITORY = Path(__file__).resolve().parents[2]
TEMPLATE = REPOSITORY / "template"
COPIER = (sys.executable, "-m", "copier")
NEEDS_TRUST = {"_tasks", "_migrations", "_jinja_extensions", "_external_data"}
REGISTRIES = r"pypi\.org|pythonhosted\.org|test\.pypi|crates\.io|npmjs|ghcr\.io|docker\.io|quay\.io"
# An update could not bring them otherwise.
BROUGHT_BY_AN_OPTION = {"/.github/workflows/ci.yml", "/.gitlab-ci.yml", "/kubernetes/overlays"}
LOCK_FILES = {"uv.lock", "poetry.lock", "pdm.lock", "pylock.toml", "requirements.txt"}


def copier_yml() -> dict[str, object]:
    content: dict[str, object] = yaml.safe_load((REPOSITORY / "copier.yml").read_text())
    return content


def test_the_templates_python_holds_no_jinja_but_in_one_file(template: Path) -> None:
    root = template / "template"
    assert [file.relative_to(root) for file in root.rglob("*.py.jinja")] == [
        Path("app/main.py.jinja")
    ]
    files = list(root.rglob("*.py"))
    assert files
    for file in files:
        assert not re.search(r"{%|{#|{{ ", file.read_text()), file


def test_a_service_is_small_and_its_python_is_the_teams(render: Callable[..., Path]) -> None:
    names = files(render())
    assert len(names) <= 60
    assert not {"strata", "stratakit"} & {part for name in names for part in Path(name).parts}
    python = {name for name in names if name.endswith(".py") and owner_of(name) != "yours"}
    assert python == {"scripts/migrate.py", "scripts/check_migrations.py"}


def test_nothing_asks_for_trust() -> None:
    asking = NEEDS_TRUST & set(copier_yml())
    assert not asking
    included = re.findall(r"^\s*-?\s*!include", (REPOSITORY / "copier.yml").read_text(), re.M)
    assert not included, "what is included could ask for it"


def test_no_answer_is_kept_secret() -> None:
    content = copier_yml()
    assert "_secret_questions" not in content
    questions = [each for each in content.values() if isinstance(each, dict)]
    assert not [question for question in questions if "secret" in question]


def test_files_of_the_team_are_in_both_lists() -> None:
    content = copier_yml()
    (excluded,) = cast("list[str]", content["_exclude"])
    found = re.search(r"{% if _copier_operation == 'update' %}\n(.*?)\n{% endif %}", excluded, re.S)
    assert found
    kept = cast("list[str]", content["_skip_if_exists"])
    assert found[1].splitlines() == [line for line in kept if line not in BROUGHT_BY_AN_OPTION]


@pytest.mark.parametrize(
    ("path", "owned"),
    [
        ("app/main.py", True),
        ("app/orders/models.py", True),
        ("migrations/versions/0a1b_add_phone.py", True),
        ("migrations/schema.snapshot", True),
        ("migrations/env.py", True),
        ("strata.toml", True),
        ("tests/items/test_items.py", True),
        ("tests/test_mine.py", True),
        ("tests/conftest.py", True),
        ("scripts/migrate.py", False),
        ("alembic.ini", False),
        ("README.md", True),
        ("docs/README.md", False),
        ("Makefile", False),
        ("local.mk", True),
        ("pyproject.toml", False),
        (".github/workflows/ci.yml", True),
        (".github/workflows/migrations.yml", False),
    ],
)
def test_the_owner_of_a_file_is_clear_from_its_folder(path: str, owned: bool) -> None:
    patterns = cast("list[str]", copier_yml()["_skip_if_exists"])
    assert GitIgnoreSpec.from_lines(patterns).match_file(path) is owned


@pytest.mark.parametrize("scheme", ["", "git+file://"])
def test_it_is_copied_without_trust_and_without_a_terminal(
    tmp_path: Path, template: Path, scheme: str
) -> None:
    copied = subprocess.run(
        [*COPIER, "copy", "--defaults", f"{scheme}{template}", "my-service"],
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        start_new_session=True,
    )
    assert copied.returncode == 0, copied.stderr
    assert (tmp_path / "my-service" / "strata.toml").exists()
    answers = yaml.safe_load((tmp_path / "my-service" / ".copier-answers.yml").read_text())
    assert answers["_commit"] == "v9999"


@pytest.mark.parametrize(("stratakit", "more"), [("index", []), ("git", ["make vendor-stratakit"])])
@pytest.mark.parametrize(
    ("folder", "change"),
    [("my-service", "cd my-service"), ("it's here", "cd 'it'\"'\"'s here'")],
)
def test_the_message_after_copying_gives_the_next_two_commands(
    folder: str, change: str, stratakit: str, more: list[str], tmp_path: Path, template: Path
) -> None:
    copied = subprocess.run(
        [*COPIER, "copy", "--defaults", "--data", f"stratakit={stratakit}", str(template), folder],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    message = copied.stderr[copied.stderr.index("commands:") :]
    commands = [line.strip() for line in message.splitlines() if line.startswith("  ")]
    assert commands == [change, "make dev", *more]


def test_python_is_clean_in_place(run: Callable[..., str]) -> None:
    run("make", "lint-template", f"VENV={sys.prefix}", cwd=REPOSITORY)


@pytest.mark.parametrize("backend", ["postgresql", "sqlite", "mysql"])
def test_a_service_names_no_registry_and_nothing_of_this_machine(
    render: Callable[..., Path], backend: str
) -> None:
    service = render(database=backend, stratakit="index")
    # In an image, /root is nobody's home but its own.
    home = f"{Path.home()}/" if Path.home() != Path("/root") else "/root/work"
    temporary = f"{tempfile.gettempdir()}/"
    here = (f"{REPOSITORY}", home, sys.prefix, temporary, f"@{socket.gethostname()}")
    local = "|".join(re.escape(each) for each in here)
    for file in filter(Path.is_file, service.rglob("*")):
        text = re.sub(r"(?m)^_src_path: .*", "", file.read_text())
        found = re.search(rf"{REGISTRIES}|{local}", text)
        assert not found, f"{file.relative_to(service)}: {found}"
        assert file.name not in LOCK_FILES


def test_shell_files_are_sound(
    render: Callable[..., Path], require: Callable[[str], str], run: Callable[..., str]
) -> None:
    shellcheck = require("shellcheck")
    service = render()
    scripts = [file for file in service.rglob("*") if file.is_file() and _is_shell(file)]
    assert scripts
    run(shellcheck, REPOSITORY / ".ci" / "run", *scripts, cwd=service)


def test_both_scripts_are_the_same(render: Callable[..., Path]) -> None:
    for script in (render() / "migrate.sh", render() / "scripts" / "migrate.sh"):
        assert os.access(script, os.X_OK)
        assert script.read_bytes() == (render() / "migrate.sh").read_bytes()


def _is_shell(file: Path) -> bool:
    return file.read_bytes().startswith((b"#!/bin/sh", b"#!/usr/bin/env bash", b"#!/bin/bash"))
