"""The runner: revisions up and down in a sandbox, each observed."""

import traceback
from collections.abc import Collection, Iterator
from dataclasses import replace

from alembic.runtime.migration import RevisionStep
from alembic.script import Script

from stratakit.engine.errors import driver_message
from stratakit.lint.trace.observers import OBSERVERS
from stratakit.lint.trace.recorder import Recorder
from stratakit.lint.trace.revision_run import Direction, RevisionRun
from stratakit.lint.trace.row_errors import is_about_rows
from stratakit.lint.trace.sandbox import ReplayError, Sandbox


class RevisionRunner:
    """Runs revisions up and down in a sandbox."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._observer = OBSERVERS[sandbox.backend]()

    def run(self, revisions: Collection[str]) -> Iterator[RevisionRun]:
        """Run all revisions up to the last that is asked for, and observe those that are.

        Args:
            revisions: the ids of some revisions, one at least.

        Yields:
            The upgrade of each and, if it has one, its downgrade; nothing after an upgrade that
            fails. If a revision before them fails, its upgrade is the last.
        """
        scripts = list(self._sandbox.script.walk_revisions())[::-1]
        last = max(place for place, each in enumerate(scripts) if each.revision in revisions)
        unobserved: list[Script] = []
        for script in scripts[: last + 1]:
            if script.revision not in revisions:
                unobserved.append(script)
                continue
            if unobserved:
                failed = self._replay(unobserved)
                if failed is not None:
                    yield failed
                    return
                unobserved = []
            upgrade = self._run(script, "upgrade")
            if upgrade.error:
                yield upgrade
                return
            downgrade = self._run_downgrade(script, upgrade)
            yield replace(upgrade, counterpart=downgrade)
            if downgrade is not None:
                yield downgrade

    def _replay(self, scripts: list[Script]) -> RevisionRun | None:
        """Apply revisions that are not observed.

        Returns:
            The upgrade that fails; None if all are applied.
        """
        sandbox = self._sandbox
        try:
            try:
                sandbox.apply(scripts, with_rows=True)
            except ReplayError as error:
                cause = _cause(error)
                if is_about_rows(cause):
                    sandbox.rebuild(with_rows=False)
                elif not sandbox.add_extensions(_reason(cause)):
                    raise
                sandbox.apply(scripts[scripts.index(error.script) :], with_rows=True)
        except ReplayError as error:
            run = RevisionRun.from_script(
                sandbox.config, error.script, "upgrade", sandbox.server_version
            )
            return _failed_run(run, _cause(error))
        return None

    def _run_downgrade(self, script: Script, upgrade: RevisionRun) -> RevisionRun | None:
        """Run a revision down and up again, so that the next one finds it applied."""
        sandbox = self._sandbox
        if getattr(script.module, "irreversible", None) or not hasattr(script.module, "downgrade"):
            return None
        downgrade = self._run(script, "downgrade", upgrade)
        if downgrade.error or downgrade.is_unstamped or sandbox.backend == "mysql":
            if not downgrade.is_rolled_back or downgrade.is_unstamped:
                sandbox.rebuild()
            return downgrade
        try:
            sandbox.apply([script])
        except ReplayError as error:  # the downgrade left something behind
            sandbox.rebuild()
            cause = _cause(error)
            if not is_about_rows(cause):
                return replace(downgrade, rerun_error=_reason(cause))
        return downgrade

    def _run(
        self, script: Script, direction: Direction, upgrade: RevisionRun | None = None
    ) -> RevisionRun:
        """Run a revision with rows in its tables, and without if it fails on them."""
        sandbox = self._sandbox
        run = first = self._run_once(script, direction, upgrade)
        for keeps_own_rows in (False, True):
            if not (run.error and run.fails_on_rows):
                break
            # The rows of a sandbox say nothing of those of a real database. A revision may need
            # the rows that the ones before it insert: those are deleted in the first attempt alone.
            if run.is_rolled_back and not keeps_own_rows:
                sandbox.delete_rows()
            else:
                if direction == "downgrade":
                    sandbox.mark_applied(script)
                sandbox.rebuild(with_rows=False)
            run = self._run_once(script, direction, upgrade)
        if first.error and not run.error:
            run = replace(run, row_error=f"{first.error} (line {first.error_line})")
        if not run.error and run.is_upgrade:
            sandbox.mark_applied(script, is_unstamped=run.is_unstamped)
            tables = {action.table for _, action in run.actions("create table")}
            tables |= {action.text for _, action in run.actions("rename table")}
            if tables:
                sandbox.insert_rows(tables)
            sandbox.seeded_tables |= {
                action.table
                for _, action in run.actions("insert")
                if not action.has("SELECT") and not run.existed_before(action.table)
            }
        return run

    def _run_once(
        self, script: Script, direction: Direction, upgrade: RevisionRun | None
    ) -> RevisionRun:
        sandbox = self._sandbox
        run = RevisionRun.from_script(sandbox.config, script, direction, sandbox.server_version)
        run = replace(run, counterpart=upgrade, seeded_tables=frozenset(sandbox.seeded_tables))
        self._observer.begin(sandbox.connection, direction)
        recorder = Recorder(sandbox.connection, run, self._observer)
        step = RevisionStep(sandbox.script.revision_map, script, run.is_upgrade)
        try:
            with recorder.recording():
                sandbox.run([step], recorder.attach)
        except Exception as error:
            sandbox.connection.rollback()
            run = _failed_run(recorder.recorded_run(), error)
        else:
            sandbox.connection.rollback()
            is_unstamped = (script.revision in sandbox.heads) != run.is_upgrade
            run = replace(recorder.recorded_run(), is_unstamped=is_unstamped)
        return self._observer.complete(run)


def _failed_run(run: RevisionRun, error: Exception) -> RevisionRun:
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename == str(run.path)
    ]
    reason = _reason(error)
    if run.statements and run.statements[-1].text == getattr(error, "statement", None):
        run.statements[-1].error = reason
    return replace(
        run,
        error=reason,
        error_line=(lines[-1] if lines else 0) or 1,
        is_irreversible=not run.is_upgrade and isinstance(error, NotImplementedError),
        fails_on_rows=is_about_rows(error),
    )


def _cause(error: ReplayError) -> Exception:
    cause = error.__cause__
    assert isinstance(cause, Exception)
    return cause


def _reason(error: Exception) -> str:
    return driver_message(error) or type(error).__name__
