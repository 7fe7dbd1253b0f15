"""authors

Revision ID: 3f1c0a7b2d11
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "3f1c0a7b2d11"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "authors",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )


def downgrade():
    op.drop_table("authors")
