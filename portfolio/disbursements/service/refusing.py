"""The accountant refuses in writing; the ordonnateur may requisition him to pay, in writing too; some refusals no réquisition lifts (R3)."""

from __future__ import annotations

from collections.abc import Iterator

from portfolio.agreements.models import Tranche
from portfolio.agreements.service import move_stage
from portfolio.disbursements import queries
from portfolio.disbursements.forms import RejectForm, RequisitionForm
from portfolio.disbursements.models import Disbursement, Rejection, Requisition
from portfolio.disbursements.reference import CAUSE_WORDS, causes
from portfolio.disbursements.service.chain import alive_refusals, liquidate_obstacles
from portfolio.disbursements.service.confirm import content_refusals, seen_refusals
from portfolio.disbursements.service.limits import cash_refusals, wallet_refusals
from portfolio.disbursements.service.money import release
from portfolio.disbursements.service.papers import issue_order, issue_rejection, issue_requisition
from portfolio.disbursements.service.payee import account_refusals
from portfolio.funds import queries as funds
from portfolio.funds import service as credits
from portfolio.kit.errors import FieldError, Invalid, Refusal, refuse
from portfolio.kit.i18n import date_text
from portfolio.kit.i18n import gettext as _
from portfolio.kit.money import amount as worded
from portfolio.rulebook.lifecycles.agreements import TRANCHE
from portfolio.rulebook.lifecycles.disbursements import DISBURSEMENT
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work


def reject_obstacles(work: Work, disbursement: Disbursement, cause: str = "other") -> Iterator[Refusal]:
    """A requisitioned payment is refused again only for a cause that no réquisition lifts."""
    found = causes(work.today).get(cause)
    if disbursement.requisitioned_at and disbursement.status == "ordered" and found and found.may_requisition:
        yield Refusal(
            "requisitioned",
            _("The authorising officer requisitioned this payment on %(when)s: he answers for it, not you.")
            % {"when": date_text(disbursement.requisitioned_at.date())},
            way_out=_("Pay it, or refuse it for a cause that no requisition lifts."),
            who=who_may("disbursement:pay"),
        )


def reject(work: Work, disbursement: Disbursement, form: RejectForm) -> Rejection:
    """The controller or the accountant refuses in writing: the refusal is numbered, printed and kept for ever; the tranche can be
    requested anew, or the ordonnateur requisitions (R3)."""
    work.hold(disbursement)
    if form.cause not in causes(work.today):
        raise Invalid([FieldError("cause", _("Choose the cause in the list."))])
    tranche = work.hold(queries.tranche_of(work, disbursement))
    agreement = queries.agreement_of(work, disbursement)
    reached = disbursement.status
    work.require("disbursement:reject", disbursement)
    if DISBURSEMENT.find("reject", reached):
        refuse(reject_obstacles(work, disbursement, form.cause))
    work.advance(
        DISBURSEMENT,
        disbursement,
        "reject",
        reason=form.reason,
        case=reached,
        data={"cause": form.cause},
        measures={"amount": disbursement.amount_minor},
        dims=queries.dims(work, agreement, tranche, disbursement),
        note=form.reason[:300],
        requisitioned_by_id=None,
        requisitioned_at=None,
    )
    release(work, disbursement, tranche, agreement, reached)
    found = Rejection(
        reference=work.number("rejection", "payment_rejection"),
        disbursement_id=disbursement.id,
        cause=form.cause,
        reason=form.reason,
        reached=reached,
        rejected_by_id=work.actor.id,
        rejected_at=work.now,
    )
    work.db.add(found)
    work.db.flush()
    issue_rejection(work, disbursement, found)
    return found


def requisition_obstacles(work: Work, disbursement: Disbursement) -> Iterator[Refusal]:
    """Only a signed order that was refused for a cause that a réquisition lifts; and never without credits, cash, right or discharge."""
    found = queries.last_rejection(work, disbursement)
    if found is None or found.reached != "ordered":
        yield Refusal(
            "not_an_order",
            _(
                "Only a signed order that the accountant refused is requisitioned: this one was refused before."
            ),
            way_out=_("Correct what was refused, then have the tranche requested again."),
            who=who_may("disbursement:request"),
        )
        return
    cause = causes(found.rejected_at.date()).get(found.cause)
    if cause is not None and not cause.may_requisition:
        yield Refusal(
            "not_obeyed",
            _("Refused for: %(cause)s. A requisition does not lift this refusal (%(source)s).")
            % {"cause": _(CAUSE_WORDS[cause.code]), "source": cause.source},
            way_out=_("Have the cause removed, then the tranche requested again."),
            who=who_may("disbursement:request"),
        )
    tranche = queries.tranche_of(work, disbursement)
    other = queries.open_of(work, tranche)
    if other is not None:
        yield Refusal(
            "tranche_taken",
            _("The tranche has been requested again since: %(reference)s.") % {"reference": other.reference},
            way_out=_("Follow the new payment, or have it rejected first."),
            url=f"/disbursements/{other.id}",
        )
        return
    yield from _law(work, disbursement, tranche)


def _law(work: Work, disbursement: Disbursement, tranche: Tranche) -> Iterator[Refusal]:
    """What no ordonnateur can order away: the right, the discharge, the credits, the cash (R3, R5)."""
    yield from liquidate_obstacles(work, disbursement)
    yield from content_refusals(work, disbursement)
    yield from wallet_refusals(work, disbursement)
    yield from cash_refusals(work, disbursement)
    yield from alive_refusals(work, disbursement)
    if (
        disbursement.payee_kind == "group"
    ):  # a supplier's account and receptions were looked at with the liquidation
        yield from account_refusals(work, disbursement)
    asked = disbursement.amount_minor
    agreement = queries.agreement_of(work, disbursement)
    line, fund = funds.line(work, agreement.budget_line_id), funds.fund(work, agreement.fund_id)
    for code, words, have in (
        ("credits_short", _("The credits engaged on the line do not cover this payment: %(missing)s missing."),
         line.committed_minor - line.liquidated_minor),
        ("cash_missing", _("The fund has no money for this payment: %(missing)s missing."),
         fund.received_minor - fund.disbursed_minor),
    ):  # fmt: skip
        if have < asked:
            yield Refusal(
                code,
                words % {"missing": worded(asked - have, disbursement.amount_currency)},
                way_out=_("Wait for the money or the credits: a requisition creates neither."),
                who=who_may("money_receipt:record"),
                missing_minor=asked - have,
            )


def requisition(work: Work, disbursement: Disbursement, form: RequisitionForm) -> Requisition:
    """The ordonnateur orders the accountant to pay what he refused: in writing, with the reason, on a numbered paper; the order stands
    again under his responsibility, and the credits with it (R3)."""
    work.hold(disbursement)
    tranche = work.hold(queries.tranche_of(work, disbursement))
    if DISBURSEMENT.find("requisition", disbursement.status):
        work.require("disbursement:requisition", disbursement)
        refuse(requisition_obstacles(work, disbursement))
        refuse(seen_refusals(work, disbursement, form))
    grant = work.require("disbursement:requisition", disbursement, disbursement.amount_minor)
    agreement, refused = queries.agreement_of(work, disbursement), queries.last_rejection(work, disbursement)
    amount = disbursement.amount_minor
    work.advance(
        DISBURSEMENT,
        disbursement,
        "requisition",
        reason=form.reason,
        data={"rejection": refused.reference if refused else ""},
        measures={"amount": amount},
        dims=queries.dims(work, agreement, tranche, disbursement),
        note="",
    )
    assert refused is not None
    move_stage(work, tranche, "requested", amount)
    work.advance(TRANCHE, tranche, "requisition", data={"disbursement": disbursement.reference})
    line = funds.line(work, agreement.budget_line_id)
    move_stage(work, tranche, "liquidated", amount)
    credits.liquidate(work, line, amount)
    move_stage(work, tranche, "ordered", amount)
    credits.order(work, line, amount)
    found = Requisition(
        reference=work.number("requisition", "payment_requisition"),
        disbursement_id=disbursement.id,
        rejection_id=refused.id,
        reason=form.reason,
        amount_minor=amount,
        amount_currency=disbursement.amount_currency,
        capacity=(grant.capacity or "")[:300],
        requisitioned_by_id=work.actor.id,
        requisitioned_at=work.now,
    )
    work.db.add(found)
    work.db.flush()
    issue_requisition(work, disbursement, found)
    issue_order(work, disbursement)
    return found
