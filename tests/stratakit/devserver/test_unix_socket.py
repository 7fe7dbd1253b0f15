"""The folder of the local server's socket, and the process that listens there."""

import os
import socket
from pathlib import Path

import pytest

from stratakit.devserver.unix_socket import (
    MAX_ADDRESS_BYTES,
    SOCKET_NAME,
    listener_pid,
    socket_folder,
)
from stratakit.diagnostics.errors import DatabaseUnavailable

BYTES_OF_NAME = len(SOCKET_NAME) + 1


def _folder_of(length: int, letter: str = "a") -> Path:
    """A path of so many bytes."""
    count = (length - 1) // len(letter.encode())
    return Path("/" + letter * count)


@pytest.mark.parametrize("letter", ["a", "ä", "表"])
def test_a_short_path_is_the_folder_itself(letter: str) -> None:
    folder = _folder_of(MAX_ADDRESS_BYTES - BYTES_OF_NAME, letter)
    assert socket_folder(folder) == folder


@pytest.mark.parametrize(
    "folder", [_folder_of(MAX_ADDRESS_BYTES), _folder_of(MAX_ADDRESS_BYTES, "ä"), Path("/a,b")]
)
def test_an_unusable_path_has_a_substitute_of_its_own(folder: Path) -> None:
    substitute = socket_folder(folder)
    assert substitute != folder
    assert substitute.parent == Path("/tmp")
    assert len(os.fsencode(substitute / SOCKET_NAME)) <= MAX_ADDRESS_BYTES
    assert socket_folder(folder) == substitute
    assert socket_folder(folder / "x") != substitute


def test_the_limit_counts_the_name_of_the_socket() -> None:
    longest = _folder_of(MAX_ADDRESS_BYTES - BYTES_OF_NAME)
    assert socket_folder(longest) == longest
    assert socket_folder(Path(f"{longest}a")).parent == Path("/tmp")


@pytest.fixture
def substitute(tmp_path: Path) -> tuple[Path, Path]:
    """A folder with a comma, and its substitute, which does not exist yet."""
    folder = tmp_path / "a,b"
    folder.mkdir()
    return folder, socket_folder(folder)


def test_a_private_substitute_is_used_again(substitute: tuple[Path, Path]) -> None:
    folder, private = substitute
    private.mkdir(mode=0o700)
    try:
        assert socket_folder(folder) == private
    finally:
        private.rmdir()


@pytest.mark.parametrize("mode", [0o701, 0o750, 0o777])
def test_a_substitute_that_is_open_to_others_is_refused(
    substitute: tuple[Path, Path], mode: int
) -> None:
    folder, public = substitute
    public.mkdir()
    public.chmod(mode)
    try:
        with pytest.raises(DatabaseUnavailable, match=str(public)):
            socket_folder(folder)
    finally:
        public.rmdir()


def test_a_substitute_that_is_a_link_is_refused(
    substitute: tuple[Path, Path], tmp_path: Path
) -> None:
    folder, link = substitute
    link.symlink_to(tmp_path)
    try:
        with pytest.raises(DatabaseUnavailable):
            socket_folder(folder)
    finally:
        link.unlink()


def test_the_process_that_listens_is_this_one(tmp_path: Path) -> None:
    pid_file = tmp_path / "postmaster.pid"
    pid_file.write_text("1\n")
    assert listener_pid(tmp_path, pid_file) is None
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / SOCKET_NAME))
        assert listener_pid(tmp_path, pid_file) is None
        server.listen()
        if os.uname().sysname == "Linux":
            assert listener_pid(tmp_path, pid_file) == os.getpid()
        else:
            assert listener_pid(tmp_path, pid_file) == 1
