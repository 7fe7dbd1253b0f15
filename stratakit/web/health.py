"""Liveness, and readiness: the database is at a revision that this code can work with.

The heads are read once, at start. Neither Alembic nor a model is imported.
"""

import logging
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from sqlalchemy import Connection, TableClause, column, select, table
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from stratakit.config import load
from stratakit.diagnostics.command import MIGRATE, project_root
from stratakit.engine.errors import driver_message
from stratakit.engine.pool import Database
from stratakit.revisions import history, log, phases
from stratakit.revisions.history import RevisionHistory
from stratakit.revisions.log import VERSION_TABLE

logger = logging.getLogger(__name__)

Status = Literal["ready", "behind", "ahead", "unknown revision", "database down"]


@dataclass(frozen=True)
class Readiness:
    """The answer of `/ready`."""

    status: Status
    expected: str
    database: str | None
    detail: str
    serves: bool = False
    """True if requests can be answered: old code works on a schema that only adds to its own."""


class MigrationState:
    """The comparison of a database with the revisions of this code, which are read once.

    Args:
        root: the project's folder; by default the one that the working directory is in.
        version_table: the one that env.py names, if it names one.
        version_table_schema: its schema, if env.py names one.
    """

    def __init__(
        self,
        root: Path | None = None,
        *,
        version_table: str = VERSION_TABLE,
        version_table_schema: str | None = None,
    ) -> None:
        self._version_table = table(
            version_table, column("version_num"), schema=version_table_schema
        )
        self._revisions = history.read(load(root or project_root()).revision_files)
        self.expected = ", ".join(self._revisions.heads)

    async def read(self, database: Database, *, show_errors: bool = False) -> Readiness:
        """Compare.

        Args:
            database: the application's.
            show_errors: whether the reason why it cannot be reached, which names hosts and users,
                is in the answer.
        """
        try:
            async with database.engine.connect() as connection:
                return await connection.run_sync(
                    check_readiness, self._revisions, self._version_table
                )
        except (DBAPIError, PoolTimeoutError, OSError) as error:
            reason = driver_message(error)
            logger.error("readiness: %s", reason)
            detail = reason if show_errors else "The log has the reason."
            return Readiness("database down", self.expected, None, detail)


def health_router(
    root: Path | None = None,
    *,
    show_errors: bool = False,
    version_table: str = VERSION_TABLE,
    version_table_schema: str | None = None,
) -> APIRouter:
    """Return the routes `/health` and `/ready`, for an application with a `state.database`.

    Args:
        root: the project's folder; by default the one that the working directory is in.
        show_errors: whether `/ready` gives the reason why a database cannot be reached, which
            names hosts and users.
        version_table: the one that env.py names, if it names one.
        version_table_schema: its schema, if env.py names one.
    """
    migrations = MigrationState(
        root, version_table=version_table, version_table_schema=version_table_schema
    )
    routes = APIRouter(tags=["health"])

    @routes.get("/health")
    async def health() -> dict[str, str]:
        """The process answers; `revision` is what this code expects of the database."""
        return {"status": "ok", "revision": migrations.expected}

    @routes.get("/ready", response_model=Readiness, responses={503: {"model": Readiness}})
    async def ready(request: Request) -> JSONResponse:
        """The database answers and is at a revision that this code can work with."""
        database: Database = request.app.state.database
        readiness = await migrations.read(database, show_errors=show_errors)
        return JSONResponse(asdict(readiness), 200 if readiness.serves else 503)

    return routes


def check_readiness(
    connection: Connection, revisions: RevisionHistory, version_table: TableClause
) -> Readiness:
    """Compare the revisions of the database with those of this code.

    Args:
        connection: to the database.
        revisions: the revisions of this code.
        version_table: Alembic's.
    """
    expected = ", ".join(revisions.heads)
    heads: tuple[str, ...] = ()
    if connection.dialect.has_table(connection, version_table.name, schema=version_table.schema):
        heads = tuple(sorted(connection.scalars(select(version_table.c.version_num))))
    database = ", ".join(heads) or None
    if heads == revisions.heads:
        return Readiness("ready", expected, database, "The schema is what this code expects.", True)
    if set(heads) <= revisions.ancestors(revisions.heads):
        if revisions.ancestors(revisions.before_contract) <= revisions.ancestors(heads):
            detail = (
                "The pending revisions drop what this code does not use. When no older code "
                f"serves, apply them: {MIGRATE} upgrade"
            )
            return Readiness("behind", expected, database, detail, True)
        return Readiness(
            "behind",
            expected,
            database,
            f"Revisions are pending. Apply them: {MIGRATE} upgrade",
        )
    entries = log.read_entries(connection, version_table.schema)
    if all(log.reaches(entries, heads, head) for head in revisions.heads):
        applied_phases = log.phases_since(entries, heads, revisions)
        if applied_phases <= phases.COMPATIBLE:
            detail = (
                "The database was migrated by newer code, in ways that are compatible with this "
                "code."
            )
            return Readiness("ahead", expected, database, detail, True)
        return Readiness(
            "ahead",
            expected,
            database,
            "The database was migrated by newer code, and not every revision has `phase` "
            '"expand" or "backfill". Deploy that code, or downgrade with it.',
        )
    return Readiness(
        "unknown revision",
        expected,
        database,
        "No file and no log entry leads to this revision. Find the branch or release that has it.",
    )
