"""What is taken back of an order to repay: withdrawn before its signature; afterwards by a contre-passation alone, which posts the entries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from portfolio.agreements.models import Agreement, Tranche
from portfolio.agreements.service import move_stage
from portfolio.funds import queries as funds
from portfolio.funds import service as money
from portfolio.justifications.models import Recovery, RecoveryReceipt
from portfolio.justifications.service.papers import issue_order
from portfolio.justifications.service.recoveries import shift
from portfolio.kit.errors import Refusal, Refused, refuse
from portfolio.kit.i18n import gettext as _
from portfolio.kit.money import amount
from portfolio.rulebook.lifecycles.agreements import TRANCHE
from portfolio.rulebook.lifecycles.justifications import RECOVERY
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work


def withdraw(work: Work, recovery: Recovery, reason: str) -> None:
    """Give up an order that nobody has signed: it asks nothing back any more, and its number stays."""
    recovery = work.hold(recovery)
    work.advance(RECOVERY, recovery, "withdraw", reason=reason, cancelled_reason=reason)


def cancel_obstacles(recovery: Recovery) -> Iterator[Refusal]:
    """Nothing may have come of the order: what came back or was given up is reversed first, what a payment holds is released first."""
    done = recovery.collected_minor + recovery.written_off_minor
    if done:
        yield Refusal(
            "order_used",
            _("%(done)s of this order are already repaid or written off: it cannot be cancelled as it stands.")
            % {"done": amount(done, recovery.amount_currency)},
            way_out=_("Reverse these entries first, the last one first."),
            who=who_may("ledger:reverse"),
        )
    if recovery.held_minor:
        yield Refusal(
            "held_by_payment",
            _("%(held)s of this order are being deducted from a payment.")
            % {"held": amount(recovery.held_minor, recovery.amount_currency)},
            way_out=_("Wait for the payment, or have it returned."),
            who=who_may("disbursement:return"),
        )


def void_order(work: Work, recovery: Recovery, reason: str) -> None:
    """The order was signed by error: what it asked back is an advance to be justified again.

    Called by the contre-passation alone, which posts the entries."""
    recovery = work.hold(recovery)
    tranche = work.hold(work.db.get_one(Tranche, recovery.tranche_id))
    if RECOVERY.find("cancel", recovery.status):
        refuse(cancel_obstacles(recovery))
    work.advance(RECOVERY, recovery, "cancel", reason=reason, cancelled_reason=reason)
    move_stage(work, tranche, "refused", -recovery.amount_minor)
    if tranche.status == "cleared":
        work.advance(TRANCHE, tranche, "reopen", reason=reason)
    issue_order(work, recovery)


def void_receipt(work: Work, recovery: Recovery, receipt: RecoveryReceipt, reason: str) -> None:
    """Take a collection back because its entry is reversed: guards of the order and of the cash, and the quittance keeps its number.

    Called by the contre-passation alone, which posts the entries."""
    recovery = work.hold(recovery)
    agreement = work.db.get_one(Agreement, recovery.agreement_id)
    fund = funds.fund(work, agreement.fund_id)
    account = funds.treasury(work, receipt.treasury_account_id)
    money.charge_fee(work, fund, account, receipt.amount_minor)
    if not shift(work, recovery, "collected_minor", -receipt.amount_minor):
        raise Refused(Refusal("changed_meanwhile", _("Somebody else was first. Reload the page.")))
    receipt.voided_reason, receipt.voided_at = reason, work.now
    work.db.flush()
    work.record(
        "recovery:receipt_voided",
        recovery,
        reason=reason,
        data={"receipt": receipt.reference, "amount_minor": receipt.amount_minor},
    )
    if recovery.status in ("settled", "written_off"):
        work.advance(
            RECOVERY,
            recovery,
            "reopen",
            reason=reason,
            write_off_proposed_by_id=None,
            write_off_proposed_at=None,
        )


def void_write_off(work: Work, recovery: Recovery, amount_minor: int, reason: str) -> None:
    """The claim is owed again: its write-off is reversed. The act that allowed it stays in the trail; another one is needed to write off again.

    Called by the contre-passation alone, which posts the entries."""
    recovery = work.hold(recovery)
    blank: dict[str, Any] = dict.fromkeys(
        ("write_off_proposed_by_id", "write_off_proposed_at", "written_off_by_id", "written_off_at")
    )
    work.advance(RECOVERY, recovery, "reinstate", reason=reason, written_off_act="", **blank)
    if not shift(work, recovery, "written_off_minor", -amount_minor):
        raise Refused(Refusal("changed_meanwhile", _("Somebody else was first. Reload the page.")))
