"""The tables of committees."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portfolio.kit import db

revision = "010"
down_revision = "009"


def upgrade() -> None:
    """Up."""
    op.create_table(
        "committee",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("act", sa.String(300), nullable=False),
        sa.Column("voices", sa.Integer(), nullable=False),
        sa.Column("quorum", sa.Integer(), nullable=False),
        sa.Column("second_quorum", sa.Integer(), nullable=False),
        sa.Column("casting_vote", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_committee")),
        sa.CheckConstraint(
            "kind IN ('selection', 'procurement', 'reception')", name=op.f("ck_committee_kind_known")
        ),
        sa.CheckConstraint("quorum >= 1 AND second_quorum >= 1", name=op.f("ck_committee_quorum_positive")),
        sa.UniqueConstraint("code", name=op.f("uq_committee_code")),
    )
    op.create_table(
        "interest_declaration",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("person_id", db.BigId, nullable=False),
        sa.Column("subject_type", sa.String(40), nullable=False),
        sa.Column("subject_id", db.BigId, nullable=False),
        sa.Column("conflict", sa.Boolean(), nullable=False),
        sa.Column("nature", sa.String(300), nullable=False),
        sa.Column("declared_at", db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interest_declaration")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_interest_declaration_person_id")),
        sa.UniqueConstraint(
            "person_id", "subject_type", "subject_id", name=op.f("uq_interest_declaration_subject")
        ),
    )
    op.create_table(
        "seat",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("committee_id", db.BigId, nullable=False),
        sa.Column("person_id", db.BigId, nullable=False),
        sa.Column("structure", sa.String(300), nullable=False),
        sa.Column("function", sa.String(40), nullable=False),
        sa.Column("capacity", sa.String(40), nullable=False),
        sa.Column("voice", sa.String(40), nullable=False),
        sa.Column("act", sa.String(300), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat")),
        sa.CheckConstraint(
            "capacity IN ('titular', 'substitute', 'observer')", name=op.f("ck_seat_capacity_known")
        ),
        sa.CheckConstraint("voice IN ('deliberative', 'consultative')", name=op.f("ck_seat_voice_known")),
        sa.ForeignKeyConstraint(["committee_id"], ["committee.id"], name=op.f("fk_seat_committee_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_seat_person_id")),
        sa.UniqueConstraint("committee_id", "person_id", name=op.f("uq_seat_person")),
    )
    op.create_table(
        "session",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("reference", sa.String(40)),
        sa.Column("committee_id", db.BigId, nullable=False),
        sa.Column("subject_type", sa.String(40), nullable=False),
        sa.Column("subject_id", db.BigId, nullable=False),
        sa.Column("convening", sa.Integer(), nullable=False),
        sa.Column("first_id", db.BigId),
        sa.Column("place", sa.String(300), nullable=False),
        sa.Column("room", sa.String(300), nullable=False),
        sa.Column("scheduled_at", db.UtcDateTime(), nullable=False),
        sa.Column("agenda", sa.Text(), nullable=False),
        sa.Column("quorum", sa.Integer(), nullable=False),
        sa.Column("facts", db.JsonType, nullable=False),
        sa.Column("remarks", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.String(64)),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("created_by_id", db.BigId),
        sa.Column("convened_by_id", db.BigId),
        sa.Column("convened_at", db.UtcDateTime()),
        sa.Column("opened_by_id", db.BigId),
        sa.Column("opened_at", db.UtcDateTime()),
        sa.Column("closed_by_id", db.BigId),
        sa.Column("closed_at", db.UtcDateTime()),
        sa.Column("finalised_by_id", db.BigId),
        sa.Column("finalised_at", db.UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
        sa.CheckConstraint("convening IN (1, 2)", name=op.f("ck_session_convening_known")),
        sa.CheckConstraint(
            "status IN ('planned', 'convened', 'sitting', 'closed', 'final', 'no_quorum')",
            name=op.f("ck_session_status_known"),
        ),
        sa.ForeignKeyConstraint(["closed_by_id"], ["person.id"], name=op.f("fk_session_closed_by_id")),
        sa.ForeignKeyConstraint(["committee_id"], ["committee.id"], name=op.f("fk_session_committee_id")),
        sa.ForeignKeyConstraint(["convened_by_id"], ["person.id"], name=op.f("fk_session_convened_by_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name=op.f("fk_session_created_by_id")),
        sa.ForeignKeyConstraint(["finalised_by_id"], ["person.id"], name=op.f("fk_session_finalised_by_id")),
        sa.ForeignKeyConstraint(["first_id"], ["session.id"], name=op.f("fk_session_first_id")),
        sa.ForeignKeyConstraint(["opened_by_id"], ["person.id"], name=op.f("fk_session_opened_by_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_session_reference")),
    )
    op.create_index("ix_session_subject", "session", ["subject_type", "subject_id"])
    op.create_table(
        "attendance",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("session_id", db.BigId, nullable=False),
        sa.Column("seat_id", db.BigId, nullable=False),
        sa.Column("person_id", db.BigId, nullable=False),
        sa.Column("replaces_id", db.BigId),
        sa.Column("voice", sa.String(40), nullable=False),
        sa.Column("arrived_at", db.UtcDateTime()),
        sa.Column("left_at", db.UtcDateTime()),
        sa.Column("excused", sa.String(300), nullable=False),
        sa.Column("signed_at", db.UtcDateTime()),
        sa.Column("prevented", sa.String(300), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_attendance_person_id")),
        sa.ForeignKeyConstraint(["replaces_id"], ["seat.id"], name=op.f("fk_attendance_replaces_id")),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_attendance_seat_id")),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_attendance_session_id")),
        sa.UniqueConstraint("session_id", "seat_id", name=op.f("uq_attendance_seat")),
    )
    op.create_table(
        "session_item",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("session_id", db.BigId, nullable=False),
        sa.Column("subject_type", sa.String(40), nullable=False),
        sa.Column("subject_id", db.BigId, nullable=False),
        sa.Column("subject_ref", sa.String(300), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer()),
        sa.Column("requested_minor", sa.BigInteger(), nullable=False),
        sa.Column("proposal", sa.String(40)),
        sa.Column("proposed_minor", sa.BigInteger()),
        sa.Column("amount_currency", sa.String(3), nullable=False),
        sa.Column("waiting_rank", sa.Integer()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("conditions", sa.Text(), nullable=False),
        sa.Column("rank_waiver", sa.Text(), nullable=False),
        sa.Column("casting", sa.Boolean(), nullable=False),
        sa.Column("dissent", sa.Text(), nullable=False),
        sa.Column("votes_for", sa.Integer(), nullable=False),
        sa.Column("votes_against", sa.Integer(), nullable=False),
        sa.Column("abstentions", sa.Integer(), nullable=False),
        sa.Column("voices_present", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("proposed_by_id", db.BigId),
        sa.Column("proposed_at", db.UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_item")),
        sa.CheckConstraint(
            "proposal IS NULL OR proposal IN ('favourable', 'revised', 'waiting_list', 'adjourned', 'unfavourable')",
            name=op.f("ck_session_item_proposal_known"),
        ),
        sa.CheckConstraint("status IN ('open', 'proposed')", name=op.f("ck_session_item_status_known")),
        sa.CheckConstraint(
            "status <> 'proposed' OR (proposal IS NOT NULL AND votes_for + votes_against + abstentions <= voices_present)",
            name=op.f("ck_session_item_votes_within_voices"),
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["person.id"], name=op.f("fk_session_item_proposed_by_id")
        ),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_session_item_session_id")),
        sa.UniqueConstraint("session_id", "subject_type", "subject_id", name=op.f("uq_session_item_subject")),
    )
    op.create_table(
        "recusal",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("item_id", db.BigId, nullable=False),
        sa.Column("person_id", db.BigId, nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("out_at", db.UtcDateTime(), nullable=False),
        sa.Column("in_at", db.UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recusal")),
        sa.ForeignKeyConstraint(["item_id"], ["session_item.id"], name=op.f("fk_recusal_item_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_recusal_person_id")),
        sa.UniqueConstraint("item_id", "person_id", name=op.f("uq_recusal_person")),
    )


def downgrade() -> None:
    """Down."""
    op.drop_table("recusal")
    op.drop_table("session_item")
    op.drop_table("attendance")
    op.drop_table("session")
    op.drop_table("seat")
    op.drop_table("interest_declaration")
    op.drop_table("committee")
