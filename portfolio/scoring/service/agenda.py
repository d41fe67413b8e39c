"""Handing the ranked list to a session, as facts: the committee's room knows only subjects and numbers (joints A7)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from sqlalchemy import func, select

from portfolio.applications.models import Application, FilingReceipt
from portfolio.calls.models import Call, ReservedShare
from portfolio.committees import queries as committees_queries
from portfolio.committees import service as committees
from portfolio.committees.models import Session
from portfolio.committees.service import AgendaItem
from portfolio.kit.errors import Refusal, refuse
from portfolio.kit.i18n import gettext as _
from portfolio.scoring import queries
from portfolio.scoring.queries.ranks import Ranked
from portfolio.work import Work


def agenda_obstacles(work: Work, session: Session) -> Iterator[Refusal]:
    """Every eligible file is assessed, its assessment closed, and a wide spread has had its extra assessor (H6)."""
    if session.subject_type != "call":
        yield Refusal("not_a_call", _("This session is not about a call for proposals."))
        return
    call = work.db.get_one(Call, session.subject_id)
    waiting = work.db.scalar(
        select(func.count())
        .select_from(Application)
        .where(Application.call_id == call.id, Application.status.in_(("eligible", "in_review")))
    )
    if waiting:
        yield Refusal(
            "assessment_open",
            _("%(n)d files of this call are still in assessment.") % {"n": waiting},
            way_out=_("Close the assessment of the files whose sheets are all locked."),
        )
    lines = queries.full_ranking(work, call)
    if not lines and not waiting:
        yield Refusal("nothing_assessed", _("No file of this call is assessed."))
    reopened = work.db.scalar(
        select(func.count())
        .select_from(Application)
        .where(Application.call_id == call.id, Application.status == "reviewed")
    )
    assessed = sum(1 for x in lines if x.status == "reviewed")
    if reopened and reopened > assessed:
        yield Refusal(
            "sheets_open",
            _("%(n)d assessed files have a sheet that was reopened.") % {"n": reopened - assessed},
            way_out=_("Wait until these sheets are locked again."),
        )
    wide = [
        line.reference
        for line in lines
        if line.needs_extra and line.result and not any(s.extra for s in line.result.sheets)
    ]
    if wide:
        yield Refusal(
            "spread_wide",
            _("The spread between assessors is above %(limit)d points for: %(files)s.")
            % {"limit": call.spread_limit, "files": ", ".join(wide[:5])},
            way_out=_("Call one more assessor for each."),
        )


def put_on_agenda(work: Work, session: Session) -> int:
    """Put the ranked files on the agenda, in their order, with what the minutes print of them; how many."""
    session = work.hold(session)
    refuse(agenda_obstacles(work, session))
    call = work.db.get_one(Call, session.subject_id)
    lines = [x for x in queries.full_ranking(work, call) if x.status in ("reviewed", "adjourned")]
    ranked = [line for line in lines if line.rank is not None]
    entries = [
        AgendaItem(line.application_id, line.reference, line.rank, line.requested_minor, line.currency)
        for line in ranked
    ]
    committees.put(work, session, "application", entries, agenda_facts(work, call, lines))
    return len(entries)


def agenda_facts(work: Work, call: Call, lines: list[Ranked]) -> dict[str, Any]:
    """What the session and its minutes say of the call and of each file."""
    shares = work.db.scalars(
        select(ReservedShare).where(ReservedShare.call_id == call.id).order_by(ReservedShare.id)
    )
    return {
        "reference": call.code,
        "title": call.title,
        "currency": call.amount_currency,
        "envelope_minor": call.envelope_minor,
        "already_minor": already_given(work, call, {x.application_id for x in lines}),
        "score_floor": call.score_floor,
        "spread_limit": call.spread_limit,
        "shares": [{"category": s.category, "percent": s.percent} for s in shares],
        "criteria": [
            {"label": c.label, "weight": c.weight, "floor": c.floor} for c in queries.criteria(work, call.id)
        ],
        "funnel": funnel(work, call, len(lines)),
        "rows": {str(x.application_id): _row(x) for x in lines if x.rank is not None},
        "unranked": [
            {
                **_row(x),
                "application_id": x.application_id,
                "reference": x.reference,
                "requested_minor": x.requested_minor,
                "why": [asdict(w) for w in x.why],
            }
            for x in lines
            if x.rank is None
        ],
    }


def already_given(work: Work, call: Call, here: set[int]) -> int:
    """What earlier final sessions of this call proposed for other files: a later session shares out only the rest."""
    given = 0
    for session in committees_queries.of(work, "call", call.id):
        if session.status == "final":
            given += sum(
                item.proposed_minor or 0
                for item in committees_queries.items(work, session)
                if item.proposal in committees_queries.GIVEN and item.subject_id not in here
            )
    return given


def _row(line: Ranked) -> dict[str, Any]:
    outcome = line.result
    return {
        "applicant": line.applicant,
        "commune": line.commune,
        "country": line.country,
        "title": line.title,
        "category": line.category,
        "categories": list(line.categories),
        "score_tenths": line.score_tenths,
        "mean_tenths": outcome.mean_tenths if outcome else None,
        "settled_tenths": outcome.settled_tenths if outcome else None,
        "settled_reason": outcome.settled_reason if outcome else "",
        "spread_tenths": outcome.spread_tenths if outcome else None,
        "first_spread_tenths": outcome.first_spread_tenths if outcome else None,
    }


def funnel(work: Work, call: Call, assessed: int) -> dict[str, int]:
    """Filed → recevables → éligibles → évalués, as the minutes recall them."""
    filed = work.db.scalar(
        select(func.count()).select_from(FilingReceipt).where(FilingReceipt.call_id == call.id)
    )
    rows = work.db.execute(
        select(Application.status, Application.admitted_at.is_not(None), func.count())
        .where(Application.call_id == call.id)
        .group_by(Application.status, Application.admitted_at.is_not(None))
    ).all()
    before = ("draft", "late", "submitted", "pieces_requested", "inadmissible", "withdrawn")
    admissible = sum(n for status, _admitted, n in rows if status not in before)
    eligible = sum(n for status, _admitted, n in rows if status not in (*before, "admissible", "ineligible"))
    counted = sum(n for status, _admitted, n in rows if status not in ("draft",))
    return {
        "filed": filed or counted,
        "admissible": admissible,
        "eligible": eligible,
        "assessed": assessed,
    }
