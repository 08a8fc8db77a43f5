"""Revisits, what citizens said, and the counts of the three rates"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

COUNTS = (
    "orders", "excluded", "unreachable", "declined", "exempt", "checked", "redone", "responded", "not_responded",
    "solved", "partly", "unsolved", "very_satisfied", "satisfied", "fair", "dissatisfied", "very_dissatisfied",
)  # fmt: skip

# Tickets that are being revisited already: agents go on with them.
GO_ON = """
    INSERT INTO revisit (
        ticket, rule, ways, pause_amount, pause_measure, hours, closes, way, tries, not_before, begun_at
    )
    SELECT id, '', ARRAY['agent', 'agent', 'agent'], 1440, 'minutes', '', true, 'agent', 0, now(), now()
    FROM ticket WHERE state = 'revisit'
"""


def upgrade() -> None:
    op.create_table(
        "revisit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket", sa.BigInteger(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("ways", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("pause_amount", sa.Integer(), nullable=False),
        sa.Column("pause_measure", sa.String(), nullable=False),
        sa.Column("hours", sa.String(), nullable=False),
        sa.Column("closes", sa.Boolean(), nullable=False),
        sa.Column("exempt", sa.String(), nullable=True),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_by", sa.BigInteger(), nullable=True),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answers", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.id"]),
        sa.ForeignKeyConstraint(["held_by"], ["account.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_revisit_ticket"), "revisit", ["ticket"])
    op.create_index(
        "revisit_open", "revisit", ["ticket"], unique=True, postgresql_where=sa.text("ended_at IS NULL")
    )
    by_itself = sa.text("ended_at IS NULL AND way IN ('message', '')")
    op.create_index("revisit_by_itself", "revisit", ["not_before"], postgresql_where=by_itself)
    op.create_table(
        "revisit_try",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("revisit", sa.BigInteger(), nullable=False),
        sa.Column("ticket", sa.BigInteger(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.BigInteger(), nullable=True),
        sa.Column("result", sa.String(), nullable=True),
        sa.Column("answers", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(["revisit"], ["revisit.id"]),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.id"]),
        sa.ForeignKeyConstraint(["by"], ["account.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_revisit_try_revisit"), "revisit_try", ["revisit"])
    op.create_index(op.f("ix_revisit_try_ticket"), "revisit_try", ["ticket"])
    op.create_table(
        "revisit_link",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("revisit", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["revisit"], ["revisit.id"]),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_index(op.f("ix_revisit_link_revisit"), "revisit_link", ["revisit"])
    op.create_table(
        "verdict",
        sa.Column("ticket", sa.BigInteger(), nullable=False),
        sa.Column("work_order", sa.BigInteger(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("unit", "area", "line", "category", "outcome")
        ),
        sa.Column("responded", sa.Boolean(), nullable=True),
        *(sa.Column(name, sa.String(), nullable=True) for name in ("solution", "satisfaction", "why")),
        sa.Column("redone", sa.Integer(), nullable=False),
        sa.Column("excluded", sa.String(), nullable=True),
        sa.Column("excluded_because", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.id"]),
        sa.ForeignKeyConstraint(["work_order"], ["work_order.id"]),
        sa.PrimaryKeyConstraint("ticket", "work_order"),
    )
    for name in ("unit", "area", "line", "category"):
        op.create_index(f"verdict_by_{name}", "verdict", [name, "month", "ticket"])
    op.create_index("verdict_by_month", "verdict", ["month", "ticket"])
    op.create_table(
        "rate_month",
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
        sa.PrimaryKeyConstraint("by", "month", "key"),
    )
    op.create_index(
        "clock_revisit_due",
        "clock",
        ["due_at", "id"],
        postgresql_where=sa.text("kind = 'revisit' AND stopped_at IS NULL"),
    )
    op.execute(GO_ON)
