"""Options of Alembic's comparison: plugins, filters, and which types differ."""

from functools import partial
from typing import Any

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Enum, MetaData
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeEngine

from stratakit.autogenerate import filters
from stratakit.autogenerate.comparators import mysql_reflection, postgresql_enums, server_defaults
from stratakit.orm import schemas as model_schemas
from stratakit.revisions.log import LOG

# Compared beside tables, columns, indexes and constraints:
# https://alembic.sqlalchemy.org/en/latest/autogenerate.html
PLUGINS = [
    "alembic.autogenerate.*",
    "alembic.ext.checkconstraint_byname",
    postgresql_enums.NAME,
    mysql_reflection.PLUGIN,
    server_defaults.PLUGIN,
]


def comparison(metadata: MetaData, allowed: tuple[str, ...] = ()) -> dict[str, Any]:
    """Alembic's options for comparing a database with tables that are declared.

    Args:
        metadata: the tables.
        allowed: what may be in the database beside them, as strata.toml says it.
    """
    named = model_schemas.declared_schemas(metadata)
    return {
        "target_metadata": metadata,
        "compare_type": _type_differs,
        "compare_server_default": True,
        "autogenerate_plugins": PLUGINS,
        "include_schemas": bool(named),
        "include_name": partial(_belongs_to_the_service, named),
        "include_object": partial(filters.include_object, metadata, allowed),
    }


def _type_differs(
    _context: MigrationContext,
    _inspected: Any,
    _declared: Any,
    inspected_type: TypeEngine[Any],
    declared_type: TypeEngine[Any],
) -> bool | None:
    """See the order of an enum's values on MySQL, by which rows are kept.

    Returns:
        None where Alembic's own comparison decides.
    """
    if isinstance(inspected_type, mysql.ENUM) and isinstance(declared_type, Enum):
        return list(inspected_type.enums) != list(declared_type.enums)
    return None


def _belongs_to_the_service(
    schemas: set[str], name: str | None, kind: str, _parents: object
) -> bool:
    if kind == "schema":
        return name is None or name in schemas
    return not (kind == "table" and name == LOG.name)
