"""Options of Alembic's comparison: plugins, filters and the comparison of types."""

from functools import partial
from importlib.util import find_spec
from typing import Any

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Enum, MetaData
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeEngine

from stratakit.autogenerate import filters
from stratakit.autogenerate.comparators import mysql_reflection, postgresql_enums, server_defaults
from stratakit.orm import schemas as model_schemas
from stratakit.revisions.own_tables import OWN_TABLES

# Beside tables, columns, indexes and constraints, which Alembic compares by itself:
# https://alembic.sqlalchemy.org/en/latest/autogenerate.html
PLUGINS = [
    "alembic.autogenerate.*",
    # Older releases of Alembic have no extensions, and compare no CHECK constraints.
    *(["alembic.ext.checkconstraint_byname"] if find_spec("alembic.ext") else []),
    postgresql_enums.PLUGIN,
    mysql_reflection.PLUGIN,
    server_defaults.PLUGIN,
]


def comparison(metadata: MetaData, allowed: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return Alembic's options for the comparison of a database with declared tables.

    Args:
        metadata: the tables.
        allowed: patterns of other objects that the database may have, as in strata.toml.
    """
    schemas = model_schemas.declared_schemas(metadata)
    return {
        "target_metadata": metadata,
        "compare_type": _type_differs,
        "compare_server_default": True,
        "autogenerate_plugins": PLUGINS,
        "include_schemas": bool(schemas),
        "include_name": partial(_include_name, schemas),
        "include_object": partial(filters.include_object, metadata, allowed),
    }


def _type_differs(
    _context: MigrationContext,
    _inspected: Any,
    _declared: Any,
    inspected_type: TypeEngine[Any],
    declared_type: TypeEngine[Any],
) -> bool | None:
    """Compare the order of an enum's values on MySQL, which stores their positions.

    Returns:
        Whether the types differ; None leaves it to Alembic's comparison.
    """
    if isinstance(inspected_type, mysql.ENUM) and isinstance(declared_type, Enum):
        return list(inspected_type.enums) != list(declared_type.enums)
    return None


def _include_name(schemas: set[str], name: str | None, kind: str, _parents: object) -> bool:
    """Leave out the schemas of other services, and the library's own tables."""
    if kind == "schema":
        return name is None or name in schemas
    return not (kind == "table" and name in OWN_TABLES)
