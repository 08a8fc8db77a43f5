"""What the bridge knows of its link"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "link",
        sa.Column("node", sa.String(), primary_key=True),
        sa.Column("applied", sa.BigInteger(), nullable=False),
        sa.Column("is_up", sa.Boolean(), nullable=False),
        sa.Column("is_refused", sa.Boolean(), nullable=False),
        sa.Column("lost_at", sa.DateTime(timezone=True)),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True)),
        sa.Column("waiting", sa.BigInteger(), nullable=False),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("gaps", "corrections", "drift", "orphans")
        ),
        sa.Column("gap_seconds", sa.Float(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("failed", "skipped")),
    )
