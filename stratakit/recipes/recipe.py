"""A recipe, what it is asked for and what it plans."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from alembic.operations import ops
from sqlalchemy import Connection, Inspector, inspect

from stratakit.autogenerate.change import Change, RevisionStep
from stratakit.config import Backend
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import UsageError
from stratakit.operations import walk


@dataclass(frozen=True)
class Request:
    """The arguments of a recipe, and the change that autogenerate found.

    Args:
        change: what autogenerate found between the models and the revisions.
        connection: to a scratch database at head.
        table: the table, after its schema if it has one.
        name: what of the table is changed: a column, a constraint or an index; else empty.
        to: the new name; empty if the recipe needs none.
        value: an SQL expression of the row's columns: the value of the new column.
        back: the value of the old column.
    """

    change: Change
    connection: Connection
    table: str
    name: str = ""
    to: str = ""
    value: str = ""
    back: str = ""

    @property
    def schema(self) -> str | None:
        """The schema of the table; None is the default schema."""
        return self.table.rpartition(".")[0] or None

    @property
    def table_name(self) -> str:
        """The name of the table without its schema."""
        return self.table.rpartition(".")[2]

    @property
    def inspector(self) -> Inspector:
        """The inspector of the scratch database."""
        return inspect(self.connection)

    def operations(self) -> list[ops.MigrateOperation]:
        """Return the operations on the table, without containers."""
        return [each for each in walk.flatten(self.change.operations) if self._concerns(each)]

    def key(self) -> tuple[str, ...]:
        """Return the columns of the primary key of the table.

        Raises:
            UsageError: it has none, so that a backfill has no order.
        """
        found = self.inspector.get_pk_constraint(self.table_name, schema=self.schema)
        if not found["constrained_columns"]:
            raise UsageError(
                f"The table {self.table} has no primary key.",
                detail="A backfill changes rows in the order of a key.",
                hint="Add a primary key first.",
            )
        return tuple(found["constrained_columns"])

    def _concerns(self, operation: ops.MigrateOperation) -> bool:
        wanted = (self.schema, self.table_name)
        if isinstance(operation, ops.CreateForeignKeyOp):
            return (operation.kw.get("source_schema"), operation.source_table) == wanted
        found = (getattr(operation, "schema", None), getattr(operation, "table_name", None))
        return found == wanted


@dataclass
class Plan:
    """The revisions and the backfills of a recipe, and what happens between them.

    Args:
        steps: the revisions, in the order in which they run.
        backfills: the sources of the files in `migrations/backfills`, by their names.
        timeline: what a team does, a sentence for each step.
    """

    steps: list[RevisionStep]
    backfills: Mapping[str, str] = field(default_factory=dict)
    timeline: Sequence[str] = ()


class Recipe(ABC):
    """A change in several steps. One class a file; its docstring is what `recipe` lists."""

    name: ClassVar[str]
    """The word on the command line."""
    target: ClassVar[str]
    """The arguments that it takes there, such as `TABLE.COLUMN NEW`."""
    backends: ClassVar[tuple[Backend, ...]] = ("postgresql",)
    """The databases that it is for."""

    def message(self, request_table: str, name: str, to: str) -> str:
        """Return the message of the revisions."""
        subject = f"{request_table}.{name}" if name else request_table
        return f"{self.name.replace('-', ' ')} {subject}" + (f" to {to}" if to else "")

    @abstractmethod
    def plan(self, request: Request) -> Plan:
        """Plan the change.

        Raises:
            UsageError: the models do not declare the change, or it needs another recipe.
        """


def missing_change(recipe: Recipe, request: Request, wanted: str) -> UsageError:
    """Return the error for a change that the models do not declare.

    Args:
        recipe: the recipe.
        request: what it was asked for.
        wanted: the change, as a phrase after "Change the models first: ".
    """
    target = f"{request.table}.{request.name}" if request.name else request.table
    return UsageError(
        f"The models do not have this change of {target} yet.",
        detail="A recipe starts from models that have the final form.",
        hint=f"Change the models first: {wanted}. Then: "
        f"{MIGRATE} recipe {recipe.name} {target} {request.to}".rstrip(),
    )
