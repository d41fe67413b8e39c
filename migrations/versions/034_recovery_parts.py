"""HANDMADE: which part of an order to repay is for refused papers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "034"
down_revision = "033"

REFUSED = (
    "SELECT coalesce(sum(e.refused_minor), 0) FROM expense e JOIN justification j ON j.id = e.justification_id"
    " WHERE j.tranche_id = recovery.tranche_id"
)


def upgrade() -> None:
    """Up. What stood before: the first order of an advance asks back its refused papers, as far as it goes."""
    op.add_column("recovery", sa.Column("for_refused_minor", sa.BigInteger()))
    op.execute(
        f"UPDATE recovery SET for_refused_minor = CASE WHEN id <> (SELECT min(o.id) FROM recovery o"
        f" WHERE o.tranche_id = recovery.tranche_id) THEN 0"
        f" WHEN amount_minor < ({REFUSED}) THEN amount_minor ELSE ({REFUSED}) END"
    )


def downgrade() -> None:
    """Down."""
    op.drop_column("recovery", "for_refused_minor")
