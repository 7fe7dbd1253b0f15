"""Queries for tables and their columns, constraints, indexes, triggers, policies and rules."""

from stratakit.catalog.postgresql.names import OWN_SCHEMAS, not_of_extension, qualified_name

TABLE = qualified_name("c.relname")

TABLES = f"""
SELECT 'table' AS kind, '' AS of, {TABLE} AS name,
    c.relkind = 'f' AS "foreign",
    (SELECT concat_ws(' ', srvname, array_to_string(ftoptions, ' ')) FROM pg_foreign_table
        JOIN pg_foreign_server s ON s.oid = ftserver WHERE ftrelid = c.oid) AS server,
    nullif(c.reloftype, 0)::regtype::text AS "of type",
    c.relpersistence = 'u' AS unlogged,
    c.relrowsecurity AS "row security",
    c.relforcerowsecurity AS "row security forced",
    array_to_string(c.reloptions, ' ') AS options,
    nullif(am.amname, 'heap') AS "access method",
    t.spcname AS tablespace,
    CASE c.relreplident WHEN 'n' THEN 'nothing' WHEN 'f' THEN 'full' WHEN 'i' THEN 'index' END
        AS "replica identity",
    CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END AS "partitioned by",
    pg_get_expr(c.relpartbound, c.oid) AS partition,
    (SELECT string_agg(inhparent::regclass::text, ' ' ORDER BY inhseqno)
        FROM pg_inherits WHERE inhrelid = c.oid) AS inherits,
    obj_description(c.oid, 'pg_class') AS comment
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_am am ON am.oid = c.relam LEFT JOIN pg_tablespace t ON t.oid = c.reltablespace
WHERE c.relkind IN ('r', 'p', 'f') AND {OWN_SCHEMAS} AND {not_of_extension("pg_class", "c.oid")}
"""

# NOT NULL is a constraint with a name since PostgreSQL 18; nothing depends on that name, and
# renaming a column or a table leaves it as it was.
COLUMNS = f"""
SELECT 'column' AS kind, {TABLE} AS of, a.attname AS name,
    format_type(a.atttypid, a.atttypmod) AS type,
    CASE WHEN a.attnotnull THEN CASE WHEN nn.convalidated IS FALSE THEN 'not valid'
        WHEN nn.connoinherit THEN 'not inherited' ELSE 'yes' END END AS "not null",
    CASE WHEN a.attcollation <> ty.typcollation THEN a.attcollation::regcollation::text END
        AS collation,
    CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END AS identity,
    CASE a.attgenerated WHEN 's' THEN 'stored' WHEN 'v' THEN 'virtual' END AS generated,
    CASE WHEN sq.objid IS NOT NULL THEN 'the next of its own sequence'
        WHEN a.attgenerated = '' THEN pg_get_expr(ad.adbin, ad.adrelid) END AS default,
    CASE WHEN a.attgenerated <> '' THEN pg_get_expr(ad.adbin, ad.adrelid) END AS expression,
    CASE WHEN a.attstorage <> ty.typstorage THEN a.attstorage::text END AS storage,
    nullif(a.attcompression::text, '') AS compression,
    nullif(a.attstattarget, -1) AS "statistics",
    array_to_string(a.attoptions, ' ') AS options,
    array_to_string(a.attfdwoptions, ' ') AS "foreign options",
    col_description(c.oid, a.attnum) AS comment
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_type ty ON ty.oid = a.atttypid
LEFT JOIN pg_attrdef ad ON ad.adrelid = c.oid AND ad.adnum = a.attnum
LEFT JOIN pg_constraint nn
    ON nn.conrelid = c.oid AND nn.contype = 'n' AND nn.conkey = ARRAY[a.attnum]
LEFT JOIN LATERAL (SELECT o.objid FROM pg_depend o JOIN pg_depend u ON u.refobjid = o.objid
    WHERE o.refclassid = 'pg_class'::regclass AND o.refobjid = c.oid AND o.refobjsubid = a.attnum
    AND o.classid = 'pg_class'::regclass AND o.deptype = 'a'
    AND u.classid = 'pg_attrdef'::regclass AND u.objid = ad.oid LIMIT 1) sq ON true
WHERE c.relkind IN ('r', 'p', 'f') AND a.attnum > 0 AND NOT a.attisdropped AND {OWN_SCHEMAS}
    AND {not_of_extension("pg_class", "c.oid")}
ORDER BY a.attrelid, a.attnum
"""

# What a view's definition does not say.
VIEW_COLUMNS = f"""
SELECT 'column' AS kind, {TABLE} AS of, a.attname AS name,
    pg_get_expr(ad.adbin, ad.adrelid) AS default, col_description(c.oid, a.attnum) AS comment
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_attrdef ad ON ad.adrelid = c.oid AND ad.adnum = a.attnum
WHERE c.relkind IN ('v', 'm') AND a.attnum > 0 AND NOT a.attisdropped AND {OWN_SCHEMAS}
    AND {not_of_extension("pg_class", "c.oid")}
    AND (ad.oid IS NOT NULL OR col_description(c.oid, a.attnum) IS NOT NULL)
"""

# `x IN ('a', 'b')` on a varchar column is written in one way at first and in another after a dump
# was restored: PostgreSQL adds casts to the array, and later to its elements.
_LITERAL = "'(?:[^']|'')*'".replace("'", "''")
CONSTRAINT_DEFINITION = rf"""regexp_replace(regexp_replace(regexp_replace(
        pg_get_constraintdef(con.oid),
        '\(({_LITERAL})::character varying\)::text', '\1', 'g'),
        '({_LITERAL})::character varying(?=[],])', '\1', 'g'),
        '\((ARRAY\[(?:{_LITERAL}(?:, )?)+\])\)::text\[\]', '\1', 'g')"""

CONSTRAINTS = f"""
SELECT CASE con.contype WHEN 'p' THEN 'primary key' WHEN 'f' THEN 'foreign key'
        WHEN 'u' THEN 'unique constraint' WHEN 'c' THEN 'check constraint'
        WHEN 'x' THEN 'exclusion constraint' ELSE 'constraint trigger' END AS kind,
    {TABLE} AS of, con.conname AS name,
    {CONSTRAINT_DEFINITION} AS definition,
    NOT con.convalidated AND pg_get_constraintdef(con.oid) !~ 'NOT VALID|NOT ENFORCED'
        AS "not valid",
    i.indisvalid IS FALSE AND c.relkind <> 'p' AS "index not valid",
    i.indisclustered AS clustered,
    array_to_string(ic.reloptions, ' ') AS options,
    t.spcname AS tablespace,
    (SELECT bool_or(tgenabled = 'D') FROM pg_trigger WHERE tgconstraint = con.oid) AS disabled,
    obj_description(con.oid, 'pg_constraint') AS comment
FROM pg_constraint con JOIN pg_class c ON c.oid = con.conrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_index i ON i.indexrelid = con.conindid AND con.contype IN ('p', 'u', 'x')
LEFT JOIN pg_class ic ON ic.oid = i.indexrelid LEFT JOIN pg_tablespace t
    ON t.oid = ic.reltablespace
WHERE con.contype NOT IN ('n', 't') AND {OWN_SCHEMAS} AND {not_of_extension("pg_class", "c.oid")}
"""

INDEXES = f"""
SELECT 'index' AS kind, {TABLE} AS of, ic.relname AS name,
    regexp_replace(pg_get_indexdef(ic.oid), ' INDEX .*? USING ', ' INDEX USING ') AS definition,
    NOT (i.indisvalid AND i.indisready AND i.indislive) AND c.relkind <> 'p' AS "not valid",
    i.indisclustered AS clustered,
    i.indisreplident AS "replica identity",
    t.spcname AS tablespace,
    obj_description(ic.oid, 'pg_class') AS comment
FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid JOIN pg_class c ON c.oid = i.indrelid
JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_tablespace t
    ON t.oid = ic.reltablespace
WHERE c.relkind IN ('r', 'p', 'm') AND {OWN_SCHEMAS} AND {not_of_extension("pg_class", "ic.oid")}
    AND NOT EXISTS (SELECT FROM pg_constraint con
        WHERE con.conindid = ic.oid AND con.contype IN ('p', 'u', 'x'))
"""

TRIGGERS = f"""
SELECT 'trigger' AS kind, {TABLE} AS of, g.tgname AS name,
    pg_get_triggerdef(g.oid) AS definition,
    CASE g.tgenabled WHEN 'D' THEN 'never' WHEN 'R' THEN 'on replicas' WHEN 'A' THEN 'always' END
        AS fires,
    obj_description(g.oid, 'pg_trigger') AS comment
FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT g.tgisinternal AND {OWN_SCHEMAS} AND {not_of_extension("pg_trigger", "g.oid")}
"""

POLICIES = f"""
SELECT 'policy' AS kind, {TABLE} AS of, p.polname AS name,
    CASE p.polcmd WHEN 'r' THEN 'select' WHEN 'a' THEN 'insert' WHEN 'w' THEN 'update'
        WHEN 'd' THEN 'delete' ELSE 'all' END AS for,
    NOT p.polpermissive AS restrictive,
    (SELECT string_agg(r::regrole::text, ' ' ORDER BY r::regrole::text)
        FROM unnest(p.polroles) r WHERE r <> 0) AS roles,
    pg_get_expr(p.polqual, p.polrelid) AS using,
    pg_get_expr(p.polwithcheck, p.polrelid) AS "with check",
    obj_description(p.oid, 'pg_policy') AS comment
FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE {OWN_SCHEMAS}
"""

RULES = f"""
SELECT 'rule' AS kind, {TABLE} AS of, r.rulename AS name,
    pg_get_ruledef(r.oid) AS definition,
    CASE r.ev_enabled WHEN 'D' THEN 'never' WHEN 'R' THEN 'on replicas' WHEN 'A' THEN 'always' END
        AS fires
FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE r.rulename <> '_RETURN' AND {OWN_SCHEMAS} AND {not_of_extension("pg_class", "c.oid")}
"""

STATISTICS = f"""
SELECT 'statistics' AS kind, {TABLE} AS of, s.stxname AS name,
    pg_get_statisticsobjdef(s.oid) AS definition,
    nullif(s.stxstattarget, -1) AS target
FROM pg_statistic_ext s JOIN pg_class c ON c.oid = s.stxrelid
JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {OWN_SCHEMAS}
"""

QUERIES = (
    TABLES, COLUMNS, VIEW_COLUMNS, CONSTRAINTS, INDEXES, TRIGGERS, POLICIES, RULES, STATISTICS
)  # fmt: skip
