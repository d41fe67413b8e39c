"""Months of the books: closed one after the other by two people; nothing is dated in them afterwards, by anybody (M17)."""

from __future__ import annotations

import re
import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from portfolio.agreements.models import Tranche
from portfolio.desk.service import periods as service
from portfolio.documents.models import Paper
from portfolio.funds import service as money
from portfolio.funds.forms import ReceiptForm
from portfolio.funds.models import MoneyReceipt
from portfolio.justifications import service as reports
from portfolio.justifications.forms import CollectForm
from portfolio.justifications.models import Recovery
from portfolio.kit.errors import Forbidden, Refused
from portfolio.ledger import queries as ledger
from portfolio.ledger.models import LedgerPeriod
from tests.client import client
from tests.desk.scene import codes, lived
from tests.justifications import grants
from tests.justifications.grants import J, Office, grant


def waits(place: Office) -> date | None:
    with place.as_("accountant", readonly=True) as work:
        return ledger.next_to_close(work.db, work.today)


def first(place: Office) -> date:
    found = waits(place)
    assert found is not None
    return found


def propose(place: Office, on: date) -> int:
    with place.as_("accountant") as work:
        return int(service.propose(work, on).id)


def close(place: Office, number: int, who: str = "authorising_officer") -> None:
    with place.as_(who) as work:
        service.close(work, service.get(work, number))


def close_until(place: Office, last: date) -> None:
    while (on := waits(place)) is not None and on <= last:
        close(place, propose(place, on))


@pytest.mark.both_engines
def test_a_month_is_closed_by_two_people_and_its_balance_is_kept(place: Office) -> None:
    lived(place)
    on = first(place)
    number = propose(place, on)
    assert "already_proposed" in codes(lambda: propose(place, on))
    with pytest.raises(Forbidden):
        close(place, number, "accountant")
    close(place, number)
    with place.as_("external_auditor", readonly=True) as work:
        period = work.db.get_one(LedgerPeriod, number)
        stands = ledger.head(work.db)
        assert (period.status, period.head_seq, period.head_hash) == ("closed", stands.seq, stands.hash)
        assert period.entries > 0 and ledger.closed_until(work.db) == on
        paper = work.db.query(Paper).filter_by(kind="trial_balance").one()
        assert any(on.strftime("%d/%m/%Y") in str(pair) or on.isoformat() in str(pair) or str(on.year) in str(pair) for pair in paper.facts["filters"])
    assert "already_done" in codes(lambda: close(place, number)) or "wrong_status" in codes(lambda: close(place, number))


def test_months_are_closed_in_order_and_only_when_over(place: Office) -> None:
    lived(place)
    on = first(place)
    after = ledger.month_end(on + timedelta(days=1))
    assert codes(lambda: propose(place, after)) == ["not_in_order"]
    close_until(place, ledger.month_end(J.date()) - timedelta(days=30))
    assert waits(place) is None
    assert codes(lambda: propose(place, ledger.month_end(J.date()))) == ["month_runs"]


@pytest.mark.both_engines
def test_nothing_is_dated_in_a_closed_month_by_anybody(place: Office) -> None:
    """Neither through the verbs nor straight into the table; the open month takes it."""
    made, _report, order = lived(place)
    with place.as_("authorising_officer", commit=False) as work:
        issued = work.db.get_one(Recovery, order).issued_at
    assert issued is not None and issued.date() == J.date()
    place.at(J + timedelta(days=40))
    close_until(place, J.date() + timedelta(days=10))

    def collect(on: date) -> None:
        with place.as_("accountant") as work:
            reports.collect(work, work.db.get_one(Recovery, order), CollectForm(
                amount=1_000, treasury_account_id=place.bank, received_on=on, payer="Trésorière"))

    collect(J.date() + timedelta(days=35))
    with pytest.raises(Refused) as found:
        grants.pay(place, made, made.tranches[2], J.date())
    assert [r.code for r in found.value.refusals] == ["period_closed"]
    with place.as_("accountant", readonly=True) as work:
        assert work.db.get_one(Tranche, made.tranches[2]).paid_minor == 0
    columns = "posting, at, event, debit, credit, amount_minor, amount_currency, subject_type, subject_id, previous, hash"
    stale = (f"INSERT INTO ledger_entry (seq, dated_on, {columns}) SELECT (SELECT max(seq) + 1 FROM ledger_entry), dated_on, {columns} "
             "FROM ledger_entry ORDER BY seq LIMIT 1")
    with place.database.session(readonly=False) as session, pytest.raises(DBAPIError, match="month of the books is closed"):
        session.execute(text(stale))
        session.commit()


@pytest.mark.both_engines
def test_a_true_date_of_value_in_a_closed_month_is_entered_on_the_first_day_open(place: Office) -> None:
    """The bank's date is never refused: the record keeps it, the entry is dated of the open month and says that it is late (M17)."""
    _made, _report, order = lived(place)
    place.at(J + timedelta(days=40))
    closed = ledger.month_end(J.date())
    close_until(place, closed)
    value = J.date() + timedelta(days=1)
    with place.as_("accountant") as work:
        kept = reports.collect(work, work.db.get_one(Recovery, order), CollectForm(
            amount=1_000, treasury_account_id=place.bank, received_on=value, payer="Trésorière"))
        assert kept.received_on == value
    with place.as_("cashier") as work:
        number = money.record_receipt(work, ReceiptForm(
            fund_id=place.fund, treasury_account_id=place.bank, received_on=value, bank_reference="VIR-9", donor_amount=90_000,
            donor_currency="XOF", amount=90_000)).id  # fmt: skip
    with place.as_("accountant") as work:
        money.confirm(work, work.db.get_one(MoneyReceipt, number))
    with place.as_("accountant", readonly=True) as work:
        late = [ledger.last_of(work.db, *of) for of in (("recovery:collected", "recovery", order), ("money_receipt:confirmed", "money_receipt", number))]
        for entry in late:
            assert entry is not None and entry.dated_on == closed + timedelta(days=1)
            assert (entry.value_on, entry.reason) == (value, None)
        told = set(work.db.execute(ledger.corrections()["late_entries"]).scalars())
        assert {entry.posting for entry in late if entry} <= told
        assert ledger.check(work.db) is None
    auditor = client(place.around, place.people["external_auditor"])
    page = auditor.get(f"/ledger/acts/{late[1].posting if late[1] else 0}").text
    assert "Écriture tardive" in page and "value_on" not in page
    listed = re.sub(r"[\u202f\u00a0]", " ", auditor.get("/ledger?account=521&from=2026-01-01").text)
    assert "tardive : date de valeur" in listed


@pytest.mark.both_engines
def test_a_closed_month_stays_closed(place: Office) -> None:
    lived(place)
    close(place, propose(place, first(place)))
    for statement in ("UPDATE ledger_period SET status = 'proposed', closed_at = NULL", "DELETE FROM ledger_period"):
        with place.database.session(readonly=False) as session, pytest.raises(DBAPIError):
            session.execute(text(statement))
            session.commit()


@pytest.mark.both_engines
def test_a_closing_and_late_entries_at_the_same_instant(place: Office) -> None:
    """Whoever is first: no entry of that month stands behind the head that the closing wrote down."""
    grant(place, paid=1)
    with place.database.session(readonly=True) as session:
        last_day = session.execute(text("SELECT max(dated_on) FROM ledger_entry")).scalar_one()
    place.at(J + timedelta(days=40))
    on = ledger.month_end(date.fromisoformat(str(last_day)))
    close_until(place, ledger.month_end(on.replace(day=1) - timedelta(days=1)))
    number = propose(place, on)
    late = [grant(place, paid=0, name=f"Groupement {n}", tranches=(100_000,), budget=(("Moulin", 100_000),), conditions=()) for n in range(6)]
    gate = threading.Barrier(7)

    def pay(made: grants.Grant) -> None:
        gate.wait()
        try:
            grants.pay(place, made, made.tranches[0], on)
        except Refused:
            pass

    threads = [threading.Thread(target=pay, args=(made,)) for made in late]
    for thread in threads:
        thread.start()
    gate.wait()
    close(place, number)
    for thread in threads:
        thread.join()
    with place.database.session(readonly=True) as session:
        period = session.get_one(LedgerPeriod, number)
        behind = text("SELECT count(*) FROM ledger_entry WHERE dated_on <= :on AND seq > :seq")
        assert session.execute(behind, {"on": on, "seq": period.head_seq}).scalar_one() == 0
        assert ledger.check(session) is None


def test_the_page_says_what_waits_and_who_signs(place: Office) -> None:
    lived(place)
    accountant, director = (client(place.around, place.people[role]) for role in ("accountant", "authorising_officer"))
    auditor = client(place.around, place.people["external_auditor"])
    assert "Proposer de l’arrêter" in accountant.get("/ledger/periods").text
    assert "Proposer de l’arrêter" not in auditor.get("/ledger/periods").text
    wrong = accountant.submit("/ledger/periods", {"ends_on": "31/02/2026"})
    assert wrong.status_code == 422
    on = first(place)
    assert accountant.submit("/ledger/periods", {"ends_on": on.isoformat()}).status_code == 303
    page = accountant.get("/ledger/periods").text
    assert "En attente de la signature de" in page and "/close" not in page
    number = propose_number(place)
    assert auditor.submit(f"/ledger/periods/{number}/close").status_code in (403, 404)
    assert accountant.submit(f"/ledger/periods/{number}/withdraw", {"reason": "Un relevé manque encore"}).status_code == 303
    accountant.submit("/ledger/periods", {"ends_on": on.isoformat()})
    number = propose_number(place)
    assert director.submit(f"/ledger/periods/{number}/close").status_code == 303
    assert "La comptabilité est arrêtée au" in auditor.get("/ledger/periods").text


def propose_number(place: Office) -> int:
    with place.as_("accountant", readonly=True) as work:
        return next(p.id for p in ledger.periods(work.db) if p.status == "proposed")
