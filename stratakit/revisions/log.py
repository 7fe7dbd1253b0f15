"""The table `migration_log`: who migrated what, when and how long it took.

Old code distinguishes a database that is *ahead* from one with an *unknown* revision by the log,
which names the parents of revisions whose files the old code does not have.
"""

import getpass
import os
import socket
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    DateTime,
    Integer,
    MetaData,
    RowMapping,
    String,
    Table,
    func,
    insert,
    select,
)

from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.finding import Finding
from stratakit.revisions import git
from stratakit.revisions.digest import digest, has_digest
from stratakit.revisions.history import RevisionHistory, as_tuple
from stratakit.revisions.replaced import has_run_replaced

CURRENT_TIMESTAMP = func.current_timestamp()


RULE = "changed-by-hand"

VERSION_TABLE = "alembic_version"
"""Alembic's table, unless env.py names another one."""

LOG = Table(
    "migration_log",
    MetaData(),
    Column("id", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True),
    Column("revision", String(255), nullable=False),
    Column("down_revision", String(255), nullable=False, comment="parents, separated by commas"),
    Column("direction", String(16), nullable=False, comment="upgrade, downgrade or stamp"),
    Column("heads", String(255), nullable=False, comment="where it left the database"),
    Column("phase", String(16), comment="the revision's own, such as expand or contract"),
    Column("sha256", String(64), comment="of the revision's file"),
    Column("note", String(255), comment="why a stamp was forced"),
    Column("who", String(255), nullable=False, comment="user@host"),
    Column("started", DateTime(timezone=True), nullable=False),
    Column("finished", DateTime(timezone=True), nullable=False),
)


@cache
def log_table(schema: str | None) -> Table:
    """Return the log in the schema of the version table; None is the default schema."""
    return LOG if schema is None else LOG.to_metadata(MetaData(), schema=schema)


def recorder(note: str | None = None) -> Callable[..., None]:
    """Return the callback for Alembic's `on_version_apply`.

    It runs in the transaction that changes the version row, so that both are written or neither.

    Args:
        note: the reason that a person gave.
    """
    started = datetime.now(UTC)
    has_table = False

    def record(*, ctx: Any, step: Any, heads: Iterable[str], run_args: object) -> None:
        nonlocal started, has_table
        finished = datetime.now(UTC)
        direction = "upgrade" if step.is_upgrade else "downgrade"
        row = {
            "direction": "stamp" if step.is_stamp else direction,
            "heads": _join(heads),
            "note": note[:255] if note else None,
            "who": _user_at_host(),
            "started": CURRENT_TIMESTAMP if ctx.as_sql else started,
            "finished": CURRENT_TIMESTAMP if ctx.as_sql else finished,
        }
        started = finished
        table = log_table(ctx.version_table_schema)
        if not ctx.as_sql and not has_table:
            has_table = ctx.connection.dialect.has_table(ctx.connection, LOG.name, table.schema)
            if not has_table:
                # Its transaction may be undone: the next revision looks again.
                table.create(ctx.connection)
        elif ctx.as_sql and step.is_upgrade and not step.down_revision_ids:
            ctx.impl.create_table(table)
        for revision in step.up_revisions:
            entry = insert(table).values(**row, **_describe(revision))
            if ctx.as_sql:
                # Without `literal_binds` in env.py, Alembic would write placeholders.
                literal = entry.compile(dialect=ctx.dialect, compile_kwargs={"literal_binds": True})
                ctx.impl.static_output(f"{literal}{ctx.impl.command_terminator}")
            else:
                ctx.impl.execute(entry)

    return record


def _describe(revision: Any) -> dict[str, str | None]:
    parents = [*as_tuple(revision.down_revision), *as_tuple(revision.dependencies)]
    return {
        "revision": revision.revision,
        "down_revision": ",".join(parents),
        "phase": getattr(revision.module, "phase", None),
        "sha256": digest(Path(revision.path).read_bytes()),
    }


def read_entries(connection: Connection, schema: str | None = None) -> list[RowMapping]:
    """Read all entries, oldest first; none if the table does not exist yet.

    Args:
        connection: to the database.
        schema: that of the version table; None for the default one.
    """
    if not connection.dialect.has_table(connection, LOG.name, schema):
        return []
    table = log_table(schema)
    return list(connection.execute(select(table).order_by(table.c.id)).mappings())


def reaches(rows: Iterable[RowMapping], start: Iterable[str], goal: str) -> bool:
    """Return whether the log leads from the revisions `start` back to the revision `goal`."""
    return goal in _ancestors(rows, start)


def phases_since(
    rows: Sequence[RowMapping], start: Iterable[str], known: Iterable[str]
) -> set[str | None]:
    """Return the phases of the revisions from `start` back to the known ones."""
    phases = {row["revision"]: row["phase"] for row in rows}
    return {phases.get(revision) for revision in _ancestors(rows, start, set(known))}


def _ancestors(
    rows: Iterable[RowMapping], start: Iterable[str], end: Container[str] = ()
) -> set[str]:
    parents = {row["revision"]: row["down_revision"].split(",") for row in rows}
    waiting, ancestors = list(start), set[str]()
    while waiting:
        revision = waiting.pop()
        if revision and revision not in ancestors and revision not in end:
            ancestors.add(revision)
            waiting += parents.get(revision, ())
    return ancestors


def find_inconsistencies(
    config: Config,
    rows: Sequence[RowMapping],
    heads: Iterable[str],
    revisions: RevisionHistory,
    version_table: str = VERSION_TABLE,
) -> Iterator[Finding]:
    """Find manual changes of the version row, and edited revisions, by the log.

    Args:
        config: the project's.
        rows: the entries of the log, oldest first.
        heads: the revisions at which the database is.
        revisions: the revisions' files.
        version_table: the one that env.py names.

    Yields:
        Findings of the rule `changed-by-hand`; those about a revision name its file.
    """
    if not rows:
        return
    expected = rows[-1]["heads"]
    if _join(heads) != expected:
        yield Finding(
            RULE,
            f"{version_table} has {_join(heads) or 'nothing'}, and migration_log has "
            f"{expected or 'nothing'}: the version row was changed manually.",
            "The skipped or undone changes are not known.",
            "Stamp the revision that the schema matches; it is compared first: "
            f"{MIGRATE} stamp {expected or 'base'}",
        )
    applied = {row["revision"]: row for row in rows if row["direction"] == "upgrade"}
    for revision_id in sorted(revisions.ancestors(heads) & set(applied)):
        if has_run_replaced(applied[revision_id], revisions[revision_id]):
            continue
        path, sha256 = revisions[revision_id].path, applied[revision_id]["sha256"]
        if not has_digest(path.read_bytes(), sha256):
            version = git.find_version(path, partial(has_digest, sha256=sha256))
            yield Finding(
                RULE,
                f"{path.name} was edited after it was applied here.",
                "Databases that have it do not get the edit, and new ones do.",
                f"Restore it, and write the change as a new revision: {version.restore_command}"
                if version
                else f"Undo it here and apply it again: {MIGRATE} downgrade "
                f"{','.join(revisions[revision_id].parents) or 'base'} && {MIGRATE} upgrade",
                file=path.relative_to(config.root).as_posix(),
            )


def _join(heads: Iterable[str]) -> str:
    return ",".join(sorted(heads))


def _user_at_host() -> str:
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid())
    return f"{user}@{socket.gethostname()}"[:255]
