"""Reports and their papers: what may be seen, what is wrong with a paper, what a page shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select

from portfolio.agreements.models import Agreement, AgreementLine, Tranche
from portfolio.agreements.queries.stops import end_of
from portfolio.documents import queries as documents
from portfolio.groups.models import Group
from portfolio.justifications.models import METHODS, VOUCHER_KINDS, Expense, Justification, Recovery
from portfolio.justifications.queries.caps import cap_uses
from portfolio.justifications.queries.progress import of_report, of_tranche, unlocks
from portfolio.justifications.queries.twice import Same, same_papers, unexplained, warnings
from portfolio.justifications.reference import PROVES, Rule, rule
from portfolio.kit.errors import NotFound
from portfolio.kit.i18n import date_text
from portfolio.kit.i18n import gettext as _
from portfolio.kit.money import amount
from portfolio.work import Work

PERMISSION = "justification:view"


def visible(work: Work) -> Select[Justification]:
    """The reports that the actor may see."""
    return select(Justification).where(work.within(PERMISSION, Justification))


def get(work: Work, number: int) -> Justification:
    """One report; NotFound outside scope."""
    return work.fetch(Justification, number, PERMISSION)


def get_expense(work: Work, number: int) -> Expense:
    """One paper, if the actor may see its report; NotFound otherwise (Z03)."""
    found = work.db.get(Expense, number) if 0 < number < 2**62 else None
    if found is None:
        raise NotFound
    get(work, found.justification_id)
    return found


def report_of(work: Work, expense: Expense) -> Justification:
    """The report that a paper stands in."""
    return work.db.get_one(Justification, expense.justification_id)


def expenses(work: Work, justification: Justification) -> list[Expense]:
    """The papers of a report in the order of their numbers."""
    statement = select(Expense).where(Expense.justification_id == justification.id)
    return list(work.db.scalars(statement.order_by(Expense.number, Expense.id)))


def of_agreement(work: Work, agreement: Agreement) -> list[Justification]:
    """The reports of one grant, oldest first."""
    statement = visible(work).where(Justification.agreement_id == agreement.id)
    return list(work.db.scalars(statement.order_by(Justification.id)))


def open_report(work: Work, tranche: Tranche) -> Justification | None:
    """The report on this tranche that is not validated yet, if there is one."""
    statement = select(Justification).where(
        Justification.tranche_id == tranche.id, Justification.status != "validated"
    )
    return work.db.scalars(statement.order_by(Justification.id).limit(1)).one_or_none()


def next_number(work: Work, agreement_id: int) -> int:
    """The number to write on the next paper of a grant: papers are numbered through all its reports."""
    last = work.db.scalar(select(func.max(Expense.number)).where(Expense.agreement_id == agreement_id))
    return int(last or 0) + 1


def lines(work: Work, agreement_id: int) -> list[AgreementLine]:
    """The lines of the agreed budget that the grant pays for, then the group's own."""
    statement = select(AgreementLine).where(AgreementLine.agreement_id == agreement_id)
    return list(work.db.scalars(statement.order_by(AgreementLine.position)))


def line_options(found: Iterable[AgreementLine]) -> list[tuple[str, str]]:
    """Budget lines as choices."""
    return [(str(line.id), f"{line.position}. {line.label}") for line in found]


def kind_options() -> list[tuple[str, str]]:
    """Kinds of paper as choices."""
    return [(code, _(words)) for code, words in VOUCHER_KINDS.items()]


def method_options() -> list[tuple[str, str]]:
    """Ways of paying as choices."""
    return [(code, _(words)) for code, words in METHODS.items()]


@dataclass(frozen=True)
class Flag:
    """Something that the examiner must see on a paper. `blocks` forbids acceptance, `reasoned` asks for a written reason."""

    code: str
    words: str
    blocks: bool = False
    reasoned: bool = False


def signature_date(agreement: Agreement) -> date | None:
    """The day on which the convention binds both: the later of the two signatures."""
    days = [
        d for d in (agreement.signed_by_group_on, agreement.signed_at and agreement.signed_at.date()) if d
    ]
    return max(days) if agreement.signed_at else None


def flags(
    expense: Expense,
    agreement: Agreement,
    report: Justification,
    papers: int,
    same: Sequence[Same] = (),
    *,
    end: date,
) -> list[Flag]:
    """What is wrong or missing on one paper (K2, K8, documents.md 3.6). Pure: what it needs is given; `end` is that of the agreement, days
    stopped added (R18)."""
    found: list[Flag] = []
    proof: Rule = rule(expense.kind, agreement.country, on=expense.spent_on)
    if proof.proves == "never":
        found.append(Flag(f"proof_{expense.kind}", _(proof.needs), blocks=True))
    signed = signature_date(agreement)
    if signed and expense.spent_on < signed:
        words = _("Dated %(day)s, before the signature of the agreement (%(signed)s).")
        facts = {"day": date_text(expense.spent_on), "signed": date_text(signed)}
        found.append(Flag("before_signature", words % facts, reasoned=True))
    elif expense.spent_on < agreement.starts_on:
        words = _("Dated before the period of the agreement, which starts on %(day)s.")
        found.append(Flag("before_start", words % {"day": date_text(agreement.starts_on)}, reasoned=True))
    if expense.spent_on > end:
        words = _("Dated after the period of the agreement, which ended on %(day)s.")
        found.append(Flag("after_end", words % {"day": date_text(end)}, reasoned=True))
    if expense.spent_on > report.to_on or expense.spent_on < report.from_on:
        found.append(Flag("outside_report", _("Dated outside the period of the report.")))
    found += [Flag(code, words, blocks=True) for code, words in warnings(expense, same)]
    if expense.agreement_line_id is None:
        found.append(Flag("no_line", _("Not charged to a line of the agreed budget."), blocks=True))
    if not expense.voucher_number:
        words = _("Without a number: %(reason)s") % {"reason": expense.no_number_reason}
        found.append(Flag("no_number", words))
    if (
        proof.proves == "ceiling"
        and proof.ceiling_minor is not None
        and expense.amount_minor > proof.ceiling_minor
    ):
        words = _("Above the ceiling of this kind of paper, %(ceiling)s.")
        found.append(Flag("above_ceiling", words % {"ceiling": amount(proof.ceiling_minor)}, reasoned=True))
    if proof.proves == "derogation":
        found.append(Flag("derogation", _("Accepted by derogation only, with a reason."), reasoned=True))
    if not papers:
        found.append(Flag("no_scan", _("No photograph or scan is attached.")))
    return found


@dataclass(frozen=True)
class Row:
    """One paper as the page shows it."""

    expense: Expense
    line: str
    flags: list[Flag]
    same: list[Same]
    papers: list[Any]


def rows(work: Work, report: Justification, agreement: Agreement) -> list[Row]:
    """The papers of a report with their flags; six queries, however many papers."""
    found = expenses(work, report)
    labels = {line.id: line.label for line in lines(work, agreement.id)}
    same = same_papers(work, found)
    papers = documents.of_many(work, "expense", [e.id for e in found])
    end = end_of(work, agreement)
    return [
        Row(
            e,
            labels.get(e.agreement_line_id or 0, ""),
            flags(e, agreement, report, len(papers.get(e.id, [])), same.get(e.id, []), end=end),
            same.get(e.id, []),
            papers.get(e.id, []),
        )
        for e in found
    ]


@dataclass(frozen=True)
class LineUse:
    """A line of the agreed budget: planned, spent before this report, in it, and what is left (document 16)."""

    position: int
    label: str
    source: str
    planned: int
    before: int
    period: int

    @property
    def total(self) -> int:
        """Spent in all."""
        return self.before + self.period

    @property
    def left(self) -> int:
        """Planned and not spent; negative when the line is exceeded."""
        return self.planned - self.total


def line_uses(work: Work, report: Justification) -> list[LineUse]:
    """The table of the financial report: what was presented and not refused, by budget line; two queries."""
    kept = Expense.amount_minor - Expense.refused_minor
    statement = (
        select(Expense.agreement_line_id, Expense.justification_id, func.sum(kept))
        .where(Expense.agreement_id == report.agreement_id, Expense.status != "refused")
        .group_by(Expense.agreement_line_id, Expense.justification_id)
    )
    before: dict[int | None, int] = {}
    period: dict[int | None, int] = {}
    for line_id, report_id, spent in work.db.execute(statement):
        if report_id == report.id:
            period[line_id] = period.get(line_id, 0) + int(spent)
        elif report_id < report.id:
            before[line_id] = before.get(line_id, 0) + int(spent)
    found = [
        LineUse(
            line.position,
            line.label,
            line.source,
            line.amount_minor,
            before.get(line.id, 0),
            period.get(line.id, 0),
        )
        for line in lines(work, report.agreement_id)
    ]
    if before.get(None) or period.get(None):
        found.append(
            LineUse(0, _("Outside the agreed budget"), "", 0, before.get(None, 0), period.get(None, 0))
        )
    return found


@dataclass(frozen=True)
class Cash:
    """The cash book of the period: opening + received − spent = closing, against the account's own balance."""

    opening: int
    received: int
    spent: int
    bank: int

    @property
    def closing(self) -> int:
        """What should be left."""
        return self.opening + self.received - self.spent

    @property
    def gap(self) -> int:
        """What is on the account and should not be, or the reverse."""
        return self.bank - self.closing


def cash(work: Work, report: Justification, tranche: Tranche) -> Cash:
    """The cash of the report: the advance counts as received when it was paid within the period."""
    spent = work.db.scalar(
        select(func.coalesce(func.sum(Expense.amount_minor), 0)).where(Expense.justification_id == report.id)
    )
    paid_in = tranche.paid_on is not None and report.from_on <= tranche.paid_on <= report.to_on
    return Cash(
        report.opening_cash_minor,
        tranche.paid_minor if paid_in else 0,
        int(spent or 0),
        report.bank_balance_minor,
    )


def facts(work: Work, report: Justification) -> dict[str, Any]:
    """All that a report's page shows."""
    agreement = work.db.get_one(Agreement, report.agreement_id)
    tranche = work.db.get_one(Tranche, report.tranche_id)
    whole = of_tranche(work, tranche)
    return {
        "report": report,
        "agreement": agreement,
        "tranche": tranche,
        "group": work.db.get_one(Group, report.group_id),
        "rows": rows(work, report, agreement),
        "progress": whole,
        "here": of_report(work, report),
        "unlocks": unlocks(work, tranche, whole),
        "uses": line_uses(work, report),
        "caps": cap_uses(work, agreement),
        "cash": cash(work, report, tranche),
        "recoveries": list(
            work.db.scalars(select(Recovery).where(Recovery.tranche_id == tranche.id).order_by(Recovery.id))
        ),
        "papers": documents.shown(work, report),
        "kinds": VOUCHER_KINDS,
        "methods": METHODS,
        "lines": line_options(lines(work, agreement.id)),
    }


def expense_facts(work: Work, expense: Expense) -> dict[str, Any]:
    """All that the page of one paper shows."""
    report = report_of(work, expense)
    agreement = work.db.get_one(Agreement, expense.agreement_id)
    tranche = work.db.get_one(Tranche, report.tranche_id)
    same = same_papers(work, [expense]).get(expense.id, [])
    papers = documents.shown(work, expense)
    proof = rule(expense.kind, agreement.country, on=expense.spent_on)
    line = work.db.get(AgreementLine, expense.agreement_line_id) if expense.agreement_line_id else None
    return {
        "expense": expense,
        "report": report,
        "agreement": agreement,
        "tranche": tranche,
        "group": work.db.get_one(Group, report.group_id),
        "same": same,
        "to_allow": unexplained(expense, same),
        "flags": flags(expense, agreement, report, len(papers), same, end=end_of(work, agreement)),
        "papers": papers,
        "proof": proof,
        "proves": _(PROVES[proof.proves]),
        "needs": _(proof.needs),
        "kind": _(VOUCHER_KINDS[expense.kind]),
        "method": _(METHODS.get(expense.method, expense.method)),
        "line": line,
        "lines": line_options(lines(work, agreement.id)),
        "progress": of_tranche(work, tranche),
    }


documents.owner("expense", get_expense)
