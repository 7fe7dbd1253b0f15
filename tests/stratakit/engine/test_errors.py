"""Errors of drivers: one line of them, and what the server lacks."""

from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from stratakit.config import Config
from stratakit.diagnostics.errors import DatabaseUnavailable
from stratakit.engine.errors import driver_message, missing_server_object, unreachable_error
from stratakit.engine.url import parse

CONFIG = Config(root=Path("/srv/orders"))
ERROR = OperationalError("INSERT ...", {"note": "secret"}, Exception("no route\nDETAIL: secret"))


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ERROR, "no route"),
        (ValueError("first\nsecond"), "first"),
        (ValueError("\n  first  \n"), "first"),
        (ValueError(), ""),
    ],
)
def test_the_message_of_a_driver_is_its_first_line(error: Exception, message: str) -> None:
    assert driver_message(error) == message


@pytest.mark.parametrize(
    ("url", "test_url", "local", "scratch"),
    [
        ("postgresql://me:secret@db/orders", "", False, False),
        ("postgresql://me:secret@db/orders", "postgresql://db", False, True),
        ("postgresql:///orders?host=/run/pg", "", True, False),
        ("mysql://me:secret@db/orders", "", False, False),
    ],
)
def test_a_database_that_cannot_be_reached_is_named_without_its_password(
    monkeypatch: pytest.MonkeyPatch, url: str, test_url: str, local: bool, scratch: bool
) -> None:
    monkeypatch.setenv("TEST_DATABASE_URL", test_url)
    error = unreachable_error(parse(url, CONFIG), ERROR)
    assert isinstance(error, DatabaseUnavailable)
    assert error.message.endswith(": no route")
    assert "secret" not in str(error)
    assert ("server start" in error.hint) is local
    assert ("TEST_DATABASE_URL" in error.hint) is scratch


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ('extension "postgis" is not available', ["extension", "postgis"]),
        ('could not open extension control file "/usr/share/x/vector.control": No such file',
         ["extension", "vector"]),
        ('role "app" does not exist', ["role", "app"]),
        ('relation "items" does not exist', []),
        ('extension "postgis" already exists', []),
        ("", []),
    ],
)  # fmt: skip
def test_an_object_of_the_server_is_distinguished_from_one_of_the_database(
    reason: str, words: list[str]
) -> None:
    described = missing_server_object(reason)
    assert bool(described) is bool(words)
    assert all(word in described for word in words)
