"""Figures of payments that are data: ceilings of a wallet, words of accounts and of identity papers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from portfolio.kit.i18n import N_


@dataclass(frozen=True)
class WalletCeiling:
    """What one electronic wallet may hold, between two dates, by a source; empty where unknown."""

    countries: frozenset[str]
    amount_minor: int
    valid_from: date
    valid_to: date | None
    source: str


WALLET_CEILINGS: tuple[WalletCeiling, ...] = (
    WalletCeiling(
        frozenset({"ML", "BF", "NE"}),
        2_000_000,
        date(2015, 5, 21),
        None,
        "BCEAO, instruction n° 008-05-2015, article 31",
    ),
)


def wallet_ceiling(country: str, on: date) -> WalletCeiling | None:
    """The ceiling of an identified holder's wallet in a country on a day, or None when none is known."""
    for found in WALLET_CEILINGS:
        if (
            country in found.countries
            and found.valid_from <= on
            and (found.valid_to is None or on <= found.valid_to)
        ):
            return found
    return None


ACCOUNT_WORDS: dict[str, str] = {
    "bank": N_("Bank transfer"),
    "sfd": N_("Transfer to a microfinance account"),
    "mobile": N_("Mobile money"),
    "cash": N_("Cash"),
}

ADVANCES = ("advance",)
"""Modalities that leave something to justify; the others are final expenses at payment (R4)."""
