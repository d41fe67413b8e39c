"""The same file attached to papers of two grants, or twice in one, is an obstacle like the same invoice (K8)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from portfolio.desk.queries import control
from portfolio.justifications import queries, service
from portfolio.justifications.forms import AcceptForm
from portfolio.justifications.models import Expense, Justification
from portfolio.kit.errors import Refused
from portfolio.seed import samples
from tests import factories
from tests.client import client
from tests.justifications.grants import Office, decide, expense, grant, report, validated
from tests.justifications.test_shares import NO, also, codes, filed, one

WHY = "Une facture commune aux deux groupements, partagée"
pytestmark = pytest.mark.both_engines


def snap(place: Office, number: int, title: str, n: int = 1, role: str = "grants_officer") -> None:
    """A photograph of paper `n`: two of one title are one file, whatever their names."""
    with place.as_(role) as work:
        service.attach(work, one(work, number, n), samples.scan(f"photo-{number}-{n}", title))


def accept(place: Office, number: int, n: int = 1, role: str = "grants_officer", commit: bool = True) -> None:
    with place.as_(role, commit=commit) as work:
        service.accept(work, one(work, number, n), AcceptForm())


def allow(place: Office, number: int, role: str = "programme_head", n: int = 1) -> None:
    with place.as_(role) as work:
        service.allow_duplicate(work, one(work, number, n), WHY)


def two(place: Office) -> tuple[int, int]:
    """Two grants, a paper in each, one photograph on both."""
    first, second = filed(place)[1], filed(place)[1]
    for number in (first, second):
        snap(place, number, "Facture 0119")
    return first, second


def test_the_same_file_in_two_grants_waits_for_a_second_person(place: Office) -> None:
    first, second = two(place)
    assert codes(lambda: accept(place, second, commit=False)) == ["same_file"]
    assert codes(lambda: accept(place, first, commit=False)) == ["same_file"]
    with place.as_("grants_officer", readonly=True) as work:
        [same] = queries.same_papers(work, [one(work, second)])[one(work, second).id]
        assert (same.expense_id, same.marks, same.seen) == (one(work, first).id, {"file"}, True)
    # Held or refused, it needs nobody's leave.
    with place.as_("grants_officer", commit=False) as work:
        service.query(work, one(work, second), "Expliquer la photographie commune")
    # Who entered the paper does not allow it, even with the other role; who allowed it does not accept it.
    also(place, "grants_officer", "programme_head")
    also(place, "programme_head", "grants_officer")
    assert codes(lambda: allow(place, second, "grants_officer")) == ["four_eyes"]
    allow(place, second)
    assert codes(lambda: accept(place, second, role="programme_head", commit=False)) == ["four_eyes"]
    assert codes(lambda: allow(place, second)) == ["not_twice"]
    accept(place, second)
    # The other paper is not allowed by that; refused, it troubles nobody.
    assert codes(lambda: accept(place, first, commit=False)) == ["same_file"]
    # What was allowed is what was known: a third paper is an obstacle again, here at the clearing.
    third = filed(place)[1]
    snap(place, third, "Facture 0119")
    with place.as_("grants_officer") as work:
        service.review(work, work.db.get_one(Justification, second))
    second_head = factories.add_person(place.database, "programme_head")
    with factories.work_as(place.around, second_head, commit=False) as work:
        assert codes(lambda: service.validate(work, work.db.get_one(Justification, second))) == ["same_file"]
    with place.as_("grants_officer") as work:
        service.refuse_expense(work, one(work, third), NO)
    with factories.work_as(place.around, second_head) as work:
        service.validate(work, work.db.get_one(Justification, second))


def test_twice_in_one_grant_and_a_photograph_that_comes_after_the_verdict(place: Office) -> None:
    made = grant(place, tranches=(100_000,), paid=1, conditions=())
    number = report(place, made.tranches[0], *(expense(made, 25_000, "Béliers", -200) for _ in range(3)))
    snap(place, number, "Reçu A", 1)
    snap(place, number, "Reçu A", 2)
    snap(place, number, "Reçu C", 3)
    snap(place, number, "Reçu C", 3)  # twice on one paper is one paper
    assert codes(lambda: accept(place, number, 2, commit=False)) == ["same_file"]
    decide(place, number, {2: "refuse"})
    decide(place, number, {1: "accept", 3: "accept"})
    snap(place, number, "Reçu A", 3)
    with place.as_("grants_officer") as work:
        service.review(work, work.db.get_one(Justification, number))
    with place.as_("programme_head", commit=False) as work, pytest.raises(Refused) as found:
        service.validate(work, work.db.get_one(Justification, number))
    assert [(r.code, r.message[:5]) for r in found.value.refusals] == [("same_file", "N° 1."), ("same_file", "N° 3.")]
    assert "(n° 3)" in found.value.refusals[0].message


def test_one_invoice_and_its_photograph_are_one_obstacle_each_and_one_decision(place: Office) -> None:
    invoice: dict[str, Any] = {"voucher_number": "0119", "supplier": "Garage moderne"}
    numbers = []
    for _ in range(2):
        made = grant(place, tranches=(100_000,), paid=1, conditions=())
        numbers.append(report(place, made.tranches[0], expense(made, 100_000, "Béliers", -200, **invoice)))
        snap(place, numbers[-1], "Facture 0119")
    assert codes(lambda: accept(place, numbers[1], commit=False)) == ["same_invoice", "same_file"]
    allow(place, numbers[1])
    accept(place, numbers[1])


def test_who_may_not_open_the_other_grant_is_not_told_its_name(place: Office) -> None:
    first, second = two(place)
    with place.database.session(readonly=False) as session:
        # The second grant is in Niger: its officer sees nothing of Mali.
        report_ = session.get_one(Justification, second)
        for table in ("justification", "expense", "agreement", "tranche"):
            key = {"justification": "id", "expense": "justification_id"}.get(table)
            number = second if key else {"agreement": report_.agreement_id, "tranche": report_.tranche_id}[table]
            session.execute(text(f"UPDATE {table} SET country = 'NE' WHERE {key or 'id'} = {number}"))
        hidden = session.scalar(text(
            f"SELECT a.reference FROM agreement a JOIN justification j ON j.agreement_id = a.id WHERE j.id = {first}"))
        paper = session.scalar(text(f"SELECT id FROM expense WHERE justification_id = {second}"))
        session.commit()
    niger = factories.add_person(place.database, "grants_officer", scope=("country", "NE"))
    everywhere = client(place.around, place.people["grants_officer"]).get(f"/justifications/expenses/{paper}")
    assert hidden in everywhere.text
    officer = client(place.around, niger)
    page = officer.get(f"/justifications/expenses/{paper}")
    assert page.status_code == 200 and hidden not in page.text and "subvention que vous ne pouvez pas ouvrir" in page.text
    refused = officer.submit(f"/justifications/expenses/{paper}/accept", {"accepted": "100 000"})
    assert refused.status_code == 409 and hidden not in refused.text
    assert client(place.around, place.people["programme_head"]).submit(
        f"/justifications/expenses/{paper}/allow", {"reason": WHY}).status_code == 303
    with place.as_("grants_officer", readonly=True) as work:
        kept = work.db.get_one(Expense, paper)
        assert len(kept.duplicate_of) == 1 and kept.duplicate_reason == WHY


def test_a_scan_that_comes_after_the_money_is_on_the_auditors_list(place: Office) -> None:
    first, second = filed(place)[1], filed(place)[1]
    decide(place, first, {1: "accept"})
    validated(place, first)

    def listed() -> tuple[int, int]:
        with place.as_("external_auditor", readonly=True) as work:
            found = control.counts(work)["same_scan"]
            return found.count, found.amount_minor

    snap(place, first, "Facture 0119")
    assert listed() == (0, 0)
    snap(place, second, "Facture 0119")
    assert listed() == (1, 100_000)
    decide(place, second, {1: "refuse"})
    assert listed() == (0, 0)
