"""The record"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("roles", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=True),
        sa.Column("extension", sa.String(), nullable=True),
        sa.Column("skills", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("theme", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("extension"),
        sa.UniqueConstraint("login"),
    )
    op.create_table(
        "call",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("node", sa.String(), nullable=False),
        sa.Column("linkedid", sa.String(), nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.Column("caller", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("queue", sa.String(), nullable=True),
        sa.Column("agent", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ticket", sa.BigInteger(), nullable=True),
        sa.Column("recording", sa.String(), nullable=True),
        sa.Column("inferred", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("call_by_caller", "call", ["caller", "entered_at"], unique=False)
    op.create_index(
        "call_open", "call", ["state"], unique=False, postgresql_where=sa.text("ended_at IS NULL")
    )
    op.create_index(op.f("ix_call_entered_at"), "call", ["entered_at"], unique=False)
    op.create_index(op.f("ix_call_linkedid"), "call", ["linkedid"], unique=False)
    op.create_index(op.f("ix_call_ticket"), "call", ["ticket"], unique=False)
    op.create_table(
        "citizen",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=True),
        sa.Column("enterprise", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "fact",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "xid",
            sa.BigInteger(),
            server_default=sa.text("(pg_current_xact_id()::text::bigint)"),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("was", sa.String(), nullable=True),
        sa.Column("became", sa.String(), nullable=True),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("ticket", sa.BigInteger(), nullable=True),
        sa.Column("call", sa.String(), nullable=True),
        sa.Column("cause", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "fact_by_call", "fact", ["call", "id"], unique=False, postgresql_where=sa.text("call IS NOT NULL")
    )
    op.create_index("fact_by_subject", "fact", ["subject", "id"], unique=False)
    op.create_index(
        "fact_by_ticket",
        "fact",
        ["ticket", "id"],
        unique=False,
        postgresql_where=sa.text("ticket IS NOT NULL"),
    )
    op.create_index("fact_by_transaction", "fact", ["xid", "id"], unique=False)
    op.create_table(
        "login_failure",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("login_failure_by_address", "login_failure", ["address", "at"], unique=False)
    op.create_index("login_failure_by_login", "login_failure", ["login", "at"], unique=False)
    op.create_table(
        "call_alias",
        sa.Column("linkedid", sa.String(), nullable=False),
        sa.Column("call", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["call"],
            ["call.id"],
        ),
        sa.PrimaryKeyConstraint("linkedid"),
    )
    op.create_index(op.f("ix_call_alias_call"), "call_alias", ["call"], unique=False)
    op.create_table(
        "citizen_number",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("citizen", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["citizen"],
            ["citizen.id"],
        ),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index(op.f("ix_citizen_number_citizen"), "citizen_number", ["citizen"], unique=False)
    op.create_table(
        "login_session",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("account", sa.BigInteger(), nullable=False),
        sa.Column("csrf", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"],
            ["account.id"],
        ),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_index(op.f("ix_login_session_account"), "login_session", ["account"], unique=False)
    op.create_index(op.f("ix_login_session_expires_at"), "login_session", ["expires_at"], unique=False)
    op.create_table(
        "seat",
        sa.Column("extension", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("call", sa.String(), nullable=True),
        sa.Column("queues", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("extension"),
    )
    op.create_table(
        "ticket",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("query_code", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.Column("call", sa.String(), nullable=True),
        sa.Column("citizen", sa.BigInteger(), nullable=False),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("matter", sa.String(), nullable=True),
        sa.Column("area", sa.String(), nullable=True),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("urgency", sa.String(), nullable=False),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("redone", sa.Integer(), nullable=False),
        sa.Column("urged", sa.Integer(), nullable=False),
        sa.Column("reply", sa.String(), nullable=False),
        sa.Column("solution", sa.String(), nullable=True),
        sa.Column("satisfaction", sa.String(), nullable=True),
        sa.Column("opened_by", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["citizen"],
            ["citizen.id"],
        ),
        sa.ForeignKeyConstraint(
            ["opened_by"],
            ["account.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("number"),
    )
    op.create_index(op.f("ix_ticket_area"), "ticket", ["area"], unique=False)
    op.create_index(op.f("ix_ticket_call"), "ticket", ["call"], unique=False)
    op.create_index(op.f("ix_ticket_opened_at"), "ticket", ["opened_at"], unique=False)
    op.create_index(op.f("ix_ticket_opened_by"), "ticket", ["opened_by"], unique=False)
    op.create_index("ticket_by_citizen", "ticket", ["citizen", "id"], unique=False)
    op.create_index(
        "ticket_open", "ticket", ["state", "id"], unique=False, postgresql_where=sa.text("closed_at IS NULL")
    )
    op.create_table(
        "ticket_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author", sa.BigInteger(), nullable=True),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author"],
            ["account.id"],
        ),
        sa.ForeignKeyConstraint(
            ["ticket"],
            ["ticket.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_ticket_entry_ticket"), "ticket_entry", ["ticket"], unique=False)
    op.create_table(
        "work_order",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("issued_by", sa.BigInteger(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_by", sa.BigInteger(), nullable=True),
        sa.Column("replied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("public_reply", sa.String(), nullable=False),
        sa.Column("internal_reply", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["issued_by"],
            ["account.id"],
        ),
        sa.ForeignKeyConstraint(
            ["signed_by"],
            ["account.id"],
        ),
        sa.ForeignKeyConstraint(
            ["ticket"],
            ["ticket.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_work_order_ticket"), "work_order", ["ticket"], unique=False)
    op.create_index(op.f("ix_work_order_unit"), "work_order", ["unit"], unique=False)
    op.create_index(
        "order_open_by_unit",
        "work_order",
        ["unit", "state", "id"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "clock",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ticket", sa.BigInteger(), nullable=False),
        sa.Column("work_order", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("amber_amount", sa.Integer(), nullable=False),
        sa.Column("amber_measure", sa.String(), nullable=False),
        sa.Column("calendar", sa.String(), nullable=False),
        sa.Column("policy", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("next_event_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["ticket"],
            ["ticket.id"],
        ),
        sa.ForeignKeyConstraint(
            ["work_order"],
            ["work_order.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "clock_next", "clock", ["next_event_at"], unique=False, postgresql_where=sa.text("stopped_at IS NULL")
    )
    op.create_index(op.f("ix_clock_ticket"), "clock", ["ticket"], unique=False)
    op.create_index(op.f("ix_clock_work_order"), "clock", ["work_order"], unique=False)
    op.create_table(
        "clock_pause",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("clock", sa.BigInteger(), nullable=False),
        sa.Column("begins_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clock"],
            ["clock.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_clock_pause_clock"), "clock_pause", ["clock"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_clock_pause_clock"), table_name="clock_pause")
    op.drop_table("clock_pause")
    op.drop_index(op.f("ix_clock_work_order"), table_name="clock")
    op.drop_index(op.f("ix_clock_ticket"), table_name="clock")
    op.drop_index("clock_next", table_name="clock", postgresql_where=sa.text("stopped_at IS NULL"))
    op.drop_table("clock")
    op.drop_index("order_open_by_unit", table_name="work_order", postgresql_where=sa.text("ended_at IS NULL"))
    op.drop_index(op.f("ix_work_order_unit"), table_name="work_order")
    op.drop_index(op.f("ix_work_order_ticket"), table_name="work_order")
    op.drop_table("work_order")
    op.drop_index(op.f("ix_ticket_entry_ticket"), table_name="ticket_entry")
    op.drop_table("ticket_entry")
    op.drop_index("ticket_open", table_name="ticket", postgresql_where=sa.text("closed_at IS NULL"))
    op.drop_index("ticket_by_citizen", table_name="ticket")
    op.drop_index(op.f("ix_ticket_opened_by"), table_name="ticket")
    op.drop_index(op.f("ix_ticket_opened_at"), table_name="ticket")
    op.drop_index(op.f("ix_ticket_call"), table_name="ticket")
    op.drop_index(op.f("ix_ticket_area"), table_name="ticket")
    op.drop_table("ticket")
    op.drop_table("seat")
    op.drop_index(op.f("ix_login_session_expires_at"), table_name="login_session")
    op.drop_index(op.f("ix_login_session_account"), table_name="login_session")
    op.drop_table("login_session")
    op.drop_index(op.f("ix_citizen_number_citizen"), table_name="citizen_number")
    op.drop_table("citizen_number")
    op.drop_index(op.f("ix_call_alias_call"), table_name="call_alias")
    op.drop_table("call_alias")
    op.drop_index("login_failure_by_login", table_name="login_failure")
    op.drop_index("login_failure_by_address", table_name="login_failure")
    op.drop_table("login_failure")
    op.drop_index("fact_by_transaction", table_name="fact")
    op.drop_index("fact_by_ticket", table_name="fact", postgresql_where=sa.text("ticket IS NOT NULL"))
    op.drop_index("fact_by_subject", table_name="fact")
    op.drop_index("fact_by_call", table_name="fact", postgresql_where=sa.text("call IS NOT NULL"))
    op.drop_table("fact")
    op.drop_table("citizen")
    op.drop_index(op.f("ix_call_ticket"), table_name="call")
    op.drop_index(op.f("ix_call_linkedid"), table_name="call")
    op.drop_index(op.f("ix_call_entered_at"), table_name="call")
    op.drop_index("call_open", table_name="call", postgresql_where=sa.text("ended_at IS NULL"))
    op.drop_index("call_by_caller", table_name="call")
    op.drop_table("call")
    op.drop_table("account")
