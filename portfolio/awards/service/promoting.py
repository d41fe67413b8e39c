"""From the waiting list, in its order, when credits are freed: reservation, commitment and a decision of their own."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from portfolio.awards import queries
from portfolio.awards.models import Decision
from portfolio.awards.service.committing import commit
from portfolio.awards.service.deciding import draft
from portfolio.awards.service.reserving import hold_credits
from portfolio.calls.models import Call
from portfolio.kit.errors import Refusal, Refused, refuse
from portfolio.kit.i18n import gettext as _
from portfolio.kit.money import amount as worded
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work


def promote_obstacles(work: Work, call: Call) -> Iterator[Refusal]:
    """Somebody waits, no promotion is pending, and the credits freed cover what the first of the list asks."""
    pending = work.db.scalars(
        select(Decision.reference).where(
            Decision.call_id == call.id, Decision.kind == "promotion", Decision.status == "draft"
        )
    ).first()
    if pending is not None:
        yield Refusal(
            "promotion_pending",
            _("Decision %(reference)s is waiting for its signature.") % {"reference": pending},
            who=who_may("decision:sign"),
        )
        return
    turn = queries.next_waiting(work, call)
    if turn is None:
        yield Refusal("nobody_waits", _("Nobody is left on the waiting list of this call."))
        return
    _award, application = turn
    lines = queries.use_of_lines(work, call)
    if queries.pick_line(lines, application.requested_minor) is None:
        best = max((u.left_minor for u in lines), default=0)
        yield Refusal(
            "credits_not_freed",
            _("File %(file)s, first of the list, asks %(asked)s; %(missing)s are missing.")
            % {
                "file": application.reference,
                "asked": worded(application.requested_minor),
                "missing": worded(application.requested_minor - best),
            },
            way_out=_("Free credits first: release a commitment or a reservation of this call."),
            who=who_may("commitment:prepare"),
            missing_minor=application.requested_minor - best,
        )


def promote(work: Work, call: Call) -> Decision:
    """Promote the first of the waiting list: credits reserved and committed, and a draft decision for the ordonnateur."""
    call = work.hold(call)
    work.require("commitment:prepare", call)
    work.require("decision:prepare", call)
    refuse(promote_obstacles(work, call))
    turn = queries.next_waiting(work, call)
    if turn is None:
        raise Refused(Refusal("nobody_waits", _("Nobody is left on the waiting list of this call.")))
    award, application = turn
    reservation = hold_credits(work, call, application, application.requested_minor, document=None)
    commitment = commit(work, call, application, reservation)
    row = {
        "application_id": application.id,
        "outcome": "awarded",
        "rank": award.rank,
        "waiting_rank": award.waiting_rank,
        "score_tenths": award.score_tenths,
        "amount_minor": commitment.amount_minor,
        "budget_line_id": commitment.budget_line_id,
        "reason": "",
        "conditions": award.conditions,
    }
    former = work.db.get_one(Decision, award.decision_id)
    return draft(work, call, former.session_id, "promotion", [row])
