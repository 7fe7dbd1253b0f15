"""The revisions of a change as Alembic writes them."""

from alembic.operations.ops import DowngradeOps, MigrationScript, UpgradeOps
from alembic.util import rev_id

from stratakit.autogenerate.change import Change
from stratakit.autogenerate.review_comments import add_review_comments


def build_scripts(change: Change, first: MigrationScript) -> list[MigrationScript]:
    """Return the scripts of a change, a revision for each step that follows the one before.

    Args:
        change: the change, with its steps.
        first: Alembic's own script, which becomes that of the first step. It has the revision id
            and the place in the history that were asked for.
    """
    message = first.message
    scripts: list[MigrationScript] = []
    for step in change.steps:
        script = _follow(scripts[-1]) if scripts else first
        upgrade, downgrade = script.upgrade_ops_list[0], script.downgrade_ops_list[0]
        upgrade.ops = add_review_comments(change, step.upgrade)
        downgrade.ops = step.downgrade
        script.upgrade_ops, script.downgrade_ops = upgrade, downgrade
        title = step.title if len(change.steps) > 1 else ""
        script.message = ": ".join(filter(None, (title, message)))
        # A directive has no other way to the head of the file: docs/decisions/0019.
        script.imports = {
            *script.imports,
            *(
                f'{name} = "{value}"'
                for name in ("phase", "requires_backfill", "requires_unused", "irreversible")
                if (value := getattr(step, name))
            ),
        }
        scripts.append(script)
    return scripts


def _follow(script: MigrationScript) -> MigrationScript:
    return MigrationScript(
        rev_id=rev_id(),
        upgrade_ops=UpgradeOps(),
        downgrade_ops=DowngradeOps(),
        head=script.rev_id,
        version_path=script.version_path,
    )
