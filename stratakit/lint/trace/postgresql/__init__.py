"""What PostgreSQL tells of a revision at work: locks, rewritten files, scans, plans."""

import re
from typing import Any

from sqlalchemy import Connection

from stratakit.lint.trace.model import MODES, Statement
from stratakit.lint.trace.postgresql import query_plan as plan
from stratakit.lint.trace.postgresql import side_effects as hidden
from stratakit.lint.trace.postgresql.names import named
from stratakit.lint.trace.relation import Column, Constraint, Index, Table

TABLES = f"""
SELECT n.name, c.relkind, c.relfilenode,
  (SELECT json_object_agg(a.attname, json_build_array(format_type(a.atttypid, a.atttypmod),
      a.attnotnull, pg_get_expr(d.adbin, d.adrelid), a.attgenerated <> '' OR a.attidentity <> ''))
   FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
   WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
  (SELECT json_object_agg(k.conname, json_build_array(k.contype, k.convalidated,
      pg_get_constraintdef(k.oid),
      ARRAY(SELECT a.attname FROM unnest(k.conkey) WITH ORDINALITY u(n, o)
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.n ORDER BY u.o),
      {named("k.confrelid")}))
   FROM pg_constraint k WHERE k.conrelid = c.oid),
  (SELECT json_object_agg({named("i.indexrelid")}, json_build_array(
      i.indisunique, i.indisvalid, pg_get_indexdef(i.indexrelid),
      ARRAY(SELECT a.attname FROM unnest(i.indkey::int2[])
        WITH ORDINALITY u(n, o) JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.n
        ORDER BY u.o)))
   FROM pg_index i WHERE i.indrelid = c.oid),
  (SELECT json_agg(DISTINCT {named("w.ev_class")}) FROM pg_depend p
   JOIN pg_rewrite w ON w.oid = p.objid
   WHERE p.refobjid = c.oid AND p.classid = 'pg_rewrite'::regclass AND w.ev_class <> c.oid),
  (SELECT json_agg(DISTINCT {named("k.conrelid")}) FROM pg_constraint k
   WHERE k.confrelid = c.oid AND k.conrelid <> c.oid),
  (SELECT {named("i.indrelid")} FROM pg_index i WHERE i.indexrelid = c.oid),
  c.oid > %s
FROM unnest(%s::text[], %s::text[]) AS n(name, quoted)
LEFT JOIN pg_class c ON c.oid = to_regclass(n.quoted)
"""

SEEN = f"""
SELECT {named("c.oid")}, c.relkind, l.mode, coalesce(pg_relation_filenode(c.oid), 0),
  coalesce(pg_stat_get_xact_numscans(c.oid), 0), c.oid, coalesce(x.indrelid, 0),
  current_setting('lock_timeout'), current_setting('statement_timeout')
FROM (SELECT 1) one
LEFT JOIN pg_locks l ON l.pid = pg_backend_pid() AND l.locktype = 'relation'
  AND l.relation BETWEEN 16384 AND %s
LEFT JOIN pg_class c ON c.oid = l.relation AND c.relkind IN ('r', 'p', 'i', 'm')
  AND c.relnamespace <> 'pg_toast'::regnamespace
LEFT JOIN pg_index x ON x.indexrelid = c.oid
"""
# What is counted is not reset at each transaction's end, only when it is sent on.
SCANS = """
SELECT oid, scans FROM (
  SELECT oid, pg_stat_get_xact_numscans(oid) AS scans FROM pg_class
  WHERE relkind IN ('r', 'm') AND oid >= 16384) counted WHERE scans > 0
"""
ROWS = ("select", "insert", "update", "delete", "set", "show")
OURS = {"alembic_version", "alembic_version_pkc", "migration_log", "migration_log_pkey"}


class PostgreSQL:
    """Looks at one run of a revision.

    Args:
        connection: the migrations' own, outside of a transaction.
        watermark: the highest number of a relation before the revision's upgrade; those above are
            its own. None to take it now.
    """

    def __init__(self, connection: Connection, watermark: int | None = None) -> None:
        self.watermark = watermark or _highest(connection)
        self._scans: dict[int, int] = {}
        self._files: dict[int, int] = {}
        self._held: dict[str, str] = {}
        self._transaction = 0
        self._rehearsed = False
        self._shape: hidden.Shape | None = None

    def tables(self, cursor: Any, names: set[str]) -> dict[str, Table | None]:
        """Tell tables as they stand."""
        wanted = sorted(names)
        quoted = [".".join(f'"{part}"' for part in name.split(".")) for name in wanted]
        rows = cursor.connection.execute(TABLES, (self.watermark, wanted, quoted)).fetchall()
        return {row[0]: _table(row) if row[1] else None for row in rows}

    def before(self, cursor: Any, statement: Statement, parameters: Any) -> None:
        """Note files and scans as they are, and ask for the plan of a change of rows.

        What is a transaction of its own leaves no lock to see: it is tried in one that is undone.
        """
        self._rehearsed = False
        self._shape = hidden.shape(cursor, self.watermark) if hidden.may(statement.text) else None
        if statement.transaction != self._transaction or statement.autocommit:
            self._transaction = statement.transaction
            self._scans = dict(cursor.connection.execute(SCANS).fetchall())
            self._held = {}
        row = cursor.connection.execute(SEEN, (self.watermark,)).fetchall()
        statement.lock_timeout, statement.statement_timeout = map(_milliseconds, row[0][7:9])
        for _, _, _, file, scans, oid, *_ in row:
            if oid:
                self._scans[oid] = scans
                self._files[oid] = file
        kinds = {act.kind for act in statement.acts}
        if kinds & {"update", "delete", "insert"} and kinds <= {*ROWS}:
            plan.noted(cursor, statement, parameters)
        elif statement.autocommit and kinds - {*ROWS}:
            self._rehearse(cursor, statement, parameters)

    def after(self, cursor: Any, statement: Statement) -> None:
        """Note which locks it took, and what it rewrote and scanned."""
        if not self._rehearsed:
            self._look(cursor, statement)
        if self._shape is not None:
            hidden.told(cursor, statement, self._shape, self.watermark)

    def _rehearse(self, cursor: Any, statement: Statement, parameters: Any) -> None:
        asked = cursor.connection.cursor()
        asked.execute("BEGIN")
        try:
            asked.execute(statement.text, parameters or None)
            self._look(asked, statement)
        except Exception:  # such as CONCURRENTLY, which no transaction can hold
            return
        else:
            self._rehearsed = True
        finally:
            asked.execute("ROLLBACK")

    def _look(self, cursor: Any, statement: Statement) -> None:
        rows = cursor.connection.execute(SEEN, (self.watermark,)).fetchall()
        held: dict[str, str] = {}
        rewritten, scanned = set(), set()
        owners = {oid: name for name, kind, _, _, _, oid, *_ in rows if oid and kind in "rpm"}
        for name, kind, mode, file, scans, oid, owner, *_ in rows:
            if not oid or _bare(name) in OURS or _bare(owners.get(owner, "")) in OURS:
                continue
            mode = mode.removesuffix("Lock")
            if kind in "rp" and MODES.index(mode) >= MODES.index(held.get(name, MODES[0])):
                held[name] = mode
            if file != self._files.get(oid, file) and kind != "i":
                rewritten.add(name)
            if kind in "rm" and scans > self._scans.get(oid, 0):
                scanned.add(name)
            self._scans[oid], self._files[oid] = scans, file
        if statement.autocommit:
            now = self.tables(cursor, set(statement.before))
            for name, table in statement.before.items():
                then = now.get(name)
                if table and then and table.kind in "rm" and table.filenode != then.filenode:
                    rewritten.add(name)
        else:
            for name, table in statement.before.items():
                if table and table.kind in "rm" and table.filenode and name in held:
                    file = next((row[3] for row in rows if row[0] == name), table.filenode)
                    if file != table.filenode:
                        rewritten.add(name)
        statement.locks = {
            name: mode for name, mode in held.items() if self._held.get(name) != mode
        }
        statement.held = held
        self._held = held
        statement.rewritten, statement.scanned = tuple(sorted(rewritten)), tuple(sorted(scanned))


def _bare(name: str) -> str:
    return name.rpartition(".")[2]


def _highest(connection: Connection) -> int:
    found = connection.exec_driver_sql("SELECT max(oid)::bigint FROM pg_class").scalar()
    connection.rollback()
    return int(found or 0)


def _milliseconds(setting: str) -> int:
    units = {"ms": 1, "s": 1000, "min": 60_000, "h": 3_600_000, "d": 86_400_000, "": 1}
    found = re.fullmatch(r"(\d+)(ms|s|min|h|d|)", setting or "0")
    return int(found[1]) * units[found[2]] if found else 0


def _table(row: Any) -> Table:
    name, kind, filenode, columns, constraints, indexes, views, referrers, parent, new = row
    return Table(
        name,
        kind,
        filenode,
        {key: Column(*value) for key, value in (columns or {}).items()},
        {
            key: Constraint(value[0], value[1], value[2], tuple(value[3]), value[4] or "")
            for key, value in (constraints or {}).items()
        },
        {
            key: Index(value[0], value[1], value[2], tuple(value[3]))
            for key, value in (indexes or {}).items()
        },
        tuple(views or ()),
        tuple(referrers or ()),
        parent or "",
        new=new,
    )
