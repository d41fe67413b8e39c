"""The purchase order: after the decision and its delay of appeal, before the delivery, never above the award (document 14)."""

from __future__ import annotations

from collections.abc import Iterator

from portfolio.agreements.models import Agreement, Tranche
from portfolio.documents import service as documents
from portfolio.kit.errors import FieldError, Invalid, Refusal, refuse
from portfolio.kit.i18n import N_, date_text
from portfolio.kit.i18n import gettext as _
from portfolio.kit.money import amount
from portfolio.procurement import queries
from portfolio.procurement.forms import OrderForm
from portfolio.procurement.models import OrderLine, Procedure, PurchaseOrder, Quotation, Supplier
from portfolio.procurement.pdf import order_pdf
from portfolio.procurement.service.asking import for_buyer, in_french
from portfolio.rulebook.lifecycles.procurement import PROCEDURE
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work


def order_obstacles(work: Work, procedure: Procedure) -> Iterator[Refusal]:
    """The delay of appeal must be over, the agreement in execution, the supplier not excluded, the tranche large enough."""
    if procedure.decided_at is None or procedure.retained_id is None:
        yield Refusal("not_decided", _("No supplier is retained."))
        return
    free = queries.appeal_until(work, procedure)
    if procedure.appeal_days and free is not None and work.today < free:
        yield Refusal(
            "appeal_running",
            _("The delay of appeal runs until %(day)s.") % {"day": date_text(free)},
            way_out=_("The order can be signed from that day."),
        )
    if work.db.get_one(Agreement, procedure.agreement_id).status != "active":
        yield Refusal(
            "agreement_not_active", _("The agreement is not in execution: nothing is bought under it.")
        )
    retained = work.db.get_one(Quotation, procedure.retained_id)
    supplier = work.db.get_one(Supplier, retained.supplier_id)
    if supplier.blocked_reason:
        yield Refusal(
            "supplier_excluded",
            _("%(name)s is excluded: %(reason)s")
            % {"name": supplier.name, "reason": supplier.blocked_reason},
            who=who_may("supplier:block"),
        )
    if procedure.tranche_id is not None:
        tranche = work.db.get_one(Tranche, procedure.tranche_id)
        short = (procedure.awarded_minor or 0) - tranche.amount_minor
        if short > 0:
            yield Refusal(
                "tranche_too_small",
                _("The tranche is %(missing)s short of the award.") % {"missing": amount(short)},
                way_out=_("Amend the schedule of the agreement, or buy less."),
                missing_minor=short,
            )


def order(work: Work, procedure: Procedure, form: OrderForm) -> PurchaseOrder:
    """The ordonnateur signs the purchase order, in his own name, by delegation or by interim."""
    work.hold(procedure)
    refuse(for_buyer(procedure, "authority"))
    refuse(order_obstacles(work, procedure))
    grant = work.require("procedure:order", procedure)
    return _order(work, procedure, form, "order", grant.capacity or "", [])


def record_order(work: Work, procedure: Procedure, form: OrderForm) -> PurchaseOrder:
    """The order of a group: signed by its president and its treasurer, recorded by the officer."""
    work.hold(procedure)
    refuse(for_buyer(procedure, "group"))
    refuse(order_obstacles(work, procedure))
    bureau = [o for o in queries.bureau(work, procedure) if o.office in ("president", "treasurer")]
    signatories = [
        {"name": o.full_name, "function": o.office, "mark": "signature" if o.can_sign else "thumbprint"}
        for o in bureau
    ]
    if {s["function"] for s in signatories} != {"president", "treasurer"}:
        refuse(
            [
                Refusal(
                    "bureau_incomplete",
                    _("The group has no president or no treasurer in office: nobody can sign for it."),
                    way_out=_("Record the bureau of the group."),
                )
            ]
        )
    return _order(work, procedure, form, "record_order", "", signatories)


def _order(
    work: Work,
    procedure: Procedure,
    form: OrderForm,
    verb: str,
    capacity: str,
    signatories: list[dict[str, str]],
) -> PurchaseOrder:
    assert procedure.retained_id is not None and procedure.awarded_minor is not None
    if form.delivery_on < work.today:
        raise Invalid(
            [FieldError("delivery_on", _("An order is signed before the delivery: choose a day to come."))]
        )
    retained = work.db.get_one(Quotation, procedure.retained_id)
    lines = queries.lines(work, procedure)
    total = _priced(work, procedure, retained, lines, form)
    if total > procedure.awarded_minor:
        over = total - procedure.awarded_minor
        words = _("The order is %(over)s above the award, %(award)s: lower the unit prices.")
        shown = {"over": amount(over), "award": amount(procedure.awarded_minor)}
        raise Invalid([FieldError("lines-0-unit_minor", words % shown)])
    made = PurchaseOrder(
        reference=work.number("purchase", "purchase_order"),
        procedure_id=procedure.id,
        supplier_id=retained.supplier_id,
        amount_minor=total,
        amount_currency=procedure.amount_currency,
        delivery_place=form.delivery_place,
        delivery_on=form.delivery_on,
        terms=form.terms,
        guarantee=form.guarantee or "",
        penalty=form.penalty or "",
        tax=form.tax,
        signatories=signatories,
        capacity=capacity,
        ordered_on=work.today,
    )
    work.db.add(made)
    work.db.flush()
    data = {"reference": made.reference, "amount_minor": [None, total]}
    work.advance(PROCEDURE, procedure, verb, data=data, contract_minor=total)
    documents.issue(
        work,
        kind="purchase_order",
        reference=made.reference,
        title=in_french(N_("Purchase order")),
        subject=procedure,
        facts=queries.order_facts(work, procedure),
        draw=order_pdf,
    )
    return made


def _priced(
    work: Work, procedure: Procedure, retained: Quotation, lines: list[OrderLine], form: OrderForm
) -> int:
    """Write the unit prices: the bidder's own where they are known, else those typed, else the estimate's."""
    known = {
        row.line_id: row.unit_minor
        for row in queries.bid_lines(work, procedure)
        if row.quotation_id == retained.id
    }
    typed = {row.line_id: row.unit_minor for row in form.lines}
    if set(typed) - {line.id for line in lines}:
        raise Invalid([FieldError("lines-0-unit_minor", _("Choose lines of this purchase."))])
    for line in lines:
        line.unit_minor = known.get(line.id) or typed.get(line.id) or line.unit_minor
        line.amount_minor = line.quantity * line.unit_minor
    return sum(line.amount_minor for line in lines)
