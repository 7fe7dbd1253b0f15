"""The pauses before another attempt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stratakit.runtime.retry import (
    FIRST_PAUSE_SECONDS,
    LONGEST_PAUSE_SECONDS,
    Attempts,
    backoff_seconds,
)


@given(attempt=st.integers(1, 10_000))
def test_a_pause_is_bounded(attempt: int) -> None:
    seconds = backoff_seconds(attempt)
    assert FIRST_PAUSE_SECONDS / 2 <= seconds <= LONGEST_PAUSE_SECONDS
    assert seconds <= FIRST_PAUSE_SECONDS * 2 ** min(attempt, 20)


def test_pauses_become_longer_and_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len({backoff_seconds(5) for _ in range(20)}) > 1
    monkeypatch.setattr("random.uniform", lambda _shortest, longest: longest)
    longest = [backoff_seconds(attempt) for attempt in range(1, 9)]
    assert longest == [0.5, 1, 2, 4, 8, 10, 10, 10]


def test_attempts_are_counted_for_each_subject(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([10.0, 20.0, 30.0])
    monkeypatch.setattr("time.monotonic", lambda: next(times))
    attempts, counts = Attempts(), list[tuple[object, int, float]]()
    for subject in ("a", "a", "b", "a"):
        attempts.add(subject)
        counts.append((subject, attempts.count, attempts.since))
    assert counts == [("a", 1, 10.0), ("a", 2, 10.0), ("b", 1, 20.0), ("a", 1, 30.0)]
