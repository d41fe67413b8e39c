"""The mise en demeure is a record: its delay runs from the receipt; orders to repay and terminations for fault rest on it (R11)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest

from portfolio.agreements import queries, service
from portfolio.agreements.forms import AnswerForm, NoticeForm, ServeForm
from portfolio.agreements.models import FormalNotice, Tranche
from portfolio.documents import queries as documents
from portfolio.documents.service import Incoming
from portfolio.justifications import service as reports
from portfolio.justifications.forms import RecoveryForm
from portfolio.justifications.models import Recovery
from portfolio.kit.clock import FixedClock
from portfolio.kit.db import Database
from portfolio.kit.errors import Forbidden, Invalid, Refused
from tests.agreements import world as make
from tests.agreements.scene import codes
from tests.agreements.standing import pdf_bytes
from tests.agreements.test_pages import browsers, fields_of, text_of
from tests.agreements.world import World
from tests.disbursements import chain
from tests.disbursements.test_papers import read
from tests.factories import NOON

TODAY = date(2026, 11, 22)
SLIP = Incoming("avis.pdf", pdf_bytes())


@pytest.fixture
def world(database: Database) -> World:
    return make.build(database)


@contextmanager
def later(world: World, days: int) -> Iterator[None]:
    """The same office, so many days on."""
    before = world.surround.clock
    world.surround.clock = FixedClock(NOON + timedelta(days=days))
    try:
        yield
    finally:
        world.surround.clock = before


def advanced(world: World) -> tuple[int, int]:
    """A grant whose first tranche is paid and not justified."""
    agreement = make.signed(world)
    tranche = make.tranche_id(world, agreement, 1)
    chain.to(world, "paid", tranche)
    return agreement, tranche


def send(world: World, agreement: int, tranche: int | None, **more: Any) -> int:
    with world.work("grants_officer") as work:
        form = NoticeForm(**{"tranche_id": tranche, "means": "hand", "sent_on": work.today, "delay_days": 14, **more})
        return service.send_notice(work, queries.get(work, agreement), form).id


def serve(world: World, notice: int, on: date, **more: Any) -> None:
    with world.work("grants_officer") as work:
        form = ServeForm(**{"outcome": "received", "received_on": on, "received_by": "Fadimata Touré", **more})
        service.serve_notice(work, queries.get_notice(work, notice), form)


def prepare(world: World, tranche: int, **more: Any) -> int:
    with world.work("grants_officer") as work:
        form = RecoveryForm(
            **{"tranche_id": tranche, "amount": 500_000, "reason": "Rien n'a été justifié à temps", "due_on": work.today, **more}
        )
        return reports.prepare_recovery(work, work.db.get_one(Tranche, tranche), form).id


def issue(world: World, recovery: int) -> None:
    with world.work("authorising_officer") as work:
        reports.issue_recovery(work, work.db.get_one(Recovery, recovery))


def issue_refused(world: World, recovery: int) -> set[str]:
    with pytest.raises(Refused) as refused:
        issue(world, recovery)
    return codes(refused)


def test_the_delay_runs_from_the_receipt_not_from_the_sending(world: World) -> None:
    agreement, tranche = advanced(world)
    early = prepare(world, tranche)
    assert issue_refused(world, early) == {"notice_missing"}
    notice = send(world, agreement, tranche)
    with later(world, 40):
        assert issue_refused(world, early) == {"notice_not_served"}
        serve(world, notice, TODAY + timedelta(days=30))
        assert issue_refused(world, early) == {"notice_running"}
    with later(world, 44):
        assert issue_refused(world, early) == {"notice_running"}
    with later(world, 45):
        assert issue_refused(world, early) == {"notice_not_linked"}
        with world.work("grants_officer") as work:
            reports.link_notice(work, work.db.get_one(Recovery, early), notice)
        issue(world, early)
    with world.work("external_auditor", readonly=True) as work:
        order, letter = work.db.get_one(Recovery, early), queries.get_notice(work, notice)
        assert (order.notice_reference, order.notice_received_on) == (letter.reference, TODAY + timedelta(days=30))
        assert letter.expires_on == TODAY + timedelta(days=44) and letter.due_minor == 1_780_000
        words, pages = read(documents.bytes_of(work, documents.papers_of(work, letter)[0]))
    assert pages == 1
    for mention in ("Mise en demeure", "reste à justifier", "1 780 000", "14 jours", "court du jour", "ACCUSÉ DE RÉCEPTION"):
        assert mention in words, mention


@pytest.mark.parametrize("outcome", ["refused", "unclaimed"])
def test_a_letter_refused_or_unclaimed_runs_too_with_its_slip(world: World, outcome: str) -> None:
    agreement, tranche = advanced(world)
    notice = send(world, agreement, tranche, means="post")
    with pytest.raises(Invalid):
        serve(world, notice, TODAY, outcome=outcome, received_by=None)
    serve(world, notice, TODAY, outcome=outcome, received_by=None, scan=SLIP)
    with later(world, 15):
        order = prepare(world, tranche)
        issue(world, order)


def test_an_unspent_balance_needs_none_and_a_lifted_notice_serves_nothing(world: World) -> None:
    agreement, tranche = advanced(world)
    issue(world, prepare(world, tranche, ground="unspent", amount=1_000))
    notice = send(world, agreement, tranche)
    serve(world, notice, TODAY)
    with world.work("grants_officer") as work, pytest.raises(Forbidden):
        service.lift_notice(work, queries.get_notice(work, notice), "Les pièces sont arrivées ce matin")
    with world.work("programme_head") as work:
        service.lift_notice(work, queries.get_notice(work, notice), "Les pièces sont arrivées ce matin")
    with later(world, 30):
        assert issue_refused(world, prepare(world, tranche)) == {"notice_missing"}


def test_a_notice_of_another_tranche_or_agreement_serves_nothing(world: World) -> None:
    agreement, tranche = advanced(world)
    with world.database.session(readonly=False) as session:
        notice = FormalNotice(
            reference="MED-1", agreement_id=agreement, tranche_id=make.tranche_id(world, agreement, 2), call_id=1, group_id=1, country="ML",
            ground="breach", demand="Autre tranche", amount_currency="XOF", delay_days=1, means="hand", sent_on=date(2026, 1, 1),
            status="served", sent_by_id=1, sent_at=NOON, outcome="received", received_on=date(2026, 1, 2), expires_on=date(2026, 1, 3),
        )  # fmt: skip
        session.add(notice)
        session.commit()
        other = notice.id
    assert issue_refused(world, prepare(world, tranche)) == {"notice_missing"}
    with pytest.raises(Invalid):
        prepare(world, tranche, notice_id=other)


def test_a_termination_for_fault_waits_for_the_delay(world: World) -> None:
    agreement, tranche = advanced(world)

    def terminate(ground: str) -> None:
        with world.work("authorising_officer") as work:
            service.terminate(work, queries.get(work, agreement), make.ending("Avance employée à autre chose", ground=ground))

    with pytest.raises(Refused) as refused:
        terminate("fault")
    assert codes(refused) == {"notice_missing"}
    notice = send(world, agreement, None, ground="breach", demand="Aucune activité n'a commencé : commencez-les.")
    serve(world, notice, TODAY)
    with later(world, 14), pytest.raises(Refused) as refused:
        terminate("fault")
    assert codes(refused) == {"notice_running"}
    with later(world, 15):
        terminate("fault")
    with world.work("external_auditor", readonly=True) as work:
        assert queries.get(work, agreement).status == "terminated"


@pytest.mark.both_engines
def test_the_letter_through_its_pages(world: World) -> None:
    agreement, tranche = advanced(world)
    by = browsers(world)
    officer = by["grants_officer"]
    address = f"/agreements/{agreement}/notices"
    form = officer.get(f"{address}/new?tranche={tranche}")
    fields = fields_of(form.text, address) | {"ground": "unjustified"}
    assert fields["tranche_id"] == str(tranche) and fields["delay_days"] == "30"
    for wrong in ({"delay_days": "0"}, {"sent_on": "23/11/2026"}, {"tranche_id": ""}, {"means": "pigeon"}, {"ground": "breach", "demand": ""}):
        assert officer.submit(address, fields | wrong).status_code == 422, wrong
    assert by["accountant"].submit(address, fields).status_code == 403
    made = officer.submit(address, fields | {"delay_days": "20"})
    assert made.status_code == 303
    page = made.headers["location"]
    assert "Le délai ne court pas encore" in text_of(officer.get(page).text)
    for wrong in ({"received_on": "21/11/2026"}, {"received_on": "23/11/2026"}, {"received_by": ""}):
        given = {"outcome": "received", "received_on": "22/11/2026", "received_by": "Fadimata Touré"} | wrong
        assert officer.submit(f"{page}/serve", given).status_code == 422, wrong
    good = {"outcome": "received", "received_on": "22/11/2026", "received_by": "Fadimata Touré"}
    assert officer.submit(f"{page}/serve", good).status_code == 303
    assert officer.submit(f"{page}/serve", good).status_code == 409
    assert "12 décembre 2026" in text_of(officer.get(page).text)
    said = {"replied_on": "22/11/2026", "reply": "Les pièces suivent lundi", "follow_up": "On attend le délai"}
    assert officer.submit(f"{page}/answer", said).status_code == 303
    assert "Les pièces suivent lundi" in text_of(by["external_auditor"].get(page).text)
    assert "MED-2026-00001" in by["external_auditor"].get("/agreements/notices?status=answered").text
    assert "MED-2026-00001" in by["external_auditor"].get(f"/agreements/{agreement}").text
    shown = text_of(by["authorising_officer"].get(f"/agreements/{agreement}/terminate").text)
    assert "Le délai de la mise en demeure MED-2026-00001" in shown
    bare = by["authorising_officer"].submit(f"/agreements/{agreement}/terminate", {"act": "Décision n° 1", "reason": "Faute du groupement"})
    assert bare.status_code == 422


def test_answers_come_after_the_receipt(world: World) -> None:
    agreement, tranche = advanced(world)
    notice = send(world, agreement, tranche)
    serve(world, notice, TODAY)
    with world.work("grants_officer") as work, pytest.raises(Invalid):
        form = AnswerForm(replied_on=TODAY - timedelta(days=1), reply="Déjà envoyé", follow_up="À vérifier")
        service.answer_notice(work, queries.get_notice(work, notice), form)
