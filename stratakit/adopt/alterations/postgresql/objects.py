"""Objects that are created again to be changed, and the states of objects."""

from collections.abc import Iterator, Mapping

from stratakit.adopt.alterations.postgresql.columns import set_options
from stratakit.adopt.alterations.postgresql.names import (
    CONSTRAINTS,
    literal,
    object_name,
    quote,
    quoted_values,
    within_schema_of,
)
from stratakit.catalog import Catalog, Difference, ObjectKey

OR_REPLACE = {"function", "procedure"}
PROVIDERS = {"b": "builtin", "c": "libc", "d": "libc", "i": "icu"}
FIRES = {None: "ENABLE", "never": "DISABLE", "on replicas": "ENABLE REPLICA",
         "always": "ENABLE ALWAYS"}  # fmt: skip


def drop(key: ObjectKey, *, is_foreign: bool = False) -> str:
    """Return the statement that drops an object."""
    if key.kind in CONSTRAINTS:
        return f"ALTER TABLE {quote(key.table)} DROP CONSTRAINT {quote(key.name)}"
    return f"DROP {'FOREIGN ' if is_foreign else ''}{object_name(key)}"


def rename(key: ObjectKey, name: str) -> str:
    """Return the statement that gives a constraint or an index another name."""
    if key.kind in CONSTRAINTS:
        table = quote(key.table)
        return f"ALTER TABLE {table} RENAME CONSTRAINT {quote(key.name)} TO {quote(name)}"
    return f"ALTER INDEX {within_schema_of(key.table, key.name)} RENAME TO {quote(name)}"


def comment(key: ObjectKey, text: str | None) -> str:
    """Return the statement that gives an object its comment, or takes it."""
    return f"COMMENT ON {object_name(key)} IS {literal(text)}"


def create(key: ObjectKey, attributes: Mapping[str, str]) -> Iterator[str]:
    """Return the statements that create an object with its state; none if its text is unknown."""
    statement = _definition(key, attributes)
    if not statement:
        return
    yield statement
    created = Catalog({key: dict(attributes)})
    for attribute, value in attributes.items():
        yield from change_state(Difference(key, attribute, value, None), created)
    if "comment" in attributes:
        yield comment(key, attributes["comment"])


def change_state(difference: Difference, expected: Catalog) -> Iterator[str]:
    """Return the statements for what is apart from a definition, such as `clustered`."""
    key, value, actual = difference.key, difference.expected, difference.actual
    table, name = quote(key.table), quote(key.name)
    index = within_schema_of(key.table, key.name)
    match key.kind, difference.attribute:
        case "trigger" | "rule", "fires":
            yield f"ALTER TABLE {table} {FIRES[value]} {key.kind.upper()} {name}"
        case "event trigger", "fires":
            yield f"ALTER EVENT TRIGGER {name} {FIRES[value]}"
        case "foreign key", "disabled":
            yield f"ALTER TABLE {table} {'DISABLE' if value else 'ENABLE'} TRIGGER ALL"
        case _, "clustered":
            yield f"ALTER TABLE {table} {f'CLUSTER ON {name}' if value else 'SET WITHOUT CLUSTER'}"
        case "index" | "primary key" | "unique constraint", "not valid" | "index not valid":
            yield "" if value else f"REINDEX INDEX {index}"
        case "check constraint" | "foreign key", "not valid" if not value:
            yield f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}"
        case "primary key" | "unique constraint" | "exclusion constraint", "options":
            yield f"ALTER INDEX {index} {set_options(value, actual)}"
        case "index", "replica identity":
            yield ""
        case "view" | "materialized view", "options":
            yield f"ALTER {key.kind.upper()} {name} {set_options(value, actual)}"
        case "materialized view", "not populated":
            yield f"REFRESH MATERIALIZED VIEW {name}{' WITH NO DATA' if value else ''}"
        case "column", "default":
            yield from view_column(key, expected[key], {"default": actual} if actual else {})
        case "statistics", "target":
            yield f"ALTER STATISTICS {index} SET STATISTICS {value or -1}"


def view_column(
    key: ObjectKey, attributes: Mapping[str, str], actual: Mapping[str, str]
) -> Iterator[str]:
    """Return the statements for what a column of a view has: a default and a comment."""
    head = f"ALTER TABLE {quote(key.table)} ALTER COLUMN {quote(key.name)}"
    if attributes.get("default") != actual.get("default"):
        default = attributes.get("default")
        yield f"{head} SET DEFAULT {default}" if default else f"{head} DROP DEFAULT"
    if attributes.get("comment") != actual.get("comment"):
        yield comment(key, attributes.get("comment"))


def is_known(key: ObjectKey, attributes: Mapping[str, str]) -> bool:
    """Return whether the catalog has all that creates an object."""
    return bool(_definition(key, attributes))


def _definition(key: ObjectKey, attributes: Mapping[str, str]) -> str:
    table, name = quote(key.table), quote(key.name)
    definition = attributes.get("definition", "").rstrip(";")
    if key.kind in CONSTRAINTS:
        if key.kind == "constraint trigger":
            return ""
        return f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}"
    if key.kind == "index":
        return definition.replace(" INDEX USING ", f" INDEX {name} ON {table} USING ", 1)
    if key.kind in ("view", "materialized view"):
        options = attributes.get("options")
        using = f" WITH ({options.replace(' ', ', ')})" if options else ""
        return f"CREATE {key.kind.upper()} {name}{using} AS {definition.strip()}"
    if key.kind in ("trigger", "rule", "function", "procedure", "statistics"):
        return definition
    match key.kind:
        case "schema":
            return f"CREATE SCHEMA {name}"
        case "extension":
            schema = attributes.get("schema")
            return f"CREATE EXTENSION {name}{f' SCHEMA {quote(schema)}' if schema else ''}"
        case "enum":
            return f"CREATE TYPE {name} AS ENUM ({', '.join(quoted_values(attributes['values']))})"
        case "type":
            if "attributes" in attributes:
                return f"CREATE TYPE {name} AS ({attributes['attributes']})"
            return f"CREATE TYPE {name} AS RANGE (SUBTYPE = {attributes['range of']})"
        case "domain":
            return _domain(name, attributes)
        case "policy":
            return _policy(name, table, attributes)
        case "event trigger":
            return _event_trigger(name, attributes)
        case "publication":
            return _publication(name, attributes)
        case "collation":
            return _collation(name, attributes)
    return ""


def _domain(name: str, attributes: Mapping[str, str]) -> str:
    parts = [f"CREATE DOMAIN {name} AS {attributes['type']}"]
    if "collation" in attributes:
        parts.append(f"COLLATE {attributes['collation']}")
    if "default" in attributes:
        parts.append(f"DEFAULT {attributes['default']}")
    if "not null" in attributes:
        parts.append("NOT NULL")
    if "checks" in attributes:
        parts.append("CONSTRAINT " + attributes["checks"].replace("), ", ") CONSTRAINT "))
    return " ".join(parts)


def _policy(name: str, table: str, attributes: Mapping[str, str]) -> str:
    parts = [f"CREATE POLICY {name} ON {table}"]
    if "restrictive" in attributes:
        parts.append("AS RESTRICTIVE")
    parts.append(f"FOR {attributes['for'].upper()}")
    if "roles" in attributes:
        parts.append(f"TO {attributes['roles'].replace(' ', ', ')}")
    if "using" in attributes:
        parts.append(f"USING ({attributes['using']})")
    if "with check" in attributes:
        parts.append(f"WITH CHECK ({attributes['with check']})")
    return " ".join(parts)


def _event_trigger(name: str, attributes: Mapping[str, str]) -> str:
    tags = ", ".join(f"'{tag}'" for tag in attributes.get("tags", "").split(", ") if tag)
    when = f" WHEN TAG IN ({tags})" if tags else ""
    function = attributes["function"]
    return f"CREATE EVENT TRIGGER {name} ON {attributes['on']}{when} EXECUTE FUNCTION {function}"


def _publication(name: str, attributes: Mapping[str, str]) -> str:
    tables = f" FOR TABLE {attributes['tables']}" if "tables" in attributes else ""
    of_all = " FOR ALL TABLES" if "all tables" in attributes else tables
    publishes = attributes.get("publishes", "").replace(" ", ", ")
    return f"CREATE PUBLICATION {name}{of_all} WITH (publish = '{publishes}')"


def _collation(name: str, attributes: Mapping[str, str]) -> str:
    provider = PROVIDERS[attributes["provider"]]
    locale = attributes.get("locale")
    if not locale:
        return ""
    deterministic = ", deterministic = false" if "not deterministic" in attributes else ""
    return f"CREATE COLLATION {name} (provider = {provider}, locale = '{locale}'{deterministic})"
