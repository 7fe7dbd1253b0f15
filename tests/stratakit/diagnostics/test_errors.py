"""Errors have an exit status, and describe other errors without the values that they hold."""

import json
import sys
from pathlib import Path

import pydantic
import pytest

from stratakit.diagnostics.command import install_extra
from stratakit.diagnostics.errors import (
    DatabaseUnavailable,
    StrataError,
    UsageError,
    application_line,
    describe_exception,
)
from stratakit.engine.errors import driver_message


@pytest.mark.parametrize(
    ("error", "status"), [(StrataError, 1), (UsageError, 2), (DatabaseUnavailable, 3)]
)
def test_a_kind_of_error_has_a_status(error: type[StrataError], status: int) -> None:
    assert error("m").status == status
    assert issubclass(error, StrataError)


@pytest.mark.parametrize(
    ("detail", "hint", "text"),
    [("", "", "m"), ("d", "", "m\nd"), ("", "h", "m\nh"), ("d", "h", "m\nd\nh")],
)
def test_the_parts_of_an_error_are_lines(detail: str, hint: str, text: str) -> None:
    error = StrataError("m", detail=detail, hint=hint)
    assert (str(error), error.message, error.detail, error.hint) == (text, "m", detail, hint)


def test_a_wrong_setting_is_described_without_its_value() -> None:
    class Settings(pydantic.BaseModel):
        port: int
        nested: list[int]

    with pytest.raises(pydantic.ValidationError) as refusal:
        Settings.model_validate({"port": "secret", "nested": ["secret"]})
    described = describe_exception(refusal.value)
    assert "secret" not in described
    assert "port: " in described
    assert "nested.0: " in described


def test_another_error_is_described_by_its_class_and_text() -> None:
    assert describe_exception(KeyError("a")) == "KeyError: 'a'"


def _error_in(file: Path, source: str) -> BaseException:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(source)
    with pytest.raises(Exception) as raised:  # noqa: PT011
        exec(compile(source, str(file), "exec"), {"json": json})
    return raised.value


def test_the_line_of_the_application_is_the_last_outside_of_libraries(tmp_path: Path) -> None:
    file = tmp_path / "app" / "models.py"
    error = _error_in(file, "import json\n\n\njson.loads('{')\n")
    assert application_line(error) == f"{file}:4"


@pytest.mark.parametrize("folder", ["lib/site-packages/thing", "missing"])
def test_an_installed_or_a_missing_file_is_passed_over(tmp_path: Path, folder: str) -> None:
    file = tmp_path / folder / "models.py"
    error = _error_in(file, "raise ValueError\n")
    if folder == "missing":
        file.unlink()
    assert application_line(error) == f"{__file__}:{_error_in.__code__.co_firstlineno + 4}"


def test_an_error_without_a_traceback_has_no_line() -> None:
    assert application_line(ValueError()) == ""


def test_the_command_that_installs_a_driver_names_the_extra() -> None:
    assert install_extra("mysql").count("'stratakit[mysql]'") == 3


def test_python_itself_is_passed_over() -> None:
    with pytest.raises(json.JSONDecodeError) as raised:
        json.loads("{")
    assert application_line(raised.value).startswith(f"{__file__}:")
    assert not application_line(raised.value).startswith(sys.prefix)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("boom postgresql://u:s3cret@h/x", "boom postgresql://u:***@h/x"),
        ("mysql+pymysql://u:p:w@h and redis://:p@h", "mysql+pymysql://u:***@h and redis://:***@h"),
        ("postgresql://u:p@w@h/x", "postgresql://u:***@h/x"),
        ("postgresql://u@h/x", "postgresql://u@h/x"),
        ("http://h:80/x?a=b@c", "http://h:80/x?a=b@c"),
        ("no URL: at@all", "no URL: at@all"),
    ],
)
def test_a_password_in_an_error_that_is_not_ours_is_masked(text: str, masked: str) -> None:
    assert describe_exception(RuntimeError(text)) == f"RuntimeError: {masked}"
    assert driver_message(RuntimeError(text)) == masked
