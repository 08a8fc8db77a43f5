"""What a unit's people work with: orders by what is due next, and their saved filters"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

KEEP_DUE = """
CREATE FUNCTION keep_order_due() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE work_order
    SET due_at = (
        SELECT min(clock.due_at) FROM clock
        WHERE clock.work_order = NEW.work_order AND clock.stopped_at IS NULL
    )
    WHERE id = NEW.work_order;
    RETURN NULL;
END $$
"""
ON_START = """
CREATE TRIGGER order_due_started AFTER INSERT ON clock FOR EACH ROW
WHEN (NEW.work_order IS NOT NULL) EXECUTE FUNCTION keep_order_due()
"""
ON_CHANGE = """
CREATE TRIGGER order_due_changed AFTER UPDATE OF due_at, stopped_at ON clock FOR EACH ROW
WHEN (NEW.work_order IS NOT NULL AND (OLD.due_at, OLD.stopped_at) IS DISTINCT FROM (NEW.due_at, NEW.stopped_at))
EXECUTE FUNCTION keep_order_due()
"""
FILL = """
UPDATE work_order SET due_at = running.due_at
FROM (SELECT work_order, min(due_at) AS due_at FROM clock WHERE stopped_at IS NULL GROUP BY work_order) AS running
WHERE running.work_order = work_order.id
"""


def upgrade() -> None:
    op.add_column("work_order", sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
    for statement in (FILL, KEEP_DUE, ON_START, ON_CHANGE):
        op.execute(statement)
    _order_indexes()
    op.add_column("attachment", sa.Column("thumbnail", sa.String(), nullable=True))
    op.create_table(
        "saved_filter",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("wanted", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["account.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("saved_filter_name", "saved_filter", ["account", "name"], unique=True)

    _tallies()
    _systems()
    op.create_table(
        "duty_turn",
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("shift", sa.String(), nullable=False),
        sa.Column("account", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["account.id"]),
        sa.PrimaryKeyConstraint("unit", "day", "shift", "account"),
    )


def _systems() -> None:
    op.create_table(
        "unit_system",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("account", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["account.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_index(op.f("ix_unit_system_unit"), "unit_system", ["unit"])
    op.create_table(
        "unit_delivery",
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("unit", "way", "address", "secret", "set_by")
        ),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("unit"),
    )


def _tallies() -> None:
    op.create_table(
        "unit_tally",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("work_order", sa.BigInteger(), nullable=False),
        sa.Column("good", sa.Boolean(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["work_order"], ["work_order.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("unit_tally_behind", "unit_tally", ["unit", "measure", "month", "id"])
    op.create_table(
        "unit_month",
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("good", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("unit", "month", "measure"),
    )


def _order_indexes() -> None:
    is_open = sa.text("ended_at IS NULL")
    op.drop_index("order_open_by_unit", "work_order")
    op.create_index(
        "order_open_by_unit", "work_order", ["unit", "state", "due_at", "id"], postgresql_where=is_open
    )
    op.create_index("order_open_by_due", "work_order", ["due_at", "id"], postgresql_where=is_open)
    op.create_index(
        "order_done_by_unit",
        "work_order",
        ["unit", "ended_at", "id"],
        postgresql_where=sa.text("ended_at IS NOT NULL"),
    )
    op.create_index("order_request_by_unit", "order_request", ["unit", "kind", "id"])
