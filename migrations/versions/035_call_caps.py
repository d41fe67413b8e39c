"""HANDMADE: the caps by category of costs that the rules of a call set (K1)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portfolio.kit import db

revision = "035"
down_revision = "034"


def upgrade() -> None:
    """Up."""
    op.add_column("call", sa.Column("cost_caps", db.JsonType, nullable=False, server_default="[]"))


def downgrade() -> None:
    """Down."""
    op.drop_column("call", "cost_caps")
