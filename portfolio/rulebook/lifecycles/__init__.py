"""One file a room. `ALL` lists every lifecycle by noun, for the engine's generated tests and the page that prints the law."""

from __future__ import annotations

from portfolio.kit.i18n import N_
from portfolio.kit.lifecycle import Lifecycle
from portfolio.rulebook.lifecycles import (
    agreements,
    applications,
    awards,
    beneficiaries,
    calls,
    closures,
    committees,
    disbursements,
    funds,
    grievances,
    groups,
    justifications,
    payments,
    periods,
    procurement,
    projects,
    scoring,
    strategy,
)

_ROOMS = (
    strategy,
    funds,
    groups,
    calls,
    applications,
    committees,
    scoring,
    awards,
    agreements,
    projects,
    procurement,
    disbursements,
    payments,
    periods,
    justifications,
    beneficiaries,
    grievances,
    closures,
)
ALL: dict[str, Lifecycle] = {
    found.noun: found for room in _ROOMS for found in vars(room).values() if isinstance(found, Lifecycle)
}
NOUNS: dict[str, str] = {
    "framework": N_("Strategic framework"),
    "fund": N_("Fund"),
    "budget_line": N_("Budget line"),
    "money_receipt": N_("Money received"),
    "fund_call": N_("Call for funds"),
    "donor_refund": N_("Refund to the donor"),
    "group": N_("Applicant group"),
    "group_account": N_("Payment account of the group"),
    "call": N_("Call for proposals"),
    "application": N_("File"),
    "call_register": N_("Register of filings"),
    "session": N_("Committee session"),
    "session_item": N_("Item of the agenda"),
    "score_sheet": N_("Score sheet"),
    "commitment": N_("Commitment"),
    "decision": N_("Decision of award"),
    "notice": N_("Letter of notification"),
    "agreement": N_("Grant agreement"),
    "tranche": N_("Tranche"),
    "amendment": N_("Amendment"),
    "project": N_("Micro-project"),
    "visit": N_("Visit"),
    "procedure": N_("Purchase"),
    "disbursement": N_("Disbursement"),
    "payment_batch": N_("Batch of payments"),
    "statement_line": N_("Line of a bank statement"),
    "cash_count": N_("Cash count"),
    "period": N_("Month of the books"),
    "exercice": N_("Exercice"),
    "justification": N_("Justification of expenses"),
    "expense": N_("Expense"),
    "recovery": N_("Repayment order"),
    "duplicate": N_("Possible duplicate"),
    "grievance": N_("Complaint"),
    "closure": N_("Closure"),
}
"""What each noun is called, for the page of the law and for what waits."""
