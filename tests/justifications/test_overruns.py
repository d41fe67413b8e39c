"""A budget line spent beyond the tolerance is explained in the report, line by line, before anybody examines it (document 16)."""

from __future__ import annotations

import pytest

from portfolio.agreements import queries as agreements
from portfolio.documents import queries as documents
from portfolio.justifications import queries, service
from portfolio.justifications.forms import ReportForm
from portfolio.justifications.models import Justification
from portfolio.kit.errors import Refused
from tests.client import client
from tests.justifications.grants import J, Office, decide, expense, grant, validated
from tests.support.papers import words_of

BUDGET = (("Moulin", 1_000_000), ("Formation", 500_000))


@pytest.mark.both_engines
def test_a_line_beyond_the_tolerance_is_explained_before_the_report_is_submitted(place: Office) -> None:
    made = grant(place, tranches=(1_500_000,), paid=1, conditions=(), budget=BUDGET)
    with place.as_("grants_officer") as work:
        report = service.create(work, agreements.tranches(work, agreements.get(work, made.agreement))[0],
                                ReportForm(from_on=J.date(), to_on=J.date(), gap_note="Solde gardé en caisse"))  # fmt: skip
        service.present(work, report, expense(made, 1_100_000, "Moulin", -1))
        assert queries.overruns(work, report) == [], "exactly the tolerance, ten percent"
        service.present(work, report, expense(made, 100, "Moulin", -1))
        number = report.id
    with pytest.raises(Refused) as refused, place.as_("grants_officer") as work:
        service.submit(work, work.db.get_one(Justification, number))
    assert [(r.code, r.missing_minor) for r in refused.value.refusals] == [("overrun_unexplained", 100_100)]
    browser = client(place.around, place.people["grants_officer"])
    page = browser.get(f"/justifications/{number}/edit").text
    assert "Moulin" in page and "Lignes au-delà de la tolérance" in page and "Formation" not in page
    typed = {"from_on": f"{J:%d/%m/%Y}", "to_on": f"{J:%d/%m/%Y}", "gap_note": "Solde gardé en caisse", "version": "1",
             "overruns-0-position": "1", "overruns-0-note": "Hausse du prix du moteur : devis du 3 mai"}  # fmt: skip
    assert browser.submit(f"/justifications/{number}/edit", typed).status_code == 303
    with place.as_("grants_officer") as work:
        service.submit(work, work.db.get_one(Justification, number))
    decide(place, number, {1: "accept", 2: "accept"})
    validated(place, number)
    assert "devis du 3 mai" in browser.get(f"/justifications/{number}").text
    with place.as_("internal_auditor", readonly=True) as work:
        paper = documents.paper(work, "financial_report", queries.get(work, number))
        assert paper is not None and "100 100 F CFA au-delà du budget. Explication : Hausse du prix du moteur : devis du 3 mai" in words_of(work, paper)
