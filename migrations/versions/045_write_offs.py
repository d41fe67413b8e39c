"""HANDMADE: a claim is written off on an act, with its document, that another person entered (document 17)."""

from __future__ import annotations

from alembic import op

revision = "045"
down_revision = "044"

ADDED = {
    "write_off_act": "VARCHAR(300) NOT NULL DEFAULT ''",
    "write_off_act_on": "DATE",
    "write_off_document_id": "BIGINT CONSTRAINT fk_recovery_write_off_document_id REFERENCES document (id)",
    "write_off_document_sha256": "VARCHAR(64) NOT NULL DEFAULT ''",
    "write_off_proposed_by_id": "BIGINT CONSTRAINT fk_recovery_write_off_proposed_by_id REFERENCES person (id)",
    "write_off_proposed_at": "{moment}",
}


def upgrade() -> None:
    """Up."""
    moment = "DATETIME" if op.get_bind().dialect.name == "sqlite" else "TIMESTAMP WITH TIME ZONE"
    for name, kind in ADDED.items():
        op.execute(f"ALTER TABLE recovery ADD COLUMN {name} {kind.format(moment=moment)}")


def downgrade() -> None:
    """Down."""
    for name in reversed(ADDED):
        op.execute(f"ALTER TABLE recovery DROP COLUMN {name}")
