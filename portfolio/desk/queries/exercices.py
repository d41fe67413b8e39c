"""Exercices of the budget: what is left to pay of each, what stands on each line, what the close carries (R12).

While an exercice is open these come from its files and its lines; once it is closed, from the entries of its close. Both say the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import func, select

from portfolio.accounts.queries import act_of
from portfolio.agreements.models import Agreement, Tranche
from portfolio.awards.models import Commitment, Reservation
from portfolio.awards.queries.acts import DEAD
from portfolio.desk.queries.ledger import party_names
from portfolio.documents.reference import institution, letterhead
from portfolio.funds.models import BudgetLine, Fund
from portfolio.funds.queries import Totals, totals
from portfolio.groups.models import Group
from portfolio.ledger import queries as ledger
from portfolio.ledger.queries import LedgerEntry, LedgerExercice
from portfolio.work import Work


@dataclass(frozen=True)
class Stage:
    """What a tranche carries at the close: liquidated and not ordered, ordered and not paid."""

    tranche_id: int
    liquidated: int
    ordered: int


@dataclass(frozen=True)
class Owed:
    """Reste à payer of one engagement, each stage without the next, in francs."""

    line_id: int
    fund: str
    line: str
    file: str
    """The agreement, or the commitment while no agreement is written."""
    group: str
    committed: int
    liquidated: int
    ordered: int
    commitment_id: int = 0
    agreement_id: int | None = None
    stages: tuple[Stage, ...] = ()

    @property
    def owed(self) -> int:
        """Engaged and not paid."""
        return self.committed + self.liquidated + self.ordered


@dataclass
class Credits:
    """The credits of one line at the close: voted + carried in = paid + owed + reserved + unused + lapsed."""

    line_id: int
    code: str
    label: str
    fund: str
    voted: int = 0
    carried_in: int = 0
    paid: int = 0
    owed: int = 0
    reserved: int = 0
    unused: int = 0
    lapsed: int = 0

    @property
    def carried(self) -> int:
        """All that goes to the next exercice."""
        return self.owed + self.reserved + self.unused


@dataclass
class State:
    """An exercice as its page and its paper show it."""

    year: int
    closing: LedgerExercice | None
    owed: list[Owed] = field(default_factory=list)
    credits: list[Credits] = field(default_factory=list)

    @property
    def closed(self) -> bool:
        """Whether it is closed for good."""
        return self.closing is not None and self.closing.status == "closed"

    def sum_owed(self, name: str = "owed") -> int:
        """The total of one column of what is left to pay."""
        return sum(getattr(row, name) for row in self.owed)

    def sum_credits(self, name: str) -> int:
        """The total of one column of the credits."""
        return sum(getattr(row, name) for row in self.credits)

    def funds(self) -> list[tuple[str, int, int]]:
        """(fund, engagements, reste à payer) in the order of the codes."""
        found: dict[str, tuple[int, int]] = {}
        for row in self.owed:
            count, total = found.get(row.fund, (0, 0))
            found[row.fund] = (count + 1, total + row.owed)
        return [(code, *found[code]) for code in sorted(found)]


def years(work: Work) -> list[int]:
    """The exercices that have voted lines, newest first."""
    statement = select(BudgetLine.exercice).where(BudgetLine.status == "voted").distinct()
    return sorted(work.db.scalars(statement), reverse=True)


def closing_of(work: Work, year: int) -> LedgerExercice | None:
    """The closing of an exercice, proposed or done."""
    return next((e for e in ledger.exercices(work.db) if e.year == year and e.status != "withdrawn"), None)


def withdrawn_of(work: Work, year: int) -> LedgerExercice | None:
    """The last closing of an exercice that was taken back: who comes second is told by whom."""
    found = (e for e in ledger.exercices(work.db) if e.year == year and e.status == "withdrawn")
    return max(found, key=lambda e: e.id, default=None)


def may_carry(fund: Fund, year: int) -> bool:
    """Whether the donor's agreement still runs when the next exercice opens: else unused credits lapse."""
    return fund.status in ("open", "frozen") and (fund.ends_on is None or fund.ends_on > date(year, 12, 31))


def carry_options(work: Work, year: int) -> list[tuple[str, str]]:
    """The funds of an exercice whose unused credits may be carried, as choices."""
    mine = select(BudgetLine.fund_id).where(BudgetLine.exercice == year, BudgetLine.status == "voted")
    found = work.db.scalars(select(Fund).where(Fund.id.in_(mine)).order_by(Fund.code))
    return [(f.code, f"{f.code} · {f.name}") for f in found if may_carry(f, year)]


def state(work: Work, year: int, carry: Sequence[str] | None = None) -> State:
    """The exercice: before its close, from its files and lines, `carry` being the funds whose unused credits are carried; after, from its entries."""
    closing = closing_of(work, year)
    found = State(year, closing)
    if found.closed:
        found.owed = _owed_then(work, year)
        found.credits = _credits_then(work, year)
    else:
        chosen = carry if carry is not None else closing.funds if closing else []
        found.owed = owed_now(work, year)
        found.credits = _credits_now(work, year, chosen)
    return found


def owed_now(work: Work, year: int) -> list[Owed]:
    """Per engagement of this exercice that is not paid whole. Three queries."""
    last = (
        select(func.max(Agreement.id)).where(Agreement.commitment_id == Commitment.id).correlate(Commitment)
    )
    statement = (
        select(Commitment, BudgetLine, Fund.code, Group.name, Agreement.id, Agreement.reference)
        .join(BudgetLine, BudgetLine.id == Commitment.budget_line_id)
        .join(Fund, Fund.id == BudgetLine.fund_id)
        .join(Group, Group.id == Commitment.group_id)
        .outerjoin(Agreement, Agreement.id == last.scalar_subquery())
        .where(BudgetLine.exercice == year, Commitment.status.not_in(DEAD))
        .order_by(Fund.code, BudgetLine.code, Commitment.reference)
    )
    rows = work.db.execute(statement).all()
    tranches: dict[int, list[Tranche]] = {}
    numbers = [row[4] for row in rows if row[4]]
    for at in range(0, len(numbers), 500):
        some = select(Tranche).where(Tranche.agreement_id.in_(numbers[at : at + 500])).order_by(Tranche.id)
        for tranche in work.db.scalars(some.execution_options(populate_existing=True)):
            tranches.setdefault(tranche.agreement_id, []).append(tranche)
    found = []
    for commitment, line, fund, group, number, reference in rows:
        mine = tranches.get(number or 0, [])
        stages = tuple(
            Stage(t.id, t.liquidated_minor - t.ordered_minor, t.ordered_minor - t.paid_minor)
            for t in mine
            if t.liquidated_minor > t.paid_minor
        )
        row = Owed(
            line.id,
            fund,
            line.code,
            reference or commitment.reference,
            group,
            commitment.amount_minor - commitment.released_minor - sum(t.liquidated_minor for t in mine),
            sum(s.liquidated for s in stages),
            sum(s.ordered for s in stages),
            commitment.id,
            number,
            stages,
        )
        if row.owed:
            found.append(row)
    return found


def held_now(work: Work, year: int) -> list[tuple[Reservation, BudgetLine]]:
    """The credits that committees hold on lines of this exercice."""
    statement = (
        select(Reservation, BudgetLine)
        .join(BudgetLine, BudgetLine.id == Reservation.budget_line_id)
        .where(BudgetLine.exercice == year, Reservation.freed_at.is_(None))
        .order_by(Reservation.id)
    )
    return [(held, line) for held, line in work.db.execute(statement)]


def _lines(work: Work, year: int) -> Sequence[tuple[BudgetLine, Fund]]:
    statement = (
        select(BudgetLine, Fund)
        .join(Fund, Fund.id == BudgetLine.fund_id)
        .where(BudgetLine.exercice == year, BudgetLine.status == "voted")
        .order_by(Fund.code, BudgetLine.code)
    )
    return [(line, fund) for line, fund in work.db.execute(statement)]


def _credits_now(work: Work, year: int, chosen: Sequence[str]) -> list[Credits]:
    found = []
    for line, fund in _lines(work, year):
        left = line.opened_minor - line.reserved_minor - line.committed_minor
        carried = fund.code in chosen and may_carry(fund, year)
        found.append(
            Credits(
                line.id,
                line.code,
                line.label,
                fund.code,
                line.voted_minor,
                line.carried_minor,
                line.paid_minor,
                line.committed_minor - line.paid_minor,
                line.reserved_minor,
                left if carried else 0,
                0 if carried else left,
            )
        )
    return found


def _moved(work: Work, year: int, *more: Any) -> Sequence[Any]:
    """The entries that carried credits out of an exercice, summed by account and by what is asked more."""
    entry = LedgerEntry
    statement = (
        select(entry.line, entry.credit, func.sum(entry.amount_minor), *more)
        .where(entry.event == "budget_line:carried_out", entry.exercice == year)
        .group_by(entry.line, entry.credit, *more)
    )
    return work.db.execute(statement).all()


_COLUMNS = {"904": "committed", "905": "liquidated", "906": "ordered"}


def _owed_then(work: Work, year: int) -> list[Owed]:
    lines = {line.code: (line, fund) for line, fund in _lines(work, year)}
    sums: dict[tuple[str, str, str], dict[str, int]] = {}
    entry = LedgerEntry
    for line, account, total, file, party in _moved(work, year, entry.document, entry.party):
        if account in _COLUMNS:
            kept = sums.setdefault((line, file or "", party or ""), {})
            kept[_COLUMNS[account]] = int(total)
    names = party_names(work.db, (party for _line, _file, party in sums))
    found = []
    for (code, file, party), kept in sorted(sums.items()):
        line, fund = lines[code]
        committed, liquidated, ordered = (kept.get(name, 0) for name in _COLUMNS.values())
        group = names.get(party, party)
        found.append(Owed(line.id, fund.code, code, file, group, committed, liquidated, ordered))
    return sorted(found, key=lambda row: (row.fund, row.line, row.file))


def _credits_then(work: Work, year: int) -> list[Credits]:
    out: dict[str, dict[str, int]] = {}
    for code, account, total in _moved(work, year):
        out.setdefault(code, {})[account] = int(total)
    by_line = totals(work.db, "line", exercice=year)
    found = []
    for line, fund in _lines(work, year):
        gone, t = out.get(line.code, {}), by_line.get(line.code, Totals())
        found.append(
            Credits(
                line.id,
                line.code,
                line.label,
                fund.code,
                t.voted,
                t.carried + sum(gone.values()),
                t.paid,
                sum(gone.get(account, 0) for account in _COLUMNS),
                gone.get("903", 0),
                gone.get("902", 0),
                t.lapsed,
            )
        )
    return found


def paper_facts(work: Work, shown: State) -> dict[str, Any]:
    """État des restes à payer et du report de crédits: all that it prints."""
    stands, actor, house, closing = (
        ledger.head(work.db),
        work.maybe_actor,
        institution(work.today),
        shown.closing,
    )
    return {
        "letterhead": letterhead(work.today, house.get("accounting") or "Agence comptable"),
        "on": work.today.isoformat(),
        "at": work.now.isoformat(),
        "editor": actor.name if actor else "",
        "editor_function": actor.function if actor else "",
        "editor_role": "accountant" if actor and "accountant" in actor.roles else "",
        "editor_act": act_of(work, actor.id, work.today, "ledger:print") if actor else "",
        "head": {"seq": stands.seq, "hash": stands.hash},
        "year": shown.year,
        "closed": shown.closed,
        "closing": closing.reference if closing else "",
        "act": closing.act if closing else "",
        "reason": closing.reason if closing else "",
        "owed": [
            [r.fund, r.line, r.file, r.group, r.committed, r.liquidated, r.ordered, r.owed]
            for r in shown.owed
        ],
        "funds": [list(row) for row in shown.funds()],
        "credits": [
            [c.fund, c.code, c.voted, c.carried_in, c.paid, c.owed, c.reserved, c.unused, c.lapsed]
            for c in shown.credits
        ],
    }
