"""A run of env.py within a test session."""

import logging.config
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from stratakit.commands._errors import explained_errors
from stratakit.config import Config
from stratakit.diagnostics.errors import StrataError


@contextmanager
def explained_failures(config: Config) -> Iterator[None]:
    """Fail the test with the text of an error, without a traceback, and keep pytest's logging.

    The env.py that `alembic init` writes calls `fileConfig`, which would disable every logger that
    exists and remove the handlers of `caplog`.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(logging.config, "fileConfig", _ignore)
        try:
            with explained_errors(config):
                yield
        except StrataError as error:
            # From None: pytest would print the text of every error before it, too.
            raise pytest.fail.Exception(str(error), pytrace=False) from None


def _ignore(*_: object, **__: object) -> None:
    pass
