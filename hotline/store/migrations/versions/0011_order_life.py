"""What may become of a work order: requests, marks, files, and orders handed down"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ticket", sa.Column("about", sa.String(), nullable=True))
    op.create_index("ticket_about", "ticket", ["about", "id"], postgresql_where=sa.text("about IS NOT NULL"))
    op.create_index(
        "ticket_to_archive",
        "ticket",
        ["closed_at"],
        postgresql_where=sa.text("state IN ('answered', 'closed', 'transferred')"),
    )
    op.add_column("work_order", sa.Column("parent", sa.BigInteger(), nullable=True))
    op.create_foreign_key(None, "work_order", "work_order", ["parent"], ["id"])
    op.create_index(op.f("ix_work_order_parent"), "work_order", ["parent"])
    op.add_column("work_order", sa.Column("contacted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("work_order", sa.Column("contact", sa.String(), nullable=False, server_default=""))
    op.add_column("work_order", sa.Column("promise", sa.String(), nullable=False, server_default=""))
    op.add_column("work_order", sa.Column("review_on", sa.Date(), nullable=True))
    for column in ("contact", "promise"):
        op.alter_column("work_order", column, server_default=None)
    op.create_table(
        "order_request",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket", sa.BigInteger(), nullable=False),
        sa.Column("work_order", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("decider", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("details", postgresql.JSONB(), nullable=False),
        sa.Column("asked_by", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.id"]),
        sa.ForeignKeyConstraint(["work_order"], ["work_order.id"]),
        sa.ForeignKeyConstraint(["asked_by"], ["account.id"]),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_order_request_work_order"), "order_request", ["work_order"])
    is_open = sa.text("state = 'asked'")
    op.create_index("order_request_open", "order_request", ["decider", "id"], postgresql_where=is_open)
    op.create_index(
        "order_request_one_open", "order_request", ["work_order"], unique=True, postgresql_where=is_open
    )
    op.create_table(
        "mark",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket", sa.BigInteger(), nullable=False),
        sa.Column("work_order", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.id"]),
        sa.ForeignKeyConstraint(["work_order"], ["work_order.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_mark_ticket"), "mark", ["ticket"])
    op.create_index(op.f("ix_mark_work_order"), "mark", ["work_order"])
    op.create_index("mark_lying", "mark", ["kind", "id"], postgresql_where=sa.text("lifted_at IS NULL"))
    op.create_table(
        "attachment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket", sa.BigInteger(), nullable=False),
        sa.Column("work_order", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("by", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.id"]),
        sa.ForeignKeyConstraint(["work_order"], ["work_order.id"]),
        sa.ForeignKeyConstraint(["by"], ["account.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_attachment_ticket"), "attachment", ["ticket"])
    op.create_index(op.f("ix_attachment_work_order"), "attachment", ["work_order"])
