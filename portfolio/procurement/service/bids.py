"""Bids: logged with hour and hand, opened by two people, read aloud. No price can be written before the opening (Z10, rows 52 and 54)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from portfolio.documents import service as documents
from portfolio.kit.errors import FieldError, Invalid, Refusal, Refused, refuse
from portfolio.kit.i18n import N_, datetime_text
from portfolio.kit.i18n import gettext as _
from portfolio.procurement import queries
from portfolio.procurement.forms import CloseOpeningForm, DepositForm, OpeningForm, ProFormaForm, ReadForm
from portfolio.procurement.models import Procedure, Quotation, Supplier
from portfolio.procurement.pdf import opening_pdf
from portfolio.procurement.service.asking import for_buyer, in_french, manager
from portfolio.rulebook.lifecycles.procurement import PROCEDURE
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work


def _of(work: Work, quotation: Quotation) -> Procedure:
    return work.hold(work.db.get_one(Procedure, quotation.procedure_id))


def receive_quotation(work: Work, quotation: Quotation, form: DepositForm) -> None:
    """Log a bid with the server's hour and the hand that brings it. A late one is logged and given back unopened."""
    procedure = _of(work, quotation)
    work.require("procedure:manage", procedure)
    work.hold(quotation)
    refuse(for_buyer(procedure, "authority"))
    if not procedure.sealed:
        raise Refused(
            Refusal("not_sealed", _("This method asks prices openly: record the quotation itself."))
        )
    if procedure.status not in ("quoting", "opened", "compared"):
        raise Refused(Refusal("not_asked", _("No bid is received at this stage of the purchase.")))
    if quotation.received_at is not None:
        words = _("This bid is already logged, on %(when)s.") % {"when": datetime_text(quotation.received_at)}
        raise Refused(Refusal("already_received", words))
    assert procedure.bids_due_at is not None
    late = work.now > procedure.bids_due_at or procedure.status != "quoting"
    quotation.number = queries.last_number(work, procedure) + 1
    quotation.received_at, quotation.bearer, quotation.sealed = work.now, form.bearer, form.sealed
    quotation.received_by_id, quotation.late = work.actor.id, late
    quotation.returned_at = work.now if late else None
    work.db.flush()
    supplier = work.db.get_one(Supplier, quotation.supplier_id).name
    data = {"supplier": supplier, "number": quotation.number, "late": late, "sealed": form.sealed}
    work.record("quotation:received", procedure, data=data)
    if late:
        work.record("quotation:returned", procedure, data={"supplier": supplier})


def propose_opening_obstacles(work: Work, procedure: Procedure) -> Iterator[Refusal]:
    """The deadline must have passed, and a bid must have come in time."""
    yield from for_buyer(procedure, "authority")
    if not procedure.sealed or procedure.bids_due_at is None:
        yield Refusal("not_sealed", _("This method has no opening of bids."))
        return
    if work.now < procedure.bids_due_at:
        yield Refusal(
            "before_deadline",
            _("Bids are received until %(when)s: nothing is opened before.")
            % {"when": datetime_text(procedure.bids_due_at)},
            way_out=_("Come back after the deadline."),
        )
    if not any(q.received_at and not q.late for q in queries.quotations(work, procedure)):
        yield Refusal(
            "no_bid",
            _("No bid came in time."),
            way_out=_("Declare the purchase fruitless, then start it again."),
            who=who_may("procedure:decide"),
        )


def propose_opening(work: Work, procedure: Procedure, form: OpeningForm) -> None:
    """The first of the two people announces the opening, with who is present; the second opens."""
    work.hold(procedure)
    work.require("procedure:manage", procedure)
    if procedure.status != "quoting":
        raise Refused(Refusal("already_opened", _("The bids of this purchase are not waiting to be opened.")))
    refuse(propose_opening_obstacles(work, procedure))
    if not form.people:
        raise Invalid([FieldError("people-0-name", _("Enter who is present."))])
    changes: dict[str, Any] = {
        "opening_place": form.place,
        "opening_people": [{"name": p.name, "function": p.function or ""} for p in form.people],
        "opening_remarks": form.remarks or "",
        "opening_by_id": work.actor.id,
        "opening_at": work.now,
    }
    for name, value in changes.items():
        setattr(procedure, name, value)
    work.db.flush()
    work.record("procedure:opening_proposed", procedure, data={"people": len(form.people)})


def open_obstacles(work: Work, procedure: Procedure) -> Iterator[Refusal]:
    """The first person must have announced the opening, after the deadline."""
    yield from propose_opening_obstacles(work, procedure)
    if procedure.opening_by_id is None:
        yield Refusal(
            "one_person",
            _("Bids are opened by two people: the first has not announced the opening yet."),
            way_out=_("Announce the opening, then let a second person open."),
            who=who_may("procedure:manage"),
        )


def open(work: Work, procedure: Procedure) -> None:
    """The second person opens: from here on, and not before, prices can be written."""
    work.hold(procedure)
    refuse(open_obstacles(work, procedure))
    work.advance(PROCEDURE, procedure, "open")


def read_price(work: Work, quotation: Quotation, form: ReadForm) -> None:
    """Write the price as it is read aloud; corrected only while the opening session lasts, with the old figure kept."""
    procedure = _of(work, quotation)
    work.hold(quotation)
    work.require("procedure:manage", procedure)
    if procedure.status != "opened":
        raise Refused(
            Refusal(
                "not_opened",
                _("No price is written before the bids are opened by two people."),
                way_out=_("Open the bids after the deadline."),
                who=who_may("procedure:witness"),
            )
        )
    if procedure.opening_closed_at is not None:
        raise Refused(
            Refusal("opening_closed", _("The opening session is closed: prices read cannot change."))
        )
    if quotation.received_at is None or quotation.late:
        raise Refused(Refusal("late_bid", _("A bid that came late, or not at all, is never opened.")))
    before = quotation.read_minor
    quotation.read_minor, quotation.corrected_minor = form.read_minor, form.read_minor
    quotation.tax_included, quotation.discount = form.tax_included, form.discount or ""
    quotation.guarantee, quotation.papers = form.guarantee or "", list(form.papers)
    quotation.read_by_id, quotation.read_at = work.actor.id, work.now
    work.db.flush()
    supplier = work.db.get_one(Supplier, quotation.supplier_id).name
    work.record(
        "quotation:read", procedure, data={"supplier": supplier, "read_minor": [before, form.read_minor]}
    )


def close_opening_obstacles(work: Work, procedure: Procedure) -> Iterator[Refusal]:
    """Every bid that came in time must have been read."""
    if procedure.status != "opened":
        yield Refusal("not_opened", _("The bids are not open."))
        return
    if procedure.opening_closed_at is not None:
        yield Refusal("opening_closed", _("The opening session is already closed."))
    unread = [
        s.name
        for q, s in queries.bids(work, procedure)
        if q.received_at and not q.late and q.read_minor is None
    ]
    if unread:
        yield Refusal("unread", _("Prices not read yet: %(names)s.") % {"names": ", ".join(unread)})


def close_opening(work: Work, procedure: Procedure, form: CloseOpeningForm | None = None) -> None:
    """Close the opening session: its minutes are issued (document 12), and no price read can change."""
    work.hold(procedure)
    work.require("procedure:manage", procedure)
    refuse(close_opening_obstacles(work, procedure))
    if form is not None and form.remarks:
        procedure.opening_remarks = form.remarks
    procedure.opening_closed_at = work.now
    work.db.flush()
    work.record("procedure:opening_closed", procedure)
    documents.issue(
        work,
        kind="opening_minutes",
        reference=work.number("minutes", "procedure"),
        title=in_french(N_("Minutes of the opening of bids")),
        subject=procedure,
        facts=queries.opening_facts(work, procedure),
        draw=opening_pdf,
    )


def record_pro_forma(work: Work, quotation: Quotation, form: ProFormaForm) -> None:
    """Record a pro forma, or a quotation of a direct purchase: asked openly, so its price may be written at once."""
    procedure = _of(work, quotation)
    work.hold(quotation)
    work.require(manager(procedure), procedure)
    if procedure.sealed:
        raise Refused(
            Refusal("sealed", _("This method asks for sealed bids: prices are read at the opening only."))
        )
    if procedure.status != "quoting":
        raise Refused(Refusal("not_asked", _("Quotations are recorded between the demand and the choice.")))
    before = quotation.read_minor
    if quotation.number is None:
        quotation.number = queries.last_number(work, procedure) + 1
    quotation.received_at, quotation.sealed, quotation.received_by_id = work.now, False, work.actor.id
    quotation.read_minor = quotation.corrected_minor = form.amount_minor
    quotation.read_by_id, quotation.read_at, quotation.conforming = work.actor.id, work.now, True
    quotation.delivery_days, quotation.discount = form.delivery_days, form.note or ""
    work.db.flush()
    supplier = work.db.get_one(Supplier, quotation.supplier_id).name
    data = {"supplier": supplier, "read_minor": [before, form.amount_minor]}
    work.record("quotation:received", procedure, data=data)
