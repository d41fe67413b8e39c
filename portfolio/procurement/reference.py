"""The method table of the demonstration, and the words of codes. The institution's own rules are added on the page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from portfolio.kit.i18n import N_
from portfolio.kit.tables import optional_date, rows

BUYER_WORDS = {"authority": N_("The Authority"), "group": N_("The group")}
CATEGORY_WORDS = {"goods": N_("Goods and services"), "works": N_("Works"), "any": N_("Any purchase")}
METHOD_WORDS = {
    "direct_purchase": N_("Direct purchase"),
    "quotation_request": N_("Request for quotations"),
    "works_quotation_request": N_("Request for quotations, works"),
    "restricted_call": N_("Restricted call for tenders"),
    "open_call": N_("Open call for tenders"),
    "three_pro_forma": N_("Three pro forma invoices"),
}
CHANNEL_WORDS = {
    "letter": N_("Letter against receipt"),
    "email": N_("E-mail"),
    "phone": N_("Telephone"),
    "hand": N_("Delivered by hand"),
}
PAPER_WORDS = {
    "letter_of_bid": N_("Signed letter of bid"),
    "price_schedule": N_("Priced schedule"),
    "tax": N_("Tax certificate"),
    "trade_register": N_("Trade register"),
    "references": N_("Similar references"),
    "technical": N_("Technical description"),
}
ASIDE_WORDS = {
    "administrative": N_("Papers missing or not valid"),
    "technical": N_("Not in line with what was asked"),
    "abnormally_low": N_("Abnormally low bid"),
}
RECEIPT_WORDS = {
    "partial": N_("Partial reception"),
    "provisional": N_("Provisional reception"),
    "final": N_("Final reception"),
    "handover": N_("Hand-over to the group"),
}
TAX_WORDS = {
    "exempt": N_("Exempt from VAT"),
    "included": N_("VAT included"),
    "none": N_("Supplier not liable to VAT"),
}
MARK_WORDS = {"signature": N_("Signature"), "thumbprint": N_("Thumbprint")}

SPLIT_DAYS = 90
"""Orders to one supplier inside so many days are added up by the detector of splitting (row 48, demo problem 14)."""
COMMISSION_MEMBERS = 3
"""The fewest people who receive: a reception by one is a delivery note."""
BUYERS_AT_LEAST = 3
"""The fewest members of a group's comité d'achat who decide."""
PRICE_TOLERANCE = 20
"""Percent of difference with the reference price that the comparison points out (demo table of prices)."""


def rules() -> Iterator[dict[str, object]]:
    """The rows of the demonstration's method table, as columns of `MethodRule`."""
    for row in rows("portfolio.procurement", "method_rules.csv"):
        yield {
            "buyer": row["buyer"],
            "country": row["country"],
            "category": row["category"],
            "from_minor": int(row["from_minor"]),
            "to_minor": int(row["to_minor"]) if row["to_minor"] else None,
            "method": row["method"],
            "sealed": row["sealed"] == "1",
            "min_invited": int(row["min_invited"]),
            "min_valid": int(row["min_valid"]),
            "min_days": int(row["min_days"]),
            "low_percent": int(row["low_percent"]),
            "appeal_days": int(row["appeal_days"]),
            "source": row["source"],
            "valid_from": date.fromisoformat(row["valid_from"]),
            "valid_to": optional_date(row["valid_to"]),
        }

STATE_WORDS = {"new": N_("brand new"), "good": N_("in good order"), "worn": N_("worn"), "out_of_order": N_("out of order")}
"""The state of a thing on the day it is handed over."""
