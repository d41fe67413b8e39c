"""Where suppliers are paid, and why one may not be paid now (M12, row 60)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from portfolio.agreements import queries as agreements
from portfolio.groups import queries as groups
from portfolio.groups.models import GroupAccount
from portfolio.groups.reference import wallet_ceiling
from portfolio.kit.errors import NotFound, Refusal
from portfolio.kit.i18n import N_
from portfolio.kit.i18n import gettext as _
from portfolio.kit.text import fold, last4
from portfolio.procurement.models import Supplier, SupplierAccount
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work

SUPPLIER_WARNINGS: dict[str, str] = {
    "holder_is_other": N_("The holder's name is not the supplier's."),
    "number_elsewhere": N_("The same number is held by a group or by another supplier."),
}
"""What a second person must look at before confirming an account: a name that is not the supplier's, a number seen elsewhere (D12)."""


def accounts_of(work: Work, supplier: Supplier) -> list[SupplierAccount]:
    """Every account of a supplier, the last first, retired ones too: the history."""
    statement = select(SupplierAccount).where(SupplierAccount.supplier_id == supplier.id)
    return list(work.db.scalars(statement.order_by(SupplierAccount.id.desc())))


def get_supplier_account(work: Work, number: int) -> SupplierAccount:
    """An account of the register, or NotFound."""
    work.require("procedure:view")
    found = work.db.get(SupplierAccount, number) if 0 < number < 2**62 else None
    if found is None:
        raise NotFound
    return found


def paid_account(work: Work, supplier: Supplier) -> SupplierAccount | None:
    """The account that a payment takes when none is chosen: the last that was verified; failing that the last proposed, to say why not."""
    live = [a for a in accounts_of(work, supplier) if a.status != "retired"]
    verified = sorted((a for a in live if a.verified_at is not None), key=lambda a: (a.verified_at, a.id))
    return verified[-1] if verified else live[0] if live else None


def printed_number(work: Work, supplier: Supplier) -> str:
    """The number that two people confirmed, or nothing: an order prints no other."""
    found = paid_account(work, supplier)
    return found.number if found is not None and found.status == "verified" else ""


def supplier_account_warnings(work: Work, account: SupplierAccount) -> list[str]:
    """Codes of `SUPPLIER_WARNINGS`, in order."""
    supplier = work.db.get_one(Supplier, account.supplier_id)
    found = []
    if fold(supplier.name) not in fold(account.holder):
        found.append("holder_is_other")
    with_group = select(GroupAccount.id).where(
        GroupAccount.number_key == account.number_key, GroupAccount.status != "retired"
    )
    with_other = select(SupplierAccount.id).where(
        SupplierAccount.number_key == account.number_key,
        SupplierAccount.supplier_id != account.supplier_id,
        SupplierAccount.status != "retired",
    )
    if any(work.db.scalar(statement.limit(1)) is not None for statement in (with_group, with_other)):
        found.append("number_elsewhere")
    return found


def supplier_refusals(
    work: Work, supplier: Supplier | None, account: SupplierAccount | None
) -> Iterator[Refusal]:
    """Why this supplier is not paid on this account at this moment: excluded by an act, no account, unverified or too fresh."""
    if supplier is None:
        return
    page = f"/procurement/suppliers/{supplier.id}"
    if supplier.blocked_reason:
        yield Refusal(
            "supplier_blocked",
            _("%(name)s is excluded: %(reason)s")
            % {"name": supplier.name, "reason": supplier.blocked_reason},
            way_out=_("Nothing is paid to an excluded supplier; have the exclusion lifted by its act first."),
            who=who_may("supplier:block"),
            url=page,
        )
    if account is None or account.supplier_id != supplier.id:
        yield Refusal(
            "no_account",
            _("No account of %(name)s is recorded.") % {"name": supplier.name},
            way_out=_("Have an account proposed, then verified by a second person."),
            who=who_may("supplier_account:propose"),
            url=page,
        )
        return
    yield from agreements.verified_refusals(
        account.status,
        account.verified_at,
        work.now,
        unverified=_("The account of %(name)s has not been verified by a second person.")
        % {"name": supplier.name},
        who=who_may("supplier_account:verify"),
        url=page,
    )


def number_of(work: Work, supplier: Supplier, account: SupplierAccount) -> str:
    """The whole number for who orders, controls or pays; the last four characters for everybody else (F15)."""
    return account.number if work.may("group_account:view_number", supplier) else last4(account.number)


def supplier_account_facts(work: Work, account: SupplierAccount) -> dict[str, Any]:
    """The page on which a second person verifies an account."""
    supplier = work.db.get_one(Supplier, account.supplier_id)
    return {
        "supplier": supplier,
        "account": account,
        "number": number_of(work, supplier, account),
        "warnings": [_(SUPPLIER_WARNINGS[code]) for code in supplier_account_warnings(work, account)],
        "ceiling": wallet_ceiling(supplier.country, work.today) if account.kind == "mobile" else None,
        "account_kinds": groups.KIND_WORDS,
    }
