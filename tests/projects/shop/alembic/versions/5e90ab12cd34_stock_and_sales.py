"""stock and sales

Revision ID: 5e90ab12cd34
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "5e90ab12cd34"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.execute("CREATE SCHEMA stock")
    op.execute("CREATE SCHEMA sales")
    op.create_table(
        "products",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_products"),
        schema="stock",
    )
    op.create_table(
        "orders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["stock.products.id"]),
        sa.PrimaryKeyConstraint("id"),
        schema="sales",
    )
    op.create_index("ix_sales_orders_product_id", "orders", ["product_id"], schema="sales")


def downgrade():
    op.execute("DROP SCHEMA sales CASCADE")
    op.execute("DROP SCHEMA stock CASCADE")
