"""What auditors may find, how grave it is, and how a questioned amount is settled: rows of the law, with their dates and their source (domain M7).

The catalogue is read as of the day on which a finding is stated: a row that ends stays readable on the findings that carry it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from portfolio.kit.i18n import N_

AUDITS = frozenset({"mission:lead", "finding:state", "recommendation:verify"})
"""All that an auditor moves: missions, findings and recommendations, none of which moves a franc (R3)."""
AUDITED = frozenset({"mission:view", "finding:answer", "recommendation:do"})
"""Whoever answers for what auditors find, and carries out what they recommend. Nobody holds both sets."""

KINDS: dict[str, str] = {
    "internal": N_("Internal audit"),
    "external": N_("External audit"),
    "donor": N_("Audit of a donor"),
}
SCOPES: dict[str, str] = {
    "fund": N_("One fund"),
    "call": N_("One call"),
    "agreement": N_("One grant"),
    "exercice": N_("One exercice"),
    "period": N_("Everything of a period"),
}
ABOUT: dict[str, str] = {
    "agreement": N_("Grant agreement"),
    "disbursement": N_("Payment"),
    "expense": N_("Voucher"),
    "recovery": N_("Repayment order"),
    "audit_sample": N_("Audit sample"),
    "ledger": N_("Entry of the ledger"),
}
"""What a finding may point at."""
SETTLED_BY: dict[str, str] = {
    "accepted": N_("Accepted on further evidence"),
    "refunded": N_("Refunded"),
    "impaired": N_("Given up by an act"),
    "pending": N_("Still pending"),
}
"""The four parts of a questioned amount: their sum is that amount, to the franc."""


@dataclass(frozen=True)
class Severity:
    """How grave a finding is. One that holds the closure keeps its grant open until it is settled."""

    label: str
    tone: str
    holds_closure: bool


SEVERITIES: dict[str, Severity] = {
    "high": Severity(N_("High"), "bad", True),
    "medium": Severity(N_("Medium"), "warn", False),
    "low": Severity(N_("Low"), "neutral", False),
}
HOLDING: tuple[str, ...] = tuple(code for code, row in SEVERITIES.items() if row.holds_closure)


@dataclass(frozen=True)
class Category:
    """One row of the catalogue."""

    code: str
    label: str
    source: str
    valid_from: date
    valid_to: date | None = None


_SINCE = date(2020, 1, 1)
_TYPE = "Convention type de l'autorité, art. "
CATALOGUE: tuple[Category, ...] = (
    Category("no_voucher", N_("Expense without a voucher"), _TYPE + "12", _SINCE),
    Category("weak_voucher", N_("Voucher that proves too little"), _TYPE + "11 et 12", _SINCE),
    Category("altered_voucher", N_("Voucher altered or doubtful"), _TYPE + "12 et 13", _SINCE),
    Category("charged_twice", N_("Same invoice charged twice"), _TYPE + "11", _SINCE),
    Category("ineligible", N_("Ineligible expense"), _TYPE + "11", _SINCE),
    Category("outside_period", N_("Expense outside the period"), _TYPE + "3 et 11", _SINCE),
    Category("outside_budget", N_("Expense outside the budget or above the tolerance"), _TYPE + "5", _SINCE),
    Category("over_cap", N_("Ceiling of a category exceeded"), _TYPE + "5 et 11", _SINCE),
    Category("price", N_("Price far from the market's"), _TYPE + "9", _SINCE),
    Category("other_use", N_("Money used for something else"), _TYPE + "1 et 8", _SINCE),
    Category("advance_late", N_("Advance not justified in time"), _TYPE + "12", _SINCE),
    Category("balance_kept", N_("Unspent balance not paid back"), _TYPE + "12", _SINCE),
    Category("other_account", N_("Account other than the agreement's"), _TYPE + "7", _SINCE),
    Category(
        "cash_gap", N_("Gap between the books and the bank or the box"), "AUDCIF (OHADA), art. 17", _SINCE
    ),
    Category("books", N_("Books missing or not up to date"), "AUDCIF (OHADA), art. 17 à 19", _SINCE),
    Category("attendance", N_("Allowances without signed attendance"), _TYPE + "11", _SINCE),
    Category("no_competition", N_("Purchase without the competition due"), _TYPE + "9", _SINCE),
    Category("split", N_("Purchase split under a threshold"), _TYPE + "9", _SINCE),
    Category("not_received", N_("Goods or works not received, or short"), _TYPE + "9", _SINCE),
    Category("interest", N_("Conflict of interest"), _TYPE + "9 et 13", _SINCE),
    Category("inventory", N_("Equipment missing from the inventory"), _TYPE + "8", _SINCE),
    Category("condition", N_("Condition of the agreement not kept"), _TYPE + "6 et 8", _SINCE),
    Category("report_late", N_("Report late or missing"), _TYPE + "10", _SINCE),
    Category("people", N_("People reached without proof"), _TYPE + "10", _SINCE),
    Category(
        "duties", N_("Duties not kept apart"), "Règlement financier : ordonnateur et comptable (R7)", _SINCE
    ),
    Category(
        "visa",
        N_("Act without the visa or the approval due"),
        "Règlement financier : contrôle financier (R3)",
        _SINCE,
    ),
    Category("archives", N_("File incomplete or papers not kept"), "AUDCIF (OHADA), art. 24", _SINCE),
)
BY_CODE: dict[str, Category] = {row.code: row for row in CATALOGUE}


def in_force(on: date) -> list[Category]:
    """The rows of the catalogue on a day, in its order."""
    return [row for row in CATALOGUE if row.valid_from <= on and (row.valid_to is None or on < row.valid_to)]
