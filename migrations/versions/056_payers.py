"""HANDMADE: who approved or authorised the batch that sent a payment does not record it as paid, in the database too (M09)."""

from __future__ import annotations

from alembic import op

from portfolio.kit import guards

revision = "056"
down_revision = "055"

SIGNED = (
    "FROM payment_line l JOIN payment_batch b ON b.id = l.batch_id AND b.status IN ('sent', 'reconciled') "
    "JOIN payment_approval a ON a.batch_id = b.id AND a.round = b.round AND a.kind IN ('approve', 'authorise') "
    "WHERE l.disbursement_id = disbursement.id"
)


def upgrade() -> None:
    """Up."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    kind, gather = ("JSON", "json_group_array") if sqlite else ("JSONB", "jsonb_agg")
    op.execute(f"ALTER TABLE disbursement ADD COLUMN signatory_ids {kind} NOT NULL DEFAULT '[]'")
    op.execute(
        f"UPDATE disbursement SET signatory_ids = (SELECT {gather}(DISTINCT a.person_id) {SIGNED}) "
        f"WHERE status = 'sent' AND EXISTS (SELECT 1 {SIGNED})"
    )
    for statement in guards.payers(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """Down."""
    for statement in guards.without_payers(op.get_bind().dialect.name):
        op.execute(statement)
    op.execute("ALTER TABLE disbursement DROP COLUMN signatory_ids")
