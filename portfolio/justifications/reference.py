"""What each kind of paper proves, by country and donor and date (documents.md 3.6): data, with ceilings empty until somebody sets them."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import date

from portfolio.kit.i18n import N_
from portfolio.kit.tables import optional_date, rows

NEEDS: dict[str, str] = {
    "invoice": N_(
        "Supplier, tax number, number, date, object, amount in words, « Paid » with signature and stamp"
    ),
    "certified_invoice": N_(
        "Certified invoice with its code or QR where the supplier is bound to it (Niger)"
    ),
    "normalised_invoice": N_("Normalised invoice (Burkina Faso)"),
    "electronic_invoice": N_("Electronic certified invoice where the supplier is bound to it (Burkina Faso)"),
    "receipt": N_(
        "Name, identity paper, telephone, object, amount in words, signature or thumbprint, witness"
    ),
    "livestock_sale": N_(
        "Seller, identity paper, market, heads, ear-tag numbers, unit price, visa of the livestock service or of the market"
    ),
    "payroll": N_("Purpose, days, rate, signature of each person, certified"),
    "works": N_("The contract, the minutes of reception and the invoice: the three together"),
    "purchase_note": N_("Market, goods, quantity, unit price, two witnesses with their identity papers"),
    "statement": N_("It proves the payment, not the expense: add the paper of the expense"),
    "pro_forma": N_("It supports the choice or the delivery: it is never an expense"),
    "honour": N_("Reason, statement of the police or of the village; by derogation of two people"),
}
PROVES: dict[str, str] = {
    "alone": N_("Proves alone"),
    "ceiling": N_("Proves up to a ceiling"),
    "never": N_("Never proves an expense"),
    "derogation": N_("By derogation only"),
}

GROUNDS: dict[str, str] = {
    "unjustified": N_("Not justified in time"),
    "refused": N_("Refused expenses"),
    "termination": N_("Termination of the agreement"),
    "unspent": N_("Balance not spent, given back by the group"),
}
"""Why money is asked back."""
WITHOUT_NOTICE = frozenset({"unspent"})
"""Grounds that need no mise en demeure: the group itself declares the balance that it gives back."""


@dataclass(frozen=True)
class Rule:
    """One kind of paper on one day in one country: `proves` is alone, ceiling, never or derogation; `needs` is a msgid."""

    kind: str
    proves: str
    needs: str
    ceiling_minor: int | None


@functools.cache
def _table() -> tuple[dict[str, str], ...]:
    return tuple(rows("portfolio.justifications", "voucher_rules.csv"))


def rule(kind: str, country: str = "", donor: str = "", on: date | None = None) -> Rule:
    """The rule in force: the most particular row for this country, donor and date. KeyError for an unknown kind."""
    best: tuple[int, dict[str, str]] | None = None
    for row in _table():
        start, end = optional_date(row["valid_from"]), optional_date(row["valid_to"])
        if row["kind"] != kind or row["country"] not in ("", country) or row["donor"] not in ("", donor):
            continue
        if on is not None and ((start and on < start) or (end and on >= end)):
            continue
        weight = 2 * bool(row["donor"]) + bool(row["country"])
        if best is None or weight > best[0]:
            best = (weight, row)
    if best is None:
        raise KeyError(kind)
    found = best[1]
    ceiling = int(found["ceiling_minor"]) if found["ceiling_minor"] else None
    return Rule(kind, found["proves"], NEEDS[found["needs"]], ceiling)
