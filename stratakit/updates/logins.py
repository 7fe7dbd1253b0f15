"""Logins in the addresses of programs' output."""

import re

LOGIN = re.compile(r"://[^/@\s]+@")


def hide_logins(text: str) -> str:
    """Replace the logins of all addresses in a text."""
    return LOGIN.sub("://***@", text)
