"""Counts by line and day"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

COUNTS = ("calls", "answered", "in_target", "abandoned", "to_branch", "waited", "talked", "tickets")


def upgrade() -> None:
    op.create_table(
        "line_day",
        sa.Column("line", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
        sa.PrimaryKeyConstraint("line", "day"),
    )
    op.create_index("line_day_by_day", "line_day", ["day", "line"], unique=False)
