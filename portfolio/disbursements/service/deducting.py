"""A deduction is written on a payment before its visa and its order, so that every signature sees the net; it follows the payment (document 10)."""

from __future__ import annotations

from sqlalchemy import update

from portfolio.disbursements import queries
from portfolio.disbursements.models import Disbursement
from portfolio.disbursements.queries.deductions import ON_PAID, ON_RELEASED
from portfolio.kit.errors import Refusal, Refused
from portfolio.kit.i18n import gettext as _
from portfolio.kit.money import amount as worded
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work


def deduct(work: Work, disbursement: Disbursement, amount_minor: int) -> None:
    """Take so much from a held payment that is liquidated, in one conditional update; what is to be signed changes with it (M10).

    Refused: deduction_too_late after the visa or the order, deduction_too_large when nothing would be left to pay."""
    statement = (
        update(Disbursement)
        .where(
            Disbursement.id == disbursement.id,
            Disbursement.status == "liquidated",
            Disbursement.deducted_minor + amount_minor < Disbursement.amount_minor,
        )
        .values(deducted_minor=Disbursement.deducted_minor + amount_minor)
        .returning(Disbursement.deducted_minor)
        .execution_options(synchronize_session=False)
    )
    taken = work.db.execute(statement).scalar_one_or_none()
    work.db.refresh(disbursement)
    if taken is None and disbursement.status != "liquidated":
        raise Refused(
            Refusal(
                "deduction_too_late",
                _(
                    "A deduction is decided between the liquidation and the visa: every signature must see the net."
                ),
                way_out=_("Return the payment, have it liquidated again, then decide the deduction."),
                who=who_may("disbursement:return"),
                url=f"/disbursements/{disbursement.id}",
            )
        )
    if taken is None:
        most = disbursement.net_minor - 1
        raise Refused(
            Refusal(
                "deduction_too_large",
                _("At most %(most)s can be deducted from this payment: something must be left to pay.")
                % {"most": worded(most, disbursement.amount_currency)},
                missing_minor=amount_minor - most,
            )
        )
    disbursement.content_hash = queries.content_of(work, disbursement)
    work.db.flush()


def apply_deductions(work: Work, disbursement: Disbursement) -> None:
    """The payment is made: what was deducted has been repaid."""
    if disbursement.deducted_minor:
        assert ON_PAID, "the room of the orders to repay is not loaded"
        for tell in ON_PAID:
            tell(work, disbursement)


def release_deductions(work: Work, disbursement: Disbursement, reason: str) -> None:
    """The payment came back: what was deducted is owed as before."""
    if not disbursement.deducted_minor:
        return
    assert ON_RELEASED, "the room of the orders to repay is not loaded"
    for tell in ON_RELEASED:
        tell(work, disbursement, reason)
    work.db.execute(
        update(Disbursement)
        .where(Disbursement.id == disbursement.id)
        .values(deducted_minor=0)
        .execution_options(synchronize_session=False)
    )
    work.db.expire(disbursement, ["deducted_minor"])
