"""Numbers, amounts, dates and hours in French words, as official papers write them.

Papers are French whatever the language of the screen, so nothing here goes through the catalogue.
Own code: the library that writes French numbers has no CFA franc and no « de » after a round million.
Source of the cases: documents.md 3.5.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

NBSP = "\N{NO-BREAK SPACE}"

MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip

_TO_SIXTEEN = (
    "zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix",
    "onze", "douze", "treize", "quatorze", "quinze", "seize",
)  # fmt: skip
_TENS = {20: "vingt", 30: "trente", 40: "quarante", 50: "cinquante", 60: "soixante", 80: "quatre-vingt"}
# Nouns, unlike « mille »: they take an s and call for « de » before what is counted.
_LARGE = (
    (10**18, "trillion"),
    (10**15, "billiard"),
    (10**12, "billion"),
    (10**9, "milliard"),
    (10**6, "million"),
)


class Unit(NamedTuple):
    """A currency in words: how one and several are called, and the hundredth where there is one."""

    one: str
    many: str
    exponent: int = 0
    cent_one: str = "centime"
    cent_many: str = "centimes"


CURRENCIES = {
    "XOF": Unit("franc CFA", "francs CFA"),
    "XAF": Unit("franc CFA (BEAC)", "francs CFA (BEAC)"),
    "GNF": Unit("franc guinéen", "francs guinéens"),
    "EUR": Unit("euro", "euros", 2),
    "USD": Unit("dollar des États-Unis", "dollars des États-Unis", 2, "cent", "cents"),
    "GBP": Unit("livre sterling", "livres sterling", 2, "penny", "pence"),
    "CHF": Unit("franc suisse", "francs suisses", 2),
    "CAD": Unit("dollar canadien", "dollars canadiens", 2, "cent", "cents"),
}
_FEMININE = frozenset({"GBP"})


def _below_hundred(n: int, *, feminine: bool, plural_ok: bool) -> str:
    one = "une" if feminine else "un"
    if n <= 16:
        return one if n == 1 else _TO_SIXTEEN[n]
    if n < 20:
        return f"dix-{_TO_SIXTEEN[n - 10]}"
    if n == 80:
        return "quatre-vingts" if plural_ok else "quatre-vingt"
    base = 60 if 60 <= n < 80 else 80 if n >= 80 else n // 10 * 10
    rest = n - base
    if rest == 0:
        return _TENS[base]
    if rest in (1, 11) and base != 80:
        return f"{_TENS[base]} et {one if rest == 1 else 'onze'}"
    return f"{_TENS[base]}-{_below_hundred(rest, feminine=feminine, plural_ok=False)}"


def _below_thousand(n: int, *, feminine: bool, plural_ok: bool) -> str:
    hundreds, rest = divmod(n, 100)
    if not hundreds:
        return _below_hundred(rest, feminine=feminine, plural_ok=plural_ok)
    if hundreds == 1:
        words = "cent"
    else:
        words = f"{_TO_SIXTEEN[hundreds]} cent{'s' if not rest and plural_ok else ''}"
    return f"{words} {_below_hundred(rest, feminine=feminine, plural_ok=plural_ok)}" if rest else words


def number_in_words(n: int, *, feminine: bool = False) -> str:
    """`80` → « quatre-vingts », `80000` → « quatre-vingt mille », `71` → « soixante et onze ».

    `feminine` agrees the last « un » with a feminine noun (« vingt et une heures »).
    Raises OverflowError from 10**21, which no amount reaches.
    """
    if n < 0:
        return f"moins {number_in_words(-n, feminine=feminine)}"
    if n >= 10**21:
        raise OverflowError("number too large to be written in words")
    if n == 0:
        return _TO_SIXTEEN[0]
    parts: list[str] = []
    for size, noun in _LARGE:
        count, n = divmod(n, size)
        if count:
            # A noun follows, so « quatre-vingts millions » and « deux cents millions » keep their s.
            words = _below_thousand(count, feminine=False, plural_ok=True)
            parts.append(f"{words} {noun}{'s' if count > 1 else ''}")
    thousands, n = divmod(n, 1000)
    if thousands == 1:
        parts.append("mille")
    elif thousands:
        parts.append(f"{_below_thousand(thousands, feminine=False, plural_ok=False)} mille")
    if n:
        parts.append(_below_thousand(n, feminine=feminine, plural_ok=True))
    return " ".join(parts)


def _counted(n: int, one: str, many: str, *, feminine: bool = False) -> str:
    """`n` and its noun: « de » (« d' » before a vowel) only after million(s), milliard(s)…"""
    noun = many if n >= 2 else one
    words = number_in_words(n, feminine=feminine)
    if n >= 10**6 and n % 10**6 == 0:
        return f"{words} d'{noun}" if noun[0] in "aeéiouh" else f"{words} de {noun}"
    return f"{words} {noun}"


def amount_in_words(minor: int, currency: str = "XOF") -> str:
    """An amount of minor units in words: `2655200` → « deux millions six cent … deux cents francs CFA ».

    Computed from the same integer as the figures beside it (documents.md F6). Raises ValueError for a
    currency that has no French name here: better no paper than a wrong one.
    """
    unit = CURRENCIES.get(currency)
    if unit is None:
        raise ValueError(f"no words for currency {currency!r}")
    if minor < 0:
        return f"moins {amount_in_words(-minor, currency)}"
    whole, cents = divmod(minor, 10**unit.exponent)
    in_cents = _counted(cents, unit.cent_one, unit.cent_many) if cents else ""
    if cents and not whole:
        return in_cents
    in_units = _counted(whole, unit.one, unit.many, feminine=currency in _FEMININE)
    return f"{in_units} et {in_cents}" if cents else in_units


def of_amount(minor: int, currency: str = "XOF") -> str:
    """« d'un milliard … », « de onze francs CFA »: the amount in words after « à la somme »."""
    words = amount_in_words(minor, currency)
    return f"d'{words}" if words.startswith("un ") else f"de {words}"


def date_long(d: date) -> str:
    """« 12 mars 2026 »; the first of a month is « 1er mars 2026 »."""
    return f"{'1er' if d.day == 1 else d.day} {MONTHS[d.month - 1]} {d.year}"


def date_in_words(moment: date) -> str:
    """« L'an deux mille vingt-six et le premier mars, à dix heures quinze minutes ».

    Opening of minutes and records. `moment` is a local moment, already in the zone of the place; a plain
    date gives the day alone.
    """
    day = "premier" if moment.day == 1 else number_in_words(moment.day)
    words = f"L'an {number_in_words(moment.year)} et le {day} {MONTHS[moment.month - 1]}"
    return f"{words}, à {hour_in_words(moment)}" if isinstance(moment, datetime) else words


def hour_in_words(moment: datetime) -> str:
    """« dix heures quinze minutes », « une heure », « vingt et une heures une minute »."""
    hours = f"{number_in_words(moment.hour, feminine=True)} heure{'s' if moment.hour > 1 else ''}"
    if not moment.minute:
        return hours
    minutes = number_in_words(moment.minute, feminine=True)
    return f"{hours} {minutes} minute{'s' if moment.minute > 1 else ''}"


def hour_short(moment: datetime) -> str:
    """« 16 h 00 », with no-break spaces."""
    return f"{moment.hour}{NBSP}h{NBSP}{moment.minute:02d}"


def deadline_words(moment_utc: datetime, zones: Iterable[tuple[str, str]]) -> str:
    """The hour of a deadline with its zone: « 16 h 00 TU (17 h 00 à Niamey) » (documents.md F4).

    `zones` gives (town, IANA zone). Towns whose clock shows universal time are left out, those that share
    an hour are named together, and the day is said where it is another day. A moment without a zone is
    read as universal time, which is what the database keeps.
    """
    utc = moment_utc.replace(tzinfo=UTC) if moment_utc.tzinfo is None else moment_utc.astimezone(UTC)
    towns: dict[str, list[str]] = {}
    for town, zone in zones:
        local = utc.astimezone(ZoneInfo(zone))
        if local.utcoffset() == utc.utcoffset():
            continue
        hour = hour_short(local)
        if local.date() != utc.date():
            hour += f" le {date_long(local).rsplit(' ', 1)[0]}"
        towns.setdefault(hour, []).append(f"à {town}")
    elsewhere = ", ".join(
        f"{hour} {names[0] if len(names) == 1 else ', '.join(names[:-1]) + ' et ' + names[-1]}"
        for hour, names in towns.items()
    )
    return f"{hour_short(utc)} TU" + (f" ({elsewhere})" if elsewhere else "")
