"""What a paper is made of, from top to bottom: blocks that know their height, can be cut and drawn.

Measures are points; `w` is the width given, `s` the scale of the sheet (1, less on a half sheet or where a
paper must hold on one page). A block keeps the raw text: it is laid out when the scale is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from portfolio.kit.pdf.fonts import Role, face
from portfolio.kit.pdf.lines import Line, wrap
from portfolio.kit.pdf.pen import MM, Align, Pen

BODY = 10.5
SMALL = 8.5
LEADING = 1.34


def baseline(top: float, size: float, lead: float) -> float:
    """Where the letters of a line of height `lead` stand."""
    return top - size * 0.76 - (lead - size) / 2


class Block:
    """The contract. `before` is the space above (dropped at the top of a page); `keep` holds the block
    with the next one; `pinned` sends it to the foot of its page."""

    before: float = 4.0
    keep: bool = False
    pinned: bool = False

    def height(self, w: float, s: float) -> float:
        raise NotImplementedError

    def head(self, w: float, s: float) -> float:
        """Height of the smallest first piece, for the block before that must stay with it."""
        return self.height(w, s)

    def split(self, w: float, room: float, s: float) -> tuple[Block, Block] | None:
        """Two blocks, the first of at most `room` points; None where it cannot be cut there."""
        return None

    def draw(self, pen: Pen, x: float, top: float, w: float, s: float) -> None:
        raise NotImplementedError


class Text(Block):
    """A paragraph; with `mark`, an item hanging under its mark (a bullet, a number)."""

    def __init__(
        self,
        text: str,
        role: Role = "body",
        size: float = BODY,
        align: Align = "justify",
        *,
        before: float = 5.0,
        indent: float = 0.0,
        mark: str = "",
        keep: bool = False,
        grey: float = 0.0,
        start: int = 0,
        end: int | None = None,
    ) -> None:
        self.text, self.role, self.size, self.align = text, role, size, align
        self.before, self.indent, self.mark, self.keep, self.grey = before, indent, mark, keep, grey
        self.start, self.end = start, end
        self._laid: dict[tuple[float, float], list[Line]] = {}

    def lines(self, w: float, s: float) -> list[Line]:
        key = (w, s)
        if key not in self._laid:
            self._laid[key] = wrap(self.text, face(self.role), self.size * s, w - self.indent * s)
        return self._laid[key][self.start : self.end]

    def _lead(self, s: float) -> float:
        return self.size * s * LEADING

    def height(self, w: float, s: float) -> float:
        return len(self.lines(w, s)) * self._lead(s)

    def head(self, w: float, s: float) -> float:
        return min(2, len(self.lines(w, s))) * self._lead(s)

    def split(self, w: float, room: float, s: float) -> tuple[Block, Block] | None:
        count = len(self.lines(w, s))
        fits = int(room / self._lead(s))
        if count - fits == 1:
            fits -= 1  # no line alone at the top of a page …
        if fits < 2 or fits >= count:
            return None  # … nor at the foot of one
        cut = self.start + fits
        return self._part(self.start, cut), self._part(cut, self.end)

    def _part(self, start: int, end: int | None) -> Text:
        part = Text(
            self.text, self.role, self.size, self.align, before=self.before, indent=self.indent,
            mark="" if start else self.mark, grey=self.grey, start=start, end=end,
        )  # fmt: skip
        part._laid = self._laid
        return part

    def draw(self, pen: Pen, x: float, top: float, w: float, s: float) -> None:
        size, lead, indent = self.size * s, self._lead(s), self.indent * s
        inner = w - indent
        for at, line in enumerate(self.lines(w, s)):
            y = baseline(top - at * lead, size, lead)
            if self.mark and at == 0:
                pen.text(x + indent - 3 * s, y, self.mark, self.role, size, "right", self.grey)
            left = x + indent
            if self.align == "justify":
                gaps = line.text.count(" ") + line.text.count("\u00a0")  # both are stretched
                loose = inner - line.width
                # A line that is far too short (a long word came next) is left ragged, not torn apart.
                stretch = loose / gaps if gaps and not line.last and loose / gaps < size else 0.0
                pen.text(left, y, line.text, self.role, size, "left", self.grey, stretch)
            else:
                place = {"left": left, "right": left + inner, "center": left + inner / 2}[self.align]
                pen.text(place, y, line.text, self.role, size, self.align, self.grey)


class Gap(Block):
    """Empty space."""

    def __init__(self, height: float) -> None:
        self._height, self.before = height, 0.0

    def height(self, w: float, s: float) -> float:
        return self._height * s

    def draw(self, pen: Pen, x: float, top: float, w: float, s: float) -> None:
        return


class PageBreak(Gap):
    """What follows starts a page; `landscape` True or False turns the sheet, None leaves it."""

    def __init__(self, landscape: bool | None = None) -> None:
        super().__init__(0)
        self.landscape = landscape


class Together(Block):
    """Blocks that are never parted; too tall for a page, they flow on from where they are."""

    def __init__(self, parts: Sequence[Block], *, before: float = 8.0, pinned: bool = False) -> None:
        self.parts, self.before, self.pinned = list(parts), before, pinned

    def height(self, w: float, s: float) -> float:
        return sum(part.height(w, s) + (part.before * s if at else 0.0) for at, part in enumerate(self.parts))

    def draw(self, pen: Pen, x: float, top: float, w: float, s: float) -> None:
        for at, part in enumerate(self.parts):
            top -= part.before * s if at else 0.0
            part.draw(pen, x, top, w, s)
            top -= part.height(w, s)


class Framed(Block):
    """Text in a frame (`rules` False) or between two double rules (`rules` True, for what binds)."""

    def __init__(self, text: str, *, rules: bool = False, role: Role = "body", align: Align = "left") -> None:
        self.inner = Text(text, role, BODY, align)
        self.rules, self.before, self.pad = rules, 8.0, (4.0 if rules else 7.0)

    def _inset(self, s: float) -> float:
        return 0.0 if self.rules else self.pad * s

    def height(self, w: float, s: float) -> float:
        return self.inner.height(w - 2 * self._inset(s), s) + 2 * self.pad * s

    def split(self, w: float, room: float, s: float) -> tuple[Block, Block] | None:
        cut = self.inner.split(w - 2 * self._inset(s), room - 2 * self.pad * s, s)
        if cut is None:
            return None
        halves = []
        for part in cut:
            half = Framed("", rules=self.rules)
            assert isinstance(part, Text)
            half.inner = part
            halves.append(half)
        return halves[0], halves[1]

    def draw(self, pen: Pen, x: float, top: float, w: float, s: float) -> None:
        height, inset = self.height(w, s), self._inset(s)
        if self.rules:
            for y in (top, top - height):
                pen.line(x, y, x + w, y, 0.8)
                pen.line(x, y + (-1.8 if y == top else 1.8), x + w, y + (-1.8 if y == top else 1.8), 0.3)
        else:
            pen.box(x, top, w, height, 0.8)
        self.inner.draw(pen, x + inset, top - self.pad * s, w - 2 * inset, s)


@dataclass
class _Fact:
    label: list[Line]
    value: list[Line]
    height: float


class Facts(Block):
    """Labels and values in aligned columns, a hairline under each; in two columns to save height."""

    def __init__(
        self, pairs: Sequence[tuple[str, str]], *, columns: int = 1, label_mm: float = 46, before: float = 7.0
    ) -> None:
        self.pairs, self.columns, self.label_mm, self.before = list(pairs), columns, label_mm, before
        self._laid: dict[tuple[float, float], list[list[_Fact]]] = {}

    def _geometry(self, w: float, s: float) -> tuple[float, float]:
        gutter = 14.0 * s
        column = (w - gutter * (self.columns - 1)) / self.columns
        return column, min(self.label_mm * MM * s, column * 0.45)

    def _rows(self, w: float, s: float) -> list[list[_Fact]]:
        key = (w, s)
        if key not in self._laid:
            column, label = self._geometry(w, s)
            cells = []
            for name, value in self.pairs:
                left = wrap(name, face("body"), 9 * s, label - 6 * s, limit=300)
                right = wrap(value, face("bold"), 9.5 * s, column - label, limit=2_500)
                cells.append(_Fact(left, right, max(len(left), len(right)) * 12.6 * s + 4.4 * s))
            deep = -(-len(cells) // self.columns)
            self._laid[key] = [cells[at::deep] for at in range(deep)] if deep else []
        return self._laid[key]

    def height(self, w: float, s: float) -> float:
        return sum(max(fact.height for fact in row) for row in self._rows(w, s)) + 0.6

    def head(self, w: float, s: float) -> float:
        rows = self._rows(w, s)
        return max((fact.height for fact in rows[0]), default=0.0) if rows else 0.0

    def split(self, w: float, room: float, s: float) -> tuple[Block, Block] | None:
        rows, used, fits = self._rows(w, s), 0.0, 0
        for row in rows:
            used += max(fact.height for fact in row)
            if used > room:
                break
            fits += 1
        if not 0 < fits < len(rows):
            return None
        halves = []
        for part in (rows[:fits], rows[fits:]):
            half = Facts([], columns=self.columns, label_mm=self.label_mm, before=self.before)
            half._laid = {(w, s): part}
            halves.append(half)
        return halves[0], halves[1]

    def draw(self, pen: Pen, x: float, top: float, w: float, s: float) -> None:
        column, label = self._geometry(w, s)
        step = column + 14.0 * s
        for at in range(self.columns):
            pen.line(x + at * step, top, x + at * step + column, top, 0.4, 0.45)
        for row in self._rows(w, s):
            deep = max(fact.height for fact in row)
            for at, fact in enumerate(row):
                left = x + at * step
                first = baseline(top - 2.2 * s, 9.5 * s, 12.6 * s)
                for n, line in enumerate(fact.label):
                    pen.text(left, first - n * 12.6 * s, line.text, "body", 9 * s, grey=0.2)
                for n, line in enumerate(fact.value):
                    pen.text(left + label, first - n * 12.6 * s, line.text, "bold", 9.5 * s)
                pen.line(left, top - deep, left + column, top - deep, 0.3, 0.6)
            top -= deep
