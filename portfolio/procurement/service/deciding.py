"""Who is retained: by a committee with its quorum and signed minutes, by a group's comité d'achat, or directly under the threshold."""

from __future__ import annotations

from collections.abc import Iterator

from portfolio.committees import service as sessions
from portfolio.committees.forms import PlanForm
from portfolio.committees.models import Committee, Session
from portfolio.documents import service as documents
from portfolio.kit.errors import FieldError, Invalid, Refusal, Refused, refuse
from portfolio.kit.i18n import N_
from portfolio.kit.i18n import gettext as _
from portfolio.kit.money import amount
from portfolio.procurement import queries
from portfolio.procurement.forms import ChooseForm, DecideForm, DirectForm, SessionForm
from portfolio.procurement.models import Procedure, Quotation
from portfolio.procurement.pdf import award_pdf, choice_pdf
from portfolio.procurement.reference import BUYERS_AT_LEAST
from portfolio.procurement.service.asking import for_buyer, in_french
from portfolio.rulebook.lifecycles.procurement import PROCEDURE
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work


def plan_session(work: Work, procedure: Procedure, form: SessionForm) -> Session:
    """Put the compared purchase before the procurement committee: its session is planned, the comparison handed in."""
    work.hold(procedure)
    work.require("procedure:manage", procedure)
    if procedure.status != "compared":
        raise Refused(Refusal("not_compared", _("Close the comparison before the committee meets.")))
    latest = queries.latest_item(work, procedure)
    if latest is not None and latest[1].status not in ("no_quorum", "final"):
        raise Refused(
            Refusal("session_planned", _("A session of the committee is already planned for this purchase."))
        )
    committee = work.db.get(Committee, form.committee_id)
    if committee is None or committee.kind != "procurement":
        raise Invalid([FieldError("committee_id", _("Choose a procurement committee."))])
    plan = PlanForm(place=form.place, room=form.room, scheduled_at=form.scheduled_at)
    session = sessions.plan(work, committee, plan, "procedure", procedure.id)
    first = next(q for q in queries.quotations(work, procedure) if q.rank == 1)
    entry = sessions.AgendaItem(
        procedure.id,
        procedure.reference,
        requested_minor=first.corrected_minor or 0,
        currency=procedure.amount_currency,
    )
    sessions.put(work, session, "procedure", [entry], queries.session_facts(work, procedure))
    procedure.session_id = session.id
    work.db.flush()
    work.record("procedure:sent_to_committee", procedure, data={"committee": committee.name})
    return session


def _sitting(work: Work, procedure: Procedure) -> Iterator[Refusal]:
    """A decision stands on minutes that are signed, of a session that had its quorum for this file (R2, R19)."""
    latest = queries.latest_item(work, procedure)
    if latest is None:
        yield Refusal(
            "no_session",
            _("The committee has not deliberated on this purchase."),
            way_out=_("Plan a session of the procurement committee."),
            who=who_may("session:convene"),
        )
        return
    item, session = latest
    if session.status == "no_quorum":
        yield Refusal(
            "no_quorum",
            _("The committee met without its quorum: nothing was decided."),
            way_out=_("Convene it a second time."),
            who=who_may("session:convene"),
        )
    elif item.status != "proposed" or item.proposal is None:
        yield Refusal(
            "not_deliberated",
            _("The committee has made no proposal on this purchase yet."),
            way_out=_("Record its proposal in the session."),
            who=who_may("session:minute"),
        )
    elif item.voices_present < session.quorum:
        yield Refusal("no_quorum", _("The quorum was not reached for this purchase."))
    elif session.status != "final":
        yield Refusal(
            "minutes_unsigned",
            _("The minutes of the session are not final: the members present have not all signed."),
            way_out=_("Have them signed, then make them final."),
            who=who_may("session:sign"),
        )


def decide_obstacles(work: Work, procedure: Procedure) -> Iterator[Refusal]:
    """The committee must have proposed the first of the ranking, with its quorum, in minutes that are final."""
    yield from for_buyer(procedure, "authority")
    found = list(_sitting(work, procedure))
    yield from found
    latest = queries.latest_item(work, procedure)
    if found or latest is None:
        return
    item = latest[0]
    first = next((q for q in queries.quotations(work, procedure) if q.rank == 1), None)
    if item.proposal != "favourable":
        yield Refusal(
            "not_favourable",
            _("The committee did not propose this award."),
            way_out=_("Declare the purchase fruitless, or put it before the committee again."),
            who=who_may("procedure:decide"),
        )
    elif first is None or item.proposed_minor != first.corrected_minor:
        yield Refusal(
            "other_amount", _("The amount proposed is not the corrected price of the first ranked bid.")
        )


def decide(work: Work, procedure: Procedure, form: DecideForm | None = None) -> None:
    """Record what the committee decided; the minutes of analysis and provisional award are issued (document 13)."""
    work.hold(procedure)
    refuse(decide_obstacles(work, procedure))
    first = next(q for q in queries.quotations(work, procedure) if q.rank == 1)
    latest = queries.latest_item(work, procedure)
    assert latest is not None
    work.advance(
        PROCEDURE,
        procedure,
        "decide",
        retained_id=first.id,
        awarded_minor=first.corrected_minor,
        session_id=latest[1].id,
        decision_note=(form.note or "") if form else "",
    )
    _issue_award(work, procedure)


def _issue_award(work: Work, procedure: Procedure) -> None:
    documents.issue(
        work,
        kind="award_minutes",
        reference=work.number("minutes", "procedure"),
        title=in_french(N_("Minutes of analysis and provisional award")),
        subject=procedure,
        facts=queries.award_facts(work, procedure),
        draw=award_pdf,
    )


def choose_obstacles(work: Work, procedure: Procedure) -> Iterator[Refusal]:
    """Enough quotations must have come in."""
    if procedure.sealed:
        yield Refusal("sealed", _("This method goes through the opening of bids and the committee."))
        return
    priced = [q for q in queries.quotations(work, procedure) if q.read_minor is not None]
    if len(priced) < procedure.min_valid:
        yield Refusal(
            "too_few_valid",
            _("%(n)d quotations with a price; the method asks for at least %(min)d.")
            % {"n": len(priced), "min": procedure.min_valid},
            way_out=_("Record the missing quotations."),
        )


def _retained(work: Work, procedure: Procedure, number: int, note: str | None) -> Quotation:
    priced = [q for q in queries.quotations(work, procedure) if q.read_minor is not None]
    found = next((q for q in priced if q.id == number), None)
    if found is None:
        raise Invalid([FieldError("retained_id", _("Choose one of the quotations with a price."))])
    cheapest = min(q.read_minor or 0 for q in priced)
    if (found.read_minor or 0) > cheapest and len((note or "").strip()) < 10:
        words = _("A cheaper quotation exists, at %(price)s: give the reason of the choice.") % {
            "price": amount(cheapest)
        }
        raise Invalid([FieldError("note", words)])
    for rank, quotation in enumerate(sorted(priced, key=lambda q: (q.read_minor or 0, q.number or 0)), 1):
        quotation.rank = rank
    return found


def choose(work: Work, procedure: Procedure, form: ChooseForm) -> None:
    """The choice of the group's comité d'achat, by signatures and thumbprints; no public procedure (R6)."""
    work.hold(procedure)
    refuse(for_buyer(procedure, "group"))
    refuse(choose_obstacles(work, procedure))
    names = {row.name.casefold() for row in form.buyers}
    if len(names) < BUYERS_AT_LEAST:
        words = _("Enter at least %(n)d different members of the purchase committee.") % {
            "n": BUYERS_AT_LEAST
        }
        raise Invalid([FieldError(f"buyers-{len(form.buyers)}-name", words)])
    retained = _retained(work, procedure, form.retained_id, form.note)
    work.db.flush()
    work.advance(
        PROCEDURE,
        procedure,
        "choose",
        retained_id=retained.id,
        awarded_minor=retained.read_minor,
        decision_note=form.note or "",
        buyers=[{"name": b.name, "function": b.function or "", "mark": b.mark} for b in form.buyers],
    )
    documents.issue(
        work,
        kind="group_choice",
        reference=work.number("minutes", "procedure"),
        title=in_french(N_("Decision of the purchase committee")),
        subject=procedure,
        facts=queries.choice_facts(work, procedure),
        draw=choice_pdf,
    )


def buy_directly(work: Work, procedure: Procedure, form: DirectForm) -> None:
    """Retain a supplier under the threshold of competition; the detector of splitting watches these (problem 14)."""
    work.hold(procedure)
    refuse(for_buyer(procedure, "authority"))
    refuse(choose_obstacles(work, procedure))
    retained = _retained(work, procedure, form.retained_id, form.note)
    work.db.flush()
    work.advance(
        PROCEDURE,
        procedure,
        "buy_directly",
        retained_id=retained.id,
        awarded_minor=retained.read_minor,
        decision_note=form.note or "",
    )


def fruitless_obstacles(work: Work, procedure: Procedure) -> Iterator[Refusal]:
    """While bids are still received, nothing is fruitless; after the comparison, the committee says so."""
    yield from for_buyer(procedure, "authority")
    if (
        procedure.status == "quoting"
        and procedure.bids_due_at is not None
        and work.now < procedure.bids_due_at
    ):
        yield Refusal("before_deadline", _("Bids are still being received."))
    if procedure.status == "compared":
        found = list(_sitting(work, procedure))
        yield from found
        latest = queries.latest_item(work, procedure)
        if not found and latest is not None and latest[0].proposal == "favourable":
            yield Refusal("favourable", _("The committee proposed an award: record its decision."))


def declare_fruitless(work: Work, procedure: Procedure, reason: str) -> None:
    """« Infructueux », with the reason; the minutes say so when bids were opened."""
    work.hold(procedure)
    refuse(fruitless_obstacles(work, procedure))
    opened = procedure.opening_closed_at is not None
    work.advance(PROCEDURE, procedure, "declare_fruitless", reason=reason, decision_note=reason)
    if opened:
        _issue_award(work, procedure)


def abandon(work: Work, procedure: Procedure, reason: str) -> None:
    """The group gives up a purchase before choosing."""
    work.hold(procedure)
    refuse(for_buyer(procedure, "group"))
    work.advance(PROCEDURE, procedure, "abandon", reason=reason, decision_note=reason)
