"""The revision of a database without a version row, found by comparing catalogs."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect

from stratakit import catalog, scratch
from stratakit.catalog import Catalog, Difference, ObjectKey
from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.finding import Finding
from stratakit.revisions import alembic_config, position
from stratakit.revisions.allowed import is_allowed
from stratakit.revisions.run_options import RunOptions
from stratakit.runtime.change import ChangeRun
from stratakit.runtime.environment import Environment
from stratakit.runtime.filters import EnvironmentFilter
from stratakit.runtime.run import run_environment
from stratakit.runtime.steps import stamp_steps


@dataclass(frozen=True)
class State:
    """The comparison of a database with the schema at a revision.

    Args:
        revision: the id of the revision; `heads` for several at once.
        message: its message.
        differences: the differences of the database.
    """

    revision: str
    message: str
    differences: list[Difference]


def compare_states(
    project: Environment, actual: Catalog, on_progress: Callable[[str], None]
) -> list[State]:
    """Compare a database with the schema after each revision.

    Args:
        project: what env.py says.
        actual: what env.py compares of the database, as `read_included` returns it.
        on_progress: called with a sentence for each revision.

    Returns:
        A state for each revision after which the history has one end, oldest first.

    Raises:
        StrataError: there is no server for a scratch database, or a revision fails there.
    """
    config = project.config
    total = len(config.revision_files)
    states: dict[str, State] = {}
    done: set[str] = set()

    def compare(context: MigrationContext, heads: Collection[str]) -> None:
        assert context.script is not None
        done.add(",".join(sorted(heads)))
        on_progress(f"Compared with {len(done)} of {total}: {', '.join(heads)}")
        if len(heads) == 1:
            script = context.script.get_revision(next(iter(heads)))
            revision, message = script.revision, script.doc
        elif set(heads) == set(context.script.get_heads()):
            revision, message = "heads", "all branches"
        else:
            return
        expected = read_included(position.connection_of(context), project)
        differing = catalog.differences(expected, actual.without_new_partitions(expected))
        differences = [each for each in differing if not each.is_accepted(config.allowed)]
        states[revision] = State(revision, message, differences)

    with scratch.database(config) as url:
        scratch.upgrade(url, config, "heads", compare)
    return [*states.values()]


def matching_states(states: list[State]) -> list[State]:
    """Return the states without differences: several if a revision changes only data."""
    return [state for state in states if not state.differences]


def nearest_state(states: list[State]) -> State:
    """Return the state with the fewest differences, the newest of several."""
    return min(reversed(states), key=lambda state: len(state.differences))


def read_included(connection: Connection, project: Environment) -> Catalog:
    """Read what env.py compares of a catalog."""
    objects = catalog.read(connection, project.version_table)
    return EnvironmentFilter(project, connection).filter(objects)


def stamp(config: Config, revision: str, note: str) -> None:
    """Write the version row of a compared database, and its entry in the log.

    A row that names a revision of another history is replaced.
    """
    run = ChangeRun(config, RunOptions(note=note))
    alembic = alembic_config.alembic_config(config)
    run_environment(alembic, run, stamp_steps(revision), destination_rev=revision, purge=True)


def adoption_findings(context: MigrationContext, project: Environment) -> list[Finding]:
    """Find a database that has tables and no revision.

    Tables that strata.toml allows, such as those of an extension, do not count, nor do those that
    the filters of env.py leave out.
    """
    connection = position.connection_of(context)
    filters = EnvironmentFilter(project, connection)
    left_out = catalog.not_compared(project.version_table)
    tables = [
        name
        for name in inspect(connection).get_table_names()
        if name not in left_out
        and not is_allowed(project.config.allowed, [f"table {name}"])
        and filters.includes(ObjectKey("table", "", name))
    ]
    if not tables or context.get_current_heads():
        return []
    return [
        Finding(
            "not-adopted",
            f"The database has tables ({len(tables)}) and no revision.",
            "A stamp without a comparison may name the wrong revision.",
            f"Find its revision by comparison: {MIGRATE} adopt",
        )
    ]
