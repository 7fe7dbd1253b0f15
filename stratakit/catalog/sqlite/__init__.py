"""SQLite's catalogue: by its PRAGMAs, and by the statements in `sqlite_master` what those leave
out (https://sqlite.org/pragma.html, https://sqlite.org/schematab.html)."""

from collections.abc import Iterator, Mapping

from sqlalchemy import Connection, RowMapping

from stratakit.catalog.model import ObjectKey
from stratakit.catalog.sqlite.ddl import TableText, normal, option, parsed, where, words

HIDDEN = {2: "virtual", 3: "stored"}
READ_ONLY = ("PRAGMA query_only = ON",)

Found = Iterator[tuple[ObjectKey, Mapping[str, object]]]


def objects(connection: Connection) -> Found:
    """Every table, view, index and trigger."""
    master = _rows(
        connection, "SELECT * FROM sqlite_master WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    )
    options = {row["name"]: row for row in _rows(connection, "PRAGMA main.table_list")}
    for row in master:
        name, sql = row["name"], row["sql"]
        if row["type"] == "table":
            yield from _table(connection, name, sql, options[name])
        elif row["type"] == "view":
            yield ObjectKey("view", "", name), {"definition": normal(sql)}
        elif row["type"] == "trigger":
            yield ObjectKey("trigger", row["tbl_name"], name), {"definition": normal(sql)}


def _table(connection: Connection, table: str, sql: str, options: RowMapping) -> Found:
    text = parsed(sql)
    yield (
        ObjectKey("table", "", table),
        {
            "strict": bool(options["strict"]),
            "without rowid": bool(options["wr"]),
            "autoincrement": "autoincrement" in words(sql),
            "virtual": normal(sql) if options["type"] == "virtual" else None,
        },
    )
    columns = _rows(connection, f"PRAGMA table_xinfo({_quoted(table)})")
    for row in columns:
        definition = text.column(row["name"])
        yield (
            ObjectKey("column", table, row["name"]),
            {
                "type": row["type"].upper(),
                "not null": bool(row["notnull"]),
                "default": normal(row["dflt_value"]) if row["dflt_value"] else None,
                "generated": HIDDEN.get(row["hidden"]),
                "expression": option(definition, "as") if row["hidden"] in HIDDEN else None,
                "collation": option(definition, "collate"),
            },
        )
    key = [row["name"] for row in sorted(columns, key=lambda row: row["pk"]) if row["pk"]]
    if key:
        given = text.constraint("primary", key)
        yield ObjectKey("primary key", table, given.name), {"columns": ", ".join(key), **given.more}
    yield from _indexes(connection, table, text)
    yield from _foreign_keys(connection, table, text)
    checks = sorted(text.checks, key=lambda check: (check.name, check.definition))
    for number, check in enumerate(checks):
        name = check.name or f"unnamed {sum(not other.name for other in checks[: number + 1])}"
        yield ObjectKey("check constraint", table, name), {"definition": check.definition}


def _indexes(connection: Connection, table: str, text: TableText) -> Found:
    for row in _rows(connection, f"PRAGMA index_list({_quoted(table)})"):
        parts = [
            part
            for part in _rows(connection, f"PRAGMA index_xinfo({_quoted(row['name'])})")
            if part["key"]
        ]
        if row["origin"] == "u":
            columns = [str(part["name"]) for part in parts]
            given = text.constraint("unique", columns)
            name = given.name or ", ".join(columns)
            yield (
                ObjectKey("unique constraint", table, name),
                {"columns": ", ".join(columns), **given.more},
            )
        elif row["origin"] == "c":
            (sql,) = connection.exec_driver_sql(
                "SELECT sql FROM sqlite_master WHERE type = 'index' AND name = ?", (row["name"],)
            ).one()
            columns_text, condition = where(sql)
            yield (
                ObjectKey("index", table, row["name"]),
                {
                    "unique": bool(row["unique"]),
                    "columns": columns_text,
                    "collations": " ".join(
                        str(part["coll"]) for part in parts if part["coll"] != "BINARY"
                    ),
                    "where": condition,
                },
            )


def _foreign_keys(connection: Connection, table: str, text: TableText) -> Found:
    grouped: dict[int, list[RowMapping]] = {}
    for row in _rows(connection, f"PRAGMA foreign_key_list({_quoted(table)})"):
        grouped.setdefault(row["id"], []).append(row)
    for rows in grouped.values():
        rows.sort(key=lambda row: int(row["seq"]))
        columns = [str(row["from"]) for row in rows]
        first = rows[0]
        given = text.constraint("foreign", columns)
        yield (
            ObjectKey(
                "foreign key", table, given.name or f"{', '.join(columns)} to {first['table']}"
            ),
            {
                "columns": ", ".join(columns),
                "references": first["table"],
                "their": ", ".join(str(row["to"]) for row in rows),
                "on update": first["on_update"],
                "on delete": first["on_delete"],
                **given.more,
            },
        )


def _rows(connection: Connection, query: str) -> list[RowMapping]:
    return list(connection.exec_driver_sql(query).mappings())


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
