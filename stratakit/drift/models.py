"""Comparison of the models with the migrations, by two catalogs and by Alembic.

The catalogs show more, and at once. Alembic compares the tables in which they differ, because its
operations name the missing revision.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from typing import Any

from alembic.autogenerate import produce_migrations
from alembic.operations import ops
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from stratakit import catalog
from stratakit.autogenerate import describe
from stratakit.autogenerate.exclusions import describe_attributes, exclude
from stratakit.catalog import Catalog, Difference, ObjectKey
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.finding import Finding
from stratakit.drift.catalogs import compare_catalogs, table_name
from stratakit.drift.model_tables import is_missing_object
from stratakit.drift.reconcile import apply_catalogs
from stratakit.engine.connect import connect
from stratakit.engine.errors import driver_error, driver_message
from stratakit.engine.url import DatabaseURL
from stratakit.operations import walk
from stratakit.orm.source_location import find_declaration
from stratakit.revisions.allowed import is_allowed
from stratakit.runtime.arguments import comparison_arguments
from stratakit.runtime.environment import Environment
from stratakit.scratch import head
from stratakit.scratch.revision import is_without_models, missing_models_error

MISSING = "model-without-migration"
DETAIL = "A migrated database does not match the code."
CREATE_HINT = f'Create it: {MIGRATE} create "what changes"'
BY_HAND_HINT = (
    f'Write it manually: {MIGRATE} create --empty "what changes"\n'
    "If a model cannot express it, allow it in strata.toml: allowed = [{allowed}]"
)

UNNAMED = {"foreign key": ("fk", "foreignkey"), "unique constraint": ("uq", "unique")}
"""The constraints that may have no name on SQLite: the key of a naming convention, and the type."""


@dataclass(frozen=True)
class ModelComparison:
    """The models against the revisions.

    Args:
        project: what env.py says.
        schema: the catalog at head.
        problems: what is no difference, such as a table that the database refuses.
        operations: what Alembic would write into a revision.
        differences: the differences of the catalogs. Neither has what strata.toml allows.
    """

    project: Environment
    schema: Catalog
    problems: list[Finding]
    operations: list[ops.MigrateOperation] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)

    def findings(self, accepted: Collection[str] = ()) -> list[Finding]:
        """Return a finding for each difference that is not accepted.

        A difference that an operation removes has no finding of its own. The words in which it can
        be accepted are in the details of a finding, as `difference`.

        Args:
            accepted: differences, each in these words.
        """
        findings = []
        reported = set()
        for operation in self.operations:
            subject = walk.subject(operation)
            for attributes, phrase in describe_attributes(operation):
                if phrase not in accepted:
                    findings.append(self._missing(subject, phrase))
                    attributes = ()
                if any(subject):
                    reported |= {(*subject, each) for each in attributes or [""]}
        for each in self.differences:
            table, name = each.key.table, each.key.name
            covering = {(table, name, ""), (table, name, each.attribute), ("", table, "")}
            if not covering & reported and str(each) not in accepted:
                findings.append(self._different(each))
        return [*self.problems, *findings]

    def unused(self, accepted: Iterable[str]) -> list[str]:
        """Return the accepted differences that do not exist any more."""
        present = {*describe.describe_all(self.operations), *map(str, self.differences)}
        return sorted({*accepted} - present)

    def _missing(self, subject: tuple[str, str], phrase: str) -> Finding:
        table, name = subject
        file, line = self._find(table or name, name if table else "")
        return Finding(
            MISSING,
            f"A revision is missing: one that {phrase}.",
            DETAIL,
            CREATE_HINT,
            file,
            line,
            {"difference": phrase},
        )

    def _different(self, difference: Difference) -> Finding:
        key = difference.key
        file, line = self._find(key.table or key.name, key.name)
        hint = BY_HAND_HINT.format(allowed=f'"{key}"')
        is_extra = difference.expected is None and not difference.attribute
        if is_extra and self.project.config.database == "sqlite" and key.kind in UNNAMED:
            hint += "\n" + _unnamed_hint(key)
        return Finding(
            "models-differ",
            f"The migrations differ: {difference}.",
            DETAIL,
            hint,
            file,
            line,
            {"difference": str(difference)},
        )

    def _find(self, table: str, name: str) -> tuple[str, int]:
        return find_declaration(self.project.metadata, self.project.config.root, table, name)


def compare_models(
    project: Environment, at_head: DatabaseURL | None = None, *, every_table: bool = False
) -> ModelComparison:
    """Compare the tables of the models with those of the migrations, on scratch databases.

    Args:
        project: what env.py says.
        at_head: a database at head; by default the cached one.
        every_table: whether Alembic compares the tables, too, in which the catalogs do not differ.

    Raises:
        StrataError: there is no server for a scratch database, or a revision fails.
    """
    config, metadata = project.config, project.metadata
    database = nullcontext(at_head) if at_head else head.head_database(project)
    with database as migrated_url, connect(migrated_url, read_only=True) as connection:
        migrated = catalog.read(connection, project.version_table)
        if not project.has_metadata:
            return ModelComparison(project, migrated, [])
        if is_without_models(metadata, [key.name for key in migrated if key.kind == "table"]):
            error = missing_models_error()
            problem = Finding("no-models", error.message, error.detail, error.hint)
            return ModelComparison(project, migrated, [problem])
        compared = compare_catalogs(project, connection, migrated)
        failures = compared.failures
        # What has no DDL on this database, Alembic cannot compare either.
        refused = {name for name, error in failures.items() if driver_error(error)}
        tables = {table_name(each) for each in compared.seen} | refused
        # Alembic only names the missing revision: what differs is known without it.
        operations: list[ops.MigrateOperation] = []
        with suppress(Exception), connection.begin_nested():
            found = alembic_operations(project, connection, None if every_table else tables)
            apply_catalogs(compared, metadata, found, connection)
            operations = list(walk.flatten(found))
    exclude(operations, lambda names, _: is_allowed(config.allowed, names))
    return ModelComparison(
        project,
        migrated,
        list(_creation_findings(project, failures)),
        operations,
        [each for each in compared.differences if not each.is_allowed(config.allowed)],
    )


def alembic_operations(
    project: Environment, connection: Connection, tables: Collection[str] | None
) -> list[ops.MigrateOperation]:
    """Return Alembic's operations, nested, that bring some tables of a database to the models.

    Args:
        project: what env.py says, with the models.
        connection: to the database.
        tables: the names of the tables, with their schemas unless that is the connection's own;
            None for all.
    """
    if tables is not None and not tables:
        return []
    options = comparison_arguments(project.config, project.arguments, by_catalogs=True)
    by_name, by_object = options["include_name"], options["include_object"]
    compared = set(tables or ())

    def include_name(name: str | None, kind: str, parents: dict[str, str | None]) -> bool:
        is_included = kind != "table" or parents["schema_qualified_table_name"] in compared
        return is_included and bool(by_name(name, kind, parents))

    def include_object(item: Any, name: str | None, kind: str, *rest: object) -> bool:
        is_included = kind != "table" or bool({item.fullname, item.name} & compared)
        return is_included and bool(by_object(item, name, kind, *rest))

    if tables is not None:
        options |= {"include_name": include_name, "include_object": include_object}
    context = MigrationContext.configure(connection, opts=options)
    operations = produce_migrations(context, options["target_metadata"]).upgrade_ops
    return operations.ops if operations else []


def _unnamed_hint(key: ObjectKey) -> str:
    """Return how a revision drops a constraint without a name, which a catalog names by columns."""
    prefix, kind = UNNAMED[key.kind]
    column = re.split(r",| to ", key.name)[0].strip()
    return (
        "If the constraint has no name in the database, drop it by a naming convention:\n"
        f'with op.batch_alter_table("{key.table}", naming_convention='
        f'{{"{prefix}": "{prefix}_%(table_name)s_%(column_0_name)s"}}) as batch_op:\n'
        f'    batch_op.drop_constraint("{prefix}_{key.table}_{column}", type_="{kind}")'
    )


def _creation_findings(
    project: Environment, failures: Mapping[str, Exception]
) -> Iterator[Finding]:
    """Report the tables that the database refuses, unless it only lacks what migrations create."""
    for table, error in failures.items():
        if is_missing_object(error):
            continue
        reason = driver_message(error) if driver_error(error) else str(error)
        file, line = find_declaration(project.metadata, project.config.root, table, "")
        yield Finding(
            "models-not-made",
            f"The table {table} of the models cannot be created in an empty database: {reason}",
            "It is compared by Alembic only, which does not see everything.",
            "Declare what it needs, such as a function by "
            'sqlalchemy.event.listen(metadata, "before_create", DDL(...)).',
            file,
            line,
        )
