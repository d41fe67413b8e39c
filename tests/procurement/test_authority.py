"""A purchase by the Authority: sealed bids, two people at the opening, a committee with its quorum, reception by others (C15, demo MP04)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from portfolio.kit.errors import Invalid, NotFound, Refused
from portfolio.procurement import queries, service
from portfolio.procurement.forms import (
    AnswerForm,
    AskForm,
    DepositForm,
    ExamineForm,
    InviteForm,
    OpeningForm,
    PersonRow,
    QuestionForm,
    ReadForm,
    ReasonForm,
)
from portfolio.procurement.models import Quotation, Supplier
from tests.procurement import stage as s
from tests.procurement.scene import codes, fields, read_pdf


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
