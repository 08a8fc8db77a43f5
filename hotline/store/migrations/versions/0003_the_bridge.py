"""What the bridge keeps of the switch"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "switch_reading",
        sa.Column("node", sa.String(), nullable=False),
        sa.Column("stream", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("node", "stream"),
    )


def downgrade() -> None:
    op.drop_table("switch_reading")
