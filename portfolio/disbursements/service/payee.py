"""Who is paid, and on which account: a verified account that has cooled (M12); a supplier only for what was received (R4), and never one
that an act excludes (row 60)."""

from __future__ import annotations

from collections.abc import Iterator

from portfolio.agreements import queries as agreements
from portfolio.agreements.models import Tranche
from portfolio.agreements.reference import TO_SUPPLIER
from portfolio.disbursements import queries
from portfolio.disbursements.models import Disbursement
from portfolio.groups.models import Group, GroupAccount
from portfolio.kit.errors import FieldError, Invalid, Refusal, refuse
from portfolio.kit.i18n import gettext as _
from portfolio.kit.money import amount as worded
from portfolio.procurement import queries as purchases
from portfolio.procurement.models import Supplier, SupplierAccount
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work


def set_account(work: Work, disbursement: Disbursement, account_id: int | None) -> None:
    """Copy the payee from a verified account of the group. Invalid when it is another's, refused when it may not be paid yet (M12)."""
    account = work.db.get(GroupAccount, account_id) if account_id else None
    if account is not None and account.group_id != disbursement.group_id:
        raise Invalid([FieldError("account_id", _("Choose one of the group's own accounts."))])
    refuse(agreements.account_refusals(account, work.now, disbursement.agreement_id))
    assert account is not None
    group = work.db.get_one(Group, disbursement.group_id)
    disbursement.payee_kind = "group"
    disbursement.payee = group.name
    disbursement.account_id = account.id
    disbursement.account_kind = account.kind
    disbursement.account_provider = account.provider
    disbursement.account_number = account.number


def supplier_for(work: Work, tranche: Tranche, supplier_id: int | None) -> Supplier:
    """The supplier that a request pays: one of those from whom the purchases of the tranche received something. Invalid otherwise."""
    received = queries.received_from(work, tranche)
    chosen = supplier_id or (received[0].id if len(received) == 1 else None)
    if chosen is None:
        raise Invalid([FieldError("supplier_id", _("Choose the supplier to be paid."))])
    found = next((s for s in received if s.id == chosen), None)
    if found is None:
        words = _("The purchase of this tranche was given to %(supplier)s: no other supplier is paid.")
        shown = {"supplier": ", ".join(s.name for s in received)}
        raise Invalid([FieldError("supplier_id", words % shown)])
    return found


def set_supplier(work: Work, disbursement: Disbursement, supplier: Supplier, account_id: int | None) -> None:
    """Copy the payee from a verified account of the supplier, the last verified when none is chosen. Invalid when it is another's, refused
    when it may not be paid yet (M12) or is excluded (row 60)."""
    account = (
        work.db.get(SupplierAccount, account_id) if account_id else purchases.paid_account(work, supplier)
    )
    if account_id and (account is None or account.supplier_id != supplier.id):
        words = _("Choose one of the supplier's own accounts.")
        raise Invalid([FieldError("supplier_account_id", words)])
    refuse(purchases.supplier_refusals(work, supplier, account))
    assert account is not None
    disbursement.payee_kind = "supplier"
    disbursement.supplier_id = supplier.id
    disbursement.payee = supplier.name
    disbursement.supplier_account_id = account.id
    disbursement.account_kind = account.kind
    disbursement.account_provider = account.provider
    disbursement.account_number = account.number


def account_refusals(work: Work, disbursement: Disbursement) -> Iterator[Refusal]:
    """Why the payee cannot be paid on this account now, whoever it is."""
    if disbursement.payee_kind == "group":
        account = work.db.get(GroupAccount, disbursement.account_id) if disbursement.account_id else None
        yield from agreements.account_refusals(account, work.now, disbursement.agreement_id)
    else:
        yield from supplier_refusals(work, disbursement)


def supplier_refusals(work: Work, disbursement: Disbursement) -> Iterator[Refusal]:
    """A supplier is paid on a verified account that has cooled, unless an act excludes it; nothing to say of a group."""
    if disbursement.supplier_id is not None:
        number = disbursement.supplier_account_id
        supplier = work.db.get_one(Supplier, disbursement.supplier_id)
        account = work.db.get(SupplierAccount, number) if number else None
        yield from purchases.supplier_refusals(work, supplier, account)


def proof_refusals(work: Work, disbursement: Disbursement) -> Iterator[Refusal]:
    """What is no advance is proved before it is paid: a supplier's service by the receptions, a reimbursement by the vouchers accepted (R4)."""
    tranche = queries.tranche_of(work, disbursement)
    asked = disbursement.amount_minor
    if disbursement.modality in TO_SUPPLIER:
        accepted = queries.most_minor(work, tranche, disbursement.supplier_id)
        code, who = "service_not_done", who_may("procedure:receive")
        words = _(
            "The reception accepted %(accepted)s only: the service done is not proved for the whole sum."
        )
        way_out = _("Receive the rest, then have the tranche requested again.")
    elif disbursement.modality == "reimbursement":
        accepted = tranche.shown_minor
        code, who = "expenses_not_shown", who_may("justification:validate")
        words = _("The vouchers accepted prove %(accepted)s only: no more is reimbursed.")
        way_out = _("Return or reject the payment, have more vouchers accepted, then ask again.")
    else:
        return
    if accepted < asked:
        yield Refusal(
            code,
            words % {"accepted": worded(accepted, disbursement.amount_currency)},
            way_out=way_out,
            who=who,
            missing_minor=asked - accepted,
        )
