"""The private names of Alembic and SQLAlchemy that stratakit uses, all of them.

Neither project promises to keep them. Each is wrapped here with the reason for its use, and
tests/stratakit/test_alembic_private.py calls each wrapper, so that a release without one of the
names fails in one place.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import alembic.context
import alembic.op
from alembic.autogenerate import render
from alembic.autogenerate.api import AutogenContext
from alembic.ddl.postgresql import _exclude_constraint
from alembic.operations import ops
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from alembic.script.revision import Revision, RevisionMap
from alembic.util import to_tuple, warn
from sqlalchemy import (
    Column,
    Connection,
    Engine,
    FetchedValue,
    MetaData,
    NullPool,
    Pool,
    Sequence,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.types import TypeEngine

T = TypeVar("T")


def copy_column(column: "Column[T]") -> "Column[T]":
    """Return a copy of a column that belongs to no table; `Column.copy()` is deprecated."""
    return column._copy()


def sequences(metadata: MetaData) -> list[Sequence]:
    """Return the sequences of models, of columns and by themselves; no public name lists them."""
    return list(metadata._sequences.values())


def type_affinity(type_: TypeEngine[Any]) -> type[TypeEngine[Any]] | None:
    """Return the generic type of a type: Numeric for DECIMAL, DateTime for TIMESTAMP.

    Reflection returns the database's own types, and no public function compares them with a
    model's.
    """
    return type_._type_affinity


def is_autocommit(connection: Connection) -> bool:
    """Return whether each statement of a connection is committed at once.

    `get_isolation_level()` asks the database, which does not know of it, and the public options
    lack the level of the engine.
    """
    return connection._is_autocommit_isolation()


def version_column(context: MigrationContext) -> "Column[Any]":
    """Return the column of the version table, as it is declared and would be created."""
    return context._version.c.version_num


def upgrade_steps(script: ScriptDirectory, revision: str, heads: Any) -> Iterable[Any]:
    """Return the steps of an upgrade, as `alembic.command.upgrade` passes them to env.py.

    Args:
        script: the folder of the revisions.
        revision: the target, such as an id, `head` or `+1`.
        heads: the current revisions, as Alembic passes them to the function `fn`.
    """
    return script._upgrade_revs(revision, heads)


def downgrade_steps(script: ScriptDirectory, revision: str, heads: Any) -> Iterable[Any]:
    """Return the steps of a downgrade; the arguments are those of `upgrade_steps`."""
    return script._downgrade_revs(revision, heads)


def stamp_steps(script: ScriptDirectory, revision: str, heads: Any) -> Iterable[Any]:
    """Return the steps of a stamp; the arguments are those of `upgrade_steps`."""
    return script._stamp_revs((revision,), heads)


class DeferredScript(Script):
    """A revision whose file is imported when its module is first used.

    Args:
        path: the file.
        revision: its id.
        down_revision: the revisions that it follows.
        branch_labels: the labels of its branch.
        depends_on: the revisions of other branches that it depends on.
        docstring: the docstring of the file.
        load: imports the file.
    """

    def __init__(
        self,
        path: Path,
        revision: str,
        down_revision: Any,
        branch_labels: Any,
        depends_on: Any,
        docstring: str,
        load: Callable[[Path], ModuleType],
    ) -> None:
        self.path = str(path)
        self._docstring = docstring
        self._load = load
        Revision.__init__(
            self,
            revision,
            down_revision,
            branch_labels=to_tuple(branch_labels, default=()),
            dependencies=to_tuple(depends_on, default=()),
        )

    @cached_property
    def module(self) -> ModuleType:  # type: ignore[override]
        """The module of the file."""
        return self._load(Path(self.path))

    @property
    def longdoc(self) -> str:
        """The docstring of the file."""
        return self._docstring.strip()


def defer_imports(
    directory: ScriptDirectory, declare: Callable[[Path], DeferredScript | None]
) -> None:
    """Let a directory import only those of its files that have to be.

    Alembic imports each file to know the order of the revisions, which takes most of the time of a
    command on a long history. It lists and loads the files by private functions.

    Args:
        directory: the folders of the revisions.
        declare: returns a revision by its file; None for one that Alembic has to import.
    """

    def load() -> Iterator[Script]:
        loaded = set()
        is_flat = not (directory.recursive_version_locations or directory.sourceless)
        for folder in map(Path, map(os.path.realpath, directory._version_locations)):
            if not folder.exists():
                continue
            links = {each.name for each in os.scandir(folder) if each.is_symlink()}
            for path in Script._list_py_dir(directory, folder):
                if path.name in links or not is_flat:
                    path = path.resolve()
                if path in loaded:
                    warn(f"File {path} loaded twice! ignoring.")
                    continue
                loaded.add(path)
                is_revision = path.suffix == ".py" and not path.name.startswith((".#", "__init__"))
                declared = declare(path) if is_revision else None
                if script := declared or Script._from_path(directory, path):
                    yield script

    directory.revision_map = RevisionMap(load)


def is_in_batch(context: AutogenContext) -> bool:
    """Return whether an operation is rendered inside `with op.batch_alter_table(...)`.

    A renderer of our own has to know whether to write `op.` or `batch_op.`.
    """
    return context._has_batch


def render_exclusion(constraint: ExcludeConstraint, context: AutogenContext) -> str:
    """Return the code of an exclusion constraint in a new table, as Alembic renders it."""
    return _exclude_constraint(constraint, context, False)


def render_type(type_: TypeEngine[Any], context: AutogenContext) -> str:
    """Return the code of a type, for a `render_item` that replaces a type by another one."""
    return render._repr_type(type_, context)


def render_server_default(default: FetchedValue, context: AutogenContext) -> str | None:
    """Return the code of a server default, which Alembic does not render for all operations."""
    return render._render_server_default(default, context)


def created_again(drop: ops.DropTableOp) -> ops.CreateTableOp | None:
    """Return the table that the downgrade of a drop creates, to change it.

    The public `reverse()` returns a new operation for each call.
    """
    return drop._reverse


def added_again(drop: ops.DropColumnOp) -> ops.AddColumnOp | None:
    """Return the column that the downgrade of a drop adds, to change it."""
    return drop._reverse


def index_again(drop: ops.DropIndexOp) -> ops.CreateIndexOp | None:
    """Return the index that the downgrade of a drop creates, to change it."""
    return drop._reverse


def replace_expression_renderer(
    context: MigrationContext, wrap: Callable[[Callable[..., str]], Callable[..., str]]
) -> None:
    """Replace the method that renders SQL expressions into a revision.

    The method is public, and belongs to a class for all connections of a dialect.

    Args:
        context: of the run that writes a revision.
        wrap: takes the method, and returns the function to call in its place.
    """
    context.impl.render_ddl_sql_expr = wrap(  # type: ignore[method-assign]
        context.impl.render_ddl_sql_expr
    )


def live_environment() -> EnvironmentContext:
    """Return the context of the env.py that is running, whose proxy `alembic.context` is."""
    environment: EnvironmentContext = alembic.context._proxy  # type: ignore[attr-defined]
    return environment


@contextmanager
def nested_environment() -> Iterator[None]:
    """Run another env.py within the one that is running, whose proxies Alembic would remove."""
    outer = [getattr(module, "_proxy", None) for module in (alembic.context, alembic.op)]
    try:
        yield
    finally:
        for proxy in filter(None, outer):
            proxy._install_proxy()


def substitute_pool(engine: Engine, connect: Callable[[], DBAPIConnection]) -> Pool:
    """Return a pool that an engine can use in place of its own, with the same listeners.

    A public pool has no listeners of another one, such as one that sets a PRAGMA.

    Args:
        engine: the engine.
        connect: opens a connection if the engine has a `creator` of its own. The one that
            `create_engine` makes is kept, because it passes `connect_args` to `do_connect`.
    """
    creator = engine.pool._creator
    is_standard = getattr(creator, "__module__", "") == "sqlalchemy.engine.create"
    return NullPool(
        engine.pool._invoke_creator if is_standard else connect,
        dialect=engine.dialect,
        _dispatch=engine.pool.dispatch,
    )


def forget_run() -> None:
    """Let `alembic.op` be as before the first run of env.py.

    Alembic leaves None behind. A revision that calls `op` when it is imported expects NameError.
    """
    vars(alembic.op).pop("_proxy", None)
