"""Rewriters of the operations that Alembic's comparison found.

`complete` looks at one operation at a time, and is an Alembic `Rewriter`. The others need all
operations of a change.
"""

from stratakit.autogenerate.rewriters.circular_keys import defer_circular_foreign_keys
from stratakit.autogenerate.rewriters.constraint_names import name_constraints
from stratakit.autogenerate.rewriters.drop_order import order_table_drops
from stratakit.autogenerate.rewriters.server_defaults import add_server_defaults

__all__ = ["complete", "defer_circular_foreign_keys", "name_constraints", "order_table_drops"]

complete = name_constraints.chain(add_server_defaults)
