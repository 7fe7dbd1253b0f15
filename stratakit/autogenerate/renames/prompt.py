"""The question whether something was renamed, for the person at the terminal."""

import sys
from collections.abc import Callable

Confirm = Callable[[str], bool]
"""Answers a question such as "Was column items.note renamed to remark?"."""


def is_interactive() -> bool:
    """Return whether a person can answer: input and output are a terminal."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def confirm(question: str) -> bool:
    """Ask at the terminal. The answer is no without a terminal, and if it is anything but yes."""
    if not is_interactive():
        return False
    try:
        return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        return False


def decline(_question: str) -> bool:
    """Answer no, for a program that may not wait for a person."""
    return False
