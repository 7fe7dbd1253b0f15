"""Queries for operators, casts, text search, foreign servers, event triggers and publications."""

from stratakit.catalog.postgresql.names import OWN_SCHEMAS, not_of_extension, qualified_name

OPERATORS = f"""
SELECT 'operator' AS kind, '' AS of,
    {qualified_name("o.oprname")} || '(' || format_type(nullif(o.oprleft, 0), NULL) || ', '
        || format_type(nullif(o.oprright, 0), NULL) || ')' AS name,
    o.oprcode::regprocedure::text AS function,
    nullif(o.oprcom, 0)::regoperator::text AS commutator,
    nullif(o.oprnegate, 0)::regoperator::text AS negator,
    nullif(o.oprrest::oid, 0)::regproc::text AS restrict,
    nullif(o.oprjoin::oid, 0)::regproc::text AS join,
    o.oprcanhash AS hashes, o.oprcanmerge AS merges,
    obj_description(o.oid, 'pg_operator') AS comment
FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace
WHERE {OWN_SCHEMAS} AND {not_of_extension("pg_operator", "o.oid")}
"""

OPERATOR_CLASSES = f"""
SELECT 'operator class' AS kind, '' AS of,
    {qualified_name("k.opcname")} || ' using ' || am.amname AS name,
    k.opcintype::regtype::text AS type, k.opcdefault AS default,
    nullif(k.opckeytype, 0)::regtype::text AS storage,
    (SELECT string_agg(amopstrategy || ' ' || amopopr::regoperator::text, ', '
        ORDER BY amopstrategy, amopopr::regoperator::text)
        FROM pg_amop WHERE amopfamily = k.opcfamily) AS operators,
    (SELECT string_agg(amprocnum || ' ' || amproc::regprocedure::text, ', '
        ORDER BY amprocnum, amproc::regprocedure::text)
        FROM pg_amproc WHERE amprocfamily = k.opcfamily) AS functions
FROM pg_opclass k JOIN pg_namespace n ON n.oid = k.opcnamespace JOIN pg_am am
    ON am.oid = k.opcmethod
WHERE {OWN_SCHEMAS} AND {not_of_extension("pg_opclass", "k.oid")}
"""

# Those of the server itself have lower numbers (FirstNormalObjectId).
CASTS = f"""
SELECT 'cast' AS kind, '' AS of,
    format_type(k.castsource, NULL) || ' as ' || format_type(k.casttarget, NULL) AS name,
    nullif(k.castfunc, 0)::regprocedure::text AS function,
    CASE k.castcontext WHEN 'a' THEN 'in assignments' WHEN 'i' THEN 'anywhere' END AS implicit,
    k.castmethod = 'i' AS inout
FROM pg_cast k WHERE k.oid >= 16384 AND {not_of_extension("pg_cast", "k.oid")}
    AND NOT EXISTS (SELECT FROM pg_range r
        WHERE k.castsource = r.rngtypid AND k.casttarget = r.rngmultitypid)
"""

TEXT_SEARCH = f"""
SELECT 'text search configuration' AS kind, '' AS of, {qualified_name("k.cfgname")} AS name,
    (SELECT prsname FROM pg_ts_parser WHERE oid = k.cfgparser) AS parser,
    (SELECT string_agg(m.maptokentype || ' ' || m.mapdict::regdictionary::text, ', '
        ORDER BY m.maptokentype, m.mapseqno) FROM pg_ts_config_map m WHERE m.mapcfg = k.oid)
        AS dictionaries
FROM pg_ts_config k JOIN pg_namespace n ON n.oid = k.cfgnamespace
WHERE {OWN_SCHEMAS} AND {not_of_extension("pg_ts_config", "k.oid")}
UNION ALL
SELECT 'text search dictionary', '', {qualified_name("k.dictname")},
    (SELECT tmplname FROM pg_ts_template WHERE oid = k.dicttemplate), k.dictinitoption
FROM pg_ts_dict k JOIN pg_namespace n ON n.oid = k.dictnamespace
WHERE {OWN_SCHEMAS} AND {not_of_extension("pg_ts_dict", "k.oid")}
"""

FOREIGN = f"""
SELECT 'foreign data wrapper' AS kind, '' AS of, f.fdwname AS name,
    nullif(f.fdwhandler, 0)::regproc::text AS handler, NULL AS type,
    array_to_string(f.fdwoptions, ' ') AS options
FROM pg_foreign_data_wrapper f WHERE {not_of_extension("pg_foreign_data_wrapper", "f.oid")}
UNION ALL
SELECT 'foreign server', '', s.srvname, f.fdwname, s.srvtype, array_to_string(s.srvoptions, ' ')
FROM pg_foreign_server s JOIN pg_foreign_data_wrapper f ON f.oid = s.srvfdw
WHERE {not_of_extension("pg_foreign_server", "s.oid")}
"""

EVENT_TRIGGERS = f"""
SELECT 'event trigger' AS kind, '' AS of, g.evtname AS name, g.evtevent AS on,
    array_to_string(g.evttags, ', ') AS tags, g.evtfoid::regprocedure::text AS function,
    CASE g.evtenabled WHEN 'D' THEN 'never' WHEN 'R' THEN 'on replicas' WHEN 'A' THEN 'always' END
        AS fires
FROM pg_event_trigger g WHERE {not_of_extension("pg_event_trigger", "g.oid")}
"""

PUBLICATIONS = """
SELECT 'publication' AS kind, '' AS of, p.pubname AS name, p.puballtables AS "all tables",
    concat_ws(' ', CASE WHEN p.pubinsert THEN 'insert' END, CASE WHEN p.pubupdate THEN 'update' END,
        CASE WHEN p.pubdelete THEN 'delete' END, CASE WHEN p.pubtruncate THEN 'truncate' END)
        AS publishes,
    (SELECT string_agg(prrelid::regclass::text, ', ' ORDER BY prrelid::regclass::text)
        FROM pg_publication_rel WHERE prpubid = p.oid) AS tables
FROM pg_publication p
"""

QUERIES = (
    OPERATORS, OPERATOR_CLASSES, CASTS, TEXT_SEARCH, FOREIGN, EVENT_TRIGGERS, PUBLICATIONS
)  # fmt: skip
