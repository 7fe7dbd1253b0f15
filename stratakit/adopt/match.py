"""Which revision a database is at that no migration ever touched, found by comparing catalogues."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from stratakit import catalog, scratch
from stratakit.catalog import Catalog, Difference
from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.finding import Finding
from stratakit.engine.connect import connect
from stratakit.engine.url import DatabaseURL
from stratakit.revisions import alembic_config, guarded_environment, position
from stratakit.revisions.run_options import RunOptions


@dataclass(frozen=True)
class State:
    """What the migrations up to a revision make.

    Args:
        revision: the id of the revision.
        message: what it says that it does.
        differences: what the database has otherwise.
    """

    revision: str
    message: str
    differences: list[Difference]


def compare_states(
    config: Config, found: Catalog, on_progress: Callable[[str], None]
) -> list[State]:
    """Compare a database with the state after each revision, which are run one by one.

    Args:
        config: the service's.
        found: the catalogue of the database.
        on_progress: called with a sentence for each revision.

    Returns:
        All states, oldest first.

    Raises:
        StrataError: there is no server for a scratch database, or a revision fails there.
    """
    directory = alembic_config.scripts(config)
    revisions = list(directory.walk_revisions())[::-1]
    states = []
    with scratch.database(config) as url, connect(url) as connection:
        for number, script in enumerate(revisions, 1):
            on_progress(f"Compared with {number} of {len(revisions)}: {script.revision}")
            upgrade_scratch(connection, config, script.revision, url)
            if _is_all(directory, script.revision, number):
                between = catalog.differences(read_catalog(connection), found)
                differences = [each for each in between if not _is_allowed(each, config)]
                states.append(State(script.revision, script.doc, differences))
    return states


def matching_states(states: list[State]) -> list[State]:
    """The states that the database is in: several where revisions change data alone."""
    return [state for state in states if not state.differences]


def nearest_state(states: list[State]) -> State:
    """The state with the fewest differences, the newest of several."""
    return min(reversed(states), key=lambda state: len(state.differences))


def upgrade_scratch(
    connection: Connection, config: Config, revision: str, url: DatabaseURL
) -> None:
    """Bring a scratch database up to a revision."""
    # A scratch database has nothing to lose, whatever environment the settings name.
    options = RunOptions(confirmed_database=url.name)
    guarded_environment.run_upgrade(config, revision, options, connection)


def read_catalog(connection: Connection) -> Catalog:
    """Read a catalogue, and leave no transaction open."""
    found = catalog.read(connection)
    connection.rollback()
    return found


def stamp(config: Config, revision: str, note: str) -> None:
    """Write the version row and its entry in the log, of a database that was compared.

    A row that names a revision of another history is replaced.
    """
    options = RunOptions(skip_stamp_check=True, note=note)
    command.stamp(alembic_config.alembic_config(config, options), revision, purge=True)


def _is_allowed(difference: Difference, config: Config) -> bool:
    """Whether it is an object beside the migrations that strata.toml allows."""
    beside = not difference.attribute and difference.expected is None
    return beside and difference.is_allowed(config.allowed)


def _is_all(directory: ScriptDirectory, revision: str, number: int) -> bool:
    """Whether a revision builds on all that were run so far, and so names the state by itself."""
    return sum(1 for _ in _history(directory, revision)) == number


def _history(directory: ScriptDirectory, revision: str) -> Iterator[object]:
    return directory.iterate_revisions(revision, "base")


def adoption_findings(connection: Connection, config: Config) -> list[Finding]:
    """Say what to do first with a database that has tables and no revision.

    Tables that strata.toml allows do not count, such as those of an extension.
    """
    tables = [
        name
        for name in inspect(connection).get_table_names()
        if name not in catalog.NOT_COMPARED
        and not any(fnmatchcase(f"table {name}", pattern) for pattern in config.allowed)
    ]
    if not tables or position.current_heads(connection):
        return []
    return [
        Finding(
            "not-adopted",
            f"The database has tables ({len(tables)}) and no revision.",
            "Which revision made them is found by comparing, and not by a stamp on trust.",
            f"Bring it under migration: {MIGRATE} adopt",
        )
    ]
