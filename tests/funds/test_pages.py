"""The pages of funds: what is shown, what is refused in words, and how many queries a list costs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from portfolio.funds.models import Fund, MoneyReceipt
from portfolio.kit.db import Database
from tests.client import Client, client
from tests.factories import add_person, around
from tests.funds.makers import Office, account, fund, line, office, receipt
from tests.support.counting import counted


@dataclass
class Desk:
    place: Office
    accountant: Client
    cashier: Client
    director: Client
    head: Client
    auditor: Client


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    surround = around(database)
    roles = ("accountant", "cashier", "authorising_officer", "programme_head", "external_auditor")
    return Desk(office(database, tmp_path), *(client(surround, add_person(database, role)) for role in roles))


def text(answer: object) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text.replace("\u202f", " ").replace("\u00a0", " ")))  # type: ignore[attr-defined]


@pytest.mark.parametrize("count", [1, 3])
def test_the_lists_cost_the_same_however_long(desk: Desk, count: int, database: Database) -> None:
    for n in range(count):
        fund_id = fund(desk.place, f"F{n + 1}")
        receipt(desk.place, fund_id, account(desk.place, fund_id, f"BQ-F{n + 1}"), 1000, f"VIR-{n}")
        line(desk.place, fund_id, 500, f"F{n + 1}-2026-01")
    for address, cost in (("/funds", 4), ("/funds/receipts", 4), ("/funds/accounts", 2)):
        desk.accountant.get(address)
        with counted(database) as seen:
            answer = desk.accountant.get(address)
        assert answer.status_code == 200
        assert len(seen) == cost, seen


def test_a_fund_says_that_credits_are_open_and_cash_not_there(desk: Desk) -> None:
    fund_id = fund(desk.place, "F2", 71_808_000)
    receipt(desk.place, fund_id, account(desk.place, fund_id), 35_904_000)
    line(desk.place, fund_id, 60_000_000)
    shown = text(desk.director.get(f"/funds/{fund_id}"))
    assert "Crédits ouverts, trésorerie non encore reçue." in shown and "24 096 000 F CFA peuvent être engagés" in shown
    assert "Disponible à engager et payer 35 904 000 F CFA" in shown
    listed = text(desk.director.get("/funds"))
    assert "71 808 000 35 904 000 0 0" in listed


def test_a_fund_passes_from_hand_to_hand(desk: Desk) -> None:
    desk.head.submit("/funds/donors", {"code": "NOR", "name": "Coopération de Norlande"})
    typed = {"code": "F1", "name": "Cohésion", "donor_id": "1", "donor_amount": "400 000", "donor_currency": "EUR",
             "rate_text": "655,957 (parité fixe)", "amount": "262 382 801", "starts_on": "01/01/2026"}
    wrong = desk.head.submit("/funds", typed)
    assert wrong.status_code == 422 and "262 382 800" in text(wrong) and 'value="Cohésion"' in wrong.text
    assert desk.head.submit("/funds", {**typed, "amount": "262 382 800"}).headers["location"] == "/funds/1"
    assert desk.head.submit("/funds/1/validate").status_code == 403
    assert desk.director.submit("/funds/1/validate").status_code == 303
    assert desk.head.submit("/funds/1/lines", {"code": "L1", "label": "Appel", "exercice": "2026", "amount": "105 000 000"}).status_code == 303
    assert desk.director.submit("/funds/lines/1/vote").status_code == 303
    desk.accountant.submit("/funds/accounts", {"code": "BQ", "label": "Banque F1", "kind": "bank", "fund_id": "1"})
    sent = {"fund_id": "1", "treasury_account_id": "1", "received_on": "15/01/2026", "bank_reference": "VIR-1", "donor_amount": "240 000",
            "donor_currency": "EUR", "rate_text": "655,957", "amount": "157 429 680"}
    assert desk.accountant.submit("/funds/receipts", sent).headers["location"] == "/funds/receipts/1"
    refused = desk.accountant.submit("/funds/receipts/1/confirm")
    assert refused.status_code == 409 and "Séparation des fonctions" in text(refused)
    page = text(desk.accountant.get("/funds/receipts/1"))
    assert "Cet argent ne peut pas encore être dépensé" in page
    again = desk.cashier.submit("/funds/receipts", sent)
    assert again.status_code == 409 and "déjà enregistrée" in text(again)


def test_money_moves_between_accounts(desk: Desk) -> None:
    fund_id = fund(desk.place)
    bank, till = account(desk.place, fund_id), account(desk.place, None, "CAISSE", "cash", 300_000)
    receipt(desk.place, fund_id, bank, 1_000_000)
    typed = {"fund_id": fund_id, "source_id": bank, "target_id": till, "amount": "300 001", "reason": "Approvisionner la caisse"}
    refused = desk.accountant.submit("/funds/accounts/move", typed)
    assert refused.status_code == 409 and "peut contenir 300 000 F CFA au plus : 1 F CFA de trop" in text(refused)
    assert desk.accountant.submit("/funds/accounts/move", {**typed, "amount": "300 000"}).status_code == 303
    fee = {"fund_id": fund_id, "treasury_account_id": bank, "amount": "11 800", "reason": "Tenue de compte"}
    assert desk.accountant.submit("/funds/accounts/fee", fee).status_code == 303
    assert "688 200" in text(desk.accountant.get(f"/funds/accounts/{bank}"))
    assert "988 200" in text(desk.accountant.get("/funds/accounts"))


def test_auditors_read_and_change_nothing(desk: Desk, database: Database) -> None:
    fund_id = fund(desk.place)
    bank = account(desk.place, fund_id)
    number = receipt(desk.place, fund_id, bank, 10, confirmed=False)
    for address in ("/funds", f"/funds/{fund_id}", "/funds/receipts", f"/funds/receipts/{number}", "/funds/accounts", f"/funds/accounts/{bank}"):
        page = desk.auditor.get(address)
        main = page.text.split("<main")[1].split("</main>")[0].split('class="list-foot')[0]
        assert page.status_code == 200 and 'method="post"' not in main, address
    assert desk.auditor.submit(f"/funds/receipts/{number}/confirm").status_code == 403
    assert desk.auditor.get("/funds?format=csv").status_code == 200 and desk.auditor.get("/funds?q=cohésion&status=open").status_code == 200
    with database.session(readonly=True) as session:
        assert (session.get_one(MoneyReceipt, number).status, session.get_one(Fund, fund_id).received_minor) == ("recorded", 0)
