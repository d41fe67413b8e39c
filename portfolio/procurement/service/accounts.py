"""Where a supplier is paid: proposed by one person, confirmed by another who types the number again, by the same law as a group's (M12)."""

from __future__ import annotations

from collections.abc import Iterator

from portfolio.groups.forms import AccountForm, VerifyAccountForm
from portfolio.groups.service import check_provider, check_second_reading
from portfolio.kit.errors import Refusal, Refused, refuse
from portfolio.kit.i18n import gettext as _
from portfolio.kit.text import number_key
from portfolio.procurement import queries
from portfolio.procurement.models import Supplier, SupplierAccount
from portfolio.rulebook.lifecycles.procurement import SUPPLIER_ACCOUNT
from portfolio.work import Work


def propose_supplier_account(work: Work, supplier: Supplier, form: AccountForm) -> SupplierAccount:
    """Record where the supplier asks to be paid. It pays nothing until a second person has verified it."""
    supplier = work.hold(supplier)
    work.require("supplier_account:propose", supplier)
    check_provider(supplier.country, form)
    key = number_key(form.number, supplier.country)
    if any(a.number_key == key and a.status != "retired" for a in queries.accounts_of(work, supplier)):
        raise Refused(
            Refusal(
                "already_there",
                _("This number is already among the accounts of the supplier."),
                _("Verify it, or retire it first."),
            )
        )
    account = SupplierAccount(
        supplier_id=supplier.id,
        country=supplier.country,
        kind=form.kind,
        provider=form.provider,
        holder=form.holder,
        number=form.number,
        created_by_id=work.actor.id,
        created_at=work.now,
    )
    # Neither the holder nor the number enters the trail (T09).
    data = {"supplier": supplier.code, "kind": form.kind}
    return work.create(account, "supplier_account:created", data=data)


def verify_supplier_account_obstacles(work: Work, account: SupplierAccount) -> Iterator[Refusal]:
    """What stands in the way whoever verifies: an excluded supplier."""
    supplier = work.db.get_one(Supplier, account.supplier_id)
    if supplier.blocked_reason:
        yield Refusal(
            "supplier_blocked", _("The supplier is excluded: its accounts cannot be confirmed now.")
        )


def verify_supplier_account(
    work: Work, account: SupplierAccount, form: VerifyAccountForm | None = None
) -> SupplierAccount:
    """Confirm an account from its certificate, by another person than who proposed it; then it cools before the first payment (M12)."""
    account = work.hold(account)
    refuse(verify_supplier_account_obstacles(work, account))
    warnings = queries.supplier_account_warnings(work, account)
    check_second_reading(
        account.number, form, {code: _(queries.SUPPLIER_WARNINGS[code]) for code in warnings}
    )
    work.advance(
        SUPPLIER_ACCOUNT,
        account,
        "verify",
        permission_on=work.db.get_one(Supplier, account.supplier_id),
        reason=form.why if form is not None and warnings else None,
        data={"warnings": warnings} if warnings else None,
    )
    return account


def retire_supplier_account(work: Work, account: SupplierAccount, reason: str) -> SupplierAccount:
    """Take an account out of use; payments already made keep it, those under way are refused."""
    account = work.hold(account)
    supplier = work.db.get_one(Supplier, account.supplier_id)
    work.advance(SUPPLIER_ACCOUNT, account, "retire", reason=reason, permission_on=supplier)
    return account
