"""Words: English msgids in the code, French by default, English complete, chosen per request.

Catalogues are one `.po` a room (decision: a single file of three thousand messages is nobody's to edit; they are merged here
when first used, so there is no compile step). Codes live in the database, words only here.
"""

from __future__ import annotations

import contextlib
import functools
import re
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

LOCALES = ("fr", "en")
DEFAULT = "fr"
_current: ContextVar[str] = ContextVar("portfolio_locale", default=DEFAULT)

MONTHS = {
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split(),
    "en": "January February March April May June July August September October November December".split(),
}
ZONE = ZoneInfo("UTC")
"""Mali and Burkina Faso keep UTC; where Niger's hour matters the paper prints it beside (F4)."""


_BOUND = re.compile(r"(?<=\S) (?=[:;?!»]|%%|%(?![(a-z])|CFA\b)|(?<=«) ")


def typeset(words: str) -> str:
    """French typography, whatever was typed in a catalogue: ’ for the apostrophe, and no line ends before a sign that belongs to the
    word before it (: ; ? ! » %), after « or inside « F CFA »."""
    return _BOUND.sub("\u00a0", words.replace("'", "’"))


_ENDING = re.compile(r"\[([^\[\]|:]*)(?:\|([^\[\]|:]*))?:(\w+)\]")


class Numbered(str):
    """Words that agree with several numbers of one sentence: « %(zones)d zone[s:zones] fermée[s:zones], %(works)d trava[il|ux:works] ».
    The ending is chosen when the numbers are known; in French 0 and 1 are singular."""

    def __mod__(self, values: Any) -> str:
        most = 1 if _current.get() == "fr" else 0

        def ending(found: re.Match[str]) -> str:
            one, many = ("", found[1]) if found[2] is None else (found[1], found[2])
            number = abs(values[found[3]])
            return one if number == 1 or number < most else many

        return str.__mod__(_ENDING.sub(ending, str(self)), values)


@functools.cache
def _worded(words: str) -> str:
    return Numbered(words) if _ENDING.search(words) else words


class Catalogue:
    """The translations of one language: (context, msgid) → the forms."""

    def __init__(self) -> None:
        self.words: dict[tuple[str | None, str], tuple[str, ...]] = {}

    def add(self, path: Path) -> None:
        """Read one `.po` file."""
        from babel.messages.pofile import read_po

        with path.open("rb") as stream:
            for message in read_po(stream):
                if not message.id or message.fuzzy:
                    continue
                key = message.id[0] if isinstance(message.id, (tuple, list)) else message.id
                forms = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
                if all(forms):
                    self.words[(message.context, str(key))] = tuple(_worded(typeset(str(f))) for f in forms)


@functools.cache
def catalogue(locale: str) -> Catalogue:
    """The merged catalogue of a language, read once."""
    found = Catalogue()
    folder = Path(__file__).parents[1] / "locale" / locale
    for path in sorted(folder.glob("*.po")):
        found.add(path)
    return found


def locale() -> str:
    """The language of the current request."""
    return _current.get()


@contextlib.contextmanager
def speaking(language: str) -> Iterator[None]:
    """Everything worded inside is in this language; unknown languages fall back to French."""
    token = _current.set(language if language in LOCALES else DEFAULT)
    try:
        yield
    finally:
        _current.reset(token)


def _find(context: str | None, msgid: str) -> tuple[str, ...] | None:
    language = _current.get()
    return catalogue(language).words.get((context, msgid)) if language != "en" else None


def gettext(msgid: str) -> str:
    """The words of a message in the current language."""
    found = _find(None, msgid)
    return found[0] if found else _worded(msgid)


def has_words(context: str, msgid: str) -> bool:
    """Whether somebody has worded it, alone or in this context."""
    words = catalogue(DEFAULT).words
    return (context, msgid) in words or (None, msgid) in words


def pgettext(context: str, msgid: str) -> str:
    """The same, where one English word has several French ones: the context is a noun of the glossary."""
    found = _find(context, msgid) or _find(None, msgid)
    return found[0] if found else msgid


def ngettext(singular: str, plural: str, n: int) -> str:
    """Singular or plural. In French 0 and 1 are singular."""
    found = _find(None, singular)
    if found and len(found) > 1:
        return found[0] if n < 2 else found[1]
    return singular if n == 1 else plural


def npgettext(context: str, singular: str, plural: str, n: int) -> str:
    """Singular or plural, in a context."""
    found = _find(context, singular)
    if found and len(found) > 1:
        return found[0] if n < 2 else found[1]
    return singular if n == 1 else plural


_ = gettext


def N_(msgid: str) -> str:
    """Mark a message in data; it is worded when it is shown."""
    return msgid


def date_text(day: date | None) -> str:
    """`12 mars 2026`; in French the first of a month is `1er`."""
    if day is None:
        return ""
    language = _current.get()
    number = "1er" if day.day == 1 and language == "fr" else str(day.day)
    return f"{number} {MONTHS[language][day.month - 1]} {day.year}"


def time_text(moment: datetime) -> str:
    """`08 h 14` in French, `08:14` in English."""
    local = moment if moment.tzinfo is UTC else moment.astimezone(ZONE)
    glue = " h " if _current.get() == "fr" else ":"
    return f"{local.hour:02}{glue}{local.minute:02}"


def datetime_text(moment: datetime | None) -> str:
    """`12 mars 2026, 08 h 14`."""
    if moment is None:
        return ""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return f"{date_text(moment.astimezone(ZONE).date())}, {time_text(moment)}"


SHORT_MONTHS = {
    "fr": "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.".split(),
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(),
}


def short_date_text(day: date | None) -> str:
    """`12 mars 2026`, `7 nov. 2025`: for the cells of a table, with no-break spaces."""
    if day is None:
        return ""
    return f"{day.day}\u00a0{SHORT_MONTHS[_current.get()][day.month - 1]}\u00a0{day.year}"


def short_moment_text(moment: datetime | None) -> str:
    """`7 nov. 2025 16 h 21`: the hour may fold under the day."""
    if moment is None:
        return ""
    local = moment if moment.tzinfo is UTC else moment.astimezone(ZONE)
    language = _current.get()
    glue = "\u00a0h\u00a0" if language == "fr" else ":"
    month = SHORT_MONTHS[language][local.month - 1]
    return f"{local.day}\u00a0{month}\u00a0{local.year} {local.hour:02}{glue}{local.minute:02}"


def percent_text(tenths: int) -> str:
    """Tenths of a percent as `44,6 %`; whole percents without decimals."""
    whole, rest = divmod(abs(tenths), 10)
    sign = "\u2212" if tenths < 0 else ""
    if _current.get() == "fr":
        return f"{sign}{whole},{rest}\u00a0%" if rest else f"{sign}{whole}\u00a0%"
    return f"{sign}{whole}.{rest}%" if rest else f"{sign}{whole}%"
