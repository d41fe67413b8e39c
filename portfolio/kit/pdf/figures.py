"""Amounts in figures, as they stand on papers (documents.md 3.5)."""

from portfolio.kit.money import EXPONENTS

THIN = "\N{NARROW NO-BREAK SPACE}"
NBSP = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"

_SIGNS = {"XOF": f"F{THIN}CFA", "XAF": f"F{THIN}CFA", "EUR": "€", "USD": f"${THIN}US"}
"""What is printed after the figures, where it is not the code."""


def figures(minor: int, exponent: int = 0) -> str:
    """`2655200` → `2 655 200`, thousands apart by U+202F; a negative amount has the true minus sign.

    `exponent` is the number of decimals of the currency (0 for the CFA franc, 2 for the euro).
    """
    whole, rest = divmod(abs(minor), 10**exponent)
    text = f"{whole:,}".replace(",", THIN)
    if exponent:
        text = f"{text},{rest:0{exponent}d}"
    return f"{MINUS}{text}" if minor < 0 else text


def amount(minor: int, currency: str = "XOF") -> str:
    """`2655200` → `2 655 200 F CFA`: no space in it lets the line break."""
    return f"{figures(minor, EXPONENTS[currency])}{NBSP}{_SIGNS.get(currency, currency)}"


def percent(part: int, whole: int) -> str:
    """`percent(1, 8)` → `12,5 %`, rounded half up in integers; a dash where the whole is nothing."""
    if whole <= 0:
        return "—"
    tenths = (abs(part) * 2000 + whole) // (whole * 2)
    sign = MINUS if part < 0 and tenths else ""
    return f"{sign}{tenths // 10},{tenths % 10}{NBSP}%"
