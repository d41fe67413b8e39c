"""Whoever owes a report is reminded before, on the day and after, once each; then the officer; force majeure stops it all (M1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from portfolio.agreements.models import Agreement, ForceMajeure
from portfolio.documents.reference import rule
from portfolio.groups.models import Group
from portfolio.justifications import queries
from portfolio.justifications.models import Justification, Reminder
from portfolio.justifications.service.reminders import reached
from portfolio.kit.mail import MailServer, address
from portfolio.serving import make_daily, run_jobs
from tests.client import client
from tests.justifications.grants import Grant, J, Office, grant, row, shared
from tests.support.smtp import Mailbox, mailbox

PAID = J.date() - timedelta(days=280)
DUE = PAID + timedelta(days=90)
GROUP = "benkadi@example.org"


@pytest.fixture
def place(engine_kind: str, tmp_path: Path) -> Iterator[Office]:
    made = shared(engine_kind, tmp_path)
    yield made
    made.database.dispose()


@pytest.fixture
def box(place: Office) -> Iterator[Mailbox]:
    with mailbox() as made:
        place.around = replace(place.around, mail=MailServer("127.0.0.1", made.port, "none", address("portfolio@autorite.example")))
        yield made


def owing(place: Office, email: str = GROUP) -> Grant:
    """A grant whose one advance waits for its report since DUE."""
    made = grant(place, tranches=(1_000_000,), paid=1, conditions=(), budget=(("Moulin", 1_000_000),))
    with place.database.session(readonly=False) as session:
        session.execute(update(Group).where(Group.id == made.group).values(email=email))
        session.commit()
    return made


def on(place: Office, day: date) -> None:
    """The job of that day, twice, as after a restart."""
    place.at(datetime.combine(day, J.timetz()))
    for _ in range(2):
        make_daily(place.around)
        run_jobs(place.around)


def stages(place: Office) -> list[str]:
    with place.database.session(readonly=True) as session:
        found = list(session.scalars(select(Reminder.stage).order_by(Reminder.id)))
        session.rollback()
    return found


def test_the_days_are_figures_with_a_source() -> None:
    for code in ("report_days", "reminder_before_days", "reminder_late_days", "reminder_officer_days"):
        found = rule(code, DUE)
        assert found.value and found.source and found.valid_from
    assert [[s.code for s in reached(DUE, DUE + timedelta(days=n))] for n in (-16, -15, -1, 0, 6, 7, 29, 30, 300)] == [
        [], ["before"], ["before"], ["due"], ["due"], ["late"], ["late"], ["late", "escalated"], ["late", "escalated"]]  # fmt: skip


@pytest.mark.both_engines
def test_each_stage_is_said_once_to_whom_it_concerns(place: Office, box: Mailbox) -> None:
    made = owing(place)
    for days in (-16, -15, -14, -1, 0, 1, 7, 8, 29, 30, 31, 90):
        on(place, DUE + timedelta(days=days))
    assert stages(place) == ["before", "due", "late", "escalated"]
    assert [to for to, _m in box.taken][:3] == [[GROUP]] * 3
    officer, message = box.taken[3]
    assert len(box.taken) == 4 and len(officer) == 2 and all("@" in each for each in officer), "both officers, in one message"
    assert "Rapport non remis" in message["Subject"] and "il y a 30 jours" in message.get_content()
    first = box.taken[0][1].get_content()
    assert "CONV-2026-" in first and "15 jour(s)" in first and "force majeure" in first
    for _to, each in box.taken:
        assert not any(name in each.get_content() for name in ("Aïssata Maïga", "Fatoumata Cissé")), "nobody is named"
    with place.as_("grants_officer") as work:
        found = work.db.get_one(Agreement, made.agreement)
        said = queries.reminders(work, queries.reports_due(work, found))[made.tranches[0]]
        assert [each.state for each in said] == ["done"] * 4 and said[0].label == "à l’agent"
    shown = client(place.around, place.people["grants_officer"]).get(f"/agreements/{made.agreement}").text
    assert shown.count("envoyée le") == 4 and "relance (après l’échéance) envoyée le" in shown and "Relance pour un rapport" in shown


@pytest.mark.both_engines
def test_force_majeure_stops_reminders_and_moves_them(place: Office, box: Mailbox) -> None:
    owing(place)
    with place.database.session(readonly=False) as session:
        row(session, ForceMajeure, place_id=place.place, starts_on=DUE - timedelta(days=5), ends_on=None, act="Arrêté 12", reason="x", declared_at=J)
        session.commit()
    on(place, DUE - timedelta(days=6))
    assert stages(place) == ["before"]
    for days in (-5, 0, 7, 30, 60):
        on(place, DUE + timedelta(days=days))
    assert stages(place) == ["before"], "nobody is reminded while days do not count"
    with place.database.session(readonly=False) as session:
        session.execute(update(ForceMajeure).values(ends_on=DUE + timedelta(days=60)))
        session.commit()
    on(place, DUE + timedelta(days=61))
    moved = DUE + timedelta(days=66)
    with place.database.session(readonly=True) as session:
        assert [(r.stage, r.due_on) for r in session.scalars(select(Reminder).order_by(Reminder.id))] == [("before", DUE), ("before", moved)]
        session.rollback()
    on(place, moved)
    assert stages(place)[-1] == "due" and len(box.taken) == 3


def test_a_report_handed_in_ends_them_and_no_address_is_said_on_the_screen(place: Office, box: Mailbox) -> None:
    made = owing(place, email="")
    on(place, DUE + timedelta(days=8))
    assert stages(place) == ["late"] and box.taken == [], "told late at first: those before are not made up for"
    office = client(place.around, place.people["grants_officer"])
    assert "aucune adresse électronique. Prévenez par téléphone" in office.get(f"/agreements/{made.agreement}").text
    with place.database.session(readonly=False) as session:
        tranche = made.tranches[0]
        row(session, Justification, reference="RJ-1", agreement_id=made.agreement, tranche_id=tranche, call_id=place.call, group_id=made.group,
            country="ML", from_on=PAID, to_on=DUE, amount_currency="XOF", status="submitted", created_at=J)  # fmt: skip
        session.commit()
    on(place, DUE + timedelta(days=40))
    assert stages(place) == ["late"]


def test_a_reminder_that_nobody_could_send_is_not_sent_weeks_later(place: Office, box: Mailbox) -> None:
    made, server = owing(place), place.around.mail
    place.around = replace(place.around, mail=None)
    on(place, DUE)
    shown = client(place.around, place.people["grants_officer"])
    assert "pas encore partie" in shown.get(f"/agreements/{made.agreement}").text
    place.around = replace(place.around, mail=server)
    place.at(datetime.combine(DUE + timedelta(days=5), J.timetz()))
    run_jobs(place.around)
    assert box.taken == []
    assert "trop tard, le jour où" in client(place.around, place.people["grants_officer"]).get(f"/agreements/{made.agreement}").text
