"""Queries for schemas, types, sequences, views, functions and extensions."""

from stratakit.catalog.postgresql.names import OWN_SCHEMAS, not_of_extension, qualified_name

SCHEMAS = f"""
SELECT 'schema' AS kind, '' AS of, n.nspname AS name,
    CASE WHEN n.nspname <> 'public' THEN obj_description(n.oid, 'pg_namespace') END AS comment
FROM pg_namespace n
WHERE n.nspname <> current_schema() AND n.nspname <> 'public' AND {OWN_SCHEMAS}
    AND {not_of_extension("pg_namespace", "n.oid")}
"""

ENUMS = f"""
SELECT 'enum' AS kind, '' AS of, {qualified_name("t.typname")} AS name,
    (SELECT string_agg(quote_literal(enumlabel), ' ' ORDER BY enumsortorder)
        FROM pg_enum WHERE enumtypid = t.oid) AS values,
    obj_description(t.oid, 'pg_type') AS comment
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE t.typtype = 'e' AND {OWN_SCHEMAS} AND {not_of_extension("pg_type", "t.oid")}
"""

DOMAINS = f"""
SELECT 'domain' AS kind, '' AS of, {qualified_name("t.typname")} AS name,
    format_type(t.typbasetype, t.typtypmod) AS type, t.typnotnull AS "not null",
    t.typdefault AS default,
    CASE WHEN t.typcollation <> b.typcollation THEN t.typcollation::regcollation::text END
        AS collation,
    (SELECT string_agg(conname || ' ' || pg_get_constraintdef(oid), ', ' ORDER BY conname)
        FROM pg_constraint WHERE contypid = t.oid AND contype = 'c') AS checks,
    obj_description(t.oid, 'pg_type') AS comment
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
JOIN pg_type b ON b.oid = t.typbasetype
WHERE t.typtype = 'd' AND {OWN_SCHEMAS} AND {not_of_extension("pg_type", "t.oid")}
"""

# Types of several values, and ranges.
COMPOSITES = f"""
SELECT 'type' AS kind, '' AS of, {qualified_name("t.typname")} AS name,
    (SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY attnum)
        FROM pg_attribute WHERE attrelid = t.typrelid AND attnum > 0 AND NOT attisdropped)
        AS attributes,
    (SELECT concat_ws(' ', format_type(rngsubtype, NULL), nullif(rngsubdiff::oid, 0)::regproc,
        nullif(rngcanonical::oid, 0)::regproc) FROM pg_range WHERE rngtypid = t.oid) AS "range of",
    obj_description(t.oid, 'pg_type') AS comment
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
LEFT JOIN pg_class c ON c.oid = t.typrelid
WHERE (t.typtype = 'r' OR c.relkind = 'c') AND {OWN_SCHEMAS}
    AND {not_of_extension("pg_type", "t.oid")}
"""

# A sequence of a column is known by it: renaming the table leaves the sequence's name.
SEQUENCES = f"""
SELECT 'sequence' AS kind, coalesce(owner.of, '') AS of,
    coalesce(owner.name, {qualified_name("c.relname")}) AS name,
    CASE WHEN owner.name IS NOT NULL THEN {qualified_name("c.relname")} END AS named,
    format_type(s.seqtypid, NULL) AS type, s.seqstart AS start, s.seqincrement AS increment,
    s.seqmin AS minimum, s.seqmax AS maximum, s.seqcache AS cache, s.seqcycle AS cycle,
    c.relpersistence = 'u' AS unlogged,
    obj_description(c.oid, 'pg_class') AS comment
FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN LATERAL (SELECT {qualified_name("t.relname")} AS of, a.attname AS name FROM pg_depend d
    JOIN pg_class t ON t.oid = d.refobjid JOIN pg_namespace n ON n.oid = t.relnamespace
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
    AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')) owner ON true
WHERE {OWN_SCHEMAS} AND {not_of_extension("pg_class", "c.oid")}
"""

VIEWS = f"""
SELECT CASE c.relkind WHEN 'v' THEN 'view' ELSE 'materialized view' END AS kind,
    '' AS of, {qualified_name("c.relname")} AS name,
    array_to_string(c.reloptions, ' ') AS options,
    NOT c.relispopulated AS "not populated",
    obj_description(c.oid, 'pg_class') AS comment,
    pg_get_viewdef(c.oid) AS definition
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('v', 'm') AND {OWN_SCHEMAS} AND {not_of_extension("pg_class", "c.oid")}
"""

FUNCTIONS = f"""
SELECT CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END
        AS kind,
    '' AS of,
    {qualified_name("p.proname")} || '(' || pg_get_function_identity_arguments(p.oid) || ')'
        AS name,
    (SELECT concat_ws(' ', aggtransfn, aggfinalfn, aggtranstype::regtype, agginitval)
        FROM pg_aggregate WHERE aggfnoid = p.oid) AS aggregates,
    obj_description(p.oid, 'pg_proc') AS comment,
    CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) END AS definition
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE {OWN_SCHEMAS} AND {not_of_extension("pg_proc", "p.oid")}
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass
        AND d.objid = p.oid AND d.deptype = 'i')
"""

# Without its version, which is the server's.
EXTENSIONS = f"""
SELECT 'extension' AS kind, '' AS of, e.extname AS name,
    CASE WHEN {OWN_SCHEMAS} THEN nullif(n.nspname, current_schema()) END AS schema
FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname <> 'plpgsql'
"""

COLLATIONS = f"""
SELECT 'collation' AS kind, '' AS of, {qualified_name("l.collname")} AS name,
    l.collprovider AS provider, l.collcollate AS locale, NOT l.collisdeterministic
        AS "not deterministic"
FROM pg_collation l JOIN pg_namespace n ON n.oid = l.collnamespace
WHERE {OWN_SCHEMAS} AND {not_of_extension("pg_collation", "l.oid")}
"""

QUERIES = (
    SCHEMAS, ENUMS, DOMAINS, COMPOSITES, SEQUENCES, VIEWS, FUNCTIONS, EXTENSIONS, COLLATIONS
)  # fmt: skip
