"""HANDMADE: schedules that sum in the database, amendments signed on a scan, suspensions with their act, waivers with their document.

`tranche_schedule` holds what the tranches of an agreement sum to, written by triggers; its deferred key to `agreement (id, amount_minor)`
makes COMMIT refuse any other sum, on both engines. A tranche that is requested or paid keeps its amount and its modality, by a trigger.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portfolio.kit import db

revision = "024"
down_revision = "023"

OPEN = sa.text("status IN ('draft', 'submitted', 'approved')")
ADDED: dict[str, tuple[tuple[str, str, str], ...]] = {
    "agreement": (("results", "TEXT NOT NULL DEFAULT ''", ""),),
    "tranche": (("given_up", "BOOLEAN NOT NULL DEFAULT false", ""),),
    "tranche_condition": (
        ("waiver_act", "VARCHAR(300) NOT NULL DEFAULT ''", ""),
        ("waiver_document_id", "BIGINT", "document"),
    ),
    "amendment": (
        ("act", "VARCHAR(300) NOT NULL DEFAULT ''", ""),
        ("signed_with_thumbprint", "BOOLEAN NOT NULL DEFAULT false", ""),
        ("reading_language", "VARCHAR(300) NOT NULL DEFAULT ''", ""),
        ("translator", "VARCHAR(300) NOT NULL DEFAULT ''", ""),
        ("witnesses", "{json} NOT NULL DEFAULT '[]'", ""),
        ("signed_scan_id", "BIGINT", "document"),
    ),
}
SUM = (
    "INSERT INTO tranche_schedule (agreement_id, scheduled_minor) SELECT {row}.agreement_id, coalesce(sum(t.amount_minor), 0) "
    "FROM tranche t WHERE t.agreement_id = {row}.agreement_id AND (t.status <> 'cancelled' OR t.given_up) "
    "ON CONFLICT (agreement_id) DO UPDATE SET scheduled_minor = excluded.scheduled_minor"
)
KEPT = "old.status <> 'planned' AND (new.amount_minor <> old.amount_minor OR new.modality <> old.modality OR new.agreement_id <> old.agreement_id)"
SQLITE = (
    f"CREATE TRIGGER tranche_sum_add AFTER INSERT ON tranche BEGIN {SUM.format(row='new')}; END",
    f"CREATE TRIGGER tranche_sum_take AFTER DELETE ON tranche BEGIN {SUM.format(row='old')}; END",
    "CREATE TRIGGER tranche_sum_change AFTER UPDATE OF amount_minor, status, given_up, agreement_id ON tranche "
    f"BEGIN {SUM.format(row='new')}; END",
    f"CREATE TRIGGER tranche_kept BEFORE UPDATE OF amount_minor, modality, agreement_id ON tranche WHEN {KEPT} "
    "BEGIN SELECT RAISE(ABORT, 'a tranche requested or paid keeps its amount'); END",
    "CREATE TRIGGER tranche_not_taken BEFORE DELETE ON tranche WHEN old.status <> 'planned' "
    "BEGIN SELECT RAISE(ABORT, 'a tranche requested or paid is never deleted'); END",
)
POSTGRESQL = (
    "CREATE FUNCTION tranche_sum() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TG_OP = 'DELETE' THEN "
    f"{SUM.format(row='OLD')}; ELSE {SUM.format(row='NEW')}; END IF; RETURN NULL; END $$",
    "CREATE TRIGGER tranche_sum AFTER INSERT OR DELETE OR UPDATE OF amount_minor, status, given_up, agreement_id ON tranche "
    "FOR EACH ROW EXECUTE FUNCTION tranche_sum()",
    "CREATE FUNCTION tranche_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TG_OP = 'DELETE' THEN "
    "IF old.status <> 'planned' THEN RAISE EXCEPTION 'a tranche requested or paid is never deleted'; END IF; RETURN old; END IF; "
    f"IF {KEPT} THEN RAISE EXCEPTION 'a tranche requested or paid keeps its amount'; END IF; RETURN new; END $$",
    "CREATE TRIGGER tranche_kept BEFORE DELETE OR UPDATE OF amount_minor, modality, agreement_id ON tranche "
    "FOR EACH ROW EXECUTE FUNCTION tranche_kept()",
)


def upgrade() -> None:
    """Up."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table, columns in ADDED.items():
        for name, kind, parent in columns:
            made = kind.format(json="JSON" if sqlite else "JSONB")
            link = f" CONSTRAINT fk_{table}_{name} REFERENCES {parent} (id)" if parent else ""
            op.execute(f"ALTER TABLE {table} ADD COLUMN {name} {made}{link}")
    op.create_index("uq_agreement_amount", "agreement", ["id", "amount_minor"], unique=True)
    op.create_index(
        "uq_amendment_open", "amendment", ["agreement_id", "kind"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN
    )  # fmt: skip
    op.create_table(
        "agreement_suspension",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("agreement_id", sa.BigInteger(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date()),
        sa.Column("act", sa.String(300), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("document_id", sa.BigInteger()),
        sa.Column("suspended_by_id", sa.BigInteger()),
        sa.Column("suspended_at", db.UtcDateTime(), nullable=False),
        sa.Column("resumed_by_id", sa.BigInteger()),
        sa.Column("resumed_at", db.UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_suspension")),
        sa.CheckConstraint(
            "ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_agreement_suspension_dates_in_order")
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreement.id"], name=op.f("fk_agreement_suspension_agreement_id")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_agreement_suspension_document_id")
        ),
        sa.ForeignKeyConstraint(
            ["suspended_by_id"], ["person.id"], name=op.f("fk_agreement_suspension_suspended_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["resumed_by_id"], ["person.id"], name=op.f("fk_agreement_suspension_resumed_by_id")
        ),
    )
    one = sa.text("ends_on IS NULL")
    op.create_index(
        "uq_agreement_suspension_open", "agreement_suspension", ["agreement_id"], unique=True, sqlite_where=one, postgresql_where=one
    )  # fmt: skip
    op.create_table(
        "tranche_schedule",
        sa.Column("agreement_id", db.BigId, nullable=False, autoincrement=False),
        sa.Column("scheduled_minor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("agreement_id", name=op.f("pk_tranche_schedule")),
        sa.ForeignKeyConstraint(
            ["agreement_id", "scheduled_minor"],
            ["agreement.id", "agreement.amount_minor"],
            name=op.f("fk_tranche_schedule_sum"),
            deferrable=True,
            initially="DEFERRED",
        ),
    )
    # Tranches cancelled by an earlier termination count as given up; those replaced by an amendment do not.
    op.execute(
        "UPDATE tranche SET given_up = true WHERE status = 'cancelled' AND agreement_id IN (SELECT a.id FROM agreement a WHERE "
        "a.amount_minor = (SELECT sum(t.amount_minor) FROM tranche t WHERE t.agreement_id = a.id))"
    )
    op.execute(
        "INSERT INTO tranche_schedule (agreement_id, scheduled_minor) SELECT agreement_id, sum(amount_minor) FROM tranche "
        "WHERE status <> 'cancelled' OR given_up GROUP BY agreement_id"
    )
    for statement in SQLITE if sqlite else POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    """Down."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    if sqlite:
        for name in ("sum_add", "sum_take", "sum_change", "kept", "not_taken"):
            op.execute(f"DROP TRIGGER tranche_{name}")
    else:
        for name in ("sum", "kept"):
            op.execute(f"DROP TRIGGER tranche_{name} ON tranche")
            op.execute(f"DROP FUNCTION tranche_{name}()")
    op.drop_table("tranche_schedule")
    op.drop_table("agreement_suspension")
    op.drop_index("uq_amendment_open", "amendment")
    op.drop_index("uq_agreement_amount", "agreement")
    for table, columns in ADDED.items():
        for name, _kind, _parent in reversed(columns):
            op.execute(f"ALTER TABLE {table} DROP COLUMN {name}")
