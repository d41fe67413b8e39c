"""HANDMADE: the records that show the conditions of tranches."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portfolio.kit import db

revision = "029"
down_revision = "028"

PEOPLE = ("recorded_by_id", "accepted_by_id", "returned_by_id")
CHECKS = {
    "kind_known": "kind IN ('own_contribution', 'report', 'training', 'opinion', 'document', 'works_contract', 'no_reserve')",
    "report_two_people": "kind <> 'report' OR accepted_by_id <> recorded_by_id",
    "accepted_or_returned": "accepted_at IS NULL OR returned_at IS NULL",
    "returned_says_why": "(returned_at IS NULL) = (returned_reason = '')",
    "amount_positive": "amount_minor IS NULL OR amount_minor > 0",
    "deposit_has_amount": "kind <> 'own_contribution' OR amount_minor IS NOT NULL",
    "training_counted": (
        "kind <> 'training' OR (attended > 0 AND attended_women >= 0 AND attended_women <= attended AND place <> '')"
    ),
    "opinion_known": (
        "(kind = 'opinion') = (opinion <> '') AND opinion IN ('', 'favourable', 'reserved', 'unfavourable')"
    ),
    "period_in_order": "from_on IS NULL OR (to_on IS NOT NULL AND from_on <= to_on)",
}


def upgrade() -> None:
    """Up."""
    op.create_table(
        "condition_proof",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("condition_id", db.BigId, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=False),
        sa.Column("number", sa.String(100), nullable=False),
        sa.Column("issuer", sa.String(300), nullable=False),
        sa.Column("place", sa.String(300), nullable=False),
        sa.Column("amount_minor", sa.BigInteger()),
        sa.Column("amount_currency", sa.String(3), nullable=False),
        sa.Column("attended", sa.Integer()),
        sa.Column("attended_women", sa.Integer()),
        sa.Column("opinion", sa.String(40), nullable=False),
        sa.Column("from_on", sa.Date()),
        sa.Column("to_on", sa.Date()),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("document_id", db.BigId, nullable=False),
        sa.Column("document_sha256", sa.String(64), nullable=False),
        sa.Column("recorded_by_id", db.BigId, nullable=False),
        sa.Column("recorded_at", db.UtcDateTime(), nullable=False),
        sa.Column("accepted_by_id", db.BigId),
        sa.Column("accepted_at", db.UtcDateTime()),
        sa.Column("returned_by_id", db.BigId),
        sa.Column("returned_at", db.UtcDateTime()),
        sa.Column("returned_reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_condition_proof")),
        *(
            sa.CheckConstraint(words, name=op.f(f"ck_condition_proof_{name}"))
            for name, words in CHECKS.items()
        ),
        sa.ForeignKeyConstraint(
            ["condition_id"], ["tranche_condition.id"], name=op.f("fk_condition_proof_condition_id")
        ),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_condition_proof_document_id")),
        *(
            sa.ForeignKeyConstraint([name], ["person.id"], name=op.f(f"fk_condition_proof_{name}"))
            for name in PEOPLE
        ),
        sa.UniqueConstraint("condition_id", "document_sha256", name=op.f("uq_condition_proof_paper")),
    )
    op.create_index("ix_condition_proof_condition", "condition_proof", ["condition_id", "id"])


def downgrade() -> None:
    """Down."""
    op.drop_table("condition_proof")
