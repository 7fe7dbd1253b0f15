"""The docs of the rules are the rules."""

from stratakit.lint import rules
from tests.safety.pages import PAGE, page
from tests.safety.peers import RULES


def test_the_page_of_the_rules_is_current() -> None:
    assert PAGE.read_text() == page(), "write it anew: python -m tests.safety.pages"


def test_every_rule_says_what_the_page_needs() -> None:
    for name, rule in rules.rules().items():
        assert rule.SEVERITY in rules.SEVERITIES, name
        assert rule.BAD, name
        assert rule.GOOD, name
        assert (rule.__doc__ or "").count("\n") > 1, name


def test_what_others_are_compared_with_are_rules_of_ours() -> None:
    assert set(RULES) <= set(rules.rules())
