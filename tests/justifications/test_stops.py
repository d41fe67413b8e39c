"""Days of force majeure count in no delay of the zone: age of advances, end of the period, last day to repay, formal notices (R18)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from portfolio.agreements.models import Agreement, ForceMajeure, FormalNotice, Tranche
from portfolio.agreements.queries.notices import last_day, notice_refusals, notices_of
from portfolio.agreements.queries.stops import Stop, end_of, pushed
from portfolio.closures import service as closures
from portfolio.desk.queries import follow
from portfolio.documents.reference import figure
from portfolio.justifications import queries, service
from portfolio.justifications.forms import RecoveryForm
from portfolio.justifications.models import Recovery
from tests.client import client
from tests.justifications.grants import J, Office, expense, grant, report, row

TODAY = J.date()


def stopped(place: Office, first: int, last: int | None) -> None:
    with place.database.session(readonly=False) as session:
        row(session, ForceMajeure, place_id=place.place, starts_on=TODAY + timedelta(days=first),
            ends_on=None if last is None else TODAY + timedelta(days=last), act="Décision n° 7", reason="Route coupée", declared_at=J)
        session.commit()


def test_a_delay_that_was_over_is_not_revived() -> None:
    day = date(2026, 6, 30)
    inside = Stop(1, day - timedelta(days=9), day, "a", "z")
    after = Stop(2, day + timedelta(days=20), day + timedelta(days=40), "b", "z")
    chained = Stop(3, day + timedelta(days=5), day + timedelta(days=6), "c", "z")
    start = date(2026, 1, 1)
    assert pushed([], start, day, TODAY) == day
    assert pushed([after], start, day, TODAY) == day
    assert pushed([inside], start, day, TODAY) == day + timedelta(days=10)
    assert pushed([inside, chained, after], start, day, TODAY) == day + timedelta(days=12)
    assert pushed([inside], start, day, day - timedelta(days=5)) == day + timedelta(days=5), "only the days stopped so far"


@pytest.mark.both_engines
def test_days_stopped_count_in_no_delay_of_the_zone(place: Office) -> None:
    made = grant(place, paid=1, ends_on=TODAY - timedelta(days=10))
    number = report(place, made.tranches[0], expense(made, 50_000, "Aliment", -5))

    def facts() -> tuple[set[str], int, date, set[str]]:
        with place.as_("grants_officer", readonly=True) as work:
            agreement = work.db.get_one(Agreement, made.agreement)
            rows = queries.rows(work, queries.get(work, number), agreement)
            (advance,) = queries.advances(work)
            closing = {r.code for r in closures.obstacles(work, agreement)}
            return {f.code for f in rows[0].flags}, advance.days, end_of(work, agreement), closing

    flags, days, end, closing = facts()
    assert "after_end" in flags and days == 280 and end == TODAY - timedelta(days=10) and "not_ended" not in closing
    with place.as_("grants_officer") as work:
        order = service.prepare_recovery(work, work.db.get_one(Tranche, made.tranches[0]), RecoveryForm(
            tranche_id=made.tranches[0], amount=100_000, reason="Somme non dépensée", due_on=TODAY)).id
    stopped(place, -30, -16)
    flags, days, end, closing = facts()
    assert "after_end" not in flags and days == 265 and end == TODAY + timedelta(days=5) and "not_ended" in closing
    browser = client(place.around, place.people["programme_head"])
    assert "CONV" in browser.get("/justifications/advances?age=181-270").text
    assert "CONV" not in browser.get("/justifications/advances?age=271-").text

    place.at(J + timedelta(days=20))
    stopped(place, 5, 9)
    stopped(place, 15, None)
    with place.as_("grants_officer", readonly=True) as work:
        assert queries.repay_by(work, work.db.get_one(Recovery, order)) == TODAY, "it was over before the stop"
    with place.database.session(readonly=False) as session:
        agreement = session.get_one(Agreement, made.agreement)
        row(session, FormalNotice, reference="MED-1", agreement_id=agreement.id, call_id=agreement.call_id, group_id=agreement.group_id,
            country="ML", ground="unjustified", delay_days=10, means="hand", sent_on=TODAY, sent_by_id=place.people["grants_officer"],
            status="served", received_on=TODAY, expires_on=TODAY + timedelta(days=10), outcome="received", received_by="La trésorière",
            amount_currency="XOF")
        session.commit()
    with place.as_("programme_head", readonly=True) as work:
        agreement = work.db.get_one(Agreement, made.agreement)
        (notice,) = notices_of(work, agreement)
        assert last_day(work, notice) == TODAY + timedelta(days=21), "five days, then as long as force majeure lasts"
        assert [r.code for r in notice_refusals(work, agreement)] == ["notice_running"]


@pytest.mark.both_engines
def test_a_report_is_due_so_many_days_after_its_advance_and_late_after_them(place: Office) -> None:
    made = grant(place, paid=1)
    days = figure("report_days", TODAY)
    paid_on = TODAY - timedelta(days=280)

    def seen() -> tuple[dict[int, date], int]:
        with place.as_("grants_officer", readonly=True) as work:
            return queries.reports_due(work), follow.counts(work)["reports"].count

    assert seen() == ({made.tranches[0]: paid_on + timedelta(days=days)}, 1)
    stopped(place, -280, -5)
    assert seen() == ({made.tranches[0]: TODAY + timedelta(days=days - 5)}, 0), "five days of the delay have run"
    page = client(place.around, place.people["programme_head"]).get(f"/agreements/{made.agreement}").text
    assert "rapport dû le" in page
    report(place, made.tranches[0], expense(made, 50_000, "Aliment", -3))
    assert seen() == ({}, 0), "handed in"
