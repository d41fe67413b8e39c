"""Reception by people who did not choose the supplier, then the hand-over to the group; only accepted quantities are paid (document 15)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from portfolio.accounts.models import Person
from portfolio.agreements import service as agreements
from portfolio.documents import service as documents
from portfolio.kit.errors import FieldError, Invalid, Refusal, Refused, refuse
from portfolio.kit.i18n import N_
from portfolio.kit.i18n import gettext as _
from portfolio.procurement import queries
from portfolio.procurement.forms import (
    GroupReceptionForm,
    LiftForm,
    MarkRow,
    ReceivedLine,
    ReceptionForm,
)
from portfolio.procurement.models import GoodsReceipt, OrderLine, Procedure, ReceiptLine
from portfolio.procurement.pdf import reception_pdf
from portfolio.procurement.reference import COMMISSION_MEMBERS
from portfolio.procurement.service.asking import for_buyer, in_french
from portfolio.rulebook.lifecycles.procurement import PROCEDURE
from portfolio.work import Work


def commission_refusals(work: Work, procedure: Procedure, people: Iterable[int]) -> Iterator[Refusal]:
    """Nobody receives what they chose: neither those who opened, compared, decided or ordered, nor the committee's members present."""
    chose = queries.choosers(work, procedure)
    both = sorted(set(people) & chose)
    if both:
        names = ", ".join(work.around.names_of(work.db, both).values())
        yield Refusal(
            "chose_the_supplier",
            _("They took part in the choice of the supplier and cannot receive: %(names)s.")
            % {"names": names},
            way_out=_("Name other members to the reception commission."),
        )


def receive_obstacles(work: Work, procedure: Procedure) -> Iterator[Refusal]:
    """There must be an order, and the actor must not have chosen the supplier."""
    yield from for_buyer(procedure, "authority")
    if queries.order_of(work, procedure) is None:
        yield Refusal("not_ordered", _("Nothing is received before the purchase order is signed."))
    if (actor := work.maybe_actor) is not None:
        yield from commission_refusals(work, procedure, [actor.id])


def receive(work: Work, procedure: Procedure, form: ReceptionForm) -> GoodsReceipt:
    """Record a reception. A partial one leaves the order open; a provisional or final one ends it and meets the tranche's condition."""
    work.hold(procedure)
    work.require("procedure:receive", procedure)
    refuse(receive_obstacles(work, procedure))
    if procedure.status != "ordered":
        raise Refused(Refusal("already_received", _("The reception of this order is complete.")))
    people = list(dict.fromkeys(form.commission))
    errors = []
    if len(people) < COMMISSION_MEMBERS:
        words = _("At least %(n)d people receive.") % {"n": COMMISSION_MEMBERS}
        errors.append(FieldError("commission", words))
    if work.actor.id not in people:
        errors.append(FieldError("commission", _("Who records the reception is one of those who receive.")))
    known = {p.id: p for n in people if (p := work.db.get(Person, n)) is not None}
    if len(known) != len(people):
        errors.append(FieldError("commission", _("Choose people of the list.")))
    if form.kind == "final" and form.reserves:
        errors.append(
            FieldError("kind", _("A final reception carries no reservation: choose the provisional one."))
        )
    if form.reserves and form.kind == "provisional" and form.reserves_until is None:
        errors.append(
            FieldError("reserves_until", _("Enter the day by which the reservations are to be lifted."))
        )
    errors += _dated(work, procedure, form.received_on)
    if errors:
        raise Invalid(errors)
    refuse(commission_refusals(work, procedure, people))
    receipt = GoodsReceipt(
        reference=work.number("reception", "goods_receipt"),
        procedure_id=procedure.id,
        kind=form.kind,
        received_on=form.received_on,
        place=form.place,
        act=form.act,
        commission=[
            {"person_id": n, "name": known[n].full_name, "function": known[n].function} for n in people
        ],
        delivery_note=form.delivery_note or "",
        tests=form.tests or "",
        reserves=form.reserves or "",
        reserves_until=form.reserves_until,
        recorded_by_id=work.actor.id,
        recorded_at=work.now,
    )
    lines = _count(work, procedure, receipt, form.lines)
    data = {"reference": receipt.reference, "kind": form.kind}
    if form.kind == "partial":
        if all(line.accepted == line.quantity for line in lines):
            raise Invalid(
                [FieldError("kind", _("Everything is accepted: this is a provisional or final reception."))]
            )
        work.record("reception:recorded", procedure, data=data)
    else:
        short = [line.label for line in lines if line.accepted < line.quantity]
        if short and not form.reserves:
            words = _(
                "Not everything is accepted (%(lines)s): record a partial reception, or write the reservation."
            )
            raise Invalid([FieldError("reserves", words % {"lines": ", ".join(short)})])
        work.advance(PROCEDURE, procedure, "receive", data=data)
        met(work, procedure, "goods_received", receipt)
        if not form.reserves:
            met(work, procedure, "no_reserve", receipt)
    _issue_reception(work, procedure, receipt)
    return receipt


def record_reception(work: Work, procedure: Procedure, form: GroupReceptionForm) -> GoodsReceipt:
    """The group receives what it bought: its members sign or put their thumbprint."""
    work.hold(procedure)
    work.require("procedure:manage_group", procedure)
    refuse(for_buyer(procedure, "group"))
    if errors := [*_dated(work, procedure, form.received_on), *marked(form.recipients, 2)]:
        raise Invalid(errors)
    receipt = GoodsReceipt(
        reference=work.number("reception", "goods_receipt"),
        procedure_id=procedure.id,
        kind="final",
        received_on=form.received_on,
        place=form.place,
        delivery_note=form.delivery_note or "",
        recipients=marks(form.recipients),
        thumbprints=sum(1 for r in form.recipients if r.mark == "thumbprint"),
        recorded_by_id=work.actor.id,
        recorded_at=work.now,
    )
    lines = _count(work, procedure, receipt, form.lines)
    if short := [line.label for line in lines if line.accepted < line.quantity]:
        receipt.reserves = _("Not accepted in full: %(lines)s.") % {"lines": ", ".join(short)}
    work.advance(PROCEDURE, procedure, "record_reception", data={"reference": receipt.reference})
    if not short:
        met(work, procedure, "goods_received", receipt)
    _issue_reception(work, procedure, receipt)
    return receipt


def _dated(work: Work, procedure: Procedure, day: date) -> list[FieldError]:
    order = queries.order_of(work, procedure)
    if order is not None and day < order.ordered_on:
        return [FieldError("received_on", _("The reception comes after the purchase order."))]
    if day > work.today:
        return [FieldError("received_on", _("This day is still to come."))]
    return []


def marked(rows: Sequence[MarkRow], at_least: int, field: str = "recipients") -> list[FieldError]:
    """So many different people at least, or the field beside which that is said."""
    if len({row.name.casefold() for row in rows}) >= at_least:
        return []
    words = _("Enter at least %(n)d different people of the group.") % {"n": at_least}
    return [FieldError(f"{field}-{len(rows)}-name", words)]


def marks(rows: Sequence[MarkRow]) -> list[dict[str, str]]:
    """Who signed or put a thumbprint, as the records keep it."""
    return [{"name": row.name, "function": row.function or "", "mark": row.mark} for row in rows]


def _count(
    work: Work, procedure: Procedure, receipt: GoodsReceipt, rows: Sequence[ReceivedLine]
) -> list[OrderLine]:
    """Add what this reception accepts and refuses to the lines; never more than was ordered."""
    lines = queries.lines(work, procedure)
    by_id = {line.id: line for line in lines}
    work.db.add(receipt)
    work.db.flush()
    some = False
    for n, row in enumerate(rows):
        line = by_id.get(row.line_id)
        if line is None:
            raise Invalid([FieldError(f"lines-{n}-accepted", _("Choose lines of this purchase."))])
        if row.accepted + row.refused == 0:
            continue
        left = line.quantity - line.accepted
        if row.accepted > left:
            words = _("%(n)d are still to be accepted of « %(label)s ».") % {"n": left, "label": line.label}
            raise Invalid([FieldError(f"lines-{n}-accepted", words)])
        some = True
        line.delivered += row.accepted + row.refused
        line.accepted += row.accepted
        line.refused += row.refused
        if row.serials:
            line.serials = f"{line.serials}, {row.serials}".strip(", ")[:300]
        work.db.add(
            ReceiptLine(
                receipt_id=receipt.id,
                line_id=line.id,
                delivered=row.accepted + row.refused,
                accepted=row.accepted,
                refused=row.refused,
                serials=row.serials or "",
                state=row.state or "",
            )
        )
    if not some:
        raise Invalid([FieldError("lines-0-accepted", _("Enter what was delivered."))])
    work.db.flush()
    return lines


def met(work: Work, procedure: Procedure, kind: str, receipt: GoodsReceipt) -> None:
    """Push the fact to the tranche that waits for it; the tranche never comes to look (design section 2)."""
    evidence = f"{receipt.reference} ({receipt.received_on:%d/%m/%Y})"
    for condition in queries.waiting_conditions(work, procedure, kind):
        agreements.meet(work, condition, evidence)


def _issue_reception(work: Work, procedure: Procedure, receipt: GoodsReceipt) -> None:
    documents.issue(
        work,
        kind="goods_receipt",
        reference=receipt.reference,
        title=in_french(N_("Reception record")),
        subject=procedure,
        facts=queries.reception_facts(work, procedure, receipt),
        draw=reception_pdf,
    )


def lift_reserves(work: Work, receipt: GoodsReceipt, form: LiftForm) -> None:
    """The reservations are lifted by the reception commission; the condition « no reservation » is met."""
    procedure = work.hold(work.db.get_one(Procedure, receipt.procedure_id))
    work.hold(receipt)
    work.require("procedure:receive", procedure)
    refuse(commission_refusals(work, procedure, [work.actor.id]))
    if not receipt.reserves or receipt.reserves_lifted_on is not None:
        raise Refused(Refusal("no_reservation", _("There is no reservation to lift.")))
    if not receipt.received_on <= form.lifted_on <= work.today:
        raise Invalid([FieldError("lifted_on", _("Choose a day between the reception and today."))])
    receipt.reserves_lifted_on, receipt.reserves_lifted_by_id = form.lifted_on, work.actor.id
    receipt.lifting = form.lifting
    work.db.flush()
    work.record(
        "reception:reserves_lifted",
        procedure,
        data={"reference": receipt.reference, "lifted_on": form.lifted_on},
    )
    met(work, procedure, "no_reserve", receipt)
