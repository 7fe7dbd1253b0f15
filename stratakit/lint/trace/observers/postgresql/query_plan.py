"""The tables that a change of rows scans completely, by PostgreSQL's plan."""

import json
import re
from typing import Any

from sqlalchemy.engine.interfaces import DBAPICursor

from stratakit.lint.trace.observers.base import Parameters
from stratakit.lint.trace.statement import Statement

SELECTIVE = re.compile(r" (?:=|@>|<@|&&|~~?|@@|\?[|&]?) ")
"""Operators by which an index leads to few rows."""


def add_plan(cursor: DBAPICursor, statement: Statement, parameters: Parameters) -> None:
    """Add to a change of rows the tables that it reads as a whole, were they large."""
    begin, undo = "SAVEPOINT strata", "ROLLBACK TO strata"
    if statement.autocommit:
        begin, undo = "BEGIN", "ROLLBACK"
    cursor.execute(begin)
    try:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN (FORMAT JSON) {statement.text}", parameters or None)
        answer = cursor.fetchall()[0][0]
        plan = answer if isinstance(answer, list) else json.loads(answer)
        scans = _full_scans(plan[0]["Plan"])
        statement.planned_full_scans = tuple(dict.fromkeys(scans))
        statement.has_plan = True
    except Exception:  # several statements, or one that fails when it runs
        return
    finally:
        cursor.execute(undo)


def _full_scans(node: dict[str, Any]) -> list[str]:
    kind = node["Node Type"]
    if kind == "Limit":
        return []
    is_index_scan = kind.startswith(("Index", "Bitmap Heap"))
    is_full = kind == "Seq Scan" or (is_index_scan and not _is_selective(node))
    tables = [node["Relation Name"]] if is_full and "Relation Name" in node else []
    return tables + [name for child in node.get("Plans", ()) for name in _full_scans(child)]


def _is_selective(node: dict[str, Any]) -> bool:
    """Return whether an index selects few rows; a range open at one end may be all rows."""
    condition = node.get("Index Cond", node.get("Recheck Cond", ""))
    is_bounded = " > " in condition.replace(">=", ">") and " < " in condition.replace("<=", "<")
    return is_bounded or bool(SELECTIVE.search(condition))
