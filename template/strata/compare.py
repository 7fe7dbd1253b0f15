"""Whether a database is what a revision makes."""

import os
import subprocess
import sys

from alembic.autogenerate import produce_migrations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, MetaData

from strata import scratch, words
from strata.autogenerate import comparison
from strata.config import Config
from strata.connection import connected
from strata.errors import Problem
from strata.log import LOG


def differences(connection: Connection, config: Config, revision: str | None) -> list[str]:
    """Compare a database with what the migrations up to a revision make.

    They are run on a scratch database, in a process of their own: Alembic's proxies serve one run
    at a time in a process.

    Args:
        connection: to the database; it is only read.
        config: the service's.
        revision: a revision id; None for the state before the first one.

    Returns:
        What the database would need to be the same, in words; empty where it is the same.
    """
    made = MetaData()
    if revision is not None:
        with scratch.database(config) as url:
            _replay(config, revision, url.for_migrations.render_as_string(hide_password=False))
            with connected(url) as replayed:
                made.reflect(
                    replayed, only=lambda name, _: name not in ("alembic_version", LOG.name)
                )
    context = MigrationContext.configure(connection, opts=comparison(made))
    operations = produce_migrations(context, made).upgrade_ops
    return list(words.sentences(operations)) if operations else []


def refuse_difference(connection: Connection, config: Config, revision: str | None) -> None:
    """Raise a Problem where a database is not what a revision makes.

    Args:
        revision: a revision id; None for the state before the first one.
    """
    found = differences(connection, config, revision)
    if found:
        listed = "\n".join(f"  {sentence}" for sentence in found)
        name = revision or "base"
        raise Problem(
            f"The database is not what {name} makes. What is between them:\n{listed}",
            why="A stamp that is not true makes the next revisions fail, or skip what they need.",
            remedy="Apply what is missing: python scripts/migrate.py upgrade\n"
            "or stamp the revision that the schema is really at; "
            "or, knowing better, with a reason that is logged: "
            f'python scripts/migrate.py stamp {name} --force "reason"',
        )


def _replay(config: Config, revision: str, url: str) -> None:
    replay = subprocess.run(
        [sys.executable, config.root / "scripts" / "migrate.py", "upgrade", revision],
        env={**os.environ, "DATABASE_URL": url, "ENVIRONMENT": "test"},
        capture_output=True,
        text=True,
    )
    if replay.returncode != 0:
        raise Problem(
            f"The revisions up to {revision} do not run on an empty database:\n{replay.stderr}",
            why="Without them there is nothing to compare with.",
        )
