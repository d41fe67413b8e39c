"""The tables of applications."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portfolio.kit import db

revision = "009"
down_revision = "008"


def upgrade() -> None:
    """Up."""
    op.create_table(
        "application",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("call_id", db.BigId, nullable=False),
        sa.Column("group_id", db.BigId, nullable=False),
        sa.Column("place_id", db.BigId, nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("search", sa.String(700), nullable=False),
        sa.Column("answers", db.JsonType, nullable=False),
        sa.Column("pages_saved", db.JsonType, nullable=False),
        sa.Column("saved_at", db.UtcDateTime()),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("requested_minor", sa.BigInteger(), nullable=False),
        sa.Column("own_cash_minor", sa.BigInteger(), nullable=False),
        sa.Column("own_kind_minor", sa.BigInteger(), nullable=False),
        sa.Column("amount_currency", sa.String(3), nullable=False),
        sa.Column("officer_id", db.BigId),
        sa.Column("created_by_id", db.BigId),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("entered_by_id", db.BigId),
        sa.Column("entered_at", db.UtcDateTime()),
        sa.Column("submitted_by_id", db.BigId),
        sa.Column("submitted_at", db.UtcDateTime(), nullable=False),
        sa.Column("filed", sa.Boolean(), nullable=False),
        sa.Column("admitted_by_id", db.BigId),
        sa.Column("admitted_at", db.UtcDateTime()),
        sa.Column("screened_by_id", db.BigId),
        sa.Column("screened_at", db.UtcDateTime()),
        sa.Column("grant_closed_at", db.UtcDateTime()),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
        sa.CheckConstraint(
            "requested_minor >= 0 AND own_cash_minor >= 0 AND own_kind_minor >= 0",
            name=op.f("ck_application_amounts_positive"),
        ),
        sa.CheckConstraint(
            "channel IN ('online', 'paper', 'file')", name=op.f("ck_application_channel_known")
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'late', 'submitted', 'pieces_requested', 'inadmissible', 'admissible', 'ineligible', 'eligible', 'in_review', 'reviewed', 'awarded', 'waitlisted', 'adjourned', 'not_selected', 'withdrawn')",
            name=op.f("ck_application_status_known"),
        ),
        sa.ForeignKeyConstraint(
            ["admitted_by_id"], ["person.id"], name=op.f("fk_application_admitted_by_id")
        ),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_application_call_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name=op.f("fk_application_created_by_id")),
        sa.ForeignKeyConstraint(["entered_by_id"], ["person.id"], name=op.f("fk_application_entered_by_id")),
        sa.ForeignKeyConstraint(["group_id"], ["grp.id"], name=op.f("fk_application_group_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["person.id"], name=op.f("fk_application_officer_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_application_place_id")),
        sa.ForeignKeyConstraint(
            ["screened_by_id"], ["person.id"], name=op.f("fk_application_screened_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["submitted_by_id"], ["person.id"], name=op.f("fk_application_submitted_by_id")
        ),
        sa.UniqueConstraint("reference", name=op.f("uq_application_reference")),
    )
    op.create_index(
        "ix_application_call", "application", ["call_id", "submitted_at", "id", "filed", "requested_minor"]
    )
    op.create_index(
        "ix_application_call_status",
        "application",
        ["call_id", "status", "submitted_at", "id", "filed", "requested_minor"],
    )
    op.create_index("ix_application_group", "application", ["group_id"])
    op.create_index("ix_application_list", "application", ["submitted_at", "id", "filed", "requested_minor"])
    op.create_index(
        "ix_application_officer",
        "application",
        ["officer_id", "submitted_at", "id", "filed", "requested_minor"],
    )
    op.create_index("ix_application_requested", "application", ["requested_minor", "id"])
    op.create_index(
        "ix_application_status", "application", ["status", "submitted_at", "id", "filed", "requested_minor"]
    )
    op.create_table(
        "call_register",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("call_id", db.BigId, nullable=False),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("place", sa.String(300), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("observations", sa.Text(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("closed_by_id", db.BigId),
        sa.Column("closed_at", db.UtcDateTime(), nullable=False),
        sa.Column("witnessed_by_id", db.BigId),
        sa.Column("witnessed_at", db.UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_register")),
        sa.CheckConstraint(
            "(closed_by_id IS NULL OR witnessed_by_id IS NULL OR closed_by_id <> witnessed_by_id)",
            name=op.f("ck_call_register_distinct_people"),
        ),
        sa.CheckConstraint("last_number >= 0", name=op.f("ck_call_register_last_number_positive")),
        sa.CheckConstraint("status IN ('proposed', 'closed')", name=op.f("ck_call_register_status_known")),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_call_register_call_id")),
        sa.ForeignKeyConstraint(["closed_by_id"], ["person.id"], name=op.f("fk_call_register_closed_by_id")),
        sa.ForeignKeyConstraint(
            ["witnessed_by_id"], ["person.id"], name=op.f("fk_call_register_witnessed_by_id")
        ),
        sa.UniqueConstraint("call_id", name=op.f("uq_call_register_call_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_call_register_reference")),
    )
    op.create_table(
        "budget_item",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("application_id", db.BigId, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(300), nullable=False),
        sa.Column("unit", sa.String(60), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_minor", sa.BigInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(1), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget_item")),
        sa.CheckConstraint(
            "quantity > 0 AND unit_minor > 0 AND amount_minor = quantity * unit_minor",
            name=op.f("ck_budget_item_arithmetic"),
        ),
        sa.CheckConstraint("source IN ('S', 'N', 'V')", name=op.f("ck_budget_item_source_known")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_budget_item_application_id")
        ),
    )
    op.create_index("ix_budget_item_application", "budget_item", ["application_id", "position"])
    op.create_table(
        "contact",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("application_id", db.BigId, nullable=False),
        sa.Column("at", db.UtcDateTime(), nullable=False),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("person", sa.String(300), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("by_id", db.BigId),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_contact_application_id")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_contact_by_id")),
    )
    op.create_index("ix_contact_application", "contact", ["application_id"])
    op.create_table(
        "filing_receipt",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("call_id", db.BigId, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("application_id", db.BigId, nullable=False),
        sa.Column("received_at", db.UtcDateTime(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("place", sa.String(300), nullable=False),
        sa.Column("depositor", sa.String(300), nullable=False),
        sa.Column("depositor_capacity", sa.String(300), nullable=False),
        sa.Column("depositor_phone", sa.String(20), nullable=False),
        sa.Column("requested_minor", sa.BigInteger(), nullable=False),
        sa.Column("envelopes", sa.Integer(), nullable=False),
        sa.Column("pieces", db.JsonType, nullable=False),
        sa.Column("received_by_id", db.BigId),
        sa.Column("follow_up_code", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing_receipt")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_filing_receipt_application_id")
        ),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_filing_receipt_call_id")),
        sa.ForeignKeyConstraint(
            ["received_by_id"], ["person.id"], name=op.f("fk_filing_receipt_received_by_id")
        ),
        sa.UniqueConstraint("call_id", "number", name=op.f("uq_filing_receipt_number")),
        sa.UniqueConstraint("reference", name=op.f("uq_filing_receipt_reference")),
    )
    op.create_table(
        "piece",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("application_id", db.BigId, nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("label", sa.String(300), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("note", sa.String(300), nullable=False),
        sa.Column("document_id", db.BigId),
        sa.Column("checked_by_id", db.BigId),
        sa.Column("checked_at", db.UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_piece")),
        sa.CheckConstraint(
            "state IN ('absent', 'present', 'illegible', 'expired', 'nonconforming', 'waived', 'not_needed')",
            name=op.f("ck_piece_state_known"),
        ),
        sa.ForeignKeyConstraint(["application_id"], ["application.id"], name=op.f("fk_piece_application_id")),
        sa.ForeignKeyConstraint(["checked_by_id"], ["person.id"], name=op.f("fk_piece_checked_by_id")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_piece_document_id")),
        sa.UniqueConstraint("application_id", "code", name=op.f("uq_piece_code")),
    )
    op.create_table(
        "piece_request",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("application_id", db.BigId, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("items", db.JsonType, nullable=False),
        sa.Column("sent_at", db.UtcDateTime(), nullable=False),
        sa.Column("sent_by_id", db.BigId),
        sa.Column("received_on", sa.Date()),
        sa.Column("received_by", sa.String(300), nullable=False),
        sa.Column("received_channel", sa.String(40), nullable=False),
        sa.Column("sms", sa.String(160), nullable=False),
        sa.Column("answered_on", sa.Date()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_piece_request")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_piece_request_application_id")
        ),
        sa.ForeignKeyConstraint(["sent_by_id"], ["person.id"], name=op.f("fk_piece_request_sent_by_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_piece_request_reference")),
    )
    op.create_index("ix_piece_request_application", "piece_request", ["application_id"])
    op.create_table(
        "screening_finding",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("application_id", db.BigId, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("met", sa.Boolean(), nullable=False),
        sa.Column("computed", sa.String(300), nullable=False),
        sa.Column("note", sa.String(300), nullable=False),
        sa.Column("by_id", db.BigId),
        sa.Column("at", db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening_finding")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_screening_finding_application_id")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_screening_finding_by_id")),
    )
    op.create_index("ix_screening_finding_application", "screening_finding", ["application_id"])


def downgrade() -> None:
    """Down."""
    op.drop_table("screening_finding")
    op.drop_table("piece_request")
    op.drop_table("piece")
    op.drop_table("filing_receipt")
    op.drop_table("contact")
    op.drop_table("budget_item")
    op.drop_table("call_register")
    op.drop_table("application")
