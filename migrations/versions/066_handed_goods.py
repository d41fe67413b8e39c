"""HANDMADE: the state of each thing handed over to a group, and who keeps and uses it (PV de remise). Earlier hand-overs say neither."""

from __future__ import annotations

from alembic import op

revision = "066"
down_revision = "065"


def upgrade() -> None:
    """Up."""
    kind = "JSON" if op.get_bind().dialect.name == "sqlite" else "JSONB"
    op.execute(f"ALTER TABLE goods_receipt ADD COLUMN goods {kind} NOT NULL DEFAULT '[]'")


def downgrade() -> None:
    """Down."""
    op.execute("ALTER TABLE goods_receipt DROP COLUMN goods")
