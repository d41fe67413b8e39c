"""What one unit of a donor's currency is worth in francs where a text fixes it; and the counter-value at any rate, exactly (M20)."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from portfolio.kit.money import EXPONENTS, Money
from portfolio.kit.tables import optional_date, rows


@dataclass(frozen=True)
class Parity:
    """A rate that a text fixes, between two days."""

    currency: str
    rate: Fraction
    valid_from: date
    valid_to: date | None
    source: str


@functools.cache
def parities() -> tuple[Parity, ...]:
    """Every fixed rate, in the order of the table."""
    return tuple(
        Parity(
            row["currency"],
            Fraction(row["rate"]),
            date.fromisoformat(row["valid_from"]),
            optional_date(row["valid_to"]),
            row["source"],
        )
        for row in rows("portfolio.funds", "rates.csv")
    )


def parity(currency: str, on: date) -> Parity | None:
    """The rate that is fixed for a currency on a day; None for one that floats."""
    for each in parities():
        if (
            each.currency == currency
            and each.valid_from <= on
            and (each.valid_to is None or on < each.valid_to)
        ):
            return each
    return None


def rate_of(words: str) -> Fraction | None:
    """The rate for one unit that a text begins with (`655,957 (parité fixe)`); None when it begins with none."""
    found = re.match(r"\s*(\d+)(?:[,.](\d+))?", words)
    if found is None:
        return None
    return Fraction(int(found[1] + (found[2] or "")), 10 ** len(found[2] or ""))


def counter_value(of: Money, words: str) -> Fraction | None:
    """Francs for this amount at the rate kept with it, before any rounding; None without a rate. The franc kept is one of the two
    that stand beside it: the bank rounds, and its advice decides which way."""
    if of.currency == "XOF":
        return Fraction(of.minor)
    rate = rate_of(words)
    return None if rate is None else rate * Fraction(of.minor, 10 ** EXPONENTS[of.currency])
