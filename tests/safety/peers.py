"""The rules of other linters that stand for ours."""

PEERS = ("strong_migrations", "squawk", "django-migration-linter", "Atlas", "eugene")


def _of(*names: str) -> dict[str, str]:
    return {peer: name for peer, name in zip(PEERS, names, strict=True) if name}


RULES = {
    "index-without-concurrently": _of(
        "add_index", "require-concurrent-index-creation", "CREATE_INDEX", "PG101", "E6"
    ),
    "drop-index-without-concurrently": _of(
        "remove_index", "require-concurrent-index-deletion", "DROP_INDEX", "PG102", ""
    ),
    "concurrently-in-transaction": _of(
        "", "ban-concurrent-index-creation-in-transaction", "", "PG103", ""
    ),
    "unique-constraint": _of(
        "add_unique_constraint", "disallowed-unique-constraint", "ADD_UNIQUE", "MF101", "E7"
    ),
    "primary-key": _of("", "adding-serial-primary-key-field", "", "PG304", ""),
    "exclusion-constraint": _of("add_exclusion_constraint", "", "", "", "E8"),
    "foreign-key-validated": _of(
        "add_foreign_key", "adding-foreign-key-constraint", "", "PG306", ""
    ),
    "check-validated": _of(
        "add_check_constraint", "constraint-missing-not-valid", "", "PG305", "E1"
    ),
    "validated-in-one-transaction": _of(
        "validate_foreign_key", "constraint-missing-not-valid", "", "", "E4"
    ),
    "set-not-null": _of(
        "change_column_null", "adding-not-nullable-field", "NOT_NULL", "PG303", "E2"
    ),
    "drop-not-null": _of("", "ban-drop-not-null", "", "", ""),
    "type-change": _of("change_column", "changing-column-type", "ALTER_COLUMN", "PG301", "E5"),
    "volatile-default": _of("add_column", "adding-field-with-default", "", "PG302", "E10"),
    "serial-column": _of("add_column", "adding-field-with-default", "", "", "E11"),
    "generated-column": _of("add_column", "adding-field-with-default", "", "", "E11"),
    "json-column": _of("add_column", "", "", "", "E3"),
    "integer-key": _of("", "prefer-bigint-over-int", "", "", ""),
    "drop-column": _of("remove_column", "ban-drop-column", "DROP_COLUMN", "DS103", ""),
    "drop-table": _of("", "ban-drop-table", "DROP_TABLE", "DS102", ""),
    "drop-schema": _of("", "ban-drop-database", "", "DS101", ""),
    "rename-column": _of("rename_column", "renaming-column", "RENAME_COLUMN", "BC102", ""),
    "rename-table": _of("rename_table", "renaming-table", "RENAME_TABLE", "BC101", ""),
    "rename-schema": _of("rename_schema", "", "", "", ""),
    "not-null-without-default": _of("", "adding-required-field", "NOT_NULL", "MF103", ""),
    "drop-foreign-key": _of("", "", "", "CD101", ""),
    "truncate": _of("", "ban-truncate-cascade", "", "", ""),
    "reindex": _of("", "", "REINDEX", "", ""),
    "raw-commit": _of("", "transaction-nesting", "", "", ""),
    "mysql-implicit-default": _of("", "", "", "MY101", ""),
    "two-tables-locked": _of("", "", "", "", "E4"),
    "scan-under-lock": _of("", "", "", "", "E4"),
    "data-after-lock": _of("", "", "", "", "E4"),
    "table-rewrite": _of("", "", "", "", "E5"),
}
