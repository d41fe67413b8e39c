"""The tables of beneficiaries."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portfolio.kit import db

revision = "018"
down_revision = "017"


def upgrade() -> None:
    """Up."""
    op.create_table(
        "duplicate",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("subject_type", sa.String(40), nullable=False),
        sa.Column("first_id", db.BigId, nullable=False),
        sa.Column("second_id", db.BigId, nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("signs", db.JsonType, nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("found_by_id", db.BigId),
        sa.Column("found_at", db.UtcDateTime(), nullable=False),
        sa.Column("decided_by_id", db.BigId),
        sa.Column("decided_at", db.UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duplicate")),
        sa.CheckConstraint(
            "(found_by_id IS NULL OR decided_by_id IS NULL OR found_by_id <> decided_by_id)",
            name=op.f("ck_duplicate_distinct_people"),
        ),
        sa.CheckConstraint("first_id < second_id", name=op.f("ck_duplicate_pair_ordered")),
        sa.CheckConstraint(
            "status IN ('open', 'distinct', 'merged')", name=op.f("ck_duplicate_status_known")
        ),
        sa.CheckConstraint(
            "subject_type IN ('reached_person', 'grp')", name=op.f("ck_duplicate_subject_known")
        ),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_duplicate_decided_by_id")),
        sa.ForeignKeyConstraint(["found_by_id"], ["person.id"], name=op.f("fk_duplicate_found_by_id")),
    )
    op.create_index("ix_duplicate_pair", "duplicate", ["subject_type", "first_id", "second_id"], unique=True)
    op.create_index("ix_duplicate_status", "duplicate", ["status", "id"])
    op.create_table(
        "reached_count",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("project_id", db.BigId, nullable=False),
        sa.Column("call_id", db.BigId, nullable=False),
        sa.Column("group_id", db.BigId, nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("sex", sa.String(40), nullable=False),
        sa.Column("band", sa.String(40), nullable=False),
        sa.Column("displacement", sa.String(40), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("method", sa.String(300), nullable=False),
        sa.Column("recorded_by_id", db.BigId),
        sa.Column("recorded_at", db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reached_count")),
        sa.CheckConstraint("kind IN ('counted', 'indirect')", name=op.f("ck_reached_count_kind_known")),
        sa.CheckConstraint("people > 0", name=op.f("ck_reached_count_people_positive")),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_reached_count_call_id")),
        sa.ForeignKeyConstraint(["group_id"], ["grp.id"], name=op.f("fk_reached_count_group_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_reached_count_project_id")),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["person.id"], name=op.f("fk_reached_count_recorded_by_id")
        ),
    )
    op.create_index("ix_reached_count_project", "reached_count", ["project_id"])
    op.create_table(
        "reached_person",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("project_id", db.BigId, nullable=False),
        sa.Column("call_id", db.BigId, nullable=False),
        sa.Column("group_id", db.BigId, nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("full_name", sa.String(300), nullable=False),
        sa.Column("sound", sa.String(300), nullable=False),
        sa.Column("sex", sa.String(40), nullable=False),
        sa.Column("birth_year", sa.Integer()),
        sa.Column("estimated", sa.Boolean(), nullable=False),
        sa.Column("band", sa.String(40), nullable=False),
        sa.Column("phone", sa.String(20), nullable=False),
        sa.Column("village", sa.String(300), nullable=False),
        sa.Column("village_folded", sa.String(300), nullable=False),
        sa.Column("displacement", sa.String(40), nullable=False),
        sa.Column("disability", sa.Boolean()),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("assistance", sa.String(300), nullable=False),
        sa.Column("same_as_id", db.BigId),
        sa.Column("recorded_by_id", db.BigId),
        sa.Column("recorded_at", db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reached_person")),
        sa.CheckConstraint(
            "same_as_id IS NULL OR same_as_id <> id", name=op.f("ck_reached_person_same_as_another")
        ),
        sa.CheckConstraint("sex IN ('F', 'M', 'unknown')", name=op.f("ck_reached_person_sex_known")),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_reached_person_call_id")),
        sa.ForeignKeyConstraint(["group_id"], ["grp.id"], name=op.f("fk_reached_person_group_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_reached_person_project_id")),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["person.id"], name=op.f("fk_reached_person_recorded_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["same_as_id"], ["reached_person.id"], name=op.f("fk_reached_person_same_as_id")
        ),
        sa.UniqueConstraint("code", name=op.f("uq_reached_person_code")),
    )
    op.create_index("ix_reached_person_call", "reached_person", ["call_id"])
    op.create_index("ix_reached_person_phone", "reached_person", ["phone"])
    op.create_index("ix_reached_person_project", "reached_person", ["project_id"])
    op.create_index("ix_reached_person_same_as", "reached_person", ["same_as_id"])
    op.create_index("ix_reached_person_sound", "reached_person", ["sound"])
    op.create_index("ix_reached_person_village", "reached_person", ["country", "village_folded"])


def downgrade() -> None:
    """Down."""
    op.drop_table("reached_person")
    op.drop_table("reached_count")
    op.drop_table("duplicate")
