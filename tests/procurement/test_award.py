"""From the committee's choice to the order, the reception and the hand-over."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pdfplumber
import pytest
from sqlalchemy import select, update

from portfolio.agreements.models import Agreement, Condition, Tranche
from portfolio.committees.models import Session, SessionItem
from portfolio.disbursements import queries as payments
from portfolio.documents import queries as documents
from portfolio.documents.service import Incoming
from portfolio.kit.errors import Forbidden, Invalid, Refused
from portfolio.places.models import ForceMajeure
from portfolio.procurement import queries, service
from portfolio.procurement.forms import (
    ExamineForm,
    HandedLine,
    LiftForm,
    ReceivedLine,
)
from portfolio.procurement.models import GoodsReceipt
from tests.documents.makers import png
from tests.procurement import stage as s
from tests.procurement.scene import codes, fields, read_pdf


def test_no_decision_without_the_committee(world: Any) -> None:
    number = s.compared(world)
    with pytest.raises(Refused) as caught, world.work(s.OFFICER) as work:
        service.decide(work, s.get(work, number))
    assert codes(caught) == {"no_session"}
    session = s.planned(world, number)
    with pytest.raises(Refused) as caught, world.work(s.OFFICER) as work:
        service.decide(work, s.get(work, number))
    assert codes(caught) == {"not_deliberated"}
    with pytest.raises(Refused), world.work(s.OFFICER) as work:  # one session at a time
        service.plan_session(
            work,
            s.get(work, number),
            s.SessionForm(committee_id=1, place="Gao", scheduled_at=world.clock.moment),
        )
    assert session


def test_no_decision_without_quorum_or_signed_minutes(world: Any) -> None:
    number = s.compared(world)
    session = s.sat(world, number, final=False)
    with pytest.raises(Refused) as caught, world.work(s.OFFICER) as work:
        service.decide(work, s.get(work, number))
    assert codes(caught) == {"minutes_unsigned"}
    s.sign(world, session, (*s.MEMBERS, s.OFFICER))
    with world.database.session(readonly=False) as db:  # as if the voices had not been there
        db.execute(
            update(SessionItem).where(SessionItem.session_id == session).values(votes_for=1, voices_present=1)
        )
        db.commit()
    with pytest.raises(Refused) as caught, world.work(s.OFFICER) as work:
        service.decide(work, s.get(work, number))
    assert codes(caught) == {"no_quorum"}
    with world.database.session(readonly=False) as db:
        db.execute(update(Session).where(Session.id == session).values(quorum=1))
        db.commit()
    with world.work(s.OFFICER) as work:
        service.decide(work, s.get(work, number))
        assert s.get(work, number).awarded_minor == 2_860_000


def test_an_unfavourable_committee_makes_it_fruitless(world: Any) -> None:
    number = s.compared(world)
    with pytest.raises(Refused) as caught, world.work(s.OFFICER) as work:
        service.declare_fruitless(work, s.get(work, number), "Offre trop chère.")
    assert codes(caught) == {"no_session"}
    s.sat(world, number, proposal="unfavourable")
    with pytest.raises(Refused) as caught, world.work(s.OFFICER) as work:
        service.decide(work, s.get(work, number))
    assert codes(caught) == {"not_favourable"}
    with world.work(s.OFFICER) as work:
        service.declare_fruitless(work, s.get(work, number), "Offre trop chère.")


def test_the_award_minutes_can_be_recomputed(world: Any) -> None:
    number = s.decided(world)
    text, reader = read_pdf(world, number, "award_minutes")
    for said in (
        "PROCÈS-VERBAL D'ANALYSE ET D'ATTRIBUTION PROVISOIRE", "Addition corrigée.", "3 190 000", "3 109 000", "Forge du Fleuve",
        "deux millions huit cent soixante mille francs CFA", "3 pour, 0 contre, 0 abstention", "Délai de recours : 3 jours",
        "Seyni Oumarou", "atteint",
    ):  # fmt: skip
        assert said in text, said
    last = reader.pages[-1]
    assert last.mediabox.width > last.mediabox.height
    with world.work(s.OFFICER, readonly=True) as work:
        paper = documents.paper(work, "award_minutes", s.get(work, number))
        content = documents.bytes_of(work, paper)
    with pdfplumber.open(io.BytesIO(content)) as book:
        table = max((t for page in book.pages for t in page.extract_tables()), key=lambda t: len(t[0]))
    assert len(table[0]) == 4 + 2 * 3  # bidders as columns


def test_the_order_waits_for_the_appeal_and_is_signed_by_another(world: Any) -> None:
    number = s.decided(world)
    with pytest.raises(Refused) as caught, world.work("authorising_officer") as work:
        service.order(work, s.get(work, number), s.order_form(world))
    assert codes(caught) == {"appeal_running"}
    world.later(days=1)
    with world.work("authorising_officer") as work:
        place = work.db.get_one(Agreement, s.get(work, number).agreement_id).place_id
        work.db.add(ForceMajeure(place_id=place, starts_on=work.today, ends_on=work.today + timedelta(days=3), act="Décision n° 7",
                                 reason="Route coupée", declared_at=work.now))  # fmt: skip
    world.later(days=2)
    with pytest.raises(Refused) as caught, world.work("authorising_officer") as work:
        service.order(work, s.get(work, number), s.order_form(world))
    assert codes(caught) == {"appeal_running"}, "R18: the days of a force majeure of the zone are not days of appeal"
    world.later(days=4)
    with pytest.raises(Forbidden), world.work(s.OFFICER) as work:
        service.order(work, s.get(work, number), s.order_form(world))
    with world.work("authorising_officer") as work:
        order = service.order(work, s.get(work, number), s.order_form(world))
        assert order.amount_minor == 2_860_000 and order.reference.startswith("BC-2026-")
    text, reader = read_pdf(world, number, "purchase_order")
    assert len(reader.pages) == 1
    for said in (
        "BON DE COMMANDE", "Forge du Fleuve", "00012/R", "NE-TIL-0", "ENG-2026-00001-A", "F1-AAP25", "Bon pour acceptation",
        "Arrêté le présent bon de commande à la somme de : deux millions huit cent soixante mille francs CFA", "Mariama Sow",
        "exonéré de TVA",
    ):  # fmt: skip
        assert said in text, said


def test_an_order_never_exceeds_the_award(world: Any) -> None:
    number = s.read(world, prices=(2_800_000, 3_045_000, 3_190_000))
    with world.work(s.OFFICER) as work:
        for name in s.NAMES[:3]:
            service.examine(work, s.bid(work, number, name), ExamineForm(conforming="yes"))
        service.compare(work, s.get(work, number))
    s.sat(world, number)
    with world.work(s.OFFICER) as work:
        service.decide(work, s.get(work, number))
    world.later(days=4)
    with pytest.raises(Invalid) as caught, world.work("authorising_officer") as work:
        service.order(work, s.get(work, number), s.order_form(world))  # the estimate: 2 860 000
    assert fields(caught) == {"lines-0-unit_minor"}
    with world.work("authorising_officer") as work:
        lines = queries.lines(work, s.get(work, number))
        typed = [{"line_id": lines[0].id, "unit_minor": 1_590_000}]
        assert (
            service.order(work, s.get(work, number), s.order_form(world, lines=typed)).amount_minor
            == 2_800_000
        )


@pytest.mark.both_engines
def test_reception_and_hand_over_meet_the_tranche(world: Any) -> None:
    number = s.received(world)

    def met() -> dict[str, str]:
        with world.work(s.OFFICER, readonly=True) as work:
            rows = work.db.scalars(select(Condition).where(Condition.met_at.is_not(None)))
            return {c.kind: c.evidence for c in rows}

    assert set(met()) >= {"goods_received", "no_reserve"} and "handover" not in met()
    assert met()["goods_received"].startswith("PVR-2027-")
    with world.work("receiver_1") as work:
        form = s.hand_over_form(world, photos=[Incoming("moulin.png", png())])
        for wrong in ([], form.goods[:1] * 2, [*form.goods, HandedLine(line_id=99_999, keeper="Autre")]):
            with pytest.raises(Invalid) as bad:
                service.hand_over(work, queries.get(work, number), form.model_copy(update={"goods": wrong}))
            assert fields(bad) & {"goods-0-keeper", "goods-1-keeper"}, "each thing has its state and its keeper, once"
        found = service.hand_over(work, queries.get(work, number), form)
        assert found.thumbprints == 4 and found.goods[0] == {"line_id": form.goods[0].line_id, "state": "new", "keeper": "Comité de gestion du moulin"}
        [photo] = documents.of(work, found)
        assert documents.get(work, photo.id).sha256 == documents.paper(work, "handover", queries.get(work, number)).facts["photos"][0]["sha256"]
    assert met()["handover"].startswith("PRM-2027-")
    with world.work(s.OFFICER, readonly=True) as work:
        tranche = s.get(work, number).tranche_id
        assert tranche is not None and queries.received_of_tranche(work, tranche) == {world.ids[s.NAMES[0]]: 2_860_000}
    text, _reader = read_pdf(world, number, "goods_receipt")
    for said in (
        "PROCÈS-VERBAL DE RÉCEPTION DÉFINITIVE",
        "SN-1",
        "sans réserve",
        "Dont procès-verbal",
        "Réceptionnaire 3",
    ):
        assert said in text, said
    text, _reader = read_pdf(world, number, "handover")
    for said in (
        "PROCÈS-VERBAL DE REMISE",
        "Salamatou Boubacar",
        "empreinte digitale",
        "2 860 000",
        "Le comité de gestion tient", "neuf", "Comité de gestion du moulin", "dans l'état indiqué", "Photographies", "moulin.png",
        "Ampliations : bénéficiaire 1",
    ):  # fmt: skip
        assert said in text, said
    with pytest.raises(Refused) as caught, world.work("receiver_1") as work:
        service.hand_over(work, queries.get(work, number), s.hand_over_form(world))
    assert codes(caught) == {"already_handed_over"}


@pytest.mark.parametrize("chose", ["president", "member_2", s.OFFICER, "authorising_officer"])
def test_nobody_receives_what_they_chose(world: Any, chose: str) -> None:
    number = s.ordered(world)
    s.declare(world, number, "receiver_1")
    people = [world.people["receiver_1"], world.people["receiver_2"], world.people[chose]]
    with pytest.raises(Refused) as caught, world.work("receiver_1") as work:
        service.receive(work, queries.get(work, number), s.reception(world, work, number, commission=people))
    assert codes(caught) == {"chose_the_supplier"}


def test_a_reception_is_checked(world: Any) -> None:
    number = s.ordered(world)
    s.declare(world, number, "receiver_1")
    two = [world.people["receiver_2"], world.people["receiver_3"]]
    tomorrow = (world.clock.moment + timedelta(days=1)).date()
    with pytest.raises(Invalid) as caught, world.work("receiver_1") as work:
        form = s.reception(
            world, work, number, commission=two, received_on=tomorrow, reserves="Bruit", kind="final"
        )
        service.receive(work, queries.get(work, number), form)
    assert fields(caught) == {"commission", "received_on", "kind"}
    with pytest.raises(Invalid) as caught, world.work("receiver_1") as work:
        lines = queries.lines(work, s.get(work, number))
        form = s.reception(world, work, number, lines=[ReceivedLine(line_id=lines[0].id, accepted=2)])
        service.receive(work, queries.get(work, number), form)
    assert fields(caught) == {"lines-0-accepted"}
    with pytest.raises(Invalid) as caught, world.work("receiver_1") as work:
        lines = queries.lines(work, s.get(work, number))
        form = s.reception(world, work, number, lines=[ReceivedLine(line_id=lines[0].id, accepted=1)])
        service.receive(work, queries.get(work, number), form)
    assert fields(caught) == {"reserves"}


def test_partial_then_provisional_then_reservations_lifted(world: Any) -> None:
    number = s.ordered(world)
    s.declare(world, number, "receiver_1")
    with world.work("receiver_1") as work:
        lines = queries.lines(work, s.get(work, number))
        some = [ReceivedLine(line_id=lines[3].id, accepted=1, refused=1)]
        service.receive(
            work, queries.get(work, number), s.reception(world, work, number, kind="partial", lines=some)
        )
        assert (
            s.get(work, number).status == "ordered"
            and queries.payable_minor(work, s.get(work, number)) == 50_000
        )
        tranche = work.db.get_one(Tranche, s.get(work, number).tranche_id)
        assert tranche.amount_minor == 2_860_000 and payments.most_minor(work, tranche) == 50_000
    until = (world.clock.moment + timedelta(days=30)).date()
    with world.work("receiver_1") as work:
        lines = queries.lines(work, s.get(work, number))
        rest = [ReceivedLine(line_id=x.id, accepted=x.quantity - x.accepted) for x in lines]
        more = {"kind": "provisional", "lines": rest, "reserves": "Fuite au carter", "reserves_until": until}
        receipt = service.receive(
            work, queries.get(work, number), s.reception(world, work, number, **more)
        ).id
        assert (
            s.get(work, number).status == "received"
            and queries.payable_minor(work, s.get(work, number)) == 2_860_000
        )
        kinds = set(work.db.scalars(select(Condition.kind).where(Condition.met_at.is_not(None))))
        assert "goods_received" in kinds and "no_reserve" not in kinds
    text, _reader = read_pdf(world, number, "goods_receipt")
    assert "Fuite au carter" in text and "RÉCEPTION PROVISOIRE" in text
    world.later(days=3)
    with world.work("receiver_1") as work:
        form = LiftForm(lifted_on=world.clock.moment.date(), lifting="Carter remplacé, essai de deux heures")
        service.lift_reserves(work, work.db.get_one(GoodsReceipt, receipt), form)
        kinds = set(work.db.scalars(select(Condition.kind).where(Condition.met_at.is_not(None))))
        assert "no_reserve" in kinds
