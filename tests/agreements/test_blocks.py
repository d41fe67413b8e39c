"""What blocks a tranche, waivers, termination, stopped days and amendments."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portfolio.agreements import queries, service
from portfolio.agreements.forms import (
    ForceMajeureForm,
)
from portfolio.agreements.models import Condition, Tranche
from portfolio.agreements.queries.stops import Stop, end_with_stops, stopped_days
from portfolio.agreements.service import move_stage
from portfolio.agreements.service.sums import schedule_obstacles
from portfolio.documents.service import Incoming
from portfolio.groups.models import GroupAccount
from portfolio.kit.errors import Refused
from portfolio.kit.i18n import speaking
from portfolio.kit.money import split
from tests.agreements import world as make
from tests.agreements.scene import change, codes
from tests.agreements.standing import pdf_bytes
from tests.agreements.world import World


def test_sentence_of_the_demo_case(world: World) -> None:
    """Case 4: 60,0 % justified, 75 % needed, 267 000 missing, who can unblock, the list of the papers."""
    from portfolio.ledger.service import Dims

    number = make.signed(world)
    with world.work("accountant") as work:
        agreement = queries.get(work, number)
        first, second, third = queries.tranches(work, agreement)
        dims = queries.dims(work, agreement, first)
        assert dims == Dims(
            exercice=2026, donor="NOR", fund="F1", line="F1-AAP25", call=dims.call, agreement=agreement.reference,
            tranche=first.code, party="GR-ANNIYA", place="ML070201",
        )  # fmt: skip
        for tranche, paid, accepted in ((first, 1_780_000, 1_780_000), (second, 1_780_000, 1_068_000)):
            dims = queries.dims(work, agreement, tranche)
            work.post("disbursement:paid#advance", agreement, {"amount": paid}, dims, treasury="bank")
            work.post("expense:cleared", agreement, {"amount": accepted}, dims)
    with world.work("grants_officer", readonly=True) as work, speaking("fr"):
        third = queries.tranche(work, third.id)
        found = [r for r in queries.blockers(work, third) if r.code == "not_justified"]
        assert len(found) == 1 and found[0].missing_minor == 267_000
        said = found[0].message.replace("\u202f", " ").replace("\u00a0", " ")
        assert said.startswith(
            "Tranche 3 bloquée : il manque 267 000 F CFA de dépenses acceptées pour atteindre 75 %"
        )
        assert found[0].who and found[0].url.startswith("/justifications?")
        snap = queries.snapshot(work, queries.get(work, number))
        own = next(t for t in snap.tranches if t.number == 3)
        assert not [r for r in queries.blockers_in(snap, own, None, 267_000) if r.code == "not_justified"]
        assert [r for r in queries.blockers_in(snap, own, None, 266_999) if r.missing_minor == 1]


def test_what_is_paid_back_counts_and_what_is_written_off_does_not(world: World) -> None:
    number = make.signed(world)
    with world.work("accountant") as work:
        agreement = queries.get(work, number)
        first = queries.tranches(work, agreement)[0]
        dims = queries.dims(work, agreement, first)
        work.post("disbursement:paid#advance", agreement, {"amount": 1_780_000}, dims, treasury="bank")
        work.post("expense:cleared", agreement, {"amount": 1_000_000}, dims)
        work.post("recovery:issued", agreement, {"amount": 700_000}, dims)
        work.post("recovery:collected", agreement, {"amount": 300_000}, dims, treasury="bank")
        work.post("recovery:written_off", agreement, {"amount": 150_000}, dims)
    with world.work("grants_officer", readonly=True) as work:
        standing = queries.standings(work, queries.get(work, number))[first.code]
        assert (standing.advanced, standing.accepted, standing.returned) == (1_780_000, 1_000_000, 300_000)
        assert (standing.open, standing.claimed) == (80_000, 250_000)


def test_the_account_cools_for_a_day(world: World) -> None:
    number = make.signed(world)
    change(world, GroupAccount, world.ids["account"], verified_at=world.clock.moment - timedelta(hours=23))
    first = make.tranche_id(world, number, 1)

    def found() -> set[str]:
        with world.work("grants_officer", readonly=True) as work:
            return {r.code for r in queries.blockers(work, queries.tranche(work, first))}

    assert found() == {"account_cooling"}
    world.later(hours=1)
    assert found() == set()


def test_a_suspended_or_ended_agreement_blocks_its_tranches(world: World) -> None:
    number = make.signed(world)
    first = make.tranche_id(world, number, 1)
    with world.work("programme_head") as work:
        service.suspend(work, queries.get(work, number), make.stopping("Route coupée, aucun accès"))
    with world.work("grants_officer", readonly=True) as work:
        assert {r.code for r in queries.blockers(work, queries.tranche(work, first))} == {"suspended"}
    with world.work("programme_head") as work:
        service.resume(work, queries.get(work, number), "Route rouverte hier")
    with world.work("grants_officer", readonly=True) as work:
        tranche = queries.tranche(work, first)
        assert queries.blockers(work, tranche) == []
        assert {r.code for r in queries.blockers(work, tranche, date(2027, 12, 1))} == {"ended"}


def test_a_condition_is_waived_by_two_people(world: World) -> None:
    number = make.signed(world, conditions=((1, "own_contribution", None),))
    first = make.tranche_id(world, number, 1)
    with world.work("grants_officer") as work:
        condition = queries.conditions(work, queries.tranche(work, first))[0]
        service.propose_waiver(work, condition, make.waiver("Personnes déplacées : apport dispensé"))
    change(world, Condition, condition.id, waiver_proposed_by_id=world.people["programme_head"])
    with world.work("programme_head") as work, pytest.raises(Refused) as refused:
        service.waive(work, work.db.get_one(Condition, condition.id))
    assert codes(refused) == {"four_eyes"}
    change(world, Condition, condition.id, waiver_proposed_by_id=world.people["grants_officer"])
    with world.work("programme_head") as work:
        service.waive(work, work.db.get_one(Condition, condition.id))
    with world.work("grants_officer", readonly=True) as work:
        assert queries.blockers(work, queries.tranche(work, first)) == []


def test_termination_cancels_what_is_not_requested(world: World) -> None:
    number = make.signed(world)
    with world.work("authorising_officer") as work:
        service.terminate(work, queries.get(work, number), make.ending("Première avance détournée de son objet"))
    with world.work("grants_officer", readonly=True) as work:
        assert {t.status for t in queries.tranches(work, queries.get(work, number))} == {"cancelled"}


# -- guards and sums --------------------------------------------------------------------------------------------------


@pytest.mark.both_engines
def test_stages_never_pass_each_other(world: World) -> None:
    number = make.tranche_id(world, make.signed(world), 1)
    with world.work("grants_officer", commit=False) as work:
        tranche = work.hold(work.db.get_one(Tranche, number))
        for stage in ("liquidated", "ordered", "paid", "cleared"):
            with pytest.raises(Refused):
                move_stage(work, tranche, stage, 1)
        assert move_stage(work, tranche, "requested", 1_780_000) == 1_780_000
        with pytest.raises(Refused):
            move_stage(work, tranche, "requested", 1)
        move_stage(work, tranche, "liquidated", 1_000_000)
        with pytest.raises(Refused):
            move_stage(work, tranche, "requested", -780_001)
        assert move_stage(work, tranche, "requested", -780_000) == 1_000_000


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(1, 10**10), min_size=1, max_size=12), st.integers(1, 10**12))
def test_a_schedule_is_accepted_only_when_it_sums(amounts: list[int], grant: int) -> None:
    found = list(schedule_obstacles(amounts, grant))
    assert (found == []) is (sum(amounts) == grant)
    assert all(r.missing_minor == grant - sum(amounts) for r in found)
    parts = split(grant, amounts)
    assert list(schedule_obstacles(parts, grant)) == []


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 20)), max_size=6), st.integers(0, 60))
def test_stopped_days_are_counted_once(spans: list[tuple[int, int]], length: int) -> None:
    start = date(2026, 1, 1)
    found = [
        Stop(n, start + timedelta(days=a), start + timedelta(days=a + b), "acte", "zone")
        for n, (a, b) in enumerate(spans)
    ]
    end = start + timedelta(days=length)
    expected = sum(any(s.covers(start + timedelta(days=d)) for s in found) for d in range(length + 1))
    assert stopped_days(found, start, end) == expected


def test_force_majeure_pushes_the_end_back(world: World) -> None:
    number = make.signed(world)
    with world.work("programme_head") as work:
        declared = service.declare_force_majeure(
            work,
            ForceMajeureForm(place_id=world.ids["region"], starts_on=date(2026, 11, 10), act="Décision n° 7", reason="Route coupée",
                              scan=Incoming("acte.pdf", pdf_bytes())),
        )  # fmt: skip
    with world.work("grants_officer", readonly=True) as work:
        agreement = queries.get(work, number)
        found = queries.stops(work, agreement.place_id)
        assert [s.zone for s in found] == ["Gao"]
        assert end_with_stops(
            found, agreement.starts_on, agreement.ends_on, work.today
        ) == agreement.ends_on + timedelta(days=13)
    with world.work("programme_head") as work:
        service.lift_force_majeure(work, work.db.get_one(type(declared), declared.id))
    with world.work("grants_officer", readonly=True) as work:
        assert queries.stops(work, world.ids["place"])[0].ends_on == work.today
        assert queries.stops(work, world.ids["region"]) and not queries.stops(work, 1)
