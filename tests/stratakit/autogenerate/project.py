"""A project whose revisions autogenerate writes, in this process, and its scratch database."""

import textwrap
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from alembic import command
from alembic.autogenerate import produce_migrations
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, text

from stratakit import catalog, scratch
from stratakit.autogenerate import describe, options
from stratakit.autogenerate.renames import prompt
from stratakit.autogenerate.renames.prompt import Confirm
from stratakit.catalog import Catalog
from stratakit.config import Backend, Config
from stratakit.drift.catalogs import explicit_names, is_python_default
from stratakit.engine.connect import connect
from stratakit.lint import linter
from stratakit.orm import naming

TEMPLATE = Path(__file__).resolve().parents[3] / "template"
ENV = """
from alembic import context
from stratakit.autogenerate import options, pipeline, render

given = context.config.attributes
context.configure(
    connection=None if context.is_offline_mode() else given["connection"],
    dialect_name=given["connection"].dialect.name,
    transaction_per_migration=True,
    render_as_batch=given["connection"].dialect.name == "sqlite",
    process_revision_directives=pipeline.build_pipeline(
        given["config"].database,
        given["config"].server_version,
        confirm=given["confirm"],
    ),
    render_item=render.render_item,
    **options.comparison(given["metadata"], given["config"].allowed),
)
with context.begin_transaction():
    context.run_migrations()
"""


def metadata() -> MetaData:
    """Return metadata with stratakit's naming convention, for models."""
    return MetaData(naming_convention=naming.NAMING_CONVENTION)


@dataclass
class Project:
    """A folder of revisions, and a database to which they are applied.

    Args:
        config: its configuration.
        connection: a connection to the database.
        models: the tables that the first revision creates.
        confirm: answers the questions about renames.
    """

    config: Config
    connection: Connection
    models: MetaData
    confirm: Confirm = prompt.confirm

    def create(self, models: MetaData, message: str = "change") -> list[Path]:
        """Let autogenerate write the revisions from the database to the models."""
        written = command.revision(self._alembic(models), message, autogenerate=True)
        scripts = written if isinstance(written, list) else [written]
        return [Path(script.path) for script in scripts if script is not None]

    def upgrade(self, target: str = "head") -> None:
        """Apply the pending revisions."""
        command.upgrade(self._alembic(self.models), target)

    def downgrade(self, target: str = "-1") -> None:
        """Undo revisions: by default the newest."""
        command.downgrade(self._alembic(metadata()), target)

    def current_revision(self) -> str:
        """Return the revision in the version table of the database."""
        (head,) = MigrationContext.configure(self.connection).get_current_heads()
        self.connection.rollback()
        return str(head)

    def offline_sql(self) -> str:
        """Return what `alembic upgrade --sql` writes for the pending revisions."""
        alembic = self._alembic(self.models)
        alembic.output_buffer = StringIO()
        command.upgrade(alembic, f"{self.current_revision()}:head", sql=True)
        return alembic.output_buffer.getvalue()

    def round_trip(self, models: MetaData) -> None:
        """Upgrade, downgrade and upgrade each pending revision, until the models are reached."""
        alembic = self._alembic(models)
        heads = MigrationContext.configure(self.connection).get_current_heads()
        self.connection.rollback()
        ahead = ScriptDirectory.from_config(alembic).iterate_revisions("head", heads)
        for script in list(ahead)[::-1]:
            before = self.read()
            command.upgrade(alembic, script.revision)
            after = self.read()
            command.downgrade(alembic, "-1")
            left = catalog.differences(before, self.read())
            traces = [str(each) for each in left if not each.only_adds_enum_values]
            assert traces == [], script.path
            command.upgrade(alembic, script.revision)
            assert catalog.differences(after, self.read()) == [], script.path
        assert self.differences(models) == []

    def differences(self, models: MetaData) -> list[str]:
        """Return what differs between the database and the models, in words."""
        context = MigrationContext.configure(self.connection, opts=options.comparison(models))
        operations = produce_migrations(context, models).upgrade_ops
        phrases = describe.describe_all(operations.ops) if operations else []
        self.connection.rollback()
        with scratch.database(self.config) as url, connect(url) as connection:
            models.create_all(connection)
            expected = catalog.read(connection)
        found = self.read()
        expected = expected.with_names_of(found, explicit_names(models))
        between = catalog.differences(expected, found)
        return phrases + [str(each) for each in between if not is_python_default(each, models)]

    def lint(self, files: Sequence[Path]) -> list[str]:
        """Return what the rules find in revisions."""
        result = linter.lint(self.config, [file.stem.partition("_")[0] for file in files])
        # Of the sample rows one may be in the way of what is checked.
        assert not [each for each in result.skipped if "sample rows" not in each]
        return [str(finding) for finding in result.findings]

    def execute(self, statement: str) -> list[tuple[object, ...]]:
        """Run a statement on the database and return its rows."""
        self.connection.rollback()
        with self.connection.begin():
            result = self.connection.execute(text(statement))
            return [tuple(row) for row in result] if result.returns_rows else []

    def read(self) -> Catalog:
        """Return the catalog of the database."""
        with self.connection.begin():
            return catalog.read(self.connection)

    def _alembic(self, models: MetaData) -> AlembicConfig:
        # A read begins a transaction, which Alembic would leave to its caller.
        self.connection.rollback()
        alembic = AlembicConfig(self.config.root / "alembic.ini")
        alembic.attributes |= {
            "connection": self.connection,
            "metadata": models,
            "config": self.config,
            "confirm": self.confirm,
        }
        alembic.cmd_opts = Namespace(quiet=True)
        return alembic


@contextmanager
def create_project(
    folder: Path,
    backend: Backend,
    models: MetaData,
    *,
    production_version: str = "",
    allowed: tuple[str, ...] = (),
) -> Iterator[Project]:
    """Create a project whose first revision creates the tables of models, and apply it."""
    versions = folder / "migrations" / "versions"
    versions.mkdir(parents=True)
    (folder / "alembic.ini").write_text(
        "[alembic]\nscript_location = %(here)s/migrations\n"
        "file_template = %%(rev)s_%%(slug)s\nrevision_environment = true\n"
    )
    template = (TEMPLATE / "migrations" / "script.py.mako").read_text()
    (folder / "migrations" / "script.py.mako").write_text(template)
    (folder / "migrations" / "env.py").write_text(textwrap.dedent(ENV))
    config = Config(
        root=folder,
        database=backend,
        production_version=production_version,
        allowed=allowed,
    )
    with scratch.database(config) as url, connect(url) as connection:
        project = Project(config, connection, models)
        project.create(models, "what is there")
        project.upgrade()
        yield project
