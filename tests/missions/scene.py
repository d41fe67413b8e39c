"""A mission led to any of its stages, by the people who may."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from portfolio.agreements.models import Agreement
from portfolio.documents.service import Incoming
from portfolio.kit.errors import Invalid, Refused
from portfolio.missions import queries, service
from portfolio.missions.forms import AnswerForm, DoneForm, FindingForm, JudgeForm, OpenForm, RecommendForm
from portfolio.missions.models import Finding, Mission, Recommendation
from tests import factories
from tests.agreements.standing import pdf_bytes
from tests.justifications.grants import Grant, J, Office, grant

AUDITOR, SECOND, OFFICER, HEAD, DIRECTOR = (
    "internal_auditor", "second_auditor", "grants_officer", "programme_head", "authorising_officer",
)
QUESTIONED = 120_000


@dataclass
class Audit:
    place: Office
    grant: Grant
    reference: str
    mission: int = 0
    finding: int = 0
    action: int = 0

    def of(self, work: Any, model: type) -> Any:
        number = {Mission: self.mission, Finding: self.finding, Recommendation: self.action}[model]
        return work.db.get_one(model, number)


def finding_form(audit: Audit, **more: Any) -> FindingForm:
    given = {"category": "no_voucher", "severity": "high", "title": "Achats sans facture",
             "account": "Deux achats du marché n'ont ni facture ni certificat.\nLa convention les exige.",
             "questioned": QUESTIONED, "about": audit.reference}
    return FindingForm(**{**given, **more})


def recommend(place: Office, **more: Any) -> RecommendForm:
    given = {"action": "Réunir les certificats d'achat ou faire reverser le montant.",
             "responsible_id": place.people[OFFICER], "due_on": J.date() + timedelta(days=60)}
    return RecommendForm(**{**given, **more})


def opened(place: Office, **more: Any) -> Audit:
    """A mission on one grant, two auditors, fieldwork started."""
    place.people.setdefault(SECOND, factories.add_person(place.database, "internal_auditor", name="Second Auditeur"))
    made = grant(place, paid=1)
    with place.as_(AUDITOR, readonly=True) as work:
        reference = work.db.get_one(Agreement, made.agreement).reference
    audit = Audit(place, made, reference)
    with place.as_(AUDITOR) as work:
        audit.mission = service.open_(work, OpenForm(**{
            "kind": "internal", "title": "Audit de la subvention", "scope": "agreement", "agreement": reference,
            "from_on": J.date() - timedelta(days=365), "to_on": J.date(), "auditors": [place.people[SECOND]], **more})).id
    with place.as_(AUDITOR) as work:
        service.start(work, audit.of(work, Mission))
    return audit


def told(place: Office, **more: Any) -> Audit:
    """One finding with its recommendation, provisional report issued."""
    audit = opened(place)
    with place.as_(AUDITOR) as work:
        audit.finding = service.state(work, audit.of(work, Mission), finding_form(audit, **more)).id
    with place.as_(AUDITOR) as work:
        audit.action = service.propose(work, audit.of(work, Finding), recommend(place)).id
    with place.as_(AUDITOR) as work:
        service.communicate(work, audit.of(work, Mission))
    return audit


def answered(place: Office, **more: Any) -> Audit:
    """Answered by the officer, sent back by the head."""
    audit = told(place, **more)
    with place.as_(OFFICER) as work:
        service.answer_finding(work, audit.of(work, Finding), AnswerForm(answer="Les certificats seront réunis.", agreed=50_000))
    with place.as_(HEAD) as work:
        service.answer(work, audit.of(work, Mission))
    return audit


def final(place: Office, **more: Any) -> Audit:
    """The finding maintained, the final report issued: the recommendation runs."""
    audit = answered(place, **more)
    with place.as_(SECOND) as work:
        service.maintain(work, audit.of(work, Finding), JudgeForm(position="Les pièces manquent toujours."))
    with place.as_(AUDITOR) as work:
        service.finalise(work, audit.of(work, Mission))
    return audit


def carried_out(audit: Audit) -> None:
    with audit.place.as_(OFFICER) as work:
        service.carry_out(work, audit.of(work, Recommendation), DoneForm(
            evidence="Certificats signés, classés au dossier.", proof=Incoming("certificats.pdf", pdf_bytes())))


def codes(act: Any) -> set[str]:
    with pytest.raises(Refused) as found:
        act()
    return {r.code for r in found.value.refusals}


def fields(act: Any) -> set[str]:
    with pytest.raises(Invalid) as found:
        act()
    return {e.field for e in found.value.errors}


__all__ = ["queries"]
