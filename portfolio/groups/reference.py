"""What varies by country about groups: legal forms, payment operators, ceilings of wallets; data with dates and a source."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import date

from portfolio.kit.tables import optional_date, rows

PACKAGE = "portfolio.groups"
COUNTRIES = {"ML": "Mali", "BF": "Burkina Faso", "NE": "Niger"}


@dataclass(frozen=True)
class Ceiling:
    """The most that one wallet may hold, in minor units of XOF, and the text that says so."""

    country: str
    ceiling_minor: int
    daily_minor: int | None
    """The most it may receive in a day; None where no text read says one."""
    monthly_minor: int
    valid_from: date | None
    valid_to: date | None
    source: str


@dataclass(frozen=True)
class LegalForm:
    """A legal form as a country calls it, the category it belongs to, and the paper that proves it."""

    country: str
    form: str
    category: str
    paper: str


@functools.cache
def ceilings() -> tuple[Ceiling, ...]:
    """Every ceiling of a wallet, in the order of the table."""
    return tuple(
        Ceiling(
            row["country"],
            int(row["ceiling_minor"]),
            int(row["daily_minor"]) if row["daily_minor"] else None,
            int(row["monthly_minor"]),
            optional_date(row["valid_from"]),
            optional_date(row["valid_to"]),
            row["source"],
        )
        for row in rows(PACKAGE, "wallet_ceilings.csv")
    )


def wallet_ceiling(country: str, on: date) -> Ceiling | None:
    """The ceiling in force in a country on a date, or None when it is unknown: then nothing is checked and the screen says so."""
    for each in ceilings():
        begun = each.valid_from is None or each.valid_from <= on
        if each.country == country and begun and (each.valid_to is None or on < each.valid_to):
            return each
    return None


@functools.cache
def legal_forms() -> tuple[LegalForm, ...]:
    """Every legal form known."""
    return tuple(
        LegalForm(row["country"], row["form"], row["category"], row["paper"])
        for row in rows(PACKAGE, "legal_forms.csv")
    )


@functools.cache
def providers(country: str) -> tuple[str, ...]:
    """The mobile-money operators of a country."""
    return tuple(row["provider"] for row in rows(PACKAGE, "providers.csv") if row["country"] == country)
