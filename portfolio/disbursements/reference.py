"""Words of payments, which modality leaves something to justify, how many signatures an amount asks for, and the limits of cash (data, dated)."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import date

from portfolio.kit.i18n import N_
from portfolio.kit.tables import optional_date, rows

ACCOUNT_WORDS: dict[str, str] = {
    "bank": N_("Bank transfer"),
    "sfd": N_("Transfer to a microfinance account"),
    "mobile": N_("Mobile money"),
    "cash": N_("Cash"),
}
CHANNEL_OF = {"bank": "bank", "sfd": "bank", "mobile": "mobile", "cash": "cash"}
"""The channel of an account by its kind, the payee's as the institution's: microfinance accounts are reached by bank transfer."""

ADVANCES = ("advance",)
"""Modalities that leave something to justify; the others are final expenses at payment (R4)."""


@dataclass(frozen=True)
class Band:
    """From this amount on, so many approvals and authorisations. The windows, in days, over which payments to one payee, and batches of
    one account, are counted together."""

    from_minor: int
    approvals: int
    authorisations: int
    payee_days: int
    account_days: int
    valid_from: date | None
    valid_to: date | None
    source: str


CAUSE_WORDS: dict[str, str] = {
    "credits": N_("Credits missing or insufficient"),
    "funds": N_("No money available in the fund"),
    "service": N_("No proof of the service done or of the right"),
    "discharge": N_("The payment would not discharge the institution: wrong payee or account"),
    "imputation": N_("Wrong budget line or exercice"),
    "papers": N_("A supporting paper is missing or irregular"),
    "sum": N_("Error in the calculation of the sum"),
    "visa": N_("The controller's visa is missing or refused"),
    "other": N_("Another cause, said in the reason"),
}


@dataclass(frozen=True)
class Cause:
    """Why a payment is refused. With `may_requisition` false, a réquisition is not obeyed: the sum stays unpaid until the cause is gone (R3)."""

    code: str
    may_requisition: bool
    source: str


def causes(on: date) -> dict[str, Cause]:
    """The causes of refusal in force on a day, in the order of the table: {code: cause}."""
    found = {}
    for row in rows("portfolio.disbursements", "rejection_causes.csv"):
        start, end = optional_date(row["valid_from"]), optional_date(row["valid_to"])
        if (start is None or start <= on) and (end is None or on < end):
            found[row["code"]] = Cause(row["code"], row["may_requisition"] == "yes", row["source"])
    return found


@functools.cache
def bands() -> tuple[Band, ...]:
    """Every band of the table, the smallest first."""
    found = (
        Band(
            int(row["from_minor"]),
            int(row["approvals"]),
            int(row["authorisations"]),
            int(row["payee_days"]),
            int(row["account_days"]),
            optional_date(row["valid_from"]),
            optional_date(row["valid_to"]),
            row["source"],
        )
        for row in rows("portfolio.disbursements", "approval_bands.csv")
    )
    return tuple(sorted(found, key=lambda band: band.from_minor))


def band_of(amount_minor: int, on: date) -> Band:
    """The band of an amount on a date: the highest that it reaches."""
    return [
        band
        for band in bands()
        if band.from_minor <= amount_minor
        and (band.valid_from is None or band.valid_from <= on)
        and (band.valid_to is None or on < band.valid_to)
    ][-1]


@dataclass(frozen=True)
class CashLimit:
    """The most that one payment in cash may be, in a country or, with `country` empty, everywhere."""

    country: str
    limit_minor: int
    valid_from: date
    valid_to: date | None
    source: str


@functools.cache
def cash_limits() -> tuple[CashLimit, ...]:
    """Every limit of the table, whatever its days."""
    return tuple(
        CashLimit(
            row["country"],
            int(row["limit_minor"]),
            date.fromisoformat(row["valid_from"]),
            optional_date(row["valid_to"]),
            row["source"],
        )
        for row in rows("portfolio.disbursements", "cash_limits.csv")
    )


def cash_limit(country: str, on: date) -> CashLimit | None:
    """The lowest limit in force in a country on a day, its own or the one for everywhere; None when no text says one."""
    found = (
        limit
        for limit in cash_limits()
        if limit.country in ("", country)
        and limit.valid_from <= on
        and (limit.valid_to is None or on < limit.valid_to)
    )
    return min(found, key=lambda limit: limit.limit_minor, default=None)
