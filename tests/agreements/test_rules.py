"""The rules of tranches as data: less the shortfall, retention, account, first money; what a simulation answers; the forecast."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from portfolio.agreements import queries, service
from portfolio.agreements.forms import AgreementForm
from portfolio.agreements.models import CONDITIONS, Agreement, Condition, ForceMajeure, Tranche
from portfolio.agreements.queries import stopped_days
from portfolio.agreements.queries.forecast import EXAMINED_IN, forecast, foreseen, months_from
from portfolio.agreements.reference import CONDITION_SOURCES, CONDITION_WORDS
from portfolio.agreements.service.sums import condition_obstacles
from portfolio.awards.models import Notice
from portfolio.calls.models import Call
from portfolio.disbursements import service as payments
from portfolio.disbursements.forms import RequestForm
from portfolio.kit.errors import Invalid, Refused
from portfolio.places.models import Place
from tests.agreements import world as make
from tests.agreements.scene import change, codes
from tests.agreements.test_pages import browsers, text_of
from tests.agreements.world import World
from tests.client import client
from tests.disbursements import chain

TWO = ((2_450_000, "advance"), (2_000_000, "advance"))


def books(world: World, number: int, tranche: int, **events: int) -> None:
    """Post straight to the books what the rooms further down would."""
    with world.work("accountant") as work:
        agreement = queries.get(work, number)
        found = next(t for t in queries.tranches(work, agreement) if t.number == tranche)
        dims = queries.dims(work, agreement, found)
        for event, amount in events.items():
            key = event.replace("__", ":")
            more = {"treasury": "bank"} if key.endswith("collected") else {}
            work.post(key, agreement, {"amount": amount}, dims, **more)


def blocked(world: World, tranche: int, **more: Any) -> set[str]:
    with world.work("grants_officer", readonly=True) as work:
        return {r.code for r in queries.blockers(work, queries.tranche(work, tranche), **more)}


def test_every_kind_has_its_words_and_its_source() -> None:
    assert set(CONDITION_WORDS) == set(CONDITION_SOURCES) == set(CONDITIONS)


def test_a_tranche_is_paid_less_what_is_missing_in_the_one_before(world: World) -> None:
    """80 % of 2 450 000 is 1 960 000: 1 500 000 accepted, so 460 000 less than the 2 000 000 may be asked, to the franc."""
    number = make.signed(world, schedule=TWO, conditions=((2, "less_shortfall", 80),))
    first, second = make.tranche_id(world, number, 1), make.tranche_id(world, number, 2)
    assert blocked(world, second) == {"previous_unpaid"}
    chain.to(world, "paid", first)
    assert blocked(world, second) == set()
    books(world, number, 1, expense__cleared=1_500_000)
    with world.work("grants_officer") as work, pytest.raises(Invalid):
        payments.request(work, work.db.get_one(Tranche, second), RequestForm(amount=1_540_001))
    with world.work("grants_officer", readonly=True) as work:
        snap = queries.snapshot(work, queries.get(work, number))
        own = snap.tranches[1]
        assert queries.payable_in(snap, own) == 1_540_000
        assert queries.payable_in(snap, own, 460_000) == 2_000_000
    chain.request(world, second)
    with world.work("grants_officer", readonly=True) as work:
        assert work.db.get_one(Tranche, second).requested_minor == 1_540_000


def numbered(form: AgreementForm) -> dict[int, int]:
    """The sums of a schedule by the number of their tranche."""
    return {n: line.amount for n, line in enumerate(form.tranches, 1)}


def test_a_retention_is_the_last_tranche_and_waits_for_every_earlier_franc(world: World) -> None:
    schedule = ((4_005_000, "advance"), (445_000, "advance"))
    wrong = make.form(world, TWO, ((2, "retention", 10),))
    found = list(condition_obstacles(numbered(wrong), wrong.conditions))
    assert [(r.code, r.missing_minor) for r in found] == [("retention_differs", -1_555_000)]
    early = make.form(world, schedule, ((1, "retention", 90),))
    assert {r.code for r in condition_obstacles(numbered(early), early.conditions)} & {"condition_incomplete", "retention_not_last"}
    number = make.signed(world, schedule=schedule, conditions=((2, "retention", 10),))
    first, last = make.tranche_id(world, number, 1), make.tranche_id(world, number, 2)
    assert blocked(world, last) == {"retained"}
    chain.to(world, "paid", first)
    books(world, number, 1, expense__cleared=4_000_000)
    with world.work("grants_officer", readonly=True) as work:
        (refusal,) = queries.blockers(work, queries.tranche(work, last))
        assert refusal.missing_minor == 5_000
        assert queries.blockers(work, queries.tranche(work, last), None, 5_000) == []
    books(world, number, 1, expense__cleared=5_000)
    assert blocked(world, last) == set()


def test_an_account_verified_meets_its_condition_by_itself(world: World) -> None:
    number = make.signed(world, conditions=((1, "account_opened", None),))
    assert blocked(world, make.tranche_id(world, number, 1)) == set()


def test_no_first_money_while_the_group_owes_under_a_repayment_order(world: World) -> None:
    number = make.signed(world)
    books(world, number, 1, recovery__issued=75_000)
    first = make.tranche_id(world, number, 1)
    with world.work("grants_officer", readonly=True) as work:
        (refusal,) = queries.blockers(work, queries.tranche(work, first))
        assert (refusal.code, refusal.missing_minor) == ("owes_money", 75_000)
    books(world, number, 1, recovery__collected=75_000)
    assert blocked(world, first) == set()


def test_a_grant_above_the_ceiling_of_its_call_is_not_certified(world: World) -> None:
    number = make.draft(world)
    change(world, Call, world.ids["call"], ceiling_minor=4_000_000)
    with world.work("programme_head") as work, pytest.raises(Refused) as refused:
        service.check(work, queries.get(work, number))
    assert codes(refused) == {"above_call_ceiling"} and refused.value.refusals[0].missing_minor == 450_000


def test_a_waiver_has_two_people_and_a_document(world: World) -> None:
    number = make.signed(world, conditions=((1, "training", None),))
    with world.work("grants_officer") as work:
        condition = queries.conditions(work, queries.tranche(work, make.tranche_id(world, number, 1)))[0]
        with pytest.raises(Invalid) as invalid:
            service.propose_waiver(work, condition, make.waiver("Formation reportée par le service", scan=None))
        assert [e.field for e in invalid.value.errors] == ["scan"]
        service.propose_waiver(work, condition, make.waiver("Formation reportée par le service"))
    document = condition.waiver_document_id
    change(world, Condition, condition.id, waiver_document_id=None)
    with world.work("programme_head") as work, pytest.raises(Refused) as refused:
        service.waive(work, work.db.get_one(Condition, condition.id))
    assert codes(refused) == {"waiver_document_missing"}
    change(world, Condition, condition.id, waiver_document_id=document)
    with world.work("programme_head") as work:
        service.waive(work, work.db.get_one(Condition, condition.id))
    assert blocked(world, make.tranche_id(world, number, 1)) == set()


def test_a_simulation_answers_and_changes_nothing(world: World) -> None:
    number = make.signed(world, schedule=TWO, conditions=((1, "training", None), (2, "justified_previous", 80)))
    with world.work("grants_officer", readonly=True) as work:
        agreement = queries.get(work, number)
        condition = queries.conditions(work, queries.tranches(work, agreement)[0])[0]
        (row,) = queries.simulate(work, agreement, None, 0, [condition.id], 1)
        assert [r.code for r in row.now.blockers] == ["condition_training"] and row.then.blockers == []
        assert row.missing_minor == 0 and row.then.payable_minor == 2_450_000
    chain_free = browsers(world)["external_auditor"]
    page = chain_free.get(f"/agreements/{number}/what-if?met={condition.id}&tranche=1&on=01/12/2026&accepted=0")
    assert page.status_code == 200 and "checked" in page.text
    words = text_of(page.text)
    assert "bloquée (motifs : 1)" in words and "payable : 2 450 000 F CFA" in words
    assert client(world.surround, world.people["grants_officer"]).get(f"/agreements/{number}/what-if?met=abc").status_code == 422
    assert blocked(world, make.tranche_id(world, number, 1)) == {"condition_training"}


def test_the_forecast_sums_to_what_is_left_to_pay(world: World) -> None:
    number = make.signed(world)
    today = world.clock.moment.date()
    for n, day in ((1, today - timedelta(days=3)), (2, date(2027, 2, 10)), (3, date(2029, 5, 1))):
        change(world, Tranche, make.tranche_id(world, number, n), planned_on=day)
    with world.work("accountant", readonly=True) as work:
        months, funds = forecast(work)
        assert funds == ["F1"] and len(months) == 13
        assert months[0].first is None and months[0].total_minor == 1_780_000
        assert {m.first: m.total_minor for m in months[1:] if m.total_minor} == {
            date(2027, 2, 1): 1_780_000, date(2027, 10, 1): 890_000,
        }  # fmt: skip
        assert sum(m.total_minor for m in months) == make.GRANT
    assert months_from(date(2026, 12, 31), 3) == [date(2026, 12, 1), date(2027, 1, 1), date(2027, 2, 1)]
    reader = browsers(world)["accountant"]
    page = reader.get("/agreements/forecast")
    assert page.status_code == 200 and "4 450 000" in text_of(page.text) and "<svg" in page.text
    later = reader.get("/agreements/forecast?from=2027-01-01")
    assert "2 670 000" in text_of(later.text) and "Retard" not in later.text.split("<svg")[0]
    for kind in ("xlsx", "csv"):
        assert reader.get(f"/agreements/forecast?format={kind}").status_code == 200
    moved = reader.get(f"/agreements/tranches/{make.tranche_id(world, number, 2)}", follow_redirects=False)
    assert moved.headers["location"] == f"/agreements/{number}#tranche-2"


def test_the_four_dates_are_in_order_at_each_act(world: World) -> None:
    number = make.draft(world)
    with world.work("programme_head") as work:
        service.check(work, queries.get(work, number))
    with world.work("grants_officer") as work:
        service.send(work, queries.get(work, number))
    noon = world.clock.moment
    for sent, signed_on in ((None, noon.date()), (noon - timedelta(days=3), noon.date() - timedelta(days=4))):
        change(world, Notice, world.ids["notice"], sent_at=sent)
        with world.work("grants_officer") as work, pytest.raises(Invalid) as invalid:
            service.record_group_signature(work, queries.get(work, number), make.signature(signed_on=signed_on))
        assert [e.field for e in invalid.value.errors] == ["signed_on"]
    with world.work("grants_officer") as work:
        service.record_group_signature(work, queries.get(work, number), make.signature())
    change(world, Notice, world.ids["notice"], sent_at=noon + timedelta(days=1))
    with world.work("authorising_officer") as work, pytest.raises(Refused) as refused:
        service.countersign(work, queries.get(work, number))
    assert codes(refused) == {"dates_out_of_order"}


@pytest.mark.both_engines
def test_the_database_keeps_the_four_dates_in_order(world: World) -> None:
    number = make.signed(world)
    with world.work("grants_officer", readonly=True) as work:
        agreement = queries.get(work, number)
        days = (agreement.committed_on, agreement.decided_on, agreement.notified_on, agreement.signed_by_group_on)
        assert None not in days and list(days) == sorted(d for d in days if d)
    for name in ("decided_on", "notified_on"):
        with pytest.raises(IntegrityError):
            change(world, Agreement, number, **{name: date(2030, 1, 1)})


def test_the_forecast_waits_for_stops_and_conditions(world: World) -> None:
    number = make.signed(world, schedule=TWO, conditions=((1, "training", None), (2, "justified_previous", 80)))
    today = world.clock.moment.date()
    first, second = (make.tranche_id(world, number, n) for n in (1, 2))
    change(world, Tranche, first, planned_on=today - timedelta(days=10))
    change(world, Tranche, second, planned_on=today + timedelta(days=200))

    def seen() -> dict[int, tuple[date, str]]:
        with world.work("accountant", readonly=True) as work:
            return {f.tranche.number: (f.foreseen_on, " ".join(f.reasons)) for f in foreseen(work)}

    found = seen()
    assert found[1][0] == today + timedelta(days=EXAMINED_IN) and "Formation suivie" in found[1][1]
    assert found[2] == (today + timedelta(days=200), "")  # planned late enough to be shown
    with world.database.session(readonly=False) as s:
        s.add(
            ForceMajeure(
                place_id=s.query(Place).filter_by(code="ML07").one().id, starts_on=today - timedelta(days=20), ends_on=today - timedelta(days=1),
                act="Arrêté 9", reason="Route coupée", declared_at=world.clock.moment,
            )
        )
        s.commit()
    with world.work("grants_officer", readonly=True) as work:
        days = stopped_days(queries.stops_of(work, queries.get(work, number)), queries.get(work, number).starts_on, today)
    found = seen()
    assert found[2] == (today + timedelta(days=200 + days), found[2][1])
    assert days > 0 and "Arrêté 9" in found[2][1]
    with world.work("programme_head") as work:
        service.suspend(work, queries.get(work, number), make.stopping("Gestion à éclaircir avant toute suite"))
    assert "encore suspendu" in seen()[1][1]
    page = browsers(world)["accountant"].get("/agreements/forecast")
    assert page.status_code == 200 and "Pourquoi plus tard" in page.text and "Formation suivie" in page.text
