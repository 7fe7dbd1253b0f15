"""What a run migrates, and how: resolved once and handed on."""

from dataclasses import dataclass
from typing import Any

from alembic.runtime.migration import MigrationContext
from sqlalchemy import MetaData

from stratakit.autogenerate import render
from stratakit.autogenerate.options import comparison
from stratakit.autogenerate.pipeline import build_pipeline
from stratakit.autogenerate.renames import prompt
from stratakit.config import Backend, Config
from stratakit.engine.url import DatabaseURL
from stratakit.revisions import log
from stratakit.revisions.run_options import RunOptions
from stratakit.runtime import sqlite_batch


@dataclass(frozen=True)
class MigrationTarget:
    """One run of env.py.

    Args:
        config: the project's.
        database: None where a caller has handed a connection over, or for the local one.
        metadata: the tables of the models.
        options: the command's.
    """

    config: Config
    database: DatabaseURL | None
    metadata: MetaData
    options: RunOptions

    def configure_arguments(self, backend: Backend) -> dict[str, Any]:
        """Return the arguments of Alembic's `context.configure()` that no connection changes."""
        return {
            **comparison(self.metadata, self.config.allowed),
            "transaction_per_migration": True,
            "render_as_batch": backend == "sqlite",
            "on_version_apply": [
                log.recorder(self.options.note),
                *([_refuse_orphans] if backend == "sqlite" else []),
            ],
            "process_revision_directives": build_pipeline(
                self.config.database,
                self.config.server_version,
                notify=self.options.describe or str,
                confirm=prompt.confirm if self.options.interactive else prompt.decline,
            ),
            "render_item": render.render_item,
        }


def _refuse_orphans(*, ctx: MigrationContext, **_: object) -> None:
    if ctx.connection is not None and not ctx.as_sql:
        sqlite_batch.refuse_orphans(ctx.connection)
