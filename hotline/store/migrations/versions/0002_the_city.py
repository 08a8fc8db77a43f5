"""The city's data, in revisions"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "city_revision",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.execute("CREATE SEQUENCE city_row_number AS bigint")
    op.create_table(
        "city_row",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "number", sa.BigInteger(), server_default=sa.text("nextval('city_row_number')"), nullable=False
        ),
        sa.Column("sheet", sa.String(), nullable=False),
        sa.Column("written", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["since"], ["city_revision.id"]),
        sa.ForeignKeyConstraint(["until"], ["city_revision.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "city_row_in_force",
        "city_row",
        ["sheet", "number"],
        unique=True,
        postgresql_where=sa.text("until IS NULL"),
    )
    op.create_index("city_row_history", "city_row", ["number", "since"], unique=False)
    op.create_index(op.f("ix_city_row_since"), "city_row", ["since"], unique=False)
    op.create_index(op.f("ix_city_row_until"), "city_row", ["until"], unique=False)
