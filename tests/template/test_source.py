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
from contextlib import chdir, contextmanager
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
    with folder_over_http(bare.parent) as address:
        yield f"{address}/{bare.name}"


@contextmanager
def folder_over_http(folder: Path) -> Iterator[str]:
    """Serve a folder on this machine; its host and port."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def wheel(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel of the library as it is."""
    folder = tmp_path_factory.mktemp("wheel")
    build = (sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir")
    subprocess.run([*build, str(folder), str(template)], check=True)
    return next(folder.iterdir())


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


@pytest.mark.slow
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
    guide = (tmp_path / "service" / "docs" / "migrations.md").read_text()
    assert url.removesuffix(".git") in guide
    assert "token" not in (tmp_path / "service" / "pyproject.toml").read_text() + guide


@pytest.mark.slow
@pytest.mark.usefixtures("elsewhere")
def test_a_shortcut_of_an_address_installs(tmp_path: Path) -> None:
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
    assert str(folder) not in (tmp_path / "service" / "docs" / "migrations.md").read_text()
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
    root = Path(__file__).resolve().parents[2]
    version = tomllib.loads((root / "pyproject.toml").read_text())["project"]["version"]
    major, minor, _ = map(int, version.split("."))
    assert f">={major}.{minor},<{major}.{minor + 1}" in (root / "copier.yml").read_text()


@pytest.mark.slow
@pytest.mark.parametrize("program", ["uv", "pip"])
def test_an_index_of_ones_own_is_installed_from(
    program: str, template: Path, wheel: Path, tmp_path: Path
) -> None:
    line = copied(template, tmp_path / "service", stratakit="index")
    page = tmp_path / "index" / "simple" / "stratakit" / "index.html"
    page.parent.mkdir(parents=True)
    page.write_text(f'<!doctype html><a href="{wheel.name}">{wheel.name}</a>')
    shutil.copy(wheel, page.parent)
    bare = re.sub(r"\[.*?\]", "", line)
    with folder_over_http(tmp_path / "index") as address:
        index = ("--index-url", f"http://{address}/simple/", "--no-deps", "--target")
        pip = (sys.executable, "-m", "pip", "install", "--quiet")
        command = UV[:-1] if program == "uv" else pip
        subprocess.run([*command, *index, tmp_path / "installed", bare], check=True)
    assert (tmp_path / "installed" / "stratakit" / "alembic.py").exists()


@pytest.mark.slow
def test_pip_installs_from_git_at_the_commit(template: Path, tmp_path: Path) -> None:
    line = copied(template, tmp_path / "service")
    command = (sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target")
    subprocess.run([*command, tmp_path / "installed", re.sub(r"\[.*?\]", "", line)], check=True)
    assert (tmp_path / "installed" / "stratakit" / "alembic.py").exists()


@pytest.fixture
def vendored(template: Path, tmp_path: Path) -> Path:
    """A committed service that has made its wheel."""
    service = tmp_path / "service"
    copied(template, service)
    git(service, "init", "--quiet")
    git(service, "add", "--all")
    git(service, "commit", "--quiet", "--message", "Begin")
    (service / ".venv").mkdir()
    (service / ".venv" / "copier").symlink_to(sys.prefix)
    made = subprocess.run(
        [sys.executable, "-m", "stratakit", "template", "vendor"],
        cwd=service,
        capture_output=True,
        text=True,
    )
    assert made.returncode == 0, made.stderr
    assert "make install-dev" in made.stdout
    return service


@pytest.mark.slow
def test_a_wheel_in_the_service_is_what_each_package_manager_finds(
    vendored: Path, tmp_path: Path
) -> None:
    document = tomllib.loads((vendored / "pyproject.toml").read_text())
    assert "stratakit[postgresql]>=0.6,<0.7" in document["project"]["dependencies"]
    (wheel,) = (vendored / "vendor").iterdir()
    assert document["tool"]["uv"]["sources"]["stratakit"] == {"path": f"vendor/{wheel.name}"}
    poetry = document["tool"]["poetry"]["dependencies"]["stratakit"]
    assert poetry == {"path": f"vendor/{wheel.name}", "extras": ["postgresql"]}
    found = ("--no-index", "--find-links", vendored / "vendor", "--no-deps", "--target")
    for number, command in enumerate((UV[:-1], (sys.executable, "-m", "pip", "install"))):
        target = tmp_path / f"installed{number}"
        subprocess.run([*command, *found, target, "stratakit>=0.6,<0.7"], check=True)
        assert (target / "stratakit" / "alembic.py").exists()


@pytest.mark.slow
def test_making_the_wheel_again_changes_nothing_else(vendored: Path, template: Path) -> None:
    before = (vendored / "pyproject.toml").read_text()
    command = [sys.executable, "-m", "stratakit", "template", "vendor", str(template)]
    subprocess.run(command, cwd=vendored, check=True, capture_output=True)
    assert (vendored / "pyproject.toml").read_text() == before
    assert len(list((vendored / "vendor").iterdir())) == 1


@pytest.mark.slow
def test_an_update_leaves_a_vendored_wheel_alone(
    vendored: Path, newer: Callable[..., Path]
) -> None:
    git(vendored, "add", "--all")
    git(vendored, "commit", "--quiet", "--message", "Vendor stratakit")
    before = (vendored / "pyproject.toml").read_text()
    successor = newer({"stratakit/__init__.py": ("", "# newer\n")})
    answers = vendored / ".copier-answers.yml"
    answers.write_text(re.sub(r"_src_path: .*", f"_src_path: {successor}", answers.read_text()))
    git(vendored, "commit", "--quiet", "--all", "--message", "The template has moved")
    copier.run_update(str(vendored), defaults=True, overwrite=True, quiet=True)
    assert (vendored / "pyproject.toml").read_text() == before
    assert git(vendored, "diff", "--name-only", "--diff-filter=U") == ""


def test_a_source_that_cannot_be_built_changes_nothing(template: Path, tmp_path: Path) -> None:
    service = tmp_path / "service"
    copied(template, service)
    (service / ".venv").mkdir()
    (service / ".venv" / "copier").symlink_to(sys.prefix)
    before = (service / "pyproject.toml").read_text()
    place = "git+https://me:secret@127.0.0.1:9/strata.git"
    refused = subprocess.run(
        [sys.executable, "-m", "stratakit", "template", "vendor", place],
        cwd=service,
        capture_output=True,
        text=True,
    )
    assert refused.returncode == 1
    assert "make vendor-stratakit SOURCE=" in refused.stderr
    assert "secret" not in refused.stderr
    assert "Traceback" not in refused.stderr
    assert (service / "pyproject.toml").read_text() == before


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("file:///nowhere/strata", "/nowhere/strata, "),
        ("git+file://localhost/nowhere/strata@abc", "/nowhere/strata, "),
        ("file:///nowhere/a%20place", "/nowhere/a place, "),
        ("git+https://git.invalid/private.git@abc", "from git+https://git.invalid/private.git"),
    ],
)
def test_an_installation_that_fails_says_what_may_be_wrong_with_the_place(
    place: str, told: str, service: Callable[..., Path]
) -> None:
    folder = service(stratakit=place)
    printed = subprocess.run(["make", "unreached"], cwd=folder, capture_output=True, text=True)
    assert told in printed.stderr
    assert "make vendor-stratakit" in printed.stderr


def test_an_installation_that_fails_names_a_commit_that_was_never_made(
    template: Path, service: Callable[..., Path]
) -> None:
    folder = service(stratakit=f"git+file://localhost{template}@{'0' * 40}")
    printed = subprocess.run(["make", "unreached"], cwd=folder, capture_output=True, text=True)
    assert f"{template} has no commit {'0' * 40}" in printed.stderr


def test_an_installation_that_fails_on_a_conflict_says_that_alone(
    service: Callable[..., Path],
) -> None:
    folder = service(stratakit="git+https://git.invalid/private.git@abc")
    text = (folder / "pyproject.toml").read_text()
    (folder / "pyproject.toml").write_text(f"<<<<<<< before\n{text}>>>>>>> after\n")
    printed = subprocess.run(["make", "unreached"], cwd=folder, capture_output=True, text=True)
    assert printed.stderr.strip() == "pyproject.toml has conflict markers: make conflicts"


def test_a_machine_without_git_gets_a_message(service: Callable[..., Path], tmp_path: Path) -> None:
    folder = service(stratakit="git+https://git.invalid/private.git@abc")
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("make", "sh", "sed", "grep", "printf"):
        if path := shutil.which(name):
            (tools / name).symlink_to(path)
    printed = subprocess.run(
        ["make", "unreached"],
        cwd=folder,
        env={"PATH": str(tools)},
        capture_output=True,
        text=True,
    )
    assert "git, which is" in printed.stderr
