"""The place that a service's stratakit comes from: its line in pyproject.toml, installed."""

import functools
import http.server
import os
import re
import shutil
import subprocess
import sys
import threading
import tomllib
from collections.abc import Callable, Iterator
from contextlib import chdir
from pathlib import Path

import copier
import pytest

from tests.conftest import IDENTITY

UV = (str(Path(sys.prefix) / "bin" / "uv"), "pip", "install", "--quiet", "--no-deps")


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *IDENTITY, *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def copied(source: str | Path, folder: Path, **answers: str) -> str:
    """The line that a service copied from a source has for stratakit."""
    data = [part for answer in answers.items() for part in ("--data", "=".join(answer))]
    # A process of its own: Copier's git sees the environment as it was at the import.
    copy = [sys.executable, "-m", "copier", "copy", "--quiet", "--defaults", *data]
    done = subprocess.run([*copy, str(source), str(folder)], capture_output=True, text=True)
    if done.returncode:
        raise ValueError(done.stderr)
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    (line,) = (each for each in project["dependencies"] if each.startswith("stratakit"))
    return str(line)


def install(line: str, folder: Path) -> str:
    """Install stratakit alone by its line, and return the version that was installed."""
    # The extras are dependencies, which are left out.
    bare = re.sub(r"\[.*?\]", "", line)
    done = subprocess.run([*UV, "--target", folder, bare], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (found,) = folder.glob("stratakit-*.dist-info")
    assert (folder / "stratakit" / "alembic.py").exists()
    return found.name.split("-")[1]


@pytest.fixture(scope="module")
def bare(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bare repository of the template, as a server has it, also for clients that know no git."""
    folder = tmp_path_factory.mktemp("server") / "strata.git"
    git(template, "clone", "--quiet", "--bare", str(template), str(folder))
    git(folder, "update-server-info")
    return folder


@pytest.fixture(scope="module")
def served(bare: Path) -> Iterator[str]:
    """The same over HTTP on this machine."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

    handler = functools.partial(Quiet, directory=str(bare.parent))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_port}/strata.git"
        server.shutdown()


@pytest.fixture
def elsewhere(bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let git find the template where other URLs lead to."""
    urls = (
        "https://github.com/acme/strata",
        "https://gitlab.com/acme/strata",
        "ssh://git@git.acme/strata",
        "git@git.acme:strata",
        "https://git.acme/strata",
        "https://me:token@git.acme/strata",
        "https://token@git.acme/strata",
    )
    for number, url in enumerate(urls):
        monkeypatch.setenv(f"GIT_CONFIG_KEY_{number}", f"url.{bare.with_suffix('')}.insteadOf")
        monkeypatch.setenv(f"GIT_CONFIG_VALUE_{number}", url)
    monkeypatch.setenv("GIT_CONFIG_COUNT", str(len(urls)))
    # Copier keeps a mirror of what it cloned.
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("gh:acme/strata", "https://github.com/acme/strata.git"),
        ("gh:acme/strata.git", "https://github.com/acme/strata.git"),
        ("gl:acme/strata", "https://gitlab.com/acme/strata.git"),
        ("git@git.acme:strata.git", "ssh://git@git.acme/strata.git"),
        ("ssh://git@git.acme/strata.git", "ssh://git@git.acme/strata.git"),
        ("https://git.acme/strata.git", "https://git.acme/strata.git"),
        ("git+https://git.acme/strata.git", "https://git.acme/strata.git"),
        ("https://me:token@git.acme/strata.git", "https://git.acme/strata.git"),
        ("https://token@git.acme/strata.git", "https://git.acme/strata.git"),
    ],
)
@pytest.mark.usefixtures("elsewhere")
def test_an_address_becomes_one_that_pip_takes_and_holds_no_token(
    typed: str, url: str, bare: Path, tmp_path: Path
) -> None:
    line = copied(typed, tmp_path / "service")
    assert line == f"stratakit[postgresql] @ git+{url}@{git(bare, 'rev-parse', 'v9999')}"
    assert "token" not in (tmp_path / "service" / "pyproject.toml").read_text()


@pytest.mark.slow
@pytest.mark.usefixtures("elsewhere")
def test_what_a_shortcut_names_installs(tmp_path: Path) -> None:
    assert install(copied("gh:acme/strata", tmp_path / "service"), tmp_path / "installed")


@pytest.mark.slow
def test_an_http_server_is_installed_from_and_the_login_left_out(
    served: str, tmp_path: Path
) -> None:
    line = copied(f"git+http://me:token@{served}", tmp_path / "service")
    assert f"git+http://{served}@" in line
    assert install(line, tmp_path / "installed")


@pytest.fixture
def places(template: Path, tmp_path: Path) -> Callable[[str], tuple[str, Path]]:
    """The template, as it lies on a machine and as it may be typed."""

    def place(kind: str) -> tuple[str, Path]:
        folder = tmp_path / "a place" / "strata"
        folder.parent.mkdir()
        if kind == "shallow":
            git(tmp_path, "clone", "--quiet", "--depth=1", template.as_uri(), str(folder))
        elif kind == "without git":
            shutil.copytree(template, folder, ignore=shutil.ignore_patterns(".git"))
        else:
            tags = [] if kind != "without tags" else ["--no-tags"]
            git(tmp_path, "clone", "--quiet", *tags, str(template), str(folder))
        if kind == "untagged":
            git(folder, "commit", "--quiet", "--allow-empty", "--message", "Later")
        if kind == "git folder":
            # A URL holds no space.
            moved = tmp_path / "strata"
            folder.rename(moved)
            return f"{moved.as_uri()}/.git", moved
        return str(folder), folder

    return place


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["tagged", "untagged", "without tags", "shallow", "git folder"])
def test_a_clone_is_installed_from_at_its_commit(
    kind: str, places: Callable[[str], tuple[str, Path]], tmp_path: Path
) -> None:
    typed, folder = places(kind)
    service = tmp_path / "service"
    reference = "HEAD" if kind == "untagged" else None
    copier.run_copy(typed, service, vcs_ref=reference, defaults=True, quiet=True)
    text = (service / "pyproject.toml").read_text()
    commit = git(folder, "rev-parse", "HEAD")
    (line,) = re.findall(r'"(stratakit\[.*)",', text)
    assert line.startswith("stratakit[postgresql] @ git+file://localhost/")
    assert line.endswith(f"@{commit}")
    assert install(line, tmp_path / "installed")


@pytest.mark.slow
def test_a_folder_without_git_is_installed_as_it_is(
    places: Callable[[str], tuple[str, Path]], tmp_path: Path
) -> None:
    typed, folder = places("without git")
    line = copied(typed, tmp_path / "service")
    assert line == f"stratakit[postgresql] @ {folder.as_uri()}"
    assert install(line, tmp_path / "installed")


def test_a_relative_path_is_kept_as_an_absolute_one(
    places: Callable[[str], tuple[str, Path]], tmp_path: Path
) -> None:
    _, folder = places("tagged")
    with chdir(folder.parent):
        line = copied("strata", tmp_path / "service")
    assert f"git+file://localhost{folder.as_uri().removeprefix('file://')}@" in line
    answers = (tmp_path / "service" / ".copier-answers.yml").read_text()
    assert f"_src_path: {folder}\n" in answers.replace("'", "")


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to another user")
def test_a_clone_of_another_user_is_refused_with_what_git_says(
    places: Callable[[str], tuple[str, Path]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed, folder = places("tagged")
    line = copied(typed, tmp_path / "service")
    for path in (folder, *folder.rglob("*")):
        os.chown(path, 65534, 65534)
    monkeypatch.setenv("HOME", str(tmp_path))
    done = subprocess.run(
        [*UV, "--target", tmp_path / "installed", re.sub(r"\[.*?\]", "", line)],
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert "safe.directory" in done.stderr


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        ("index", r"stratakit\[sqlite\]>=0\.6,<0\.7"),
        ("https://acme.example/stratakit-0.6.0-py3-none-any.whl", r".* @ https://acme.*\.whl"),
        ("git+ssh://git@git.acme/kit.git@v1", r".* @ git\+ssh://git@git\.acme/kit\.git@v1"),
    ],
)
def test_another_place_is_an_answer(answer: str, line: str, template: Path, tmp_path: Path) -> None:
    found = copied(template, tmp_path / "service", stratakit=answer, database="sqlite")
    assert re.fullmatch(line, found)


@pytest.mark.parametrize("answer", ["pypi", "", 'https://x" , "evil', "../strata", "ftp://x/y.whl"])
def test_an_answer_that_names_no_place_is_refused(
    answer: str, template: Path, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match="Answer git, index, or a URL"):
        copied(template, tmp_path / "service", stratakit=answer)


def test_the_index_bounds_are_those_of_this_version() -> None:
    root = Path(__file__).resolve().parent.parent
    version = tomllib.loads((root / "pyproject.toml").read_text())["project"]["version"]
    major, minor, _ = map(int, version.split("."))
    assert f">={major}.{minor},<{major}.{minor + 1}" in (root / "copier.yml").read_text()
