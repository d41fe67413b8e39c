"""The tables of awards."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portfolio.kit import db

revision = "012"
down_revision = "011"


def upgrade() -> None:
    """Up."""
    op.create_table(
        "decision",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("call_id", db.BigId, nullable=False),
        sa.Column("session_id", db.BigId),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("amount_currency", sa.String(3), nullable=False),
        sa.Column("preamble", sa.Text(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("prepared_by_id", db.BigId),
        sa.Column("prepared_at", db.UtcDateTime(), nullable=False),
        sa.Column("signed_by_id", db.BigId),
        sa.Column("signed_at", db.UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.CheckConstraint(
            "(prepared_by_id IS NULL OR signed_by_id IS NULL OR prepared_by_id <> signed_by_id)",
            name=op.f("ck_decision_distinct_people"),
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'signed', 'abandoned')", name=op.f("ck_decision_status_known")
        ),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_decision_call_id")),
        sa.ForeignKeyConstraint(["prepared_by_id"], ["person.id"], name=op.f("fk_decision_prepared_by_id")),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_decision_session_id")),
        sa.ForeignKeyConstraint(["signed_by_id"], ["person.id"], name=op.f("fk_decision_signed_by_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_decision_reference")),
    )
    op.create_table(
        "award",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("decision_id", db.BigId, nullable=False),
        sa.Column("application_id", db.BigId, nullable=False),
        sa.Column("call_id", db.BigId, nullable=False),
        sa.Column("group_id", db.BigId, nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("outcome", sa.String(40), nullable=False),
        sa.Column("rank", sa.Integer()),
        sa.Column("waiting_rank", sa.Integer()),
        sa.Column("score_tenths", sa.Integer()),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("amount_currency", sa.String(3), nullable=False),
        sa.Column("budget_line_id", db.BigId),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("conditions", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award")),
        sa.CheckConstraint(
            "outcome <> 'awarded' OR (amount_minor > 0 AND budget_line_id IS NOT NULL)",
            name=op.f("ck_award_award_has_amount"),
        ),
        sa.CheckConstraint(
            "outcome IN ('awarded', 'waitlisted', 'adjourned', 'not_selected')",
            name=op.f("ck_award_outcome_known"),
        ),
        sa.ForeignKeyConstraint(["application_id"], ["application.id"], name=op.f("fk_award_application_id")),
        sa.ForeignKeyConstraint(["budget_line_id"], ["budget_line.id"], name=op.f("fk_award_budget_line_id")),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_award_call_id")),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_award_decision_id")),
        sa.ForeignKeyConstraint(["group_id"], ["grp.id"], name=op.f("fk_award_group_id")),
        sa.UniqueConstraint("decision_id", "application_id", name=op.f("uq_award_application")),
    )
    op.create_index("ix_award_application", "award", ["application_id"])
    op.create_table(
        "commitment",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("application_id", db.BigId, nullable=False),
        sa.Column("call_id", db.BigId, nullable=False),
        sa.Column("group_id", db.BigId, nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("budget_line_id", db.BigId, nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("released_minor", sa.BigInteger(), nullable=False),
        sa.Column("amount_currency", sa.String(3), nullable=False),
        sa.Column("voted_minor", sa.BigInteger(), nullable=False),
        sa.Column("already_minor", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("prepared_by_id", db.BigId),
        sa.Column("prepared_at", db.UtcDateTime(), nullable=False),
        sa.Column("visaed_by_id", db.BigId),
        sa.Column("visaed_at", db.UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitment")),
        sa.CheckConstraint(
            "amount_minor > 0 AND released_minor >= 0 AND released_minor <= amount_minor",
            name=op.f("ck_commitment_amounts_ordered"),
        ),
        sa.CheckConstraint(
            "(prepared_by_id IS NULL OR visaed_by_id IS NULL OR prepared_by_id <> visaed_by_id)",
            name=op.f("ck_commitment_distinct_people"),
        ),
        sa.CheckConstraint(
            "status IN ('prepared', 'visaed', 'visaed_with_reserve', 'deferred', 'rejected', 'released')",
            name=op.f("ck_commitment_status_known"),
        ),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_commitment_application_id")
        ),
        sa.ForeignKeyConstraint(
            ["budget_line_id"], ["budget_line.id"], name=op.f("fk_commitment_budget_line_id")
        ),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_commitment_call_id")),
        sa.ForeignKeyConstraint(["group_id"], ["grp.id"], name=op.f("fk_commitment_group_id")),
        sa.ForeignKeyConstraint(["prepared_by_id"], ["person.id"], name=op.f("fk_commitment_prepared_by_id")),
        sa.ForeignKeyConstraint(["visaed_by_id"], ["person.id"], name=op.f("fk_commitment_visaed_by_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_commitment_reference")),
    )
    op.create_index("ix_commitment_application", "commitment", ["application_id"])
    op.create_table(
        "reservation",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("application_id", db.BigId, nullable=False),
        sa.Column("call_id", db.BigId, nullable=False),
        sa.Column("budget_line_id", db.BigId, nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("amount_currency", sa.String(3), nullable=False),
        sa.Column("reserved_at", db.UtcDateTime(), nullable=False),
        sa.Column("freed_at", db.UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reservation")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_reservation_amount_positive")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_reservation_application_id")
        ),
        sa.ForeignKeyConstraint(
            ["budget_line_id"], ["budget_line.id"], name=op.f("fk_reservation_budget_line_id")
        ),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_reservation_call_id")),
        sa.UniqueConstraint("application_id", "budget_line_id", name=op.f("uq_reservation_line")),
    )
    op.create_table(
        "notice",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("application_id", db.BigId, nullable=False),
        sa.Column("call_id", db.BigId, nullable=False),
        sa.Column("group_id", db.BigId, nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("award_id", db.BigId),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("reply_by", sa.Date()),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("prepared_by_id", db.BigId),
        sa.Column("prepared_at", db.UtcDateTime(), nullable=False),
        sa.Column("checked_by_id", db.BigId),
        sa.Column("checked_at", db.UtcDateTime()),
        sa.Column("sent_by_id", db.BigId),
        sa.Column("sent_at", db.UtcDateTime()),
        sa.Column("received_by_id", db.BigId),
        sa.Column("received_at", db.UtcDateTime()),
        sa.Column("received_on", sa.Date()),
        sa.Column("received_person", sa.String(300), nullable=False),
        sa.Column("received_channel", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.CheckConstraint(
            "(prepared_by_id IS NULL OR checked_by_id IS NULL OR prepared_by_id <> checked_by_id)",
            name=op.f("ck_notice_distinct_people"),
        ),
        sa.CheckConstraint(
            "status IN ('prepared', 'checked', 'sent', 'received')", name=op.f("ck_notice_status_known")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_notice_application_id")
        ),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_notice_award_id")),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_notice_call_id")),
        sa.ForeignKeyConstraint(["checked_by_id"], ["person.id"], name=op.f("fk_notice_checked_by_id")),
        sa.ForeignKeyConstraint(["group_id"], ["grp.id"], name=op.f("fk_notice_group_id")),
        sa.ForeignKeyConstraint(["prepared_by_id"], ["person.id"], name=op.f("fk_notice_prepared_by_id")),
        sa.ForeignKeyConstraint(["received_by_id"], ["person.id"], name=op.f("fk_notice_received_by_id")),
        sa.ForeignKeyConstraint(["sent_by_id"], ["person.id"], name=op.f("fk_notice_sent_by_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_notice_reference")),
    )
    op.create_index("ix_notice_application", "notice", ["application_id"])


def downgrade() -> None:
    """Down."""
    op.drop_table("notice")
    op.drop_table("reservation")
    op.drop_table("commitment")
    op.drop_table("award")
    op.drop_table("decision")
