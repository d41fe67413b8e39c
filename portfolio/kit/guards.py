"""The database's own locks on what may never change: append-only triggers for both engines (M07).

On SQLite `INSERT OR REPLACE` passes the no-update and no-delete triggers unless `recursive_triggers` is on, and a pragma is per connection:
so a third trigger refuses any insert that is not the next number, whatever the connection. On PostgreSQL TRUNCATE needs its own.
"""

from __future__ import annotations


def append_only(dialect: str, table: str, sequence: str | None = "seq") -> list[str]:
    """The statements that forbid UPDATE, DELETE, TRUNCATE and, with `sequence`, any gap or repeat in it."""
    if dialect == "sqlite":
        made = [
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for verb in ("UPDATE", "DELETE")
        ]
        if sequence:
            made.append(
                f"CREATE TRIGGER {table}_no_gap BEFORE INSERT ON {table} "
                f"WHEN NEW.{sequence} <> (SELECT coalesce(max({sequence}), 0) + 1 FROM {table}) "
                f"BEGIN SELECT RAISE(ABORT, '{table} has no gaps'); END"
            )
        return made
    made = [
        f"CREATE FUNCTION {table}_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"RAISE EXCEPTION '{table} is append-only'; END $$",
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_is_append_only()",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {table}_is_append_only()",
    ]
    if sequence:
        made += [
            f"CREATE FUNCTION {table}_has_no_gap() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF NEW.{sequence} <> (SELECT coalesce(max({sequence}), 0) + 1 FROM {table}) THEN "
            f"RAISE EXCEPTION '{table} has no gaps'; END IF; RETURN NEW; END $$",
            f"CREATE TRIGGER {table}_no_gap BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_has_no_gap()",
        ]
    return made


def without_append_only(dialect: str, table: str, sequence: str | None = "seq") -> list[str]:
    """The statements that take them away before the table is dropped; on PostgreSQL the functions would stay behind."""
    if dialect == "sqlite":
        return []
    dropped = [
        f"DROP TRIGGER {table}_no_change ON {table}",
        f"DROP TRIGGER {table}_no_truncate ON {table}",
        f"DROP FUNCTION {table}_is_append_only()",
    ]
    if sequence:
        dropped += [f"DROP TRIGGER {table}_no_gap ON {table}", f"DROP FUNCTION {table}_has_no_gap()"]
    return dropped


def closed_months(dialect: str) -> list[str]:
    """The statements that forbid an entry dated in a month of the books that is closed, and to open or drop such a month (M17)."""
    late = "NEW.dated_on <= (SELECT max(ends_on) FROM ledger_period WHERE status = 'closed')"
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER ledger_entry_month_open BEFORE INSERT ON ledger_entry WHEN {late} "
            "BEGIN SELECT RAISE(ABORT, 'this month of the books is closed'); END",
            "CREATE TRIGGER ledger_period_stays_closed BEFORE UPDATE ON ledger_period WHEN OLD.status = 'closed' "
            "BEGIN SELECT RAISE(ABORT, 'a closed month stays closed'); END",
            "CREATE TRIGGER ledger_period_is_kept BEFORE DELETE ON ledger_period "
            "BEGIN SELECT RAISE(ABORT, 'months of the books are kept'); END",
        ]
    return [
        "CREATE FUNCTION ledger_entry_in_open_month() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {late} THEN RAISE EXCEPTION 'this month of the books is closed'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER ledger_entry_month_open BEFORE INSERT ON ledger_entry FOR EACH ROW EXECUTE FUNCTION ledger_entry_in_open_month()",
        "CREATE FUNCTION ledger_period_is_final() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF TG_OP = 'DELETE' OR OLD.status = 'closed' THEN RAISE EXCEPTION 'a closed month stays closed'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER ledger_period_stays_closed BEFORE UPDATE OR DELETE ON ledger_period "
        "FOR EACH ROW EXECUTE FUNCTION ledger_period_is_final()",
    ]


def without_closed_months(dialect: str) -> list[str]:
    """The statements that take them away before the tables are dropped."""
    if dialect == "sqlite":
        return ["DROP TRIGGER ledger_entry_month_open"]
    return [
        "DROP TRIGGER ledger_entry_month_open ON ledger_entry",
        "DROP TRIGGER ledger_period_stays_closed ON ledger_period",
        "DROP FUNCTION ledger_entry_in_open_month()",
        "DROP FUNCTION ledger_period_is_final()",
    ]


def closed_exercices(dialect: str) -> list[str]:
    """The statements that forbid an entry on a closed exercice but those of its own close, and to open or drop such an exercice (R12)."""
    late = (
        "NEW.exercice <= (SELECT max(year) FROM ledger_exercice WHERE status = 'closed') "
        "AND NEW.event NOT IN ('budget_line:carried_out', 'budget_line:lapsed')"
    )
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER ledger_entry_exercice_open BEFORE INSERT ON ledger_entry WHEN {late} "
            "BEGIN SELECT RAISE(ABORT, 'this exercice is closed'); END",
            "CREATE TRIGGER ledger_exercice_stays_closed BEFORE UPDATE ON ledger_exercice WHEN OLD.status = 'closed' "
            "BEGIN SELECT RAISE(ABORT, 'a closed exercice stays closed'); END",
            "CREATE TRIGGER ledger_exercice_is_kept BEFORE DELETE ON ledger_exercice "
            "BEGIN SELECT RAISE(ABORT, 'exercices are kept'); END",
        ]
    return [
        "CREATE FUNCTION ledger_entry_in_open_exercice() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {late} THEN RAISE EXCEPTION 'this exercice is closed'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER ledger_entry_exercice_open BEFORE INSERT ON ledger_entry FOR EACH ROW EXECUTE FUNCTION ledger_entry_in_open_exercice()",
        "CREATE FUNCTION ledger_exercice_is_final() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF TG_OP = 'DELETE' OR OLD.status = 'closed' THEN RAISE EXCEPTION 'a closed exercice stays closed'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER ledger_exercice_stays_closed BEFORE UPDATE OR DELETE ON ledger_exercice "
        "FOR EACH ROW EXECUTE FUNCTION ledger_exercice_is_final()",
    ]


def without_closed_exercices(dialect: str) -> list[str]:
    """The statements that take them away before the tables are dropped."""
    if dialect == "sqlite":
        return ["DROP TRIGGER ledger_entry_exercice_open"]
    return [
        "DROP TRIGGER ledger_entry_exercice_open ON ledger_entry",
        "DROP TRIGGER ledger_exercice_stays_closed ON ledger_exercice",
        "DROP FUNCTION ledger_entry_in_open_exercice()",
        "DROP FUNCTION ledger_exercice_is_final()",
    ]


def payers(dialect: str) -> list[str]:
    """The statements that forbid whoever approved or authorised a batch that left to send or pay one of its payments (M09)."""
    signed = (
        "EXISTS (SELECT 1 FROM payment_line l "
        "JOIN payment_batch b ON b.id = l.batch_id AND b.status IN ('sent', 'reconciled') "
        "JOIN payment_approval a ON a.batch_id = b.id AND a.round = b.round AND a.kind IN ('approve', 'authorise') "
        "WHERE l.disbursement_id = NEW.id AND a.person_id = NEW.{column})"
    )
    columns, words = ("paid_by_id", "sent_by_id"), "who approved the batch does not pay it"
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER disbursement_{column}_signed_nothing BEFORE UPDATE OF {column} ON disbursement "
            f"WHEN NEW.{column} IS NOT OLD.{column} AND {signed.format(column=column)} "
            f"BEGIN SELECT RAISE(ABORT, '{words}'); END"
            for column in columns
        ]
    checks = " ".join(
        f"IF NEW.{column} IS DISTINCT FROM OLD.{column} AND {signed.format(column=column)} THEN "
        f"RAISE EXCEPTION '{words}' USING ERRCODE = 'check_violation'; END IF;"
        for column in columns
    )
    return [
        f"CREATE FUNCTION disbursement_payer_signed_nothing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {checks} RETURN NEW; END $$",
        "CREATE TRIGGER disbursement_payer_signed_nothing BEFORE UPDATE OF paid_by_id, sent_by_id ON disbursement "
        "FOR EACH ROW EXECUTE FUNCTION disbursement_payer_signed_nothing()",
    ]


def without_payers(dialect: str) -> list[str]:
    """The statements that take them away."""
    if dialect == "sqlite":
        return [
            f"DROP TRIGGER disbursement_{column}_signed_nothing" for column in ("paid_by_id", "sent_by_id")
        ]
    return [
        "DROP TRIGGER disbursement_payer_signed_nothing ON disbursement",
        "DROP FUNCTION disbursement_payer_signed_nothing()",
    ]
