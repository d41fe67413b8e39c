"""Thirty-two people at the signatures of a grant that move no money: the convention, its amendments, a waiver, the opening of bids, the
certificate of closure (C03)."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from portfolio.agreements import queries, service
from portfolio.agreements.models import Agreement
from portfolio.closures import service as closures
from portfolio.closures.forms import ClosureForm
from portfolio.closures.models import Closure
from portfolio.origin import Surroundings
from portfolio.procurement import service as purchases
from portfolio.procurement.forms import OpeningForm, PersonRow
from tests.agreements import amending
from tests.agreements import world as make
from tests.agreements.standing import World, pdf_bytes
from tests.closures.test_closing import case_10
from tests.justifications.grants import office
from tests.procurement import stage
from tests.support.crowd import WHOLE, both_when_whole, copies

SCAN = {"scan": ("avenant.pdf", pdf_bytes(), "application/pdf")}
only_whole = pytest.mark.skipif(not WHOLE, reason="PORTFOLIO_WHOLE=1 races them")


def standing(world: World, around: Surroundings) -> World:
    """The world on the scene's own folder and clock."""
    around.clock.moment = world.clock.moment  # type: ignore[attr-defined]
    world.surround, world.clock = around, around.clock  # type: ignore[assignment]
    return world


def to_countersign(around: Surroundings) -> dict[str, Any]:
    """A convention that the group has signed, with a waiver that is asked for."""
    world = standing(make.build(around.database), around)
    number = make.draft(world, conditions=((1, "own_contribution", None),))
    with world.work("programme_head") as work:
        service.check(work, queries.get(work, number))
    with world.work("grants_officer") as work:
        service.send(work, queries.get(work, number))
    with world.work("grants_officer") as work:
        service.record_group_signature(work, queries.get(work, number), make.signature())
    return {"people": world.people, "world": world.ids, "agreement": number}


@both_when_whole
@pytest.mark.slow
def test_thirty_two_at_every_signature_of_an_agreement(engine_kind: str, tmp_path: Path) -> None:
    for copy in copies(engine_kind, tmp_path, "agreement", to_countersign):
        race, number = copy.race, copy.ids["agreement"]
        race("agreement:countersigned", "authorising_officer", f"/agreements/{number}/countersign")
        world = World(copy.around.database, copy.ids["people"], copy.around.clock, copy.around, copy.ids["world"])  # type: ignore[arg-type]
        first = make.tranche_id(world, number, 1)
        with world.work("grants_officer") as work:
            condition = queries.conditions(work, queries.tranche(work, first))[0]
            service.propose_waiver(work, condition, make.waiver("Personnes déplacées : apport dispensé"))
            asked = condition.id
        race("condition:waived", "programme_head", f"/agreements/conditions/{asked}/waive")
        lines = amending.moved(amending.rows(world, number), 4, 0, 20_000)
        within = amending.amend(world, number, "virement_within", lines=lines)
        amending.submit(world, within)
        race("amendment:accepted", "programme_head", f"/agreements/amendments/{within}/accept")
        longer = amending.amend(world, number, "extension", ends_on=date(2027, 12, 31))
        amending.approve(world, longer)
        race("amendment:signed", "authorising_officer", f"/agreements/amendments/{longer}/sign", {
            "signed_on": "22/11/2026", "signatory_name": "Fadimata Touré", "signatory_function": "présidente"}, files=SCAN)
        with world.work("grants_officer", readonly=True) as work:
            merged = work.db.get_one(Agreement, number)
            assert merged.ends_on == date(2027, 12, 31) and queries.lines(work, merged)[4].amount_minor == 305_000
        copy.done(whole=False)


def to_open(around: Surroundings) -> dict[str, Any]:
    """Bids deposited, the opening proposed, the president's declaration made."""
    world = stage.build(around.database)
    standing(world, around)
    number = stage.deposited(world)
    with world.work(stage.OFFICER) as work:
        people = [PersonRow(name="Rakiatou Hama", function="chargée des marchés"), PersonRow(name="Seyni Oumarou", function="président")]
        purchases.propose_opening(work, stage.get(work, number), OpeningForm(place="Salle du conseil, Gao", people=people))
    stage.declare(world, number, "president")
    return {"people": world.people, "purchase": number}


@only_whole
@pytest.mark.both_engines
@pytest.mark.slow
def test_thirty_two_who_open_the_bids(engine_kind: str, tmp_path: Path) -> None:
    for copy in copies(engine_kind, tmp_path, "opening", to_open):
        copy.race("procedure:opened", "president", f"/procurement/{copy.ids['purchase']}/open")
        copy.done(whole=False)


def to_attest(around: Surroundings) -> dict[str, Any]:
    """A grant settled to the franc, its closure prepared and its account cleared."""
    place = office(around.database, around.data_dir)
    made = case_10(place)
    with place.as_("grants_officer") as work:
        closure = closures.prepare(work, work.db.get_one(Agreement, made.agreement), ClosureForm(keep_until=date(2036, 12, 31))).id
    with place.as_("accountant") as work:
        closures.clear_account(work, work.db.get_one(Closure, closure))
    around.clock.moment = place.around.clock.now()  # type: ignore[attr-defined]
    return {"people": place.people, "closure": closure}


@only_whole
@pytest.mark.both_engines
@pytest.mark.slow
def test_thirty_two_who_attest_a_closure(engine_kind: str, tmp_path: Path) -> None:
    for copy in copies(engine_kind, tmp_path, "closure", to_attest):
        copy.race("closure:attested", "authorising_officer", f"/closures/{copy.ids['closure']}/attest", also=["agreement:closed"])
        copy.done()
