"""What is said of an env.py that cannot be run: the place, the status, and no more."""

import socket
from pathlib import Path

import pytest

from stratakit.diagnostics.errors import DatabaseUnavailable, StrataError, UsageError
from stratakit.runtime.env_errors import explain_environment_error

ENV = Path("migrations/env.py")


def raised_by(code: str, file: Path) -> StrataError:
    file.write_text(code)
    try:
        exec(compile(file.read_text(), str(file), "exec"), {})
    except BaseException as error:
        return explain_environment_error(ENV, error)
    raise AssertionError("nothing was raised")


def test_a_syntax_error_is_named_by_its_own_file(tmp_path: Path) -> None:
    explained = raised_by("x = 1\nclass B(\n", tmp_path / "models.py")
    assert isinstance(explained, UsageError)
    assert explained.message.startswith(f"{tmp_path}/models.py:2: ")
    assert "env.py" not in str(explained)


def test_a_file_that_is_missing_is_named_and_a_socket_is_a_database(tmp_path: Path) -> None:
    explained = raised_by("open('/nonexistent/key.pem')", tmp_path / "settings.py")
    assert isinstance(explained, UsageError)
    assert "/nonexistent/key.pem" in explained.hint
    with socket.socket(socket.AF_UNIX) as client, pytest.raises(FileNotFoundError) as raised:
        client.connect(str(tmp_path / "none"))
    assert isinstance(explain_environment_error(ENV, raised.value), DatabaseUnavailable)
