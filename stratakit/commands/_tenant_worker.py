"""A process that migrates or reads tenants, one after another.

env.py and what it imports are global to a process, so tenants at the same time need a process each.
A process for each tenant would import the project's models a thousand times.
"""

import gc
import logging
import os
import pickle
import re
import signal
import threading
import time
from dataclasses import replace
from types import FrameType
from typing import IO, Any

from stratakit.commands._current import current
from stratakit.commands._tenants import TenantError, TenantResult, TenantTask
from stratakit.commands._upgrade import upgrade
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import (
    DatabaseUnavailable,
    StrataError,
    application_line,
    describe_exception,
)
from stratakit.process.quiet import quiet_alembic, quiet_warnings
from stratakit.revisions.position import Position

_is_stopped = threading.Event()


class Stopped(StrataError):  # noqa: N818 - no mistake
    """The end of a tenant between two revisions, at SIGTERM."""


class TenantProgress:
    """The progress of a tenant, which ends before its next revision if the process has to end."""

    def __init__(self) -> None:
        self.applied: list[str] = []
        self._step: Any = None

    def begin(self, step: Any) -> None:
        """Remember the revision, or end."""
        if _is_stopped.is_set():
            raise Stopped("stopped before its next revision")
        self._step = step

    def end(self) -> None:
        """Count the revision."""
        self.applied.append(self._step.revision.revision)

    def stop(self) -> None:
        """Do nothing: the error or the result says how it ended."""


class _NamedHandler(logging.Handler):
    """Messages of stratakit on stderr, each with its tenant."""

    tenant = ""

    def emit(self, record: logging.LogRecord) -> None:
        os.write(2, f"{self.tenant}: {record.getMessage()}\n".encode())


def work(tasks: IO[bytes], answers: IO[bytes]) -> None:
    """Answer tasks until there is none.

    Args:
        tasks: a pickled `TenantTask` after another.
        answers: gets a pickled `TenantResult` for each.
    """
    for stream in (tasks, answers):
        os.set_inheritable(stream.fileno(), False)
    signal.signal(signal.SIGTERM, _stop)
    gc.set_threshold(20_000, 20, 20)
    handler = _NamedHandler(logging.WARNING)
    logger = logging.getLogger("stratakit")
    logger.addHandler(handler)
    logger.propagate = False
    with quiet_alembic(), quiet_warnings():
        while True:
            try:
                task = pickle.load(tasks)
            except EOFError:
                return
            assert isinstance(task, TenantTask)
            handler.tenant = task.name
            pickle.dump(_answer(task), answers)
            answers.flush()


def _stop(_number: int, _frame: FrameType | None) -> None:
    _is_stopped.set()


def _answer(task: TenantTask) -> TenantResult:
    started = time.monotonic()
    progress = TenantProgress()
    try:
        result = _upgrade(task, progress) if task.verb == "upgrade" else _current(task)
    except KeyboardInterrupt:
        result = _failure(task, TenantError("It was interrupted, and its revision undone."))
    except Stopped:
        result = TenantResult(task.name, "stopped")
    except StrataError as error:
        parts = (error.message, error.detail, error.hint)
        told = TenantError(*(_name_tenant(task, part) for part in parts))
        is_unreachable = isinstance(error, DatabaseUnavailable)
        result = _failure(task, told, is_unreachable=is_unreachable)
    except Exception as error:
        result = _failure(task, TenantError(describe_exception(error), application_line(error)))
    seconds = round(time.monotonic() - started, 3)
    return replace(result, applied=tuple(progress.applied), seconds=seconds)


def _upgrade(task: TenantTask, progress: TenantProgress) -> TenantResult:
    result = upgrade(
        task.config,
        task.revision,
        rolling=task.rolling,
        confirmed_database=task.confirmed_database,
        progress=progress,
    )
    return _done(task, result.position, [each.revision for each in result.plan.deferred])


def _current(task: TenantTask) -> TenantResult:
    result = current(task.config)
    return _done(task, result.position, [each.revision for each in result.pending])


def _done(task: TenantTask, position: Position, pending: list[str]) -> TenantResult:
    return TenantResult(
        task.name,
        "done",
        heads=position.heads,
        is_head=position.is_head,
        pending=tuple(pending),
        location=position.location,
    )


def _name_tenant(task: TenantTask, text: str) -> str:
    """Let the commands in a text be those for the tenant."""
    return re.sub(rf"{re.escape(MIGRATE)} [a-z]+", rf"\g<0> -x tenant={task.name}", text)


def _failure(task: TenantTask, error: TenantError, *, is_unreachable: bool = False) -> TenantResult:
    return TenantResult(task.name, "unreachable" if is_unreachable else "failed", error=error)
