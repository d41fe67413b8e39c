"""What the auditor's lists hold: each act outside the rule is found, and found no longer when it is within it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from portfolio.agreements.models import FormalNotice, Tranche
from portfolio.desk.queries import auditor, control
from portfolio.disbursements.models import Disbursement
from portfolio.funds.models import TreasuryAccount
from portfolio.groups.models import GroupAccount
from portfolio.justifications import service
from portfolio.justifications.forms import RecoveryForm
from portfolio.justifications.models import Recovery
from portfolio.kit.errors import Invalid
from portfolio.payments.models import BankStatement, CashCount
from portfolio.procurement.models import Supplier, SupplierAccount
from tests.client import client
from tests.justifications.grants import Grant, J, Office, decide, expense, grant, report, row, validated


def counted(place: Office, *codes: str) -> list[tuple[int, int]]:
    with place.as_("external_auditor", readonly=True) as work:
        found = control.counts(work)
        return [(found[code].count, found[code].amount_minor) for code in codes]


def changed(place: Office, number: int, **values: Any) -> None:
    with place.database.session(readonly=False) as session:
        session.execute(update(Disbursement).where(Disbursement.id == number).values(values))
        session.commit()


def payments(place: Office) -> list[int]:
    with place.database.session(readonly=True) as session:
        return [int(n) for (n,) in session.query(Disbursement.id).order_by(Disbursement.id)]


def served(place: Office, made: Grant) -> None:
    """A formal notice whose delay is over: what the group does not give back by itself is ordered back after one (R11)."""
    with place.database.session(readonly=False) as session:
        row(session, FormalNotice, reference="MED-1", agreement_id=made.agreement, tranche_id=None, call_id=place.call, group_id=made.group,
            country="ML", ground="breach", means="hand", status="served", outcome="received", sent_on=J.date() - timedelta(days=40), delay_days=14,
            received_on=J.date() - timedelta(days=30), expires_on=J.date() - timedelta(days=16), amount_currency="XOF",
            sent_by_id=place.people["grants_officer"], served_by_id=place.people["grants_officer"], served_at=J - timedelta(days=30))
        session.commit()


def order(place: Office, made: Grant, amount: int, for_refused: int | None = None, ground: str = "refused") -> None:
    with place.as_("grants_officer") as work:
        tranche = work.db.get_one(Tranche, made.tranches[0])
        number = service.prepare_recovery(work, tranche, RecoveryForm(
            tranche_id=tranche.id, amount=amount, for_refused=for_refused, reason="Somme à reverser", ground=ground,
            due_on=J.date())).id
    with place.as_("authorising_officer") as work:
        service.issue_recovery(work, work.db.get_one(Recovery, number))


@pytest.mark.both_engines
def test_an_order_for_unspent_money_takes_nothing_off_the_refusals(place: Office) -> None:
    made = grant(place, tranches=(1_000_000,), paid=1, conditions=(), budget=(("Moulin", 1_000_000),))
    number = report(place, made.tranches[0], expense(made, 600_000, "Moulin", -268), expense(made, 50_000, "Moulin", -260))
    decide(place, number, {1: "accept", 2: "refuse"})
    validated(place, number)
    assert counted(place, "refused", "unordered") == [(1, 50_000), (1, 50_000)]
    order(place, made, 200_000, for_refused=0, ground="unspent")
    assert counted(place, "unordered") == [(1, 50_000)], "what was not spent is another debt"
    served(place, made)
    with pytest.raises(Invalid):
        order(place, made, 100_000, for_refused=50_001)
    order(place, made, 30_000)
    assert counted(place, "unordered") == [(1, 20_000)]
    order(place, made, 20_000, for_refused=20_000)
    assert counted(place, "unordered") == [(0, 0)]


@pytest.mark.both_engines
def test_acts_outside_the_rule_are_found_where_they_stand(place: Office) -> None:
    grant(place, tranches=(150_000, 250_000), conditions=(), budget=(("Moulin", 400_000),))
    small, large = payments(place)
    assert counted(place, "cash_over", "quick", "account_changed", "no_receipt") == [(0, 0), (2, 400_000), (0, 0), (2, 400_000)]
    for number in (small, large):
        changed(place, number, account_kind="cash", receipt_number=f"R{number}", identity_number="CNI 12",
                requested_at=J - timedelta(minutes=10))
    assert counted(place, "cash_over", "quick") == [(1, 250_000), (0, 0)]
    with place.database.session(readonly=False) as session:
        account = row(session, GroupAccount, group_id=session.get_one(Disbursement, large).group_id, kind="bank", holder="x",
                      number="ML1", status="verified", verified_at=J - timedelta(days=7, seconds=-1)).id
        old = row(session, GroupAccount, group_id=session.get_one(Disbursement, small).group_id, kind="bank", holder="x",
                  number="ML2", status="retired", verified_at=J - timedelta(days=7)).id
        session.commit()
    changed(place, large, account_id=account)
    changed(place, small, account_id=old)
    assert counted(place, "account_changed") == [(1, 250_000)], "seven whole days are enough"
    with place.database.session(readonly=False) as session:
        shop = row(session, Supplier, code="F-1", name="Forge", folded="forge", country="ML").id
        new = row(session, SupplierAccount, supplier_id=shop, country="ML", kind="bank", holder="x", number="ML3", status="verified",
                  created_at=J - timedelta(days=4), created_by_id=place.people["grants_officer"], verified_by_id=place.people["programme_head"], verified_at=J - timedelta(days=3)).id
        session.commit()
    changed(place, small, account_id=None, supplier_id=shop, supplier_account_id=new, payee_kind="supplier")
    assert counted(place, "account_changed") == [(2, 400_000)], "the account of a supplier is looked at as that of a group"


@pytest.mark.both_engines
def test_a_sum_cut_under_a_threshold_is_seen_in_its_window(place: Office) -> None:
    grant(place, tranches=(9_000_000, 9_000_000, 9_000_000), paid=3, conditions=(), budget=(("Forage", 27_000_000),))
    first, second, third = payments(place)
    for number in (first, second, third):
        changed(place, number, account_number="ML0001", ordered_at=J - timedelta(days=40 * number))
    assert counted(place, "pieces") == [(0, 0)], "far enough from each other"
    for at, number in enumerate((first, second, third)):
        changed(place, number, ordered_at=J - timedelta(days=12 * at))
    assert counted(place, "pieces") == [(1, 9_000_000)], "the third reaches twenty millions with the two before it"
    changed(place, third, account_number="ML0002")
    assert counted(place, "pieces") == [(1, 9_000_000)], "a second account of the same payee is the same payee"
    changed(place, second, account_number="")
    assert counted(place, "pieces") == [(1, 9_000_000)], "counted once, by its payee or by its account"
    with place.database.session(readonly=False) as session:
        shop = row(session, Supplier, code="F-1", name="Forge", folded="forge", country="ML").id
        session.commit()
    changed(place, third, supplier_id=shop)
    assert counted(place, "pieces") == [(0, 0)], "another payee, on another account"
    changed(place, third, account_number="ML0001")
    assert counted(place, "pieces") == [(1, 9_000_000)], "another payee on the account of the first, and the second to its payee"


@pytest.mark.both_engines
def test_the_gap_of_an_account_is_what_its_statement_or_count_does_not_explain(place: Office) -> None:
    def gaps() -> dict[str, tuple[int | None, int | None]]:
        with place.as_("external_auditor", readonly=True) as work:
            return {c.account.code: (c.found.unexplained_minor, c.days) for c in auditor.cash(work)}

    assert gaps() == {"BANQUE-F1": (None, None)}
    grant(place, tranches=(1_000_000,), paid=1, conditions=(), budget=(("Moulin", 1_000_000),))
    with place.database.session(readonly=False) as session:
        books = session.get_one(TreasuryAccount, place.bank).balance_minor
        row(session, BankStatement, reference="REL-1", treasury_account_id=place.bank, file_name="r.csv", file_hash="x" * 64,
            from_on=J.date() - timedelta(days=30), to_on=J.date() - timedelta(days=3), closing_minor=books + 700, imported_at=J)
        box = row(session, TreasuryAccount, code="CAISSE", label="Menue caisse", kind="cash", amount_currency="XOF").id
        count = {"treasury_account_id": box, "pieces": [], "books_minor": 900, "reason": "Billet perdu",
                 "counted_by_id": place.people["cashier"], "counted_at": J - timedelta(days=9)}
        row(session, CashCount, reference="PVC-1", total_minor=500, status="confirmed",
            confirmed_by_id=place.people["accountant"], **count)
        row(session, CashCount, reference="PVC-2", total_minor=900, status="counted", **count)
        session.commit()
    assert gaps() == {"BANQUE-F1": (-700, 3), "CAISSE": (400, 9)}, "a reason beside a missing note explains no franc"
    page = client(place.around, place.people["external_auditor"]).get("/ledger/auditor").text
    assert "1 100" in page.replace("\u202f", " ").replace("\u00a0", " "), "both gaps add up, whatever their sign"
