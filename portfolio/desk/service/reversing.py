"""Contre-passation: the entries of an act again with their accounts exchanged, the guards moved back with them, and the letter (M07, M08)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, cast

from sqlalchemy import select, update

from portfolio.agreements.models import Agreement, Tranche
from portfolio.agreements.service import move_stage
from portfolio.desk.pdf.reversals import reversal_pdf
from portfolio.desk.queries import ledger as queries
from portfolio.desk.queries import reversals
from portfolio.disbursements.models import Disbursement
from portfolio.documents.service import issue
from portfolio.funds import service as money
from portfolio.funds.models import BudgetLine, DonorRefund, Fund, MoneyReceipt, TreasuryAccount
from portfolio.funds.service.guard import shift
from portfolio.justifications.models import Expense, ExpenseClearing, Justification, Recovery, RecoveryReceipt
from portfolio.justifications.service import void_order, void_receipt, void_write_off
from portfolio.kit.db import Base
from portfolio.kit.errors import NotFound, Refusal, Refused, refuse
from portfolio.kit.i18n import datetime_text, speaking
from portfolio.kit.i18n import gettext as _
from portfolio.ledger import queries as ledger
from portfolio.ledger.service import exercice_closed
from portfolio.rulebook.lifecycles.agreements import TRANCHE
from portfolio.rulebook.lifecycles.disbursements import DISBURSEMENT
from portfolio.rulebook.permissions import who_may
from portfolio.rulebook.postings import CHART
from portfolio.work import Work


def _lost() -> Refused:
    return Refused(Refusal("changed_meanwhile", _("Somebody else was first. Reload the page.")))


def _one(work: Work, model: type[Any], **where: Any) -> Any:
    found = work.db.scalars(select(model).filter_by(**where)).one_or_none()
    if found is None:
        raise NotFound
    return found


def _undo_payment(work: Work, act: list[Any], reason: str) -> Base:
    """The money came back after all: the order stands again, to be paid once more or returned."""
    paid = work.hold(_one(work, Disbursement, id=act[0].subject_id))
    if paid.deducted_minor:
        raise Refused(
            Refusal(
                "has_deductions",
                _("An order to repay was set off against this payment: it cannot be reversed alone."),
                way_out=_("Order back what must come back, by a new order to repay."),
                who=who_may("recovery:prepare"),
            )
        )
    tranche = work.hold(_one(work, Tranche, id=paid.tranche_id))
    agreement = _one(work, Agreement, id=paid.agreement_id)
    line = _one(work, BudgetLine, id=agreement.budget_line_id)
    if paid.modality != "advance":
        move_stage(work, tranche, "cleared", -paid.amount_minor)
    if tranche.cleared_minor + tranche.refused_minor:
        raise Refused(
            Refusal(
                "already_justified",
                _("Part of this advance is already justified or asked back: its payment cannot be reversed."),
                way_out=_("Reverse the clearing entries and the orders to repay first."),
                who=who_may("ledger:reverse"),
            )
        )
    move_stage(work, tranche, "paid", -paid.amount_minor)
    if not shift(work, line, BudgetLine.paid_minor >= paid.amount_minor, paid_minor=-paid.amount_minor):
        raise _lost()
    fund, account = (
        _one(work, Fund, id=line.fund_id),
        _one(work, TreasuryAccount, id=paid.treasury_account_id),
    )
    money.refund(work, fund, account, paid.amount_minor + paid.fee_minor)
    blank: dict[str, Any] = {
        "payment_reference": None,
        "paid_on": None,
        "paid_by_id": None,
        "paid_at": None,
        "fee_minor": 0,
        "receipt_number": None,
    }
    work.advance(DISBURSEMENT, paid, "unpay", reason=reason, **blank)
    work.advance(TRANCHE, tranche, "unpay", reason=reason, paid_on=None)
    return cast(Base, paid)


def _uncleared(work: Work, part: ExpenseClearing) -> None:
    """One paper is cleared of so much less; who cleared it is whoever cleared what is left."""
    work.db.flush()
    before = (
        select(ExpenseClearing)
        .where(ExpenseClearing.expense_id == part.expense_id, ExpenseClearing.reversed_at.is_(None))
        .order_by(ExpenseClearing.id.desc())
        .limit(1)
    )
    last = work.db.scalars(before).one_or_none()
    moved = work.db.execute(
        update(Expense)
        .where(Expense.id == part.expense_id, Expense.cleared_minor >= part.amount_minor)
        .values(
            cleared_minor=Expense.cleared_minor - part.amount_minor,
            cleared_by_id=last.cleared_by_id if last else None,
            cleared_at=last.cleared_at if last else None,
        )
        .returning(Expense.id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if moved is None:
        raise _lost()


def _undo_clearing(work: Work, act: list[Any], reason: str) -> Base:
    """What one act cleared is an advance to be justified again; its papers can be reconsidered."""
    report = work.hold(_one(work, Justification, id=act[0].subject_id))
    tranche = work.hold(_one(work, Tranche, id=report.tranche_id))
    total = sum(e.amount_minor for e in act)
    statement = (
        select(ExpenseClearing)
        .join(Expense, Expense.id == ExpenseClearing.expense_id)
        .where(
            Expense.justification_id == report.id,
            ExpenseClearing.cleared_at == act[0].at,
            ExpenseClearing.reversed_at.is_(None),
        )
    )
    parts = list(work.db.scalars(statement))
    if sum(p.amount_minor for p in parts) != total:
        raise _lost()
    for part in parts:
        part.reversed_at = work.now
        _uncleared(work, part)
    work.db.expire_all()
    move_stage(work, tranche, "cleared", -total)
    if tranche.status == "cleared":
        work.advance(TRANCHE, tranche, "reopen", reason=reason)
    return cast(Base, report)


def _undo_collection(work: Work, act: list[Any], reason: str) -> Base:
    """A cheque came back unpaid: the order is owed again, the quittance keeps its number and says why."""
    order = work.hold(_one(work, Recovery, id=act[0].subject_id))
    receipt = _one(work, RecoveryReceipt, reference=act[0].document, recovery_id=order.id)
    void_receipt(work, order, receipt, reason)
    return cast(Base, order)


def _undo_fee(work: Work, act: list[Any], reason: str) -> Base:
    """A fee given back by the bank."""
    fund = work.hold(_one(work, Fund, code=act[0].fund))  # the fund first, as everywhere (C08)
    account = work.hold(_one(work, TreasuryAccount, code=act[0].treasury))
    money.refund(work, fund, account, sum(e.amount_minor for e in act))
    return cast(Base, account)


def _undo_receipt_of_money(work: Work, act: list[Any], reason: str) -> Base:
    """Money entered that had not arrived, or not so much."""
    receipt = _one(work, MoneyReceipt, id=act[0].subject_id)
    money.reverse_receipt(work, receipt, reason)
    return cast(Base, receipt)


def _undo_refund(work: Work, act: list[Any], reason: str) -> Base:
    """The transfer to the donor came back."""
    refund = _one(work, DonorRefund, id=act[0].subject_id)
    money.reverse_refund(work, refund, reason)
    return cast(Base, refund)


def _undo_move(work: Work, act: list[Any], _reason: str) -> Base:
    """Money moved to the wrong account: what left one and what came to the other go back together."""
    if len(act) != 2:
        raise _lost()
    out, into = sorted(act, key=lambda e: e.debit != "585")
    source, target = (_one(work, TreasuryAccount, code=e.treasury) for e in (out, into))
    fund = _one(work, Fund, code=out.fund)
    money.move_back(work, fund, source, target, out.amount_minor)
    return cast(Base, source)


def _undo_write_off(work: Work, act: list[Any], reason: str) -> Base:
    """A claim that was given up is owed again."""
    order = _one(work, Recovery, id=act[0].subject_id)
    void_write_off(work, order, sum(e.amount_minor for e in act), reason)
    return cast(Base, order)


def _undo_order(work: Work, act: list[Any], reason: str) -> Base:
    """An order to repay that should not have been signed: nothing is owed on it, the advance is to be justified again."""
    order = _one(work, Recovery, id=act[0].subject_id)
    void_order(work, order, reason)
    return cast(Base, order)


UNDO: dict[str, Callable[[Work, list[Any], str], Base]] = {
    "disbursement:paid": _undo_payment,
    "expense:cleared": _undo_clearing,
    "recovery:issued": _undo_order,
    "recovery:collected": _undo_collection,
    "treasury:fee_charged": _undo_fee,
    "money_receipt:confirmed": _undo_receipt_of_money,
    "money:moved": _undo_move,
    "donor_refund:paid": _undo_refund,
    "recovery:written_off": _undo_write_off,
}
"""What can be reversed, with what moves back beside the entries: every guard column that the act had moved. Every other event has its own
verb that goes back (return, release, void), which writes the opposite entries and the reason."""


def reverse_obstacles(work: Work, act: list[Any]) -> Iterator[Refusal]:
    """An act is reversed once; a reversal is not reversed; what has its own way back goes by it."""
    reversals = ledger.reversals_of(work.db, [e.seq for e in act])
    if any(e.reverses is not None for e in act):
        yield Refusal(
            "is_reversal",
            _("These entries are themselves a reversal."),
            way_out=_("Record the act again if it must stand."),
        )
    elif reversals:
        first = min(reversals.values(), key=lambda e: e.seq)
        names = work.around.names_of(work.db, {first.actor_id or 0})
        words = _("Already reversed by entry no. %(seq)d, by %(who)s on %(when)s.")
        facts = {
            "seq": first.seq,
            "who": names.get(first.actor_id or 0, _("The system")),
            "when": datetime_text(first.at),
        }
        yield Refusal("already_reversed", words % facts, url=f"/ledger/acts/{first.posting}")
    elif act[0].event not in UNDO:
        yield Refusal(
            "own_way_back",
            _("This act is not reversed here: its record has its own way back."),
            way_out=_("Open the record, and return, release or void it with a reason."),
            url=queries.source_url(act[0].subject_type, act[0].subject_id) or "",
        )
    elif late := [e.exercice for e in act if _is_late(work, e)]:
        yield exercice_closed(late[0])
    else:
        yield from _closed(work, act)


def _is_late(work: Work, entry: Any) -> bool:
    """An entry on the credits of an exercice that is closed: it stands; what must come back is ordered back."""
    return CHART[entry.debit].budget and (entry.exercice or 0) <= (ledger.closed_exercice(work.db) or -1)


def _closed(work: Work, act: list[Any]) -> Iterator[Refusal]:
    reference = act[0].agreement
    if reference is None:
        return
    agreement = work.db.scalars(select(Agreement).where(Agreement.reference == reference)).one_or_none()
    if agreement is not None and agreement.status == "closed":
        yield Refusal(
            "closed",
            _("Agreement %(reference)s is closed: its account is final.") % {"reference": reference},
            way_out=_("Record what must be corrected on another operation."),
        )


def reverse(work: Work, posting: int, reason: str) -> None:
    """Contre-passation of a whole act: its entries again with the accounts exchanged, naming the originals and the reason; the guards move
    back with them, and the letter tells both entries (institution.md 3, moment 6). Refused: is_reversal, already_reversed, own_way_back,
    closed, already_justified, and whatever says that the money was used meanwhile."""
    work.require("ledger:reverse")
    act = list(ledger.whole(work.db, posting))
    if not act:
        raise NotFound
    refuse(reverse_obstacles(work, act))
    thing = UNDO[act[0].event](work, act, reason)
    # The record is locked now: whoever came first has sealed, and is seen.
    refuse(reverse_obstacles(work, act))
    for one in dict.fromkeys(e.posting for e in act):
        work.reverse(ledger.originals(work.db, one), reason)
    data = {
        "posting": posting,
        "event": act[0].event,
        "entries": [e.seq for e in act],
        "amount_minor": sum(e.amount_minor for e in act),
    }
    work.record("ledger:reversed", thing, reason=reason, data=data)
    _issue(work, act, reason)


def _issue(work: Work, act: list[Any], reason: str) -> None:
    """The letter of the contre-passation: entered first, so that it names the number of each entry."""
    work.seal_entries()
    with speaking("fr"):
        title = _("Reversal of entries")
        facts = reversals.facts(work, act, reason)
    issue(
        work,
        kind="reversal",
        reference=work.number("reversal", "ledger_act"),
        title=title,
        subject=reversals.subject(act[0].posting),
        facts=facts,
        draw=reversal_pdf,
    )
