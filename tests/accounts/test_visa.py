"""The controller's visa is a step of the institution by an act of two people: no person who leaves takes it away (R3)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from portfolio.accounts import queries, service
from portfolio.accounts.forms import VisaRuleForm
from portfolio.accounts.models import RoleAssignment, VisaRule
from portfolio.audit.models import AuditEvent
from portfolio.kit.db import Database
from portfolio.kit.errors import Forbidden, Invalid, Refused
from portfolio.origin import Surroundings
from tests.client import client
from tests.factories import add_person, around, work_as


def required(place: Surroundings, person: int) -> bool:
    with work_as(place, person, readonly=True) as work:
        return queries.visa_required(work)


def form(word: str, on: date, act: str = "Décision n° 12") -> VisaRuleForm:
    return VisaRuleForm(required=word, from_on=on, act=act, reason="Organigramme en vigueur")


@pytest.mark.both_engines
def test_the_step_outlives_the_controller_and_ends_by_two_people_only(database: Database) -> None:
    place = around(database)
    today = place.clock.now().date()
    first, second = add_person(database, "administrator"), add_person(database, "authorising_officer")
    officer = add_person(database, "grants_officer")
    assert not required(place, officer), "an office that never had a controller"
    controller = add_person(database, "financial_controller")
    assert required(place, officer)
    with database.session(readonly=False) as session:
        session.execute(update(RoleAssignment).where(RoleAssignment.person_id == controller).values(revoked_at=place.clock.now()))
        session.commit()
    assert required(place, officer), "withdrawing the role withdraws no control"
    with work_as(place, first, readonly=True) as work:
        assert not queries.visa_held(work)
        assert "nobody_visas" in [r.code for r in queries.staffing(work)]
        assert "nommer" in queries.visa_way_out(work, "x")[0]
    page = client(place, first).get("/accounts/visa").text
    assert "Personne ne tient" in page

    with work_as(place, officer) as work, pytest.raises(Forbidden):
        service.propose_visa_rule(work, form("no", today))
    with work_as(place, first) as work, pytest.raises(Invalid):
        service.propose_visa_rule(work, form("no", today - timedelta(days=1)))
    with work_as(place, first) as work:
        number = service.propose_visa_rule(work, form("no", today)).id
    assert required(place, officer), "one person changes nothing"
    with work_as(place, first) as work, pytest.raises(Refused) as found:
        service.confirm_visa_rule(work, queries.visa_rule(work, number))
    assert [r.code for r in found.value.refusals] == ["four_eyes"]
    answer = client(place, second).submit(f"/accounts/visa/{number}/confirm")
    assert answer.status_code == 303 and not required(place, officer)

    with work_as(place, second) as work:
        later = service.propose_visa_rule(work, form("yes", today + timedelta(days=3))).id
    with work_as(place, first) as work:
        service.confirm_visa_rule(work, queries.visa_rule(work, later))
    assert not required(place, officer), "it counts from its day on"
    place.clock.moment += timedelta(days=3)
    assert required(place, officer)
    with database.session(readonly=True) as session:
        events = [e.event for e in session.query(AuditEvent).filter(AuditEvent.event.like("visa_rule:%"))]
        assert sorted(events) == ["visa_rule:confirmed"] * 2 + ["visa_rule:proposed"] * 2
    with database.session(readonly=False) as session, pytest.raises(IntegrityError):
        session.execute(update(VisaRule).where(VisaRule.id == number).values(confirmed_by_id=first))
        session.commit()
