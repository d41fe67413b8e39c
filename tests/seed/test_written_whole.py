"""What the specification lists row by row stands in the database row by row: credits, calls, budgets, schedules, vouchers.

`test_data` ties the tables of the demo to its specification; here they are tied to what the rooms' services made of them.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session as Db

from portfolio.agreements.models import AgreementLine, Tranche
from portfolio.applications.models import Application, BudgetItem
from portfolio.calls.models import CallLine, Criterion, ReservedShare
from portfolio.funds.models import BudgetLine, Fund, MoneyReceipt
from portfolio.funds.queries import totals
from portfolio.groups.models import Group
from portfolio.justifications.models import Expense, Justification
from portfolio.kit.money import percent_of
from portfolio.seed.data import money
from portfolio.seed.data.calls import CALLS, criteria
from portfolio.seed.data.files import all_groups
from portfolio.seed.data.life import disbursements, grants, vouchers_of
from portfolio.seed.data.projects import described
from tests.seed.finding import J, call, grant, tranche

VERDICTS = {"accepted": "accepted", "rejected": "refused", "queried": "queried", "shared": "queried"}


@pytest.mark.both_engines
def test_credits_and_money_received(db: Db) -> None:
    """Section 5.1: each line of each fund, each receipt with its date; F2 has credits open whose cash has not arrived."""
    lines = db.execute(select(BudgetLine.code, Fund.code, BudgetLine.voted_minor).join(Fund, Fund.id == BudgetLine.fund_id)).all()
    assert {code: (fund, minor) for code, fund, minor in lines} == {
        line.code: (line.fund, line.amount) for line in money.LINES.values()
    }
    statement = select(Fund.code, MoneyReceipt.received_on, MoneyReceipt.amount_minor).join(Fund, Fund.id == MoneyReceipt.fund_id)
    assert sorted(tuple(row) for row in db.execute(statement)) == sorted(
        (r.fund, J + timedelta(days=r.j), r.amount) for r in money.RECEIPTS if r.received
    )
    second = totals(db, "fund")["F2"]
    assert (second.voted, second.cash, second.waits_for_cash) == (71_808_000, 35_904_000, 35_904_000)


@pytest.mark.both_engines
@pytest.mark.parametrize("code", CALLS)
def test_a_call_as_published(db: Db, code: str) -> None:
    """Section 5.2: envelope and its lines, floor and ceiling, shares, calendar, weighted criteria with their floors."""
    plan, stored = CALLS[code], call(db, code)
    assert (stored.envelope_minor, stored.floor_minor, stored.ceiling_minor) == (plan.envelope, plan.grant_floor, plan.grant_ceiling)
    paying = select(BudgetLine.code, CallLine.amount_minor).join(CallLine, CallLine.budget_line_id == BudgetLine.id)
    assert {tuple(row) for row in db.execute(paying.where(CallLine.call_id == stored.id))} == set(plan.lines)
    shares = db.execute(select(ReservedShare.category, ReservedShare.percent).where(ReservedShare.call_id == stored.id))
    assert {tuple(row) for row in shares} == {(share.category, share.percent) for share in plan.reserved}
    assert (stored.closes_at.date() - J).days == plan.deadline_j and f"{stored.closes_at:%H:%M}" == "16:00"
    grid = db.scalars(select(Criterion).where(Criterion.call_id == stored.id).order_by(Criterion.position)).all()
    assert [(c.label, c.weight, c.floor) for c in grid] == [(c.title, c.weight, c.floor or 0) for c in criteria(code)]
    assert sum(c.weight for c in grid) == 100


@pytest.mark.parametrize("code", sorted(described()))
def test_a_micro_project_line_by_line(db: Db, code: str) -> None:
    """Section 5.4: every line that was filed; and of a grant, the lines and the tranches that were signed."""
    project = described()[code]
    expected = [(x.label, x.quantity, x.unit_price, x.amount, x.financing) for x in project.lines]
    application = db.scalars(
        select(Application)
        .join(Group, Group.id == Application.group_id)
        .where(Group.name == all_groups()[project.group].name, Application.call_id == call(db, project.call).id)
    ).one()
    columns = (BudgetItem.label, BudgetItem.quantity, BudgetItem.unit_minor, BudgetItem.amount_minor, BudgetItem.source)
    filed = db.execute(select(*columns).where(BudgetItem.application_id == application.id).order_by(BudgetItem.position)).all()
    if application.status == "draft":  # MP09 has saved its first four pages: no budget yet
        assert filed == []
        return
    assert [tuple(row) for row in filed] == expected
    if code not in grants():
        return
    agreement = grant(db, code)
    lines = db.scalars(select(AgreementLine).where(AgreementLine.agreement_id == agreement.id)).all()
    assert sum(line.amount_minor for line in lines if line.source == "S") == project.grant == agreement.amount_minor
    if code != "MP11":  # its amendment moved lines
        assert {(x.label, x.amount_minor, x.source) for x in lines} == {(x.label, x.amount, x.financing) for x in project.lines}
    schedule = db.execute(
        select(Tranche.number, Tranche.amount_minor, Tranche.modality).where(Tranche.agreement_id == agreement.id).order_by(Tranche.number)
    ).all()
    assert [tuple(row) for row in schedule] == [(t.number, t.amount, t.modality) for t in project.tranches]


@pytest.mark.both_engines
def test_every_voucher_with_its_verdict(db: Db) -> None:
    """Section 5.5, and those of the other grants: number, date, sum and verdict of each paper."""
    found = 0
    for facts in disbursements():
        papers = vouchers_of(facts.project, facts.tranche)
        if facts.outcome != "paid" or not papers:
            continue
        part = tranche(db, facts.project, facts.tranche)
        rows = db.scalars(
            select(Expense)
            .join(Justification, Justification.id == Expense.justification_id)
            .where(Justification.tranche_id == part.id)
            .order_by(Expense.number)
        ).all()
        stored = [(row.spent_on, row.amount_minor, row.accepted_minor) for row in rows]
        wanted = [(J + timedelta(days=v.j), v.amount, v.parts.get("accepted", 0)) for v in papers]
        assert sorted(stored) == sorted(wanted), (facts.project, facts.tranche)
        assert sorted(row.status for row in rows) == sorted(VERDICTS.get(v.verdict, v.verdict) for v in papers)
        found += len(rows)
    assert found > 60
    rates = {("MP01", 1): 1000, ("MP01", 2): 600, ("MP03", 1): 388, ("MP07", 1): 756}
    for (code, number), tenths in rates.items():
        part = tranche(db, code, number)
        assert percent_of(part.cleared_minor, part.paid_minor) == tenths, code
