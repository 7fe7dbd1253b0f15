"""Tests of the revisions."""

import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.config import Config as AlembicConfig
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import RevisionStep
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection

from stratakit import catalog, scratch
from stratakit.catalog import Catalog
from stratakit.config import Config, load
from stratakit.diagnostics.command import project_root
from stratakit.engine.connect import connect
from stratakit.lint import linter
from stratakit.revisions import alembic_config, environment, guards, history
from stratakit.scratch import sample_rows


def test_there_is_one_head(pytestconfig: pytest.Config) -> None:
    """Fail if two branches each added a revision after the same one."""
    guards.require_one_head(alembic_config.scripts(_project(pytestconfig)))


def test_revisions_go_up_down_and_up_again_with_rows(pytestconfig: pytest.Config) -> None:
    """Fail if a revision cannot be undone, leaves a trace behind, or deletes rows."""
    faults = list(round_trip(_project(pytestconfig)))
    assert not faults, "\n".join(faults)


def test_new_revisions_are_safe(pytestconfig: pytest.Config) -> None:
    """Fail if a revision that the main branch lacks would stop traffic or lose data."""
    config = _project(pytestconfig)
    linted = linter.lint(config, linter.added(config))
    grave = [finding for finding in linted.findings if finding.details.get("severity") != "style"]
    assert not grave, "\n\n".join(map(str, grave))


def _project(pytestconfig: pytest.Config) -> Config:
    """The project that is tested, wherever pytest was started."""
    return load(project_root(pytestconfig.rootpath))


def round_trip(config: Config) -> Iterator[str]:
    """Take each revision up, down and up again, on a scratch database with rows in its tables.

    A revision may declare `irreversible = "reason"`, and `deletes_rows = "reason"`.

    Yields:
        A sentence for each thing that is wrong.
    """
    adopted = history.read(config.versions).history([config.adopted])
    environment.environment(config)
    with scratch.database(config) as url, connect(url) as connection:
        alembic = alembic_config.alembic_config(config)
        alembic.attributes["connection"] = connection
        scripts = alembic_config.scripts(config)
        for revision in reversed(list(scripts.walk_revisions())):
            name = Path(revision.path).name
            before, rows_before = _read(connection), sample_rows.counts(connection)
            _step(alembic, scripts, revision, is_upgrade=True)
            _fill(connection)
            yield from _lost(f"{name} deletes rows of", rows_before, connection, revision)
            if revision.revision in adopted or guards.irreversible(revision):
                continue
            _step(alembic, scripts, revision, is_upgrade=False)
            left = catalog.differences(before, _read(connection))
            traces = [trace for trace in left if not trace.values_stay]
            yield from (f"{name} leaves a trace when it is undone: {trace}" for trace in traces)
            yield from _lost(f"{name}, undone, deletes rows of", rows_before, connection, revision)
            if traces:
                return
            _step(alembic, scripts, revision, is_upgrade=True)
            _fill(connection)


def _step(
    alembic: AlembicConfig, scripts: ScriptDirectory, revision: Script, *, is_upgrade: bool
) -> None:
    """Run one revision in one direction.

    By its id alone, a downgrade at two heads is ambiguous, and one to a parent undoes the other
    branch, too.
    """

    def upgrade(_heads: object, _context: object) -> list[RevisionStep]:
        return [RevisionStep(scripts.revision_map, revision, True)]

    def downgrade(_heads: object, _context: object) -> list[RevisionStep]:
        return [RevisionStep(scripts.revision_map, revision, False)]

    steps = upgrade if is_upgrade else downgrade
    with EnvironmentContext(alembic, scripts, fn=steps):
        scripts.run_env()


def _read(connection: Connection) -> Catalog:
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
