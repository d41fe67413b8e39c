"""The need, the suppliers invited, and the demand for quotations."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import delete

from portfolio.agreements.models import Agreement, Tranche
from portfolio.kit.errors import FieldError, Invalid, Refusal, Refused, refuse
from portfolio.kit.i18n import datetime_text, speaking
from portfolio.kit.i18n import gettext as _
from portfolio.kit.money import amount
from portfolio.kit.text import fold
from portfolio.procurement import queries
from portfolio.procurement.forms import AskForm, InviteForm, NeedForm, NeedLine
from portfolio.procurement.models import OrderLine, Procedure, Quotation, Supplier
from portfolio.rulebook.lifecycles.procurement import PROCEDURE
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work

MANAGES = {"authority": "procedure:manage", "group": "procedure:manage_group"}
"""Who keeps the file: the Authority's procurement officer, or the officer who helps the group."""


def in_french(msgid: str) -> str:
    """The title of a paper: papers are French whatever the language of the screen (R22)."""
    with speaking("fr"):
        return _(msgid)


def manager(procedure: Procedure) -> str:
    """The permission of whoever keeps this file."""
    return MANAGES[procedure.buyer]


def for_buyer(procedure: Procedure, *buyers: str) -> Iterator[Refusal]:
    """A step of the Authority's purchases does not apply to a group's, and the reverse (R6)."""
    if procedure.buyer not in buyers:
        yield Refusal(
            "other_buyer",
            _("This step does not belong to a purchase by this buyer."),
            who=who_may(manager(procedure)),
        )


def _columns(work: Work, agreement: Agreement, form: NeedForm) -> dict[str, Any]:
    if not form.lines:
        raise Invalid([FieldError("lines-0-label", _("Describe at least one line of the need."))])
    estimate = sum(line.quantity * line.unit_minor for line in form.lines)
    rule = queries.rule_for(work, form.buyer, agreement.country, form.category, estimate, work.today)
    if rule is None:
        raise Refused(
            Refusal(
                "no_method",
                _("No rule of the method table covers a purchase of %(amount)s by this buyer.")
                % {"amount": amount(estimate)},
                way_out=_("Complete the table of methods, with the text it comes from."),
                who=who_may("method_rule:edit"),
                url="/procurement/rules",
            )
        )
    if form.tranche_id is not None:
        tranche = work.db.get(Tranche, form.tranche_id)
        if tranche is None or tranche.agreement_id != agreement.id:
            raise Invalid([FieldError("tranche_id", _("Choose a tranche of this agreement."))])
        if estimate > tranche.amount_minor:
            words = _("The estimate, %(amount)s, is above the tranche, %(tranche)s.")
            shown = {"amount": amount(estimate), "tranche": amount(tranche.amount_minor)}
            raise Invalid([FieldError("tranche_id", words % shown)])
    return {
        "buyer": form.buyer,
        "category": form.category,
        "object": form.object,
        "need": form.need or "",
        "tranche_id": form.tranche_id,
        "estimate_minor": estimate,
        "method": rule.method,
        "method_source": rule.source,
        "sealed": rule.sealed,
        "min_invited": rule.min_invited,
        "min_valid": rule.min_valid,
        "min_days": rule.min_days,
        "low_percent": rule.low_percent,
        "appeal_days": rule.appeal_days,
    }


def _lines(work: Work, procedure: Procedure, lines: list[NeedLine]) -> None:
    work.db.add_all(
        OrderLine(
            procedure_id=procedure.id,
            position=position,
            label=line.label,
            specification=line.specification or "",
            unit=line.unit or "",
            quantity=line.quantity,
            unit_minor=line.unit_minor,
            amount_minor=line.quantity * line.unit_minor,
            estimated_minor=line.unit_minor,
        )
        for position, line in enumerate(lines, 1)
    )
    work.db.flush()


def create(work: Work, agreement: Agreement, form: NeedForm) -> Procedure:
    """Open a purchase file inside a grant: the method follows from the buyer, the amount and the table in force (row 48)."""
    work.require(MANAGES[form.buyer], agreement)
    if agreement.status != "active":
        raise Refused(
            Refusal(
                "agreement_not_active",
                _("The agreement is not in execution: nothing is bought under it."),
                way_out=_("Have it signed by both parties, or resume it."),
            )
        )
    columns = _columns(work, agreement, form)
    reference = work.number("procedure", "procedure")
    procedure = Procedure(
        reference=reference,
        agreement_id=agreement.id,
        call_id=agreement.call_id,
        group_id=agreement.group_id,
        country=agreement.country,
        amount_currency=agreement.amount_currency,
        folded=fold(f"{reference} {form.object} {agreement.reference} {agreement.title}")[:700],
        created_by_id=work.actor.id,
        created_at=work.now,
        **columns,
    )
    data = {"method": columns["method"], "source": columns["method_source"]}
    work.create(procedure, "procedure:created", permission=MANAGES[form.buyer], data=data)
    _lines(work, procedure, form.lines)
    return procedure


def edit(work: Work, procedure: Procedure, form: NeedForm) -> None:
    """Correct the need before quotations are asked; the method is chosen again."""
    work.hold(procedure)
    if procedure.status != "need":
        raise Refused(
            Refusal("need_settled", _("Quotations were asked on this need: it cannot change any more."))
        )
    if form.buyer != procedure.buyer:
        raise Invalid([FieldError("buyer", _("The buyer of a file does not change: open another file."))])
    agreement = work.db.get_one(Agreement, procedure.agreement_id)
    columns = _columns(work, agreement, form)
    columns["folded"] = fold(f"{procedure.reference} {form.object} {agreement.reference} {agreement.title}")[
        :700
    ]
    work.edit(procedure, "procedure:edited", permission=manager(procedure), **columns)
    work.db.execute(
        delete(OrderLine)
        .where(OrderLine.procedure_id == procedure.id)
        .execution_options(synchronize_session="fetch")
    )
    _lines(work, procedure, form.lines)


def invite_obstacles(work: Work, procedure: Procedure) -> Iterator[Refusal]:
    """Suppliers are invited before the bids are due."""
    if procedure.status not in ("need", "quoting"):
        yield Refusal("invitations_over", _("Bids were opened or retained: nobody is invited any more."))
    elif procedure.sealed and procedure.bids_due_at is not None:
        yield Refusal(
            "invitations_sent",
            _("The invitations left with their deadline: everybody must have had the same time."),
            way_out=_("Declare the procedure fruitless and start again to invite others."),
        )


def invite(work: Work, procedure: Procedure, form: InviteForm) -> Quotation:
    """Invite a supplier, once; an excluded one is refused (row 60)."""
    work.hold(procedure)
    work.require(manager(procedure), procedure)
    refuse(invite_obstacles(work, procedure))
    supplier = work.db.get(Supplier, form.supplier_id)
    if supplier is None:
        raise Invalid([FieldError("supplier_id", _("Choose a supplier of the register."))])
    if supplier.blocked_reason:
        words = _("%(name)s is excluded: %(reason)s") % {
            "name": supplier.name,
            "reason": supplier.blocked_reason,
        }
        raise Invalid([FieldError("supplier_id", words)])
    if any(q.supplier_id == supplier.id for q in queries.quotations(work, procedure)):
        raise Invalid([FieldError("supplier_id", _("This supplier is already invited."))])
    quotation = Quotation(
        procedure_id=procedure.id, supplier_id=supplier.id, invited_at=work.now, invited_by=form.channel
    )
    work.db.add(quotation)
    work.db.flush()
    work.record("quotation:invited", procedure, data={"supplier": supplier.name, "channel": form.channel})
    return quotation


def withdraw_invitation(work: Work, quotation: Quotation) -> None:
    """Take a supplier off the list before quotations are asked."""
    procedure = work.hold(work.db.get_one(Procedure, quotation.procedure_id))
    work.require(manager(procedure), procedure)
    if procedure.status != "need":
        raise Refused(
            Refusal("invitations_sent", _("The invitations have left: a supplier stays on the list."))
        )
    supplier = work.db.get_one(Supplier, quotation.supplier_id)
    work.db.delete(quotation)
    work.db.flush()
    work.record("procedure:edited", procedure, data={"invited": [supplier.name, None]})


def _enough(work: Work, procedure: Procedure) -> Iterator[Refusal]:
    invited = len(queries.quotations(work, procedure))
    if invited < procedure.min_invited:
        yield Refusal(
            "too_few_invited",
            _("%(n)d suppliers are invited; the method asks for at least %(min)d.")
            % {"n": invited, "min": procedure.min_invited},
            way_out=_("Invite the missing suppliers."),
            who=who_may(manager(procedure)),
        )


def ask_obstacles(work: Work, procedure: Procedure) -> Iterator[Refusal]:
    """Enough suppliers must be invited."""
    yield from for_buyer(procedure, "authority")
    yield from _enough(work, procedure)


def ask(work: Work, procedure: Procedure, form: AskForm) -> None:
    """Send the demand for quotations, with the same deadline for all; sealed bids get at least the days of the method."""
    work.hold(procedure)
    refuse(ask_obstacles(work, procedure))
    if procedure.sealed:
        if form.bids_due_at is None:
            raise Invalid(
                [FieldError("bids_due_at", _("Enter the day and the hour until which bids are received."))]
            )
        first = work.now + timedelta(days=procedure.min_days)
        if form.bids_due_at < first:
            words = _("The method leaves at least %(n)d days: not before %(day)s.")
            shown = {"n": procedure.min_days, "day": datetime_text(first)}
            raise Invalid([FieldError("bids_due_at", words % shown)])
        if not form.bids_place:
            raise Invalid([FieldError("bids_place", _("Enter the place where bids are received."))])
    work.advance(PROCEDURE, procedure, "ask", bids_due_at=form.bids_due_at, bids_place=form.bids_place or "")


def collect_obstacles(work: Work, procedure: Procedure) -> Iterator[Refusal]:
    """Enough suppliers must be asked."""
    yield from for_buyer(procedure, "group")
    yield from _enough(work, procedure)


def collect(work: Work, procedure: Procedure) -> None:
    """The group asks for its pro formas: no sealed bid, no public opening (R6)."""
    work.hold(procedure)
    refuse(collect_obstacles(work, procedure))
    work.advance(PROCEDURE, procedure, "collect")


def relaunch(work: Work, procedure: Procedure) -> Procedure:
    """Start a fruitless purchase again with the same need, in a new file that names the first."""
    work.hold(procedure)
    work.require(manager(procedure), procedure)
    if procedure.status != "fruitless":
        raise Refused(Refusal("not_fruitless", _("Only a fruitless purchase is started again.")))
    lines = [
        NeedLine(
            label=line.label,
            specification=line.specification or None,
            unit=line.unit or None,
            quantity=line.quantity,
            unit_minor=line.estimated_minor,
        )
        for line in queries.lines(work, procedure)
    ]
    form = NeedForm(
        buyer=procedure.buyer,  # type: ignore[arg-type]
        category=procedure.category,  # type: ignore[arg-type]
        object=procedure.object,
        need=procedure.need or None,
        tranche_id=procedure.tranche_id,
        lines=lines,
    )
    made = create(work, work.db.get_one(Agreement, procedure.agreement_id), form)
    made.relaunches_id = procedure.id
    work.db.flush()
    work.record("procedure:relaunched", procedure, data={"reference": made.reference})
    return made
