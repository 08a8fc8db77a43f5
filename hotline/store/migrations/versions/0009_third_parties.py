"""Who else took part in a call"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("call", sa.Column("handed_over_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("call", sa.Column("party", sa.String(), nullable=True))
    op.add_column("call", sa.Column("party_stands", sa.String(), nullable=True))
