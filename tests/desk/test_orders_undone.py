"""An order to repay that should not be: withdrawn before its signature, cancelled by the contre-passation of its entry (M07, M08, document 17)."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from portfolio.agreements.models import Tranche
from portfolio.desk.service import ledger as books
from portfolio.desk.verify import verify
from portfolio.documents import queries as documents
from portfolio.documents.models import Paper
from portfolio.justifications import queries
from portfolio.justifications import service as reports
from portfolio.justifications.forms import CollectForm, RecoveryForm
from portfolio.justifications.models import Recovery
from tests.client import client
from tests.desk.scene import codes, posting
from tests.justifications.grants import Grant, J, Office, grant

WHY = "Signé sur la mauvaise tranche"


def asked(place: Office, made: Grant, amount: int) -> int:
    with place.as_("grants_officer") as work:
        tranche = work.db.get_one(Tranche, made.tranches[0])
        return reports.prepare_recovery(work, tranche, RecoveryForm(
            tranche_id=tranche.id, amount=amount, reason="Solde non dépensé", ground="unspent", due_on=J.date())).id


def signed(place: Office, number: int) -> None:
    with place.as_("authorising_officer") as work:
        reports.issue_recovery(work, work.db.get_one(Recovery, number))


def stands(place: Office, made: Grant, number: int) -> tuple[str, int, str, int]:
    """The order and what is owed on it; the tranche and what of it is asked back."""
    with place.as_("accountant", readonly=True) as work:
        found, tranche = work.db.get_one(Recovery, number), work.db.get_one(Tranche, made.tranches[0])
        return found.status, queries.owed(found), tranche.status, tranche.refused_minor


def whole(place: Office) -> None:
    with place.database.session(readonly=True) as session:
        assert verify(session) == []


def paid(place: Office) -> Grant:
    return grant(place, tranches=(1_000_000,), paid=1, conditions=(), budget=(("Moulin", 1_000_000),))


@pytest.mark.both_engines
def test_an_order_nobody_signed_is_withdrawn_and_leaves_its_room(place: Office) -> None:
    made = paid(place)
    number = asked(place, made, 1_000_000)
    assert codes(lambda: asked(place, made, 1)) == ["above_advance"]
    officer = client(place.around, place.people["grants_officer"])
    address = f"/justifications/recoveries/{number}"
    assert f'action="{address}/withdraw"' in officer.get(address).text
    short = officer.submit(f"{address}/withdraw", {"reason": ""})
    assert short.status_code == 422 and 'name="reason"' in short.text
    assert officer.submit(f"{address}/withdraw", {"reason": WHY}).status_code == 303
    assert stands(place, made, number) == ("cancelled", 0, "paid", 0)
    page = officer.get(address).text
    assert WHY in page and "/withdraw" not in page and "/print" not in page
    assert officer.submit(f"{address}/print").status_code == 409, "nobody signed it: it is not printed as an order"
    with place.as_("authorising_officer") as work:
        assert codes(lambda: reports.issue_recovery(work, work.db.get_one(Recovery, number))) == ["wrong_status"]
    assert asked(place, made, 1_000_000) > number, "its room is free again"
    whole(place)


@pytest.mark.both_engines
def test_an_order_signed_by_error_is_cancelled_and_the_advance_is_open_again(place: Office) -> None:
    made = paid(place)
    number = asked(place, made, 1_000_000)
    signed(place, number)
    assert stands(place, made, number) == ("issued", 1_000_000, "cleared", 1_000_000)
    with place.as_("accountant") as work:
        books.reverse(work, posting(place, "recovery:issued"), WHY)
    assert stands(place, made, number) == ("cancelled", 0, "paid", 0)
    whole(place)
    with place.as_("accountant") as work:
        form = CollectForm(amount=5, treasury_account_id=place.bank, received_on=work.today, payer="La trésorière")
        assert codes(lambda: reports.collect(work, work.db.get_one(Recovery, number), form))[0] == "cancelled"
        papers = work.db.scalars(select(Paper).where(Paper.kind == "recovery_order").order_by(Paper.id)).all()
        printed = "".join(page.extract_text() for page in PdfReader(io.BytesIO(documents.bytes_of(work, papers[-1]))).pages)
        assert len(papers) == 2 and "Ordre annulé le" in printed and WHY in printed
    again = asked(place, made, 400_000)
    signed(place, again)
    assert stands(place, made, again) == ("issued", 400_000, "paid", 400_000), "the right one"
    row = client(place.around, place.people["accountant"]).get("/justifications/recoveries?format=csv").content.decode("utf-8-sig").splitlines()
    assert [line.split(";")[-2] for line in row[1:]] == ["400000", "0"]
    whole(place)


@pytest.mark.both_engines
def test_an_order_of_which_something_came_is_not_cancelled_before_that_is_reversed(place: Office) -> None:
    made = paid(place)
    number = asked(place, made, 300_000)
    signed(place, number)
    with place.as_("accountant") as work:
        form = CollectForm(amount=100_000, treasury_account_id=place.bank, received_on=work.today, payer="La trésorière")
        reports.collect(work, work.db.get_one(Recovery, number), form)
    order, receipt = posting(place, "recovery:issued"), posting(place, "recovery:collected")
    with place.as_("accountant") as work:
        assert codes(lambda: books.reverse(work, order, WHY)) == ["order_used"]
    assert stands(place, made, number) == ("issued", 200_000, "paid", 300_000)
    with pytest.raises(DatabaseError), place.database.session(readonly=False) as session:
        session.execute(text("UPDATE recovery SET status = 'cancelled'"))
    for act in (receipt, order):
        with place.as_("accountant") as work:
            books.reverse(work, act, WHY)
    assert stands(place, made, number) == ("cancelled", 0, "paid", 0)
    whole(place)
