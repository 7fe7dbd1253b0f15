"""Revisions made from models by autogenerate, in this process, and what comes of them."""

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
from stratakit.drift.models import _is_python_default, explicit_names
from stratakit.engine.connect import connect
from stratakit.lint.linter import lint
from stratakit.orm import naming

TEMPLATE = Path(__file__).resolve().parents[2] / "template"
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
    """Where models are declared."""
    return MetaData(naming_convention=naming.NAMING_CONVENTION)


@dataclass
class Made:
    """A folder of revisions, and a database to which they are applied.

    Args:
        models: those that the first revision makes.
    """

    config: Config
    connection: Connection
    models: MetaData
    confirm: Confirm = prompt.confirm

    def create(self, models: MetaData, message: str = "change") -> list[Path]:
        """Let autogenerate write what brings the database to the models."""
        written = command.revision(self._alembic(models), message, autogenerate=True)
        scripts = written if isinstance(written, list) else [written]
        return [Path(script.path) for script in scripts if script is not None]

    def upgrade(self, target: str = "head") -> None:
        """Apply what is pending."""
        command.upgrade(self._alembic(self.models), target)

    def downgrade(self, target: str = "-1") -> None:
        """Take revisions back until one is the newest: by default the last."""
        command.downgrade(self._alembic(metadata()), target)

    def stands_at(self) -> str:
        """The revision in the database's version row."""
        (head,) = MigrationContext.configure(self.connection).get_current_heads()
        self.connection.rollback()
        return str(head)

    def sql(self) -> str:
        """What `--sql` writes of what is pending."""
        alembic = self._alembic(self.models)
        alembic.output_buffer = StringIO()
        command.upgrade(alembic, f"{self.stands_at()}:head", sql=True)
        return alembic.output_buffer.getvalue()

    def there_and_back(self, models: MetaData) -> None:
        """Take each pending revision up, down and up again; then the models are reached."""
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
        assert self.missing(models) == []

    def missing(self, models: MetaData) -> list[str]:
        """What lies between the database and the models, in words."""
        context = MigrationContext.configure(self.connection, opts=options.comparison(models))
        operations = produce_migrations(context, models).upgrade_ops
        said = describe.describe_all(operations.ops) if operations else []
        self.connection.rollback()
        with scratch.database(self.config) as url, connect(url) as connection:
            models.create_all(connection)
            expected = catalog.read(connection)
        found = self.read()
        expected = expected.with_names_of(found, explicit_names(models))
        between = catalog.differences(expected, found)
        return said + [str(each) for each in between if not _is_python_default(each, models)]

    def linted(self, files: Sequence[Path]) -> list[str]:
        """What the rules find in revisions."""
        linted = lint(self.config, [file.stem.partition("_")[0] for file in files])
        assert not linted.skipped
        return [str(finding) for finding in linted.findings]

    def execute(self, statement: str) -> list[tuple[object, ...]]:
        """Run a statement on the database and give its rows."""
        self.connection.rollback()
        with self.connection.begin():
            result = self.connection.execute(text(statement))
            return [tuple(row) for row in result] if result.returns_rows else []

    def read(self) -> Catalog:
        """The database as it stands."""
        with self.connection.begin():
            return catalog.read(self.connection)

    def _alembic(self, models: MetaData) -> AlembicConfig:
        # What is read begins a transaction, which Alembic would leave to its caller.
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
def made(
    folder: Path,
    backend: Backend,
    models: MetaData,
    *,
    production_version: str = "",
    allowed: tuple[str, ...] = (),
) -> Iterator[Made]:
    """A service whose first revision makes the tables of models, applied to a scratch database."""
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
        service = Made(config, connection, models)
        service.create(models, "what is there")
        service.upgrade()
        yield service
