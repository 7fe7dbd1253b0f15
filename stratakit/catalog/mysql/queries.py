"""MySQL's and MariaDB's queries.

A name in braces is a column of `statistics` that not every server has, where it is replaced by an
empty text.
"""

OPTIONAL_COLUMNS = ("ignored", "is_visible", "expression")

QUERIES = {
    "table": """
SELECT table_name AS `name`, engine AS `engine`, table_collation AS `collation`,
    -- Aria reports its default if a statement named it.
    trim(replace(concat(create_options, ' '), 'page_checksum=1 ', '')) AS `options`,
    table_comment AS `comment`, table_type = 'SYSTEM VERSIONED' AS `system versioned`
FROM information_schema.tables
WHERE table_schema = DATABASE() AND table_type IN ('BASE TABLE', 'SYSTEM VERSIONED')
""",
    "column": """
SELECT table_name AS `of`, column_name AS `name`, column_type AS `type`,
    is_nullable = 'NO' AS `not null`, column_default AS `default`,
    collation_name AS `collation`, extra AS `extra`, generation_expression AS `generated`,
    column_comment AS `comment`
FROM information_schema.columns
WHERE table_schema = DATABASE() AND table_name IN (SELECT table_name
    FROM information_schema.tables
    WHERE table_schema = DATABASE() AND table_type IN ('BASE TABLE', 'SYSTEM VERSIONED'))
""",
    "view": """
SELECT table_name AS `name`, view_definition AS `definition`, check_option AS `check`,
    security_type AS `security`
FROM information_schema.views WHERE table_schema = DATABASE()
""",
    "trigger": """
SELECT event_object_table AS `of`, trigger_name AS `name`,
    concat_ws(' ', action_timing, event_manipulation) AS `fires`, action_order AS `order`,
    action_statement AS `definition`
FROM information_schema.triggers WHERE trigger_schema = DATABASE()
""",
    "routine": """
SELECT lower(routine_type) AS `kind`, routine_name AS `name`, dtd_identifier AS `returns`,
    is_deterministic AS `deterministic`, sql_data_access AS `data`, security_type AS `security`,
    (SELECT group_concat(concat_ws(' ', parameter_mode, parameter_name, dtd_identifier)
        ORDER BY ordinal_position SEPARATOR ', ') FROM information_schema.parameters p
        WHERE p.specific_schema = routine_schema AND p.specific_name = routines.specific_name
        AND p.ordinal_position > 0) AS `parameters`,
    routine_definition AS `definition`
FROM information_schema.routines WHERE routine_schema = DATABASE()
""",
    "event": """
SELECT event_name AS `name`, status AS `status`, execute_at AS `at`,
    concat_ws(' ', interval_value, interval_field) AS `every`, event_definition AS `definition`
FROM information_schema.events WHERE event_schema = DATABASE()
""",
    "index": """
SELECT table_name AS `of`, index_name AS `name`, non_unique = 0 AS `unique`, index_type AS `type`,
    group_concat(concat(coalesce(column_name, {expression}),
        coalesce(concat('(', sub_part, ')'), ''), if(collation = 'D', ' desc', ''))
        ORDER BY seq_in_index SEPARATOR ', ') AS `columns`,
    max({ignored}) = 'YES' OR max({is_visible}) = 'NO' AS `not used`,
    max(index_comment) AS `comment`
FROM information_schema.statistics WHERE table_schema = DATABASE()
GROUP BY table_name, index_name, non_unique, index_type
""",
    "partition": """
SELECT table_name AS `of`, concat_ws('.', partition_name, subpartition_name) AS `name`,
    concat_ws(' ', partition_method, partition_expression) AS `by`,
    partition_description AS `values`
FROM information_schema.partitions
WHERE table_schema = DATABASE() AND partition_name IS NOT NULL
""",
    "foreign key": """
SELECT r.table_name AS `of`, r.constraint_name AS `name`,
    group_concat(k.column_name ORDER BY k.ordinal_position SEPARATOR ', ') AS `columns`,
    r.referenced_table_name AS `references`,
    group_concat(k.referenced_column_name ORDER BY k.ordinal_position SEPARATOR ', ') AS `their`,
    r.update_rule AS `on update`, r.delete_rule AS `on delete`
FROM information_schema.referential_constraints r
JOIN information_schema.key_column_usage k ON k.constraint_schema = r.constraint_schema
    AND k.constraint_name = r.constraint_name AND k.table_name = r.table_name
WHERE r.constraint_schema = DATABASE()
GROUP BY r.table_name, r.constraint_name, r.referenced_table_name, r.update_rule, r.delete_rule
""",
    "check constraint": """
SELECT t.table_name AS `of`, c.constraint_name AS `name`, c.check_clause AS `definition`
FROM information_schema.check_constraints c JOIN information_schema.table_constraints t
    ON t.constraint_schema = c.constraint_schema AND t.constraint_name = c.constraint_name
    AND t.constraint_type = 'CHECK'
WHERE c.constraint_schema = DATABASE()
""",
}
