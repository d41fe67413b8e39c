"""Statements printed, numbered with the editions of the books and kept; and the formal notice sent to a group."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from portfolio.agreements.models import Agreement
from portfolio.desk.pdf import registers
from portfolio.desk.queries import ageing, grants
from portfolio.desk.queries import statements as queries
from portfolio.desk.service.ledger import books
from portfolio.documents.models import Paper
from portfolio.documents.service import issue
from portfolio.kit.i18n import N_, speaking
from portfolio.kit.i18n import gettext as _
from portfolio.work import Work

TITLES = {
    "payables": N_("Commitments and sums left to pay"),
    "ageing": N_("Advances not justified, by age"),
    "grant": N_("Statement of a grant"),
}


def _kept(
    work: Work,
    kind: str,
    facts: dict[str, Any],
    draw: Callable[[dict[str, Any]], bytes],
    subject: Any = None,
) -> Paper:
    work.require("ledger:print")
    reference = work.number("edition", "ledger")
    with speaking("fr"):  # a paper is French whoever prints it
        title = _(TITLES[kind])
    paper = issue(
        work,
        kind=f"statement_{kind}",
        reference=reference,
        title=title,
        subject=subject or books(),
        facts=facts,
        draw=draw,
    )
    work.record("ledger:printed", books(), data={"reference": reference})
    return paper


def print_grant(work: Work, agreement: Agreement) -> Paper:
    """Relevé d'une subvention, today; kept with the agreement."""
    return _kept(work, "grant", grants.paper_facts(work, agreement), registers.grant_pdf, agreement)


def print_payables(work: Work) -> Paper:
    """État des engagements et des restes à payer, today."""
    rows = queries.payables(work)
    facts = queries.payables_facts(work, rows)
    return _kept(work, "payables", facts, lambda full: registers.payables_pdf(full, rows))


def print_ageing(work: Work, dims: Mapping[str, str], age: str = "", by: str = "fund") -> Paper:
    """Balance âgée des avances non justifiées, today: what is asked, with sub-totals by fund, call, group, objective or place."""
    rows = ageing.rows(work, by, ageing.clauses(work, dims, age))
    facts = queries.ageing_facts(work, dims, age, by, rows)
    return _kept(work, "ageing", facts, lambda full: registers.ageing_pdf(full, rows))
