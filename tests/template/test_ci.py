"""The workflows of a service: what GitHub and GitLab will run, checked and run here by hand."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from tests.service import Service

BACKENDS = ("postgresql", "sqlite", "mysql")
SCHEMAS = {"github": "vendor.github-workflows", "gitlab": "vendor.gitlab-ci"}


def workflows(service: Path) -> list[Path]:
    patterns = (".github/workflows/*", ".gitlab*.yml", ".gitlab/*")
    return sorted(file for pattern in patterns for file in service.glob(pattern))


def commands(service: Path) -> Iterator[str]:
    """The lines that the workflows run, in order."""
    for file in workflows(service):
        for job in (content := yaml.safe_load(file.read_text())).get("jobs", content).values():
            if isinstance(job, dict):
                yield from (step["run"] for step in job.get("steps", []) if "run" in step)
                yield from job.get("script", [])


@pytest.mark.parametrize("ci", SCHEMAS)
@pytest.mark.parametrize("database", BACKENDS)
def test_the_workflows_follow_their_schema(
    ci: str, database: str, render: Callable[..., Path], run: Callable[..., str]
) -> None:
    service = render(ci=ci, database=database)
    assert len(workflows(service)) == 2
    check = (sys.executable, "-m", "check_jsonschema", "--builtin-schema", SCHEMAS[ci])
    run(*check, *workflows(service), cwd=service)


def test_both_run_the_same(render: Callable[..., Path]) -> None:
    one, other = (
        [command.partition(" --format")[0] for command in commands(render(ci=ci))] for ci in SCHEMAS
    )
    assert set(one) == set(other)
    assert "make lint" in one


def test_without_ci_there_is_none(render: Callable[..., Path]) -> None:
    service = render(ci="none")
    assert workflows(service) == []
    assert not (service / ".github").exists()


def test_a_conflict_stops_it_before_anything_is_installed(service: Callable[..., Path]) -> None:
    folder = service()
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
    with (folder / "pyproject.toml").open("a") as file:
        file.write("<<<<<<< before updating\na = 1\n=======\na = 2\n>>>>>>> after updating\n")
    workflow = yaml.safe_load((folder / ".github/workflows/migrations.yml").read_text())
    first = next(step["run"] for step in workflow["jobs"]["check"]["steps"] if "run" in step)
    stopped = subprocess.run(
        ["sh", "-c", first],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert stopped.returncode == 1
    assert "pyproject.toml has conflict markers" in stopped.stderr


AUDIT = "make audit"


@pytest.mark.slow
@pytest.mark.parametrize("ci", SCHEMAS)
def test_its_commands_pass_in_a_fresh_service(ci: str, service: Callable[..., Path]) -> None:
    folder = service(database="sqlite", ci=ci)
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
    live = Service(folder, "sqlite")
    for command in commands(folder):
        if command.startswith("docker "):
            # The release workflow builds the images by Docker; test_containers.py does it by hand.
            continue
        if command == AUDIT:
            # It asks an advisory database on the Internet, which a machine of tests may not reach.
            assert live.run("make", "--dry-run", "audit").returncode == 0
            continue
        done = live.shell(command)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
