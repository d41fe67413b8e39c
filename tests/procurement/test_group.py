"""A purchase by the group: three pro formas and its comité d'achat; small orders and the detector of splitting (R6, demo MP01, case 14)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from portfolio.agreements.models import Condition
from portfolio.kit.db import Database
from portfolio.kit.errors import Invalid, Refused
from portfolio.procurement import queries, service
from portfolio.procurement.forms import (
    ChooseForm,
    DepositForm,
    EndForm,
    GroupReceptionForm,
    InviteForm,
    MarkRow,
    ProFormaForm,
    ReceivedLine,
    RuleForm,
    SupplierForm,
)
from tests.procurement import stage as s
from tests.procurement.scene import codes, fields, read_pdf

GROUP = "grants_officer"
BUYERS = [MarkRow(name=f"Membre {n}", function="member", mark="thumbprint") for n in range(1, 6)]


@pytest.fixture
def world(database: Database) -> Any:
    return s.build(database)


def collected(world: Any) -> int:
    """Béliers: three pro formas with their prices."""
    number = s.opened_file(
        world,
        GROUP,
        buyer="group",
        tranche_id=None,
        object="Béliers d'embouche",
        lines=(("Béliers d'embouche", "tête", 40, 75_000),),
    )
    with world.work(GROUP) as work:
        for name in s.NAMES[:3]:
            service.invite(work, s.get(work, number), InviteForm(supplier_id=world.ids[name]))
        service.collect(work, s.get(work, number))
        for name, price in zip(s.NAMES, (3_000_000, 3_120_000, 3_240_000), strict=False):
            service.record_pro_forma(
                work, s.bid(work, number, name), ProFormaForm(amount_minor=price, delivery_days=3)
            )
    return number


def chosen(world: Any) -> int:
    number = collected(world)
    with world.work(GROUP) as work:
        retained = s.bid(work, number, s.NAMES[0]).id
        service.choose(work, s.get(work, number), ChooseForm(retained_id=retained, buyers=BUYERS))
    return number


def test_a_group_buys_by_its_own_committee(world: Any) -> None:
    number = chosen(world)
    text, _reader = read_pdf(world, number, "group_choice")
    for said in (
        "DÉCISION DU COMITÉ D'ACHAT",
        "Membre 5",
        "empreinte digitale",
        "trois millions de francs CFA",
        "3 240 000",
    ):
        assert said in text, said
    with world.work(GROUP) as work:
        order = service.record_order(work, s.get(work, number), s.order_form(world))
        assert {p["function"] for p in order.signatories} == {"president", "treasurer"}
    text, reader = read_pdf(world, number, "purchase_order")
    assert len(reader.pages) == 1 and "Fadimata Touré" in text and "Pour le bénéficiaire" in text
    with world.work(GROUP) as work:
        line = queries.lines(work, s.get(work, number))[0]
        form = GroupReceptionForm(
            received_on=world.clock.moment.date(),
            place="Ansongo",
            recipients=BUYERS[:2],
            lines=[ReceivedLine(line_id=line.id, accepted=40, serials="0412–0451")],
        )
        service.record_reception(work, s.get(work, number), form)
        assert s.get(work, number).status == "received"
        kinds = set(work.db.scalars(select(Condition.kind).where(Condition.met_at.is_not(None))))
        assert "goods_received" not in kinds  # the tranche that pays a supplier waits for its own purchase
    text, _reader = read_pdf(world, number, "goods_receipt")
    assert "0412–0451" in text and "Membre 1" in text


def test_no_public_procedure_for_a_group(world: Any) -> None:
    number = collected(world)
    for act in (
        service.propose_opening_obstacles,
        service.open_obstacles,
        service.decide_obstacles,
        service.receive_obstacles,
    ):
        with world.work(GROUP, readonly=True) as work:
            assert "other_buyer" in {r.code for r in act(work, s.get(work, number))}
    with pytest.raises(Refused) as caught, world.work(s.OFFICER) as work:
        service.buy_directly(work, s.get(work, number), s.DirectForm(retained_id=1))
    assert codes(caught) == {"other_buyer"}


def test_the_choice_is_signed_and_explained(world: Any) -> None:
    number = collected(world)
    with world.work(GROUP, readonly=True) as work:
        cheap, dear = s.bid(work, number, s.NAMES[0]).id, s.bid(work, number, s.NAMES[1]).id
    for form, field in (
        (ChooseForm(retained_id=cheap, buyers=BUYERS[:2]), "buyers-2-name"),
        (ChooseForm(retained_id=cheap, buyers=[BUYERS[0]] * 5), "buyers-5-name"),
        (ChooseForm(retained_id=dear, buyers=BUYERS), "note"),
        (ChooseForm(retained_id=999, buyers=BUYERS), "retained_id"),
    ):
        with pytest.raises(Invalid) as caught, world.work(GROUP) as work:
            service.choose(work, s.get(work, number), form)
        assert fields(caught) == {field}


def test_three_prices_are_needed(world: Any) -> None:
    number = s.opened_file(world, GROUP, buyer="group", tranche_id=None, lines=(("Mil", "sac", 10, 30_000),))
    with world.work(GROUP) as work:
        for name in s.NAMES[:3]:
            service.invite(work, s.get(work, number), InviteForm(supplier_id=world.ids[name]))
        service.collect(work, s.get(work, number))
        service.record_pro_forma(work, s.bid(work, number, s.NAMES[0]), ProFormaForm(amount_minor=300_000))
        retained = s.bid(work, number, s.NAMES[0]).id
    with pytest.raises(Refused) as caught, world.work(GROUP) as work:
        service.choose(work, s.get(work, number), ChooseForm(retained_id=retained, buyers=BUYERS))
    assert codes(caught) == {"too_few_valid"}


def test_a_price_is_never_typed_into_a_sealed_purchase(world: Any) -> None:
    number = s.asked(world)
    with pytest.raises(Refused) as caught, world.work(s.OFFICER) as work:
        service.record_pro_forma(work, s.bid(work, number, s.NAMES[0]), ProFormaForm(amount_minor=1))
    assert codes(caught) == {"sealed"}
    with pytest.raises(Refused) as caught, world.work(s.OFFICER) as work:
        service.choose(work, s.get(work, number), ChooseForm(retained_id=1, buyers=BUYERS))
    assert codes(caught) == {"other_buyer"}
    small = s.opened_file(world, lines=(("Pelles", "unité", 1, 4_000),), tranche_id=None)
    with pytest.raises(Refused), world.work(s.OFFICER) as work:
        quotation = service.invite(work, s.get(work, small), InviteForm(supplier_id=world.ids[s.NAMES[0]]))
        service.receive_quotation(work, quotation, DepositForm(bearer="A"))


@pytest.mark.both_engines
def test_three_orders_of_480_000_in_nine_days_are_signalled(world: Any) -> None:
    """Case 14: each under the threshold of 500 000, together above it."""
    numbers = [s.small_order(world)]
    with world.work("internal_auditor", readonly=True) as work:
        assert queries.splits(work) == []
    for days in (5, 4):
        world.later(days=days)
        numbers.append(s.small_order(world))
    for role in (s.OFFICER, "internal_auditor"):
        with world.work(role, readonly=True) as work:
            (found,) = queries.splits(work)
            assert (found.total_minor, found.threshold_minor, found.days, len(found.orders)) == (
                1_440_000,
                500_000,
                9,
                3,
            )
            assert [o.procedure_id for o in found.orders] == numbers
            assert queries.splits_of(work, s.get(work, numbers[1])) == [found]


def test_orders_far_apart_or_to_others_are_not_splitting(world: Any) -> None:
    s.small_order(world)
    world.later(days=91)
    s.small_order(world)
    s.small_order(world, supplier=s.NAMES[1])
    with world.work(s.OFFICER, readonly=True) as work:
        assert queries.splits(work) == []
    s.small_order(world, amount=19_999)
    with world.work(s.OFFICER, readonly=True) as work:
        assert queries.splits(work) == []
    s.small_order(world, amount=1)  # 480 000 + 19 999 + 1: the threshold itself
    with world.work(s.OFFICER, readonly=True) as work:
        assert [x.total_minor for x in queries.splits(work)] == [500_000]


def test_rules_are_dated_and_do_not_overlap(world: Any) -> None:
    new = {
        "buyer": "authority", "category": "goods", "from_minor": 500_000, "to_minor": None, "method": "open_call", "sealed": True,
        "min_invited": 1, "min_valid": 1, "source": "Décret à venir", "valid_from": (world.clock.moment + timedelta(days=10)).date(),
    }  # fmt: skip
    with pytest.raises(Invalid) as caught, world.work("programme_head") as work:
        service.add_rule(work, RuleForm(**new))
    assert fields(caught) == {"from_minor"}
    with world.work("programme_head") as work:
        for rule in queries.rules(work):
            if (rule.buyer, rule.category) == ("authority", "goods"):
                service.end_rule(work, rule, EndForm(valid_to=new["valid_from"]))
        service.add_rule(work, RuleForm(**new))
    with world.work(s.OFFICER, readonly=True) as work:
        today, later = world.clock.moment.date(), (world.clock.moment + timedelta(days=10)).date()
        before = queries.rule_for(work, "authority", "ML", "goods", 600_000, today)
        after = queries.rule_for(work, "authority", "ML", "goods", 600_000, later)
        assert before is not None and after is not None
        assert (before.method, after.method) == ("quotation_request", "open_call")
    with pytest.raises(Invalid), world.work("programme_head") as work:
        service.add_rule(work, RuleForm(**{**new, "to_minor": 400_000, "min_valid": 2}))


def test_a_tax_number_is_registered_once(world: Any) -> None:
    with pytest.raises(Invalid) as caught, world.work(s.OFFICER) as work:
        service.register_supplier(work, SupplierForm(name="Un autre", country="NE", tax_number="00012/R"))
    assert fields(caught) == {"tax_number"}
