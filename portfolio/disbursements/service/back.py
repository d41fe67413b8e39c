"""Before payment there is a way back, in one act with its reason: approvals void, credits given back (institution 3.6, M10)."""

from __future__ import annotations

from typing import Any

from portfolio.disbursements import queries
from portfolio.disbursements.forms import AccountForm
from portfolio.disbursements.models import Disbursement
from portfolio.disbursements.service.money import release
from portfolio.disbursements.service.payee import set_account, set_supplier
from portfolio.kit.errors import Refusal, Refused
from portfolio.kit.i18n import gettext as _
from portfolio.procurement.models import Supplier
from portfolio.rulebook.lifecycles.disbursements import DISBURSEMENT
from portfolio.work import Work

APPROVALS: dict[str, Any] = {
    "liquidated_by_id": None,
    "liquidated_at": None,
    "visaed_by_id": None,
    "visaed_at": None,
    "visa_reserve": "",
    "ordered_by_id": None,
    "ordered_at": None,
    "order_capacity": "",
    "requisitioned_by_id": None,
    "requisitioned_at": None,
}
"""What a return clears; who had signed stays in the trail."""


def return_(work: Work, disbursement: Disbursement, reason: str) -> None:
    """Send the payment back to its request: every approval is void, nothing of it stays on the credits."""
    work.hold(disbursement)
    tranche = work.hold(queries.tranche_of(work, disbursement))
    agreement = queries.agreement_of(work, disbursement)
    reached = disbursement.status
    work.advance(
        DISBURSEMENT,
        disbursement,
        "return_",
        reason=reason,
        case=reached,
        measures={"amount": disbursement.amount_minor},
        dims=queries.dims(work, agreement, tranche, disbursement),
        note=reason[:300],
        **APPROVALS,
    )
    release(work, disbursement, tranche, agreement, reached, whole=False)


def change_account(work: Work, disbursement: Disbursement, form: AccountForm) -> None:
    """Pay on another verified account of the payee. Whatever was approved is void: the payment goes back to its request (M10, M12)."""
    work.hold(disbursement)
    work.require("disbursement:request", disbursement)
    if disbursement.status not in ("requested", "liquidated", "visaed", "ordered"):
        raise Refused(
            Refusal("wrong_status", _("The payment has left: its account can no longer be changed."))
        )
    if disbursement.status != "requested":
        return_(work, disbursement, form.reason)
    supplier = work.db.get(Supplier, disbursement.supplier_id) if disbursement.supplier_id else None
    before = disbursement.supplier_account_id or disbursement.account_id
    if supplier is not None:
        set_supplier(work, disbursement, supplier, form.account_id)
    else:
        set_account(work, disbursement, form.account_id)
    disbursement.content_hash = queries.content_of(work, disbursement)
    work.db.flush()
    work.record(
        "disbursement:account_changed",
        disbursement,
        reason=form.reason,
        data={"account_id": [before, disbursement.supplier_account_id or disbursement.account_id]},
    )
