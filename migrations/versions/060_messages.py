"""HANDMADE: messages that leave once at most: what they are asked by, and when they began to leave (M1, T06)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portfolio.kit import db

revision = "060"
down_revision = "070"


def upgrade() -> None:
    """Up."""
    op.add_column("outbox_job", sa.Column("key", sa.String(200)))
    op.add_column("outbox_job", sa.Column("started_at", db.UtcDateTime()))
    op.create_index("uq_outbox_job_key", "outbox_job", ["key"], unique=True)


def downgrade() -> None:
    """Down."""
    op.drop_index("uq_outbox_job_key", "outbox_job")
    op.drop_column("outbox_job", "started_at")
    op.drop_column("outbox_job", "key")
