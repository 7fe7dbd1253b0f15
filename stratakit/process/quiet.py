"""Silence of all that is no answer of a verb: Alembic's log, warnings, prints of the project."""

import logging
import os
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from typing import TextIO

ALEMBIC_LOGGERS = (
    "alembic.autogenerate.api",
    "alembic.autogenerate.compare",
    "alembic.autogenerate.compare.comments",
    "alembic.autogenerate.compare.constraints",
    "alembic.autogenerate.compare.schema",
    "alembic.autogenerate.compare.server_defaults",
    "alembic.autogenerate.compare.tables",
    "alembic.autogenerate.compare.types",
    "alembic.config",
    "alembic.ddl.impl",
    "alembic.ddl.postgresql",
    "alembic.ext.checkconstraint_byname",
    "alembic.runtime.migration",
    "alembic.runtime.plugins",
    "alembic.util.messaging",
)
WARNING_LOGGER = "py.warnings"
"""The logger of `logging.captureWarnings(True)`."""
POOL_LOGGERS = tuple(
    f"sqlalchemy.pool.impl.{name}"
    for name in ("AsyncAdaptedQueuePool", "NullPool", "QueuePool", "SingletonThreadPool")
)
"""They log the loss of a connection with a traceback, which the error of the verb reports, too."""


@contextmanager
def quiet_alembic() -> Iterator[None]:
    """Leave out what Alembic logs below a warning, whatever env.py configures by `fileConfig()`.

    `fileConfig()` would reset a level; a filter stays.
    """
    with _filtered(ALEMBIC_LOGGERS, _is_warning):
        yield


@contextmanager
def quiet_warnings() -> Iterator[None]:
    """Leave out Python's warnings, which are for the tests of a project.

    A project may set filters of its own, so the function that shows a warning is replaced, too.
    With `python -W` or PYTHONWARNINGS all are shown.
    """
    if sys.warnoptions:
        yield
        return
    with _filtered((WARNING_LOGGER, *POOL_LOGGERS), _drop), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.showwarning = _show_nothing
        yield


@contextmanager
def separate_output() -> Iterator[TextIO]:
    """Keep stdout for answers: what the project's code and its programs print goes to stderr.

    Yields:
        The stream for the answers.
    """
    answers = sys.stdout
    answers.flush()
    descriptor = None
    # In a test, stdout may be no file.
    with suppress(OSError, ValueError):
        if answers.fileno() == 1:
            descriptor = os.dup(1)
            answers = open(  # noqa: SIM115 - it is closed below
                descriptor,
                "w",
                encoding=answers.encoding,
                errors=answers.errors,
                buffering=1,
                closefd=False,
            )
    try:
        with redirect_stdout(sys.stderr):
            if descriptor is not None:
                os.dup2(2, 1)
            yield answers
            answers.flush()
    finally:
        if descriptor is not None:
            os.dup2(descriptor, 1)
            os.close(descriptor)


@contextmanager
def _filtered(
    names: Iterable[str], function: Callable[[logging.LogRecord], bool]
) -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in names]
    for logger in loggers:
        logger.addFilter(function)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(function)


def _is_warning(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING


def _drop(_record: logging.LogRecord) -> bool:
    return False


def _show_nothing(*_: object, **__: object) -> None:
    """Take the place of `warnings.showwarning`."""
