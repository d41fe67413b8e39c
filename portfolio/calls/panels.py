"""What calls show on the pages above them: a fund's page lists the calls that draw on it."""

from __future__ import annotations

from sqlalchemy import func, select

from portfolio.calls.models import Call, CallLine
from portfolio.calls.queries import deadline_text, state_words
from portfolio.funds.models import BudgetLine, Fund
from portfolio.kit.i18n import gettext as _
from portfolio.web.panels import Panel, panel
from portfolio.work import Work


@panel("fund", order=30)
def drawing_on_fund(work: Work, fund: Fund) -> Panel | None:
    """The calls whose envelope draws on this fund, with the part of each; one query."""
    if not work.may("call:view"):
        return None
    statement = (
        select(Call, func.sum(CallLine.amount_minor))
        .join(CallLine, CallLine.call_id == Call.id)
        .join(BudgetLine, BudgetLine.id == CallLine.budget_line_id)
        .where(BudgetLine.fund_id == fund.id, work.within("call:view", Call))
        .group_by(Call.id)
        .order_by(Call.closes_at.desc())
        .limit(20)
    )
    rows = []
    for call, part in work.db.execute(statement):
        words, tone = state_words(call, work.now)
        rows.append(
            {
                "call": call,
                "part_minor": int(part),
                "words": words,
                "tone": tone,
                "deadline": deadline_text(call.closes_at),
            }
        )
    if not rows:
        return None
    return Panel(_("Calls that draw on this fund"), "calls/panels.html", "of_fund", {"rows": rows}, "calls")
