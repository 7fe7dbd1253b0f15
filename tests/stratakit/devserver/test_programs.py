"""The programs of a server and of its clients, in the version that fits."""

from pathlib import Path

import pytest

from stratakit.devserver import binaries as module
from stratakit.devserver.binaries import binaries, major_version
from stratakit.devserver.client_tools import find_client
from stratakit.devserver.cluster import programs_for
from stratakit.diagnostics.errors import DatabaseUnavailable

TLS_MISSING = "SSL support is not compiled in"


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without PostgreSQL, and a folder for Debian's packages."""
    monkeypatch.setattr(module, "WHEEL", "no_such_wheel")
    monkeypatch.setattr(module, "DEBIAN", tmp_path / "debian")
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    (tmp_path / "path").mkdir()
    return tmp_path


def _program(path: Path, output: str, errors: str = "") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho '{output}'\necho '{errors}' >&2\n")
    path.chmod(0o755)


def _install(machine: Path, version: str, *clients: str, tls: bool = True) -> Path:
    folder = machine / "debian" / version / "bin"
    for name in ("initdb", "pg_ctl"):
        _program(folder / name, "")
    _program(folder / "postgres", f"postgres (PostgreSQL) {version}.1 (Debian {version}.1-1)")
    for name in clients:
        _program(folder / name, f"{name} (PostgreSQL) {version}.1", "" if tls else TLS_MISSING)
    return folder


def test_the_newest_version_is_the_highest_number_and_not_the_last_word(machine: Path) -> None:
    folders = {version: _install(machine, version) for version in ("9", "16", "18")}
    (machine / "debian" / "common" / "bin").mkdir(parents=True)
    assert binaries() == folders["18"]
    assert binaries("9") == folders["9"]
    with pytest.raises(DatabaseUnavailable):
        binaries("17")


@pytest.mark.parametrize("missing", ["initdb", "pg_ctl", "postgres"])
def test_a_folder_without_one_of_the_programs_has_no_version(machine: Path, missing: str) -> None:
    folder = _install(machine, "18")
    assert major_version(folder) == "18"
    (folder / missing).unlink()
    assert major_version(folder) is None
    with pytest.raises(DatabaseUnavailable):
        binaries()


def test_a_program_that_does_not_run_has_no_version(machine: Path) -> None:
    folder = _install(machine, "18")
    (folder / "postgres").chmod(0o644)
    # Root may read every file, and execute none that nobody may.
    assert major_version(folder) is None


@pytest.mark.parametrize(("created_by", "version"), [(None, "18"), ("16\n", "16"), ("18", "18")])
def test_a_data_folder_is_served_by_the_version_that_created_it(
    machine: Path, created_by: str | None, version: str
) -> None:
    folders = {each: _install(machine, each) for each in ("16", "18")}
    data = machine / "data"
    data.mkdir()
    if created_by:
        (data / "PG_VERSION").write_text(created_by)
    assert programs_for(data) == folders[version]


def test_a_data_folder_of_another_version_is_refused(machine: Path) -> None:
    _install(machine, "18")
    (machine / "PG_VERSION").write_text("15\n")
    with pytest.raises(DatabaseUnavailable, match="15"):
        programs_for(machine)


@pytest.mark.parametrize(
    ("installed", "server", "taken"),
    [
        (["16", "18"], None, "18"),
        (["16", "18"], 16, "16"),
        (["16", "18"], 17, "18"),
        (["18"], 16, "18"),
    ],
)
def test_the_nearest_client_that_is_not_older_is_taken(
    machine: Path, installed: list[str], server: int | None, taken: str
) -> None:
    folders = {version: _install(machine, version, "pg_dump") for version in installed}
    assert find_client("pg_dump", server) == folders[taken] / "pg_dump"


def test_a_client_on_the_path_is_found(machine: Path) -> None:
    on_path = machine / "path" / "pg_dump"
    _program(on_path, "pg_dump (PostgreSQL) 17.2")
    assert find_client("pg_dump", 17) == on_path
    _install(machine, "18", "pg_dump")
    assert find_client("pg_dump", 17) == on_path


def test_with_tls_a_client_that_has_it_is_taken(machine: Path) -> None:
    _install(machine, "17", "pg_dump", tls=False)
    with pytest.raises(DatabaseUnavailable):
        find_client("pg_dump", 17, tls=True)
    with_tls = _install(machine, "18", "pg_dump") / "pg_dump"
    assert find_client("pg_dump", 17, tls=True) == with_tls


@pytest.mark.parametrize(("installed", "server"), [([], None), ([], 18), (["16"], 18)])
def test_without_a_suitable_client_it_is_refused(
    machine: Path, installed: list[str], server: int | None
) -> None:
    for version in installed:
        _install(machine, version, "pg_dump")
    with pytest.raises(DatabaseUnavailable) as refusal:
        find_client("pg_dump", server)
    assert f"postgresql-client-{server or 18}" in refusal.value.hint
