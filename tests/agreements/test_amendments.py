"""Amendments: each type, one open of a type, merged at signature, bound to its scan; suspension and termination by an act."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from typing import Any, cast

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from portfolio.agreements import queries, service
from portfolio.agreements.forms import ConditionLine, TrancheLine
from portfolio.agreements.models import Amendment, Condition, Suspension, Tranche
from portfolio.applications.models import Application
from portfolio.awards.models import Commitment
from portfolio.documents import queries as documents
from portfolio.documents.models import Document
from portfolio.documents.reference import rule
from portfolio.funds.models import BudgetLine as CreditLine
from portfolio.groups.models import Officer
from portfolio.kit.errors import Invalid, Refused
from tests.agreements import amending
from tests.agreements import world as make
from tests.agreements.scene import change, codes
from tests.agreements.world import World
from tests.disbursements import chain
from tests.documents.test_rules import TODAY, with_rows
from tests.factories import NOON


def one(world: World, model: type, number: int) -> Any:
    with world.work("grants_officer", readonly=True) as work:
        found = work.db.get_one(model, number)
        work.db.expunge(found)
        return found


def test_an_extension_is_merged_only_when_signed_and_one_of_a_type_is_open(world: World) -> None:
    number = make.signed(world)
    amendment = amending.amend(world, number, "extension", ends_on=date(2027, 12, 31))
    with pytest.raises(Refused) as refused:
        amending.amend(world, number, "extension", ends_on=date(2028, 1, 31))
    assert codes(refused) == {"amendment_open"}
    with world.work("grants_officer", readonly=True) as work:
        assert queries.get(work, number).ends_on == date(2027, 10, 31)
    amending.sign(world, amendment)
    with world.work("grants_officer", readonly=True) as work:
        agreement = queries.get(work, number)
        assert agreement.ends_on == date(2027, 12, 31)
        signed = queries.amendment(work, amendment)
        scan = work.db.get_one(Document, signed.signed_scan_id)
        paper = documents.last_edition(work, signed.reference)
        assert paper is not None and paper.facts["group_signature"]["scan"] == scan.sha256


@pytest.mark.both_engines
def test_the_database_refuses_a_second_open_amendment_of_a_type(world: World) -> None:
    number = make.signed(world)
    amendment = amending.amend(world, number, "extension", ends_on=date(2027, 12, 31))
    with pytest.raises(IntegrityError), world.work("grants_officer") as work:
        found = work.db.get_one(Amendment, amendment)
        work.db.add(
            Amendment(reference="AV-2", agreement_id=number, country="ML", number=2, kind="extension", reason="x", changes=found.changes)
        )  # fmt: skip
        work.db.flush()


def test_a_transfer_beyond_the_tolerance_keeps_the_sum_and_rests_on_an_opinion(world: World) -> None:
    number = make.signed(world)
    rows = amending.rows(world, number)
    short = [rows[0].model_copy(update={"unit_minor": 74_000}), *rows[1:]]
    with pytest.raises(Refused) as refused:
        amending.amend(world, number, "virement", lines=short)
    assert codes(refused) == {"budget_sum"} and refused.value.refusals[0].missing_minor == 40_000
    lines = amending.moved(rows, 4, 0, 40_000)
    with pytest.raises(Invalid) as invalid:
        amending.amend(world, number, "virement", lines=lines, act=None)
    assert [e.field for e in invalid.value.errors] == ["act"]
    amending.sign(world, amending.amend(world, number, "virement", lines=lines))
    with world.work("grants_officer", readonly=True) as work:
        found = queries.lines(work, queries.get(work, number))
        assert sum(line.amount_minor for line in found if line.source == "S") == make.GRANT
        assert found[4].amount_minor == 325_000


def test_a_transfer_within_the_tolerance_is_accepted_not_signed_and_counts_with_the_others(world: World) -> None:
    """10 % of the 285 000 of « Formation » is 28 500: 20 000 passes, 8 501 more does not, were it typed as a new transfer."""
    number = make.signed(world)
    first = amending.amend(world, number, "virement_within", lines=amending.moved(amending.rows(world, number), 4, 0, 20_000))  # fmt: skip
    amending.submit(world, first)
    with world.work("programme_head") as work, pytest.raises(Refused) as refused:
        service.approve_amendment(work, work.db.get_one(Amendment, first))
    assert codes(refused) == {"within_tolerance"}
    with world.work("programme_head") as work:
        service.accept_amendment(work, work.db.get_one(Amendment, first))
    with world.work("grants_officer", readonly=True) as work:
        assert queries.lines(work, queries.get(work, number))[4].amount_minor == 305_000
    rows = amending.rows(world, number)
    with pytest.raises(Refused) as refused:
        amending.amend(world, number, "virement_within", lines=amending.moved(rows, 4, 0, 8_501))
    assert codes(refused) == {"beyond_tolerance"} and refused.value.refusals[0].missing_minor == 1
    amending.amend(world, number, "virement_within", lines=amending.moved(rows, 4, 0, 8_500))
    extension = amending.amend(world, number, "extension", ends_on=date(2027, 12, 31))
    amending.submit(world, extension)
    with world.work("programme_head") as work, pytest.raises(Refused) as refused:
        service.accept_amendment(work, work.db.get_one(Amendment, extension))
    assert codes(refused) == {"needs_signatures"}


def test_a_new_schedule_never_touches_a_paid_tranche(world: World) -> None:
    number = make.signed(world)
    chain.to(world, "paid", make.tranche_id(world, number, 1))
    short = [TrancheLine(number=2, amount=1_000_000, modality="advance")]
    with pytest.raises(Refused) as refused:
        amending.amend(world, number, "schedule", tranches=short)
    assert codes(refused) == {"schedule_sum"}
    rows = [
        TrancheLine(number=1, amount=1, modality="advance"),  # paid: ignored
        TrancheLine(number=2, amount=1_000_000, modality="advance"),
        TrancheLine(amount=1_670_000, modality="direct"),
    ]
    amending.sign(world, amending.amend(world, number, "schedule", tranches=rows))
    with world.work("grants_officer", readonly=True) as work:
        found = {t.number: t for t in queries.tranches(work, queries.get(work, number))}
        assert found[1].amount_minor == 1_780_000 and found[1].status == "paid"
        assert found[2].amount_minor == 1_000_000 and found[3].status == "cancelled"
        assert found[4].amount_minor == 1_670_000 and found[4].modality == "direct"
        assert sum(t.amount_minor for t in found.values() if t.status != "cancelled") == make.GRANT


def test_a_tranche_requested_after_the_copy_was_made_stops_the_signature(world: World) -> None:
    number = make.signed(world)
    rows = [
        TrancheLine(number=1, amount=1_000_000), TrancheLine(number=2, amount=1_780_000), TrancheLine(number=3, amount=1_670_000),
    ]  # fmt: skip
    amendment = amending.amend(world, number, "schedule", tranches=rows)
    amending.approve(world, amendment)
    chain.request(world, make.tranche_id(world, number, 1))
    with world.work("authorising_officer") as work, pytest.raises(Refused) as refused:
        service.sign_amendment(work, work.db.get_one(Amendment, amendment), amending.signature(work))
    assert codes(refused) == {"paid_tranche_touched"}


@pytest.mark.parametrize("modality", ["advance", "direct"])
def test_a_tranche_requested_meanwhile_stops_only_what_would_change_it(world: World, modality: str) -> None:
    number = make.signed(world)
    with world.work("grants_officer", readonly=True) as work:
        found = queries.tranches(work, queries.get(work, number))
    one, two, three = (TrancheLine(number=t.number, amount=t.amount_minor, modality=t.modality, planned_on=t.planned_on, label=t.label)
                       for t in found)  # fmt: skip
    assert one.modality == "advance"
    half = three.amount // 2
    rows = [one.model_copy(update={"modality": modality}), two, three.model_copy(update={"amount": three.amount - half}), TrancheLine(amount=half)]
    amendment = amending.amend(world, number, "schedule", tranches=rows)
    chain.request(world, make.tranche_id(world, number, 1))
    if modality == "direct":
        with pytest.raises(Refused) as refused:
            amending.submit(world, amendment)
        assert codes(refused) == {"paid_tranche_touched"}
        return
    amending.sign(world, amendment)
    with world.work("grants_officer", readonly=True) as work:
        after = queries.tranches(work, queries.get(work, number))
    assert [(t.number, t.status, t.amount_minor) for t in after] == [
        (1, "requested", one.amount), (2, "planned", two.amount), (3, "planned", three.amount - half), (4, "planned", half)]  # fmt: skip


@pytest.mark.both_engines
def test_the_database_refuses_a_schedule_that_does_not_sum_and_a_paid_tranche_that_moves(world: World) -> None:
    number = make.signed(world)
    first = make.tranche_id(world, number, 1)
    with pytest.raises(IntegrityError), world.work("grants_officer") as work:
        work.db.execute(update(Tranche).where(Tranche.id == first).values(amount_minor=1_779_999))
        work.commit()
    with world.work("grants_officer") as work:  # two changes that keep the sum, in one transaction
        work.db.execute(update(Tranche).where(Tranche.id == first).values(amount_minor=1_779_999))
        second = select(Tranche.id).where(Tranche.agreement_id == number, Tranche.number == 2).scalar_subquery()
        work.db.execute(update(Tranche).where(Tranche.id == second).values(amount_minor=1_780_001))
    chain.to(world, "paid", first)
    for wrong in ({"amount_minor": 1}, {"modality": "kind"}):
        with pytest.raises(DBAPIError), world.work("grants_officer") as work:
            work.db.execute(update(Tranche).where(Tranche.id == first).values(**wrong))


def test_a_new_signatory_is_in_the_bureau_and_leaves_the_old_signature(world: World) -> None:
    number = make.signed(world)
    new = {"signatory_name": "Hawa Traoré", "signatory_function": "présidente"}
    with pytest.raises(Refused) as refused:
        amending.amend(world, number, "signatory", **new)
    assert codes(refused) == {"not_in_bureau"}
    replace(world, "Hawa Traoré")
    amendment = amending.amend(world, number, "signatory", **new)
    amending.approve(world, amendment)
    with world.work("authorising_officer") as work, pytest.raises(Invalid) as invalid:  # she left the bureau
        service.sign_amendment(work, work.db.get_one(Amendment, amendment), amending.signature(work))
    assert [e.field for e in invalid.value.errors] == ["signatory_name"]
    with world.work("authorising_officer") as work:
        form = amending.signature(work, signatory_name="Hawa Traoré")
        service.sign_amendment(work, work.db.get_one(Amendment, amendment), form)
    with world.work("grants_officer", readonly=True) as work:
        agreement = queries.get(work, number)
        assert agreement.signatory_name == "Hawa Traoré" and agreement.status == "active"
        kept = documents.paper(work, "agreement", agreement)
        assert kept is not None and kept.facts["group_signature"]["name"] == "Fadimata Touré"


def replace(world: World, name: str) -> None:
    today = world.clock.moment.date()
    with world.database.session(readonly=False) as session:
        where = (Officer.group_id == world.ids["group"], Officer.office == "president")
        session.execute(update(Officer).where(*where).values(until=today - timedelta(days=1)))
        session.add(
            Officer(group_id=world.ids["group"], office="president", full_name=name, sound="", sex="F", since=today, act="PV d'AG")
        )  # fmt: skip
        session.commit()


def test_an_amendment_by_thumbprint_needs_two_witnesses_and_the_scan(world: World) -> None:
    amendment = amending.amend(world, make.signed(world), "results", results="40 béliers vendus, 32 ménages")
    amending.approve(world, amendment)

    def wrong(**more: Any) -> set[str]:
        with world.work("authorising_officer") as work, pytest.raises(Invalid) as invalid:
            service.sign_amendment(work, work.db.get_one(Amendment, amendment), amending.signature(work, **more))
        return {e.field for e in invalid.value.errors}

    assert wrong(scan=None) == {"scan"}
    assert wrong(signed_on=world.clock.moment.date() - timedelta(days=1)) == {"signed_on"}
    witnesses = {
        "witness_one": "Zeïnabou Maïga", "witness_one_paper": "NINA 1", "witness_two": "Fatou Cissé",
        "witness_two_paper": "NINA 2", "language": "songhay", "translator": "Fatou Cissé",
    }  # fmt: skip
    assert wrong(thumbprint=True, **{**witnesses, "witness_two": None}) == {"witness_two"}
    assert wrong(thumbprint=True, **{**witnesses, "witness_one": "Fadimata Touré"}) == {"witness_one"}
    with world.work("authorising_officer") as work:
        form = amending.signature(work, thumbprint=True, **witnesses)
        service.sign_amendment(work, work.db.get_one(Amendment, amendment), form)
    with world.work("grants_officer", readonly=True) as work:
        signed = queries.amendment(work, amendment)
        assert len(signed.witnesses) == 2
        assert queries.results_of(work, queries.get(work, signed.agreement_id)).startswith("40 béliers")


def test_the_writer_of_an_amendment_does_not_approve_it(world: World) -> None:
    amendment = amending.amend(world, make.signed(world), "extension", ends_on=date(2027, 12, 31))
    amending.submit(world, amendment)
    for column in ("submitted_by_id", "created_by_id"):
        change(world, Amendment, amendment, **{column: world.people["programme_head"]})
        with world.work("programme_head") as work, pytest.raises(Refused) as refused:
            service.approve_amendment(work, work.db.get_one(Amendment, amendment))
        assert codes(refused) == {"four_eyes"}
        change(world, Amendment, amendment, **{column: world.people["grants_officer"]})


# -- suspension and termination ---------------------------------------------------------------------------------------


def test_a_suspension_by_its_act_stops_payments_and_delays(world: World) -> None:
    number = make.signed(world)
    with world.work("programme_head") as work, pytest.raises(Invalid) as invalid:
        service.suspend(work, queries.get(work, number), make.stopping("Route coupée, aucun accès", scan=None))
    assert [e.field for e in invalid.value.errors] == ["scan"]
    with world.work("programme_head") as work:
        service.suspend(work, queries.get(work, number), make.stopping("Route coupée, aucun accès"))
    world.later(days=9)
    with world.work("programme_head") as work:
        service.resume(work, queries.get(work, number), "Route rouverte hier")
    with world.work("grants_officer", readonly=True) as work:
        agreement = queries.get(work, number)
        stops = queries.stops_of(work, agreement)
        assert [(s.zone, (s.ends_on - s.starts_on).days) for s in stops if s.ends_on] == [("", 9)]
        end = queries.end_with_stops(stops, agreement.starts_on, agreement.ends_on, work.today)
        assert end == agreement.ends_on + timedelta(days=10)
    amending.sign(world, amending.amend(world, number, "suspension", until_on=date(2027, 2, 1)))
    first = make.tranche_id(world, number, 1)
    with world.work("grants_officer", readonly=True) as work:
        assert {r.code for r in queries.blockers(work, queries.tranche(work, first))} == {"suspended"}
        assert work.db.scalar(select(func.count(Suspension.id)).where(Suspension.ends_on.is_(None))) == 1
    with pytest.raises(Refused) as refused:
        amending.amend(world, number, "suspension")
    assert codes(refused) == {"already_suspended"}


@pytest.mark.both_engines
def test_a_termination_settles_what_remains_and_frees_the_group(world: World) -> None:
    number = make.signed(world)
    first = make.tranche_id(world, number, 1)
    payment = chain.to(world, "liquidated", first)
    act = make.ending("Première avance détournée de son objet")
    with world.work("authorising_officer") as work, pytest.raises(Refused) as refused:
        service.terminate(work, queries.get(work, number), act)
    assert codes(refused) == {"tranche_requested"}
    for step in (chain.visa, chain.order, chain.send, chain.pay):
        step(world, payment)
    before = one(world, CreditLine, world.ids["line"]).committed_minor
    with world.work("authorising_officer") as work:
        service.terminate(work, queries.get(work, number), make.ending(act.reason))
    with world.work("grants_officer", readonly=True) as work:
        agreement = queries.get(work, number)
        found = [(t.status, t.given_up, t.amount_minor) for t in queries.tranches(work, agreement)]
        assert found == [("paid", False, 1_780_000), ("cancelled", True, 1_780_000), ("cancelled", True, 890_000)]
        assert [d.kind for d in documents.of(work, agreement)].count("termination_act") == 1
    commitment = one(world, Commitment, world.ids["commitment"])
    assert commitment.amount_minor - commitment.released_minor == 1_780_000
    assert before - one(world, CreditLine, world.ids["line"]).committed_minor == 2_670_000
    assert one(world, Application, world.ids["application"]).grant_closed_at is not None


def test_a_termination_by_amendment_prints_what_it_settles(world: World) -> None:
    number = make.signed(world)
    amendment = amending.amend(world, number, "termination")
    amending.sign(world, amendment)
    with world.work("grants_officer", readonly=True) as work:
        assert queries.get(work, number).status == "terminated"
        signed = queries.amendment(work, amendment)
        assert signed.changes["after"]["settlement"]["released_minor"] == make.GRANT
        assert {t.status for t in queries.tranches(work, queries.get(work, number))} == {"cancelled"}


def conditions(world: World, number: int) -> dict[int, list[tuple[str, int | None]]]:
    """What each tranche waits for, by its number."""
    with world.work("grants_officer", readonly=True) as work:
        found = queries.tranches(work, queries.get(work, number))
        return {t.number: [(c.kind, c.threshold) for c in queries.conditions(work, t)] for t in found}


def stating(*rows: tuple[int, str, int | None]) -> dict[str, Any]:
    return {
        "conditions_stated": True,
        "conditions": [ConditionLine(tranche=t, kind=kind, threshold=threshold) for t, kind, threshold in rows],  # type: ignore[arg-type]
    }


KEPT = [
    TrancheLine(number=1, amount=1_780_000), TrancheLine(number=2, amount=1_780_000), TrancheLine(number=3, amount=445_000),
    TrancheLine(amount=445_000),
]  # fmt: skip


def test_a_new_schedule_keeps_the_conditions_and_a_new_tranche_has_the_usual_one_of_the_dated_rules(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = make.signed(world)
    before = conditions(world, number)
    with_rows(monkeypatch, dataclasses.replace(rule("next_tranche_percent", TODAY), value=60))
    amendment = amending.amend(world, number, "schedule", tranches=KEPT)
    changes = one(world, Amendment, amendment).changes
    assert [(c["kind"], c["threshold"]) for c in changes["before"]["tranches"][1]["conditions"]] == [("justified_previous", 75), ("visit", None)]
    assert [(c["kind"], c["threshold"]) for c in changes["after"]["tranches"][3]["conditions"]] == [("justified_previous", 60)]
    amending.sign(world, amendment)
    assert conditions(world, number) == {**before, 4: [("justified_previous", 60)]}
    with world.work("grants_officer", readonly=True) as work:
        paper = documents.last_edition(work, one(world, Amendment, amendment).reference)
        assert paper is not None
        sides = cast(Any, paper.facts)["changes"]
        assert sides["before"]["tranches"][1]["conditions"][0] == "Au moins 75\N{NO-BREAK SPACE}% de la tranche 1 justifiés et acceptés"
        assert sides["after"]["tranches"][3]["conditions"] == ["Au moins 60\N{NO-BREAK SPACE}% de la tranche 3 justifiés et acceptés"]


def test_conditions_are_changed_added_and_taken_off_at_the_signature_and_not_before(world: World) -> None:
    number = make.signed(world)
    before = conditions(world, number)
    rows = stating(
        (1, "agreement_signed", None), (2, "justified_previous", 80), (2, "visit", None), (2, "training", None), (4, "opinion", None),
        (5, "justified_previous", 75),  # suggested for a tranche that is not added
    )  # fmt: skip
    amendment = amending.amend(world, number, "schedule", tranches=KEPT, **rows)
    assert conditions(world, number) == before
    amending.sign(world, amendment)
    assert conditions(world, number) == {
        1: [("agreement_signed", None)], 2: [("justified_previous", 80), ("visit", None), ("training", None)], 3: [], 4: [("opinion", None)],
    }  # fmt: skip


def test_conditions_of_a_requested_tranche_stay_and_a_wrong_one_is_named(world: World) -> None:
    number = make.signed(world)
    chain.to(world, "paid", make.tranche_id(world, number, 1))
    rows = KEPT[1:]
    for wrong, field in ((1, "conditions-0-tranche"), (9, "conditions-0-tranche")):
        with pytest.raises(Invalid) as invalid:
            amending.amend(world, number, "schedule", tranches=rows, **stating((wrong, "visit", None)))
        assert [e.field for e in invalid.value.errors] == [field]
    with pytest.raises(Refused) as refused:
        amending.amend(world, number, "schedule", tranches=rows, **stating((2, "justified_previous", None)))
    assert codes(refused) == {"condition_incomplete"}
    with pytest.raises(Refused) as refused:
        amending.amend(world, number, "schedule", tranches=rows, **stating((4, "retention", 5)))
    assert codes(refused) == {"retention_differs"}
    amending.sign(world, amending.amend(world, number, "schedule", tranches=rows, **stating((4, "retention", 10))))
    assert conditions(world, number)[1] == [("agreement_signed", None)] and conditions(world, number)[4] == [("retention", 10)]


def test_a_condition_already_shown_stays_with_what_shows_it(world: World) -> None:
    number = make.signed(world)
    with world.work("grants_officer", readonly=True) as work:
        second = queries.tranches(work, queries.get(work, number))[1]
        visit = queries.conditions(work, second)[1].id
    change(world, Condition, visit, met_at=NOON, evidence="Visite du 3 mars")
    with pytest.raises(Refused) as refused:
        amending.amend(world, number, "schedule", tranches=KEPT, **stating((2, "justified_previous", 75)))
    assert codes(refused) == {"condition_used"}
    kept = stating((2, "training", None), (2, "visit", None))
    amending.sign(world, amending.amend(world, number, "schedule", tranches=KEPT, **kept))
    found = one(world, Condition, visit)
    assert (found.position, found.evidence) == (2, "Visite du 3 mars")
