"""Thresholds from which matters are dispatched by themselves, and what became of each ticket left to a dispatcher"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "matter_threshold",
        sa.Column("matter", sa.String(), nullable=False),
        sa.Column("threshold", sa.Float(), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("matter"),
    )
    op.create_table(
        "automatic_dispatch",
        sa.Column("ticket", sa.BigInteger(), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("matter", sa.String(), nullable=True),
        *(sa.Column(name, sa.Float(), nullable=True) for name in ("confidence", "threshold", "precision")),
        sa.Column("work_order", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.id"]),
        sa.ForeignKeyConstraint(["work_order"], ["work_order.id"]),
        sa.PrimaryKeyConstraint("ticket"),
    )
    op.create_index(
        "automatic_waiting",
        "automatic_dispatch",
        ["left_at"],
        postgresql_where=sa.text("looked_at IS NULL"),
    )
    op.create_index(
        "automatic_sent",
        "automatic_dispatch",
        ["matter"],
        postgresql_where=sa.text("work_order IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_table("automatic_dispatch")
    op.drop_table("matter_threshold")
