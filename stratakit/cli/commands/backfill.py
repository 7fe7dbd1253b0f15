"""Change rows in batches while the application runs, as migrations/backfills/NAME.py declares.

Without NAME it lists all backfills. After an interruption, the same command continues.
"""

import json
import sys
import time
from argparse import ArgumentParser, Namespace
from dataclasses import asdict

from tqdm import tqdm

from stratakit import commands
from stratakit.cli.output import add_json, echo, echo_json, is_json
from stratakit.cli.printing import relative
from stratakit.commands import BackfillLimits, BackfillProgress, BackfillStatus
from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE
from stratakit.process.progress import progress_bar
from stratakit.revisions import backfills

LINE_SECONDS = 5.0
"""The time between two lines of JSON."""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `backfill` takes."""
    limits = BackfillLimits()
    parser.add_argument("name", nargs="?", help="the name of the file without .py")
    parser.add_argument("--all", action="store_true", help="run all that are not complete")
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="estimate the time with a batch that is rolled back, and stop",
    )
    edited = parser.add_mutually_exclusive_group()
    edited.add_argument("--restart", action="store_true", help="begin again at the first row")
    edited.add_argument("--keep", action="store_true", help="continue after an edit of the file")
    for flag, default, text in (
        ("--batch-ms", 100.0, "the time that a batch should take"),
        ("--max-lag", limits.lag, "pause if a replica is behind by more seconds"),
        ("--max-sessions", limits.sessions, "pause if more sessions run a statement"),
        ("--max-lock-wait", limits.lock_wait, "pause if a session waits longer for a lock"),
    ):
        parser.add_argument(
            flag, type=float, default=default, metavar="N", help=f"{text} (default {default:g})"
        )
    add_json(parser)


def run(arguments: Namespace, config: Config) -> int:
    """Run, estimate or list backfills."""
    if arguments.name is None and not arguments.all:
        if is_json(arguments):
            statuses = commands.backfill_status(config)
            echo_json({"backfills": [_as_object(each) for each in statuses]})
            return 0
        for line in map(_describe, commands.backfill_status(config)):
            echo(line)
        if not backfills.names(config):
            echo(f"There is no backfill in {relative(config, backfills.folder(config))}.")
        return 0
    names = [arguments.name] if arguments.name else _incomplete(config)
    for name in names:
        if arguments.dry_run:
            estimate = commands.estimate_backfill(config, name)
            echo(json.dumps(_numbers(estimate)) if is_json(arguments) else _estimate(estimate))
            continue
        with _Display(name, as_json=is_json(arguments)) as display:
            done = commands.backfill(
                config,
                name,
                batch_seconds=arguments.batch_ms / 1000,
                limits=BackfillLimits(
                    arguments.max_lag, arguments.max_sessions, arguments.max_lock_wait
                ),
                restart=arguments.restart,
                keep=arguments.keep,
                on_progress=display.show,
            )
        print(f"{name}: complete, {done.rows:,} rows.", file=sys.stderr)
    return 0


def _incomplete(config: Config) -> list[str]:
    return [each.file.name for each in commands.backfill_status(config) if not each.finished]


def _describe(status: BackfillStatus) -> str:
    if status.finished:
        state = f"complete since {status.finished:%Y-%m-%d %H:%M} UTC, {status.rows:,} rows"
    elif status.updated:
        state = f"{status.rows:,} rows done, last batch at {status.updated:%Y-%m-%d %H:%M} UTC"
    else:
        state = f"not started: {MIGRATE} backfill {status.file.name}"
    return f"{status.file.name} ({status.file.table}): {state}"


def _as_object(status: BackfillStatus) -> dict[str, object]:
    return {
        "name": status.file.name,
        "table": status.file.table,
        "rows": status.rows,
        "updated": status.updated.isoformat() if status.updated else None,
        "finished": status.finished.isoformat() if status.finished else None,
    }


def _numbers(progress: BackfillProgress) -> dict[str, object]:
    line = {**asdict(progress), "remaining_seconds": progress.remaining_seconds}
    return {
        key: round(value, 1) if isinstance(value, float) else value for key, value in line.items()
    }


def _estimate(progress: BackfillProgress) -> str:
    if progress.status == "complete":
        return f"{progress.name}: complete, {progress.rows:,} rows."
    seconds = progress.remaining_seconds
    time_left = f"about {tqdm.format_interval(round(seconds))}" if seconds else "no time"
    return (
        f"{progress.name}: about {max(progress.total - progress.rows, 0):,} rows to do, "
        f"{time_left} at {progress.rows_per_second:,.0f} rows a second.\n"
        "Both are estimates: the rows by the server's statistics, the rate by a batch of "
        f"{progress.batch_rows} rows that was undone. Larger batches are faster."
    )


class _Display:
    """The progress of a backfill: a bar at a terminal, else lines of JSON.

    Args:
        name: of the backfill.
        as_json: write lines of JSON at a terminal, too.
    """

    def __init__(self, name: str, *, as_json: bool) -> None:
        self._bar = progress_bar(name, unit="row", total=0, is_shown=not as_json)
        self._next = 0.0

    def __enter__(self) -> "_Display":
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def show(self, progress: BackfillProgress) -> None:
        """Show progress, in lines of JSON every five seconds and at each change of the status."""
        if not self._bar.disable:
            if not self._bar.total:
                self._bar.initial = self._bar.n = progress.rows
            self._bar.total = progress.total
            self._bar.set_postfix_str(progress.reason, refresh=False)
            self._bar.update(progress.rows - self._bar.n)
            return
        now = time.monotonic()
        if progress.status == "running" and now < self._next:
            return
        self._next = now + LINE_SECONDS
        echo(json.dumps(_numbers(progress)))
