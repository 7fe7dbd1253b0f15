"""Brings the files beside the revisions up to date: their hashes and the schema at head."""

from sqlalchemy.exc import DBAPIError

from strata import catalogue, head, models, plan, record, revisions
from strata.config import Config
from strata.connection import connected
from strata.errors import Problem


def written(config: Config) -> str:
    """Replay the migrations on a scratch database and write both files.

    Returns:
        What changes in them, as a diff.

    Raises:
        Problem: there are several heads, or no scratch database can be had.
    """
    plan.require_one_head(plan.scripts(config))
    metadata = models.metadata(config)
    with head.database(config, metadata) as url, connected(url, reading=True) as connection:
        schema = catalogue.read(connection)
    return record.write(config, revisions.read(config.versions), schema)


def after_a_new_revision(config: Config) -> str:
    """Do so, as far as it can be done: the revision is there already.

    Returns:
        What was not done, and why; empty where all was.
    """
    try:
        written(config)
    except (Problem, DBAPIError) as error:
        what = error.what if isinstance(error, Problem) else str(error.orig).strip()
        return (
            f"{record.snapshot(config).relative_to(config.root)} was not written: {what}\n"
            "Once the revision runs: python scripts/migrate.py record"
        )
    return ""
