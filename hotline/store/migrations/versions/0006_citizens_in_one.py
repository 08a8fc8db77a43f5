"""Citizens of several systems become one"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("citizen", sa.Column("merged_into", sa.BigInteger(), nullable=True))
    op.create_foreign_key(None, "citizen", "citizen", ["merged_into"], ["id"])
    op.create_table(
        "citizen_pair",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("second", sa.BigInteger(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("evidence", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["first"], ["citizen.id"]),
        sa.ForeignKeyConstraint(["second"], ["citizen.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("citizen_pair_once", "citizen_pair", ["first", "second"], unique=True)
    op.create_index(op.f("ix_citizen_pair_second"), "citizen_pair", ["second"], unique=False)
    op.create_index(
        "citizen_pair_doubtful",
        "citizen_pair",
        ["score", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'doubtful'"),
    )
    op.create_table(
        "citizen_merge",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kept", sa.BigInteger(), nullable=False),
        sa.Column("gone", sa.BigInteger(), nullable=False),
        sa.Column("pair", sa.BigInteger(), nullable=True),
        sa.Column("numbers", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("tickets", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("filled", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["kept"], ["citizen.id"]),
        sa.ForeignKeyConstraint(["gone"], ["citizen.id"]),
        sa.ForeignKeyConstraint(["pair"], ["citizen_pair.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_citizen_merge_kept"), "citizen_merge", ["kept"], unique=False)
    op.create_index(op.f("ix_citizen_merge_gone"), "citizen_merge", ["gone"], unique=False)
    op.create_index(op.f("ix_citizen_merge_pair"), "citizen_merge", ["pair"], unique=False)
