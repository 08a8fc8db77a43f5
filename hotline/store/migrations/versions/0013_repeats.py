"""The index of tickets' words, tickets that speak of one thing, and what many speak of at once"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ticket_words",
        sa.Column("ticket", sa.BigInteger(), nullable=False),
        sa.Column("words", postgresql.TSVECTOR(), nullable=False),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.id"]),
        sa.PrimaryKeyConstraint("ticket"),
    )
    op.create_index("ticket_words_index", "ticket_words", ["words"], postgresql_using="gin")
    op.create_table(
        "ticket_link",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("ticket", sa.BigInteger(), nullable=False),
        sa.Column("lead", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.String(), nullable=False),
        sa.Column("replaces", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.id"]),
        sa.ForeignKeyConstraint(["lead"], ["ticket.id"]),
        sa.ForeignKeyConstraint(["replaces"], ["ticket_link.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    for column in ("ticket", "lead", "replaces"):
        op.create_index(op.f(f"ix_ticket_link_{column}"), "ticket_link", [column])
    stands = sa.text("undone_at IS NULL")
    op.create_index(
        "ticket_link_one", "ticket_link", ["ticket", "kind"], unique=True, postgresql_where=stands
    )
    op.create_index(
        "ticket_open_by_matter", "ticket", ["matter", "id"], postgresql_where=sa.text("closed_at IS NULL")
    )
    op.create_table(
        "matter_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("matter", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("tickets", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "matter", "area"),
    )
    op.create_table(
        "journal_mark",
        sa.Column("reader", sa.String(), nullable=False),
        sa.Column("horizon", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("reader"),
    )
    op.create_table(
        "hot_issue",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("matter", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("tickets", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Float(), nullable=False),
        sa.Column("surprise", sa.Float(), nullable=False),
        sa.Column("words", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("days", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "hot_issue_now",
        "hot_issue",
        ["area", "matter"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
