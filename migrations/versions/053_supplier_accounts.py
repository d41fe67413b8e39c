"""HANDMADE: where suppliers are paid: proposed by one person, verified by another (M12). An account that stood on the supplier's sheet was
never verified: it becomes a proposal of whoever registered the supplier, and pays nothing before a second person has confirmed it."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from portfolio.kit import db

revision = "053"
down_revision = "052"
CHECKS = {
    "status_known": "status IN ('proposed', 'verified', 'retired')",
    "distinct_people": "(created_by_id IS NULL OR verified_by_id IS NULL OR created_by_id <> verified_by_id)",
    "kind_known": "kind IN ('bank', 'sfd', 'mobile', 'cash')",
    "verified_by_someone": "status <> 'verified' OR verified_by_id IS NOT NULL",
}
OPEN = ("requested", "liquidated", "visaed", "ordered", "sent")
"""A payment under way is tied to the proposal, so that its account is read again; one already made keeps what it printed."""


def upgrade() -> None:
    """Up."""
    table = op.create_table(
        "supplier_account",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("supplier_id", db.BigId, nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("provider", sa.String(300), nullable=False),
        sa.Column("holder", sa.String(300), nullable=False),
        sa.Column("number", sa.String(80), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("created_by_id", db.BigId),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("verified_by_id", db.BigId),
        sa.Column("verified_at", db.UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_account")),
        *(
            sa.CheckConstraint(words, name=op.f(f"ck_supplier_account_{name}"))
            for name, words in CHECKS.items()
        ),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_supplier_account_supplier_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name=op.f("fk_supplier_account_created_by_id")),
        sa.ForeignKeyConstraint(["verified_by_id"], ["person.id"], name=op.f("fk_supplier_account_verified_by_id")),
    )
    op.create_index("ix_supplier_account_supplier", "supplier_account", ["supplier_id"])
    op.create_index("ix_supplier_account_number", "supplier_account", ["number"])
    words = "id, name, country, account, created_by_id"
    known = op.get_bind().execute(sa.text(f"SELECT {words} FROM supplier WHERE account <> '' ORDER BY id")).all()
    if known:
        rows = [
            {
                "supplier_id": number,
                "country": country,
                "kind": "bank",
                "provider": "",
                "holder": name,
                "number": account,
                "status": "proposed",
                "created_by_id": who,
                "created_at": datetime.now(UTC),
            }
            for number, name, country, account, who in known
        ]
        op.bulk_insert(table, rows)
    key = "CONSTRAINT fk_disbursement_supplier_account_id REFERENCES supplier_account (id)"
    op.execute(f"ALTER TABLE disbursement ADD COLUMN supplier_account_id BIGINT {key}")
    under_way = ", ".join(f"'{status}'" for status in OPEN)
    op.execute(
        "UPDATE disbursement SET supplier_account_id = (SELECT a.id FROM supplier_account a"
        " WHERE a.supplier_id = disbursement.supplier_id)"
        f" WHERE supplier_id IS NOT NULL AND status IN ({under_way})"
    )
    op.execute("ALTER TABLE supplier DROP COLUMN account")


def downgrade() -> None:
    """Down."""
    op.execute("ALTER TABLE supplier ADD COLUMN account VARCHAR(80) NOT NULL DEFAULT ''")
    op.execute(
        "UPDATE supplier SET account = COALESCE((SELECT MAX(a.number) FROM supplier_account a"
        " WHERE a.supplier_id = supplier.id AND a.status <> 'retired'), '')"
    )
    op.execute("ALTER TABLE disbursement DROP COLUMN supplier_account_id")
    op.drop_table("supplier_account")
