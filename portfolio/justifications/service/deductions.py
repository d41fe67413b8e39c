"""Compensation: what a group owes is taken from what it is paid, by an act of the ordonnateur; never twice, to the franc (document 10, R1)."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select, update

from portfolio.agreements import queries as agreements
from portfolio.agreements.models import Agreement, Tranche
from portfolio.disbursements import service as payments
from portfolio.disbursements.models import Disbursement
from portfolio.disbursements.queries.deductions import LISTED, ON_PAID, ON_RELEASED, Deducted
from portfolio.justifications import queries
from portfolio.justifications.forms import DeductForm
from portfolio.justifications.models import Deduction, Recovery
from portfolio.justifications.service.papers import issue_order
from portfolio.justifications.service.recoveries import shift
from portfolio.kit.errors import FieldError, Invalid, Refusal, Refused, refuse
from portfolio.kit.i18n import gettext as _
from portfolio.kit.money import amount
from portfolio.rulebook.lifecycles.justifications import RECOVERY
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work


def deduct_obstacles(work: Work, recovery: Recovery, paid: Disbursement) -> Iterator[Refusal]:
    """An order that is signed and not settled, a payment to the same group itself, the money of the same fund."""
    if recovery.status != "issued":
        yield Refusal(
            "not_issued",
            _("Only an order to repay that is signed and not settled is set off."),
            who=who_may("recovery:issue"),
        )
    if paid.group_id != recovery.group_id or paid.payee_kind != "group":
        yield Refusal(
            "other_payee", _("Only a payment to the group that owes is set off: this one goes to another.")
        )
    mine = work.db.get_one(Agreement, recovery.agreement_id)
    other = work.db.get_one(Agreement, paid.agreement_id)
    if mine.fund_id != other.fund_id:
        yield Refusal(
            "other_fund",
            _("The claim and the payment are of different funds: the money of one does not repay the other."),
            way_out=_("Have the claim repaid, then pay the whole."),
            who=who_may("recovery:collect"),
        )


def deduct(work: Work, recovery: Recovery, form: DeductForm) -> Deduction:
    """Decide that a payment to the group is made less what it owes: the payment is held, then the order, each by its own conditional
    update, so that no franc of the claim is taken twice."""
    paid = work.db.get(Disbursement, form.disbursement_id)
    if paid is None:
        raise Invalid([FieldError("disbursement_id", _("Choose one of the answers proposed."))])
    paid = work.hold(paid)
    recovery = work.hold(recovery)
    work.require("recovery:deduct", recovery)
    refuse(deduct_obstacles(work, recovery, paid))
    if not shift(work, recovery, "held_minor", form.amount):
        left = queries.owed(recovery) - recovery.held_minor
        raise Refused(
            Refusal(
                "above_owed",
                _("Only %(owed)s of this order are still asked of nobody.")
                % {"owed": amount(left, recovery.amount_currency)},
                way_out=_("Lower the amount of the deduction."),
                missing_minor=form.amount - left,
            )
        )
    payments.deduct(work, paid, form.amount)
    row = Deduction(
        reference=work.number("deduction", "payment_deduction"),
        recovery_id=recovery.id,
        disbursement_id=paid.id,
        amount_minor=form.amount,
        amount_currency=recovery.amount_currency,
        reason=form.reason,
        decided_by_id=work.actor.id,
        decided_at=work.now,
    )
    work.db.add(row)
    work.db.flush()
    data = {"deduction": row.reference, "payment": paid.reference, "amount_minor": form.amount}
    for thing in (recovery, paid):
        work.record("recovery:deducted", thing, reason=form.reason, data=data)
    return row


def _held(work: Work, paid: Disbursement) -> list[Deduction]:
    statement = select(Deduction).where(Deduction.disbursement_id == paid.id, Deduction.status == "held")
    return list(work.db.scalars(statement.order_by(Deduction.recovery_id, Deduction.id)))


def _end(work: Work, row: Deduction, status: str) -> None:
    """A deduction ends once: applied with the payment, or released with it."""
    ended = work.db.execute(
        update(Deduction)
        .where(Deduction.id == row.id, Deduction.status == "held")
        .values({"status": status, "ended_at": work.now})
        .returning(Deduction.id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    work.db.expire(row)
    if ended is None:
        raise Refused(Refusal("changed_meanwhile", _("Somebody else was first. Reload the page.")))


def listed(work: Work, paid: Disbursement) -> list[Deducted]:
    """The deductions of a payment that stand, with the order that each repays."""
    statement = (
        select(Deduction, Recovery.reference)
        .join(Recovery, Recovery.id == Deduction.recovery_id)
        .where(Deduction.disbursement_id == paid.id, Deduction.status != "released")
        .order_by(Deduction.id)
    )
    return [Deducted(row.reference, order, row.amount_minor) for row, order in work.db.execute(statement)]


def apply(work: Work, paid: Disbursement) -> None:
    """The payment is made: each claim is repaid by as much, in the books too; settled at its last franc."""
    for row in _held(work, paid):
        recovery = work.hold(work.db.get_one(Recovery, row.recovery_id))
        if not (
            shift(work, recovery, "held_minor", -row.amount_minor)
            and shift(work, recovery, "collected_minor", row.amount_minor)
        ):
            raise Refused(Refusal("changed_meanwhile", _("Somebody else was first. Reload the page.")))
        _end(work, row, "applied")
        agreement = work.db.get_one(Agreement, recovery.agreement_id)
        tranche = work.db.get_one(Tranche, recovery.tranche_id)
        data = {"deduction": row.reference, "payment": paid.reference, "amount_minor": row.amount_minor}
        work.record("recovery:set_off", recovery, data=data)
        work.post(
            "recovery:set_off",
            recovery,
            {"amount": row.amount_minor},
            agreements.dims(work, agreement, tranche=tranche),
            document=row.reference,
            value_on=paid.paid_on,
        )
        if recovery.collected_minor + recovery.written_off_minor == recovery.amount_minor:
            work.advance(RECOVERY, recovery, "settle_by_payment")
        issue_order(work, recovery)


def release(work: Work, paid: Disbursement, reason: str) -> None:
    """The payment came back: the claims are owed and asked for as before."""
    for row in _held(work, paid):
        recovery = work.hold(work.db.get_one(Recovery, row.recovery_id))
        if not shift(work, recovery, "held_minor", -row.amount_minor):
            raise Refused(Refusal("changed_meanwhile", _("Somebody else was first. Reload the page.")))
        _end(work, row, "released")
        data = {"deduction": row.reference, "payment": paid.reference, "amount_minor": row.amount_minor}
        work.record("recovery:deduction_released", recovery, reason=reason, data=data)


LISTED.append(listed)
ON_PAID.append(apply)
ON_RELEASED.append(release)
