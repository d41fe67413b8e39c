"""The screens of payments over HTTP: the chain by its five people, refused forms, the queues, the papers."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from sqlalchemy import event

from portfolio.kit.db import Database
from tests.agreements import world as make
from tests.agreements.test_pages import browsers, fields_of, text_of
from tests.agreements.world import World
from tests.disbursements import chain


@pytest.fixture
def world(database: Database) -> World:
    return make.build(database)


def test_the_chain_through_its_forms(world: World) -> None:
    by = browsers(world)
    agreement = make.signed(world)
    tranche = make.tranche_id(world, agreement, 1)
    page = by["grants_officer"].get(f"/agreements/{agreement}")
    assert f"/disbursements/new?tranche={tranche}" in page.text
    form = by["grants_officer"].get(f"/disbursements/new?tranche={tranche}")
    fields = fields_of(form.text, f"/disbursements/new/{tranche}") | {"papers": "Bordereau d'apport\nPV d'AG"}
    made = by["grants_officer"].submit(f"/disbursements/new/{tranche}", fields)
    assert made.status_code == 303
    address = made.headers["location"]
    assert "PV d&#39;AG" in by["grants_officer"].get(address).text
    assert by["programme_head"].submit(f"{address}/liquidate").status_code == 303
    for role, verb in (("financial_controller", "visa"), ("authorising_officer", "order")):
        shown = by[role].get(address)
        assert (
            by[role].submit(f"{address}/{verb}", fields_of(shown.text, f"{address}/{verb}")).status_code
            == 303
        )
    accountant = by["accountant"]
    shown = accountant.get(address)
    assert "1 780 000 F CFA à Groupement féminin Anniya" in text_of(shown.text)
    assert (
        "ML0990100100000123456" in shown.text
        and "ML0990100100000123456" not in by["grants_officer"].get(address).text
    )
    pay = fields_of(shown.text, f"{address}/pay")
    refused = accountant.submit(f"{address}/pay", pay | {"payment_reference": "", "fee": "deux mille"})
    assert refused.status_code == 422 and "deux mille" in refused.text
    assert (
        accountant.submit(f"{address}/pay", pay | {"payment_reference": "VIR-9", "fee": "2 500"}).status_code
        == 303
    )
    page = text_of(accountant.get(address).text)
    assert "Issoufou Garba" in page and "VIR-9" in page and "2 500 F CFA" in page
    for kind in ("request", "liquidation", "order", "receipt"):
        paper = accountant.get(f"{address}/papers/{kind}")
        assert paper.headers["content-type"] == "application/pdf" and paper.content.startswith(b"%PDF"), kind
    assert accountant.get(f"{address}/papers/nothing").status_code == 404
    assert "VIR-9" not in by["grants_officer"].get("/disbursements?queue=pay").text
    assert "Payé" in text_of(by["grants_officer"].get(f"/agreements/{agreement}").text)


def test_a_blocked_tranche_says_why_instead_of_a_form(world: World) -> None:
    agreement = make.signed(world)
    page = browsers(world)["grants_officer"].get(
        f"/disbursements/new?tranche={make.tranche_id(world, agreement, 2)}"
    )
    words = text_of(page.text)
    assert (
        "Tranche 2 bloquée : la tranche 1 n’est pas encore payée." in words
        and 'name="amount"' not in page.text
    )


def test_a_field_taken_away_is_refused(world: World) -> None:
    number = chain.to(world, "visaed", make.tranche_id(world, make.signed(world), 1))
    ordonnateur = browsers(world)["authorising_officer"]
    for fields in (
        {},
        {"content_hash": "x"},
        {"content_hash": "0" * 64, "amount_seen": "1", "remaining_seen": "1"},
    ):
        assert ordonnateur.submit(f"/disbursements/{number}/order", fields).status_code in (409, 422)
    assert chain.stored(world, number).status == "visaed"


@pytest.mark.parametrize(
    "role", ["grants_officer", "external_auditor", "intake_agent", "cashier", "programme_head"]
)
def test_others_do_not_order(world: World, role: str) -> None:
    number = chain.to(world, "visaed", make.tranche_id(world, make.signed(world), 1))
    with world.work("authorising_officer", readonly=True) as work:
        from portfolio.disbursements import queries

        fields = queries.seen(work, queries.get(work, number))
    assert browsers(world)[role].submit(f"/disbursements/{number}/order", fields).status_code == 403
    assert chain.stored(world, number).status == "visaed"


NONSENSE: tuple[dict[str, Any], ...] = (
    {"paid_on": "31/02/2026"}, {"paid_on": ""}, {"fee": "-1"}, {"fee": "1e9"}, {"treasury_account_id": "0"},
    {"treasury_account_id": "99999"}, {"payment_reference": "x" * 200}, {"payment_reference": "\x00"}, {"content_hash": "é" * 64},
    {"amount_seen": "beaucoup"}, {"extra": "1"},
)  # fmt: skip


def test_nothing_typed_breaks_the_payment(world: World) -> None:
    number = chain.to(world, "ordered", make.tranche_id(world, make.signed(world), 1))
    accountant = browsers(world)["accountant"]
    address = f"/disbursements/{number}"
    good = fields_of(accountant.get(address).text, f"{address}/pay") | {"payment_reference": "VIR-1"}
    for wrong in NONSENSE:
        assert accountant.submit(f"{address}/pay", good | wrong).status_code in (409, 422), wrong
    assert chain.stored(world, number).status == "ordered"
    for path in (
        "/disbursements/0",
        "/disbursements/99999999999999999999",
        "/disbursements/new?tranche=x",
        "/disbursements/x",
    ):
        assert accountant.get(path).status_code in (403, 404), path


def test_lists_queues_and_panels(world: World) -> None:
    agreement = make.signed(world, conditions=())
    for n, link in ((1, "paid"), (2, "ordered"), (3, "requested")):
        chain.to(world, link, make.tranche_id(world, agreement, n))
    by = browsers(world)
    page = text_of(by["accountant"].get("/disbursements").text)
    for words in ("À liquider", "À viser", "À ordonnancer", "À payer", "4 450 000"):
        assert words in page, words
    assert (
        len(re.findall(r'href="/disbursements/\d+"', by["accountant"].get("/disbursements?queue=pay").text))
        == 1
    )
    for query in (
        "?status=paid",
        "?q=conv",
        "?since=2026-11-01&until=2026-11-30",
        "?country=ML",
        "?sort=-amount",
        "?format=csv",
        "?queue=x",
    ):
        assert by["accountant"].get(f"/disbursements{query}").status_code == 200, query
    shown = html.unescape(by["grants_officer"].get(f"/agreements/{agreement}").text)
    assert shown.count("OP-2026-0000") >= 3
    seen: list[str] = []
    event.listen(world.database.engine, "before_cursor_execute", lambda *a: seen.append(a[2]))
    by["accountant"].get("/disbursements")
    assert len([s for s in seen if s.lstrip().upper().startswith("SELECT")]) <= 8
