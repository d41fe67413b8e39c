"""HANDMADE: the days of the acts before an agreement, in their order by the database too."""

from __future__ import annotations

from alembic import op

revision = "025"
down_revision = "024"

ORDER = (
    "signed_by_group_on IS NULL OR ("
    "(committed_on IS NULL OR decided_on IS NULL OR committed_on <= decided_on) AND "
    "(decided_on IS NULL OR notified_on IS NULL OR decided_on <= notified_on) AND "
    "(notified_on IS NULL OR notified_on <= signed_by_group_on) AND "
    "(decided_on IS NULL OR decided_on <= signed_by_group_on))"
)


def upgrade() -> None:
    """Up. Agreements signed before keep no day: nothing is invented for them."""
    for name in ("committed_on", "decided_on"):
        op.execute(f"ALTER TABLE agreement ADD COLUMN {name} DATE")
    check = f"CONSTRAINT ck_agreement_four_dates CHECK ({ORDER})"
    op.execute(f"ALTER TABLE agreement ADD COLUMN notified_on DATE {check}")


def downgrade() -> None:
    """Down."""
    for name in ("notified_on", "decided_on", "committed_on"):
        op.execute(f"ALTER TABLE agreement DROP COLUMN {name}")
