"""Breaking text into lines: plain text only, linear in its length whatever it holds."""

from __future__ import annotations

import re
from typing import NamedTuple

from portfolio.kit.pdf.clean import CELL_LIMIT, ELLIPSIS, TEXT_LIMIT, clean, one_line
from portfolio.kit.pdf.fonts import Face
from portfolio.kit.words import MONTHS

# Blanks at which a French line is not broken: beside quotation marks, before high punctuation, after « n° »
# and inside a date.
_BOUND = re.compile(
    r"(?<=«) | (?=[»:;!?%€](?:[ \n,.)]|$))|(?<=[nN]°) "
    rf"|(?<=\d) (?=(?:{'|'.join(MONTHS)})\b)|(?<=\der) (?=(?:{'|'.join(MONTHS)})\b)"
    r"|(?<=(?:nvier|vrier| mars|avril|. mai| juin|illet| août|embre|tobre)) (?=\d{4}\b)"
)


class Line(NamedTuple):
    """A line, its natural width in points, and whether it ends a paragraph (so is not justified)."""

    text: str
    width: float
    last: bool


def wrap(text: str, face: Face, size: float, width: float, *, limit: int = TEXT_LIMIT) -> list[Line]:
    """Lines no wider than `width` points. No-break spaces hold; a word too long for a line is cut."""
    lines: list[Line] = []
    space = face.width(" ", size)
    for paragraph in _BOUND.sub("\u00a0", face.fit(clean(text, limit))).split("\n"):
        row: list[str] = []
        used = 0.0
        for word in _words(paragraph, face, size, width):
            wide = face.width(word, size)
            if row and used + space + wide > width + 0.01:
                lines.append(Line(" ".join(row), used, False))
                row, used = [], 0.0
            used += wide + (space if row else 0.0)
            row.append(word)
        lines.append(Line(" ".join(row), used, True))
    return lines


def _words(paragraph: str, face: Face, size: float, width: float) -> list[str]:
    words = [word for word in paragraph.split(" ") if word]
    if all(face.width(word, size) <= width for word in words):
        return words
    pieces: list[str] = []
    for word in words:
        if face.width(word, size) <= width:
            pieces.append(word)
        else:
            pieces.extend(_cut(word, face, size, width))
    return pieces


def _cut(word: str, face: Face, size: float, width: float) -> list[str]:
    """A word wider than the line, in pieces that fit; after a hyphen or a slash where there is one near."""
    pieces: list[str] = []
    start, used, soft = 0, 0.0, 0
    for at, char in enumerate(word):
        wide = face.widths[char] * size / 1000
        if used + wide > width and at > start:
            end = soft if soft > start + (at - start) // 2 else at
            pieces.append(word[start:end])
            used = face.width(word[end:at], size)
            start = end
        used += wide
        if char in "-/":
            soft = at + 1
    pieces.append(word[start:])
    return pieces


def clip(text: str, face: Face, size: float, width: float) -> str:
    """`text` on one line, ending with … where it does not fit in `width` points."""
    text = face.fit(one_line(text, CELL_LIMIT))
    if face.width(text, size) <= width:
        return text
    room = width - face.width(ELLIPSIS, size)
    used = 0.0
    for at, char in enumerate(text):
        used += face.widths[char] * size / 1000
        if used > room:
            return text[:at].rstrip() + ELLIPSIS
    return text


def header_lines(label: str, face: Face, size: float, width: float) -> list[str]:
    """Lines of the header of a column: no word is cut, the pen makes a line that is too wide smaller."""
    words = face.fit(one_line(label, 200)).split(" ")
    widest = max(face.width(word, size) for word in words)
    return [line.text for line in wrap(label, face, size, max(width, min(widest, width * 1.6)), limit=200)]
