"""The register of suppliers and the table of methods."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from portfolio.kit.errors import FieldError, Invalid, Refusal, Refused, refuse
from portfolio.kit.i18n import gettext as _
from portfolio.kit.names import shop_sound
from portfolio.kit.text import fold, number_key
from portfolio.procurement import queries, reference
from portfolio.procurement.forms import EndForm, ReasonForm, RuleForm, SupplierForm
from portfolio.procurement.models import MethodRule, Supplier
from portfolio.work import Work


def load(work: Work) -> int:
    """Load the demonstration's table of methods when there is none; how many rows were added."""
    if work.db.scalars(select(MethodRule.id).limit(1)).first() is not None:
        return 0
    found = [MethodRule(**row) for row in reference.rules()]
    work.db.add_all(found)
    work.db.flush()
    return len(found)


def _columns(form: SupplierForm) -> dict[str, Any]:
    return {
        "name": form.name,
        "country": form.country,
        "address": form.address or "",
        "tax_number": form.tax_number or "",
        "trade_register": form.trade_register or "",
        "phone": form.phone or "",
        "folded": fold(f"{form.name} {form.address or ''} {form.tax_number or ''}")[:300],
    }


def _derived(form: SupplierForm) -> dict[str, str]:
    """What is compared and never shown (M14)."""
    return {
        "sound": shop_sound(form.name),
        "tax_key": number_key(form.tax_number or "")[:60],
        "register_key": number_key(form.trade_register or "")[:60],
    }


def register_supplier(work: Work, form: SupplierForm, code: str | None = None) -> Supplier:
    """Add a supplier. Raises Invalid when another has the same tax number, Refused while those that look like it were not looked at (M14)."""
    _once(work, form, None)
    if not form.confirmed:
        refuse(_look_alikes(work, form))
    supplier = Supplier(
        code=code or work.number("supplier", "supplier"),
        created_by_id=work.actor.id,
        **_columns(form),
        **_derived(form),
    )
    return work.create(supplier, "supplier:created", permission="supplier:edit")


def edit_supplier(work: Work, supplier: Supplier, form: SupplierForm) -> None:
    """Correct a supplier; orders already signed keep what they printed."""
    work.hold(supplier)
    _once(work, form, supplier)
    work.edit(supplier, "supplier:edited", permission="supplier:edit", **_columns(form))
    for name, value in _derived(form).items():
        setattr(supplier, name, value)


def _look_alikes(work: Work, form: SupplierForm) -> Iterator[Refusal]:
    for near in queries.nearest_suppliers(work, form)[:3]:
        signs = ", ".join(_(queries.SUPPLIER_SIGNS[sign]) for sign in near.signs)
        yield Refusal(
            "similar_supplier",
            _("%(name)s (%(code)s) looks like this supplier: %(signs)s.")
            % {"name": near.supplier.name, "code": near.supplier.code, "signs": signs},
            way_out=_("Open it. If it is another shop, tick the box below and save again."),
            url=f"/procurement/suppliers/{near.supplier.id}",
        )


def _once(work: Work, form: SupplierForm, but: Supplier | None) -> None:
    if not form.tax_number:
        return
    key = number_key(form.tax_number)[:60]
    twin = work.db.scalars(
        select(Supplier).where(Supplier.tax_key == key, Supplier.country == form.country)
    ).first()
    if twin is not None and (but is None or twin.id != but.id):
        words = _("%(name)s already has this tax number.") % {"name": twin.name}
        raise Invalid([FieldError("tax_number", words)])


def block_supplier(work: Work, supplier: Supplier, form: ReasonForm) -> None:
    """Exclude a supplier, with the act or the reason: it is no longer invited, and gets no order (row 60)."""
    work.hold(supplier)
    if supplier.blocked_reason:
        raise Refused(Refusal("already_blocked", _("This supplier is already excluded.")))
    changes: dict[str, Any] = {"blocked_reason": form.reason[:300]}
    work.edit(supplier, "supplier:blocked", permission="supplier:block", reason=form.reason, **changes)


def unblock_supplier(work: Work, supplier: Supplier, form: ReasonForm) -> None:
    """Lift the exclusion, with the reason."""
    work.hold(supplier)
    if not supplier.blocked_reason:
        raise Refused(Refusal("not_blocked", _("This supplier is not excluded.")))
    changes: dict[str, Any] = {"blocked_reason": ""}
    work.edit(supplier, "supplier:unblocked", permission="supplier:block", reason=form.reason, **changes)


def add_rule(work: Work, form: RuleForm) -> MethodRule:
    """Add a row to the table of methods. Raises Invalid when it overlaps another in force at the same dates, or its bounds are crossed."""
    errors = []
    if form.to_minor is not None and form.to_minor <= form.from_minor:
        errors.append(FieldError("to_minor", _("The upper amount must be above the lower one.")))
    if form.min_valid > form.min_invited:
        errors.append(
            FieldError("min_valid", _("No more valid bids can be asked for than suppliers invited."))
        )
    if errors:
        raise Invalid(errors)
    for other in queries.rules(work):
        same = (other.buyer, other.country, other.category) == (form.buyer, form.country, form.category)
        still = other.valid_to is None or other.valid_to > form.valid_from
        below = other.to_minor is None or other.to_minor > form.from_minor
        above = form.to_minor is None or other.from_minor < form.to_minor
        if same and still and below and above:
            words = _("Another rule covers part of these amounts from this date: end it first.")
            raise Invalid([FieldError("from_minor", words)])
    columns = form.model_dump()
    rule = MethodRule(created_by_id=work.actor.id, **columns)
    return work.create(rule, "method_rule:created", permission="method_rule:edit")


def end_rule(work: Work, rule: MethodRule, form: EndForm) -> None:
    """End a rule on a day; files already opened keep it."""
    work.hold(rule)
    if form.valid_to <= rule.valid_from:
        raise Invalid([FieldError("valid_to", _("The rule must end after it began."))])
    changes: dict[str, Any] = {"valid_to": form.valid_to}
    work.edit(rule, "method_rule:ended", permission="method_rule:edit", **changes)
