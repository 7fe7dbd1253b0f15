"""Bring a database under migration that something else made."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from alembic.runtime.migration import MigrationContext
from alembic.script import Script

from stratakit.adopt import baseline, config_file, match, repair, squash
from stratakit.adopt.match import State
from stratakit.catalog import Catalog, Difference, list_allowed
from stratakit.commands._errors import command
from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import StrataError
from stratakit.drift import record
from stratakit.engine.connect import connect
from stratakit.engine.url import DatabaseURL
from stratakit.revisions import git, guards, history, plan, position
from stratakit.revisions.position import Position
from stratakit.runtime.environment import Environment, database_url, read_database
from stratakit.scratch import environment

MOST_DIFFERENCES = 30
"""More differences than these say only that it is another schema."""

Method = Literal["compare", "baseline", "repair", "squash"]


@dataclass(frozen=True)
class AdoptResult:
    """The result of an adoption.

    Args:
        outcome: `adopted` if the database was stamped, `matched` if it would be without `dry_run`,
            `empty` if it has no tables, `managed` if it has a revision, `ahead` if newer code
            has migrated it, and `squashed` if revisions were replaced.
        database: its name.
        revision: the id of the revision that the database matches; empty if none was found.
        position: its position afterwards.
        pending: what an upgrade would apply.
        written: the revision that was written.
        online: the second revision of a repair, which builds indexes and validates constraints
            while the tables are used.
        replaced: the ids of the revisions that `squash` replaced.
        repairs: the differences that the written revision removes.
        notes: other facts, as sentences.
    """

    outcome: Literal["adopted", "matched", "empty", "managed", "ahead", "squashed"]
    database: str
    revision: str = ""
    position: Position | None = None
    pending: Sequence[Script] = ()
    written: Path | None = None
    online: Path | None = None
    replaced: Sequence[str] = ()
    repairs: Sequence[str] = ()
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class _Adoption:
    """One database that is adopted: what is known of it before anything is compared."""

    config: Config
    environment: Environment
    url: DatabaseURL
    included: Catalog
    notes: tuple[str, ...]


@command
def adopt(
    config: Config,
    *,
    method: Method = "compare",
    at: str | None = None,
    through: str | None = None,
    dry_run: bool = False,
    on_progress: Callable[[str], None] = lambda _: None,
) -> AdoptResult:
    """Find the revision that a database is at, by comparing, and stamp it.

    Nothing is written to the database but the revision that it was found to be at.

    Args:
        config: the project's.
        method: what is written if no revision matches the database. `baseline` writes the first
            revision from it, and `repair` a last one that brings the database to head. `squash`
            writes one revision in place of all up to `through`, and no database changes.
        at: the revision, if several match.
        through: the last revision that `squash` replaces; by default the head.
        dry_run: compare, and write nothing.
        on_progress: called with a sentence while it takes long.

    Raises:
        StrataError: no revision makes what the database holds, or what would be written does not.
        DatabaseUnavailable: the database or a scratch database cannot be had.
    """
    project = environment.capture(config)
    config, url = project.config, project.database
    if method == "squash" and not dry_run:
        return _squash(project, through)

    def read(
        context: MigrationContext,
    ) -> tuple[AdoptResult | None, tuple[str, ...], Catalog, tuple[str, ...]]:
        managed, heads = _find_position(config, context, url)
        lost = () if managed else context.get_current_heads()
        included = match.read_included(position.connection_of(context), project)
        return managed, heads, included, lost

    managed, heads, included, lost = read_database(config, read)
    notes = (
        (f"It was at {', '.join(lost)}, which no file has: the history is lost.",) if lost else ()
    )
    adoption = _Adoption(config, project, url, included, notes)
    if managed and not heads:
        return managed
    if not included:
        guards.require_revisions(config)
        return AdoptResult("empty", url.name)
    wants_baseline = method == "baseline" and not dry_run
    if wants_baseline and not managed:
        return _write_baseline(adoption, on_progress)
    states = match.compare_states(project, included, on_progress)
    matching = match.matching_states(states)
    # Where it is not what its revision makes, an upgrade may have failed on what was there before.
    nearest = matching or ([match.nearest_state(states)] if states else [])
    if managed and (not nearest or any(state.revision in heads for state in nearest)):
        return managed
    if wants_baseline:
        return _write_baseline(adoption, on_progress)
    if method == "repair" and states and not matching and not dry_run:
        return _write_repair(adoption, states[-1], nearest[0])
    if not matching:
        raise _no_state(config, url, nearest[0]) if nearest else _no_revision(config, url)
    state = _choose(matching, at)
    if dry_run:
        return AdoptResult("matched", url.name, state.revision, notes=notes)
    return _stamp(adoption, state.revision, "adopted after comparison", revision=state.revision)


def _find_position(
    config: Config, context: MigrationContext, url: DatabaseURL
) -> tuple[AdoptResult | None, tuple[str, ...]]:
    """Return what to say of a database that is under migration, and its revisions.

    Returns:
        No result if it has no revision, or one of a history whose files are lost; a result and
        no revisions where newer code has migrated it.

    Raises:
        StrataError: git has the file of its revision on another branch.
    """
    heads = context.get_current_heads()
    known = history.read(config.revision_files)
    if heads and all(head in known for head in heads):
        stands = position.read_position(config, context)
        return AdoptResult("managed", url.name, position=stands), heads
    if ahead := position.describe_ahead(config, context):
        return AdoptResult("ahead", url.name, notes=(ahead,)), ()
    if any(git.find_revision(config.versions, head) for head in heads if head not in known):
        guards.refuse_invalid_position(config, heads)
    return None, ()


def _write_baseline(adoption: _Adoption, on_progress: Callable[[str], None]) -> AdoptResult:
    tables = sum(key.kind == "table" for key in adoption.included)
    on_progress(f"Reading {tables} tables, and building a database from them...")
    with connect(database_url(adoption.config), read_only=True) as connection:
        path, revision = baseline.write_baseline(
            adoption.environment, connection, adoption.url, adoption.included
        )
    note = "adopted with a baseline written from it"
    return _stamp(adoption, revision, note, written=path)


def _squash(project: Environment, through: str | None) -> AdoptResult:
    guards.require_revisions(project.config)
    squashed = squash.write_squash(project, through)
    last = squashed.replaced_by
    notes = [config_file.move_adopted(project.config, squashed.replaced, last)]
    notes.append(record.record_new_revision(project))
    if squashed.rows:
        notes.append(f"To review: the replaced revisions insert rows: {'; '.join(squashed.rows)}")
    notes.append(f"Undo it: {squashed.undo_command}")
    return AdoptResult(
        "squashed",
        project.database.name,
        last,
        written=squashed.path,
        replaced=squashed.replaced,
        notes=[each for each in notes if each],
    )


def _write_repair(adoption: _Adoption, head: State, nearest: State) -> AdoptResult:
    written = repair.write_repair(adoption.environment, adoption.included)
    if not isinstance(written, repair.Repair):
        raise StrataError(
            f"No statement repairs what differs in {adoption.url.name}:\n{_list(written)}",
            detail="Nothing was written.",
            hint=_allow_hint(written),
        )
    result = _stamp(adoption, head.revision, repair.NEEDED.format(written.revision))
    notes = [*result.notes]
    if nearest.revision != head.revision:
        notes.append(
            f"The database is nearest to {nearest.revision}, and was stamped at {head.revision}. "
            "The revisions between them have not changed its rows."
        )
    if unrecorded := record.record_new_revision(adoption.environment):
        notes.append(unrecorded)
    if written.unresolved:
        unresolved = _list(written.unresolved)
        notes.append(f"Not repaired:\n{unresolved}\n{_allow_hint(written.unresolved)}")
    return replace(
        result,
        written=written.paths[0],
        online=written.paths[1] if len(written.paths) > 1 else None,
        repairs=[*map(str, written.repaired)],
        notes=notes,
    )


def _stamp(
    adoption: _Adoption,
    stamped: str,
    note: str,
    *,
    revision: str = "",
    written: Path | None = None,
) -> AdoptResult:
    config = adoption.config
    match.stamp(config, stamped, note)
    exempt = config_file.write_adopted(config, stamped)

    def read(context: MigrationContext) -> AdoptResult:
        return AdoptResult(
            "adopted",
            adoption.url.name,
            revision,
            position.read_position(config, context),
            plan.upgrades(config, context, "heads"),
            written,
            notes=(*adoption.notes, exempt) if exempt else adoption.notes,
        )

    return read_database(config, read)


def _choose(matching: list[State], at: str | None) -> State:
    for state in matching:
        if state.revision == at or (at is None and len(matching) == 1):
            return state
    listed = "\n".join(f"  {state.revision}  {state.message}" for state in matching)
    which = f"{at} is none of them" if at else "its schema does not show which of them ran"
    raise StrataError(
        f"{len(matching)} revisions match the database, and {which}:\n{listed}",
        detail="The later ones change only data. Revisions up to the stamped one never run "
        "here, and later ones do.",
        hint=f"Name the last one that has run: {MIGRATE} adopt --at {matching[0].revision}",
    )


def _no_revision(config: Config, url: DatabaseURL) -> StrataError:
    return StrataError(
        f"There is no revision in {config.versions.relative_to(config.root)} that matches "
        f"{url.name}.",
        detail="Nothing was written.",
        hint=f"Write the first revision from it: {MIGRATE} adopt --baseline",
    )


def _no_state(config: Config, url: DatabaseURL, nearest: State) -> StrataError:
    hints = [
        f"Write a revision that repairs this database alone: {MIGRATE} adopt --repair",
        _allow_hint(nearest.differences),
    ]
    if baseline.is_possible(config):
        hints.insert(
            0,
            "If these tables are older than all revisions, write the first revision from them: "
            f"{MIGRATE} adopt --baseline",
        )
    return StrataError(
        f"No revision matches {url.name}. The nearest is {nearest.revision} "
        f"({nearest.message}). The differences:\n{_list(nearest.differences)}",
        detail="After a wrong stamp, the next revisions fail or skip changes. Nothing was written.",
        hint="\n".join(hints),
    )


def _list(differences: Sequence[Difference]) -> str:
    shown = [f"  {difference}" for difference in differences[:MOST_DIFFERENCES]]
    if more := len(differences) - len(shown):
        shown.append(f"  and {more} more")
    return "\n".join(shown)


def _allow_hint(differences: Sequence[Difference]) -> str:
    line = list_allowed(differences[:MOST_DIFFERENCES])
    return f"If a difference is intended, name it in strata.toml: {line}"
