"""A category of costs takes no more of the grant than its cap on the day of the expense, and the refusal says the francs (K1)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portfolio.agreements import queries as agreements
from portfolio.agreements.forms import CapForm
from portfolio.agreements.service import set_cap
from portfolio.calls.models import Call
from portfolio.justifications import queries, service
from portfolio.justifications.forms import AcceptForm
from portfolio.justifications.queries.caps import cap_uses
from portfolio.justifications.service import caps
from portfolio.kit.errors import Forbidden, Invalid, Refused
from tests.client import client
from tests.justifications.grants import Grant, J, Office, expense, grant, report

CARE = "Suivi vétérinaire"


def cap(place: Office, made: Grant, percent: int, day: int, role: str = "programme_head", **more: object) -> None:
    with place.as_(role) as work:
        agreement = agreements.get(work, made.agreement)
        lines = [line.id for line in agreements.lines(work, agreement) if line.label == CARE]
        said = {"category": "Suivi", "lines": lines, "percent": percent, "valid_from": J.date() + timedelta(days=day), "act": "Règlement de l'appel, art. 9"}
        set_cap(work, agreement, CapForm(**{**said, **more}))


def accept(place: Office, number: int, at: int, **more: object) -> None:
    with place.as_("grants_officer") as work:
        papers = queries.expenses(work, queries.get(work, number))
        service.accept(work, papers[at], AcceptForm(**more))


@pytest.mark.both_engines
def test_a_category_takes_its_share_and_not_a_franc_more(place: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    made = grant(place)
    cap(place, made, 10, -400)  # 10 % of 4 450 000: 445 000
    number = report(
        place, made.tranches[0], expense(made, 400_000, CARE, -200), expense(made, 60_000, CARE, -190), expense(made, 900_000, "Béliers", -180)
    )
    accept(place, number, 0)
    accept(place, number, 2)  # another category
    with pytest.raises(Refused) as refused:
        accept(place, number, 1)
    (one,) = refused.value.refusals
    assert one.code == "category_cap" and one.missing_minor == 15_000
    for francs in ("445\u202f000", "400\u202f000", "60\u202f000", "15\u202f000"):
        assert francs in one.message.replace("\u00a0", "\u202f"), one.message
    assert "45\u202f000" in (one.way_out or "").replace("\u00a0", "\u202f")
    with monkeypatch.context() as without:  # without the guard the franc too many goes through
        without.setattr(caps, "caps_on", lambda *_: [])
        with place.as_("grants_officer") as work:
            papers = queries.expenses(work, queries.get(work, number))
            service.accept(work, papers[1], AcceptForm())
            work.undo()
    accept(place, number, 1, accepted=45_000, reason="Plafond de la catégorie atteint")


def test_the_cap_of_the_day_of_the_expense_holds(place: Office) -> None:
    made = grant(place)
    cap(place, made, 20, -400)
    cap(place, made, 5, -190)
    number = report(place, made.tranches[0], expense(made, 300_000, CARE, -200), expense(made, 10_000, CARE, -150))
    accept(place, number, 0)  # 20 % on that day
    with pytest.raises(Refused) as refused:  # 5 % from then on: all taken
        accept(place, number, 1)
    assert refused.value.refusals[0].missing_minor == 300_000 + 10_000 - 222_500


def test_a_cap_is_dated_and_set_by_who_may(place: Office) -> None:
    made = grant(place)
    cap(place, made, 10, 0)
    for wrong, field in (({"lines": []}, "lines"), ({"lines": [99_999]}, "lines"), ({}, "valid_from")):
        with pytest.raises(Invalid) as invalid:
            cap(place, made, 10, 0, **wrong)
        assert field in [e.field for e in invalid.value.errors]
    with pytest.raises(Forbidden):
        cap(place, made, 10, 1, role="grants_officer")
    head = client(place.around, place.people["programme_head"])
    page = head.get(f"/agreements/{made.agreement}/caps")
    assert page.status_code == 200 and "445\u202f000" in page.text.replace("\u00a0", "\u202f")
    kept = head.submit(f"/agreements/{made.agreement}/caps", {"category": "Fonctionnement", "percent": "101", "act": "x"})
    assert kept.status_code == 422 and "Fonctionnement" in kept.text and 'value="101"' in kept.text


def test_the_rules_of_the_call_cap_a_category_and_its_page_says_what_is_left(place: Office) -> None:
    made = grant(place)
    with place.as_("programme_head") as work:
        call = work.db.get_one(Call, agreements.get(work, made.agreement).call_id)
        call.cost_caps = [{"category": "Suivi", "percent": 10, "words": ["veterinaire", "liers"]}, {"category": "Loyers", "percent": 5, "words": ["loyer"]}]
    number = report(place, made.tranches[0], expense(made, 400_000, CARE, -200), expense(made, 60_000, CARE, -190))
    accept(place, number, 0)
    with pytest.raises(Refused) as refused:
        accept(place, number, 1)
    assert refused.value.refusals[0].code == "category_cap" and refused.value.refusals[0].missing_minor == 15_000
    with place.as_("grants_officer", readonly=True) as work:
        rents, care = cap_uses(work, agreements.get(work, made.agreement))
    assert (care.most_minor, care.used_minor, care.waiting_minor, care.left_minor, care.over_minor) == (445_000, 400_000, 60_000, 45_000, 15_000)
    assert (rents.cap.lines, rents.left_minor) == ([], 222_500)
    browser = client(place.around, place.people["grants_officer"])
    for address in (f"/justifications/{number}", f"/agreements/{made.agreement}", f"/agreements/{made.agreement}/caps"):
        page = browser.get(address).text.replace("\u202f", " ")
        assert "445 000" in page and "Règlement de l" in page, address
    assert "45 000" in browser.get(f"/justifications/{number}").text.replace("\u202f", " ")
    cap(place, made, 20, -400)  # an act of the agreement on the same category holds instead
    accept(place, number, 1)
