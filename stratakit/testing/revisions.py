"""Tests of the revisions."""

import warnings
from collections.abc import Iterator
from pathlib import Path

from alembic import command
from alembic.script import Script
from sqlalchemy import Connection

from stratakit import catalog, scratch
from stratakit.catalog import Catalogue
from stratakit.config import Config, load
from stratakit.engine.connect import connected
from stratakit.lint import linter
from stratakit.revisions import alembic_config, guards, history
from stratakit.scratch import sample_rows


def test_there_is_one_head() -> None:
    """Fail if two branches each added a revision after the same one."""
    guards.require_one_head(alembic_config.scripts(load()))


def test_revisions_go_up_down_and_up_again_with_rows() -> None:
    """Fail if a revision cannot be undone, leaves a trace behind, or deletes rows."""
    faults = list(round_trip(load()))
    assert not faults, "\n".join(faults)


def test_new_revisions_are_safe() -> None:
    """Fail if a revision that the main branch lacks would stop traffic or lose data."""
    config = load()
    linted = linter.lint(config, linter.added(config))
    grave = [finding for finding in linted.findings if finding.details.get("severity") != "style"]
    assert not grave, "\n\n".join(map(str, grave))


def round_trip(config: Config) -> Iterator[str]:
    """Take each revision up, down and up again, on a scratch database with rows in its tables.

    A revision may declare `irreversible = "reason"`, and `deletes_rows = "reason"`.

    Yields:
        A sentence for each thing that is wrong.
    """
    adopted = history.read(config.versions).history([config.adopted])
    with scratch.database(config) as url, connected(url) as connection:
        alembic = alembic_config.alembic_config(config)
        alembic.attributes["connection"] = connection
        for revision in reversed(list(alembic_config.scripts(config).walk_revisions())):
            name = Path(revision.path).name
            before, rows_before = _read(connection), sample_rows.counts(connection)
            command.upgrade(alembic, revision.revision)
            _fill(connection)
            yield from _lost(f"{name} deletes rows of", rows_before, connection, revision)
            if revision.revision in adopted or guards.irreversible(revision):
                continue
            parents = revision._versioned_down_revisions
            command.downgrade(alembic, "-1" if len(parents) < 2 else parents[0])
            left = catalog.differences(before, _read(connection)) if len(parents) < 2 else []
            traces = [trace for trace in left if not trace.values_stay]
            yield from (f"{name} leaves a trace when it is undone: {trace}" for trace in traces)
            yield from _lost(f"{name}, undone, deletes rows of", rows_before, connection, revision)
            if traces:
                return
            command.upgrade(alembic, revision.revision)
            _fill(connection)


def _read(connection: Connection) -> Catalogue:
    with connection.begin():
        return catalog.read(connection)


def _fill(connection: Connection) -> None:
    for table, reason in sample_rows.fill(connection).items():
        warnings.warn(f"no row could be made for {table}: {reason}", stacklevel=2)


def _lost(
    what: str, before: dict[str, int], connection: Connection, revision: Script
) -> Iterator[str]:
    after = sample_rows.counts(connection)
    for table, number in before.items():
        if after.get(table, number) < number and not hasattr(revision.module, "deletes_rows"):
            yield f"{what} {table}: of {number} there are {after[table]}"
