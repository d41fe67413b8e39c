"""The accountant refuses in writing; the ordonnateur requisitions him in writing; some refusals no réquisition lifts (R3, J9)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from portfolio.desk.queries.auditor import board
from portfolio.disbursements import queries, service
from portfolio.disbursements.forms import RejectForm, RequisitionForm
from portfolio.disbursements.models import Requisition
from portfolio.documents import queries as documents
from portfolio.funds.models import BudgetLine, Fund
from portfolio.groups.models import GroupAccount
from portfolio.kit.errors import Forbidden, Refused
from tests.agreements import world as make
from tests.agreements.scene import change, codes
from tests.agreements.test_pages import browsers, fields_of, text_of
from tests.agreements.world import World
from tests.disbursements import chain
from tests.disbursements.scene import AMOUNT, books, first
from tests.disbursements.test_papers import read

WHY = "La pièce manquante est au dossier du fonds, vérifiée ce jour"


def refuse(world: World, number: int, cause: str = "papers", who: str = "accountant") -> str:
    with world.work(who) as work:
        form = RejectForm(cause=cause, reason="La facture pro forma n'est pas jointe")
        return service.reject(work, queries.get(work, number), form).reference


def requisition(world: World, number: int, who: str = "authorising_officer", **wrong: Any) -> str:
    with world.work(who) as work:
        d = queries.get(work, number)
        form = {"content_hash": d.content_hash, "amount_seen": d.amount_minor, "reason": WHY, **wrong}
        return service.requisition(work, d, RequisitionForm(**form)).reference


@pytest.mark.both_engines
def test_a_requisition_makes_the_order_stand_again_and_it_is_paid(world: World) -> None:
    tranche = first(world)
    number = chain.to(world, "ordered", tranche)
    before = books(world)
    note = refuse(world, number)
    assert books(world) == {} and make.tranche(world, tranche).status == "planned"
    order = requisition(world, number)
    assert (note[:3], order[:3]) == ("NR-", "RP-")
    assert books(world) == before and make.tranche(world, tranche).status == "requested"
    chain.pay(world, number)
    assert books(world) == {"904": -AMOUNT, "907": AMOUNT, "409": AMOUNT, "521": -AMOUNT}
    with world.work("external_auditor", readonly=True) as work:
        d = queries.get(work, number)
        papers = {p.kind: read(documents.bytes_of(work, p)) for p in documents.papers_of(work, d)}
        acts = {a.code: a.count for a in board(work).acts}
    assert acts["requisitions"] == 1
    for kind, expected in (
        ("payment_rejection", ("NOTE DE REJET", "Pièce justificative absente", "requérir le comptable", "Issoufou Garba")),
        ("payment_requisition", ("ORDRE DE RÉQUISITION", note, "sous la responsabilité de l'ordonnateur", WHY, "Mariama Sow",
                                 "un million sept cent quatre-vingt mille francs CFA")),
        ("order", (f"Payé sur réquisition n° {order}", WHY, "VIR-OP")),
    ):  # fmt: skip
        words, pages = papers[kind]
        assert pages == 1
        for mention in expected:
            assert mention in words, (kind, mention)


@pytest.mark.parametrize("cause", ["credits", "funds", "service", "discharge", "visa"])
def test_some_refusals_no_requisition_lifts(world: World, cause: str) -> None:
    tranche = first(world)
    number = chain.to(world, "ordered", tranche)
    refuse(world, number, cause)
    with pytest.raises(Refused) as refused:
        requisition(world, number)
    assert codes(refused) == {"not_obeyed"}
    assert books(world) == {} and chain.request(world, tranche) != number


def test_a_requisition_creates_neither_money_nor_credits_nor_discharge(world: World) -> None:
    number = chain.to(world, "ordered", first(world))
    refuse(world, number)
    change(world, Fund, world.ids["fund"], received_minor=AMOUNT - 1)
    with pytest.raises(Refused) as refused:
        requisition(world, number)
    assert codes(refused) == {"cash_missing"} and refused.value.refusals[0].missing_minor == 1
    change(world, Fund, world.ids["fund"], received_minor=60_000_000)
    with world.database.session(readonly=True) as session:
        committed = session.get_one(BudgetLine, world.ids["line"]).committed_minor
    change(world, BudgetLine, world.ids["line"], liquidated_minor=committed - AMOUNT + 1)
    with pytest.raises(Refused) as refused:
        requisition(world, number)
    assert codes(refused) == {"credits_short"}
    change(world, BudgetLine, world.ids["line"], liquidated_minor=0)
    change(world, GroupAccount, world.ids["account"], status="retired")
    with pytest.raises(Refused) as refused:
        requisition(world, number)
    assert "content_changed" in codes(refused)
    change(world, GroupAccount, world.ids["account"], status="verified")
    requisition(world, number)


def test_only_a_signed_order_of_a_tranche_still_free_is_requisitioned(world: World) -> None:
    tranche = first(world)
    number = chain.to(world, "visaed", tranche)
    refuse(world, number)
    with pytest.raises(Refused) as refused:
        requisition(world, number)
    assert codes(refused) == {"not_an_order"}
    number = chain.to(world, "ordered", tranche)
    refuse(world, number)
    with pytest.raises(Refused) as refused:
        requisition(world, number, amount_seen=AMOUNT - 1)
    assert codes(refused) == {"not_what_was_seen"}
    for who in ("accountant", "financial_controller", "programme_head"):
        with pytest.raises(Forbidden):
            requisition(world, number, who)
    chain.request(world, tranche)
    with pytest.raises(Refused) as refused:
        requisition(world, number)
    assert codes(refused) == {"tranche_taken"}


def test_after_a_requisition_only_a_cause_that_stops_it_refuses_again(world: World) -> None:
    number = chain.to(world, "ordered", first(world))
    refuse(world, number)
    requisition(world, number)
    with pytest.raises(Refused) as refused:
        refuse(world, number)
    assert codes(refused) == {"requisitioned"}
    refuse(world, number, "funds")
    with pytest.raises(Refused) as refused:
        requisition(world, number)
    assert codes(refused) == {"not_obeyed"} and books(world) == {}
    with world.work("external_auditor", readonly=True) as work:
        kept = queries.rejections(work, queries.get(work, number))
    assert [(r.cause, a is not None) for r, a in kept] == [("papers", True), ("funds", False)]


@pytest.mark.both_engines
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE payment_rejection SET reason = 'autre motif'",
        "DELETE FROM payment_rejection",
        "UPDATE payment_requisition SET amount_minor = 1",
        "DELETE FROM payment_requisition",
    ],
)
def test_the_database_keeps_refusals_and_requisitions_for_ever(world: World, statement: str) -> None:
    number = chain.to(world, "ordered", first(world))
    refuse(world, number)
    requisition(world, number)
    with world.database.session(readonly=False) as session:
        with pytest.raises(DBAPIError, match="append-only"):
            session.execute(text(statement))
        session.rollback()
        assert session.scalars(select(Requisition.reason)).all() == [WHY]


def test_the_refusal_and_the_requisition_through_their_forms(world: World) -> None:
    by = browsers(world)
    number = chain.to(world, "ordered", first(world))
    address = f"/disbursements/{number}"
    shown = by["accountant"].get(address)
    fields = fields_of(shown.text, f"{address}/reject")
    short = by["accountant"].submit(f"{address}/reject", fields | {"reason": "non"})
    assert short.status_code == 422 and "non" in short.text
    strange = by["accountant"].submit(f"{address}/reject", fields | {"cause": "x", "reason": WHY})
    assert strange.status_code == 422 and "Choisissez la cause" in text_of(strange.text)
    assert by["accountant"].submit(f"{address}/reject", fields | {"reason": "Pas de facture jointe"}).status_code == 303
    director = by["authorising_officer"]
    shown = director.get(address)
    assert "Pas de facture jointe" in text_of(shown.text)
    fields = fields_of(shown.text, f"{address}/requisition")
    assert director.submit(f"{address}/requisition", fields | {"reason": WHY}).status_code == 303
    words = text_of(by["external_auditor"].get(address).text)
    assert "Sur réquisition RP-" in words and WHY in words
    listed = text_of(by["external_auditor"].get("/disbursements?requisition=yes").text)
    assert "OP-2026-00001" in listed
    assert "OP-2026-00001" not in text_of(by["external_auditor"].get("/disbursements?requisition=yes&status=paid").text)
    refuse(world, number, "funds")
    assert "Une réquisition ne lève pas ce rejet" in text_of(director.get(address).text)
