"""The same default in other words, told to Alembic's comparison as a plugin of it.

Its own hook, a function as `compare_server_default`, fails on identity and generated columns.
"""

from typing import Any

from alembic.runtime.plugins import Plugin
from alembic.util import DispatchPriority, PriorityDispatchResult

from stratakit.orm import server_defaults

PLUGIN = "stratakit.server_defaults"
NOW = {"now", "current_timestamp"}


def _same(
    _context: Any, _operation: Any, _schema: Any, _table: Any, _name: Any, found: Any, declared: Any
) -> PriorityDispatchResult:
    """MariaDB says `current_timestamp()` for `now()`; a model may say it in Python alone."""
    told = getattr(found.server_default, "arg", None)
    if {_said(found.server_default), _said(declared.server_default)} <= NOW or (
        server_defaults.matches_model(declared, None if told is None else str(told))
    ):
        return PriorityDispatchResult.STOP
    return PriorityDispatchResult.CONTINUE


def _said(default: Any) -> str:
    return str(getattr(default, "arg", default)).lower().strip("()")


_plugin = Plugin(PLUGIN)
_plugin.add_autogenerate_comparator(
    _same, "column", "server_default", priority=DispatchPriority.FIRST
)
