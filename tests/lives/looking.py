"""Everything that a step is judged by, read in one statement; and both chains followed entry by entry, as they grow."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from portfolio.audit.models import AuditEvent
from portfolio.audit.service import SEALED as SEALED_EVENT
from portfolio.desk.verify import findings
from portfolio.funds.queries import totals
from portfolio.kit.chain import GENESIS, seal
from portfolio.ledger.models import LedgerEntry
from portfolio.ledger.service import SEALED as SEALED_ENTRY
from tests.justifications import grants

NUMBERS = 9
"""Columns of a row of `READ` beside its kind and its two texts."""
TABLES: tuple[tuple[str, str, str, tuple[str, ...], str], ...] = (
    ("head", "name", "hash", ("seq",), "chain_head"),
    ("account", "account", "''", ("CAST(sum(debit_minor) - sum(credit_minor) AS BIGINT)",), "ledger_balance GROUP BY account"),
    ("tranche", "status", "CASE WHEN given_up THEN 'given up' ELSE '' END", (
        "id", "amount_minor", "requested_minor", "liquidated_minor", "ordered_minor", "paid_minor", "cleared_minor", "refused_minor",
        "number"), "tranche"),
    ("agreement", "a.status", "CAST(a.ends_on AS VARCHAR(10))", (
        "a.id", "a.amount_minor", "s.scheduled_minor", "c.amount_minor", "c.released_minor"),
        "agreement a JOIN tranche_schedule s ON s.agreement_id = a.id JOIN commitment c ON c.id = a.commitment_id"),
    ("signatory", "COALESCE(signatory_name, '')", "''", ("id",), "agreement"),
    ("budget", "''", "''", ("agreement_id", "position", "amount_minor"), "agreement_line"),
    ("line", "status", "''", ("committed_minor", "liquidated_minor", "ordered_minor", "paid_minor", "reserved_minor"), "budget_line"),
    ("fund", "status", "''", ("received_minor - disbursed_minor",), "fund"),
    ("bank", "''", "''", ("balance_minor",), "treasury_account"),
    ("payment", "status", "COALESCE(batch_reference, '')", ("id", "amount_minor", "deducted_minor", "fee_minor"), "disbursement"),
    ("report", "status", "''", ("id",), "justification"),
    ("paper", "status", "''", ("id", "amount_minor", "accepted_minor", "cleared_minor"), "expense"),
    ("claim", "status", "''", ("id", "amount_minor", "collected_minor", "written_off_minor", "held_minor"), "recovery"),
    ("amendment", "status", "kind", ("id",), "amendment"),
    ("notice", "status", "ground", ("id",), "formal_notice"),
    ("closure", "status", "''", ("id", "paid_minor", "justified_minor", "repaid_minor", "written_off_minor", "released_minor"), "closure"),
    ("batch", "status", "reference", ("id", "line_count", "total_minor"), "payment_batch"),
)  # fmt: skip
READ = " UNION ALL ".join(
    f"SELECT '{kind}', {one}, {two}, {', '.join((*numbers, *['0'] * (NUMBERS - len(numbers))))} FROM {table}"
    for kind, one, two, numbers, table in TABLES
)


@dataclass(frozen=True)
class Seen:
    """What tables and books say after an act."""

    posting: int
    """The act that was posted last."""
    heads: dict[str, tuple[int, str]]
    accounts: dict[str, int]
    """Debit less credit by account, from the running balances."""
    rows: dict[str, dict[int, tuple[Any, ...]]]
    """By kind and id: the status, another text, then the francs."""
    single: dict[str, tuple[Any, ...]]
    """The line's, fund's and account's own columns."""
    shown: tuple[int, int]
    """What the screens show as justified and returned."""


@dataclass
class Looking:
    """The eyes of a life."""

    now: Seen = field(default_factory=lambda: Seen(0, {"ledger": (0, GENESIS), "audit": (0, GENESIS)}, {}, {}, {}, (0, 0)), init=False)
    before: dict[str, int] = field(default_factory=dict, init=False)

    office: grants.Office = field(init=False)

    def begin(self) -> None:
        """What stood there before the first act."""
        self.look()
        self.before = self.now.accounts

    def posting(self) -> int:
        """The act that was posted last."""
        return self.now.posting

    def moved(self) -> dict[str, int]:
        """What the acts moved, by account."""
        return {code: net - self.before.get(code, 0) for code, net in self.now.accounts.items()}

    def look(self) -> None:
        """Read what stands now, and every entry sealed since the last look."""
        last = self.now
        with self.office.database.session(readonly=True) as s:
            heads: dict[str, tuple[int, str]] = {}
            accounts: dict[str, int] = {}
            rows: dict[str, dict[int, tuple[Any, ...]]] = {}
            single: dict[str, tuple[Any, ...]] = {}
            for kind, one, two, *numbers in s.connection().exec_driver_sql(READ):
                if kind == "head":
                    heads[one] = (numbers[0], two)
                elif kind == "account":
                    accounts[one] = numbers[0]
                elif kind in ("line", "fund", "bank"):
                    assert kind not in single, f"a second {kind}"
                    single[kind] = (one, *numbers)
                elif kind == "budget":
                    rows.setdefault(kind, {})[numbers[0] * 10 + numbers[1]] = (one, two, *numbers[2:])
                else:
                    rows.setdefault(kind, {})[numbers[0]] = (one, two, *numbers[1:])
            posting = last.posting
            if heads["ledger"] != last.heads["ledger"]:
                posting = follow(s, "ledger", last.heads["ledger"], heads["ledger"]) or posting
            if heads["audit"] != last.heads["audit"]:
                follow(s, "audit", last.heads["audit"], heads["audit"])
            shown = last.shown
            if accounts != last.accounts:
                found = totals(s)["F1"]
                shown = (found.justified, found.returned)
        self.now = Seen(posting, heads, accounts, rows, single, shown)

    def findings(self) -> list[str]:
        """The whole of it derived again: both chains from the first entry, every balance, guard and paper."""
        with self.office.database.session(readonly=True) as s:
            return [f.words for f in findings(s)]


def _since(model: Any, sealed: tuple[str, ...], *more: str) -> Any:
    """What was sealed after an entry; written once."""
    columns = model.__table__.columns
    wanted = [columns[name] for name in dict.fromkeys((*sealed, "previous", "hash", *more))]
    return select(*wanted).where(columns.seq > bindparam("since")).order_by(columns.seq)


SINCE = {
    "ledger": (SEALED_ENTRY, _since(LedgerEntry, SEALED_ENTRY, "posting")),
    "audit": (SEALED_EVENT, _since(AuditEvent, SEALED_EVENT)),
}


def follow(s: Session, name: str, since: tuple[int, str], head: tuple[int, str]) -> int | None:
    """Each new entry follows the one before and carries its own seal, to the head; the act of the last one."""
    seq, digest = since
    sealed, statement = SINCE[name]
    row: Any = None
    for row in s.connection().execute(statement, {"since": seq}).mappings():
        assert (row["seq"], row["previous"]) == (seq + 1, digest), f"{name}: entry {row['seq']} does not follow"
        assert row["hash"] == seal(digest, name, {c: row[c] for c in sealed}), f"{name}: entry {row['seq']} is not what was sealed"
        seq, digest = row["seq"], row["hash"]
    assert (seq, digest) == head, f"{name}: the head is not the last entry"
    return row["posting"] if name == "ledger" and row is not None else None
