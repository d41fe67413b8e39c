"""The same paper twice: an invoice presented again (supplier, number, date, amount) or a photograph or scan attached again (its SHA-256),
in another grant or in the same one (K8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import CompoundSelect, case, literal, select, union
from sqlalchemy.orm import aliased

from portfolio.agreements.models import Agreement
from portfolio.documents.models import Document
from portfolio.justifications.models import Expense, Justification
from portfolio.kit.i18n import gettext as _
from portfolio.kit.i18n import ngettext
from portfolio.work import Work

INVOICE, FILE = "invoice", "file"


@dataclass
class Same:
    """Another row that shows the same invoice, the same file or both. `seen`: the reader may open it; if not, its names are not told (Z03)."""

    expense_id: int
    number: int
    status: str
    report: str
    agreement: str
    seen: bool = True
    marks: set[str] = field(default_factory=set)


def _pairs(ids: Sequence[int]) -> CompoundSelect[tuple[int, int, str]]:
    """(row, other row, mark) for each likeness of these rows with others."""
    mine, other = aliased(Expense), aliased(Expense)
    by_invoice = (
        select(mine.id.label("mine"), other.id.label("other"), literal(INVOICE).label("mark"))
        .join(other, other.invoice_key == mine.invoice_key)
        .where(mine.id.in_(ids), mine.invoice_key != "", other.id != mine.id)
    )
    ours, theirs = aliased(Document), aliased(Document)
    by_file = (
        select(ours.subject_id, theirs.subject_id, literal(FILE))
        .join(theirs, theirs.sha256 == ours.sha256)
        .where(
            ours.subject_type == "expense",
            ours.subject_id.in_(ids),
            theirs.subject_type == "expense",
            theirs.subject_id != ours.subject_id,
        )
    )
    return union(by_invoice, by_file)


def same_papers(work: Work, found: Sequence[Expense]) -> dict[int, list[Same]]:
    """Where the same invoices and files stand in other rows, refused ones left out: {expense id: places}; one query."""
    if not found:
        return {}
    pairs = _pairs([e.id for e in found]).subquery()
    may_open = case((work.within("justification:view", Justification), 1), else_=0)
    statement = (
        select(
            pairs.c.mine,
            pairs.c.mark,
            Expense.id,
            Expense.number,
            Expense.status,
            Justification.reference,
            Agreement.reference,
            may_open,
        )
        .join(Expense, Expense.id == pairs.c.other)
        .join(Justification, Justification.id == Expense.justification_id)
        .join(Agreement, Agreement.id == Expense.agreement_id)
        .where(Expense.status != "refused")
        .order_by(Expense.id)
    )
    places: dict[int, dict[int, Same]] = {}
    for mine, mark, number, row, status, report, agreement, seen in work.db.execute(statement):
        one = places.setdefault(mine, {}).setdefault(
            number, Same(number, row, status, report, agreement, bool(seen))
        )
        one.marks.add(mark)
    return {mine: list(those.values()) for mine, those in places.items()}


def unexplained(expense: Expense, same: Sequence[Same]) -> list[Same]:
    """Those that no second person has allowed: none was, or they came after the decision."""
    return [s for s in same if s.expense_id not in expense.duplicate_of]


def places(same: Sequence[Same]) -> str:
    """Where they stand, in words: what the reader may open by its name, the rest by its count."""
    told = [f"{s.agreement} (n° {s.number})" for s in same if s.seen]
    if hidden := sum(not s.seen for s in same):
        words = ngettext(
            "%(num)d paper of a grant that you may not open",
            "%(num)d papers of grants that you may not open",
            hidden,
        )
        told.append(words % {"num": hidden})
    return ", ".join(told)


def warnings(expense: Expense, same: Sequence[Same]) -> list[tuple[str, str]]:
    """What forbids to accept or clear it until a second person allows it: (code, words)."""
    open_ = unexplained(expense, same)
    found = []
    if invoices := [s for s in open_ if INVOICE in s.marks]:
        words = _("The same invoice is presented in %(places)s.")
        found.append(("same_invoice", words % {"places": places(invoices)}))
    if files := [s for s in open_ if FILE in s.marks]:
        words = _("The same photograph or scan is attached to %(places)s.")
        found.append(("same_file", words % {"places": places(files)}))
    return found
