"""Clocks: what a page and a sweep ask of them"""

from typing import Any

import sqlalchemy as sa
from alembic import op

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


def _add(name: str, kind: sa.types.TypeEngine[Any], value: str) -> None:
    """A column that every clock has from now on."""
    op.add_column("clock", sa.Column(name, kind, nullable=False, server_default=sa.text(value)))
    op.alter_column("clock", name, server_default=None)
