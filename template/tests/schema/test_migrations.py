import warnings
from collections.abc import Iterator
from pathlib import Path

from alembic import command
from alembic.script import Script
from sqlalchemy import Connection

from strata import catalogue, check, config, plan, revisions, scratch
from strata.catalogue import Catalogue, differences
from strata.config import Config
from strata.connection import connected
from strata.scratch import rows


def test_the_chain_has_one_head() -> None:
    assert len(plan.scripts(config.load()).get_heads()) == 1


def test_models_and_migrations_agree() -> None:
    assert [str(fault) for fault in check.faults(config.load())] == []


def test_every_revision_goes_up_down_and_up_again_with_rows_in_the_tables() -> None:
    faults = list(journey(config.load()))
    assert not faults, "\n".join(faults)


def journey(service: Config) -> Iterator[str]:
    """Take each revision up, down and up again, and tell what is wrong on the way.

    A revision may say `irreversible = "reason"`, and `deletes_rows = "reason"`.
    """
    adopted = revisions.read(service.versions).history([service.adopted])
    with scratch.database(service) as url, connected(url) as connection:
        alembic = plan.alembic_config(service)
        alembic.attributes["connection"] = connection
        for revision in reversed(list(plan.scripts(service).walk_revisions())):
            name = Path(revision.path).name
            before, rows_before = read(connection), rows.counts(connection)
            command.upgrade(alembic, revision.revision)
            filled(connection)
            yield from lost(f"{name} deletes rows of", rows_before, connection, revision)
            if revision.revision in adopted or plan.irreversible(revision):
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
        return catalogue.read(connection)


def filled(connection: Connection) -> None:
    for table, reason in rows.fill(connection).items():
        warnings.warn(f"no row could be made for {table}: {reason}", stacklevel=2)


def lost(
    what: str, before: dict[str, int], connection: Connection, revision: Script
) -> Iterator[str]:
    after = rows.counts(connection)
    for table, number in before.items():
        if after.get(table, number) < number and not hasattr(revision.module, "deletes_rows"):
            yield f"{what} {table}: of {number} there are {after[table]}"
