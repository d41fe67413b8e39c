"""The papers of a mission: provisional report, final report, and the follow-up as often as asked, each numbered and sealed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from portfolio.accounts.queries import signer
from portfolio.agreements.models import Agreement
from portfolio.documents.models import Paper
from portfolio.documents.reference import letterhead
from portfolio.documents.service import issue
from portfolio.kit.errors import NotFound, Refusal, Refused
from portfolio.kit.i18n import date_text, pgettext, speaking
from portfolio.kit.i18n import gettext as _
from portfolio.missions import queries
from portfolio.missions.models import Finding, Mission, Recommendation
from portfolio.missions.pdf import TITLES, report_pdf
from portfolio.rulebook.findings import BY_CODE, KINDS, SEVERITIES
from portfolio.rulebook.lifecycles.missions import FINDING, RECOMMENDATION
from portfolio.work import Work


def report_facts(work: Work, mission: Mission, stage: str) -> dict[str, Any]:
    """All that a paper of the mission prints: every finding, whoever asks for it. In French, whatever the screen speaks."""
    with speaking("fr"):
        return _facts(work, mission, stage)


def _facts(work: Work, mission: Mission, stage: str) -> dict[str, Any]:
    every = list(
        work.db.scalars(select(Finding).where(Finding.mission_id == mission.id).order_by(Finding.number))
    )
    kept = [f for f in every if f.status != "lifted"]
    actions = list(
        work.db.scalars(
            select(Recommendation)
            .where(Recommendation.finding_id.in_([f.id for f in kept]), Recommendation.status != "dropped")
            .order_by(Recommendation.finding_id, Recommendation.number)
        )
    )
    grants = {f.agreement_id for f in kept} - {None}
    wanted = select(Agreement.id, Agreement.reference).where(Agreement.id.in_(grants))
    named = {row[0]: row[1] for row in work.db.execute(wanted)}
    names = work.around.names_of(
        work.db, {p for a in actions for p in (a.responsible_id, a.verified_by_id) if p is not None}
    )
    figures, by_id = queries.figures(kept), {f.id: f for f in kept}
    words, _url = queries.scope_text(work, mission)
    return {
        "stage": stage,
        "draft": False,
        "letterhead": letterhead(work.today, _("Internal audit") if mission.kind == "internal" else ""),
        "on": work.today.isoformat(),
        "mission": mission.reference,
        "title": mission.title,
        "kind": _(KINDS[mission.kind]),
        "firm": mission.firm,
        "scope": words,
        "from_on": mission.from_on.isoformat(),
        "to_on": mission.to_on.isoformat(),
        "auditors": list(queries.auditors_of(work, mission.id).values()),
        "answers_due_on": mission.answers_due_on.isoformat() if mission.answers_due_on else None,
        "lapsed": mission.lapsed_at is not None,
        "currency": "XOF",
        "figures": {
            "count": figures.count,
            "questioned_minor": figures.questioned,
        },
        "lifted": [{"reference": f"n° {f.number}", "title": f.title} for f in every if f.status == "lifted"],
        "findings": [_finding(f, named) for f in kept],
        "actions": [_action(work, a, by_id[a.finding_id], names) for a in actions],
        "signer": signer(work, work.actor.id, work.now, "mission:lead"),
    }


def _finding(finding: Finding, grants: dict[int, str]) -> dict[str, Any]:
    row = BY_CODE[finding.category]
    return {
        "number": finding.number,
        "title": finding.title,
        "category": _(row.label),
        "source": row.source,
        "severity": _(SEVERITIES[finding.severity].label),
        "about": finding.about_reference,
        "agreement": grants.get(finding.agreement_id or 0, ""),
        "status": pgettext("finding", FINDING.state(finding.status).label),
        "account": finding.account,
        "answer": finding.answer,
        "agreed_minor": finding.agreed_minor,
        "position": finding.conclusion,
        "questioned_minor": finding.questioned_minor,
        "accepted_minor": finding.accepted_minor,
        "refunded_minor": finding.refunded_minor,
        "impaired_minor": finding.impaired_minor,
        "pending_minor": finding.pending_minor,
    }


def _action(work: Work, action: Recommendation, finding: Finding, names: dict[int, str]) -> dict[str, Any]:
    moved = action.due_on != action.first_due_on
    first = _("first due on %(day)s") % {"day": date_text(action.first_due_on)} if moved else ""
    return {
        "number": f"{finding.number}.{action.number}",
        "action": action.action,
        "severity": _(SEVERITIES[finding.severity].label),
        "responsible": names.get(action.responsible_id, ""),
        "due_on": action.due_on.isoformat(),
        "late": action.status == "agreed" and action.due_on < work.today,
        "status": pgettext("recommendation", RECOMMENDATION.state(action.status).label),
        "done_on": action.done_at.date().isoformat() if action.done_at else None,
        "evidence": "\n".join(part for part in (action.evidence, first) if part),
        "verified": names.get(action.verified_by_id or 0, ""),
    }


def _issue(work: Work, mission: Mission, stage: str, reference: str) -> Paper:
    return issue(
        work,
        kind=f"audit_{stage}",
        reference=reference,
        title=TITLES[stage],
        subject=mission,
        facts=report_facts(work, mission, stage),
        draw=report_pdf,
    )


def provisional_report(work: Work, mission: Mission) -> Paper:
    """Printed when the findings are told to the audited."""
    return _issue(work, mission, "provisional", f"{mission.reference}/P")


def final_report(work: Work, mission: Mission) -> Paper:
    """Printed when the answers were judged."""
    return _issue(work, mission, "final", mission.reference)


def follow_up(work: Work, mission: Mission) -> Paper:
    """A new numbered statement of what became of the recommendations, as of today."""
    if mission.status not in ("final", "closed"):
        raise Refused(
            Refusal(
                "no_final_report",
                _("The follow-up is printed after the final report."),
                way_out=_("Read the draft of the report meanwhile."),
            )
        )
    if not queries.reads_whole(work, mission):
        raise NotFound
    return _issue(work, mission, "follow_up", work.number("follow_up", "mission"))
