"""tickets

Revision ID: b7d1f3a09c42
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "b7d1f3a09c42"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "tickets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("status", sa.Enum("open", "closed", name="ticket_status"), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("length(title) > 0", name="title_given"),
        sa.PrimaryKeyConstraint("id"),
    )


def downgrade():
    op.drop_table("tickets")
    op.execute("DROP TYPE ticket_status")
