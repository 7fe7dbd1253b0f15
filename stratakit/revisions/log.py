"""migration_log: the foundation's own table, which tells who migrated what, when and how long.

It is also how old code tells a database that is *ahead* of it from one with an *unknown* revision:
the log names the parents of revisions whose files the old code does not have.
"""

import getpass
import os
import socket
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
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
from stratakit.revisions.history import RevisionHistory, digest, has_digest

CURRENT_TIMESTAMP = func.current_timestamp()


RULE = "changed-by-hand"

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


def recorder(note: str | None = None) -> Callable[..., None]:
    """Make the callback for Alembic's `on_version_apply`.

    It runs in the transaction that changes the version row, so that both are there or neither.

    Args:
        note: why, where a person had to say so.
    """
    started = datetime.now(UTC)

    def record(*, ctx: Any, step: Any, heads: Iterable[str], run_args: object) -> None:
        nonlocal started
        finished = datetime.now(UTC)
        way = "upgrade" if step.is_upgrade else "downgrade"
        row = {
            "direction": "stamp" if step.is_stamp else way,
            "heads": _joined(heads),
            "note": note,
            "who": _who(),
            "started": CURRENT_TIMESTAMP if ctx.as_sql else started,
            "finished": CURRENT_TIMESTAMP if ctx.as_sql else finished,
        }
        started = finished
        if not ctx.as_sql:
            LOG.create(ctx.connection, checkfirst=True)
        elif step.is_upgrade and not step.down_revision_ids:
            ctx.impl.create_table(LOG)
        for revision in step.up_revisions:
            ctx.impl.execute(insert(LOG).values(**row, **_described(revision)))

    return record


def _described(revision: Any) -> dict[str, str | None]:
    parents = [*_several(revision.down_revision), *_several(revision.dependencies)]
    return {
        "revision": revision.revision,
        "down_revision": ",".join(parents),
        "phase": getattr(revision.module, "phase", None),
        "sha256": digest(Path(revision.path).read_bytes()),
    }


def _several(value: str | Iterable[str] | None) -> Iterable[str]:
    return (value,) if isinstance(value, str) else value or ()


def entries(connection: Connection) -> list[RowMapping]:
    """All entries, oldest first; none where the table is not there yet."""
    if not connection.dialect.has_table(connection, LOG.name):
        return []
    return list(connection.execute(select(LOG).order_by(LOG.c.id)).mappings())


def reaches(rows: Iterable[RowMapping], start: Iterable[str], goal: str) -> bool:
    """Whether the log leads from the revisions `start` back to the revision `goal`."""
    return goal in _history(rows, start)


def phases_since(
    rows: Sequence[RowMapping], start: Iterable[str], known: Iterable[str]
) -> set[str | None]:
    """The phases of the revisions from `start` back to those that are known."""
    phases = {row["revision"]: row["phase"] for row in rows}
    return {phases.get(revision) for revision in _history(rows, start, set(known))}


def _history(
    rows: Iterable[RowMapping], start: Iterable[str], end: Container[str] = ()
) -> set[str]:
    parents = {row["revision"]: row["down_revision"].split(",") for row in rows}
    ahead, seen = list(start), set[str]()
    while ahead:
        revision = ahead.pop()
        if revision and revision not in seen and revision not in end:
            seen.add(revision)
            ahead += parents.get(revision, ())
    return seen


def find_inconsistencies(
    config: Config, rows: Sequence[RowMapping], heads: Iterable[str], chain: RevisionHistory
) -> Iterator[Finding]:
    """Find what the log does not explain: a version row set by hand, an applied revision edited.

    Args:
        config: the project's.
        rows: the entries of the log, oldest first.
        heads: the revisions at which the database is.
        chain: the revisions' files.

    Yields:
        Findings of the rule `changed-by-hand`; those about a revision name its file.
    """
    if not rows:
        return
    explained = rows[-1]["heads"]
    if _joined(heads) != explained:
        yield Finding(
            RULE,
            f"alembic_version says {_joined(heads) or 'nothing'}, and by migration_log it "
            f"stands at {explained or 'nothing'}: the version row was changed by hand.",
            "What was skipped or undone is not known.",
            "Stamp the revision that the schema is really at; it is compared first: "
            f"{MIGRATE} stamp {explained or 'base'}",
        )
    applied = {row["revision"]: row for row in rows if row["direction"] == "upgrade"}
    for id in sorted(chain.history(heads) & set(applied)):
        path, sha256 = chain[id].path, applied[id]["sha256"]
        if not has_digest(path.read_bytes(), sha256):
            back = git.version_of_file(path, partial(has_digest, sha256=sha256))
            yield Finding(
                RULE,
                f"{path.name} was edited after it was applied here.",
                "Databases that have it do not get the edit, and new ones do.",
                f"Bring it back, and write the change as a revision of its own: {back}"
                if back
                else f"Undo it here and apply it again: {MIGRATE} downgrade "
                f"{','.join(chain[id].parents) or 'base'} && {MIGRATE} upgrade",
                file=path.relative_to(config.root).as_posix(),
            )


def _joined(heads: Iterable[str]) -> str:
    return ",".join(sorted(heads))


def _who() -> str:
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid())
    return f"{user}@{socket.gethostname()}"[:255]
