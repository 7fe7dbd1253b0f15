"""The private names of Alembic and SQLAlchemy still do what stratakit needs of them."""

import sqlite3
from pathlib import Path
from typing import Any

import alembic.op
import pytest
import sqlalchemy as sa
from alembic.autogenerate.api import AutogenContext
from alembic.config import Config
from alembic.operations import Operations
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.dialects import mysql, postgresql

from stratakit import alembic_private

REVISION = (
    "revision = {id!r}\ndown_revision = {follows!r}\ndef upgrade(): ...\ndef downgrade(): ...\n"
)


@pytest.fixture
def context() -> AutogenContext:
    """What Alembic renders with."""
    migration = MigrationContext.configure(dialect_name="postgresql")
    options = {
        "sqlalchemy_module_prefix": "sa.",
        "alembic_module_prefix": "op.",
        "user_module_prefix": None,
        "render_item": None,
        "render_as_batch": True,
    }
    return AutogenContext(migration, opts=options)


@pytest.fixture
def scripts(tmp_path: Path) -> ScriptDirectory:
    """Two revisions."""
    (tmp_path / "versions").mkdir()
    for revision_id, follows in (("a1", None), ("b2", "a1")):
        text = REVISION.format(id=revision_id, follows=follows)
        (tmp_path / "versions" / f"{revision_id}.py").write_text(text)
    return ScriptDirectory(str(tmp_path))


def test_a_column_is_copied_without_its_table() -> None:
    column = sa.Column("size", sa.Integer, nullable=False)
    sa.Table("items", sa.MetaData(), column)
    copied = alembic_private.copy_column(column)
    copied.nullable = True
    assert copied.name == "size"
    assert copied.table is None
    assert column.nullable is False


def test_the_isolation_level_of_an_engine_and_of_a_connection_is_known() -> None:
    for options, is_autocommit in (({}, False), ({"isolation_level": "AUTOCOMMIT"}, True)):
        with sa.create_engine("sqlite://", **options).connect() as connection:
            assert alembic_private.is_autocommit(connection) is is_autocommit
            connection.execution_options(isolation_level="AUTOCOMMIT")
            assert alembic_private.is_autocommit(connection) is True


def test_an_environment_within_another_leaves_it_as_it_was(scripts: ScriptDirectory) -> None:
    outer = EnvironmentContext(Config(), scripts)
    with outer:
        with alembic_private.nested_environment(), EnvironmentContext(Config(), scripts):
            assert alembic_private.live_environment() is not outer
        assert alembic_private.live_environment() is outer
        assert alembic.context.script is scripts
    with alembic_private.nested_environment(), EnvironmentContext(Config(), scripts):
        pass
    assert alembic_private.live_environment() is None


def test_the_version_table_is_created_as_its_column_is_declared(scripts: ScriptDirectory) -> None:
    context = MigrationContext.configure(sa.create_engine("sqlite://").connect())
    alembic_private.version_column(context).type = sa.String(255)
    context.stamp(scripts, "a1")
    assert context.connection is not None
    (column,) = sa.inspect(context.connection).get_columns("alembic_version")
    assert str(column["type"]) == "VARCHAR(255)"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (mysql.DECIMAL(10, 2), sa.Numeric()),
        (postgresql.TIMESTAMP(), sa.DateTime()),
        (mysql.VARCHAR(20), sa.Text()),
    ],
)
def test_a_databases_own_type_has_the_affinity_of_the_generic_one(one: Any, other: Any) -> None:
    assert alembic_private.type_affinity(one) is alembic_private.type_affinity(other)
    assert alembic_private.type_affinity(one) is not alembic_private.type_affinity(sa.Boolean())


def test_steps_run_in_the_direction_of_the_command(scripts: ScriptDirectory) -> None:
    upgrade = alembic_private.upgrade_steps(scripts, "head", ())
    assert [step.revision.revision for step in upgrade] == ["a1", "b2"]
    downgrade = alembic_private.downgrade_steps(scripts, "base", "b2")
    assert [step.revision.revision for step in downgrade] == ["b2", "a1"]
    (stamp,) = alembic_private.stamp_steps(scripts, "a1", ("b2",))
    assert (stamp.is_upgrade, stamp.to_revisions) == (False, ("a1",))


def test_a_renderer_knows_whether_it_is_in_a_batch(context: AutogenContext) -> None:
    assert not alembic_private.is_in_batch(context)
    with context._within_batch():
        assert alembic_private.is_in_batch(context)


def test_a_type_is_rendered_with_its_import(context: AutogenContext) -> None:
    assert alembic_private.render_type(sa.String(20), context) == "sa.String(length=20)"
    assert alembic_private.render_type(postgresql.JSONB(), context).startswith("postgresql.JSONB(")
    assert context.imports == {"from sqlalchemy.dialects import postgresql"}


def test_a_server_default_is_rendered(context: AutogenContext) -> None:
    rendered = alembic_private.render_server_default(sa.Identity(always=True), context)
    assert rendered == "sa.Identity(always=True)"


def test_the_live_environment_is_the_one_that_is_running(scripts: ScriptDirectory) -> None:
    with EnvironmentContext(Config(), scripts) as environment:
        assert alembic_private.live_environment() is environment


def test_a_substitute_pool_keeps_the_listeners_of_an_engine_and_not_its_connections() -> None:
    engine = sa.create_engine("sqlite://", creator=lambda: pytest.fail("the engine's own"))
    seen: list[object] = []
    sa.event.listen(engine, "connect", lambda connection, _: seen.append(connection))
    opened: Any = sqlite3.connect(":memory:")
    pool = alembic_private.substitute_pool(engine, lambda: opened)
    connection = pool.connect()
    assert connection.dbapi_connection is opened
    assert seen == [opened]
    connection.close()


def test_the_state_of_an_earlier_run_is_forgotten(scripts: ScriptDirectory) -> None:
    with (
        EnvironmentContext(Config(), scripts),
        Operations.context(MigrationContext.configure(dialect_name="sqlite")),
    ):
        assert vars(alembic.op)["_proxy"] is not None
    alembic_private.forget_run()
    with pytest.raises(NameError):
        alembic.op.execute("SELECT 1")
