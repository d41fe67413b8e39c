"""HANDMADE: files found by their hash, for the sweeper of the files that no row names (D07)."""

from __future__ import annotations

from alembic import op

revision = "039"
down_revision = "038"


def upgrade() -> None:
    """Up."""
    op.create_index("ix_document_sha256", "document", ["sha256"])
    op.create_index("ix_paper_sha256", "paper", ["sha256"])


def downgrade() -> None:
    """Down."""
    op.drop_index("ix_paper_sha256", "paper")
    op.drop_index("ix_document_sha256", "document")
