"""Clocks: what a page and a sweep ask of them"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("clock", sa.Column("amber_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE clock SET amber_at = next_event_at WHERE next_event_at < due_at")
