"""Logins are removed from the output of programs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stratakit.updates.logins import hide_logins

LOGINS = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=8)


@given(LOGINS, LOGINS)
def test_a_login_is_hidden(user: str, password: str) -> None:
    hidden = hide_logins(f"fatal: https://{user}:{password}@git.example/team.git/ not found")
    assert hidden == "fatal: https://***@git.example/team.git/ not found"


@pytest.mark.parametrize(
    "text",
    ["https://git.example/a@b", "git@git.example:team/orders.git", "see https://a.example or b@c"],
)
def test_a_text_without_a_login_stays(text: str) -> None:
    assert hide_logins(text) == text
