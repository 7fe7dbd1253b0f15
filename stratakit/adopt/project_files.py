"""The files by which a project uses stratakit: strata.toml, a hook, a CI job and the tests.

The folder `.local` needs no entry in .gitignore, because it ignores itself.
"""

import os
import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import tomlkit

from stratakit.config import Backend, Config
from stratakit.diagnostics.command import MIGRATE
from stratakit.process.git import git
from stratakit.revisions import history

CHECK_STAGED = "stratakit check --staged"
CHECK_ALL = "stratakit check --all --format"
TESTS = """\
from stratakit.testing import (  # noqa: F401
    test_lint,
    test_models_match_migrations,
    test_single_head,
    test_upgrade_and_downgrade_with_rows,
)
"""
HOOK = """\
- repo: local
  hooks:
    - id: migrations
      name: models and migrations agree
      entry: {command}
      language: system
      pass_filenames: false
      files: \\.py$
"""
GITHUB = """\
name: Migrations

on: [pull_request]

permissions:
  contents: read

jobs:
  check:
    runs-on: ubuntu-latest
{services}    steps:
      - uses: actions/checkout@v5
        with:
          fetch-depth: 0
      - uses: actions/setup-python@v6
        with:
          {python}
{install}      - run: {command} github
{folder}"""
GITHUB_SERVICES: Mapping[Backend, str] = {
    "postgresql": """\
    services:
      database:
        image: postgres:18
        env:
          POSTGRES_PASSWORD: scratch
        ports: ["5432:5432"]
        options: --health-cmd pg_isready --health-interval 2s --health-retries 30
    env:
      TEST_DATABASE_URL: postgresql://postgres:scratch@127.0.0.1:5432/postgres
""",
    "mysql": """\
    services:
      database:
        image: mariadb:11.8
        env:
          MARIADB_ROOT_PASSWORD: scratch
        ports: ["3306:3306"]
        options: --health-cmd "healthcheck.sh --connect --innodb_initialized" --health-retries 30
    env:
      TEST_DATABASE_URL: mysql://root:scratch@127.0.0.1:3306/mysql
""",
    "sqlite": "",
}
GITLAB = """\
migrations:
  image: python:3.13
{stage}{services}  script:
{script}"""
GITLAB_SERVICES: Mapping[Backend, str] = {
    "postgresql": """\
  services: [{name: "postgres:18", alias: database}]
  variables:
    GIT_DEPTH: 0
    POSTGRES_PASSWORD: scratch
    TEST_DATABASE_URL: postgresql://postgres:scratch@database:5432/postgres
""",
    "mysql": """\
  services: [{name: "mariadb:11.8", alias: database}]
  variables:
    GIT_DEPTH: 0
    MARIADB_ROOT_PASSWORD: scratch
    TEST_DATABASE_URL: mysql://root:scratch@database:3306/mysql
""",
    "sqlite": "  variables:\n    GIT_DEPTH: 0\n",
}


@dataclass(frozen=True)
class ProjectFile:
    """A file that is written, or gets some lines.

    Args:
        path: the file.
        text: all of its text.
        added: the lines that are new in it.
        is_program: whether it can be executed.
    """

    path: Path
    text: str
    added: str
    is_program: bool = False


class ProjectFiles:
    """The files that a project lacks.

    Args:
        config: the project's, with the kind of the database.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        self._root = config.root
        top = git(self._root, "rev-parse", "--show-toplevel").decode().strip()
        self._top = Path(top) if top else None
        self.notes: list[str] = []
        """A sentence for each file that is left to a person."""

    def missing(self) -> list[ProjectFile]:
        """Return the files that the project lacks, each with all of its text."""
        parts = (self._settings(), self._hook(), self._ci_job(), self._tests())
        return [file for part in parts for file in part]

    def _settings(self) -> Iterator[ProjectFile]:
        config = self._config
        values = {}
        if config.alembic_ini not in ("alembic.ini", "migrations/alembic.ini"):
            values["alembic_ini"] = os.path.relpath(self._root / config.alembic_ini, self._root)
        if config.alembic_section != "alembic":
            values["alembic_section"] = config.alembic_section
        heads = history.read(config.revision_files).heads
        if len(heads) == 1:
            values["adopted"] = heads[0]
        elif heads:
            self.notes.append("The history has several heads, so `adopted` is omitted.")
        path = self._root / "strata.toml"
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        named = {key: value for key, value in values.items() if not config.names(key)}
        added = tomlkit.dumps(named)
        if named:
            comment = "# Revisions up to `adopted` are neither linted nor undone by the tests.\n"
            yield _append(path, before, (comment if "adopted" in named else "") + added)

    def _hook(self) -> Iterator[ProjectFile]:
        if self._top is None:
            self.notes.append(
                "The folder is not in a git repository: no hook and no CI job are written."
            )
            return
        command = f"{self._runner()}{CHECK_STAGED}"
        inside = self._inside()
        if inside:
            command = f"sh -c 'cd {inside} && {command}'"
        path = self._top / ".pre-commit-config.yaml"
        if path.exists():
            before = path.read_text(encoding="utf-8")
            if CHECK_STAGED not in before:
                yield _insert_hook(path, before, HOOK.format(command=command))
            return
        hooks = git(self._top, "rev-parse", "--git-path", "hooks/pre-commit").decode().strip()
        path = self._top / hooks
        if not path.exists():
            text = f"#!/bin/sh\nexec {command}\n"
            yield ProjectFile(path, text, text, is_program=True)
        elif CHECK_STAGED not in path.read_text(encoding="utf-8", errors="replace"):
            self.notes.append(f"Add this line to {path}: {command}")

    def _ci_job(self) -> Iterator[ProjectFile]:
        if self._top is None:
            return
        gitlab = self._top / ".gitlab-ci.yml"
        remote = git(self._top, "remote", "get-url", "origin").decode()
        if gitlab.exists() or "gitlab" in remote:
            before = gitlab.read_text(encoding="utf-8") if gitlab.exists() else ""
            if CHECK_ALL not in before:
                yield _append(gitlab, before, self._gitlab_job(before))
        elif (self._top / ".github").is_dir() or "github" in remote:
            path = self._top / ".github" / "workflows" / "migrations.yml"
            others = path.parent.glob("*.y*ml")
            if not any(CHECK_ALL in each.read_text(encoding="utf-8") for each in others):
                text = self._github_workflow()
                yield ProjectFile(path, text, text)
        else:
            self.notes.append(f"Run this in CI: {self._runner()}{CHECK_ALL} text")

    def _tests(self) -> Iterator[ProjectFile]:
        folder = next(
            (self._root / name for name in ("tests", "test") if (self._root / name).is_dir()), None
        )
        if folder is None:
            self.notes.append(
                f"Tests of the migrations need a folder tests: mkdir tests && {MIGRATE} init"
            )
            return
        files = [*folder.rglob("test_*.py")]
        if any("stratakit.testing" in each.read_text(encoding="utf-8") for each in files):
            return
        taken = {each.name for each in files}
        names = ("test_migrations.py", "test_stratakit.py")
        path = folder / next(name for name in names if name not in taken)
        yield ProjectFile(path, TESTS, TESTS)

    def _github_workflow(self) -> str:
        steps = "".join(f"      - run: {command}\n" for command in self._install())
        inside = self._inside()
        folder = (
            f"    defaults:\n      run:\n        working-directory: {inside}\n" if inside else ""
        )
        has_version = b"requires-python" in self._read("pyproject.toml")
        version = f"python-version-file: {Path(inside, 'pyproject.toml')}"
        return GITHUB.format(
            services=GITHUB_SERVICES[self._config.database],
            python=version if has_version else 'python-version: "3.13"',
            install=steps,
            command=f"{self._runner()}{CHECK_ALL}",
            folder=folder,
        )

    def _gitlab_job(self, before: str) -> str:
        stages = re.search(r"^stages:\s*((?:\n\s*-.*)+|\[.*\])", before, re.MULTILINE)
        names = re.findall(r"[\w-]+", stages[1].replace("- ", " ")) if stages else ["test"]
        stage = "" if "test" in names else f"  stage: {names[0]}\n"
        inside = self._inside()
        commands = [*([f"cd {inside}"] if inside else []), *self._install()]
        commands.append(f"{self._runner()}{CHECK_ALL} text")
        return GITLAB.format(
            stage=stage,
            services=GITLAB_SERVICES[self._config.database],
            script="".join(f"    - {command}\n" for command in commands),
        )

    def _runner(self) -> str:
        """Return what the project's package manager writes before a command."""
        for lock, runner in (("uv.lock", "uv"), ("poetry.lock", "poetry"), ("pdm.lock", "pdm")):
            if self._exists(lock):
                return f"{runner} run "
        return ""

    def _install(self) -> list[str]:
        """Return the commands that install the project."""
        if self._exists("uv.lock"):
            return ["pip install uv", "uv sync"]
        for name in ("poetry", "pdm"):
            if self._exists(f"{name}.lock"):
                return [f"pip install {name}", f"{name} install"]
        for name in ("requirements-dev.txt", "requirements.txt"):
            if (self._root / name).exists():
                return [f"pip install -r {name}"]
        return ["pip install ."]

    def _exists(self, lock: str) -> bool:
        """Return whether there is a lock file, here or for all of the repository."""
        return any((folder / lock).exists() for folder in (self._root, self._top or self._root))

    def _read(self, name: str) -> bytes:
        path = self._root / name
        return path.read_bytes() if path.exists() else b""

    def _inside(self) -> str:
        """Return the path of the project in its repository; empty if it is all of it."""
        inside = self._root.resolve().relative_to((self._top or self._root).resolve()).as_posix()
        return "" if inside == "." else inside


def _append(path: Path, before: str, added: str) -> ProjectFile:
    separator = "\n" if before and not before.endswith("\n\n") else ""
    return ProjectFile(path, f"{before}{separator}{added}", added)


def _insert_hook(path: Path, before: str, hook: str) -> ProjectFile:
    """Return .pre-commit-config.yaml with a hook at the end of the key `repos`."""
    lines = before.splitlines()
    start = next((n for n, line in enumerate(lines) if line.startswith("repos:")), None)
    if start is None:
        return _append(path, before, "repos:\n" + textwrap.indent(hook, "  "))
    end = start + 1
    while end < len(lines) and re.match(r"[\s#-]|$", lines[end]):
        end += 1
    while not lines[end - 1].strip():
        end -= 1
    items = (line for line in lines[start + 1 : end] if line.lstrip().startswith("- repo:"))
    indent = next((line[: len(line) - len(line.lstrip())] for line in items), "  ")
    added = textwrap.indent(hook, indent)
    text = "\n".join([*lines[:end], added.rstrip(), *lines[end:]]) + "\n"
    return ProjectFile(path, text.replace("repos: []", "repos:"), added)
