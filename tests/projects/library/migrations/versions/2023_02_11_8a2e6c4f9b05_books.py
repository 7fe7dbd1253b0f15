"""books

Revision ID: 8a2e6c4f9b05
Revises: 3f1c0a7b2d11
"""

import sqlalchemy as sa
from alembic import op

revision = "8a2e6c4f9b05"
down_revision = "3f1c0a7b2d11"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "books",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column(
            "added", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.ForeignKeyConstraint(["author_id"], ["authors.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_books_title", "books", ["title"])


def downgrade():
    op.drop_table("books")
