"""The facts that the papers of awards print: fiche d'engagement, décision, letters, lists. Frozen when they are issued."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from portfolio.accounts.models import Person
from portfolio.accounts.queries import act_of, head_of
from portfolio.applications.models import Application, FilingReceipt
from portfolio.awards.models import Award, Commitment, Decision, Notice
from portfolio.awards.queries.acts import awards_of, commitments_of, has_controller
from portfolio.awards.queries.delays import reply_until
from portfolio.calls.models import Call
from portfolio.committees.models import Committee, Session, SessionItem
from portfolio.documents import queries as documents
from portfolio.documents.reference import institution, letterhead
from portfolio.funds.models import BudgetLine, Donor, Fund
from portfolio.groups.models import Group, Officer
from portfolio.places.models import Place
from portfolio.scoring import queries as scoring
from portfolio.work import Work


def frame(work: Work) -> dict[str, Any]:
    """Letterhead, day and the head of the institution."""
    return {
        "letterhead": letterhead(work.today),
        "on": work.today.isoformat(),
        "head": institution(work.today).get("head", ""),
        "controller": has_controller(work),
    }


def signer_of(work: Work, person_id: int | None, permission: str, at: datetime | None = None) -> dict[str, str]:
    """Who signed, in which function and under which act; by delegation or interim when the actor holds the role for another (F5, R10)."""
    actor = work.maybe_actor
    if person_id is None:
        return {"name": "", "function": "", "capacity": "", "act": ""}
    person = work.db.get_one(Person, person_id)
    capacity = ""
    if actor is not None and actor.id == person_id:
        grants = [g.capacity for g in actor.grants if g.role == "authorising_officer"]
        capacity = "" if None in grants or not grants else grants[0] or ""
    act = "" if capacity else act_of(work, person_id, at.date() if at else work.today, permission)
    return {"name": person.full_name, "function": person.function, "capacity": capacity, "act": act}


def commitment_paper(work: Work, commitment: Commitment) -> dict[str, Any]:
    """Fiche d'engagement: voted, already committed, this one, available; object, payee, visa."""
    row = work.db.execute(
        select(Application, Call, Group, Place.name, BudgetLine, Fund, Donor.name)
        .join(Call, Call.id == Application.call_id)
        .join(Group, Group.id == Application.group_id)
        .join(Place, Place.id == Group.place_id)
        .join(BudgetLine, BudgetLine.id == commitment.budget_line_id)
        .join(Fund, Fund.id == BudgetLine.fund_id)
        .join(Donor, Donor.id == Fund.donor_id)
        .where(Application.id == commitment.application_id)
    ).one()
    application, call, group, commune, line, fund, donor = row
    return {
        **frame(work),
        "ampliations": documents.ampliations(work, "commitment_sheet"),
        "reference": commitment.reference,
        "call": call.code,
        "file": application.reference,
        "title": application.title,
        "payee": group.name,
        "commune": commune,
        "line": line.code,
        "line_label": line.label,
        "fund": fund.code,
        "fund_name": fund.name,
        "donor": donor,
        "exercice": line.exercice,
        "currency": commitment.amount_currency,
        "voted_minor": commitment.voted_minor,
        "already_minor": commitment.already_minor,
        "amount_minor": commitment.amount_minor,
        "status": commitment.status,
        "prepared_by": signer_of(work, commitment.prepared_by_id, "commitment:prepare", commitment.prepared_at),
        "prepared_at": commitment.prepared_at.isoformat(),
        "visaed_by": signer_of(work, commitment.visaed_by_id, "commitment:visa", commitment.visaed_at),
        "visaed_at": commitment.visaed_at.isoformat() if commitment.visaed_at else None,
        "visa_reason": _visa_reason(work, commitment),
        "draft": commitment.visaed_at is None and has_controller(work),
    }


def _visa_reason(work: Work, commitment: Commitment) -> str:
    """Why the controller put a reserve, deferred or rejected, from the trail; empty for a plain visa."""
    from portfolio.audit.queries import timeline

    if commitment.status not in ("visaed_with_reserve", "deferred", "rejected"):
        return ""
    wanted = ("commitment:visaed_with_reserve", "commitment:deferred", "commitment:rejected")
    said = [
        e.reason for e in timeline(work.db, ("commitment", commitment.id)) if e.event in wanted and e.reason
    ]
    return said[0] if said else ""


def _rows(work: Work, awards: Sequence[Award]) -> list[dict[str, Any]]:
    """The lines of the annexed table. One query."""
    about = {
        row[0].id: row
        for row in work.db.execute(
            select(Application, Group.name, Place.name, FilingReceipt.reference)
            .join(Group, Group.id == Application.group_id)
            .join(Place, Place.id == Application.place_id)
            .outerjoin(FilingReceipt, FilingReceipt.application_id == Application.id)
            .where(Application.id.in_([a.application_id for a in awards]))
        )
    }
    lines = {
        line.id: line
        for line in work.db.scalars(
            select(BudgetLine).where(
                BudgetLine.id.in_([a.budget_line_id for a in awards if a.budget_line_id])
            )
        )
    }
    return [
        {
            "outcome": a.outcome,
            "rank": a.rank,
            "waiting_rank": a.waiting_rank,
            "file": about[a.application_id][0].reference,
            "receipt": about[a.application_id][3] or about[a.application_id][0].reference,
            "applicant": about[a.application_id][1],
            "commune": about[a.application_id][2],
            "country": a.country,
            "title": about[a.application_id][0].title,
            "amount_minor": a.amount_minor,
            "line": lines[a.budget_line_id].code if a.budget_line_id in lines else "",
            "exercice": lines[a.budget_line_id].exercice if a.budget_line_id in lines else None,
        }
        for a in awards
    ]


def decision_paper(work: Work, decision: Decision) -> dict[str, Any]:
    """Décision portant attribution de subventions."""
    call = work.db.get_one(Call, decision.call_id)
    session = work.db.get(Session, decision.session_id) if decision.session_id else None
    committee = work.db.get(Committee, session.committee_id) if session else None
    awards = awards_of(work, decision)
    commitments = commitments_of(work, [a.application_id for a in awards if a.outcome == "awarded"])
    return {
        **frame(work),
        "ampliations": documents.ampliations(work, "decision"),
        "reference": decision.reference,
        "kind": decision.kind,
        "call": call.code,
        "call_title": call.title,
        "exercice": call.exercice,
        "currency": decision.amount_currency,
        "preamble": [line.strip() for line in decision.preamble.split("\n") if line.strip()],
        "minutes": session.reference if session else "",
        "minutes_on": session.closed_at.date().isoformat() if session and session.closed_at else None,
        "committee": committee.name if committee else "",
        "committee_act": committee.act if committee else "",
        "commitments": sorted(c.reference for c in commitments.values()),
        "rows": _rows(work, awards),
        "total_minor": decision.total_minor,
        "signed_by": signer_of(work, decision.signed_by_id, "decision:sign", decision.signed_at),
        "signed_at": decision.signed_at.isoformat() if decision.signed_at else None,
        "draft": decision.signed_at is None,
    }


def notice_paper(work: Work, notice: Notice) -> dict[str, Any]:
    """Document 8, one letter: only what concerns this file, and nobody else's name."""
    row = work.db.execute(
        select(Application, Call, Group, Place.name)
        .join(Call, Call.id == Application.call_id)
        .join(Group, Group.id == Application.group_id)
        .join(Place, Place.id == Group.place_id)
        .where(Application.id == notice.application_id)
    ).one()
    application, call, group, commune = row
    award = work.db.get(Award, notice.award_id) if notice.award_id else None
    decision = work.db.get(Decision, award.decision_id) if award else None
    president = work.db.scalars(
        select(Officer)
        .where(
            Officer.group_id == group.id,
            Officer.office == "president",
            (Officer.until.is_(None)) | (Officer.until >= work.today),
        )
        .order_by(Officer.since.desc())
        .limit(1)
    ).one_or_none()
    outcome = scoring.result(work, application) if notice.kind == "not_selected" else None
    reason = award.reason if award else _early_reason(work, application)
    until = reply_until(work, notice, application.place_id)
    return {
        **frame(work),
        "reference": notice.reference,
        "kind": notice.kind,
        "file": application.reference,
        "title": application.title,
        "call": call.code,
        "call_title": call.title,
        "applicant": group.name,
        "commune": commune,
        "village": group.village,
        "country": notice.country,
        "president": president.full_name if president else "",
        "currency": application.amount_currency,
        "requested_minor": application.requested_minor,
        "amount_minor": award.amount_minor if award else 0,
        "revised": bool(
            award and award.outcome == "awarded" and award.amount_minor < application.requested_minor
        ),
        "decision": decision.reference if decision else "",
        "decision_on": decision.signed_at.date().isoformat() if decision and decision.signed_at else None,
        "conditions": [x.strip() for x in (award.conditions if award else "").split("\n") if x.strip()],
        "reply_by": until.isoformat() if until else None,
        "waiting_rank": award.waiting_rank if award else None,
        "reason": reason,
        "score_tenths": outcome.score_tenths if outcome else None,
        "score_floor": call.score_floor,
        "criteria": [
            {
                "label": c.label,
                "weight": c.weight,
                "floor": c.floor,
                "points_tenths": c.points_tenths,
                "below": c.below,
            }
            for c in (outcome.criteria if outcome else ())
        ],
        "appeal_days": call.appeal_days,
        "contact": call.contact,
        "complaints": institution(work.today).get("complaints", ""),
        "signed_by": _lettersigner_of(work, decision),
    }


def _lettersigner_of(work: Work, decision: Decision | None) -> dict[str, str]:
    """Who signs the letter: the ordonnateur in office, else whoever signed the decision, as he signed it."""
    head = head_of(work)
    if head is not None:
        act = act_of(work, head.id, work.today, "decision:sign")
        return {"name": head.full_name, "function": head.function, "capacity": "", "act": act}
    return signer_of(work, decision.signed_by_id if decision else None, "decision:sign")


def _early_reason(work: Work, application: Application) -> str:
    """Why a file is inadmissible or ineligible: the reason its decision gave, kept in the trail."""
    from portfolio.audit.queries import timeline

    wanted = (
        "application:declared_inadmissible",
        "application:declared_ineligible",
        "application:late_refused",
    )
    for event in timeline(work.db, ("application", application.id)):
        if event.event in wanted and event.reason:
            return event.reason
    return ""


def dispatch_paper(work: Work, call: Call, notices: Sequence[Notice]) -> dict[str, Any]:
    """The list of dispatch of a batch: sorted by country, commune, name (F16)."""
    about = {
        row[0].id: row
        for row in work.db.execute(
            select(Application, Group.name, Place.name)
            .join(Group, Group.id == Application.group_id)
            .join(Place, Place.id == Group.place_id)
            .where(Application.id.in_([n.application_id for n in notices]))
        )
    }
    rows = [
        {
            "reference": n.reference,
            "kind": n.kind,
            "file": about[n.application_id][0].reference,
            "applicant": about[n.application_id][1],
            "commune": about[n.application_id][2],
            "country": n.country,
            "id": n.id,
        }
        for n in notices
    ]
    rows.sort(key=lambda r: (r["country"], r["commune"], r["applicant"], r["id"]))
    return {**frame(work), "call": call.code, "call_title": call.title, "rows": rows}


def posted_list_paper(work: Work, decision: Decision, *, names: bool) -> dict[str, Any]:
    """Liste à afficher: names, or récépissé numbers alone where names would expose people."""
    call = work.db.get_one(Call, decision.call_id)
    found = select(Application.id).join(Group, Group.id == Application.group_id)
    numbers = [a.application_id for a in awards_of(work, decision)]
    hidden = set(work.db.scalars(found.where(Application.id.in_(numbers), Group.hidden_place.is_(True))))
    awards = [a for a in awards_of(work, decision) if a.outcome in ("awarded", "waitlisted")]
    rows = _rows(work, awards)
    for award, row in zip(awards, rows, strict=True):
        if not names or award.application_id in hidden:
            row.update(applicant="", commune="", title="")
    rows.sort(key=lambda r: (r["outcome"], r["waiting_rank"] or 0, r["receipt"]))
    return {
        **frame(work),
        "reference": decision.reference,
        "call": call.code,
        "call_title": call.title,
        "names": names,
        "rows": rows,
        "appeal_days": call.appeal_days,
        "signed_by": signer_of(work, decision.signed_by_id, "decision:sign", decision.signed_at),
        "signed_at": decision.signed_at.isoformat() if decision.signed_at else None,
        "draft": decision.signed_at is None,
    }


def item_of(work: Work, notice: Notice) -> SessionItem | None:
    """The proposal behind a letter: what the second person compares it with."""
    statement = (
        select(SessionItem)
        .join(Session, Session.id == SessionItem.session_id)
        .where(
            SessionItem.subject_type == "application",
            SessionItem.subject_id == notice.application_id,
            Session.status == "final",
        )
        .order_by(Session.closed_at.desc())
        .limit(1)
    )
    return work.db.scalars(statement).one_or_none()
