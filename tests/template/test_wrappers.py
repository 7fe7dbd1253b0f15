"""The wrappers of a service run in its own `.venv`, whatever else is activated or on PATH."""

import shlex
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

import pytest

IDENTITY = ("-c", "user.name=t", "-c", "user.email=t@example.com")
SYSTEM_PATH = "/usr/bin:/bin"
# Stands for stratakit: it says which one it is, and what it was asked.
STRATAKIT = """
import os, sys

def run():
    print({name!r}, sys.prefix, os.environ["STRATA_PROJECT"], *sys.argv[1:], sep="\\n")
    return 3
"""
FIRST_ON_PATH = ("another stratakit", "no stratakit", "the system's python")
WRAPPERS = {
    "migrate.sh": ("{root}/migrate.sh", "create", "it's a $message"),
    "scripts/migrate.sh": ("{root}/scripts/migrate.sh", "create", "it's a $message"),
    "scripts/migrate.py": ("python3", "{root}/scripts/migrate.py", "create", "it's a $message"),
    "its shebang": ("{root}/scripts/migrate.py", "create", "it's a $message"),
    "scripts/check_migrations.py": ("python3", "{root}/scripts/check_migrations.py", "--force"),
    "the hook": ("{root}/.migration-check.sh", "--always"),
    "make": ("make", "-s", "-C", "{root}", "migrate-create", "MESSAGE=it's a $message"),
}


@pytest.fixture(scope="module")
def services(render: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Services in repositories, at paths that have to be quoted: by what their `.venv` has."""
    folder = tmp_path_factory.mktemp("the team's services")
    for name, stratakit in (("installed", "the service's own"), ("empty", None)):
        root = shutil.copytree(render(database="sqlite"), folder / name)
        for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "begin"]):
            subprocess.run(["git", *IDENTITY, *command], cwd=root, check=True)
        make_environment(root / ".venv", stratakit)
    return folder


@pytest.fixture(scope="module", params=FIRST_ON_PATH)
def elsewhere(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """What is activated: another environment, or nothing."""
    if request.param == "the system's python":
        return {"PATH": SYSTEM_PATH}
    other = tmp_path_factory.mktemp("other")
    make_environment(other, "another" if request.param == "another stratakit" else None)
    return {"PATH": f"{other}/bin:{SYSTEM_PATH}", "VIRTUAL_ENV": str(other)}


def make_environment(folder: Path, stratakit: str | None) -> None:
    """Make an environment that has this stratakit, or none."""
    venv.create(folder, symlinks=True)
    if stratakit:
        (packages,) = folder.glob("lib/python*/site-packages")
        (packages / "stratakit" / "cli").mkdir(parents=True)
        (packages / "stratakit" / "cli" / "main.py").write_text(STRATAKIT.format(name=stratakit))
    (folder / ".installed").touch()


def call(
    wrapper: str, root: Path, cwd: Path, environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    command = [part.format(root=root) for part in WRAPPERS[wrapper]]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)


@pytest.mark.parametrize("wrapper", WRAPPERS)
def test_a_wrapper_uses_the_environment_of_its_service(
    wrapper: str, services: Path, elsewhere: dict[str, str], tmp_path: Path
) -> None:
    root = services / "installed"
    done = call(wrapper, root, tmp_path, elsewhere)
    assert done.returncode == (2 if wrapper == "make" else 3), done.stderr
    name, prefix, project, *arguments = done.stdout.splitlines()
    assert name == "the service's own"
    assert Path(prefix).resolve() == root / ".venv"
    assert Path(project) == root
    assert arguments == {
        "scripts/check_migrations.py": ["check", "--models", "--force"],
        "the hook": ["check", "--models", "--staged"],
    }.get(wrapper, ["create", "it's a $message"])


@pytest.mark.parametrize("wrapper", WRAPPERS)
def test_a_wrapper_without_stratakit_in_its_environment_names_the_command_that_installs_it(
    wrapper: str, services: Path, elsewhere: dict[str, str], tmp_path: Path
) -> None:
    root = services / "empty"
    (root / ".venv" / ".installed").touch()
    done = call(wrapper, root, tmp_path, elsewhere)
    assert (done.returncode, done.stdout) == (2, "")
    missing, remedy = done.stderr.splitlines()[:2]
    assert f" {root}/.venv." in missing
    command = remedy.partition(": ")[2]
    assert shlex.split(command) == ["make", "-C", str(root), "install-dev"]
    # It does not find that all is installed already.
    shown = subprocess.run(
        ["sh", "-c", f"{command} --dry-run"], cwd=tmp_path, capture_output=True, text=True
    )
    assert "uv sync" in shown.stdout, shown.stderr


@pytest.mark.parametrize("script", ["migrate.sh", "scripts/migrate.py", ".migration-check.sh"])
def test_a_link_to_a_wrapper_uses_the_environment_of_its_service(
    script: str, services: Path, elsewhere: dict[str, str], tmp_path: Path
) -> None:
    root = services / "installed"
    (tmp_path / "a link").symlink_to(root / script)
    (tmp_path / "bin").mkdir()
    link = tmp_path / "bin" / "relative"
    link.symlink_to(Path("..") / "a link")
    done = subprocess.run(
        [link, "--always"], cwd=tmp_path, env=elsewhere, capture_output=True, text=True
    )
    assert done.stdout.startswith(f"the service's own\n{root}/"), done.stderr


def test_an_environment_that_is_a_link_is_the_services_own(
    service: Callable[..., Path], tmp_path: Path
) -> None:
    root = service(database="sqlite")
    make_environment(tmp_path / "shared", "the service's own")
    (root / ".venv").symlink_to(tmp_path / "shared")
    script = root / "scripts" / "migrate.py"
    for python in (sys.executable, tmp_path / "shared" / "bin" / "python"):
        done = subprocess.run([python, script], capture_output=True, text=True)
        assert done.stdout.startswith("the service's own\n"), done.stderr


# Make installs the environment first.
@pytest.mark.parametrize("wrapper", [each for each in WRAPPERS if each != "make"])
def test_a_service_without_an_environment_uses_the_python_on_path(
    wrapper: str, service: Callable[..., Path], tmp_path: Path
) -> None:
    root = service(database="sqlite")
    for command in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", *command], cwd=root, check=True)
    other = tmp_path / "image"
    make_environment(other, "the image's")
    done = call(wrapper, root, tmp_path, {"PATH": f"{other}/bin:{SYSTEM_PATH}"})
    assert done.stdout.startswith(f"the image's\n{other}\n"), done.stderr
