"""baseline

What existed before migrations took over: in a new service, nothing.

Revision: 001
Follows: nothing
"""

revision = "001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
