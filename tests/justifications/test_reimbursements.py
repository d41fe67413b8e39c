"""The vouchers of a reimbursement stand under the same law as any other: the same invoice is not reimbursed twice (K8, R4)."""

from __future__ import annotations

import pytest

from portfolio.agreements.models import Tranche
from portfolio.kit.errors import Refused
from tests.client import client
from tests.justifications.grants import Office, decide, expense, grant, report, validated


def test_an_invoice_of_another_grant_is_not_reimbursed(place: Office) -> None:
    advance = grant(place)
    made = grant(place, paid=0, modality="reimbursement", name="Union Faso", conditions=())
    bill = {"voucher_number": "F-119", "tax_number": "NIF 1"}
    first = report(place, advance.tranches[0], expense(advance, 300_000, "Béliers", -30, **bill))
    decide(place, first, {1: "accept"})
    second = report(place, made.tranches[0], expense(made, 300_000, "Béliers", -30, **bill), note="")
    with pytest.raises(Refused, match="same_invoice"):
        decide(place, second, {1: "accept"})
    with place.database.session(readonly=True) as session:
        assert session.get_one(Tranche, made.tranches[0]).shown_minor == 0


def test_the_pages_lead_to_the_report_of_a_reimbursement(place: Office) -> None:
    made = grant(place, paid=0, modality="reimbursement", conditions=())
    browser = client(place.around, place.people["grants_officer"])
    assert f"tranche={made.tranches[0]}" in browser.get(f"/agreements/{made.agreement}").text
    assert "à rembourser" in browser.get("/justifications/new").text
    assert "À rembourser" in browser.get(f"/justifications/new?tranche={made.tranches[0]}").text
    number = report(place, made.tranches[0], expense(made, 300_000, "Béliers", -30), note="")
    assert "À rembourser" in browser.get(f"/justifications/{number}/expenses").text
    decide(place, number, {1: "accept"})
    validated(place, number)
    assert "Préparer un ordre" not in browser.get(f"/justifications/{number}").text
    with place.database.session(readonly=True) as session:
        assert session.get_one(Tranche, made.tranches[0]).shown_minor == 300_000
