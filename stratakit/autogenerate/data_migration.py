"""The pattern of a data migration, as a comment in an empty revision."""

import textwrap

from alembic.operations import ops
from alembic.runtime.migration import MigrationContext

PHASE = 'phase = "backfill"  # "expand" if it adds to the schema, "contract" if it removes from it'
PATTERN = """\
# Change rows in batches. Each batch is a transaction of its own, so no row is locked for long:
# connection = op.get_bind()
# with op.get_context().autocommit_block():
#     while connection.execute(
#         sa.text(
#             "UPDATE items SET name = trim(name) WHERE id IN (SELECT id FROM "
#             "(SELECT id FROM items WHERE name <> trim(name) LIMIT 1000) batch)"
#         )
#     ).rowcount:
#         pass
pass"""


def add_pattern(context: MigrationContext, script: ops.MigrationScript) -> None:
    """Write the phase and the pattern into a script, unless a hook of the project filled it.

    Alembic calls everything that it renders "auto generated". So the pattern is the text of the
    template's variables, and Alembic renders the script without operations to others.
    """
    containers = [*script.upgrade_ops_list, *script.downgrade_ops_list]
    if not all(each.is_empty() for each in containers):
        return
    script.imports = {*script.imports, PHASE}
    texts = context.opts["revision_context"].template_args
    for upgrade in script.upgrade_ops_list:
        texts[upgrade.upgrade_token] = textwrap.indent(PATTERN, "    ").strip()
        upgrade.upgrade_token = f"rendered_{upgrade.upgrade_token}"
    for downgrade in script.downgrade_ops_list:
        texts[downgrade.downgrade_token] = "pass"
        downgrade.downgrade_token = f"rendered_{downgrade.downgrade_token}"
