"""The rules of other linters that stand for ours.

As their documentation and sources name them: strong_migrations' error messages, squawk 2.70,
django-migration-linter's codes, Atlas' analyzers, eugene's hints. A name in parentheses is of a
rule that is off until it is asked for.
"""

PEERS = ("strong_migrations", "squawk", "django-migration-linter", "Atlas", "eugene")


def _of(*names: str) -> dict[str, str]:
    return {peer: name for peer, name in zip(PEERS, names, strict=True) if name}


RULES = {
    "application-import": _of("", "", "RUNPYTHON_MODEL_IMPORT", "", ""),
    "change-default": _of("change_column_default", "(ban-set-default)", "", "", ""),
    "check-validated": _of(
        "add_check_constraint", "constraint-missing-not-valid", "", "PG305", "E1"
    ),
    "column-generation": _of("", "ban-alter-identity", "", "", ""),
    "concurrently-in-transaction": _of(
        "", "ban-concurrent-index-creation-in-transaction", "", "PG103", ""
    ),
    "data-after-lock": _of("", "", "", "", "E4"),
    "detach-partition": _of("", "require-concurrent-partition-detach", "", "", ""),
    "domain-validated": _of("", "ban-alter-domain-with-add-constraint", "", "", ""),
    "drop-column": _of("remove_column", "ban-drop-column", "DROP_COLUMN", "DS103", ""),
    "drop-constraint": _of("", "ban-drop-constraint", "", "", ""),
    "drop-default": _of("", "ban-drop-default", "", "", ""),
    "drop-foreign-key": _of("", "ban-drop-constraint", "", "CD101", ""),
    "drop-index-without-concurrently": _of(
        "remove_index", "require-concurrent-index-deletion", "DROP_INDEX", "PG102", ""
    ),
    "drop-not-null": _of("", "ban-drop-not-null", "", "", ""),
    "drop-object": _of("", "ban-drop-type", "", "", ""),
    "drop-schema": _of("", "ban-drop-schema", "", "DS101", ""),
    "drop-table": _of("create_table", "ban-drop-table", "DROP_TABLE", "DS102", ""),
    "drop-view": _of("", "ban-drop-view", "", "", ""),
    "exclusion-constraint": _of("add_exclusion_constraint", "", "", "", "E8"),
    "foreign-key-validated": _of("add_foreign_key", "adding-foreign-key-constraint", "", "", "E1"),
    "foreign-key-without-index": _of("", "", "", "", "E15"),
    "generated-column": _of(
        "add_column_generated_stored", "adding-field-with-default", "", "", "E11"
    ),
    "index-without-concurrently": _of(
        "add_index", "require-concurrent-index-creation", "CREATE_INDEX", "PG101", "E6"
    ),
    "integer-key": _of("", "prefer-bigint-over-int", "", "", ""),
    "json-column": _of("add_column_json", "", "", "", "E3"),
    "long-identifier": _of("", "identifier-too-long", "", "", ""),
    "missing-downgrade": _of("", "", "RUNSQL_REVERSIBLE", "", ""),
    "mysql-implicit-default": _of("", "", "", "MY101", ""),
    "mysql-not-online": _of("", "", "", "MY110", ""),
    "not-null-without-default": _of("", "adding-required-field", "NOT_NULL", "MF103", ""),
    "primary-key": _of("", "adding-serial-primary-key-field", "", "PG104", "W14"),
    "raw-commit": _of("", "transaction-nesting", "", "", ""),
    "reindex": _of("", "require-concurrent-reindex", "REINDEX", "", ""),
    "rename-column": _of("rename_column", "renaming-column", "RENAME_COLUMN", "BC102", ""),
    "rename-schema": _of("rename_schema", "renaming-object", "", "", ""),
    "rename-table": _of("rename_table", "renaming-table", "RENAME_TABLE", "BC101", ""),
    "revoke": _of("", "(ban-revoke)", "", "", ""),
    "row-security": _of("", "(ban-alter-row-level-security)", "", "", ""),
    "scan-under-lock": _of("", "", "", "", "E4"),
    "sequence-values": _of("", "(ban-alter-sequence-values)", "", "", ""),
    "serial-column": _of("add_column", "adding-field-with-default", "", "", "E11"),
    "set-not-null": _of(
        "change_column_null", "adding-not-nullable-field", "NOT_NULL", "PG303", "E2"
    ),
    "storage-change": _of("", "(ban-alter-generated-expression)", "", "", "E10"),
    "table-rewrite": _of("", "", "", "", "E10"),
    "trigger": _of("", "(ban-disable-trigger)", "", "", ""),
    "truncate": _of("", "ban-truncate-cascade", "", "", ""),
    "two-tables-locked": _of("", "", "", "", "E4"),
    "type-change": _of("change_column", "changing-column-type", "ALTER_COLUMN", "PG301", "E5"),
    "unique-constraint": _of(
        "add_unique_constraint", "disallowed-unique-constraint", "ADD_UNIQUE", "PG105", "E7"
    ),
    "vacuum-full": _of("", "(prefer-repack)", "", "", ""),
    "validated-in-one-transaction": _of(
        "validate_check_constraint", "constraint-missing-not-valid", "", "", "E4"
    ),
    "volatile-default": _of("add_column_default", "adding-field-with-default", "", "PG302", "E10"),
}
