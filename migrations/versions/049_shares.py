"""HANDMADE: a paper accepted, held and refused in parts, with a reason each; what each clearing act took of it (K2), and which other papers a
decision about the same invoice or file knew of (K8)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portfolio.kit import db

revision = "049"
down_revision = "048"

REASONS = ("accepted_reason", "queried_reason")
CHECKS = {
    "shares_make_the_amount": "queried_minor >= 0 AND accepted_minor + queried_minor + refused_minor"
    " = CASE WHEN status = 'presented' THEN 0 ELSE amount_minor END",
    "status_of_its_shares": "status = CASE WHEN queried_minor > 0 THEN 'queried' WHEN accepted_minor > 0 THEN 'accepted'"
    " WHEN refused_minor > 0 THEN 'refused' ELSE 'presented' END",
}
TWINS = "FROM expense o WHERE o.invoice_key = expense.invoice_key AND o.id <> expense.id"


def upgrade() -> None:
    """Up. The one reason of before goes to the share that it explained; checks come with a column added once the shares are whole."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    json = "JSON" if sqlite else "JSONB"
    op.execute("ALTER TABLE expense RENAME COLUMN verdict_reason TO refused_reason")
    op.execute("ALTER TABLE expense ADD COLUMN queried_minor BIGINT NOT NULL DEFAULT 0")
    for name in REASONS:
        op.execute(f"ALTER TABLE expense ADD COLUMN {name} TEXT NOT NULL DEFAULT ''")
    op.execute(
        "UPDATE expense SET queried_minor = amount_minor - accepted_minor - refused_minor, queried_reason = refused_reason"
        " WHERE status = 'queried'"
    )
    op.execute(
        "UPDATE expense SET accepted_reason = refused_reason WHERE status = 'accepted' AND refused_minor = 0"
    )
    op.execute("UPDATE expense SET refused_reason = '' WHERE refused_minor = 0")
    checks = " ".join(f"CONSTRAINT ck_expense_{name} CHECK ({words})" for name, words in CHECKS.items())
    op.execute(f"ALTER TABLE expense ADD COLUMN accepted_by {json} NOT NULL DEFAULT '[]' {checks}")
    op.execute(f"ALTER TABLE expense ADD COLUMN duplicate_of {json} NOT NULL DEFAULT '[]'")
    array, group = ("json_array", "json_group_array") if sqlite else ("jsonb_build_array", "jsonb_agg")
    op.execute(
        f"UPDATE expense SET accepted_by = {array}(decided_by_id) WHERE accepted_minor > 0 AND decided_by_id IS NOT NULL"
    )
    op.execute(
        f"UPDATE expense SET duplicate_of = coalesce((SELECT {group}(o.id) {TWINS}), '[]')"
        " WHERE duplicate_by_id IS NOT NULL AND invoice_key <> ''"
    )
    op.create_table(
        "expense_clearing",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("expense_id", db.BigId, nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("amount_currency", sa.String(3), nullable=False),
        sa.Column("cleared_by_id", db.BigId, nullable=False),
        sa.Column("cleared_at", db.UtcDateTime(), nullable=False),
        sa.Column("reversed_at", db.UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expense_clearing")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_expense_clearing_amount_positive")),
        sa.ForeignKeyConstraint(["expense_id"], ["expense.id"], name=op.f("fk_expense_clearing_expense_id")),
        sa.ForeignKeyConstraint(
            ["cleared_by_id"], ["person.id"], name=op.f("fk_expense_clearing_cleared_by_id")
        ),
    )
    op.create_index("ix_expense_clearing_expense", "expense_clearing", ["expense_id"])
    op.execute(
        "INSERT INTO expense_clearing (expense_id, amount_minor, amount_currency, cleared_by_id, cleared_at)"
        " SELECT id, cleared_minor, amount_currency, cleared_by_id, cleared_at FROM expense WHERE cleared_minor > 0"
    )


def downgrade() -> None:
    """Down."""
    op.drop_table("expense_clearing")
    for name in ("duplicate_of", "accepted_by"):
        op.execute(f"ALTER TABLE expense DROP COLUMN {name}")
    op.execute(
        "UPDATE expense SET refused_reason = CASE WHEN status = 'queried' THEN queried_reason ELSE accepted_reason END"
        " WHERE refused_reason = ''"
    )
    for name in (*reversed(REASONS), "queried_minor"):
        op.execute(f"ALTER TABLE expense DROP COLUMN {name}")
    op.execute("ALTER TABLE expense RENAME COLUMN refused_reason TO verdict_reason")
