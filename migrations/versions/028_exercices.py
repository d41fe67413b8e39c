"""HANDMADE: exercices that close, and the credits that are carried from one to the next (R12)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portfolio.kit import db, guards

revision = "028"
down_revision = "027"

BEFORE = (
    ("amounts_positive", "voted_minor > 0 AND reserved_minor >= 0 AND committed_minor >= 0"),
    ("within_vote", "reserved_minor + committed_minor <= voted_minor"),
)
AFTER = (
    (
        "amounts_positive",
        "voted_minor >= 0 AND lapsed_minor >= 0 AND reserved_minor >= 0 AND committed_minor >= 0",
    ),
    ("within_vote", "reserved_minor + committed_minor <= voted_minor + carried_minor - lapsed_minor"),
)
Checks = tuple[tuple[str, str], ...]


def _checks(old: Checks, new: Checks) -> None:
    """Replace the checks of the lines: in place on PostgreSQL, by a copy of the table on SQLite (foreign keys are off meanwhile)."""
    if op.get_bind().dialect.name == "postgresql":
        for (name, _was), (_name, now) in zip(old, new, strict=True):
            op.drop_constraint(f"ck_budget_line_{name}", "budget_line")
            op.create_check_constraint(op.f(f"ck_budget_line_{name}"), "budget_line", now)
        return
    bind = op.get_bind()
    words = str(
        bind.execute(sa.text("SELECT sql FROM sqlite_master WHERE name = 'budget_line'")).scalar_one()
    )
    for (_name, was), (_same, now) in zip(old, new, strict=True):
        if words.count(was) != 1:
            raise RuntimeError(f"the lines do not have this check: {was}")
        words = words.replace(was, now)
    head, _space, rest = words.partition("(")
    columns = ", ".join(c["name"] for c in sa.inspect(bind).get_columns("budget_line"))
    if "budget_line" not in head:
        raise RuntimeError("the lines are not as they were made")
    bind.exec_driver_sql(f"CREATE TABLE budget_line_copy ({rest}")
    op.execute(f"INSERT INTO budget_line_copy ({columns}) SELECT {columns} FROM budget_line")
    op.execute("DROP TABLE budget_line")
    op.execute("ALTER TABLE budget_line_copy RENAME TO budget_line")


def upgrade() -> None:
    """Up."""
    for name in ("carried_minor", "lapsed_minor"):
        op.execute(f"ALTER TABLE budget_line ADD COLUMN {name} BIGINT NOT NULL DEFAULT 0")
    _checks(BEFORE, AFTER)
    op.create_table(
        "ledger_exercice",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("act", sa.String(300), nullable=False),
        sa.Column("reason", sa.String(2000), nullable=False),
        sa.Column("funds", db.JsonType, nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("owed_minor", sa.BigInteger(), nullable=False),
        sa.Column("reserved_minor", sa.BigInteger(), nullable=False),
        sa.Column("unused_minor", sa.BigInteger(), nullable=False),
        sa.Column("lapsed_minor", sa.BigInteger(), nullable=False),
        sa.Column("head_seq", db.BigId),
        sa.Column("head_hash", sa.String(64)),
        sa.Column("proposed_by_id", db.BigId, nullable=False),
        sa.Column("proposed_at", db.UtcDateTime(), nullable=False),
        sa.Column("closed_by_id", db.BigId),
        sa.Column("closed_at", db.UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_exercice")),
        sa.CheckConstraint(
            "(status = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_ledger_exercice_closed_is_signed")
        ),
        sa.CheckConstraint(
            "(proposed_by_id IS NULL OR closed_by_id IS NULL OR proposed_by_id <> closed_by_id)",
            name=op.f("ck_ledger_exercice_distinct_people"),
        ),
        sa.CheckConstraint(
            "status IN ('proposed', 'closed', 'withdrawn')", name=op.f("ck_ledger_exercice_status_known")
        ),
        sa.UniqueConstraint("reference", name=op.f("uq_ledger_exercice_reference")),
    )
    op.create_index(
        "uq_ledger_exercice_year",
        "ledger_exercice",
        ["year"],
        unique=True,
        sqlite_where=sa.text("status <> 'withdrawn'"),
        postgresql_where=sa.text("status <> 'withdrawn'"),
    )
    for statement in guards.closed_exercices(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """Down."""
    for statement in guards.without_closed_exercices(op.get_bind().dialect.name):
        op.execute(statement)
    op.drop_table("ledger_exercice")
    _checks(AFTER, BEFORE)
    for name in ("carried_minor", "lapsed_minor"):
        op.execute(f"ALTER TABLE budget_line DROP COLUMN {name}")
