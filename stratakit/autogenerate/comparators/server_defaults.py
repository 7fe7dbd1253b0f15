"""Server defaults that are equal in other words, as a plugin of Alembic's comparison.

Alembic's own hook, a function as `compare_server_default`, fails on identity and generated columns.
"""

from typing import Any

from alembic.runtime.plugins import Plugin
from alembic.util import DispatchPriority, PriorityDispatchResult
from sqlalchemy import Column

from stratakit.orm import server_defaults

PLUGIN = "stratakit.server_defaults"
NOW = {"now", "current_timestamp"}


def _compare(
    _context: Any,
    _operation: Any,
    _schema: Any,
    _table: Any,
    _name: Any,
    reflected: "Column[Any]",
    declared: "Column[Any]",
) -> PriorityDispatchResult:
    """Stop the comparison if MariaDB's `current_timestamp()` is `now()`, or Python's default."""
    expression = getattr(reflected.server_default, "arg", None)
    is_now = {_normalize(each.server_default) for each in (reflected, declared)} <= NOW
    if is_now or server_defaults.matches_model(
        declared, None if expression is None else str(expression)
    ):
        return PriorityDispatchResult.STOP
    return PriorityDispatchResult.CONTINUE


def _normalize(default: object) -> str:
    return str(getattr(default, "arg", default)).lower().strip("()")


_plugin = Plugin(PLUGIN)
_plugin.add_autogenerate_comparator(
    _compare, "column", "server_default", priority=DispatchPriority.FIRST
)
