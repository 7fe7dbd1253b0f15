"""The catalog of SQLite: PRAGMAs, and the statements of `sqlite_master` for what they leave out.

https://sqlite.org/pragma.html, https://sqlite.org/schematab.html
"""

from collections.abc import Iterator, Mapping

from sqlalchemy import Connection, RowMapping

from stratakit.catalog.model import ObjectKey
from stratakit.catalog.sqlite.ddl import (
    TableText,
    find_option,
    normalize,
    parse_index,
    parse_table,
    words,
)

HIDDEN = {2: "virtual", 3: "stored"}
READ_ONLY = ("PRAGMA query_only = ON",)

Objects = Iterator[tuple[ObjectKey, Mapping[str, object]]]


def read_objects(connection: Connection) -> Objects:
    """Read every table, view, index and trigger."""
    master = _query(
        connection, "SELECT * FROM sqlite_master WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    )
    options = {row["name"]: row for row in _query(connection, "PRAGMA main.table_list")}
    for row in master:
        name, sql = row["name"], row["sql"]
        if row["type"] == "table":
            yield from _read_table(connection, name, sql, options[name])
        elif row["type"] == "view":
            yield ObjectKey("view", "", name), {"definition": normalize(sql)}
        elif row["type"] == "trigger":
            yield ObjectKey("trigger", row["tbl_name"], name), {"definition": normalize(sql)}


def _read_table(connection: Connection, table: str, sql: str, options: RowMapping) -> Objects:
    text = parse_table(sql)
    yield (
        ObjectKey("table", "", table),
        {
            "strict": bool(options["strict"]),
            "without rowid": bool(options["wr"]),
            "autoincrement": "autoincrement" in words(sql),
            "virtual": normalize(sql) if options["type"] == "virtual" else None,
        },
    )
    columns = _query(connection, f"PRAGMA table_xinfo({_quote(table)})")
    for row in columns:
        definition = text.column(row["name"])
        yield (
            ObjectKey("column", table, row["name"]),
            {
                "type": row["type"].upper(),
                "not null": bool(row["notnull"]),
                "default": normalize(row["dflt_value"]) if row["dflt_value"] else None,
                "generated": HIDDEN.get(row["hidden"]),
                "expression": find_option(definition, "as") if row["hidden"] in HIDDEN else None,
                "collation": find_option(definition, "collate"),
            },
        )
    key = [row["name"] for row in sorted(columns, key=lambda row: row["pk"]) if row["pk"]]
    if key:
        constraint = text.constraint("primary", key)
        yield (
            ObjectKey("primary key", table, constraint.name),
            {"columns": ", ".join(key), **constraint.clauses},
        )
    yield from _read_indexes(connection, table, text)
    yield from _read_foreign_keys(connection, table, text)
    checks = sorted(text.checks, key=lambda check: (check.name, check.definition))
    for number, check in enumerate(checks):
        name = check.name or f"unnamed {sum(not other.name for other in checks[: number + 1])}"
        yield ObjectKey("check constraint", table, name), {"definition": check.definition}


def _read_indexes(connection: Connection, table: str, text: TableText) -> Objects:
    for row in _query(connection, f"PRAGMA index_list({_quote(table)})"):
        parts = [
            part
            for part in _query(connection, f"PRAGMA index_xinfo({_quote(row['name'])})")
            if part["key"]
        ]
        if row["origin"] == "u":
            columns = [str(part["name"]) for part in parts]
            constraint = text.constraint("unique", columns)
            name = constraint.name or ", ".join(columns)
            yield (
                ObjectKey("unique constraint", table, name),
                {"columns": ", ".join(columns), **constraint.clauses},
            )
        elif row["origin"] == "c":
            (sql,) = connection.exec_driver_sql(
                "SELECT sql FROM sqlite_master WHERE type = 'index' AND name = ?", (row["name"],)
            ).one()
            columns_text, condition = parse_index(sql)
            yield (
                ObjectKey("index", table, row["name"]),
                {
                    "unique": bool(row["unique"]),
                    "columns": columns_text,
                    "collations": " ".join(
                        str(part["coll"]).upper() for part in parts if part["coll"] != "BINARY"
                    ),
                    "where": condition,
                },
            )


def _read_foreign_keys(connection: Connection, table: str, text: TableText) -> Objects:
    grouped: dict[int, list[RowMapping]] = {}
    for row in _query(connection, f"PRAGMA foreign_key_list({_quote(table)})"):
        grouped.setdefault(row["id"], []).append(row)
    for rows in grouped.values():
        rows.sort(key=lambda row: int(row["seq"]))
        columns = [str(row["from"]) for row in rows]
        first = rows[0]
        constraint = text.constraint("foreign", columns)
        yield (
            ObjectKey(
                "foreign key", table, constraint.name or f"{', '.join(columns)} to {first['table']}"
            ),
            {
                "columns": ", ".join(columns),
                "references": first["table"],
                "their": ", ".join(str(row["to"]) for row in rows),
                "on update": first["on_update"],
                "on delete": first["on_delete"],
                **constraint.clauses,
            },
        )


def _query(connection: Connection, query: str) -> list[RowMapping]:
    return list(connection.exec_driver_sql(query).mappings())


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
