"""Missions and findings: who may read them, their figures, what their pages show. A finding is the auditors' own until it is communicated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select

from portfolio.accounts.models import Person
from portfolio.agreements.models import Agreement, Tranche
from portfolio.calls.models import Call
from portfolio.documents import queries as documents
from portfolio.funds.models import Fund
from portfolio.justifications.models import Recovery
from portfolio.kit.errors import NotFound
from portfolio.kit.i18n import gettext as _
from portfolio.kit.urls import url
from portfolio.missions.models import Finding, Mission, MissionAuditor, Recommendation
from portfolio.rulebook.findings import HOLDING
from portfolio.work import Work

VIEW = "mission:view"
OPEN = ("stated", "answered", "maintained")
TOLD = ("provisional", "contradictory", "final", "closed")
"""Statuses of a mission whose findings the audited have been told."""


@dataclass(frozen=True)
class About:
    """What a finding points at: nothing, or one record and the grant that it belongs to."""

    kind: str = ""
    id: int | None = None
    reference: str = ""
    agreement_id: int | None = None
    country: str | None = None


@dataclass(frozen=True)
class Figures:
    """How many findings are maintained or settled, what they question, and how it is settled; in minor units."""

    count: int
    questioned: int
    accepted: int
    refunded: int
    impaired: int
    pending: int


def visible(work: Work) -> Select[Mission]:
    """The missions that the actor may see."""
    return select(Mission).where(work.within(VIEW, Mission))


def get(work: Work, number: int) -> Mission:
    """One mission; NotFound outside scope."""
    return work.fetch(Mission, number, VIEW)


def readable(work: Work) -> ColumnElement[bool]:
    """The findings that the actor may read, of a statement that joins their mission: in scope, general or of a grant of his country; before
    the provisional report, by the auditors of the mission only."""
    mine = select(MissionAuditor.mission_id).where(MissionAuditor.person_id == work.actor.id)
    scope = or_(Finding.country.is_(None), work.within(VIEW, Finding)) & work.within(VIEW, Mission)
    return scope & or_(Mission.status.in_(TOLD), Mission.id.in_(mine))


def get_finding(work: Work, number: int) -> Finding:
    """One finding; NotFound for whoever may not read it, or not yet."""
    statement = select(Finding).join(Mission).where(Finding.id == number, readable(work))
    found = work.db.scalars(statement).one_or_none() if 0 < number < 2**62 else None
    if found is None:
        raise NotFound
    return found


def findings_of(work: Work, mission: Mission) -> list[Finding]:
    """The findings of a mission that the actor may read, in their order."""
    statement = select(Finding).join(Mission).where(Finding.mission_id == mission.id, readable(work))
    return list(work.db.scalars(statement.order_by(Finding.number)))


def reads_whole(work: Work, mission: Mission) -> bool:
    """Whether the actor may read each finding of a mission: its reports print them all."""
    hidden = (
        select(func.count())
        .select_from(Finding)
        .join(Mission)
        .where(Finding.mission_id == mission.id, ~readable(work))
    )
    return not work.db.scalar(hidden)


def _open_papers(work: Work, number: int) -> Mission:
    """The mission behind a paper, for whoever may read all that the paper prints."""
    mission = get(work, number)
    if not reads_whole(work, mission):
        raise NotFound
    return mission


def auditors_of(work: Work, mission_id: int) -> dict[int, str]:
    """The auditors of a mission, by name."""
    statement = (
        select(Person.id, Person.full_name)
        .join(MissionAuditor, MissionAuditor.person_id == Person.id)
        .where(MissionAuditor.mission_id == mission_id)
        .order_by(Person.full_name, Person.id)
    )
    return {row[0]: row[1] for row in work.db.execute(statement)}


def figures(findings: Sequence[Finding]) -> Figures:
    """The account of these findings."""
    return Figures(
        len(findings),
        sum(f.questioned_minor for f in findings),
        sum(f.accepted_minor for f in findings),
        sum(f.refunded_minor for f in findings),
        sum(f.impaired_minor for f in findings),
        sum(f.pending_minor for f in findings),
    )


def holding(work: Work, agreement: Agreement) -> list[str]:
    """The findings that keep a grant open: told, grave enough, not settled. Counts every one, whoever asks."""
    statement = (
        select(Finding.reference)
        .join(Mission, Mission.id == Finding.mission_id)
        .where(
            Finding.agreement_id == agreement.id,
            Finding.severity.in_(HOLDING),
            Finding.status.in_(OPEN),
            Mission.status.in_(TOLD),
        )
        .order_by(Finding.id)
        .limit(20)
    )
    return list(work.db.scalars(statement))


def of_agreement(work: Work, agreement: Agreement) -> list[Finding]:
    """The findings about a grant that the actor may read: its own, those of its payments and of its vouchers."""
    statement = select(Finding).join(Mission).where(Finding.agreement_id == agreement.id, readable(work))
    return list(work.db.scalars(statement.order_by(Finding.id.desc())))


def scope_text(work: Work, mission: Mission) -> tuple[str, str]:
    """What a mission looks at, in words, and its address when it has one."""
    if mission.fund_id is not None:
        fund = work.db.get_one(Fund, mission.fund_id)
        return _("Fund %(code)s, %(name)s") % {"code": fund.code, "name": fund.name}, url(
            "funds.show", id=fund.id
        )
    if mission.call_id is not None:
        call = work.db.get_one(Call, mission.call_id)
        return _("Call %(code)s") % {"code": call.reference or call.code}, url("calls.show", id=call.id)
    if mission.agreement_id is not None:
        grant = work.db.get_one(Agreement, mission.agreement_id)
        words = _("Grant agreement %(reference)s") % {"reference": grant.reference}
        return words, url("agreements.show", id=grant.id)
    if mission.exercice is not None:
        return _("Exercice %(year)s") % {"year": mission.exercice}, ""
    return _("Everything of the period"), ""


def about_url(finding: Finding) -> str:
    """The page of what a finding points at."""
    routes = {
        "agreement": "agreements.show",
        "disbursement": "disbursements.show",
        "expense": "justifications.expense",
        "recovery": "justifications.recovery",
        "audit_sample": "desk.sample",
    }
    if finding.about_kind == "ledger":
        return f"/ledger/acts/{finding.about_id}"
    return url(routes[finding.about_kind], id=finding.about_id) if finding.about_kind else ""


def mission_facts(work: Work, mission: Mission) -> dict[str, Any]:
    """All that the page of a mission shows."""
    found = findings_of(work, mission)
    counted = [f for f in found if f.status != "lifted"]
    actions = list(
        work.db.scalars(
            select(Recommendation)
            .where(Recommendation.finding_id.in_([f.id for f in found]))
            .order_by(Recommendation.finding_id, Recommendation.number)
        )
    )
    team = auditors_of(work, mission.id)
    people = [p for p in (mission.opened_by_id, mission.answered_by_id) if p] + [
        a.responsible_id for a in actions
    ]
    words, address = scope_text(work, mission)
    return {
        "mission": mission,
        "findings": found,
        "figures": figures(counted),
        "lifted": len(found) - len(counted),
        "actions": actions,
        "late": [a for a in actions if a.status == "agreed" and a.due_on < work.today],
        "team": team,
        "on_team": work.actor.id in team,
        "names": work.around.names_of(work.db, people),
        "scope_words": words,
        "scope_url": address,
        "papers": documents.shown(work, mission) if reads_whole(work, mission) else [],
    }


def recovery_options(work: Work, finding: Finding) -> list[tuple[str, str]]:
    """The orders to repay of the finding's grant, as choices."""
    if finding.agreement_id is None:
        return []
    statement = (
        select(Recovery)
        .where(Recovery.agreement_id == finding.agreement_id, Recovery.status != "cancelled")
        .order_by(Recovery.id.desc())
    )
    return [(str(r.id), r.reference) for r in work.db.scalars(statement)]


def grant_of(work: Work, finding: Finding) -> Agreement | None:
    """The grant that a finding is about, or None."""
    return work.db.get(Agreement, finding.agreement_id) if finding.agreement_id else None


def advance_of(work: Work, finding: Finding) -> int | None:
    """The tranche from which an order to repay would be prepared: the last one paid as an advance of the finding's grant."""
    statement = select(Tranche.id).where(
        Tranche.agreement_id == finding.agreement_id, Tranche.modality == "advance", Tranche.paid_minor > 0
    )
    return work.db.scalar(statement.order_by(Tranche.number.desc()).limit(1))


documents.owner("mission", _open_papers)
documents.owner("finding", get_finding)
