"""What the fiche de visite and the fiche de projet print."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from portfolio.accounts.queries import act_of, signer
from portfolio.agreements import queries as agreements
from portfolio.agreements.models import Agreement, Condition, Proof, Tranche
from portfolio.documents import queries as documents
from portfolio.documents.reference import letterhead
from portfolio.groups.queries import officers
from portfolio.kit.pdf import prepared
from portfolio.projects.models import Project, Visit
from portfolio.projects.queries.records import activities, checklist, indicators, visits
from portfolio.work import Work

REACHED: list[Callable[[Work, Project], dict[str, Any]]] = []
"""The room that counts people reached adds its function here: it lies above this one in life."""


def _iso(day: Any) -> str | None:
    return day.isoformat() if day else None


def _place(work: Work, project: Project, agreement: Agreement) -> str:
    found = agreements.parties(work, agreement).place
    if not project.hidden_place:
        return agreements.place_words(work, found)
    first = agreements.place_words(work, found).split(" · ")[:2]
    return f"{' · '.join(first)} (lieu masqué)"


def _photos(work: Work, visit: Visit) -> list[dict[str, str]]:
    """The pictures of a visit, by their fingerprint: what is printed depends on them."""
    return [
        {"name": d.filename, "sha256": d.sha256, "on": _iso(visit.visited_on) or ""}
        for d in documents.of(work, visit)
        if d.media_type.startswith("image/")
    ]


def photo_bytes(work: Work, *some: Visit) -> dict[str, bytes]:
    """The same pictures ready for a paper, upright, small and without metadata, by fingerprint; what cannot be read is left out."""
    found = {}
    for visit in some:
        for document in documents.of(work, visit):
            if document.media_type.startswith("image/"):
                made = prepared(documents.bytes_of(work, document))
                if made is not None:
                    found[document.sha256] = made
    return found


def project_photos(work: Work, project: Project) -> dict[str, bytes]:
    """The pictures of the last visit validated."""
    return photo_bytes(work, *[v for v in visits(work, project) if v.status == "validated"][:1])


def _handed(work: Work, agreement: Agreement) -> list[Proof]:
    """The reports handed in, the last first."""
    statement = (
        select(Proof)
        .join(Condition, Condition.id == Proof.condition_id)
        .join(Tranche, Tranche.id == Condition.tranche_id)
        .where(Tranche.agreement_id == agreement.id, Proof.kind == "report")
    )
    return list(work.db.scalars(statement.order_by(Proof.id.desc())))


def reported(reports: Sequence[Proof], agreement: Agreement, today: date) -> tuple[date, date]:
    """The period of a report of execution: that of the report which waits for its answer; else from the day after the last one accepted
    (the first day of the agreement before any) to today, and never past the last day of the agreement."""
    waiting = reports[0] if reports and not (reports[0].accepted_at or reports[0].returned_at) else None
    if waiting is not None and waiting.from_on and waiting.to_on:
        return waiting.from_on, waiting.to_on
    until = min(today, agreement.ends_on)
    told = [r.to_on for r in reports if r.accepted_at and r.to_on]
    start = max(told) + timedelta(days=1) if told else agreement.starts_on
    return min(start, until), until


def _answer(work: Work, reports: Sequence[Proof]) -> dict[str, str]:
    """What the institution answered to the last report handed in: accepted or returned, when, by whom, why; empty while it waits."""
    proof = reports[0] if reports else None
    if proof is None:
        return {}
    period = f"{proof.from_on:%d/%m/%Y} – {proof.to_on:%d/%m/%Y}" if proof.from_on and proof.to_on else ""
    told = {"handed_on": proof.dated_on.isoformat(), "number": proof.number, "period": period}
    if proof.accepted_at is not None:
        who = signer(work, proof.accepted_by_id, proof.accepted_at, "proof:accept")
        return {**told, "state": "accepted", "reason": "", **who}
    if proof.returned_at is not None:
        who = signer(work, proof.returned_by_id, proof.returned_at, "proof:accept")
        return {**told, "state": "returned", "reason": proof.returned_reason, **who}
    return {**told, "state": "waiting", "reason": ""}


def visit_facts(work: Work, visit: Visit) -> dict[str, Any]:
    """The fiche de visite: team, date, place, planned and found, people met, photos, risks, action points."""
    project = work.db.get_one(Project, visit.project_id)
    agreement = work.db.get_one(Agreement, project.agreement_id)
    found = agreements.parties(work, agreement)
    on = visit.visited_on or visit.planned_on
    return {
        "letterhead": letterhead(on),
        "currency": agreement.amount_currency,
        "on": on.isoformat(),
        "project": project.reference,
        "title": project.title,
        "agreement": agreement.reference,
        "group": found.group.name,
        "place": _place(work, project, agreement),
        "planned_on": visit.planned_on.isoformat(),
        "visited_on": _iso(visit.visited_on),
        "remote": visit.remote,
        "remote_reason": visit.remote_reason,
        "team": visit.team,
        "planned_work": visit.planned_work,
        "findings": visit.findings,
        "people_met": visit.people_met,
        "risks": visit.risks,
        "action_points": visit.action_points,
        "photos": _photos(work, visit),
        "status": visit.status,
        "reporter": signer(work, visit.reported_by_id, visit.reported_at, "visit:report"),
        "validator": signer(work, visit.validated_by_id, visit.validated_at, "visit:validate"),
    }


def project_facts(work: Work, project: Project) -> dict[str, Any]:
    """The fiche de projet (document 19): figures approved and dated."""
    agreement = work.db.get_one(Agreement, project.agreement_id)
    found = agreements.parties(work, agreement)
    snap = agreements.snapshot(work, agreement)
    done = [v for v in visits(work, project) if v.status == "validated"]
    actor, handed = work.maybe_actor, _handed(work, agreement)
    reached: dict[str, Any] = {}
    for count in REACHED:
        reached |= count(work, project)
    return {
        "letterhead": letterhead(work.today),
        "currency": agreement.amount_currency,
        "on": work.today.isoformat(),
        "reference": project.reference,
        "code": project.code,
        "title": project.title,
        "agreement": agreement.reference,
        "call": found.call.code,
        "group": found.group.name,
        "legal_form": found.group.legal_form,
        "place": _place(work, project, agreement),
        "donor": found.donor.name,
        "fund": f"{found.fund.code} — {found.fund.name}",
        "amount_minor": agreement.amount_minor,
        "own_cash_minor": agreement.own_cash_minor,
        "own_kind_minor": agreement.own_kind_minor,
        "starts_on": agreement.starts_on.isoformat(),
        "ends_on": agreement.ends_on.isoformat(),
        "objectives": agreements.objectives(work, agreement),
        "bureau": {o.office: {"name": o.full_name, "sex": o.sex or ""} for o in officers(work, found.group)},
        "photos": [each for visit in done[:1] for each in _photos(work, visit)][:2],
        "preparer": {
            "name": actor.name if actor else "",
            "function": actor.function if actor else "",
            "act": act_of(work, actor.id, work.today, "project:manage") if actor else "",
            "on": work.today.isoformat() if actor else "",
        },
        "checker": signer(work, done[0].validated_by_id, done[0].validated_at, "visit:validate")
        if done
        else {},
        "answer": _answer(work, handed),
        "period": [day.isoformat() for day in reported(handed, agreement, work.today)],
        "purpose": project.objectives,
        "context": project.context,
        "expected": project.expected,
        "activities": [
            {"label": a.label, "due_on": _iso(a.due_on), "done_on": _iso(a.done_on)}
            for a in activities(work, project)
        ],
        "indicators": [
            {
                "label": i.label,
                "unit": i.unit,
                "target": i.target,
                "reached": i.reached,
                "gap": i.gap,
                "on": _iso(i.measured_on),
                "source": i.source,
                "note": i.gap_note,
            }
            for i in indicators(work, project)
        ],
        "findings": [
            {"on": _iso(v.visited_on), "findings": v.findings, "action_points": v.action_points}
            for v in done[:2]
        ],
        "risks": [
            {"question": c["question"], "measure": c["measure"]} for c in checklist(project) if c["risk"]
        ],
        "tranches": [
            {
                "number": t.number,
                "amount_minor": t.amount_minor,
                "paid_minor": t.paid_minor,
                "justified_minor": snap.standing(t).accepted if t.modality == "advance" else t.paid_minor,
                "paid_on": _iso(t.paid_on),
            }
            for t in snap.tranches
            if t.status != "cancelled"
        ],
        "reached": reached,
    }
