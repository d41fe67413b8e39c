"""HANDMADE: the reservation of the controller's visa, as the order prints it (R3)."""

from __future__ import annotations

from alembic import op

revision = "046"
down_revision = "045"


def upgrade() -> None:
    """Up."""
    op.execute("ALTER TABLE disbursement ADD COLUMN visa_reserve TEXT NOT NULL DEFAULT ''")


def downgrade() -> None:
    """Down."""
    op.execute("ALTER TABLE disbursement DROP COLUMN visa_reserve")
