"""Examination: papers, conformity, arithmetic, abnormally low bids, and the ranking by corrected price (document 13)."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import delete

from portfolio.kit.errors import FieldError, Invalid, Refusal, Refused, refuse
from portfolio.kit.i18n import date_text
from portfolio.kit.i18n import gettext as _
from portfolio.kit.money import amount
from portfolio.procurement import queries
from portfolio.procurement.forms import AnswerForm, ExamineForm, QuestionForm
from portfolio.procurement.models import Procedure, Quotation, QuotationLine, Supplier
from portfolio.rulebook.lifecycles.procurement import PROCEDURE
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work


def _in_examination(work: Work, quotation: Quotation) -> Procedure:
    procedure = work.hold(work.db.get_one(Procedure, quotation.procedure_id))
    work.hold(quotation)
    work.require("procedure:manage", procedure)
    if procedure.status != "opened" or procedure.opening_closed_at is None:
        raise Refused(
            Refusal(
                "not_in_examination",
                _("Bids are examined between the end of the opening session and the end of the comparison."),
                way_out=_("Close the opening session first."),
            )
        )
    if quotation.read_minor is None:
        raise Refused(Refusal("late_bid", _("A bid that came late, or not at all, is never opened.")))
    return procedure


def examine(work: Work, quotation: Quotation, form: ExamineForm) -> None:
    """Keep the examination of one bid. With unit prices, the corrected price is their sum; the price read stays beside it."""
    procedure = _in_examination(work, quotation)
    corrected = _corrected(work, procedure, quotation, form)
    errors = []
    if corrected != quotation.read_minor and not form.correction:
        words = _("The corrected price is %(price)s: say what was corrected.") % {"price": amount(corrected)}
        errors.append(FieldError("correction", words))
    kept = form.conforming == "yes"
    if not kept:
        if not form.set_aside_kind:
            errors.append(FieldError("set_aside_kind", _("Choose why this bid is set aside.")))
        if len((form.set_aside_reason or "").strip()) < 10:
            errors.append(
                FieldError(
                    "set_aside_reason", _("Give the reason in a sentence: it is printed in the minutes.")
                )
            )
    if errors:
        raise Invalid(errors)
    if not kept and form.set_aside_kind == "abnormally_low":
        refuse(_unheard(work, quotation))
    before = {"corrected_minor": quotation.corrected_minor, "conforming": quotation.conforming}
    quotation.corrected_minor = corrected
    quotation.correction = (form.correction or "") if corrected != quotation.read_minor else ""
    quotation.conforming = kept
    quotation.set_aside_kind = "" if kept else form.set_aside_kind
    quotation.set_aside_reason = "" if kept else (form.set_aside_reason or "")
    quotation.delivery_days, quotation.examined_by_id = form.delivery_days, work.actor.id
    work.db.flush()
    data = {
        "supplier": work.db.get_one(Supplier, quotation.supplier_id).name,
        "corrected_minor": [before["corrected_minor"], corrected],
        "conforming": [before["conforming"], kept],
    }
    work.record("quotation:checked", procedure, data=data, reason=quotation.set_aside_reason or None)


def _corrected(work: Work, procedure: Procedure, quotation: Quotation, form: ExamineForm) -> int:
    assert quotation.read_minor is not None
    if not form.lines:
        return form.corrected_minor or quotation.read_minor
    lines = {line.id: line for line in queries.lines(work, procedure)}
    prices = {row.line_id: row for row in form.lines}
    if set(prices) != set(lines) or len(prices) != len(form.lines):
        raise Invalid(
            [
                FieldError(
                    "lines-0-unit_minor", _("Enter a unit price for every line, or leave all of them blank.")
                )
            ]
        )
    work.db.execute(
        delete(QuotationLine)
        .where(QuotationLine.quotation_id == quotation.id)
        .execution_options(synchronize_session="fetch")
    )
    for line_id, row in prices.items():
        product = lines[line_id].quantity * row.unit_minor
        stated = product if row.stated_minor is None else row.stated_minor
        work.db.add(
            QuotationLine(
                quotation_id=quotation.id, line_id=line_id, unit_minor=row.unit_minor, stated_minor=stated
            )
        )
    corrected = sum(lines[i].quantity * row.unit_minor for i, row in prices.items())
    if corrected <= 0:
        raise Invalid([FieldError("lines-0-unit_minor", _("The unit prices add up to nothing. Check them."))])
    if form.corrected_minor not in (None, corrected):
        words = _("The unit prices add up to %(price)s.") % {"price": amount(corrected)}
        raise Invalid([FieldError("corrected_minor", words)])
    return corrected


def _unheard(work: Work, quotation: Quotation) -> Iterator[Refusal]:
    """A bid is not set aside as abnormally low before its author was asked, and had the time to answer."""
    if not quotation.question:
        yield Refusal(
            "not_questioned",
            _("A bid is set aside as abnormally low only after its author was asked to explain it."),
            way_out=_("Record the question and the day by which an answer is due."),
        )
    elif not quotation.answer and quotation.answer_by is not None and quotation.answer_by >= work.today:
        yield Refusal(
            "answer_awaited",
            _("The bidder may answer until %(day)s.") % {"day": date_text(quotation.answer_by)},
            way_out=_("Record the answer, or wait until the day has passed."),
        )


def question(work: Work, quotation: Quotation, form: QuestionForm) -> None:
    """Ask the author of an abnormally low bid to explain its price, by a day."""
    procedure = _in_examination(work, quotation)
    if not queries.is_low(procedure, quotation):
        raise Refused(Refusal("not_low", _("This bid is not abnormally low by the rule of this file.")))
    if form.answer_by <= work.today:
        raise Invalid([FieldError("answer_by", _("Leave at least one day to answer."))])
    quotation.question, quotation.question_on, quotation.answer_by = form.question, work.today, form.answer_by
    work.db.flush()
    supplier = work.db.get_one(Supplier, quotation.supplier_id).name
    work.record("quotation:questioned", procedure, data={"supplier": supplier, "answer_by": form.answer_by})


def answer(work: Work, quotation: Quotation, form: AnswerForm) -> None:
    """Keep what the bidder answered."""
    procedure = _in_examination(work, quotation)
    if not quotation.question or quotation.question_on is None:
        raise Refused(Refusal("not_questioned", _("Nothing was asked of this bidder.")))
    if not quotation.question_on <= form.answer_on <= work.today:
        raise Invalid(
            [FieldError("answer_on", _("The answer comes after the question, and not after today."))]
        )
    quotation.answer, quotation.answer_on = form.answer, form.answer_on
    work.db.flush()
    supplier = work.db.get_one(Supplier, quotation.supplier_id).name
    work.record("quotation:answered", procedure, data={"supplier": supplier})


def compare_obstacles(work: Work, procedure: Procedure) -> Iterator[Refusal]:
    """Every bid opened must be examined, low ones explained, and enough of them stand."""
    if procedure.opening_closed_at is None:
        yield Refusal(
            "opening_not_closed",
            _("The opening session is not closed."),
            way_out=_("Read the prices, then close it."),
        )
        return
    opened = [(q, s) for q, s in queries.bids(work, procedure) if q.read_minor is not None]
    left = [s.name for q, s in opened if q.conforming is None]
    if left:
        yield Refusal("unexamined", _("Bids not examined yet: %(names)s.") % {"names": ", ".join(left)})
    for q, s in opened:
        if q.conforming and queries.is_low(procedure, q) and not q.answer:
            yield Refusal(
                "low_unexplained",
                _("The bid of %(name)s is abnormally low and not explained.") % {"name": s.name},
                way_out=_("Ask its author, then keep it with the answer or set it aside with the reason."),
            )
    standing = sum(1 for q, _s in opened if q.conforming)
    if not left and standing < procedure.min_valid:
        yield Refusal(
            "too_few_valid",
            _("%(n)d valid bids; the method asks for at least %(min)d.")
            % {"n": standing, "min": procedure.min_valid},
            way_out=_("Declare the purchase fruitless, then start it again."),
            who=who_may("procedure:decide"),
        )


def compare(work: Work, procedure: Procedure) -> None:
    """Close the comparison: valid bids are ranked by corrected price, then delay, then order of arrival."""
    work.hold(procedure)
    refuse(compare_obstacles(work, procedure))
    valid = [q for q in queries.quotations(work, procedure) if q.conforming and q.corrected_minor is not None]
    valid.sort(
        key=lambda q: (
            q.corrected_minor or 0,
            q.delivery_days if q.delivery_days is not None else 999,
            q.number or 0,
        )
    )
    for rank, quotation in enumerate(valid, 1):
        quotation.rank = rank
    work.db.flush()
    ranks = {str(q.rank): q.corrected_minor for q in valid}
    work.advance(PROCEDURE, procedure, "compare", data={"ranking": ranks})
