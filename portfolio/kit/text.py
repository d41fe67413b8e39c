"""Text as people type it: cleaned once at the door, folded for search (I06, performance.md §1)."""

from __future__ import annotations

import re
import unicodedata

import markupsafe

BIDI = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C])
_LIGATURES = str.maketrans(
    {
        "œ": "oe",
        "Œ": "oe",
        "æ": "ae",
        "Æ": "ae",
        "ß": "ss",
        "’": "'",
        "ʼ": "'",
        "ɓ": "b",
        "ɗ": "d",
        "ŋ": "n",
        "ɲ": "n",
        "ƴ": "y",
        "ǝ": "e",
        "ɛ": "e",
        "ɔ": "o",
        "ɣ": "g",
    }
)


class TextError(ValueError):
    """Characters that cannot be kept: NUL or half of a surrogate pair."""


def clean(text: str) -> str:
    """NFC, outer blanks and direction controls removed. Raises TextError for NUL, control characters and lone surrogates."""
    if any(
        "\ud800" <= c <= "\udfff" or (unicodedata.category(c) == "Cc" and c not in "\r\n\t") for c in text
    ):
        raise TextError("unprintable")
    return (
        unicodedata.normalize("NFC", text.translate(BIDI)).replace("\r\n", "\n").replace("\r", "\n").strip()
    )


def fold(text: str) -> str:
    """Lower case without accents or punctuation, for searching: « Œuvre d'Élan » → `oeuvre d elan`."""
    bare = unicodedata.normalize("NFKD", text.translate(_LIGATURES))
    kept = "".join(c for c in bare if not unicodedata.combining(c)).casefold()
    return re.sub(r"[^0-9a-z]+", " ", kept).strip()


_SOUND = [
    (r"^ou(?=[aeiou])", "w"),
    (r"ou", "u"),
    (r"ss|ç", "s"),
    (r"tch|ch|sh", "s"),
    (r"c(?=[eiy])", "s"),
    (r"ck|q|c|k+", "k"),
    (r"dj|j|dy|di(?=[aou])", "j"),
    (r"ph", "f"),
    (r"th", "t"),
    (r"gn|ny", "n"),
    (r"w|v", "w"),
    (r"y|i+", "i"),
    (r"ai|ei|é|è", "e"),
    (r"h", ""),
    (r"(.)\1+", r"\1"),
]


def sound(text: str) -> str:
    """A sound key tuned to Sahel spellings: Cissé and Sissé, Oumarou and Umaru, Aïssata and Aichata agree."""
    words = []
    for word in fold(text).split():
        for pattern, by in _SOUND:
            word = re.sub(pattern, by, word)
        words.append(re.sub(r"(?<!^)[aeiou]", "", word) or word)
    return " ".join(words)


_DIALS = {"ML": "223", "BF": "226", "NE": "227"}


def number_key(number: str, country: str = "") -> str:
    """What stays of an account, a wallet or an identity number however it was written: without blanks, dashes, zeros in front, the key of an IBAN,
    letters that are read as figures; a wallet of the `country` with its international prefix or without. For comparing, never shown.

    `ML13 ML016 01201 …` and `ml016-01201-…` → `ML01601201…`; `70 00 00 11`, `+223 70000011` and `00223 70.00.00.11` → `22370000011`."""
    bare = re.sub(r"[^0-9A-Z]", "", unicodedata.normalize("NFKC", number).upper())
    bare = re.sub(r"^([A-Z]{2})\d\d(?=\1\d)", "", bare).translate(_READ_AS)
    bare = re.sub(r"^0+(?=.)", "", bare)
    return _DIALS[country] + bare if country in _DIALS and len(bare) == 8 and bare.isdigit() else bare


_READ_AS = str.maketrans({"O": "0", "I": "1"})


def last4(number: str) -> str:
    """An account, wallet or identity number as lists show it: only the last four characters (F15)."""
    joined = "".join(number.split())  # « … 1 17 » is the end of a number written in groups
    return f"…{joined[-4:]}" if len(joined) > 4 else joined


def phone_text(number: str | None) -> str:
    """A telephone as it is dictated: `+223 70 00 00 00` for the eight digits of the three countries, else as it is kept."""
    found = re.fullmatch(r"(\+22[367])(\d\d)(\d\d)(\d\d)(\d\d)", number or "")
    return "\u00a0".join(found.groups()) if found else number or ""


_escape = getattr(markupsafe, "_escape_inner", None) or (lambda text: str(markupsafe.escape(text)))
"""What `markupsafe.escape` calls, without the wrapping."""


def escaped(value: object) -> str:
    """A value inside of HTML, as a plain string: no object is made for each cell of a table."""
    return str(_escape(value if type(value) is str else str(value)))
