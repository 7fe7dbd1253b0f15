"""Client programs: their output, and their own message where they fail."""

import subprocess
import sys
from pathlib import Path

import pytest

from stratakit.process.client import ClientError, output, run_client
from stratakit.process.git import git
from stratakit.process.progress import format_bytes, progress_bar


def _python(code: str) -> list[str | Path]:
    return [Path(sys.executable), "-c", code]


def test_the_output_of_a_program() -> None:
    environment = {"STRATA_TEST": "value"}
    code = "import os; print(os.environ['STRATA_TEST'], os.environ['LC_ALL'])"
    assert output(_python(code), environment=environment) == b"value C\n"


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("import sys; sys.exit('no such table\\n')", "no such table"),
        ("import sys; sys.exit(7)", f"{Path(sys.executable).name} ended with 7"),
        ("import sys; sys.stderr.buffer.write(b'\\xff'); sys.exit(1)", "\N{REPLACEMENT CHARACTER}"),
    ],
)
def test_a_program_that_fails_is_an_error_with_its_message(code: str, message: str) -> None:
    with pytest.raises(ClientError) as failure:
        output(_python(code))
    assert str(failure.value) == message


def test_a_program_that_is_missing_is_an_error_of_the_system() -> None:
    with pytest.raises(FileNotFoundError):
        output(["/no/such/program"])


def test_the_input_is_written_in_the_block(tmp_path: Path) -> None:
    code = "import sys; print(sys.stdin.read().upper())"
    with (
        (tmp_path / "out").open("wb") as out,
        run_client(_python(code), stdin=subprocess.PIPE, stdout=out) as process,
    ):
        assert process.stdin is not None
        process.stdin.write(b"abc")
    assert (tmp_path / "out").read_bytes() == b"ABC\n"


def test_a_program_without_input_reads_nothing() -> None:
    assert output(_python("import sys; print(sys.stdin.read() == '')")) == b"True\n"


def test_a_program_that_does_not_read_its_input_is_an_error() -> None:
    def write_too_late() -> None:
        with run_client(_python(""), stdin=subprocess.PIPE) as process:
            assert process.stdin is not None
            process.wait()
            process.stdin.write(b"x" * 1_000_000)
            process.stdin.flush()

    with pytest.raises(ClientError):
        write_too_late()


def test_an_error_in_the_block_ends_the_program() -> None:
    with (
        pytest.raises(ZeroDivisionError),
        run_client(_python("import time; time.sleep(60)")) as process,
    ):
        raise ZeroDivisionError
    assert process.poll() is not None


def test_git_runs_in_the_folder_whatever_a_hook_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(tmp_path, "init", "--quiet", check=True)
    monkeypatch.setenv("GIT_DIR", "/no/such/folder")
    monkeypatch.setenv("GIT_INDEX_FILE", "/no/such/file")
    assert git(tmp_path, "rev-parse", "--show-toplevel").decode().strip() == str(tmp_path.resolve())


def test_a_failure_of_git_is_nothing_or_an_error(tmp_path: Path) -> None:
    assert git(tmp_path, "no-such-command") == b""
    assert git(tmp_path / "missing", "status") == b""
    with pytest.raises(subprocess.CalledProcessError):
        git(tmp_path, "no-such-command", check=True)


def test_nothing_is_shown_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar("Backup", total=10) as bar:
        bar.update(5)
    captured = capsys.readouterr()
    assert captured.out + captured.err == ""


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0.00B"), (999, "999B"), (1400, "1.40kB"), (1_400_000, "1.40MB")]
)
def test_bytes_are_counted_in_units_of_a_thousand(count: int, text: str) -> None:
    assert format_bytes(count) == text
