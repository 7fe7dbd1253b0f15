"""Which tables a change of rows reads as a whole, by PostgreSQL's plan of it."""

import json
import re
from typing import Any

from stratakit.lint.trace.model import Statement

FEW = re.compile(r" (?:=|@>|<@|&&|~~?|@@|\?[|&]?) ")


def noted(cursor: Any, statement: Statement, parameters: Any) -> None:
    """Note the tables that a change of rows has to read as a whole, were they large."""
    start, end = ("BEGIN", "ROLLBACK") if statement.autocommit else (
        "SAVEPOINT strata", "ROLLBACK TO strata")  # fmt: skip
    asked = cursor.connection.cursor()
    asked.execute(start)
    try:
        asked.execute("SET LOCAL enable_seqscan = off")
        asked.execute(f"EXPLAIN (FORMAT JSON) {statement.text}", parameters or None)
        answer = asked.fetchone()[0]
        plan = answer if isinstance(answer, list) else json.loads(answer)
        statement.walks = tuple(dict.fromkeys(_walks(plan[0]["Plan"])))
        statement.planned = True
    except Exception:  # several statements, or one that will tell itself what is wrong
        return
    finally:
        asked.execute(end)


def _walks(node: dict[str, Any]) -> list[str]:
    if node["Node Type"] == "Limit":
        return []
    kind = node["Node Type"]
    whole = kind == "Seq Scan" or (kind.startswith(("Index", "Bitmap Heap")) and not _narrows(node))
    found = [node["Relation Name"]] if whole and "Relation Name" in node else []
    return found + [name for child in node.get("Plans", ()) for name in _walks(child)]


def _narrows(node: dict[str, Any]) -> bool:
    """Whether an index leads to some rows: those on one side of a value may be all of them."""
    condition = node.get("Index Cond", node.get("Recheck Cond", ""))
    between = " > " in condition.replace(">=", ">") and " < " in condition.replace("<=", "<")
    return between or bool(FEW.search(condition))
