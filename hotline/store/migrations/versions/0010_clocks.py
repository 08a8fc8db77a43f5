"""Clocks that are swept, and messages on their way"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name, kind in (
        ("amber_at", sa.DateTime(timezone=True)),
        ("first_due_at", sa.DateTime(timezone=True)),
        ("extended_at", sa.DateTime(timezone=True)),
        ("extension_amount", sa.Integer()),
        ("extension_measure", sa.String()),
    ):
        op.add_column("clock", sa.Column(name, kind, nullable=True))
    op.execute("UPDATE clock SET amber_at = next_event_at WHERE next_event_at < due_at")
    _add("promised", sa.Boolean(), "false")
    _add("generation", sa.Integer(), "1")
    _add("extension_why", sa.String(), "''")
    # What was due before nobody was told of; the first sweep looks at every clock that runs, and says nothing of it.
    _add("seen_until", sa.DateTime(timezone=True), "now()")
    op.execute("UPDATE clock SET next_event_at = now() WHERE stopped_at IS NULL AND due_at IS NOT NULL")
    op.create_table(
        "clock_firing",
        sa.Column("clock", sa.BigInteger(), sa.ForeignKey("clock.id"), primary_key=True),
        sa.Column("generation", sa.Integer(), primary_key=True),
        sa.Column("step", sa.String(), primary_key=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fired_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "clock_recompute",
        sa.Column("revision", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("calendars", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("policies", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("after", sa.BigInteger(), nullable=False),
        sa.Column("moved", postgresql.JSONB(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True)),
    )
    _create_messages()


def _create_messages() -> None:
    for name in ("mail", "mobile"):
        _add(name, sa.String(), "''", table="account")
    op.create_table(
        "message",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), primary_key=True),
        sa.Column("key", sa.String(), nullable=False, unique=True),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("channel", "to", "subject", "body", "link")
        ),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.Column("read_at", sa.DateTime(timezone=True)),
    )
    due, unread = "state IN ('waiting', 'failed')", "channel = 'notice' AND read_at IS NULL"
    op.create_index("message_due", "message", ["next_try_at"], postgresql_where=sa.text(due))
    op.create_index("message_unread", "message", ["to"], postgresql_where=sa.text(unread))
    op.create_index("message_by_addressee", "message", ["to", "id"])
    op.create_index("message_by_state", "message", ["state", "id"])


def _add(name: str, kind: sa.types.TypeEngine[Any], value: str, table: str = "clock") -> None:
    """A column that every row has from now on."""
    op.add_column(table, sa.Column(name, kind, nullable=False, server_default=sa.text(value)))
    op.alter_column(table, name, server_default=None)
