"""One `facts` a page: a decision, a commitment, a letter, the state of a call after its committee."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from portfolio.applications.models import Application
from portfolio.awards.models import Award, Commitment, Decision, Notice
from portfolio.awards.queries import acts
from portfolio.awards.queries.delays import appeal_until, reply_until
from portfolio.awards.queries.lines import use_of_lines
from portfolio.awards.queries.papers import item_of
from portfolio.calls.models import Call
from portfolio.committees.models import Session
from portfolio.funds.models import BudgetLine, Fund
from portfolio.groups.models import Group
from portfolio.places.models import Place
from portfolio.work import Work


def decision_facts(work: Work, decision: Decision) -> dict[str, Any]:
    """A decision: its table, its commitments and their visas, its minutes."""
    call = work.db.get_one(Call, decision.call_id)
    awards = acts.awards_of(work, decision)
    about = {
        row[0]: row
        for row in work.db.execute(
            select(Application.id, Application.reference, Application.title, Group.name, Place.name)
            .join(Group, Group.id == Application.group_id)
            .join(Place, Place.id == Application.place_id)
            .where(Application.id.in_([a.application_id for a in awards]))
        )
    }
    commitments = acts.commitments_of(work, [a.application_id for a in awards if a.outcome == "awarded"])
    session = work.db.get(Session, decision.session_id) if decision.session_id else None
    return {
        "decision": decision,
        "call": call,
        "session": session,
        "awards": awards,
        "about": about,
        "commitments": commitments,
        "sums": {
            outcome: (sum(1 for a in awards if a.outcome == outcome))
            for outcome in ("awarded", "waitlisted", "adjourned", "not_selected")
        },
    }


def commitment_facts(work: Work, commitment: Commitment) -> dict[str, Any]:
    """A commitment as the controller reads it: the line before and after, the file, who prepared it."""
    row = work.db.execute(
        select(Application, Call, Group, BudgetLine, Fund)
        .join(Call, Call.id == Application.call_id)
        .join(Group, Group.id == Application.group_id)
        .join(BudgetLine, BudgetLine.id == commitment.budget_line_id)
        .join(Fund, Fund.id == BudgetLine.fund_id)
        .where(Application.id == commitment.application_id)
    ).one()
    return {
        "commitment": commitment,
        "application": row[0],
        "call": row[1],
        "group": row[2],
        "line": row[3],
        "fund": row[4],
        "available_minor": commitment.voted_minor - commitment.already_minor - commitment.amount_minor,
        "names": work.around.names_of(
            work.db, [p for p in (commitment.prepared_by_id, commitment.visaed_by_id) if p]
        ),
    }


def notice_facts(work: Work, notice: Notice) -> dict[str, Any]:
    """A letter beside what it must agree with: PV = décision = letter (document 8)."""
    row = work.db.execute(
        select(Application, Call, Group, Place.name)
        .join(Call, Call.id == Application.call_id)
        .join(Group, Group.id == Application.group_id)
        .join(Place, Place.id == Group.place_id)
        .where(Application.id == notice.application_id)
    ).one()
    award = work.db.get(Award, notice.award_id) if notice.award_id else None
    decision = work.db.get(Decision, award.decision_id) if award else None
    return {
        "notice": notice,
        "application": row[0],
        "call": row[1],
        "group": row[2],
        "commune": row[3],
        "award": award,
        "decision": decision,
        "item": item_of(work, notice),
        "appeal_until": appeal_until(work, notice, row[1], row[0].place_id),
        "reply_until": reply_until(work, notice, row[0].place_id),
        "names": work.around.names_of(
            work.db, [p for p in (notice.prepared_by_id, notice.checked_by_id, notice.sent_by_id) if p]
        ),
    }


def call_facts(work: Work, call: Call) -> dict[str, Any]:
    """After the committee: lines of the envelope, sessions that can be reserved and committed, decisions, waiting list."""
    sessions = list(
        work.db.scalars(
            select(Session)
            .where(
                Session.subject_type == "call",
                Session.subject_id == call.id,
                Session.status.in_(("closed", "final")),
            )
            .order_by(Session.scheduled_at, Session.id)
        )
    )
    waiting = acts.waiting_list(work, call)
    groups = {
        row[0]: row[1]
        for row in work.db.execute(
            select(Group.id, Group.name).where(Group.id.in_([a.group_id for _award, a in waiting]))
        )
    }
    return {
        "call": call,
        "lines": use_of_lines(work, call),
        "sessions": sessions,
        "decisions": acts.decisions_of(work, call),
        "held": acts.held_credits(work, call),
        "waiting": waiting,
        "groups": groups,
    }
