"""HANDMADE: why a budget line is spent beyond the tolerance of its agreement, line by line, in the financial report (document 16)."""

from __future__ import annotations

from alembic import op

revision = "067"
down_revision = "061"


def upgrade() -> None:
    """Up."""
    kind = "JSON" if op.get_bind().dialect.name == "sqlite" else "JSONB"
    op.execute(f"ALTER TABLE justification ADD COLUMN overrun_notes {kind} NOT NULL DEFAULT '[]'")


def downgrade() -> None:
    """Down."""
    op.execute("ALTER TABLE justification DROP COLUMN overrun_notes")
