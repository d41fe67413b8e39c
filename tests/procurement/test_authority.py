"""A purchase by the Authority: sealed bids, two people at the opening, a committee with its quorum, reception by others (C15, demo MP04)."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pdfplumber
import pypdf
import pytest
from sqlalchemy import select, update

from portfolio.agreements.models import Condition
from portfolio.committees.models import Session, SessionItem
from portfolio.documents import queries as documents
from portfolio.kit.db import Database
from portfolio.kit.errors import Forbidden, Invalid, NotFound, Refused
from portfolio.procurement import queries, service
from portfolio.procurement.forms import (
    AnswerForm,
    AskForm,
    DepositForm,
    ExamineForm,
    InviteForm,
    LiftForm,
    OpeningForm,
    PersonRow,
    QuestionForm,
    ReadForm,
    ReasonForm,
    ReceivedLine,
)
from portfolio.procurement.models import GoodsReceipt, Quotation, Supplier
from tests.procurement import stage as s


@pytest.fixture
def world(database: Database) -> Any:
    return s.build(database)


def codes(caught: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {r.code for r in caught.value.refusals}


def fields(caught: pytest.ExceptionInfo[Invalid]) -> set[str]:
    return {e.field for e in caught.value.errors}


def read_pdf(world: Any, number: int, kind: str) -> tuple[str, pypdf.PdfReader]:
    with world.work(s.OFFICER, readonly=True) as work:
        paper = documents.paper(work, kind, s.get(work, number))
        assert paper is not None and documents.is_true(paper)
        reader = pypdf.PdfReader(io.BytesIO(documents.bytes_of(work, paper)))
    text = "\n".join(page.extract_text() for page in reader.pages)
    return " ".join(text.replace("\u00a0", " ").replace("\u202f", " ").split()), reader


def test_the_method_follows_from_the_amount_and_the_table(world: Any) -> None:
    number = s.opened_file(world)
    with world.work(s.OFFICER, readonly=True) as work:
        found = s.get(work, number)
        assert (found.method, found.min_invited, found.sealed) == ("quotation_request", 3, True)
        assert found.estimate_minor == 2_860_000 and "démonstration" in found.method_source
    small = s.opened_file(world, lines=(("Pelles", "unité", 10, 4_000),), tranche_id=None)
    with world.work(s.OFFICER, readonly=True) as work:
        assert s.get(work, small).method == "direct_purchase"
    with world.work(s.OFFICER) as work:
        for rule in queries.rules(work):
            work.db.delete(rule)
    with pytest.raises(Refused) as caught:
        s.opened_file(world)
    assert codes(caught) == {"no_method"}


def test_an_estimate_above_its_tranche_is_refused(world: Any) -> None:
    with pytest.raises(Invalid) as caught:
        s.opened_file(world, lines=(("Moulin", "unité", 1, 2_860_001),))
    assert fields(caught) == {"tranche_id"}


def test_enough_suppliers_and_enough_days(world: Any) -> None:
    number = s.opened_file(world)
    with world.work(s.OFFICER) as work:
        for name in s.NAMES[:2]:
            service.invite(work, s.get(work, number), InviteForm(supplier_id=world.ids[name]))
    due = world.clock.moment + timedelta(days=15)
    with pytest.raises(Refused) as caught, world.work(s.OFFICER) as work:
        service.ask(work, s.get(work, number), AskForm(bids_due_at=due, bids_place="Bureau 4"))
    assert codes(caught) == {"too_few_invited"}
    with world.work(s.OFFICER) as work:
        service.invite(work, s.get(work, number), InviteForm(supplier_id=world.ids[s.NAMES[2]]))
    with pytest.raises(Invalid) as invalid, world.work(s.OFFICER) as work:
        soon = world.clock.moment + timedelta(days=6)
        service.ask(work, s.get(work, number), AskForm(bids_due_at=soon, bids_place="Bureau 4"))
    assert fields(invalid) == {"bids_due_at"}
    with pytest.raises(Invalid), world.work(s.OFFICER) as work:
        service.invite(work, s.get(work, number), InviteForm(supplier_id=world.ids[s.NAMES[2]]))


def test_an_excluded_supplier_is_not_invited(world: Any) -> None:
    with world.work("programme_head") as work:
        supplier = work.db.get_one(Supplier, world.ids[s.NAMES[0]])
        service.block_supplier(work, supplier, ReasonForm(reason="Faux documents, décision n° 7"))
    number = s.opened_file(world)
    with pytest.raises(Invalid) as caught, world.work(s.OFFICER) as work:
        service.invite(work, s.get(work, number), InviteForm(supplier_id=world.ids[s.NAMES[0]]))
    assert fields(caught) == {"supplier_id"}


def test_a_late_bid_is_logged_and_goes_back_unopened(world: Any) -> None:
    number = s.opened(world)
    with world.work(s.OFFICER, readonly=True) as work:
        late = s.bid(work, number, s.NAMES[3])
        assert late.late and late.number == 4 and late.bearer == "Un cousin"
        assert late.received_at is not None and late.returned_at == late.received_at
    with pytest.raises(Refused) as caught, world.work(s.OFFICER) as work:
        service.read_price(work, s.bid(work, number, s.NAMES[3]), ReadForm(read_minor=2_000_000))
    assert codes(caught) == {"late_bid"}


@pytest.mark.both_engines
def test_the_database_refuses_the_price_of_a_late_bid(world: Any) -> None:
    number = s.opened(world)
    statement = update(Quotation).where(Quotation.procedure_id == number, Quotation.late).values(read_minor=1)
    with pytest.raises(Exception, match="late_never_read"), world.database.session(readonly=False) as session:
        session.execute(statement)


def test_no_price_is_written_before_the_opening_by_two_people(world: Any) -> None:
    number = s.deposited(world)
    with pytest.raises(Refused) as caught, world.work(s.OFFICER) as work:
        service.read_price(work, s.bid(work, number, s.NAMES[0]), ReadForm(read_minor=2_860_000))
    assert codes(caught) == {"not_opened"}
    with pytest.raises(Refused) as caught, world.work(s.OFFICER) as work:
        service.open(work, s.get(work, number))
    assert "one_person" in codes(caught)
    with world.work(s.OFFICER) as work:
        service.propose_opening(
            work, s.get(work, number), OpeningForm(place="Gao", people=[PersonRow(name="A. B.")])
        )
    with pytest.raises(Refused) as caught, world.work(s.OFFICER) as work:
        service.open(work, s.get(work, number))
    assert codes(caught) == {"four_eyes"}
    with pytest.raises(Refused) as caught, world.work(s.OFFICER) as work:
        service.read_price(work, s.bid(work, number, s.NAMES[0]), ReadForm(read_minor=2_860_000))
    assert codes(caught) == {"not_opened"}


def test_nothing_is_opened_before_the_hour(world: Any) -> None:
    number = s.asked(world)
    with world.work(s.OFFICER) as work:
        service.receive_quotation(work, s.bid(work, number, s.NAMES[0]), DepositForm(bearer="A", sealed=True))
    with pytest.raises(Refused) as caught, world.work(s.OFFICER) as work:
        service.propose_opening(
            work, s.get(work, number), OpeningForm(place="Gao", people=[PersonRow(name="A")])
        )
    assert codes(caught) == {"before_deadline"}


def test_the_database_refuses_one_person_who_opens_twice(world: Any) -> None:
    number = s.deposited(world)
    me = world.people[s.OFFICER]
    with pytest.raises(Exception, match="opened_by_two"), world.database.session(readonly=False) as session:
        from portfolio.procurement.models import Procedure

        values = {"opening_by_id": me, "opened_by_id": me}
        session.execute(update(Procedure).where(Procedure.id == number).values(**values))


def test_whoever_declared_a_link_no_longer_sees_the_purchase(world: Any) -> None:
    number = s.deposited(world)
    with world.work("member_2", readonly=True) as work, pytest.raises(NotFound):
        queries.get(work, number)
    s.declare(world, number, "member_2")
    with world.work("member_2", readonly=True) as work:
        assert queries.get(work, number).id == number
    s.declare(world, number, "member_2", linked=True)
    with world.work("member_2", readonly=True) as work, pytest.raises(NotFound):
        queries.get(work, number)


def test_prices_read_do_not_change_after_the_session(world: Any) -> None:
    number = s.read(world)
    with pytest.raises(Refused) as caught, world.work(s.OFFICER) as work:
        service.read_price(work, s.bid(work, number, s.NAMES[0]), ReadForm(read_minor=1))
    assert codes(caught) == {"opening_closed"}
    text, reader = read_pdf(world, number, "opening_minutes")
    for said in (
        "PROCÈS-VERBAL D'OUVERTURE DES PLIS", "2 860 000", "3 045 000", "3 190 000", "rendu sans être ouvert", "Un cousin",
        "Aucune offre n'a été écartée en séance", "L'an deux mille vingt-six", "Coursier de Forge du Fleuve",
    ):  # fmt: skip
        assert said in text, said
    assert reader.pages[0].mediabox.width > reader.pages[0].mediabox.height


def test_the_corrected_price_stands_beside_the_price_read(world: Any) -> None:
    number = s.compared(world)
    with world.work(s.OFFICER, readonly=True) as work:
        third = s.bid(work, number, s.NAMES[2])
        assert (third.read_minor, third.corrected_minor, third.rank) == (3_190_000, 3_109_000, 3)
        assert [s.bid(work, number, n).rank for n in s.NAMES] == [1, 2, 3, None]


def test_a_correction_must_be_explained(world: Any) -> None:
    number = s.read(world)
    with pytest.raises(Invalid) as caught, world.work(s.OFFICER) as work:
        service.examine(
            work, s.bid(work, number, s.NAMES[0]), ExamineForm(conforming="yes", corrected_minor=2_900_000)
        )
    assert fields(caught) == {"correction"}
    with pytest.raises(Invalid) as caught, world.work(s.OFFICER) as work:
        service.examine(work, s.bid(work, number, s.NAMES[0]), ExamineForm(conforming="no"))
    assert fields(caught) == {"set_aside_kind", "set_aside_reason"}
    with pytest.raises(Refused) as refused, world.work(s.OFFICER) as work:
        service.compare(work, s.get(work, number))
    assert codes(refused) == {"unexamined"}


def test_an_abnormally_low_bid_is_heard_before_it_is_set_aside(world: Any) -> None:
    number = s.read(world, prices=(2_430_000, 3_045_000, 3_190_000))
    aside = ExamineForm(
        conforming="no", set_aside_kind="abnormally_low", set_aside_reason="Prix inexpliqué, sans réponse."
    )
    with world.work(s.OFFICER) as work:
        for name in s.NAMES[:3]:
            service.examine(work, s.bid(work, number, name), ExamineForm(conforming="yes"))
    with pytest.raises(Refused) as caught, world.work(s.OFFICER) as work:
        service.compare(work, s.get(work, number))
    assert codes(caught) == {"low_unexplained"}
    with pytest.raises(Refused) as caught, world.work(s.OFFICER) as work:
        service.examine(work, s.bid(work, number, s.NAMES[0]), aside)
    assert codes(caught) == {"not_questioned"}
    with world.work(s.OFFICER) as work:
        day = (world.clock.moment + timedelta(days=5)).date()
        service.question(
            work, s.bid(work, number, s.NAMES[0]), QuestionForm(question="Expliquez ce prix.", answer_by=day)
        )
    with pytest.raises(Refused) as caught, world.work(s.OFFICER) as work:
        service.examine(work, s.bid(work, number, s.NAMES[0]), aside)
    assert codes(caught) == {"answer_awaited"}
    world.later(days=6)
    with world.work(s.OFFICER) as work:
        service.examine(work, s.bid(work, number, s.NAMES[0]), aside)
    with pytest.raises(Refused) as caught, world.work(s.OFFICER) as work:
        service.compare(work, s.get(work, number))
    assert codes(caught) == {"too_few_valid"}
    with world.work(s.OFFICER) as work:
        service.declare_fruitless(work, s.get(work, number), "Deux offres valables seulement.")
        made = service.relaunch(work, s.get(work, number))
        assert made.relaunches_id == number and made.status == "need"
    text, _reader = read_pdf(world, number, "award_minutes")
    assert "INFRUCTUEUSE" in text and "restée sans réponse" in text and "Deux offres valables" in text


def test_an_explained_low_bid_may_stand(world: Any) -> None:
    number = s.read(world, prices=(2_430_000, 3_045_000, 3_190_000))
    with world.work(s.OFFICER) as work:
        for name in s.NAMES[:3]:
            service.examine(work, s.bid(work, number, name), ExamineForm(conforming="yes"))
        day = (world.clock.moment + timedelta(days=5)).date()
        service.question(
            work, s.bid(work, number, s.NAMES[0]), QuestionForm(question="Expliquez ce prix.", answer_by=day)
        )
        form = AnswerForm(answer="Stock acheté avant la hausse.", answer_on=world.clock.moment.date())
        service.answer(work, s.bid(work, number, s.NAMES[0]), form)
        service.compare(work, s.get(work, number))
        assert s.bid(work, number, s.NAMES[0]).rank == 1


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
    world.later(days=3)
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
        found = service.hand_over(work, queries.get(work, number), s.hand_over_form(world))
        assert found.thumbprints == 4
    assert met()["handover"].startswith("PRM-2027-")
    with world.work(s.OFFICER, readonly=True) as work:
        tranche = s.get(work, number).tranche_id
        assert tranche is not None and queries.payable_of_tranche(work, tranche) == 2_860_000
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
        "Le comité de gestion tient",
    ):
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
