"""Fast lines: table rows written as the bytes of a page's one text block.

A book of 100,000 lines is a million cells. Drawn cell by cell, ReportLab spends its time formatting
coordinates and splitting strings (ten times the floor of performance.md B2). Here the places of the columns
are a constant template, each cell becomes the bytes of its text once (dictionaries that fill themselves),
and a row is one `%`. The bytes are codes of the first subset of the face, which keeps ASCII as it is and
receives other characters as they appear; characters beyond its 256 go through ReportLab's own splitting.
"""

from __future__ import annotations

import re
from codecs import charmap_build, charmap_encode
from collections.abc import Callable, Iterable, Sequence
from operator import call
from typing import Any, Literal

from portfolio.kit.pdf.clean import ELLIPSIS, one_line
from portfolio.kit.pdf.figures import MINUS, THIN, figures
from portfolio.kit.pdf.fonts import Role, face
from portfolio.kit.pdf.lines import clip

Side = Literal["left", "right", "center"]

_KEPT = 2048  # distinct values kept per column; beyond, the dictionary starts anew
_LONGEST = 400
_TIGHTEST = 0.7
"""A name or a label a little too long is condensed to fit its column, and cut only beyond this: an auditor reads it whole."""
_SPECIAL = re.compile(rb"[()\\]")


class Letters:
    """One face of one document at one size, as bytes."""

    def __init__(self, role: Role, document: Any, size: float) -> None:
        self.face, self.size, self._document = face(role), size, document
        font = self.face.font
        self._state = font._assignState(document, asciiReadable=True)
        # Codes below 32 would need escaping (a carriage return is read back as a line feed).
        self._state.nextCode = max(self._state.nextCode, len(self._state.subsets[0]))
        self.name: bytes = font.getSubsetInternalName(0, document).encode()
        self._known = 0
        self.learn(f"{THIN}{MINUS}{ELLIPSIS}")

    @property
    def select(self) -> bytes:
        """The operator that selects this face at this size."""
        return b"%b %b Tf" % (self.name, number(self.size))

    def learn(self, text: str) -> None:
        """Gives codes to the characters of `text`, and rebuilds the tables of codes and widths."""
        self.face.font.splitString(text, self._document)
        codes = self._state.subsets[0]
        if len(codes) == self._known:
            return
        self._known = len(codes)
        table = ["\ufffe"] * 256
        units = [0] * 256
        for code, char in enumerate(map(chr, codes)):
            if code >= 32 and char.isprintable() or char == THIN:
                table[code] = char
                # In quarters of a thousandth, rounded up: a cell is never wider than it is measured.
                units[code] = min(255, -int(-self.face.widths[char] // 4))
        self._map = charmap_build("".join(table))
        # The same without the characters that a PDF string escapes.
        self.plain = charmap_build("".join("\ufffe" if char in "()\\" else char for char in table))
        self.units = bytes(units)
        self.dots = self.encode(ELLIPSIS) or b"..."
        self.dots_wide = sum(self.dots.translate(self.units))

    def encode(self, text: str) -> bytes | None:
        """Codes of `text` in the first subset; None when a character has none there."""
        try:
            return charmap_encode(text, "strict", self._map)[0]
        except UnicodeEncodeError:
            return None

    def units_in(self, points: float) -> int:
        """How many units of width hold in so many points."""
        return int(points * 1000 / (4 * self.size))

    def points(self, units: int) -> float:
        """Units of width as points."""
        return units * 4 * self.size / 1000

    def shown(self, text: str, room: int) -> tuple[bytes, int]:
        """Operators that show `text` clipped to `room` units, and the units it takes."""
        if not text.isprintable() or len(text) > _LONGEST:
            text = one_line(text, _LONGEST).replace("\u00a0", " ")
        codes = self.encode(text)
        if codes is None:
            text = self.face.fit(one_line(text))
            self.learn(text)
            codes = self.encode(text)
            if codes is None:
                return self._spilled(text, room)
        wide = sum(codes.translate(self.units))
        if wide > room:
            codes, wide = self.clipped(codes, wide, room)
        return b"(%b)Tj" % _SPECIAL.sub(rb"\\\g<0>", codes), wide

    def clipped(self, codes: bytes, wide: int, room: int) -> tuple[bytes, int]:
        """Codes, `wide` units in all, cut so that they and an ellipsis take at most `room` units."""
        units, room = codes.translate(self.units), room - self.dots_wide
        keep = len(codes) * max(room, 0) // wide
        used = sum(units[:keep])
        while used > room and keep:
            keep -= 1
            used -= units[keep]
        while used + units[keep] <= room:
            used += units[keep]
            keep += 1
        return codes[:keep].rstrip() + self.dots, used + self.dots_wide

    def _spilled(self, text: str, room: int) -> tuple[bytes, int]:
        """Text that needs more than the first subset: ReportLab splits it, runs follow each other."""
        text = clip(text, self.face, self.size, self.points(room))
        font, parts = self.face.font, []
        for subset, codes in font.splitString(text, self._document):
            name = font.getSubsetInternalName(subset, self._document).encode()
            safe = b"".join(b"\\%03o" % code for code in codes)
            parts.append(b"%b %b Tf (%b)Tj" % (name, number(self.size), safe))
        return b" ".join([*parts, self.select]), self.units_in(self.face.width(text, self.size))


def number(value: float) -> bytes:
    """A coordinate, to a hundredth of a point."""
    return f"{value:.2f}".rstrip("0").rstrip(".").encode()


class TextCells(dict[str, bytes]):
    """Text of a column → operators, condensed a little rather than cut. Filled by asking."""

    def __init__(self, letters: Letters, room: float, side: Side) -> None:
        super().__init__()
        self.letters, self.room, self.side = letters, letters.units_in(room), side
        self.most = int(self.room / _TIGHTEST)

    def __missing__(self, text: str) -> bytes:
        letters = self.letters
        try:
            # Most cells: plain, known characters, short enough. The long way says the same of any text.
            codes = charmap_encode(text, "strict", letters.plain)[0]
            wide = sum(codes.translate(letters.units))
            if wide > self.most:
                codes, wide = letters.clipped(codes, wide, self.most)
            shown = b"(%b)Tj" % codes
        except UnicodeEncodeError:
            shown, wide = letters.shown(text, self.most)
        if wide > self.room:
            shown, wide = b" %.1f Tz %b 100 Tz" % (self.room / wide * 100, shown), self.room
        if self.side != "left":
            # The place of the column is its right edge (or its middle): step back by the width.
            back = wide if self.side == "right" else wide / 2
            shown = b"[%d]TJ%b" % (back * 4, shown)
        if len(self) >= _KEPT:
            self.clear()
        self[text] = shown
        return shown


class AmountCells(dict["int | None", bytes]):
    """Amount of a column → operators, right-aligned. Digits share one width, so length alone places them."""

    def __init__(self, letters: Letters, room: float, exponent: int = 0) -> None:
        super().__init__({None: b""})
        self.letters, self.room, self.exponent = letters, room, exponent
        self._thin, self._minus = letters.encode(THIN) or b" ", letters.encode(MINUS) or b"-"
        self._around_of: dict[int, bytes] = {}

    def __missing__(self, minor: int) -> bytes:
        if self.exponent:
            shown = self._any(minor)
        else:
            digits = f"{minor:,}".encode().replace(b",", self._thin)
            kind = len(digits)
            if minor < 0:
                digits, kind = self._minus + digits[1:], -kind
            around = self._around_of.get(kind) or self._learn(minor, kind)
            shown = around % digits
        if len(self) >= _KEPT:
            self.clear()
            self[None] = b""
        self[minor] = shown
        return shown

    def _learn(self, minor: int, kind: int) -> bytes:
        found = self._around_of[kind] = self._around(figures(minor))
        return found

    def _around(self, text: str) -> bytes:
        """What stands around the digits; figures too wide for the column are condensed, not cut."""
        letters = self.letters
        wide = letters.face.width(text, letters.size)
        around = b"[%.0f(%%b)]TJ" % (wide * 1000 / letters.size)
        if wide > self.room:
            return b" %.1f Tz %b 100 Tz" % (self.room / wide * 100, around)
        return around

    def _any(self, minor: int) -> bytes:
        text = figures(minor, self.exponent)
        return self._around(text) % (self.letters.encode(text) or b"")


class RowMaker:
    """Rows of a table as bytes, each moving from the end of the row above to its own cells."""

    def __init__(
        self, places: Sequence[float], cells: Sequence[TextCells | AmountCells], lead: float, home: float
    ) -> None:
        moves: list[bytes] = []
        at = home
        for place in places:
            moves.append(b"%b %b Td%%b" % (number(place - at), b"0" if moves else number(-lead)))
            at = place
        if abs(at - home) > 0.001:
            moves.append(b"%b 0 Td" % number(home - at))
        self._template = b"\n".join(moves) + b"\n"
        self._makers: list[Callable[[Any], bytes]] = [each.__getitem__ for each in cells]

    def row(self, values: Iterable[Any]) -> bytes:
        """One row; `values` has one value per column."""
        return self._template % tuple(map(call, self._makers, values))

    def rows(self, lines: Iterable[Sequence[Any]]) -> bytes:
        """Many rows."""
        template, makers = self._template, self._makers
        return b"".join([template % tuple(map(call, makers, line)) for line in lines])
