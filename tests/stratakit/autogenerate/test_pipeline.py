"""The pipeline from operations to revision scripts, without a database."""

from argparse import Namespace
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.operations import ops
from alembic.runtime.migration import MigrationContext

from stratakit.autogenerate.describe import describe_all
from stratakit.autogenerate.pipeline import build_pipeline
from stratakit.autogenerate.renames import prompt
from stratakit.autogenerate.review_comments import ReviewCommentOp
from stratakit.config import Backend
from stratakit.operations.constraints import ValidateConstraintOp
from stratakit.operations.renames import RenameColumnOp
from stratakit.operations.walk import flatten

ITEMS = sa.Table("items", sa.MetaData(), sa.Column("id", sa.BigInteger, primary_key=True))


def on_items(*operations: ops.MigrateOperation) -> ops.ModifyTableOps:
    return ops.ModifyTableOps("items", list(operations))


def add(name: str, type_: sa.types.TypeEngine[Any] | None = None) -> ops.AddColumnOp:
    return ops.AddColumnOp("items", sa.Column(name, type_ or sa.String(20)))


def drop(name: str, type_: sa.types.TypeEngine[Any] | None = None) -> ops.DropColumnOp:
    return ops.DropColumnOp(
        "items", name, _reverse=ops.AddColumnOp("items", sa.Column(name, type_ or sa.String(20)))
    )


def foreign_key() -> ops.CreateForeignKeyOp:
    return ops.CreateForeignKeyOp("fk_owner", "items", "owners", ["owner_id"], ["id"])


def script(
    *operations: ops.MigrateOperation, message: str | None = "change"
) -> ops.MigrationScript:
    return ops.MigrationScript(
        "r1", ops.UpgradeOps(operations), ops.DowngradeOps(), message=message, head="r0"
    )


def run(
    *directives: ops.MigrationScript,
    backend: Backend = "postgresql",
    confirm: prompt.Confirm = prompt.decline,
    notify: list[str] | None = None,
    autogenerate: bool = True,
    options: Namespace | None = None,
) -> list[ops.MigrationScript]:
    """Send scripts through the pipeline as Alembic does, and return what it would write."""
    command = {"message": directives[0].message, "autogenerate": autogenerate}
    config = SimpleNamespace(cmd_opts=options)
    revision = SimpleNamespace(command_args=command, config=config, template_args={})
    context = MigrationContext.configure(
        dialect_name=backend,
        opts={"target_metadata": ITEMS.metadata, "revision_context": revision},
    )
    scripts = list(directives)
    pipeline = build_pipeline(
        backend, notify=None if notify is None else notify.append, confirm=confirm
    )
    pipeline(context, "r0", scripts)
    return scripts


def upgrades(scripts: Sequence[ops.MigrationScript]) -> list[list[ops.MigrateOperation]]:
    """The operations of each script, without containers and comments."""
    return [
        [
            operation
            for container in each.upgrade_ops_list
            for operation in flatten(container.ops)
            if not isinstance(operation, ReviewCommentOp)
        ]
        for each in scripts
    ]


def comments(script: ops.MigrationScript) -> list[str]:
    return [
        operation.text
        for container in script.upgrade_ops_list
        for operation in flatten(container.ops)
        if isinstance(operation, ReviewCommentOp)
    ]


def test_the_phrases_describe_the_revisions_that_are_written() -> None:
    phrases: list[str] = []
    index = ops.CreateIndexOp("ix_owner", "items", ["owner_id"])
    change = on_items(add("owner_id", sa.BigInteger()), index, foreign_key())
    scripts = run(script(change), notify=phrases)
    operations = upgrades(scripts)
    assert [type(each) for script in operations for each in script] == [
        ops.AddColumnOp,
        ops.CreateIndexOp,
        ops.CreateForeignKeyOp,
        ValidateConstraintOp,
    ]
    assert phrases == [phrase for each in operations for phrase in describe_all(each)]


def test_each_revision_follows_the_one_before() -> None:
    scripts = run(script(on_items(add("owner_id"), foreign_key())))
    assert [each.message for each in scripts] == ["change", "validate: change"]
    assert [each.head for each in scripts] == ["r0", "r1"]


@pytest.mark.parametrize("backend", ["postgresql", "mysql", "sqlite"])
def test_a_hazard_stays_above_its_operation(backend: Backend) -> None:
    scripts = run(script(on_items(add("size", sa.Integer()), drop("note"))), backend=backend)
    (last,) = [each for each in scripts if comments(each)]
    (comment,) = comments(last)
    assert "items.note" in comment
    operations = list(flatten(last.upgrade_ops_list[0].ops))
    place = next(i for i, each in enumerate(operations) if isinstance(each, ReviewCommentOp))
    assert isinstance(operations[place + 1], ops.DropColumnOp)


def test_a_dropped_column_is_the_last_revision_with_its_hazard() -> None:
    index = ops.CreateIndexOp("ix_size", "items", ["size"])
    first, last = run(script(on_items(drop("note"), index)))
    assert (comments(first), len(comments(last))) == ([], 1)
    assert last.imports == {'phase = "contract"'}


def test_each_revision_undoes_what_it_does() -> None:
    scripts = run(script(on_items(add("owner_id", sa.BigInteger()), foreign_key())))
    downgrades = [[*flatten(each.downgrade_ops_list[0].ops)] for each in scripts]
    assert [[type(each) for each in script] for script in downgrades] == [
        [ops.DropConstraintOp, ops.DropColumnOp],
        [ops.DropConstraintOp, ops.CreateForeignKeyOp],
    ]
    dropped = [each for script in downgrades for each in script]
    names = {each.constraint_name for each in dropped if isinstance(each, ops.DropConstraintOp)}
    assert names == {"fk_owner"}


@pytest.mark.parametrize(("confirm", "is_rename"), [(prompt.decline, False), (bool, True)])
def test_a_confirmed_rename_replaces_the_drop_and_the_addition(
    confirm: prompt.Confirm, is_rename: bool
) -> None:
    (written,) = run(script(on_items(drop("note"), add("remark"))), confirm=confirm)
    kinds = [type(each) for each in upgrades([written])[0]]
    assert kinds == ([RenameColumnOp] if is_rename else [ops.DropColumnOp, ops.AddColumnOp])
    assert bool(comments(written)) is not is_rename


def test_unrelated_tables_are_a_hazard_of_the_first_operation() -> None:
    tables = [ops.CreateTableOp(name, [sa.Column("id", sa.Integer)]) for name in ("one", "two")]
    (written,) = run(script(*tables))
    assert isinstance(written.upgrade_ops_list[0].ops[0], ReviewCommentOp)
    assert "one, two" in comments(written)[0]


def test_revisions_that_a_hook_of_the_project_added_stay() -> None:
    own = ops.MigrationScript("r9", ops.UpgradeOps(), ops.DowngradeOps(), message="own")
    assert run(script(on_items(add("note"))), own)[-1] is own
    assert run(script(), own) == [own]


def test_nothing_is_written_if_nothing_has_changed() -> None:
    assert run(script()) == []


def test_an_empty_revision_with_operations_of_another_hook_keeps_them() -> None:
    own = add("note")
    (written,) = run(script(own), autogenerate=False)
    assert written.upgrade_ops_list[0].ops == [own]
    assert written.upgrade_ops_list[0].upgrade_token == "upgrades"
    assert not written.imports


def test_a_comparison_gets_what_alembic_found() -> None:
    index = ops.CreateIndexOp("ix_note", "items", ["note"])
    (compared,) = run(script(on_items(index), message=None), options=Namespace())
    assert upgrades([compared]) == [[index]]
    assert "postgresql_concurrently" not in index.kw


def test_a_revision_without_a_message_is_safe_too() -> None:
    index = ops.CreateIndexOp("ix_note", "items", ["note"])
    run(script(on_items(index), message=None), options=Namespace(message=None))
    assert index.kw["postgresql_concurrently"] is True
