"""The tables of documents."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portfolio.kit import db

revision = "003"
down_revision = "002"


def upgrade() -> None:
    """Up."""
    op.create_table(
        "document",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("subject_type", sa.String(40), nullable=False),
        sa.Column("subject_id", db.BigId, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("filename", sa.String(255), nullable=False),
        sa.Column("media_type", sa.String(100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("uploaded_by_id", db.BigId),
        sa.Column("uploaded_at", db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.ForeignKeyConstraint(["uploaded_by_id"], ["person.id"], name=op.f("fk_document_uploaded_by_id")),
    )
    op.create_index("ix_document_subject", "document", ["subject_type", "subject_id"])
    op.create_table(
        "paper",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("subject_type", sa.String(40), nullable=False),
        sa.Column("subject_id", db.BigId, nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("facts", db.JsonType, nullable=False),
        sa.Column("issued_at", db.UtcDateTime(), nullable=False),
        sa.Column("issued_by_id", db.BigId),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper")),
        sa.ForeignKeyConstraint(["issued_by_id"], ["person.id"], name=op.f("fk_paper_issued_by_id")),
        sa.UniqueConstraint("reference", "edition", name=op.f("uq_paper_edition")),
    )
    op.create_index("ix_paper_subject", "paper", ["subject_type", "subject_id"])


def downgrade() -> None:
    """Down."""
    op.drop_table("paper")
    op.drop_table("document")
