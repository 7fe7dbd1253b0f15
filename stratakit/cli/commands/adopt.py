"""Bring a database under migration that something else made: find its revision by comparing.

Nothing is written to it but the revision that it was found to be at. Where no revision makes what
it holds, --baseline writes the first revision from it, and --repair a last one that brings it to
the models.
"""

import sys
from argparse import ArgumentParser, Namespace

from sqlalchemy import Connection

from stratakit.adopt import baseline, config_file, match, repair, squash
from stratakit.adopt.match import State
from stratakit.catalog import Catalog
from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import StrataError
from stratakit.drift import record
from stratakit.engine.connect import connect
from stratakit.engine.url import DatabaseURL
from stratakit.revisions import environment, git, guards, history, plan, position
from stratakit.revisions.history import REPLACED

AT_MOST = 30
"""More differences than these say only that it is another schema."""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `adopt` takes."""
    parser.add_argument("--dry-run", action="store_true", help="compare, and write nothing")
    parser.add_argument("--at", metavar="REVISION", help="which one, where several make the same")
    way = parser.add_mutually_exclusive_group()
    way.add_argument(
        "--baseline", action="store_true", help="write the first revision from the database"
    )
    way.add_argument(
        "--repair", action="store_true", help="write a revision that brings it to the models"
    )
    way.add_argument(
        "--squash",
        action="store_true",
        help="write one revision in place of all, from a database that stands at the last",
    )


def run(arguments: Namespace, config: Config) -> int:
    """Compare, stamp what is true, show where the database stands."""
    url = environment.current_url(config)
    with connect(url, read_only=True) as connection:
        standing, at = _standing(config, connection)
        found = match.read_catalog(connection)
    if arguments.squash and not arguments.dry_run:
        return _squashed(config, url, found, at)
    with_baseline = arguments.baseline and not arguments.dry_run
    if standing and not at:
        print(standing)
        return 0
    if not found:
        print(f"{url.name} holds nothing. Make its tables: {MIGRATE} upgrade")
        return 0
    if with_baseline and not standing:
        return _with_baseline(config, url, found)
    states = match.compare_states(config, found, _tell)
    matching = match.matching_states(states)
    # Where it is not what its revision makes, an upgrade may have failed on what was there before.
    nearest = matching or [match.nearest_state(states)] if states else []
    if standing and (not nearest or any(state.revision in at for state in nearest)):
        print(standing)
        return 0
    if with_baseline:
        return _with_baseline(config, url, found)
    if arguments.repair and states and not matching and not arguments.dry_run:
        return _with_repair(config, url, states[-1])
    state = _chosen(matching, arguments.at) if matching else None
    if state is None:
        raise _no_state(url, nearest[0]) if nearest else _no_revision(config, url)
    print(f"{url.name} is what {state.revision} makes: {state.message}.")
    if not arguments.dry_run:
        _stamp(config, url, state.revision, "adopted after comparison")
    return 0


def _standing(config: Config, connection: Connection) -> tuple[str, tuple[str, ...]]:
    """What to say of a database that is under migration, and the revisions at which it stands.

    Returns:
        No words where it has no revision, or one of a history whose files are lost; words alone
        where newer code has migrated it.

    Raises:
        StrataError: git has the file of its revision on another branch.
    """
    heads = position.current_heads(connection)
    known = history.read(config.versions)
    if heads and all(head in known for head in heads):
        told = (
            f"{position.describe_position(config, connection)}\n"
            f"It is under migration already. Compare it: {MIGRATE} drift"
        )
        return told, heads
    if told := position.describe_ahead(config, connection):
        return told, ()
    if any(git.file_of_revision(config.versions, head) for head in heads if head not in known):
        guards.refuse_unknown_revision(config, heads)
    if heads:
        print(f"It stands at {', '.join(heads)}, which no file has: that is of a lost history.")
    return "", ()


def _with_baseline(config: Config, url: DatabaseURL, found: Catalog) -> int:
    if sys.stderr.isatty():
        tables = sum(key.kind == "table" for key in found)
        print(f"Reading {tables} tables, and building a database from them...", file=sys.stderr)
    with connect(url, read_only=True) as connection:
        path, revision = baseline.write_baseline(config, connection, url, found)
    print(f"Wrote {path.relative_to(config.root)}: a new database built from it is the same.")
    _stamp(config, url, revision, "adopted with a baseline written from it")
    return 0


def _squashed(config: Config, url: DatabaseURL, found: Catalog, at: tuple[str, ...]) -> int:
    with connect(url, read_only=True) as connection:
        path, replaced = squash.write_squash(config, connection, url, found, at)
    print(f"Wrote {path.relative_to(config.root)}: a new database built from it is the same.")
    print(
        f"It is in place of {replaced} revisions, which are in "
        f"{path.parent.relative_to(config.root)}/{REPLACED}: databases that stand before the last "
        "of them need them. Delete them when there is none."
    )
    return 0


def _with_repair(config: Config, url: DatabaseURL, head: State) -> int:
    with connect(url, read_only=True) as connection:
        path, revision, said = repair.write_repair(config, connection)
    print(f"Wrote {path.relative_to(config.root)}, which runs on this database alone:")
    for sentence in said:
        print(f"  {sentence}")
    _stamp(config, url, head.revision, repair.NEEDED.format(revision))
    if left := record.record_new_revision(config):
        print(left)
    print(
        f"Review it, then: {MIGRATE} upgrade && {MIGRATE} drift\n"
        "drift lists what is left, which no model expresses: add it to the revision."
    )
    return 0


def _stamp(config: Config, url: DatabaseURL, revision: str, note: str) -> None:
    match.stamp(config, revision, note)
    if exempt := config_file.write_adopted(config, revision):
        print(exempt)
    with connect(url, read_only=True) as connection:
        print(position.describe_position(config, connection))
        if pending := plan.upgrades(config, connection, "heads"):
            print(position.format_revisions("Pending", pending))


def _chosen(matching: list[State], at: str | None) -> State:
    for state in matching:
        if state.revision == at or (at is None and len(matching) == 1):
            return state
    listed = "\n".join(f"  {state.revision}  {state.message}" for state in matching)
    which = f"{at} is none of them" if at else "which of them ran here is not seen from its schema"
    raise StrataError(
        f"{len(matching)} revisions make what the database holds, and {which}:\n{listed}",
        detail="The later ones change data alone: one that is taken as applied will never run "
        "here, and one that is not will run again.",
        hint=f"Name the last one that has run: {MIGRATE} adopt --at {matching[0].revision}",
    )


def _no_revision(config: Config, url: DatabaseURL) -> StrataError:
    return StrataError(
        f"There is no revision in {config.versions.relative_to(config.root)} that could have made "
        f"what {url.name} holds.",
        detail="Nothing was written.",
        hint=f"Write the first revision from it: {MIGRATE} adopt --baseline",
    )


def _no_state(url: DatabaseURL, nearest: State) -> StrataError:
    shown = [f"  {difference}" for difference in nearest.differences[:AT_MOST]]
    if more := len(nearest.differences) - len(shown):
        shown.append(f"  and {more} more")
    return StrataError(
        f"No revision makes what {url.name} holds. The nearest is {nearest.revision} "
        f"({nearest.message}). What is between them:\n" + "\n".join(shown),
        detail="A stamp that is not true makes the next revisions fail, or skip what they need. "
        "Nothing was written.",
        hint="If these tables are older than all revisions, write the first revision from them: "
        f"{MIGRATE} adopt --baseline\n"
        "If they are what the models mean but for these differences, write a revision that mends "
        f"them: {MIGRATE} adopt --repair\n"
        f"If somebody changed them by hand, undo that, and: {MIGRATE} adopt",
    )


def _tell(number: int, count: int, revision: str) -> None:
    if sys.stderr.isatty():
        end = "\n" if number == count else ""
        print(f"\rCompared with {number} of {count}: {revision:<40}", end=end, file=sys.stderr)
