"""The tables of calls."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portfolio.kit import db

revision = "008"
down_revision = "007"


def upgrade() -> None:
    """Up."""
    op.create_table(
        "call",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("reference", sa.String(40)),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("exercice", sa.Integer(), nullable=False),
        sa.Column("envelope_minor", sa.BigInteger(), nullable=False),
        sa.Column("floor_minor", sa.BigInteger(), nullable=False),
        sa.Column("ceiling_minor", sa.BigInteger(), nullable=False),
        sa.Column("amount_currency", sa.String(3), nullable=False),
        sa.Column("own_contribution_percent", sa.Integer(), nullable=False),
        sa.Column("cash_exempt_displaced", sa.Boolean(), nullable=False),
        sa.Column("max_months", sa.Integer(), nullable=False),
        sa.Column("min_members", sa.Integer(), nullable=False),
        sa.Column("min_age_months", sa.Integer(), nullable=False),
        sa.Column("min_youth_percent", sa.Integer(), nullable=False),
        sa.Column("max_files", sa.Integer(), nullable=False),
        sa.Column("categories", db.JsonType, nullable=False),
        sa.Column("excluded", db.JsonType, nullable=False),
        sa.Column("refused_expenses", db.JsonType, nullable=False),
        sa.Column("opens_at", db.UtcDateTime(), nullable=False),
        sa.Column("closes_at", db.UtcDateTime(), nullable=False),
        sa.Column("questions_until", sa.Date()),
        sa.Column("answers_on", sa.Date()),
        sa.Column("pieces_by", sa.Date()),
        sa.Column("scoring_from", sa.Date()),
        sa.Column("scoring_until", sa.Date()),
        sa.Column("session_on", sa.Date()),
        sa.Column("decision_on", sa.Date()),
        sa.Column("notification_on", sa.Date()),
        sa.Column("appeal_days", sa.Integer(), nullable=False),
        sa.Column("appeal_to", sa.String(300), nullable=False),
        sa.Column("filing_place", sa.Text(), nullable=False),
        sa.Column("filing_hours", sa.String(300), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("answers_where", sa.String(300), nullable=False),
        sa.Column("contact", sa.String(300), nullable=False),
        sa.Column("complaints_contact", sa.String(300), nullable=False),
        sa.Column("corruption_contact", sa.String(300), nullable=False),
        sa.Column("score_floor", sa.Integer(), nullable=False),
        sa.Column("spread_limit", sa.Integer(), nullable=False),
        sa.Column("assessors_needed", sa.Integer(), nullable=False),
        sa.Column("form", db.JsonType, nullable=False),
        sa.Column("register_closed_at", db.UtcDateTime()),
        sa.Column("outcome", sa.String(40)),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by_id", db.BigId),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("sent_by_id", db.BigId),
        sa.Column("sent_at", db.UtcDateTime()),
        sa.Column("published_by_id", db.BigId),
        sa.Column("published_at", db.UtcDateTime()),
        sa.Column("finalised_by_id", db.BigId),
        sa.Column("finalised_at", db.UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call")),
        sa.CheckConstraint(
            "envelope_minor > 0 AND floor_minor > 0 AND ceiling_minor >= floor_minor AND ceiling_minor <= envelope_minor",
            name=op.f("ck_call_amounts_ordered"),
        ),
        sa.CheckConstraint("opens_at < closes_at", name=op.f("ck_call_dates_ordered")),
        sa.CheckConstraint(
            "(created_by_id IS NULL OR published_by_id IS NULL OR created_by_id <> published_by_id)",
            name=op.f("ck_call_distinct_people"),
        ),
        sa.CheckConstraint(
            "sent_by_id IS NULL OR published_by_id IS NULL OR sent_by_id <> published_by_id",
            name=op.f("ck_call_publisher_is_not_sender"),
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'sent', 'published', 'finalised', 'cancelled')",
            name=op.f("ck_call_status_known"),
        ),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name=op.f("fk_call_created_by_id")),
        sa.ForeignKeyConstraint(["finalised_by_id"], ["person.id"], name=op.f("fk_call_finalised_by_id")),
        sa.ForeignKeyConstraint(["published_by_id"], ["person.id"], name=op.f("fk_call_published_by_id")),
        sa.ForeignKeyConstraint(["sent_by_id"], ["person.id"], name=op.f("fk_call_sent_by_id")),
        sa.UniqueConstraint("code", name=op.f("uq_call_code")),
        sa.UniqueConstraint("reference", name=op.f("uq_call_reference")),
    )
    op.create_table(
        "call_correction",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("call_id", db.BigId, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("changes", db.JsonType, nullable=False),
        sa.Column("published_by_id", db.BigId, nullable=False),
        sa.Column("published_at", db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_correction")),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_call_correction_call_id")),
        sa.ForeignKeyConstraint(
            ["published_by_id"], ["person.id"], name=op.f("fk_call_correction_published_by_id")
        ),
        sa.UniqueConstraint("call_id", "number", name=op.f("uq_call_correction_number")),
    )
    op.create_table(
        "call_place",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("call_id", db.BigId, nullable=False),
        sa.Column("place_id", db.BigId, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_place")),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_call_place_call_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_call_place_place_id")),
        sa.UniqueConstraint("call_id", "place_id", name=op.f("uq_call_place_place")),
    )
    op.create_table(
        "call_question",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("call_id", db.BigId, nullable=False),
        sa.Column("asked_at", db.UtcDateTime(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text()),
        sa.Column("answered_by_id", db.BigId),
        sa.Column("answered_at", db.UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_question")),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["person.id"], name=op.f("fk_call_question_answered_by_id")
        ),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_call_question_call_id")),
    )
    op.create_index("ix_call_question_call", "call_question", ["call_id"])
    op.create_table(
        "criterion",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("call_id", db.BigId, nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("label", sa.String(300), nullable=False),
        sa.Column("guidance", sa.Text(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("floor", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("tie_rank", sa.Integer()),
        sa.Column("levels", db.JsonType, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criterion")),
        sa.CheckConstraint("weight BETWEEN 1 AND 100", name=op.f("ck_criterion_weight_range")),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_criterion_call_id")),
        sa.UniqueConstraint("call_id", "code", name=op.f("uq_criterion_code")),
    )
    op.create_table(
        "required_piece",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("call_id", db.BigId, nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("label", sa.String(300), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("needed_from_minor", sa.BigInteger()),
        sa.Column("conditional", sa.Boolean(), nullable=False),
        sa.Column("condition", sa.String(300), nullable=False),
        sa.Column("categories", db.JsonType, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_required_piece")),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_required_piece_call_id")),
        sa.UniqueConstraint("call_id", "code", name=op.f("uq_required_piece_code")),
    )
    op.create_table(
        "reserved_share",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("call_id", db.BigId, nullable=False),
        sa.Column("category", sa.String(40), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reserved_share")),
        sa.CheckConstraint("percent BETWEEN 1 AND 100", name=op.f("ck_reserved_share_percent_range")),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_reserved_share_call_id")),
        sa.UniqueConstraint("call_id", "category", name=op.f("uq_reserved_share_category")),
    )
    op.create_table(
        "call_line",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("call_id", db.BigId, nullable=False),
        sa.Column("budget_line_id", db.BigId, nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_line")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_call_line_amount_positive")),
        sa.ForeignKeyConstraint(
            ["budget_line_id"], ["budget_line.id"], name=op.f("fk_call_line_budget_line_id")
        ),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_call_line_call_id")),
        sa.UniqueConstraint("call_id", "budget_line_id", name=op.f("uq_call_line_line")),
    )


def downgrade() -> None:
    """Down."""
    op.drop_table("call_line")
    op.drop_table("reserved_share")
    op.drop_table("required_piece")
    op.drop_table("criterion")
    op.drop_table("call_question")
    op.drop_table("call_place")
    op.drop_table("call_correction")
    op.drop_table("call")
