"""The functions on which indexes, constraints, generated columns, policies and triggers rely."""

import re
from typing import NamedTuple

from sqlalchemy.engine.interfaces import DBAPICursor

CHANGE = re.compile(r"\b(?:CREATE|ALTER)\b.*?\b(?:FUNCTION|ROUTINE)\b", re.IGNORECASE | re.DOTALL)
FUNCTIONS = """
SELECT p.oid::bigint, p.oid::regprocedure::text, md5(pg_get_functiondef(p.oid)),
  array_agg(DISTINCT pg_describe_object(d.classid, d.objid, d.objsubid))
FROM pg_depend d JOIN pg_proc p ON p.oid = d.refobjid AND p.prokind IN ('f', 'w')
LEFT JOIN pg_class c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid
LEFT JOIN pg_attrdef f ON d.classid = 'pg_attrdef'::regclass AND f.oid = d.objid
LEFT JOIN pg_attribute a ON a.attrelid = f.adrelid AND a.attnum = f.adnum
WHERE d.refclassid = 'pg_proc'::regclass AND (c.relkind IN ('i', 'I') OR a.attgenerated <> ''
  OR d.classid IN ('pg_constraint'::regclass, 'pg_trigger'::regclass, 'pg_policy'::regclass))
GROUP BY p.oid
"""


class Function(NamedTuple):
    """A function in use.

    Attributes:
        name: with the types of its arguments.
        definition: a hash of it.
        users: descriptions of the objects that rely on it.
    """

    name: str
    definition: str
    users: list[str]


Functions = dict[int, Function]
"""The functions in use by their numbers."""


def may_change_functions(sql: str) -> bool:
    """Return whether a statement may change a function."""
    return bool(CHANGE.search(sql))


def read_functions(cursor: DBAPICursor) -> Functions:
    """Read the functions in use."""
    cursor.execute(FUNCTIONS)
    return {row[0]: Function(*row[1:]) for row in cursor.fetchall()}


def changed_functions(before: Functions, after: Functions) -> dict[str, tuple[str, ...]]:
    """Return the functions that are changed, each with the objects that relied on it before."""
    return {
        old.name: tuple(old.users)
        for number, old in before.items()
        if number in after and after[number].definition != old.definition
    }
