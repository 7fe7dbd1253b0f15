"""Whatever ends a migration, at whatever moment: a few of what benchmarks/kills.py does often."""

import random

import pytest

from benchmarks import kills, services


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["postgresql", "sqlite", "mysql"])
def test_a_migration_that_is_killed_loses_nothing_and_the_next_run_finishes(
    backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The script's own second is too little where other tests have the processor.
    monkeypatch.setattr(kills, "FREE_WITHIN_SECONDS", 20.0)
    with services.rendered(backend) as service:
        services.chain(service, kills.LENGTH, concurrently=True)
        outcomes = list(kills.kills(service, 3, random.Random(2)))
    assert len(outcomes) == 3
