"""How long migrations wait, by the settings of a project."""

from pathlib import Path

import pytest

from stratakit.config import Config
from stratakit.diagnostics.errors import UsageError
from stratakit.locking.identity import process_identity
from stratakit.locking.policy import WaitPolicy


def test_without_a_setting_each_has_its_default(tmp_path: Path) -> None:
    assert WaitPolicy.from_config(Config(root=tmp_path)) == WaitPolicy()


@pytest.mark.parametrize("name", vars(WaitPolicy()))
@pytest.mark.parametrize(("text", "seconds"), [("0", 0.0), ("2.5", 2.5), (" 10 ", 10.0)])
def test_each_is_a_variable_in_seconds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str, seconds: float
) -> None:
    monkeypatch.setenv(f"MIGRATION_{name.upper()}", text)
    expected = vars(WaitPolicy()) | {name: seconds}
    assert vars(WaitPolicy.from_config(Config(root=tmp_path))) == expected


@pytest.mark.parametrize("text", ["-1", "-0.001", "ten", "10s", "nan", "inf", "1e400", "1,5"])
def test_another_text_is_a_usage_error(tmp_path: Path, text: str) -> None:
    (tmp_path / ".env").write_text(f"MIGRATION_RETRY_SECONDS={text}")
    with pytest.raises(UsageError, match="MIGRATION_RETRY_SECONDS"):
        WaitPolicy.from_config(Config(root=tmp_path))


@pytest.mark.parametrize(
    ("phase", "seconds"), [(None, 5), ("expand", 5), ("contract", 5), ("backfill", 50), ("x", 5)]
)
def test_only_a_backfill_has_the_time_of_data(phase: str | None, seconds: float) -> None:
    policy = WaitPolicy(statement_timeout_seconds=5, data_statement_timeout_seconds=50)
    assert policy.statement_timeout(phase) == seconds


def test_the_name_of_a_process_fits_into_an_application_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "h" * 64)
    monkeypatch.setattr("os.getpid", lambda: 4194304)
    assert process_identity() == f"{'h' * 30}/4194304"
