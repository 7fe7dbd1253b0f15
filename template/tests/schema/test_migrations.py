import warnings
from collections.abc import Iterator
from pathlib import Path

from alembic import command
from alembic.script import Script
from sqlalchemy import Connection

from stratakit import catalog
from stratakit.drift import check
from stratakit import config
from stratakit.revisions import alembic_config
from stratakit.revisions import guards
from stratakit.revisions import history
from stratakit import scratch
from stratakit.catalog import Catalogue
from stratakit.catalog import diff
from stratakit.config import Config
from stratakit.engine.connect import connected
from stratakit.scratch import sample_rows


def test_the_chain_has_one_head() -> None:
    assert len(alembic_config.scripts(config.load()).get_heads()) == 1


def test_models_and_migrations_agree() -> None:
    assert [str(fault) for fault in check.faults(config.load())] == []


def test_every_revision_goes_up_down_and_up_again_with_rows_in_the_tables() -> None:
    faults = list(journey(config.load()))
    assert not faults, "\n".join(faults)


def journey(service: Config) -> Iterator[str]:
    """Take each revision up, down and up again, and tell what is wrong on the way.

    A revision may say `irreversible = "reason"`, and `deletes_rows = "reason"`.
    """
    adopted = history.read(service.versions).history([service.adopted])
    with scratch.database(service) as url, connected(url) as connection:
        alembic = alembic_config.alembic_config(service)
        alembic.attributes["connection"] = connection
        for revision in reversed(list(alembic_config.scripts(service).walk_revisions())):
            name = Path(revision.path).name
            before, rows_before = read(connection), sample_rows.counts(connection)
            command.upgrade(alembic, revision.revision)
            filled(connection)
            yield from lost(f"{name} deletes rows of", rows_before, connection, revision)
            if revision.revision in adopted or guards.irreversible(revision):
                continue
            parents = revision._versioned_down_revisions
            command.downgrade(alembic, "-1" if len(parents) < 2 else parents[0])
            left = differences(before, read(connection)) if len(parents) < 2 else []
            traces = [trace for trace in left if not trace.values_stay]
            yield from (f"{name} leaves a trace when it is undone: {trace}" for trace in traces)
            yield from lost(f"{name}, undone, deletes rows of", rows_before, connection, revision)
            if traces:
                return
            command.upgrade(alembic, revision.revision)
            filled(connection)


def read(connection: Connection) -> Catalogue:
    with connection.begin():
        return catalog.read(connection)


def filled(connection: Connection) -> None:
    for table, reason in sample_rows.fill(connection).items():
        warnings.warn(f"no row could be made for {table}: {reason}", stacklevel=2)


def lost(
    what: str, before: dict[str, int], connection: Connection, revision: Script
) -> Iterator[str]:
    after = sample_rows.counts(connection)
    for table, number in before.items():
        if after.get(table, number) < number and not hasattr(revision.module, "deletes_rows"):
            yield f"{what} {table}: of {number} there are {after[table]}"
