"""Thirty-two people at the same instant, over HTTP, on the money of donors, the accounts of the institution and the months of the books (C02, C04)."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from portfolio.desk.service import periods
from portfolio.documents.service import Incoming
from portfolio.funds import queries
from portfolio.funds import service as money
from portfolio.funds.forms import AccountForm, CallForm, FundForm, ReceiptForm, RefundForm
from portfolio.funds.models import Donor, Fund, TreasuryAccount
from portfolio.ledger import queries as ledger
from portfolio.ledger.models import LedgerPeriod
from portfolio.origin import Surroundings
from portfolio.payments import service as treasury
from portfolio.payments.forms import CountForm, ReconcileForm, StatementForm
from portfolio.payments.models import StatementLine
from tests.factories import work_as
from tests.justifications.grants import J, Office, grant, office
from tests.lives.acts import REASON
from tests.lives.test_races import last
from tests.support.crowd import Scene, both_when_whole, copies, one_wins, take_the_lock_away

END = date(2027, 3, 31)
PART = 400_000
STATEMENT = (
    "Date opération;Libellé;Référence;Débit;Crédit;Solde\n"
    "22/11/2026;VIREMENT DU BAILLEUR;VIR-2;;9 000 000;69 000 000\n"
    "22/11/2026;FRAIS DE TENUE DE COMPTE;;2 500;;68 997 500\n"
    "22/11/2026;VERSEMENT INCONNU;;;10 000;69 007 500\n"
)


def receipt(place: Office, amount: int, reference: str, call: int | None = None) -> int:
    with place.as_("cashier") as work:
        return int(money.record_receipt(work, ReceiptForm(
            fund_id=place.fund, treasury_account_id=place.bank, received_on=work.today, bank_reference=reference, donor_amount=amount,
            donor_currency="XOF", amount=amount, fund_call_id=call)).id)  # fmt: skip


def scene(around: Surroundings) -> dict[str, Any]:
    """A fund that owes more than it holds, calls and refunds to its donor, a statement to be worked, a till counted, months to be closed."""
    place = office(around.database, around.data_dir)
    found: dict[str, Any] = {"people": place.people, "fund": place.fund, "bank": place.bank}
    with place.as_("programme_head") as work:
        donor = work.db.get_one(Fund, place.fund).donor_id
        found["new_fund"] = money.create_fund(work, FundForm(
            code="F2", name="Eau et pâturages", donor_id=work.db.get_one(Donor, donor).id, donor_amount=1_000_000, donor_currency="XOF",
            amount=1_000_000, starts_on=date(2026, 1, 1))).id  # fmt: skip
        fund = work.db.get_one(Fund, place.fund)
        found["refund"], found["refused"] = (
            money.propose_refund(work, fund, RefundForm(treasury_account_id=place.bank, amount=amount, reason="Reliquat, accord échu")).id
            for amount in (1_000, 2_000)
        )
    with place.as_("accountant") as work:
        found["till"] = money.create_account(work, AccountForm(code="CAISSE", label="Menue caisse", kind="cash", fund_id=place.fund)).id
    grant(place, name="Union des producteurs", tranches=(70_000_000,), paid=0, conditions=(), budget=(("Barrage", 70_000_000),))
    with place.as_("accountant") as work:
        fund = work.db.get_one(Fund, place.fund)
        need = queries.need(work, fund, END)["need"]
        found["call"], found["given_up"] = (
            money.draft_call(work, fund, CallForm(
                treasury_account_id=place.bank, until_on=END, wanted_on=J.date() + timedelta(days=30), purpose="Deuxièmes tranches",
                donor_amount=amount, donor_currency="XOF", amount=amount)).id
            for amount in (need, 1_000_000)
        )  # fmt: skip
    found["need"] = need
    found["void"] = receipt(place, 5_000, "VIR-FAUX")
    found["more"] = receipt(place, 9_000_000, "VIR-2")
    with place.as_("accountant") as work:
        file = Incoming("releve.csv", STATEMENT.encode("cp1252"))
        number = treasury.import_statement(work, StatementForm(treasury_account_id=place.bank, file=file)).id
        found["lines"] = [line.id for line in work.db.query(StatementLine).filter_by(statement_id=number).order_by(StatementLine.id)]
    with place.as_("cashier") as work:
        counts = [treasury.count_cash(work, CountForm(treasury_account_id=found["till"])).id for _ in range(2)]
    found["counts"] = counts
    return found


def propose(scene: Scene) -> int:
    """The oldest open month, proposed for closing."""
    with work_as(scene.around, scene.ids["people"]["accountant"]) as work:
        month = ledger.next_to_close(work.db, work.today)
        assert month is not None
        return int(periods.propose(work, month).id)


def reconciliation(scene: Scene) -> int:
    """The till set against its confirmed count."""
    with work_as(scene.around, scene.ids["people"]["accountant"]) as work:
        return int(treasury.prepare_reconciliation(work, ReconcileForm(source=f"count:{scene.ids['counts'][0]}")).id)


def place_of(scene: Scene) -> Office:
    return Office(scene.around, scene.ids["people"], fund=scene.ids["fund"], bank=scene.ids["bank"])


@pytest.mark.both_engines
@pytest.mark.slow
def test_thirty_two_at_every_movement_of_the_treasury(engine_kind: str, tmp_path: Path) -> None:
    for copy in copies(engine_kind, tmp_path, "treasury", scene):
        ids, race, place = copy.ids, copy.race, place_of(copy)
        race("fund_call:sent", "authorising_officer", f"/funds/calls/{ids['call']}/send")
        for amount, event in ((ids["need"] - PART, "fund_call:received_in_part"), (PART, "fund_call:received")):
            number = receipt(place, amount, f"VIR-{amount}", ids["call"])
            confirm(copy, number, event)
        answer = last(copy, "money_receipt:confirmed")
        confirm(copy, ids["more"], "money_receipt:confirmed")
        refund = f"/funds/refunds/{ids['refund']}"
        race("donor_refund:approved", "authorising_officer", f"{refund}/approve")
        race("donor_refund:paid", "accountant", f"{refund}/pay", {"bank_reference": "VIR-R1", "paid_on": "22/11/2026"})
        race("donor_refund:payment_reversed", "accountant", f"/ledger/acts/{last(copy, 'donor_refund:paid')}/reverse", {"reason": REASON})
        race("money_receipt:reversed", "accountant", f"/ledger/acts/{answer}/reverse", {"reason": REASON}, also=["fund_call:reopened"])
        race("statement_line:matched", "accountant", f"/payments/lines/{ids['lines'][0]}/match", {"movement": f"money_receipt:{ids['more']}"})
        race("statement_line:charged", "accountant", f"/payments/lines/{ids['lines'][1]}/charge", {}, also=["treasury:fee_charged"])
        # More than half of what the account holds: what one takes, no other can.
        half = balance(copy, "bank") // 2 + 1
        race("money:moved", "accountant", "/funds/accounts/move", {
            "fund_id": str(ids["fund"]), "source_id": str(ids["bank"]), "target_id": str(ids["till"]), "amount": str(half), "reason": REASON})
        race("period:closed", "authorising_officer", f"/ledger/periods/{propose(copy)}/close")
        copy.done()


def confirm(scene: Scene, number: int, event: str) -> None:
    """One confirmation wins, and with it what the receipt does to its call."""
    before = scene.happened("money_receipt:confirmed")
    scene.race(event, "accountant", f"/funds/receipts/{number}/confirm")
    assert scene.happened("money_receipt:confirmed") == (before[0] + 1, before[1] + 1)


def balance(scene: Scene, account: str) -> int:
    with scene.around.database.session(readonly=True) as session:
        return session.get_one(TreasuryAccount, scene.ids[account]).balance_minor


@both_when_whole
@pytest.mark.slow
def test_thirty_two_at_every_signature_that_moves_no_money(engine_kind: str, tmp_path: Path) -> None:
    for copy in copies(engine_kind, tmp_path, "treasury", scene):
        ids, race, reason = copy.ids, copy.race, {"reason": REASON}
        fund = f"/funds/{ids['new_fund']}"
        race("fund:validated", "authorising_officer", f"{fund}/validate")
        race("fund:frozen", "authorising_officer", f"{fund}/freeze", reason)
        race("fund:unfrozen", "authorising_officer", f"{fund}/unfreeze", reason)
        race("fund:closed", "authorising_officer", f"{fund}/close", reason)
        race("money_receipt:voided", "accountant", f"/funds/receipts/{ids['void']}/void", reason)
        race("fund_call:cancelled", "authorising_officer", f"/funds/calls/{ids['given_up']}/cancel", reason)
        race("donor_refund:rejected", "authorising_officer", f"/funds/refunds/{ids['refused']}/reject", reason)
        race("cash_count:confirmed", "accountant", f"/payments/counts/{ids['counts'][0]}/confirm")
        race("reconciliation:withdrawn", "accountant", f"/payments/reconciliations/{reconciliation(copy)}/withdraw", reason)
        race("reconciliation:controlled", "financial_controller", f"/payments/reconciliations/{reconciliation(copy)}/control")
        race("cash_count:withdrawn", "cashier", f"/payments/counts/{ids['counts'][1]}/withdraw", reason)
        unknown = f"/payments/lines/{ids['lines'][2]}"
        race("statement_line:noted", "accountant", f"{unknown}/leave", reason)
        race("statement_line:reopened", "accountant", f"{unknown}/reopen", reason)
        race("period:withdrawn", "accountant", f"/ledger/periods/{propose(copy)}/withdraw", reason)
        copy.done()


@pytest.mark.postgresql
@pytest.mark.slow
def test_two_close_a_month_when_its_locks_are_taken_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """C07: without the lock of the record and of the head of the books, somebody is not told politely by whom it was done."""
    for copy in copies("postgresql", tmp_path, "treasury", scene, times=1):
        number = propose(copy)
        monkeypatch.setattr(periods, "lock_head", lambda *_given: None)
        take_the_lock_away(monkeypatch, LedgerPeriod)
        with pytest.raises(AssertionError):
            one_wins(copy.crowd(copy.ids["people"]["authorising_officer"], f"/ledger/periods/{number}/close"))


