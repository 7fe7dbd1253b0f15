"""Guide C: `./migrate.sh` in the project's root."""

import pytest

from tests.living import Service


@pytest.mark.row("C5")
def test_creating_on_a_database_that_is_behind_names_what_is_pending(live: Service) -> None:
    """C5: the message says what is pending, and its command mends it."""
    live.add_column("phone: Mapped[str | None] = mapped_column(String(20))")
    refused = live.migrate("create", "add phone number")
    assert refused.returncode == 1
    assert "no revision, and the newest is 002" in refused.stderr
    live.shell(refused.stderr.splitlines()[-1].removeprefix("Apply it first: "))
    assert live.stands_at() == "002"
    assert live.migrate("create", "add phone number").returncode == 0
