"""Relations as PostgreSQL's catalogs describe them."""

from collections.abc import Collection
from typing import Any

from sqlalchemy.engine.interfaces import DBAPICursor

from stratakit.lint.trace.observers.postgresql.relation_name import relation_name
from stratakit.lint.trace.relation import Column, Constraint, Index, Table
from stratakit.sql.indexes import columns_in

TABLES = f"""
SELECT n.name, c.relkind, c.relfilenode,
  (SELECT json_object_agg(a.attname, json_build_array(format_type(a.atttypid, a.atttypmod),
      a.attnotnull, pg_get_expr(d.adbin, d.adrelid)))
   FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
   WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
  (SELECT json_object_agg(k.conname, json_build_array(k.contype, pg_get_constraintdef(k.oid),
      {relation_name("k.confrelid")}))
   FROM pg_constraint k WHERE k.conrelid = c.oid),
  (SELECT json_object_agg({relation_name("i.indexrelid")}, json_build_array(i.indisunique,
      ARRAY(SELECT a.attname FROM unnest(i.indkey::int2[])
        WITH ORDINALITY u(n, o) JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.n
        ORDER BY u.o)))
   FROM pg_index i WHERE i.indrelid = c.oid),
  (SELECT {relation_name("i.indrelid")} FROM pg_index i WHERE i.indexrelid = c.oid),
  c.oid > %s
FROM unnest(%s::text[], %s::text[]) AS n(name, quoted)
LEFT JOIN pg_class c ON c.oid = to_regclass(n.quoted)
"""


def read_tables(
    cursor: DBAPICursor, names: Collection[str], watermark: int
) -> dict[str, Table | None]:
    """Read relations as they are.

    Args:
        cursor: of the revision's connection.
        names: with a schema if it is not searched.
        watermark: the highest number of a relation before the revision.

    Returns:
        The relations by their names; None for one that does not exist.
    """
    wanted = sorted(names)
    quoted = [".".join(f'"{part}"' for part in name.split(".")) for name in wanted]
    cursor.execute(TABLES, (watermark, wanted, quoted))
    return {row[0]: _table(row) if row[1] else None for row in cursor.fetchall()}


def _table(row: Any) -> Table:
    name, kind, filenode, columns, constraints, indexes, parent, is_new = row
    keys = [text for letter, text, _ in (constraints or {}).values() if letter == "p"]
    return Table(
        name,
        kind,
        filenode,
        {key: Column(*value) for key, value in (columns or {}).items()},
        {
            key: Constraint(kind, text, referenced or "")
            for key, (kind, text, referenced) in (constraints or {}).items()
        },
        {key: Index(unique, tuple(columns)) for key, (unique, columns) in (indexes or {}).items()},
        tuple(columns_in(keys[0])) if keys else (),
        parent or "",
        is_new,
    )
