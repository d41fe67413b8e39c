"""How far an advance is justified: percentages, and the francs still lacking for the next tranche (K3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, func, select

from portfolio.agreements.models import Condition, Tranche
from portfolio.justifications.models import Expense, Justification, Recovery
from portfolio.kit.i18n import locale
from portfolio.kit.money import percent_of
from portfolio.work import Work


@dataclass(frozen=True)
class Progress:
    """The state of one advance in minor units. `accepted` counts verdicts given, `cleared` what the ledger has cleared."""

    paid: int = 0
    presented: int = 0
    waiting: int = 0
    accepted: int = 0
    queried: int = 0
    refused: int = 0
    cleared: int = 0
    ordered_back: int = 0

    @property
    def tenths(self) -> int:
        """Accepted over paid, in tenths of a percent, rounded down: never 75,0 % a franc too soon."""
        return percent_of(self.accepted, self.paid)

    @property
    def percent(self) -> str:
        """`60,0 %`, always with its decimal."""
        return percent_words(self.tenths)

    @property
    def not_presented(self) -> int:
        """What no paper has been shown for."""
        return max(0, self.paid - self.waiting - self.accepted - self.queried - self.refused)

    @property
    def left(self) -> int:
        """What the ledger still carries as an advance to be justified."""
        return self.paid - self.cleared - self.ordered_back

    def lacking(self, threshold: int) -> int:
        """Francs of accepted expenses still lacking to reach `threshold` percent of the advance."""
        return max(0, -(-self.paid * threshold // 100) - self.accepted)


def percent_words(tenths: int) -> str:
    """Tenths of a percent with one decimal, in the language of the page."""
    whole, rest = divmod(tenths, 10)
    return f"{whole},{rest}\u00a0%" if locale() == "fr" else f"{whole}.{rest}%"


@dataclass(frozen=True)
class Unlocks:
    """What a share of this advance opens: tranche `number`, from `threshold` percent; `lacking` francs to go."""

    number: int
    threshold: int
    lacking: int


def _sums() -> list[Any]:
    waiting = case((Expense.status == "presented", Expense.amount_minor), else_=0)
    columns = (
        Expense.amount_minor,
        waiting,
        Expense.accepted_minor,
        Expense.queried_minor,
        Expense.refused_minor,
        Expense.cleared_minor,
    )
    return [func.coalesce(func.sum(column), 0) for column in columns]


def of_tranches(work: Work, tranches: Iterable[Tranche]) -> dict[int, Progress]:
    """The progress of several advances: {tranche id: progress}; one query."""
    wanted = {t.id: t for t in tranches}
    statement = (
        select(Justification.tranche_id, *_sums())
        .join(Expense, Expense.justification_id == Justification.id)
        .where(Justification.tranche_id.in_(wanted))
        .group_by(Justification.tranche_id)
    )
    sums = {row[0]: [int(v) for v in row[1:]] for row in work.db.execute(statement)}
    return {number: _progress(t, sums.get(number, [0] * 6)) for number, t in wanted.items()}


def of_tranche(work: Work, tranche: Tranche) -> Progress:
    """The progress of one advance."""
    return of_tranches(work, [tranche])[tranche.id]


def of_report(work: Work, justification: Justification) -> Progress:
    """The same sums over one report alone; `paid` is the tranche's."""
    tranche = work.db.get_one(Tranche, justification.tranche_id)
    row = work.db.execute(select(*_sums()).where(Expense.justification_id == justification.id)).one()
    return _progress(tranche, [int(v) for v in row])


def _progress(tranche: Tranche, sums: list[int]) -> Progress:
    """Of a reimbursement, which nothing was paid on yet, the base is what the tranche may reimburse."""
    presented, waiting, accepted, queried, refused, cleared = sums
    base = tranche.amount_minor if tranche.modality == "reimbursement" else tranche.paid_minor
    return Progress(base, presented, waiting, accepted, queried, refused, cleared, tranche.refused_minor)


def unlocks(work: Work, tranche: Tranche, progress: Progress) -> list[Unlocks]:
    """The tranches of the same agreement that wait for a share of this advance, with what is lacking."""
    statement = (
        select(Tranche.number, Condition.threshold, Condition.kind)
        .join(Condition, Condition.tranche_id == Tranche.id)
        .where(
            Tranche.agreement_id == tranche.agreement_id,
            Tranche.number > tranche.number,
            Tranche.status.in_(("planned", "requested")),
            Condition.kind.in_(("justified_previous", "justified_earlier")),
            Condition.threshold.is_not(None),
            Condition.waived_at.is_(None),
        )
        .order_by(Tranche.number)
    )
    found = [
        (number, int(threshold or 0))
        for number, threshold, kind in work.db.execute(statement)
        if (
            number == tranche.number + 1
            if kind == "justified_previous"
            else tranche.number < max(number - 1, 2)
        )
    ]
    returned = 0
    if found:
        back = select(func.coalesce(func.sum(Recovery.collected_minor), 0)).where(
            Recovery.tranche_id == tranche.id
        )
        returned = int(work.db.scalar(back) or 0)
    return [
        Unlocks(number, threshold, max(0, progress.lacking(threshold) - returned))
        for number, threshold in found
    ]
