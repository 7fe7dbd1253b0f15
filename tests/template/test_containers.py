"""Dockerfile, compose.yaml and start.sh: read as Docker reads them, and carried out by hand."""

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
import yaml

from stratakit.config import Config
from stratakit.engine.url import parse
from stratakit.updates import vendor
from tests.serving import free_port
from tests.template.containers import Image
from tests.template.images import Builder, BuildError, reach
from tests.template.poetry import name_the_index

DATABASES = ["postgresql", "sqlite", "mysql"]
PACKAGE_MANAGERS = ["uv", "poetry", "pip"]
TOOLS = Path(sys.prefix) / "bin"
CALLER = "4321:4321"
GIT_URL = "git+https://git.example.com/strata.git@v0.6.0"
WHEEL_URL = "https://example.com/stratakit-0.6.0-py3-none-any.whl"
LOCKS = {"uv": "uv.lock", "poetry": "poetry.lock", "pip": "pylock.toml"}
ALEMBIC = {"uv": "uv run alembic", "poetry": "poetry run alembic", "pip": "alembic"}
SLOW_REVISION = '''"""takes its time"""

import time

revision = "003"
down_revision = "002"


def upgrade() -> None:
    print("at work", flush=True)
    time.sleep(600)


def downgrade() -> None:
    pass
'''
DROPPING_REVISION = '''"""drop items"""

from alembic import op

revision = "003"
down_revision = "002"


def upgrade() -> None:
    op.drop_table("items")


def downgrade() -> None:
    pass
'''

Run = Callable[..., str]
Render = Callable[..., Path]
Start = Callable[..., subprocess.Popen[str]]


def compose(service: Path, **environment: str) -> dict[str, Any]:
    """The services of compose.yaml, with its variables filled in."""

    def value(found: re.Match[str]) -> str:
        return environment.get(found[1], found[2])

    text = (service / "compose.yaml").read_text()
    services: dict[str, Any] = yaml.safe_load(re.sub(r"\$\{(\w+):-(.*?)\}", value, text))[
        "services"
    ]
    return services


@pytest.mark.slow
@pytest.mark.parametrize("database", DATABASES)
@pytest.mark.parametrize("package_manager", PACKAGE_MANAGERS)
def test_the_linter_has_nothing_to_say_of_the_dockerfile(
    package_manager: str, database: str, render: Render, run: Run
) -> None:
    service = render(package_manager=package_manager, database=database, stratakit="git")
    run(TOOLS / "hadolint", "Dockerfile", cwd=service)


@pytest.mark.parametrize(
    ("package_manager", "source", "stages_with_git"),
    [
        ("uv", "git", ["installer"]),
        ("pip", GIT_URL, ["installer"]),
        ("uv", "index", []),
        ("pip", WHEEL_URL, []),
        # Poetry has a git of its own, in Python.
        ("poetry", "git", []),
    ],
)
def test_git_is_installed_in_the_builder_alone_and_only_for_a_git_reference(
    package_manager: str, source: str, stages_with_git: list[str], render: Render
) -> None:
    service = render(package_manager=package_manager, stratakit=source)
    stages = (service / "Dockerfile").read_text().split("\nFROM ")[1:]
    found = [stage.split()[2] for stage in stages if re.search(r"apt-get install.* git ", stage)]
    assert found == stages_with_git


@pytest.mark.parametrize("database", DATABASES)
def test_compose_yaml_fits_its_schema(database: str, render: Render, run: Run) -> None:
    schema = ("--builtin-schema", "vendor.compose-spec")
    run(TOOLS / "check-jsonschema", *schema, "compose.yaml", cwd=render(database=database))


@pytest.mark.parametrize("database", DATABASES)
def test_every_variable_of_compose_yaml_has_a_default(database: str, render: Render) -> None:
    text = (render(database=database) / "compose.yaml").read_text()
    assert len(re.findall(r"\$", text)) == len(re.findall(r"\$\{\w+:-\w+\}", text)) > 2


@pytest.mark.parametrize("database", DATABASES)
def test_nobody_outside_reaches_the_containers(database: str, render: Render) -> None:
    services = compose(render(database=database), PORT="9000")
    published = [port for each in services.values() for port in each.get("ports", ())]
    assert published == ["127.0.0.1:9000:8000"]


@pytest.mark.parametrize("database", ["postgresql", "mysql"])
def test_no_password_is_written_down_but_that_of_development(database: str, render: Render) -> None:
    service = render(database=database)
    services = compose(service, DATABASE_PASSWORD="s3cr/t@50%")
    url = parse(services["web"]["environment"]["DATABASE_URL"], Config(root=service))
    assert url.url.password == "s3cr/t@50%"
    assert "development" not in json.dumps(services)
    assert "password" not in (service / "Dockerfile").read_text().lower()


@pytest.mark.parametrize("database", DATABASES)
def test_the_service_waits_for_the_migrations_and_they_wait_for_the_database(
    database: str, render: Render
) -> None:
    services = compose(render(database=database))
    wait = services["web"]["depends_on"]
    assert wait["migrate"] == {"condition": "service_completed_successfully"}
    if database == "sqlite":
        assert "database" not in services
    else:
        assert services["database"]["healthcheck"]["test"]
        assert services["migrate"]["depends_on"]["database"] == {"condition": "service_healthy"}


@pytest.fixture
def start() -> Iterator[Start]:
    """Run a service's start.sh, from another folder, until the test ends."""
    started: list[subprocess.Popen[str]] = []

    def start(service: Path, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [service / "start.sh", *arguments],
            cwd="/",
            env={**os.environ, "PATH": f"{TOOLS}:{os.environ['PATH']}", **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def ready(process: subprocess.Popen[str], port: int) -> dict[str, str]:
    """What /ready answers, as soon as it does; the process may not end before."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        assert process.poll() is None, process.communicate()[0]
        with suppress(OSError), urlopen(f"http://127.0.0.1:{port}/ready") as answer:
            found: dict[str, str] = json.load(answer)
            return found
        time.sleep(0.1)
    raise AssertionError(f"nothing answers at {port}")


def test_start_sh_migrates_serves_and_stops_at_sigterm(service: Render, start: Start) -> None:
    port = free_port()
    process = start(service(database="sqlite"), PORT=str(port))

    assert ready(process, port)["status"] == "ready"
    process.terminate()

    told, _ = process.communicate(timeout=20)
    assert process.returncode in (0, -15, 143)
    assert "Finished server process" in told


def test_three_start_sh_at_once_migrate_once_and_all_serve(service: Render, start: Start) -> None:
    folder = service(database="sqlite")
    ports = [free_port() for _ in range(3)]
    processes = [start(folder, PORT=str(port)) for port in ports]

    for process, port in zip(processes, ports, strict=True):
        assert ready(process, port)["status"] == "ready"

    with sqlite3.connect(folder / ".local" / "my_service.db") as connection:
        log = connection.execute("SELECT revision FROM migration_log").fetchall()
    assert sorted(log) == [("001",), ("002",)]


def test_start_sh_does_not_serve_what_could_not_be_migrated(service: Render, start: Start) -> None:
    folder = service(database="sqlite")
    broken = SLOW_REVISION.replace("time.sleep(600)", 'raise RuntimeError("no such thing")')
    (folder / "migrations" / "versions" / "003_broken.py").write_text(broken)

    process = start(folder)

    told, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "no such thing" in told
    assert "Uvicorn" not in told


def test_start_sh_stops_a_running_migration_at_sigterm(service: Render, start: Start) -> None:
    folder = service(database="sqlite")
    (folder / "migrations" / "versions" / "003_slow.py").write_text(SLOW_REVISION)
    process = start(folder)
    assert process.stdout
    while "at work" not in process.stdout.readline():
        pass

    process.terminate()

    process.communicate(timeout=10)  # waits for all that could still write
    assert process.returncode == 143


def test_arguments_of_start_sh_are_those_of_upgrade(service: Render, start: Start) -> None:
    folder = service(database="sqlite")
    (folder / "migrations" / "versions" / "003_drop.py").write_text(DROPPING_REVISION)
    start(folder, "002", PORT="no port").wait()
    port = free_port()

    refused = start(folder, ENVIRONMENT="production", PORT=str(port))
    assert refused.wait(timeout=60) == 1
    allowed = start(folder, "--yes", "my_service.db", ENVIRONMENT="production", PORT=str(port))
    assert ready(allowed, port)["database"] == "003"


@dataclass(frozen=True)
class Built:
    """The images of a service, and how they came to be."""

    package_manager: str
    service: Path
    dev: Image
    refusals: tuple[str, str]
    runtime: Image
    data: Path

    def web(self, **environment: str) -> dict[str, Any]:
        """What compose.yaml says of `web`."""
        found: dict[str, Any] = compose(self.service, **environment)["web"]
        return found

    def mounts(self) -> dict[Path, str]:
        """What compose.yaml mounts."""
        return {self.service: "/srv", self.data: "/data"}


@pytest.fixture(scope="module")
def builder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Builder]:
    folder = tmp_path_factory.mktemp("images")
    (folder / "probe").mkdir()
    (folder / "probe" / "layer").mkdir()
    if shutil.which("unshare") is None or Image(folder / "probe" / "layer").run("true")[0]:
        pytest.skip("only root can build images, where overlays can be made")
    yield Builder(folder, folder / "caches")
    shutil.rmtree(folder)


@pytest.fixture(scope="module", params=PACKAGE_MANAGERS)
def built(
    request: pytest.FixtureRequest,
    builder: Builder,
    render: Render,
    wheel: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Built:
    """Both images: with a wheel of stratakit, and from the lock that a refusal's command makes."""
    package_manager = request.param
    service = tmp_path_factory.mktemp(package_manager) / "service"
    shutil.copytree(render(package_manager=package_manager, database="sqlite"), service)
    (service / ".env").write_text("SECRET=1\n")
    if package_manager == "poetry":
        name_the_index(service)
    with pytest.raises(BuildError) as without_wheel:
        builder.build(service, "dev")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vendor, "PIP", (sys.executable, "-m", "pip"))
        vendor.vendor(service, str(wheel))
    for path in (service, *service.rglob("*")):
        os.chown(path, *map(int, CALLER.split(":")))
    data = service.with_name("data")
    data.mkdir()
    data.chmod(0o1777)

    dev = builder.build(service, "dev")
    with pytest.raises(BuildError) as without_lock:
        builder.build(service, "runtime")
    command = str(without_lock.value).rpartition(" web ")[2].split()
    status, told = dev.run(*command, mounts={service: "/srv"}, user=CALLER, environment=reach(dev))
    assert status == 0, told
    runtime = builder.build(service, "runtime")
    refusals = (str(without_wheel.value), str(without_lock.value))
    return Built(package_manager, service, dev, refusals, runtime, data)


@pytest.mark.slow
def test_an_image_is_refused_without_what_it_is_built_from_and_says_how_to_make_it(
    built: Built,
) -> None:
    without_wheel, without_lock = built.refusals
    assert without_wheel.count("\n") == 1
    assert without_wheel.endswith(": make vendor-stratakit\n")
    lock = LOCKS[built.package_manager]
    assert re.fullmatch(
        rf"{lock} is missing\. .*: docker compose run --rm --no-deps web .*\n",
        without_lock,
    )
    assert (built.service / lock).stat().st_uid == 4321


@pytest.mark.slow
def test_the_production_image_migrates_serves_and_stops_at_sigterm(
    built: Built,
) -> None:
    data = built.data.with_name("production")
    shutil.copytree(built.data, data)
    with built.runtime.container(mounts={data: "/data"}) as container:
        container.wait_for(*built.runtime.health)
        _, first = container.exec("cat", "/proc/1/status")
        told = container.stop()

    assert "Uid:\t10001" in first
    assert " at 002 " in told
    assert "Finished server process" in told


@pytest.mark.slow
def test_the_production_image_stops_a_migration_at_sigterm(built: Built, tmp_path: Path) -> None:
    versions = tmp_path / "versions"
    shutil.copytree(built.service / "migrations" / "versions", versions)
    (versions / "003_slow.py").write_text(SLOW_REVISION)
    mounts = {versions: "/srv/migrations/versions"}
    with built.runtime.container(mounts=mounts) as container:
        assert container.process.stdout
        while "at work" not in container.process.stdout.readline():
            pass
        container.stop()


@pytest.mark.slow
def test_the_image_of_production_holds_what_runs_and_nothing_else(built: Built) -> None:
    image = built.runtime
    programs = {path.name for path in (image.layer / "opt/venv/bin").iterdir()}
    programs |= {path.name for path in (image.layer / "usr/local/bin").iterdir()}
    assert {"alembic", "uvicorn"} <= programs
    assert not {"pip", "uv", "poetry", "pytest", "mypy", "ruff"} & programs
    (packages,) = (image.layer / "opt/venv/lib").glob("python3*/site-packages")
    assert not list(packages.glob("*my_service*"))
    assert not (packages / "app").exists()
    assert not {"tests", "docs", ".env", ".git"} & {
        path.name for path in (image.layer / "srv").iterdir()
    }
    installed = (packages / name for name in ("sqlalchemy", "alembic", "stratakit"))
    for folder in (image.layer / "srv", *installed):
        for file in folder.rglob("*.py"):
            assert list(file.parent.glob(f"__pycache__/{file.stem}.cpython-*.pyc")), file
    assert image.run("sh", "-c", "echo >/srv/app/main.py || echo >/opt/venv/x")[0] != 0
    assert "SECRET" not in str(image.environment)


@pytest.mark.slow
def test_compose_migrates_and_then_serves_as_the_caller(built: Built) -> None:
    migrate = compose(built.service, UID="4321", GID="4321")["migrate"]
    web = built.web(UID="4321", GID="4321")
    how: dict[str, Any] = {"mounts": built.mounts(), "environment": web["environment"]}

    status, told = built.dev.run(*migrate["command"], user=migrate["user"], **how)
    assert status == 0, told
    with built.dev.container(*web["command"], user=web["user"], **how) as container:
        container.wait_for(*web["healthcheck"]["test"][1:])
        assert "Uid:\t4321" in container.exec("cat", "/proc/1/status")[1]
        container.stop()


@pytest.mark.slow
def test_a_revision_made_inside_lies_outside_and_is_the_callers(built: Built) -> None:
    web = built.web(UID="4321", GID="4321")
    how: dict[str, Any] = {
        "mounts": built.mounts(),
        "environment": web["environment"],
        "user": web["user"],
    }
    model = built.service / "app" / "items" / "models.py"
    model.write_text(
        model.read_text().replace("    price: M", "    phone: Mapped[str | None]\n    price: M")
    )

    status, told = built.dev.run("python", "scripts/migrate.py", "upgrade", **how)
    assert status == 0, told
    alembic = ALEMBIC[built.package_manager].split()
    status, told = built.dev.run(*alembic, "revision", "--autogenerate", "-m", "add phone", **how)

    assert status == 0, told
    (revision,) = (built.service / "migrations" / "versions").glob("*_add_phone.py")
    assert revision.stat().st_uid == 4321
    assert re.search(r"add_column\(sa.Column\(.phone.", revision.read_text())
    assert not (built.service / ".venv").exists()
