"""Committees and seats, each by an act (F5)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from portfolio.accounts.models import Person
from portfolio.committees.forms import CommitteeForm, SeatForm
from portfolio.committees.models import Committee, Seat
from portfolio.kit.errors import FieldError, Invalid, Refusal, Refused
from portfolio.kit.i18n import gettext as _
from portfolio.kit.text import fold
from portfolio.work import Work


def create(work: Work, form: CommitteeForm) -> Committee:
    """A committee as its act creates it. Raises Invalid when a quorum is above the number of voices or the code is taken."""
    _check_quorums(form)
    code = form.code or fold(form.name).replace(" ", "-")[:40].strip("-")
    if work.db.scalar(select(func.count()).select_from(Committee).where(Committee.code == code)):
        raise Invalid([FieldError("name", _("A committee of this name exists. Give another name."))])
    made = Committee(code=code, active=True, **_columns(form))
    return work.create(made, "committee:created", permission="member:appoint")


def edit(work: Work, committee: Committee, form: CommitteeForm) -> None:
    """Change what the act says; sessions already planned keep their own quorum."""
    committee = work.hold(committee)
    _check_quorums(form)
    work.edit(committee, "committee:edited", permission="member:appoint", **_columns(form))


def _columns(form: CommitteeForm) -> dict[str, Any]:
    return {
        "name": form.name,
        "kind": form.kind,
        "act": form.act,
        "voices": form.voices,
        "quorum": form.quorum,
        "second_quorum": form.second_quorum,
        "casting_vote": form.casting_vote,
    }


def _check_quorums(form: CommitteeForm) -> None:
    errors = [
        FieldError(name, _("The quorum cannot be above the number of voices."))
        for name in ("quorum", "second_quorum")
        if getattr(form, name) > form.voices
    ]
    if errors:
        raise Invalid(errors)


def appoint(work: Work, committee: Committee, form: SeatForm) -> Seat:
    """Give a seat to a person. One president at a time; a seat left can be taken again by the same person."""
    committee = work.hold(committee)
    person = work.db.get(Person, form.person_id)
    if person is None or not person.active:
        raise Invalid([FieldError("person_id", _("Choose a person with an active account."))])
    seats = list(work.db.scalars(select(Seat).where(Seat.committee_id == committee.id)))
    if form.function in ("president", "vice_president", "secretary") and any(
        s.active and s.function == form.function and s.person_id != person.id for s in seats
    ):
        raise Refused(
            Refusal(
                "seat_taken",
                _("This function is already held on this committee."),
                way_out=_("Vacate the seat first, with the act that ends it."),
            )
        )
    observer = form.capacity == "observer"
    columns: dict[str, Any] = {
        "function": form.function,
        "capacity": form.capacity,
        "voice": "consultative" if observer else form.voice,
        "structure": form.structure or "",
        "act": form.act or committee.act,
        "active": True,
    }
    voices = sum(1 for s in seats if s.active and s.capacity == "titular" and s.person_id != person.id)
    if form.capacity == "titular" and columns["voice"] == "deliberative" and voices >= committee.voices:
        raise Refused(
            Refusal(
                "voices_full",
                _("All %(n)d deliberative voices of this committee are filled.") % {"n": committee.voices},
                way_out=_("Vacate a seat first, or appoint a substitute."),
            )
        )
    known = next((s for s in seats if s.person_id == person.id), None)
    if known is not None:
        if known.active:
            raise Invalid([FieldError("person_id", _("This person already sits on this committee."))])
        known = work.hold(known)
        work.edit(known, "seat:filled", permission="member:appoint", **columns)
        return known
    made = Seat(committee_id=committee.id, person_id=person.id, **columns)
    return work.create(made, "seat:filled", permission="member:appoint")


def vacate(work: Work, seat: Seat, reason: str) -> None:
    """End a seat, with its reason; sessions already convened keep the person."""
    seat = work.hold(seat)
    work.edit(seat, "seat:vacated", permission="member:appoint", reason=reason, active=False)
