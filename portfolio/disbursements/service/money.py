"""The money itself: sent, paid, failed; by the accountant or the cashier, who stands nowhere else in the chain (R7, M09)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import or_, select

from portfolio.agreements.models import Agreement, Tranche
from portfolio.agreements.service import move_stage
from portfolio.disbursements import queries
from portfolio.disbursements.forms import FailForm, PayForm, SeenForm, SendForm
from portfolio.disbursements.models import Disbursement
from portfolio.disbursements.reference import ADVANCES
from portfolio.disbursements.service.chain import alive_refusals
from portfolio.disbursements.service.confirm import content_refusals, seen_refusals
from portfolio.disbursements.service.deducting import apply_deductions, release_deductions
from portfolio.disbursements.service.handing import cash_errors
from portfolio.disbursements.service.holding import band_refusals, held_refusals, signatory_refusals
from portfolio.disbursements.service.limits import (
    Share,
    cash_refusals,
    hold_wallets,
    treasury_refusals,
    wallet_refusals,
    wallet_sum_refusals,
)
from portfolio.disbursements.service.papers import issue_paid
from portfolio.disbursements.service.payee import account_refusals, proof_refusals
from portfolio.funds import queries as funds
from portfolio.funds import service as credits
from portfolio.funds.models import TreasuryAccount
from portfolio.kit.errors import FieldError, Invalid, NotFound, Refusal, refuse
from portfolio.kit.i18n import date_text
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.lifecycles.agreements import TRANCHE
from portfolio.rulebook.lifecycles.disbursements import DISBURSEMENT
from portfolio.work import Work


def pay_obstacles(work: Work, disbursement: Disbursement) -> Iterator[Refusal]:
    """No batch holds it, its amount asks for no more signatures, its wallet keeps its month, and nothing of `ready_refusals`.

    Once sent, the money has left: what stops a payment no longer hides that it was made (J9), it is written beside it, by `pay`."""
    yield from signatory_refusals(work, disbursement)
    if disbursement.status == "sent":
        yield from content_refusals(work, disbursement)
        return
    yield from held_refusals(disbursement)
    yield from band_refusals(work, disbursement)
    yield from wallet_sum_refusals(work, [Share.of(disbursement)], work.today)
    yield from ready_refusals(work, disbursement)


def ready_refusals(work: Work, disbursement: Disbursement) -> Iterator[Refusal]:
    """Nothing changed since the order, the account has cooled (M12), the wallet holds the sum, cash keeps its limit, the agreement is alive."""
    yield from content_refusals(work, disbursement)
    yield from account_refusals(work, disbursement)
    yield from proof_refusals(work, disbursement)
    yield from wallet_refusals(work, disbursement)
    yield from cash_refusals(work, disbursement)
    yield from alive_refusals(work, disbursement)


send_obstacles = pay_obstacles


def send(
    work: Work,
    disbursement: Disbursement,
    form: SendForm,
    batch: str | None = None,
    signatories: Iterable[int] = (),
) -> None:
    """The order leaves for the bank or the operator; what cannot be received is refused here, before anything is sent (case 6).

    `batch` is the batch that sends it: it must be the one that holds it; `signatories` approved or authorised it."""
    work.hold(disbursement)
    _ready(work, disbursement, form, "send", batch)
    treasury = _treasury(work, disbursement, form.treasury_account_id)
    work.advance(
        DISBURSEMENT,
        disbursement,
        "send",
        treasury_account_id=treasury.id,
        signatory_ids=sorted({*disbursement.signatory_ids, *signatories}),
    )


def pay_errors(work: Work, disbursement: Disbursement, form: PayForm) -> Iterator[FieldError]:
    """The date after the order and not in the future; in cash, the reçu and the identity of who took the money (M15)."""
    last = disbursement.requisitioned_at or disbursement.ordered_at
    ordered = last.date() if last else None
    if form.paid_on > work.today:
        yield FieldError(
            "paid_on", _("This date is in the future: enter the date of value of the statement.")
        )
    elif ordered is not None and form.paid_on < ordered:
        yield FieldError(
            "paid_on",
            _("The payment cannot come before the order of %(when)s.") % {"when": date_text(ordered)},
        )
    if disbursement.account_kind == "cash":
        yield from cash_errors(work, disbursement, form)
    used = [Disbursement.payment_reference == form.payment_reference]
    if form.receipt_number:
        used.append(Disbursement.receipt_number == form.receipt_number)
    known = work.db.execute(
        select(Disbursement.reference, Disbursement.payment_reference).where(
            Disbursement.id != disbursement.id, or_(*used)
        )
    ).first()
    if known is not None:
        name = "payment_reference" if known[1] == form.payment_reference else "receipt_number"
        yield FieldError(
            name,
            _("This number already stands on payment %(reference)s: read the statement again.")
            % {"reference": known[0]},
        )


def pay(work: Work, disbursement: Disbursement, form: PayForm) -> None:
    """Record the payment: reference unique, date of value, account of the institution, fee as its own expense."""
    work.hold(disbursement)
    tranche = work.hold(queries.tranche_of(work, disbursement))
    _ready(work, disbursement, form, "pay")
    sent = disbursement.status == "sent"
    despite = [r.code for r in ready_refusals(work, disbursement)] if sent else []
    if disbursement.status == "ordered" and form.paid_on != work.today:
        refuse(wallet_sum_refusals(work, [Share.of(disbursement)], form.paid_on))
    errors = list(pay_errors(work, disbursement, form)) if disbursement.status in ("ordered", "sent") else []
    if errors:
        raise Invalid(errors)
    treasury = _treasury(work, disbursement, form.treasury_account_id)
    agreement = queries.agreement_of(work, disbursement)
    fee, deducted = form.fee or 0, disbursement.deducted_minor
    work.advance(
        DISBURSEMENT,
        disbursement,
        "pay",
        case=f"{disbursement.modality}_net" if deducted else disbursement.modality,
        measures={
            "amount": disbursement.amount_minor,
            "net": disbursement.net_minor,
            "deducted": deducted,
            "fee": fee,
        },
        dims=queries.dims(work, agreement, tranche, disbursement, treasury.code),
        treasury=treasury.kind,
        value_on=form.paid_on,
        data={"despite": despite} if despite else None,
        payment_reference=form.payment_reference,
        paid_on=form.paid_on,
        fee_minor=fee,
        treasury_account_id=treasury.id,
        batch_reference=None,
        receipt_number=form.receipt_number or None,
        received_by=form.received_by or "",
        identity_kind=form.identity_kind or "",
        identity_number=form.identity_number or "",
        identity_on=form.identity_on,
        handed_at=form.handed_at or "",
        handed_place=form.handed_place or "",
        witnesses=form.witnesses(),
    )
    move_stage(work, tranche, "paid", disbursement.amount_minor)
    if disbursement.modality not in ADVANCES:
        move_stage(work, tranche, "cleared", disbursement.amount_minor)
    line, fund = funds.line(work, agreement.budget_line_id), funds.fund(work, agreement.fund_id)
    credits.pay(work, line, fund, treasury, disbursement.amount_minor, fee, deducted, made=sent)
    work.advance(TRANCHE, tranche, "pay", paid_on=form.paid_on)
    if despite:
        work.record("disbursement:paid_despite", disbursement, data={"despite": despite})
    apply_deductions(work, disbursement)
    issue_paid(work, disbursement)


def fail(work: Work, disbursement: Disbursement, form: FailForm) -> None:
    """The bank or the operator gave the money back: the order is undone, the fee stays an expense, the tranche can be requested again (case 5)."""
    work.hold(disbursement)
    tranche = work.hold(queries.tranche_of(work, disbursement))
    agreement = queries.agreement_of(work, disbursement)
    treasury = (
        work.db.get(TreasuryAccount, disbursement.treasury_account_id)
        if disbursement.treasury_account_id is not None
        else None
    )
    fee = form.fee or 0
    work.advance(
        DISBURSEMENT,
        disbursement,
        "fail",
        reason=form.reason,
        measures={"amount": disbursement.amount_minor, "fee": fee},
        dims=queries.dims(work, agreement, tranche, disbursement, treasury.code if treasury else None),
        treasury=treasury.kind if treasury else None,
        fee_minor=fee,
        note=form.reason[:300],
    )
    release(work, disbursement, tranche, agreement, "ordered")
    if fee and treasury is not None:
        credits.charge_fee(work, funds.fund(work, agreement.fund_id), treasury, fee)


def release(
    work: Work,
    disbursement: Disbursement,
    tranche: Tranche,
    agreement: Agreement,
    reached: str,
    *,
    whole: bool = True,
) -> None:
    """Take the stages back from `reached` down, the last first; with `whole`, the request too, and the tranche is planned again."""
    amount, line = disbursement.amount_minor, funds.line(work, agreement.budget_line_id)
    release_deductions(work, disbursement, disbursement.note)
    if reached == "ordered":
        move_stage(work, tranche, "ordered", -amount)
        credits.unorder(work, line, amount)
    if reached in ("ordered", "visaed", "liquidated"):
        move_stage(work, tranche, "liquidated", -amount)
        credits.unliquidate(work, line, amount)
    if whole:
        move_stage(work, tranche, "requested", -amount)
        work.advance(TRANCHE, tranche, "release", data={"disbursement": disbursement.reference})


def _ready(
    work: Work, disbursement: Disbursement, form: SeenForm, verb: str, batch: str | None = None
) -> None:
    """A payment already made is answered by `advance` (« déjà fait par »), not by what has since changed."""
    if not DISBURSEMENT.find(verb, disbursement.status):
        return
    hold_wallets(work, [Share.of(disbursement)])
    if batch is not None and batch == disbursement.batch_reference:
        refuse(signatory_refusals(work, disbursement))
        refuse(ready_refusals(work, disbursement))
    else:
        refuse(pay_obstacles(work, disbursement))
    refuse(seen_refusals(work, disbursement, form))


def _treasury(work: Work, disbursement: Disbursement, number: int) -> TreasuryAccount:
    try:
        treasury = funds.treasury(work, number)
    except NotFound:
        raise Invalid(
            [FieldError("treasury_account_id", _("Choose an account of the institution in the list."))]
        ) from None
    refuse(treasury_refusals(disbursement, treasury))
    return treasury
