"""The proposal of the committee on one file: votes within the voices present, a reason, the order of the list. It proposes (R2)."""

from __future__ import annotations

from collections.abc import Iterator

from portfolio.committees import queries
from portfolio.committees.forms import ProposeForm
from portfolio.committees.models import Session, SessionItem
from portfolio.kit.errors import FieldError, Invalid, Refusal, Refused, refuse
from portfolio.kit.i18n import gettext as _
from portfolio.kit.money import amount
from portfolio.rulebook.lifecycles.committees import SESSION_ITEM
from portfolio.work import Work


def propose_obstacles(work: Work, item: SessionItem) -> Iterator[Refusal]:
    """No proposal outside a sitting session, without quorum for this file, or while somebody linked to it is in the room."""
    session = work.db.get_one(Session, item.session_id)
    if session.status != "sitting":
        yield Refusal(
            "not_sitting",
            _("The session is not open."),
            way_out=_("Open the session once the quorum is there."),
        )
        return
    people = queries.attendance(work, session)
    linked = queries.conflicted_people(work, item.subject_type, [item.subject_id]).get(item.subject_id, set())
    out = {
        recusal.person_id for recusal, _name in queries.recusals(work, session) if recusal.item_id == item.id
    }
    inside = [p.name for p in people if p.here(work.now) and p.person_id in linked - out]
    if inside:
        yield Refusal(
            "recusal_missing",
            _("A link with this file was declared by: %(names)s.") % {"names": ", ".join(inside)},
            way_out=_("Record the hour at which they leave the room."),
        )
    quorum = queries.sittings.count_voices(session, people, work.now, linked | out)
    if not quorum.met:
        yield Refusal(
            "no_quorum",
            _("The quorum is not reached for this file: %(voices)d deliberative voices, %(required)d needed.")
            % {"voices": quorum.voices, "required": quorum.required},
            way_out=_("Take the file up again when enough members are present, or in another session."),
        )
    if queries.chair(people, work.now, linked | out) is None:
        yield Refusal(
            "no_chair",
            _(
                "Nobody can preside over this file: the president and the vice-president are absent or recused."
            ),
        )


def propose(work: Work, item: SessionItem, form: ProposeForm) -> None:
    """Record the proposal. Everything is checked against who is in the room now; a decision without quorum cannot be stored."""
    # The session's row is the lock: two people recording at once cannot both spend the end of the envelope.
    session = work.hold(work.db.get_one(Session, item.session_id))
    item = work.hold(item)
    refuse(propose_obstacles(work, item))
    voices = queries.quorum_for(work, session, item).voices
    proposed = _amount(item, form)
    _check_votes(work, session, form, voices)
    if form.proposal != "favourable" and not form.reason:
        raise Invalid(
            [FieldError("reason", _("Give the reason: it is printed in the minutes and in the letter."))]
        )
    rows = [row for row in queries.items(work, session) if row.id != item.id]
    _check_envelope(session, rows, proposed)
    _check_rank(rows, item, form)
    item.reason = (
        form.reason or ""
    )  # `reason` below is the trail's; this one is printed in the PV and in the letter
    work.advance(
        SESSION_ITEM,
        item,
        "propose",
        permission_on=session,
        proposal=form.proposal,
        proposed_minor=proposed,
        reason=form.reason or None,
        conditions=form.conditions or "",
        rank_waiver=form.rank_waiver or "",
        dissent=form.dissent or "",
        votes_for=form.votes_for,
        votes_against=form.votes_against,
        abstentions=form.abstentions,
        casting=form.casting and form.votes_for == form.votes_against,
        voices_present=voices,
    )


def _amount(item: SessionItem, form: ProposeForm) -> int | None:
    typed = form.proposed_minor
    if form.proposal == "favourable":
        if typed not in (None, item.requested_minor):
            raise Invalid(
                [
                    FieldError(
                        "proposed_minor", _("For another amount than asked, choose « at a revised amount ».")
                    )
                ]
            )
        return item.requested_minor
    if form.proposal == "revised":
        if not typed:
            raise Invalid([FieldError("proposed_minor", _("Enter the amount that the committee proposes."))])
        if typed >= item.requested_minor:
            raise Invalid(
                [
                    FieldError(
                        "proposed_minor",
                        _("A revised amount stays below what is asked: %(asked)s.")
                        % {"asked": amount(item.requested_minor, item.amount_currency)},
                    )
                ]
            )
        return typed
    if form.proposal == "adjourned":
        if typed and typed > item.requested_minor:
            raise Invalid(
                [FieldError("proposed_minor", _("The sum set aside cannot be above what is asked."))]
            )
        return typed or None
    if typed:
        raise Invalid(
            [FieldError("proposed_minor", _("This proposal carries no amount: leave the field empty."))]
        )
    return None


def _check_votes(work: Work, session: Session, form: ProposeForm, voices: int) -> None:
    """The proposal is what was voted on: it needs more voices for than against, or the president's voice when they are equal."""
    from portfolio.committees.models import Committee

    cast = form.votes_for + form.votes_against + form.abstentions
    if cast > voices:
        raise Invalid(
            [
                FieldError(
                    "votes_for",
                    _("%(cast)d votes are entered for %(voices)d deliberative voices present for this file.")
                    % {"cast": cast, "voices": voices},
                )
            ]
        )
    if form.votes_for == 0:
        raise Invalid([FieldError("votes_for", _("Enter the number of voices for this proposal."))])
    if form.votes_for < form.votes_against:
        raise Invalid(
            [
                FieldError(
                    "votes_for", _("This proposal was rejected by the vote: record the one that was carried.")
                )
            ]
        )
    if form.votes_for == form.votes_against:
        allowed = work.db.get_one(Committee, session.committee_id).casting_vote
        if not (allowed and form.casting):
            words = (
                _("The votes are equal: tick the president's casting vote if it decided for this proposal.")
                if allowed
                else _(
                    "The votes are equal and the rules of this committee give no casting vote: adjourn the file."
                )
            )
            raise Invalid([FieldError("casting", words)])


def _check_envelope(session: Session, rows: list[SessionItem], proposed: int | None) -> None:
    tally = queries.tally(session, rows)
    left = tally.left_minor
    if proposed and left is not None and proposed > left:
        raise Refused(
            Refusal(
                "envelope_exceeded",
                _("The envelope of the call would be exceeded by %(missing)s.")
                % {"missing": amount(proposed - left)},
                way_out=_("%(left)s are left: lower the amount, or put the file on the waiting list.")
                % {"left": amount(max(0, left))},
                missing_minor=proposed - left,
            )
        )


def _check_rank(rows: list[SessionItem], item: SessionItem, form: ProposeForm) -> None:
    over = queries.passed_over(rows, item) if form.proposal in queries.GIVEN else []
    if over and not form.rank_waiver:
        raise Invalid(
            [
                FieldError(
                    "rank_waiver",
                    _(
                        "Better-ranked files were left aside (%(files)s): give the reason of the waiver of rank."
                    )
                    % {"files": ", ".join(o.subject_ref for o in over[:5])},
                )
            ]
        )


def reconsider_obstacles(work: Work, item: SessionItem) -> Iterator[Refusal]:
    """A proposal is taken up again only while the session sits."""
    if work.db.get_one(Session, item.session_id).status != "sitting":
        yield Refusal("not_sitting", _("The session is not open."))


def reconsider(work: Work, item: SessionItem, reason: str) -> None:
    """Take a file up again in the same session; what was proposed stays in the history."""
    session = work.hold(work.db.get_one(Session, item.session_id))
    item = work.hold(item)
    refuse(reconsider_obstacles(work, item))
    before = {"proposal": item.proposal, "proposed_minor": item.proposed_minor, "votes_for": item.votes_for}
    work.advance(
        SESSION_ITEM,
        item,
        "reconsider",
        reason=reason,
        permission_on=session,
        data={"before": before},
        proposal=None,
        proposed_minor=None,
        casting=False,
    )
