"""Services rendered from the working tree, and an environment that no setting leaks into."""

import atexit
import compileall
import gc
import itertools
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Generator, Iterator, Mapping
from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import copier
import pytest
from filelock import FileLock

from tests import releases
from tests.template import updates

pytest_plugins = ["tests.rows"]

REPOSITORY = Path(__file__).resolve().parent.parent
SOURCE = REPOSITORY.as_uri()
IDENTITY = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
SETTINGS = ("DATABASE_URL", "TEST_DATABASE_URL", "ENVIRONMENT", "LOG_LEVEL", "PORT", "PYTHON")
ARGUMENTS = ("MESSAGE", "REVISION", "MAKEFLAGS", "MAKELEVEL", "MFLAGS")
ENVIRONMENTS = ("VIRTUAL_ENV", "CONDA_PREFIX", "CONDA_DEFAULT_ENV", "UV", "UV_PROJECT_ENVIRONMENT")
MEMORY = Path("/dev/shm")
MEMORY_BYTES = 8 * 2**30

# The tests create and delete a million small files, which costs a disk more than all else.
if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > MEMORY_BYTES:
    os.environ.setdefault("TMPDIR", str(MEMORY))
    tempfile.tempdir = None

# A run in the background of a shell ignores Ctrl-C, and so would all that the tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_configure() -> None:
    """Refuse to test another copy of the library, which the services' commands would import."""
    installed = json.loads(distribution("stratakit").read_text("direct_url.json") or "{}")
    if installed != {"url": SOURCE, "dir_info": {"editable": True}}:
        pytest.exit(
            f"stratakit is installed from {installed.get('url', 'an index')}. Install the working "
            "tree: .venv/bin/uv pip install --python .venv/bin/python --no-deps --editable .",
            returncode=2,
        )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest, so that no worker ends with one while the others have nothing."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_collection_finish() -> None:
    """Spare the collector of garbage all that was imported and collected until now."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where all servers are said to be there, a skipped test is a failure."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("STRATA_NO_SKIPS"):
        report.outcome = "failed"
    return report


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Stop the servers of a worker now: xdist kills a worker whose exit takes ten seconds."""
    if hasattr(session.config, "workerinput"):
        atexit._run_exitfuncs()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests recorded of this machine, such as the Pythons that they ran on."""
    recorded = defaultdict(set)
    for report in itertools.chain.from_iterable(terminalreporter.stats.values()):
        for name, value in getattr(report, "user_properties", ()):
            if name != "row":
                recorded[name].add(str(value))
    for name, values in sorted(recorded.items()):
        terminalreporter.write_line(f"{name} {', '.join(sorted(values))}")


@pytest.fixture(autouse=True)
def no_setting_of_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*SETTINGS, *ARGUMENTS, *ENVIRONMENTS):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder of this run, common to the processes that the tests are spread over."""
    folder = tmp_path_factory.getbasetemp()
    return folder if worker_id == "master" else folder.parent


@pytest.fixture(scope="session")
def template(shared: Path) -> Path:
    """A clone of this repository with its releases, and the working tree as release v9999."""
    return _once(shared / "template", clone)


@pytest.fixture
def newer(template: Path, tmp_path: Path) -> Callable[..., Path]:
    """The template as it may be one release later, v10000, with some texts replaced."""

    def newer(changes: Mapping[str, tuple[str, str]]) -> Path:
        folder = tmp_path / "newer"
        succeed(template, folder, changes)
        return folder

    return newer


@pytest.fixture(scope="session")
def successor(shared: Path, template: Path) -> Path:
    """The template one release later, v10000, with changes to files of every owner."""
    return _once(shared / "successor", lambda folder: succeed(template, folder, updates.SUCCESSOR))


@pytest.fixture(scope="session")
def unversioned(shared: Path, template: Path) -> Path:
    """The template as a plain folder: copied from faster than a repository, which is cloned."""
    without_git = shutil.ignore_patterns(".git")
    return _once(
        shared / "unversioned",
        lambda folder: shutil.copytree(template, folder, ignore=without_git),
    )


@pytest.fixture(scope="session")
def wheel(shared: Path) -> Path:
    """A wheel of stratakit as the working tree has it."""

    def build(folder: Path) -> None:
        pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
        subprocess.run([*pip, "--wheel-dir", str(folder), str(REPOSITORY)], check=True)

    (wheel,) = _once(shared / "wheel", build).iterdir()
    return wheel


@pytest.fixture(scope="session")
def render(shared: Path, template: Path) -> Callable[..., Path]:
    """Render a service with these answers; it is everyone's, so nobody changes it."""

    @cache
    def render(**answers: str | bool) -> Path:
        chosen = ",".join(f"{question}={answers[question]}" for question in sorted(answers))
        chosen = re.sub(r"[^\w.,=-]+", "-", chosen)
        return _once(
            shared / f"service-{chosen or 'by-default'}",
            lambda folder: copier.run_copy(
                str(template),
                folder,
                data={"stratakit": SOURCE, **answers},
                defaults=True,
                quiet=True,
            ),
        )

    return render


@pytest.fixture(scope="session")
def compiled(shared: Path, render: Callable[..., Path]) -> Callable[..., Path]:
    """The same with its bytecode, which copies keep: a command then starts in half of the time."""

    def compiled(**answers: str | bool) -> Path:
        rendered = render(**answers)

        def compile_copy(folder: Path) -> None:
            shutil.copytree(rendered, folder)
            compileall.compile_dir(folder / "app", quiet=2)

        return _once(shared / f"compiled-{rendered.name}", compile_copy)

    return compiled


@pytest.fixture
def service(tmp_path: Path, compiled: Callable[..., Path]) -> Iterator[Callable[..., Path]]:
    """A service with these answers for one test alone; what it left running is ended."""
    folders: list[Path] = []

    def service(**answers: str | bool) -> Path:
        folder = tmp_path / f"service{len(folders)}"
        folders.append(folder)
        return Path(shutil.copytree(compiled(**answers), folder))

    yield service
    for folder in folders:
        for sign, *command in (
            ("service.lock", "service", "stop"),
            ("postgresql", "server", "remove"),
        ):
            if (folder / ".local" / sign).exists():
                verb = [sys.executable, "-m", "stratakit", *command]
                subprocess.run(verb, cwd=folder, capture_output=True)


@pytest.fixture
def run() -> Callable[..., str]:
    """Run a command and give its output; it has to end with the status that is expected."""

    def run(
        *command: str | Path,
        cwd: Path,
        env: Mapping[str, str] | None = None,
        status: int = 0,
    ) -> str:
        done = subprocess.run(
            command,
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert done.returncode == status, f"{command} in {cwd}:\n{done.stdout}"
        return done.stdout

    return run


@pytest.fixture
def require() -> Callable[[str], str]:
    """The path of a program that not every machine has; the test is skipped without it."""

    def require(program: str) -> str:
        path = shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
        return path or pytest.skip(f"{program} is not installed")

    return require


def clone(folder: Path) -> None:
    """Clone this repository with its releases, and commit the working tree as release v9999."""

    def git(*arguments: str, cwd: Path = folder) -> str:
        return subprocess.run(
            ["git", *arguments], cwd=cwd, check=True, capture_output=True, text=True
        ).stdout

    git("clone", "--quiet", "--no-tags", str(REPOSITORY), str(folder), cwd=REPOSITORY)
    releases.tag(folder, releases.released())
    git("rm", "--quiet", "-r", "--ignore-unmatch", ".")
    listed = git("ls-files", "--cached", "--others", "--exclude-standard", "-z", cwd=REPOSITORY)
    for name in filter(None, listed.split("\0")):
        if (source := REPOSITORY / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, folder / name, follow_symlinks=False)
    git("add", "--all", "--force")
    git(*IDENTITY, "commit", "--quiet", "--allow-empty", "--message", "The working tree")
    git("tag", "v9999")
    # Copier clones it for each rendering: one pack is faster to copy and to delete than a thousand
    # files.
    git("gc", "--quiet")


def succeed(template: Path, folder: Path, changes: Mapping[str, tuple[str, str]]) -> None:
    """Clone the template, replace texts in it, and release that as v10000.

    Args:
        template: a clone with the working tree as release v9999.
        folder: of the new clone.
        changes: a text of each file, which is replaced, and another; after an empty text the other
            is appended.
    """
    subprocess.run(["git", "clone", "--quiet", str(template), str(folder)], check=True)
    for name, (old, new) in changes.items():
        text = (folder / name).read_text() if (folder / name).exists() else ""
        assert old in text, name
        (folder / name).write_text(text.replace(old, new) if old else text + new)
    subprocess.run(["git", "add", "--all"], cwd=folder, check=True)
    commit = ["git", *IDENTITY, "commit", "--quiet", "--allow-empty", "--message", "Newer"]
    subprocess.run(commit, cwd=folder, check=True)
    subprocess.run(["git", "tag", "v10000"], cwd=folder, check=True)


def _once(folder: Path, make: Callable[[Path], Any]) -> Path:
    """Make a folder unless another process made it before."""
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            unfinished = folder.with_name(f"{folder.name}.unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            make(unfinished)
            unfinished.rename(folder)
    return folder
