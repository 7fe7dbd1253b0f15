"""The tables of Alembic and stratakit, which are no part of a project's schema."""

from stratakit.revisions.backfills import STATE
from stratakit.revisions.log import LOG

OWN_TABLES = ("alembic_version", LOG.name, STATE.name)
