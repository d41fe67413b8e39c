"""Thirty-two people at the same instant, over HTTP, on every transition of money in the life of a grant: one wins each, the others are told, the
entries are posted once (C02, C04); and the list of all such races, held against the rulebook.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from portfolio.disbursements import queries as payments
from portfolio.funds import service as money
from portfolio.funds.forms import LineForm
from portfolio.funds.models import Fund
from portfolio.justifications import service as reports
from portfolio.justifications.forms import AcceptForm
from portfolio.justifications.models import Expense, Justification
from portfolio.ledger.models import LedgerEntry
from portfolio.origin import Surroundings
from tests.agreements.standing import pdf_bytes
from tests.factories import work_as
from tests.justifications.grants import office
from tests.lives import acts
from tests.support.crowd import Scene, both_when_whole, copies
from tests.support.raced import RACED, TRANSITIONS

AMOUNT = 700_001
WHO = {"liquidate": "head", "visa": "controller", "order": "director", "send": "cashier", "pay": "accountant"}


def scene(around: Surroundings) -> dict[str, Any]:
    """Grants whose payments, reports and claims stand before each transition, a receipt to confirm and credits to vote."""
    place = office(around.database, around.data_dir)
    made = acts.Product(place, **acts.furnish(place, [((AMOUNT, 0),)] * 9))

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
    assert made.propose_write_off(len(made.claims) - 1)[0]
    bring(6, "liquidate", "visa", "order", "pay")
    line = 2 * (6 * len(made.lines) // 2 // len(made.tranches))  # the first of its own grant
    went, told = made.report("officer", 6, [400_000, 300_001], line)
    assert went, told
    found["report"] = told[0]
    made.reports.append(told[0])
    made.papers.append(told[1])
    found["papers"] = told[1]
    found["unpaid"] = made.agreements[8]
    with place.as_("programme_head") as work:
        found["line"] = money.create_line(work, work.db.get_one(Fund, place.fund), LineForm(
            code="F1-PLUS", label="Complément", exercice=2026, amount=5_000_000)).id
    return found


def seen(scene: Scene, remaining: bool = False, payment: str = "way") -> dict[str, Any]:
    """What the page of the payment shows to whoever signs, as text."""
    with work_as(scene.around, scene.ids["people"]["external_auditor"], readonly=True) as work:
        shown = payments.seen(work, payments.get(work, scene.ids[payment]))
    return {name: str(value) for name, value in shown.items() if remaining or name != "remaining_seen"}


@pytest.mark.both_engines
@pytest.mark.slow
def test_thirty_two_at_every_transition_of_a_grant(engine_kind: str, tmp_path: Path) -> None:
    for copy in copies(engine_kind, tmp_path, "money", scene):
        ids, race = copy.ids, copy.race
        reason, bank = {"reason": acts.REASON}, {"treasury_account_id": str(ids["bank"])}
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
        judge(copy, queried=ids["papers"][1])
        report = f"/justifications/{ids['report']}"
        race("justification:reviewed", "grants_officer", f"{report}/review")
        race("justification:validated", "programme_head", f"{report}/validate", also=["expense:cleared"])
        race("expense:accepted", "second_officer", f"/justifications/expenses/{ids['papers'][1]}/accept", {"accepted": "300001"})
        race("justification:supplemented", "programme_head", f"{report}/clear", also=["expense:cleared"])
        claim = f"/justifications/recoveries/{ids['claim']}"
        race("recovery:issued", "authorising_officer", f"{claim}/issue")
        race("recovery:taken_in_charge", "accountant", f"{claim}/take_charge")
        race("recovery:collected", "accountant", f"{claim}/collect", bank | {
            "amount": str(AMOUNT), "received_on": "22/11/2026", "payer": "Le groupement"}, also=["recovery:settled"])
        race("recovery:reopened", "accountant", f"/ledger/acts/{last(copy, 'recovery:collected')}/reverse", reason)
        race("recovery:cancelled", "accountant", f"/ledger/acts/{last(copy, 'recovery:issued')}/reverse", reason)
        race("recovery:written_off", "authorising_officer", f"/justifications/recoveries/{ids['lost']}/write_off", reason)
        race("recovery:reinstated", "accountant", f"/ledger/acts/{last(copy, 'recovery:written_off')}/reverse", reason)
        race("budget_line:voted", "authorising_officer", f"/funds/lines/{ids['line']}/vote")
        race("commitment:reduced", "authorising_officer", f"/agreements/{ids['unpaid']}/terminate", reason | {
            "act": "Décision n° 13", "ground": "agreed"}, files={"scan": ("acte.pdf", pdf_bytes(), "application/pdf")})
        copy.done()


@both_when_whole
@pytest.mark.slow
def test_thirty_two_at_every_verdict_that_moves_no_money(engine_kind: str, tmp_path: Path) -> None:
    for copy in copies(engine_kind, tmp_path, "money", scene):
        race, reason = copy.race, {"reason": acts.REASON}
        report, (first, second) = f"/justifications/{copy.ids['report']}", copy.ids["papers"]
        race("justification:returned", "second_officer", f"{report}/return", reason)
        race("justification:submitted", "grants_officer", f"{report}/submit")
        race("expense:queried", "second_officer", f"/justifications/expenses/{second}/query", reason)
        race("expense:refused", "second_officer", f"/justifications/expenses/{first}/refuse", reason)
        race("expense:reconsidered", "second_officer", f"/justifications/expenses/{first}/reconsider", reason)
        judge(copy)
        with work_as(copy.around, copy.ids["people"]["grants_officer"]) as work:
            reports.review(work, work.db.get_one(Justification, copy.ids["report"]))
        race("justification:review_resumed", "programme_head", f"{report}/resume_review", reason)
        race("recovery:withdrawn", "grants_officer", f"/justifications/recoveries/{copy.ids['claim']}/withdraw", reason)
        copy.done()


def judge(scene: Scene, queried: int | None = None) -> None:
    """The second officer accepts the first paper, and asks about the other."""
    with work_as(scene.around, scene.ids["people"]["second_officer"]) as work:
        reports.accept(work, work.db.get_one(Expense, scene.ids["papers"][0]), AcceptForm(accepted=400_000))
    if queried:
        with work_as(scene.around, scene.ids["people"]["second_officer"]) as work:
            reports.query(work, work.db.get_one(Expense, queried), acts.REASON)


def last(scene: Scene, event: str) -> int:
    """The newest act of this kind in the books."""
    with scene.around.database.session(readonly=True) as session:
        return int(session.scalar(select(func.max(LedgerEntry.posting)).where(LedgerEntry.event == event)) or 0)


def test_every_transition_of_money_that_the_rulebook_names_is_raced() -> None:
    """A new verb of money without its race fails here; each test named says itself what it raced (`Scene.done`)."""
    named = [event for events in RACED.values() for event in events]
    assert sorted(set(named)) == sorted(named), "an event is listed twice"
    assert TRANSITIONS - set(named) == set(), "no race"
    assert set(named) - TRANSITIONS == set(), "the rulebook has no such event any more"
    for test in RACED:
        path, _, name = test.partition("::")
        code = Path(path).read_text()
        body = code.partition(f"def {name}(")[2].partition("\ndef ")[0]
        assert ".done(" in body, test
