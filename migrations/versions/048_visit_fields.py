"""HANDMADE: what a visit was planned for, whom it met and the risks it saw, each in its own place; what was told before stays where it is."""

from __future__ import annotations

from alembic import op

revision = "048"
down_revision = "047"
ADDED = ("planned_work", "people_met", "risks")


def upgrade() -> None:
    """Up."""
    for name in ADDED:
        op.execute(f"ALTER TABLE visit ADD COLUMN {name} TEXT NOT NULL DEFAULT ''")


def downgrade() -> None:
    """Down."""
    for name in reversed(ADDED):
        op.execute(f"ALTER TABLE visit DROP COLUMN {name}")
