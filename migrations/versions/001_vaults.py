"""The tables of audit, ledger, outbox, numbering."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portfolio.kit import db, guards

revision = "001"
down_revision = None


def upgrade() -> None:
    """Up."""
    op.create_table(
        "audit_event",
        sa.Column("seq", db.BigId, nullable=False, autoincrement=False),
        sa.Column("at", db.UtcDateTime(), nullable=False),
        sa.Column("actor_id", db.BigId),
        sa.Column("capacity", sa.String(300)),
        sa.Column("event", sa.String(40), nullable=False),
        sa.Column("subject_type", sa.String(40), nullable=False),
        sa.Column("subject_id", db.BigId, nullable=False),
        sa.Column("subject_ref", sa.String(40)),
        sa.Column("before", sa.String(40)),
        sa.Column("after", sa.String(40)),
        sa.Column("reason", sa.Text()),
        sa.Column("data", db.JsonType, nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_event")),
    )
    op.create_index("ix_audit_event_actor", "audit_event", ["actor_id", "seq"])
    op.create_index("ix_audit_event_subject", "audit_event", ["subject_type", "subject_id", "seq"])
    for statement in guards.append_only(op.get_bind().dialect.name, "audit_event", "seq"):
        op.execute(statement)
    op.create_table(
        "audit_salt",
        sa.Column("subject_type", sa.String(40), nullable=False),
        sa.Column("subject_id", db.BigId, nullable=False, autoincrement=False),
        sa.Column("salt", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("subject_type", "subject_id", name=op.f("pk_audit_salt")),
    )
    op.create_table(
        "chain_head",
        sa.Column("name", sa.String(20), nullable=False),
        sa.Column("seq", db.BigId, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_chain_head")),
        sa.CheckConstraint("seq >= 0", name=op.f("ck_chain_head_seq_positive")),
    )
    op.create_table(
        "given_answer",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("body_hash", sa.String(64), nullable=False),
        sa.Column("at", db.UtcDateTime(), nullable=False),
        sa.Column("code", sa.Integer(), nullable=False),
        sa.Column("location", sa.String(1000)),
        sa.Column("subject_id", db.BigId),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_given_answer")),
        sa.UniqueConstraint("actor", "key", name=op.f("uq_given_answer_actor_key")),
    )
    op.create_table(
        "given_number",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("prefix", sa.String(20), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("subject_type", sa.String(40), nullable=False),
        sa.Column("subject_id", db.BigId),
        sa.Column("given_at", db.UtcDateTime(), nullable=False),
        sa.Column("voided_reason", sa.Text()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_given_number")),
        sa.UniqueConstraint("prefix", "year", "number", name=op.f("uq_given_number_number")),
        sa.UniqueConstraint("reference", name=op.f("uq_given_number_reference")),
    )
    op.create_table(
        "ledger_balance",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("account", sa.String(20), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("exercice", sa.Integer(), nullable=False),
        sa.Column("donor", sa.String(40), nullable=False),
        sa.Column("fund", sa.String(40), nullable=False),
        sa.Column("line", sa.String(40), nullable=False),
        sa.Column("call", sa.String(40), nullable=False),
        sa.Column("agreement", sa.String(40), nullable=False),
        sa.Column("tranche", sa.String(40), nullable=False),
        sa.Column("party", sa.String(40), nullable=False),
        sa.Column("place", sa.String(40), nullable=False),
        sa.Column("objective", sa.String(60), nullable=False),
        sa.Column("treasury", sa.String(40), nullable=False),
        sa.Column("debit_minor", sa.BigInteger(), nullable=False),
        sa.Column("credit_minor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_balance")),
        sa.CheckConstraint(
            "debit_minor >= 0 AND credit_minor >= 0", name=op.f("ck_ledger_balance_totals_positive")
        ),
        sa.UniqueConstraint(
            "account",
            "currency",
            "exercice",
            "donor",
            "fund",
            "line",
            "call",
            "agreement",
            "tranche",
            "party",
            "place",
            "objective",
            "treasury",
            name=op.f("uq_ledger_balance_key"),
        ),
    )
    op.create_index("ix_ledger_balance_agreement", "ledger_balance", ["agreement", "account"])
    op.create_index("ix_ledger_balance_fund", "ledger_balance", ["fund", "account"])
    op.create_table(
        "ledger_entry",
        sa.Column("seq", db.BigId, nullable=False, autoincrement=False),
        sa.Column("posting", db.BigId, nullable=False),
        sa.Column("at", db.UtcDateTime(), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=False),
        sa.Column("event", sa.String(40), nullable=False),
        sa.Column("debit", sa.String(20), nullable=False),
        sa.Column("credit", sa.String(20), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("amount_currency", sa.String(3), nullable=False),
        sa.Column("exercice", sa.Integer()),
        sa.Column("donor", sa.String(40)),
        sa.Column("fund", sa.String(40)),
        sa.Column("line", sa.String(40)),
        sa.Column("call", sa.String(40)),
        sa.Column("agreement", sa.String(40)),
        sa.Column("tranche", sa.String(40)),
        sa.Column("party", sa.String(40)),
        sa.Column("place", sa.String(40)),
        sa.Column("objective", sa.String(60)),
        sa.Column("treasury", sa.String(40)),
        sa.Column("document", sa.String(60)),
        sa.Column("subject_type", sa.String(40), nullable=False),
        sa.Column("subject_id", db.BigId, nullable=False),
        sa.Column("actor_id", db.BigId),
        sa.Column("reverses", db.BigId),
        sa.Column("reason", sa.String(2000)),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_ledger_entry")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_ledger_entry_amount_positive")),
        sa.CheckConstraint(
            "reverses IS NULL OR reason IS NOT NULL", name=op.f("ck_ledger_entry_reversal_has_reason")
        ),
        sa.CheckConstraint("debit <> credit", name=op.f("ck_ledger_entry_two_accounts")),
        sa.UniqueConstraint("reverses", name=op.f("uq_ledger_entry_reverses")),
    )
    op.create_index("ix_ledger_entry_agreement", "ledger_entry", ["agreement", "seq"])
    op.create_index("ix_ledger_entry_credit", "ledger_entry", ["credit", "dated_on", "seq"])
    op.create_index("ix_ledger_entry_debit", "ledger_entry", ["debit", "dated_on", "seq"])
    op.create_index("ix_ledger_entry_fund", "ledger_entry", ["fund", "dated_on", "seq"])
    op.create_index("ix_ledger_entry_subject", "ledger_entry", ["subject_type", "subject_id"])
    for statement in guards.append_only(op.get_bind().dialect.name, "ledger_entry", "seq"):
        op.execute(statement)
    op.create_table(
        "number_counter",
        sa.Column("prefix", sa.String(20), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("prefix", "year", name=op.f("pk_number_counter")),
    )
    op.create_table(
        "outbox_job",
        sa.Column("id", db.BigId, nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("payload", db.JsonType, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", db.UtcDateTime(), nullable=False),
        sa.Column("done_at", db.UtcDateTime()),
        sa.Column("error", sa.Text()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_job")),
        sa.CheckConstraint("state IN ('waiting', 'done', 'failed')", name=op.f("ck_outbox_job_state_known")),
    )
    op.create_index("ix_outbox_job_waiting", "outbox_job", ["state", "due_at"])
    op.execute(
        "INSERT INTO chain_head (name, seq, hash) VALUES ('ledger', 0, '"
        + "0" * 64
        + "'), ('audit', 0, '"
        + "0" * 64
        + "')"
    )


def downgrade() -> None:
    """Down."""
    op.drop_table("outbox_job")
    op.drop_table("number_counter")
    for statement in guards.without_append_only(op.get_bind().dialect.name, "ledger_entry", "seq"):
        op.execute(statement)
    op.drop_table("ledger_entry")
    op.drop_table("ledger_balance")
    op.drop_table("given_number")
    op.drop_table("given_answer")
    op.drop_table("chain_head")
    op.drop_table("audit_salt")
    for statement in guards.without_append_only(op.get_bind().dialect.name, "audit_event", "seq"):
        op.execute(statement)
    op.drop_table("audit_event")
