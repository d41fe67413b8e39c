"""HANDMADE: the comptable's own acts: an order to repay taken in charge, the account of a grant cleared."""

from __future__ import annotations

from alembic import op

revision = "037"
down_revision = "036"

ADDED = {
    "recovery": (("charge_number", "VARCHAR(40)"), ("charged_at", ""), ("charged_by_id", "BIGINT")),
    "closure": (("clearing_number", "VARCHAR(40)"), ("cleared_at", ""), ("cleared_by_id", "BIGINT")),
}
ANOTHER = (
    "cleared_by_id IS NULL OR (cleared_by_id <> prepared_by_id"
    " AND (attested_by_id IS NULL OR cleared_by_id <> attested_by_id))"
)


def upgrade() -> None:
    """Up. What was closed before has no act: nothing is invented for it."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    moment = "DATETIME" if sqlite else "TIMESTAMP WITH TIME ZONE"
    for table, columns in ADDED.items():
        for name, kind in columns:
            more = f" CONSTRAINT fk_{table}_{name} REFERENCES person (id)" if name.endswith("_by_id") else ""
            if name == "cleared_by_id":
                more += f" CONSTRAINT ck_closure_cleared_by_another CHECK ({ANOTHER})"
            op.execute(f"ALTER TABLE {table} ADD COLUMN {name} {kind or moment}{more}")


def downgrade() -> None:
    """Down."""
    for table, columns in ADDED.items():
        for name, _kind in reversed(columns):
            op.execute(f"ALTER TABLE {table} DROP COLUMN {name}")
