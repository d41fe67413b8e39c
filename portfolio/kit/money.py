"""Money is an integer of minor units and an ISO 4217 currency: never a float (M01), never two currencies added (M02).

XOF has no decimals, so one minor unit is one franc. Typed amounts are read strictly (M03): what cannot be read
without guessing is refused. Splits use the largest remainder, so that the parts always sum to the whole (M05).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

EXPONENTS = {
    "XOF": 0,
    "XAF": 0,
    "BIF": 0,
    "RWF": 0,
    "GNF": 0,
    "JPY": 0,
    "EUR": 2,
    "USD": 2,
    "CHF": 2,
    "GBP": 2,
    "CDF": 2,
    "KWD": 3,
}
"""ISO 4217 minor-unit exponents of the currencies the product accepts (source: ISO 4217 table A.1)."""

MAX_MINOR = 9_000_000_000_000_000
"""Well inside a signed 64-bit integer, so that sums of many never overflow."""

NBSP, NNBSP = "\u00a0", "\u202f"

UNITS = {"XOF": r"F ?CFA|CFA|F|XOF", "XAF": r"F ?CFA|CFA|F|XAF", "EUR": r"EUR|€", "USD": r"USD|\$"}
"""What may be typed behind an amount, by its currency; elsewhere its code alone. The unit of another currency is refused (M02)."""


class MoneyError(ValueError):
    """An amount that cannot be read or two amounts that cannot be put together."""


@dataclass(frozen=True, order=False)
class Money:
    """So many minor units of a currency."""

    minor: int
    currency: str = "XOF"

    def __post_init__(self) -> None:
        if self.currency not in EXPONENTS:
            raise MoneyError(f"unknown currency {self.currency}")
        if isinstance(self.minor, bool) or not isinstance(self.minor, int):
            raise MoneyError("minor units are an int")

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.minor < other.minor

    def __le__(self, other: Money) -> bool:
        self._same(other)
        return self.minor <= other.minor

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise MoneyError(f"{self.currency} and {other.currency} cannot be put together")


def total(amounts: Iterable[Money], currency: str) -> Money:
    """The sum of amounts of one currency. Raises MoneyError at the first that is of another (M02)."""
    found = Money(0, currency)
    for each in amounts:
        found += each
    return found


def split(total: int, weights: Sequence[int]) -> list[int]:
    """Share `total` minor units by integer weights; the parts sum to `total` exactly.

    Largest remainder; ties go to the earlier part. Raises MoneyError when no weight is positive.
    """
    whole = sum(weights)
    if whole <= 0 or any(w < 0 for w in weights):
        raise MoneyError("weights must be positive")
    sign, amount = (-1, -total) if total < 0 else (1, total)
    parts = [amount * w // whole for w in weights]
    order = sorted(range(len(weights)), key=lambda i: (-(amount * weights[i] % whole), i))
    for i in order[: amount - sum(parts)]:
        parts[i] += 1
    return [sign * p for p in parts]


def percent_of(part: int, whole: int) -> int:
    """`part` as tenths of a percent of `whole`, rounded down: 600 is 60,0 %. Zero when the whole is zero."""
    return part * 1000 // whole if whole else 0


_GROUPED = re.compile(r"\d{1,3}( \d{3})+|\d+")


def parse_minor(text: str, currency: str = "XOF") -> int:
    """Read an amount as a person types it: `1 250 000`, with any kind of space, `F CFA` behind; decimals after a comma
    only where the currency has them. Raises MoneyError for all that would need a guess (`1.250.000`, `1e3`, `-5`, `5 $`
    where francs are asked)."""
    exponent = EXPONENTS[currency]
    cleaned = text.strip().replace(NBSP, " ").replace(NNBSP, " ").replace("\u2009", " ")
    cleaned = re.sub(rf" ?({UNITS.get(currency, currency)})$", "", cleaned, flags=re.IGNORECASE)
    whole, comma, decimals = cleaned.partition(",")
    if len(cleaned) > 32 or not cleaned.isascii() or not _GROUPED.fullmatch(whole):
        raise MoneyError("unreadable")
    if comma:
        if not decimals.isdigit():
            raise MoneyError("unreadable")
        if len(decimals) > exponent:
            if exponent == 0:
                raise MoneyError("decimals")
            raise MoneyError("too_many_decimals")
    scale: int = 10**exponent
    minor = int(whole.replace(" ", "")) * scale + int((decimals or "").ljust(exponent, "0") or 0)
    if minor > MAX_MINOR:
        raise MoneyError("too_large")
    return minor


def figures(minor: int, currency: str = "XOF") -> str:
    """`1 250 000` with narrow no-break spaces; decimals after a comma where the currency has them."""
    exponent = EXPONENTS[currency]
    sign = "\u2212" if minor < 0 else ""
    whole, rest = divmod(abs(minor), 10**exponent)
    grouped = f"{whole:,}".replace(",", NNBSP)
    return f"{sign}{grouped},{rest:0{exponent}d}" if exponent else f"{sign}{grouped}"


def amount(minor: int, currency: str = "XOF") -> str:
    """`1 250 000 F CFA` on screen and paper (R22); other currencies by their code."""
    unit = f"F{NNBSP}CFA" if currency == "XOF" else currency
    return f"{figures(minor, currency)}{NBSP}{unit}"
