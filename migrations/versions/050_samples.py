"""HANDMADE: the samples that auditors draw, kept for ever (domain M6)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portfolio.kit import db, guards

revision = "050"
down_revision = "049"
CHECKS = {
    "size_within": "size > 0 AND size <= population_count",
    "drawn_within": "drawn_count > 0 AND drawn_count <= size",
    "covers_within": "drawn_minor > 0 AND drawn_minor <= population_minor",
    "population_known": "population IN ('payments', 'deliveries', 'vouchers')",
    "method_known": "method IN ('random', 'monetary', 'systematic')",
    "seed_kept": "seed <> ''",
}


def upgrade() -> None:
    """Up."""
    op.create_table(
        "audit_sample",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("population", sa.String(40), nullable=False),
        sa.Column("fund", sa.String(40), nullable=False),
        sa.Column("from_on", sa.Date()),
        sa.Column("to_on", sa.Date()),
        sa.Column("method", sa.String(40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("seed", sa.String(80), nullable=False),
        sa.Column("population_count", db.BigId, nullable=False),
        sa.Column("population_minor", sa.BigInteger(), nullable=False),
        sa.Column("amount_currency", sa.String(3), nullable=False),
        sa.Column("population_hash", sa.String(64), nullable=False),
        sa.Column("head_seq", db.BigId, nullable=False),
        sa.Column("head_hash", sa.String(64), nullable=False),
        sa.Column("drawn_count", sa.Integer(), nullable=False),
        sa.Column("drawn_minor", sa.BigInteger(), nullable=False),
        sa.Column("rows", db.JsonType, nullable=False),
        sa.Column("drawn_by_id", db.BigId, nullable=False),
        sa.Column("drawn_at", db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_sample")),
        *(sa.CheckConstraint(words, name=op.f(f"ck_audit_sample_{name}")) for name, words in CHECKS.items()),
        sa.ForeignKeyConstraint(["drawn_by_id"], ["person.id"], name=op.f("fk_audit_sample_drawn_by_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_audit_sample_reference")),
    )
    op.create_index("ix_audit_sample_drawn", "audit_sample", ["drawn_at"])
    for statement in guards.append_only(op.get_bind().dialect.name, "audit_sample", None):
        op.execute(statement)


def downgrade() -> None:
    """Down."""
    for statement in guards.without_append_only(op.get_bind().dialect.name, "audit_sample", None):
        op.execute(statement)
    op.drop_table("audit_sample")
