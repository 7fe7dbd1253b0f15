"""The first hour with a service, from a fresh clone: it is started, used over HTTP and ended."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from syrupy.assertion import SnapshotAssertion

pytestmark = pytest.mark.slow


@pytest.fixture
def port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        number: int = listener.getsockname()[1]
        return number


@pytest.fixture
def with_uv() -> dict[str, str]:
    return {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}


@pytest.mark.parametrize("backend", ["postgresql", "sqlite"])
def test_a_fresh_clone_is_started_used_and_ended_by_make(
    backend: str,
    service: Callable[..., Path],
    run: Callable[..., str],
    port: int,
    with_uv: dict[str, str],
) -> None:
    clone = service(database=backend)

    def make(*arguments: str) -> str:
        return run("make", "-C", clone, f"PORT={port}", *arguments, cwd="/", env=with_uv)

    assert f"http://127.0.0.1:{port}" in make("up")
    created = _call(f"http://127.0.0.1:{port}/v1/items", {"name": "tea", "price": "2.50"})
    assert _call(f"http://127.0.0.1:{port}/ready")["status"] == "ready"
    assert _get(f"http://127.0.0.1:{port}/docs").startswith("<!DOCTYPE html>")
    make("down")
    assert _is_closed(port)
    make("up")
    assert _call(f"http://127.0.0.1:{port}/v1/items/{created['id']}") == created
    make("clean")
    assert _is_closed(port)
    assert not (clone / ".local").exists()
    make("up")
    assert _get(f"http://127.0.0.1:{port}/v1/items") == '{"items":[],"next":null}'


def test_clean_asks_for_nothing_in_a_fresh_clone(
    service: Callable[..., Path], run: Callable[..., str]
) -> None:
    clone = service()
    assert run("make", "clean", cwd=clone) == ""
    assert not (clone / ".venv").exists()


def test_before_an_installation_the_install_command_is_printed(
    service: Callable[..., Path], run: Callable[..., str]
) -> None:
    clone = service()
    python = Path(sys.base_prefix, "bin", f"python3.{sys.version_info.minor}")
    # Only a link, as a copied folder may hold: it is not started again and again.
    (clone / ".venv" / "bin").mkdir(parents=True)
    (clone / ".venv" / "bin" / "python").symlink_to(python)
    for script in ("migrate.py", "check_migrations.py"):
        told = run(python, clone / "scripts" / script, cwd="/", status=2)
        assert told.endswith(f"\nInstall it into .venv: make -C {clone} install-dev\n")


@pytest.fixture
def repository(template: Path, tmp_path: Path, run: Callable[..., str]) -> Iterator[Path]:
    """A clone of the template's repository, in which a demonstration may leave its service."""
    clone = tmp_path / "clone"
    run("git", "clone", "--quiet", template, clone, cwd=tmp_path)
    yield clone
    if (clone / "build" / "demo").exists():
        subprocess.run(["make", "-C", clone / "build" / "demo", "down"], capture_output=True)


def test_the_demonstration_serves_until_the_next_one_and_that_one_ends(
    repository: Path, run: Callable[..., str], snapshot: SnapshotAssertion
) -> None:
    told = run(sys.executable, "benchmarks/demo.py", "--keep", cwd=repository)
    opened, ended = told.splitlines()[-2:]
    assert _get(opened.removeprefix("Open ")).startswith("<!DOCTYPE html>")
    assert ended == f"End it: make -C {repository}/build/demo down"
    told = run(sys.executable, "benchmarks/demo.py", cwd=repository)
    stages = [line.split("s  ")[1] for line in told.splitlines() if "s  " in line]
    assert [stage.split(":")[0] for stage in stages] == snapshot
    assert not _processes_in(repository)


def test_a_demonstration_that_fails_says_why_and_leaves_nothing_running(
    repository: Path, run: Callable[..., str]
) -> None:
    revision = repository / "template" / "migrations" / "versions" / "002_items.py"
    revision.write_text(revision.read_text().replace("op.create_table(", "op.create_tabel("))
    told = run(sys.executable, "benchmarks/demo.py", cwd=repository, status=1)
    assert "create_tabel" in told
    assert not _processes_in(repository)


def _call(url: str, data: object = None) -> dict[str, object]:
    body = None if data is None else json.dumps(data).encode()
    with urlopen(Request(url, body, {"Content-Type": "application/json"})) as answer:
        content: dict[str, object] = json.load(answer)
        return content


def _get(url: str) -> str:
    with urlopen(url) as answer:
        text: str = answer.read().decode()
        return text.strip()


def _is_closed(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) != 0


def _processes_in(folder: Path) -> list[str]:
    """What runs whose command names the folder."""
    listed = subprocess.run(["ps", "-eo", "pid=,args="], capture_output=True, text=True, check=True)
    return [line for line in listed.stdout.splitlines() if str(folder) in line]
