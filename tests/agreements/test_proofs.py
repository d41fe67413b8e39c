"""Conditions are shown by records with their paper: what a person says is not enough (R16, J3, M2)."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError

from portfolio.agreements import queries, service
from portfolio.agreements.forms import ProofForm
from portfolio.agreements.models import Condition, Proof
from portfolio.documents.service import Incoming
from portfolio.kit.errors import Forbidden, Invalid, Refused
from portfolio.seed.samples import pdf
from tests.agreements import world as make
from tests.agreements.scene import change, codes
from tests.agreements.world import World
from tests.client import client
from tests.factories import NOON

TODAY = NOON.date()
SAID: dict[str, dict[str, Any]] = {
    "own_contribution": {"number": "BV-12", "issuer": "Caisse populaire", "amount": 300_000},
    "training": {"issuer": "Service de l'élevage", "place": "Ansongo", "attended": 22, "attended_women": 14},
    "opinion": {"number": "41/DRH", "issuer": "Hydraulique", "opinion": "favourable"},
    "works_contract": {"number": "M-7", "issuer": "Sahel BTP", "amount": 2_000_000},
    "report": {"from_on": TODAY - timedelta(days=90), "to_on": TODAY - timedelta(days=3), "note": "Deux embouches sur trois faites."},
    "document": {"issuer": "Mairie d'Ansongo"},
    "no_reserve": {"number": "PVL-2"},
}


def form(kind: str, name: str = "piece", **more: Any) -> ProofForm:
    scan = Incoming(f"{name}.pdf", pdf(name))
    return ProofForm(**{"dated_on": TODAY, "scan": scan, **SAID[kind], **more})


def conditions_of(world: World, *kinds: str) -> dict[str, int]:
    """A signed agreement whose first tranche waits for these; the ids by kind."""
    number = make.signed(world, conditions=tuple((1, kind, None) for kind in kinds))
    with world.work("grants_officer", readonly=True) as work:
        return {c.kind: c.id for c in queries.conditions(work, queries.tranche(work, make.tranche_id(world, number, 1)))}


def condition_of(world: World, kind: str) -> int:
    return conditions_of(world, kind)[kind]


def record(world: World, condition: int, kind: str, who: str = "grants_officer", name: str = "piece", **more: Any) -> int:
    with world.work(who) as work:
        return service.record_proof(work, work.db.get_one(Condition, condition), form(kind, name, **more)).id


def blocked(world: World, condition: int) -> set[str]:
    with world.work("grants_officer", readonly=True) as work:
        tranche = queries.tranche(work, work.db.get_one(Condition, condition).tranche_id)
        return {r.code for r in queries.blockers(work, tranche)}


@pytest.mark.both_engines
def test_a_condition_reads_its_record(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    found = conditions_of(world, *SAID)
    waiting = {f"condition_{kind}" for kind in SAID}
    some = found["opinion"]
    assert blocked(world, some) == waiting
    for condition in found.values():  # said, not shown
        change(world, Condition, condition, met_at=NOON, met_by_id=world.people["grants_officer"], evidence="vu")
    assert blocked(world, some) == waiting
    with monkeypatch.context() as without:  # without the reading, a word would do
        without.setattr(sys.modules["portfolio.agreements.queries.blockers"], "PROVEN", ())
        assert blocked(world, some) == set()
    for condition in found.values():
        change(world, Condition, condition, met_at=None, met_by_id=None)
    proofs = {}
    for kind, condition in found.items():
        proofs[kind] = record(world, condition, kind, name=kind)
        if kind == "report":
            assert blocked(world, some) == waiting
            with world.work("programme_head") as work:
                service.accept_proof(work, work.db.get_one(Proof, proofs[kind]))
        waiting -= {f"condition_{kind}"}
        assert blocked(world, some) == waiting
    for kind, proof in proofs.items():  # the stamp alone is worth nothing
        with world.database.session(readonly=False) as session:
            session.execute(delete(Proof).where(Proof.id == proof))
            session.commit()
        assert f"condition_{kind}" in blocked(world, some)


def test_deposits_are_added_up_to_the_own_contribution(world: World) -> None:
    condition = condition_of(world, "own_contribution")
    record(world, condition, "own_contribution", amount=180_000)
    with world.work("grants_officer", readonly=True) as work:
        tranche = queries.tranche(work, work.db.get_one(Condition, condition).tranche_id)
        (refusal,) = queries.blockers(work, tranche)
        assert refusal.missing_minor == 120_000 and "120" in refusal.message
    with pytest.raises(Invalid) as invalid:  # the same slip twice
        record(world, condition, "own_contribution", amount=120_000)
    assert [e.field for e in invalid.value.errors] == ["scan"]
    record(world, condition, "own_contribution", name="second", amount=120_000)
    assert blocked(world, condition) == set()


def test_the_last_opinion_counts(world: World) -> None:
    condition = condition_of(world, "opinion")
    record(world, condition, "opinion", opinion="unfavourable")
    assert blocked(world, condition) == {"condition_opinion"}
    record(world, condition, "opinion", name="second", opinion="reserved")
    assert blocked(world, condition) == set()


def test_a_report_is_accepted_or_returned_by_another_person(world: World) -> None:
    condition = condition_of(world, "report")
    proof = record(world, condition, "report")
    with world.work("second_officer") as work, pytest.raises(Forbidden):
        service.accept_proof(work, work.db.get_one(Proof, proof))
    with world.work("programme_head") as work:
        service.return_proof(work, work.db.get_one(Proof, proof), "La deuxième activité n'est pas racontée")
    with world.work("programme_head") as work, pytest.raises(Refused) as refused:
        service.accept_proof(work, work.db.get_one(Proof, proof))
    assert codes(refused) == {"already_done"}
    assert blocked(world, condition) == {"condition_report"}
    again = record(world, condition, "report", name="second")
    change(world, Proof, again, recorded_by_id=world.people["programme_head"])
    with world.work("programme_head") as work, pytest.raises(Refused) as refused:
        service.accept_proof(work, work.db.get_one(Proof, again))
    assert codes(refused) == {"four_eyes"}
    with pytest.raises(IntegrityError), world.database.session(readonly=False) as session:  # the database says it too
        session.execute(update(Proof).where(Proof.id == again).values(accepted_by_id=world.people["programme_head"], accepted_at=NOON))
        session.commit()


WRONG = [
    ("training", {"attended": 0}, "attended"),
    ("training", {"attended_women": 30}, "attended_women"),
    ("training", {"place": None}, "place"),
    ("own_contribution", {"amount": None}, "amount"),
    ("opinion", {"opinion": None}, "opinion"),
    ("report", {"to_on": TODAY + timedelta(days=1)}, "to_on"),
    ("report", {"from_on": TODAY}, "to_on"),
    ("document", {"dated_on": TODAY + timedelta(days=1)}, "dated_on"),
    ("document", {"scan": None}, "scan"),
]


def test_each_paper_says_what_it_must(world: World) -> None:
    found = conditions_of(world, *SAID)
    for kind, wrong, field in WRONG:
        with pytest.raises(Invalid) as invalid:
            record(world, found[kind], kind, **wrong)
        assert [e.field for e in invalid.value.errors] == [field], (kind, wrong)
    assert len(blocked(world, found["report"])) == len(SAID)


def test_nothing_is_recorded_before_the_group_signs_nor_for_what_other_rooms_tell(world: World) -> None:
    number = make.draft(world, conditions=((1, "training", None), (1, "visit", None)))
    with world.work("grants_officer", readonly=True) as work:
        training, visit = (c.id for c in queries.conditions(work, queries.tranche(work, make.tranche_id(world, number, 1))))
    with pytest.raises(Refused) as refused:
        record(world, training, "training")
    assert codes(refused) == {"not_signed_yet"}
    with world.work("grants_officer") as work, pytest.raises(Refused) as refused:
        service.record_proof(work, work.db.get_one(Condition, visit), form("training"))
    assert codes(refused) == {"condition_computed"}


def test_the_page_keeps_what_was_typed_and_shows_the_paper(world: World) -> None:
    condition = condition_of(world, "training")
    officer = client(world.surround, world.people["grants_officer"])
    address = f"/agreements/conditions/{condition}/proof"
    assert "Personnes ayant émargé" in officer.get(address).text
    typed = {"dated_on": "01/06/2026", "issuer": "Service de l'élevage", "place": "", "attended": "22", "attended_women": "30"}
    refused = officer.submit(address, typed)
    assert refused.status_code == 422 and "Joignez la pièce" in refused.text and 'value="22"' in refused.text
    scan = {"scan": ("feuille.pdf", pdf("feuille"), "application/pdf")}
    done = officer.submit(address, typed | {"place": "Ansongo", "attended_women": "14"}, files=scan)
    assert done.status_code == 303
    page = officer.get(done.headers["location"]).text
    assert "Ansongo" in page and "22 personnes" in page
    assert client(world.surround, world.people["external_auditor"]).submit(address, typed).status_code == 403
    assert officer.get("/agreements/conditions/99999/proof").status_code == 404
