"""HANDMADE: what the décharge of a payment in cash says and was written by hand until now: the date of the identity paper, the hour and the
place, the two witnesses of a thumbprint. Nothing is known of earlier payments: their papers keep the dotted lines."""

from __future__ import annotations

from alembic import op

revision = "065"
down_revision = "056"


def upgrade() -> None:
    """Up."""
    kind = "JSON" if op.get_bind().dialect.name == "sqlite" else "JSONB"
    op.execute("ALTER TABLE disbursement ADD COLUMN identity_on DATE")
    op.execute("ALTER TABLE disbursement ADD COLUMN handed_at VARCHAR(5) NOT NULL DEFAULT ''")
    op.execute("ALTER TABLE disbursement ADD COLUMN handed_place VARCHAR(300) NOT NULL DEFAULT ''")
    op.execute(f"ALTER TABLE disbursement ADD COLUMN witnesses {kind} NOT NULL DEFAULT '[]'")


def downgrade() -> None:
    """Down."""
    for name in ("witnesses", "handed_place", "handed_at", "identity_on"):
        op.execute(f"ALTER TABLE disbursement DROP COLUMN {name}")
