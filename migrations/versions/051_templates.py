"""HANDMADE: the version of its template, and its hash, on each agreement and each amendment (I1, I2)."""

from __future__ import annotations

from alembic import op

revision = "051"
down_revision = "050"

FIRST = {
    "agreement": "e8f09d80a1317faa71501722b1f25f98340c7d35cc297f54e0bd6e136847c0d4",
    "amendment": "ebd4f313198939e1680611b9ae50c520a5955bb5f3588415ad40418c2835a414",
}
"""The hashes of version 1: the words that every paper before this day was printed with."""


def upgrade() -> None:
    """Up."""
    for table, known in FIRST.items():
        op.execute(f"ALTER TABLE {table} ADD COLUMN template_version INTEGER NOT NULL DEFAULT 1")
        op.execute(f"ALTER TABLE {table} ADD COLUMN template_hash VARCHAR(64) NOT NULL DEFAULT ''")
        op.execute(f"UPDATE {table} SET template_hash = '{known}'")


def downgrade() -> None:
    """Down."""
    for table in FIRST:
        for name in ("template_hash", "template_version"):
            op.execute(f"ALTER TABLE {table} DROP COLUMN {name}")
