"""Request, liquidation, visa, order: four people, each with what the one before established (R1, R3, R7)."""

from __future__ import annotations

from collections.abc import Iterator

from portfolio.accounts.queries import visa_required, visa_way_out
from portfolio.agreements import queries as agreements
from portfolio.agreements.models import Tranche
from portfolio.agreements.reference import TO_SUPPLIER
from portfolio.agreements.service import move_stage
from portfolio.disbursements import queries
from portfolio.disbursements.forms import OrderForm, RequestForm, VisaForm
from portfolio.disbursements.models import Disbursement
from portfolio.disbursements.service.confirm import content_refusals, seen_refusals
from portfolio.disbursements.service.limits import cash_refusals, wallet_refusals
from portfolio.disbursements.service.papers import issue_liquidation, issue_order
from portfolio.disbursements.service.payee import (
    proof_refusals,
    set_account,
    set_supplier,
    supplier_for,
    supplier_refusals,
)
from portfolio.funds import queries as funds
from portfolio.funds import service as credits
from portfolio.kit.errors import FieldError, Invalid, Refusal, refuse
from portfolio.kit.i18n import datetime_text
from portfolio.kit.i18n import gettext as _
from portfolio.kit.money import amount as worded
from portfolio.rulebook.lifecycles.agreements import TRANCHE
from portfolio.rulebook.lifecycles.disbursements import DISBURSEMENT
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work


def request_obstacles(
    work: Work, tranche: Tranche, snap: agreements.Snapshot | None = None
) -> Iterator[Refusal]:
    """Everything that blocks the tranche: the same sentences as on the agreement's page. `snap` is its agreement, where it is already read."""
    for found in agreements.blockers_in(snap or queries.snapshot_of(work, tranche), tranche):
        taken = queries.open_of(work, tranche) if found.code == "tranche_taken" else None
        if taken is None:
            yield found
            continue
        names = work.around.names_of(work.db, [taken.requested_by_id or 0])
        yield Refusal(
            "already_done",
            _("Already requested by %(name)s on %(when)s: %(reference)s.")
            % {
                "name": names.get(taken.requested_by_id or 0, "?"),
                "when": datetime_text(taken.requested_at),
                "reference": taken.reference,
            },
            url=f"/disbursements/{taken.id}",
        )


def request(work: Work, tranche: Tranche, form: RequestForm) -> Disbursement:
    """Ask that a tranche be paid; only when nothing blocks it. A request after a failure follows the failed one (case 5)."""
    work.hold(tranche)
    agreement = agreements.get(work, tranche.agreement_id)
    snap = agreements.snapshot(work, agreement)
    refuse(request_obstacles(work, tranche, snap))
    supplier = supplier_for(work, tranche, form.supplier_id) if tranche.modality in TO_SUPPLIER else None
    payable = agreements.payable_in(snap, tranche)
    accepted = queries.most_minor(work, tranche, supplier.id if supplier else None)
    asked = form.amount or min(payable, accepted)
    if asked > payable:
        over = worded(asked - payable, tranche.amount_currency)
        words = (
            _("This is %(over)s more than the expenses shown and accepted.")
            if payable == tranche.shown_minor and tranche.modality == "reimbursement"
            else _("This is %(over)s more than may be paid: earlier expenses are missing.")
            if payable < tranche.amount_minor
            else _("This is %(over)s more than the tranche.")
        )
        raise Invalid([FieldError("amount", words % {"over": over})])
    if asked > accepted or not accepted:
        words = _(
            "This is %(over)s more than what was accepted at the reception, %(payable)s: nothing else is paid."
        )
        shown = {"over": worded(asked - accepted), "payable": worded(accepted)}
        raise Invalid([FieldError("amount", words % shown)])
    move_stage(work, tranche, "requested", asked)
    work.advance(TRANCHE, tranche, "request", data={"requested_minor": asked})
    earlier = [d for d in queries.of_tranche(work, tranche) if d.status == "failed"]
    found = Disbursement(
        reference=work.number("order", "disbursement"),
        tranche_id=tranche.id,
        agreement_id=agreement.id,
        call_id=tranche.call_id,
        group_id=tranche.group_id,
        country=tranche.country,
        follows_id=earlier[-1].id if earlier else None,
        amount_minor=asked,
        amount_currency=tranche.amount_currency,
        modality=tranche.modality,
        papers=[line.strip() for line in (form.papers or "").splitlines() if line.strip()],
        requested_by_id=work.actor.id,
        requested_at=work.now,
        payee="",
    )
    if supplier is not None:
        set_supplier(work, found, supplier, form.supplier_account_id)
    else:
        set_account(work, found, form.account_id or agreement.bank_account_id)
    found.content_hash = queries.content_of(work, found)
    return work.create(
        found,
        "disbursement:requested",
        permission="disbursement:request",
        data={"amount_minor": asked, "tranche": tranche.code},
    )


def liquidate_obstacles(work: Work, disbursement: Disbursement) -> Iterator[Refusal]:
    """Every condition of the tranche is looked at again: the liquidateur answers for them."""
    tranche = queries.tranche_of(work, disbursement)
    snap = queries.snapshot_of(work, tranche)
    yield from (r for r in agreements.blockers_in(snap, tranche) if r.code != "tranche_taken")
    payable = agreements.payable_in(snap, tranche)
    if disbursement.amount_minor > payable:
        over = disbursement.amount_minor - payable
        yield Refusal(
            "above_payable",
            _("%(over)s more than may be paid now: earlier expenses are missing.") % {"over": worded(over)},
            way_out=_("Have more expenses accepted, or return the request and ask for less."),
            who=who_may("justification:validate"),
            missing_minor=over,
        )
    yield from supplier_refusals(work, disbursement)
    yield from proof_refusals(work, disbursement)


def liquidate(work: Work, disbursement: Disbursement) -> None:
    """Check the right and set the exact sum: « constat de réalisation des conditions » or « attestation de service fait »."""
    work.hold(disbursement)
    tranche = work.hold(queries.tranche_of(work, disbursement))
    refuse(liquidate_obstacles(work, disbursement))
    agreement = queries.agreement_of(work, disbursement)
    work.advance(
        DISBURSEMENT,
        disbursement,
        "liquidate",
        measures={"amount": disbursement.amount_minor},
        dims=queries.dims(work, agreement, tranche, disbursement),
        content_hash=queries.content_of(work, disbursement),
        note="",
    )
    move_stage(work, tranche, "liquidated", disbursement.amount_minor)
    credits.liquidate(work, funds.line(work, agreement.budget_line_id), disbursement.amount_minor)
    issue_liquidation(work, disbursement)


def visa_obstacles(work: Work, disbursement: Disbursement) -> Iterator[Refusal]:
    """What was liquidated must not have changed."""
    yield from content_refusals(work, disbursement)


def visa(work: Work, disbursement: Disbursement, form: VisaForm) -> None:
    """The controller's visa, with or without reserve (R3)."""
    work.hold(disbursement)
    refuse(visa_obstacles(work, disbursement) if disbursement.status == "liquidated" else ())
    refuse(seen_refusals(work, disbursement, form) if disbursement.status == "liquidated" else ())
    work.advance(
        DISBURSEMENT,
        disbursement,
        "visa",
        reason=form.reserve,
        data={"reserve": bool(form.reserve)},
        visa_reserve=(form.reserve or "").strip(),
    )


def order_obstacles(work: Work, disbursement: Disbursement) -> Iterator[Refusal]:
    """The visa where the institution has a controller; nothing changed; a wallet and cash within their limits; an agreement that is alive."""
    if disbursement.status == "liquidated" and visa_required(work):
        way_out, who = visa_way_out(work, _("Wait for the visa, or for its refusal with a reason."))
        words = _("The controller has not given the visa on this payment.")
        yield Refusal("visa_missing", words, way_out=way_out, who=who)
    yield from content_refusals(work, disbursement)
    yield from wallet_refusals(work, disbursement)
    yield from cash_refusals(work, disbursement)
    yield from supplier_refusals(work, disbursement)
    yield from proof_refusals(work, disbursement)
    yield from alive_refusals(work, disbursement)


def alive_refusals(work: Work, disbursement: Disbursement) -> Iterator[Refusal]:
    """The agreement must be in execution and the tranche free, also between two signatures."""
    agreement = queries.agreement_of(work, disbursement)
    tranche = queries.tranche_of(work, disbursement)
    if agreement.status != "active":
        yield Refusal(
            "not_in_execution",
            _("The agreement is suspended or ended: nothing is ordered or paid."),
            way_out=_("Resume the agreement, or return the payment with the reason."),
            who=who_may("agreement:suspend"),
            url=f"/agreements/{agreement.id}",
        )
    if tranche.frozen_reason:
        yield Refusal(
            "frozen",
            _("Tranche %(number)d is frozen: %(reason)s")
            % {"number": tranche.number, "reason": tranche.frozen_reason},
            way_out=_("Settle the matter, then free the tranche."),
            who=who_may("condition:waive"),
            url=f"/agreements/{agreement.id}",
        )


def order(work: Work, disbursement: Disbursement, form: OrderForm) -> None:
    """The ordonnateur's « vu, bon à payer »: he confirms the amount and the payee that he sees; his capacity is printed (R10)."""
    work.hold(disbursement)
    tranche = work.hold(queries.tranche_of(work, disbursement))
    if DISBURSEMENT.find("order", disbursement.status):
        refuse(order_obstacles(work, disbursement))
        refuse(seen_refusals(work, disbursement, form))
    grant = work.require("disbursement:order", disbursement, disbursement.amount_minor)
    agreement = queries.agreement_of(work, disbursement)
    work.advance(
        DISBURSEMENT,
        disbursement,
        "order",
        measures={"amount": disbursement.amount_minor},
        dims=queries.dims(work, agreement, tranche, disbursement),
        order_capacity=(grant.capacity or "")[:300],
    )
    move_stage(work, tranche, "ordered", disbursement.amount_minor)
    credits.order(work, funds.line(work, agreement.budget_line_id), disbursement.amount_minor)
    issue_order(work, disbursement)
