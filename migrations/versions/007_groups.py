"""The tables of groups."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portfolio.kit import db

revision = "007"
down_revision = "006"


def upgrade() -> None:
    """Up."""
    op.create_table(
        "grp",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("folded", sa.String(300), nullable=False),
        sa.Column("sound", sa.String(300), nullable=False),
        sa.Column("legal_form", sa.String(300), nullable=False),
        sa.Column("category", sa.String(40), nullable=False),
        sa.Column("place_id", db.BigId, nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("village", sa.String(300), nullable=False),
        sa.Column("phone", sa.String(20), nullable=False),
        sa.Column("email", sa.String(200), nullable=False),
        sa.Column("founded_on", sa.Date()),
        sa.Column("registration", sa.String(300), nullable=False),
        sa.Column("registration_kind", sa.String(300), nullable=False),
        sa.Column("women", sa.Integer(), nullable=False),
        sa.Column("men", sa.Integer(), nullable=False),
        sa.Column("youth", sa.Integer(), nullable=False),
        sa.Column("displaced", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("hidden_place", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by_id", db.BigId),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("checked", db.JsonType, nullable=False),
        sa.Column("verified_by_id", db.BigId),
        sa.Column("verified_at", db.UtcDateTime()),
        sa.Column("blocked_by_id", db.BigId),
        sa.Column("blocked_at", db.UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grp")),
        sa.CheckConstraint(
            "category IN ('women', 'youth', 'cooperative', 'committee', 'association', 'union')",
            name=op.f("ck_grp_category_known"),
        ),
        sa.CheckConstraint(
            "(created_by_id IS NULL OR verified_by_id IS NULL OR created_by_id <> verified_by_id)",
            name=op.f("ck_grp_distinct_people"),
        ),
        sa.CheckConstraint(
            "women >= 0 AND men >= 0 AND youth >= 0 AND displaced >= 0 AND youth <= women + men AND displaced <= women + men",
            name=op.f("ck_grp_members_add_up"),
        ),
        sa.CheckConstraint(
            "status IN ('registered', 'verified', 'blocked')", name=op.f("ck_grp_status_known")
        ),
        sa.ForeignKeyConstraint(["blocked_by_id"], ["person.id"], name=op.f("fk_grp_blocked_by_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name=op.f("fk_grp_created_by_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_grp_place_id")),
        sa.ForeignKeyConstraint(["verified_by_id"], ["person.id"], name=op.f("fk_grp_verified_by_id")),
        sa.UniqueConstraint("code", name=op.f("uq_grp_code")),
    )
    op.create_index("ix_grp_folded", "grp", ["folded"])
    op.create_index("ix_grp_phone", "grp", ["phone"])
    op.create_index("ix_grp_sound", "grp", ["sound"])
    op.create_table(
        "group_account",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("group_id", db.BigId, nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("provider", sa.String(300), nullable=False),
        sa.Column("holder", sa.String(300), nullable=False),
        sa.Column("number", sa.String(60), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("created_by_id", db.BigId),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("verified_by_id", db.BigId),
        sa.Column("verified_at", db.UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_account")),
        sa.CheckConstraint(
            "(created_by_id IS NULL OR verified_by_id IS NULL OR created_by_id <> verified_by_id)",
            name=op.f("ck_group_account_distinct_people"),
        ),
        sa.CheckConstraint(
            "kind IN ('bank', 'sfd', 'mobile', 'cash')", name=op.f("ck_group_account_kind_known")
        ),
        sa.CheckConstraint(
            "status IN ('proposed', 'verified', 'retired')", name=op.f("ck_group_account_status_known")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f("fk_group_account_created_by_id")
        ),
        sa.ForeignKeyConstraint(["group_id"], ["grp.id"], name=op.f("fk_group_account_group_id")),
        sa.ForeignKeyConstraint(
            ["verified_by_id"], ["person.id"], name=op.f("fk_group_account_verified_by_id")
        ),
    )
    op.create_index("ix_group_account_group", "group_account", ["group_id"])
    op.create_index("ix_group_account_number", "group_account", ["number"])
    op.create_table(
        "officer",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("group_id", db.BigId, nullable=False),
        sa.Column("office", sa.String(40), nullable=False),
        sa.Column("full_name", sa.String(300), nullable=False),
        sa.Column("sound", sa.String(300), nullable=False),
        sa.Column("sex", sa.String(1)),
        sa.Column("phone", sa.String(20), nullable=False),
        sa.Column("id_kind", sa.String(300), nullable=False),
        sa.Column("id_number", sa.String(60), nullable=False),
        sa.Column("can_sign", sa.Boolean(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date()),
        sa.Column("act", sa.String(300), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_officer")),
        sa.CheckConstraint(
            "office IN ('president', 'treasurer', 'secretary')", name=op.f("ck_officer_office_known")
        ),
        sa.ForeignKeyConstraint(["group_id"], ["grp.id"], name=op.f("fk_officer_group_id")),
    )
    op.create_index("ix_officer_group", "officer", ["group_id"])
    op.create_index("ix_officer_phone", "officer", ["phone"])
    op.create_index("ix_officer_sound", "officer", ["sound"])


def downgrade() -> None:
    """Down."""
    op.drop_table("officer")
    op.drop_table("group_account")
    op.drop_table("grp")
