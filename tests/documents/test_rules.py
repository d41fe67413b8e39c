"""The figures of the institution's rules are dated rows with their source: a new row changes what is refused from its day on (M12)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from portfolio.agreements.queries.cooling import account_refusals
from portfolio.documents import reference
from portfolio.documents.reference import Rule, figure, rule, rules
from portfolio.groups.models import GroupAccount
from portfolio.kit import tables
from tests.factories import NOON

TODAY = NOON.date()


def with_rows(monkeypatch: pytest.MonkeyPatch, *rows: Rule) -> None:
    monkeypatch.setattr(reference, "rules", lambda: (*(r for r in rules() if r.code not in {x.code for x in rows}), *rows))


def test_every_figure_has_its_source_and_one_value_a_day() -> None:
    assert "licence:" in tables.provenance("portfolio.documents", "rules.csv")
    assert {r.code for r in rules()} == {"cooling_hours", "virement_percent", "retention_years", "notice_days", "overdue_days", "report_days",
                                         "final_report_days", "settlement_days", "equipment_years", "next_tranche_percent",
                                         "audit_answer_days", "extension_days", "reminder_before_days", "reminder_late_days", "reminder_officer_days"}
    for each in rules():
        assert len(each.source) > 10 and each.valid_from is not None
        same = [r for r in rules() if r.code == each.code and r is not each]
        assert all((r.valid_to or date.max) <= each.valid_from or r.valid_from >= (each.valid_to or date.max) for r in same)


def test_a_figure_is_that_of_its_day(monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = rule("cooling_hours", TODAY), date(2027, 1, 1)
    with_rows(monkeypatch, replace(old, valid_to=new), replace(old, value=72, valid_from=new, source="Arrêté 12"))
    assert [figure("cooling_hours", day) for day in (date(2019, 1, 1), TODAY, date(2026, 12, 31), new)] == [24, 24, 24, 72]
    assert rule("cooling_hours", new).source == "Arrêté 12"
    with pytest.raises(KeyError):
        rule("unknown", TODAY)
    with_rows(monkeypatch, replace(old, value=None))
    with pytest.raises(ValueError, match="not fixed"):
        figure("cooling_hours", TODAY)


def test_the_day_an_account_cools_is_the_table_s(monkeypatch: pytest.MonkeyPatch) -> None:
    account = GroupAccount(group_id=1, status="verified", verified_at=NOON - timedelta(hours=30))
    assert list(account_refusals(account, NOON)) == []
    with_rows(monkeypatch, replace(rule("cooling_hours", TODAY), value=48))
    [refusal] = account_refusals(account, NOON)
    assert refusal.code == "account_cooling" and "48" in refusal.message
