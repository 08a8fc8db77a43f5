"""Indexes by which lists stay fast in a record of a million tickets"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

OVER = "state IN ('answered', 'archived', 'closed', 'merged', 'transferred', 'voided')"
INDEXES = (
    ("ticket_over", "ticket", ["id"], OVER),
    ("ticket_open_by_area", "ticket", ["area"], "closed_at IS NULL"),
    ("ticket_open_by_urgency", "ticket", ["urgency"], "closed_at IS NULL"),
    ("order_open_beside", "work_order", ["unit", "due_at", "id"], "ended_at IS NULL AND role = 'co'"),
    ("order_promised", "work_order", ["review_on", "id"], "ended_at IS NULL AND state = 'suspended'"),
    ("order_done", "work_order", ["ended_at", "id"], "ended_at IS NOT NULL"),
)


def upgrade() -> None:
    for name, table, columns, where in INDEXES:
        op.create_index(name, table, columns, postgresql_where=sa.text(where))


def downgrade() -> None:
    for name, table, _, _ in reversed(INDEXES):
        op.drop_index(name, table_name=table)
