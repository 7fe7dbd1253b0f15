"""The tables of Alembic and stratakit, which are no part of a project's schema."""

from stratakit.revisions.backfills import STATE
from stratakit.revisions.log import LOG, VERSION_TABLE

OWN_TABLES = (VERSION_TABLE, LOG.name, STATE.name)
