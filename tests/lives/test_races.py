"""Thirty-two people at the same instant, over HTTP, on every transition of money in the life of a grant: one wins each, the others are told, the
entries are posted once (C02, C04). The races on reservations and decisions, batches, closings and contre-passations are in their rooms.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from portfolio.disbursements import queries as payments
from portfolio.funds import service as money
from portfolio.funds.forms import LineForm, ReceiptForm
from portfolio.funds.models import Fund
from portfolio.justifications import service as reports
from portfolio.justifications.models import Justification
from portfolio.ledger.models import LedgerEntry
from portfolio.origin import Surroundings
from portfolio.rulebook.postings import POSTINGS
from tests.factories import work_as
from tests.justifications.grants import office
from tests.lives import acts
from tests.support.crowd import Scene, copies, one_wins

AMOUNT = 700_001
MONEY = {key.partition("#")[0] for key, rows in POSTINGS.items() if rows}
WHO = {"liquidate": "head", "visa": "controller", "order": "director", "send": "cashier", "pay": "accountant"}


def scene(around: Surroundings) -> dict[str, Any]:
    """Grants whose payments, reports and claims stand before each transition, a receipt to confirm and credits to vote."""
    place = office(around.database, around.data_dir)
    made = acts.Product(place, **acts.furnish(place, [((AMOUNT, 0),)] * 8))

    def bring(at: int, *verbs: str) -> int:
        went, number = made.request("officer", at, AMOUNT)
        assert went, number
        made.payments.append(number)
        for verb in verbs:
            assert made.on_payment(WHO[verb], verb, len(made.payments) - 1)[0], verb
        return int(number)

    def claimed(at: int, *, issued: bool) -> int:
        bring(at, "liquidate", "visa", "order", "pay")
        went, number = made.claim("officer", at, AMOUNT)
        assert went, number
        made.claims.append(number)
        if issued:
            assert made.on_claim("director", "issue", len(made.claims) - 1)[0]
        return int(number)

    found = {
        "people": place.people, "fund": place.fund, "bank": place.bank, "way": bring(0), "sent": bring(1, "liquidate", "visa", "order", "send"),
        "ordered": bring(2, "liquidate", "visa", "order"), "visaed": bring(3, "liquidate", "visa"),
        "refused": bring(7, "liquidate", "visa", "order"),
        "claim": claimed(4, issued=False), "lost": claimed(5, issued=True),
    }  # fmt: skip
    bring(6, "liquidate", "visa", "order", "pay")
    went, told = made.report("officer", 6, [400_000, 300_001])
    assert went, told
    found["report"] = told[0]
    made.reports.append(told[0])
    made.papers.append(told[1])
    assert made.verdict("second", 0, 0, "accepted", 400_000)[0] and made.verdict("second", 0, 1, "queried", 0)[0]
    with place.as_("grants_officer") as work:
        reports.review(work, work.db.get_one(Justification, told[0]))
    found["paper"] = told[1][1]
    with place.as_("programme_head") as work:
        found["line"] = money.create_line(work, work.db.get_one(Fund, place.fund), LineForm(
            code="F1-PLUS", label="Complément", exercice=2026, amount=5_000_000)).id
    with place.as_("cashier") as work:
        found["receipt"] = money.record_receipt(work, ReceiptForm(
            fund_id=place.fund, treasury_account_id=place.bank, received_on=work.today, bank_reference="VIR-2", donor_amount=9_000_000,
            donor_currency="XOF", amount=9_000_000)).id
    return found


def posted(scene: Scene, event: str) -> int:
    """How many acts of this kind are in the books."""
    with scene.around.database.session(readonly=True) as session:
        found = select(func.count(func.distinct(LedgerEntry.posting))).where(LedgerEntry.event == event)
        return int(session.scalar(found) or 0)


def seen(scene: Scene, remaining: bool = False, payment: str = "way") -> dict[str, Any]:
    """What the page of the payment shows to whoever signs, as text."""
    with work_as(scene.around, scene.ids["people"]["external_auditor"], readonly=True) as work:
        shown = payments.seen(work, payments.get(work, scene.ids[payment]))
    return {name: str(value) for name, value in shown.items() if remaining or name != "remaining_seen"}


@pytest.mark.both_engines
@pytest.mark.slow
def test_thirty_two_at_every_transition_of_money(engine_kind: str, tmp_path: Path) -> None:
    for copy in copies(engine_kind, tmp_path, "money", scene):
        ids = copy.ids
        reason, bank = {"reason": acts.REASON}, {"treasury_account_id": str(ids["bank"])}

        def race(event: str, role: str, address: str, fields: Mapping[str, Any] = {}, s: Scene = copy) -> None:
            before = posted(s, event)
            one_wins(s.crowd(s.ids["people"][role], address, lambda _at: fields))
            assert posted(s, event) - before == (event in MONEY), event

        way = f"/disbursements/{ids['way']}"
        race("disbursement:liquidated", "programme_head", f"{way}/liquidate")
        race("disbursement:visaed", "financial_controller", f"{way}/visa", seen(copy))
        race("disbursement:ordered", "authorising_officer", f"{way}/order", seen(copy, remaining=True))
        race("disbursement:sent", "cashier", f"{way}/send", seen(copy) | bank)
        race("disbursement:paid", "accountant", f"{way}/pay", seen(copy) | bank | {
            "payment_reference": "VIR-77", "paid_on": "22/11/2026", "fee": "2500"})
        race("disbursement:failed", "accountant", f"/disbursements/{ids['sent']}/fail", reason | {"fee": "1000"})
        race("disbursement:returned", "authorising_officer", f"/disbursements/{ids['ordered']}/return", reason)
        race("disbursement:rejected", "accountant", f"/disbursements/{ids['visaed']}/reject", reason)
        race("disbursement:rejected", "accountant", f"/disbursements/{ids['refused']}/reject", reason | {"cause": "papers"})
        race("disbursement:requisitioned", "authorising_officer", f"/disbursements/{ids['refused']}/requisition",
             seen(copy, payment="refused") | reason)
        report = f"/justifications/{ids['report']}"
        race("expense:cleared", "programme_head", f"{report}/validate")
        one_wins(copy.crowd(ids["people"]["second_officer"], f"/justifications/expenses/{ids['paper']}/accept", lambda _at: {"accepted": "300001"}))
        race("expense:cleared", "programme_head", f"{report}/clear")
        claim = f"/justifications/recoveries/{ids['claim']}"
        race("recovery:issued", "authorising_officer", f"{claim}/issue")
        race("recovery:collected", "accountant", f"{claim}/collect", bank | {
            "amount": str(AMOUNT), "received_on": "22/11/2026", "payer": "Le groupement"})
        race("recovery:written_off", "authorising_officer", f"/justifications/recoveries/{ids['lost']}/write_off", reason | {"act": "Décision n° 12"})
        race("money_receipt:confirmed", "accountant", f"/funds/receipts/{ids['receipt']}/confirm")
        race("budget_line:voted", "authorising_officer", f"/funds/lines/{ids['line']}/vote")
        copy.whole()
