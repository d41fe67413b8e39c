"""Tables of papers (documents.md F7): repeated header, numbered rows, totals, « À reporter », « Report »."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import accumulate
from typing import Literal

from portfolio.kit.pdf.blocks import Block, Text, baseline
from portfolio.kit.pdf.clean import CELL_LIMIT
from portfolio.kit.pdf.figures import NBSP, figures
from portfolio.kit.pdf.fonts import Role, face
from portfolio.kit.pdf.lines import header_lines, wrap
from portfolio.kit.pdf.pen import MM, Align, Pen

Kind = Literal["text", "code", "amount", "number", "date", "blank"]
_UNBROKEN = ("amount", "number", "code")  # made smaller rather than broken over two lines
Value = str | int | bool | date | datetime | None

SIZE = 8.8
PAD_X = 3.2
PAD_Y = 2.6
LEAD = 1.24
WHOLE = 120 * MM  # a table that is signed is not parted below this height
TALLEST = 110 * MM  # a row taller than this is continued in a row below it


@dataclass(frozen=True)
class Column:
    """A column. `width_mm` fixes its width; without it, columns share what is left by `weight`.

    Kinds: text (wrapped), code (a reference, never broken), amount (integer of minor units, grouped,
    right-aligned, summed in totals), number (right-aligned, not summed), date (short), blank (left empty to
    be written by hand).
    """

    label: str
    width_mm: float | None = None
    weight: float = 1.0
    align: Align | None = None
    kind: Kind = "text"
    exponent: int = 0

    @property
    def side(self) -> Align:
        return self.align or ("right" if self.kind in ("amount", "number") else "left")

    def show(self, value: Value) -> str:
        """How a value of this column is printed."""
        match value:
            case None:
                return ""
            case bool():
                return "oui" if value else "non"
            case int():
                return figures(value, self.exponent if self.kind == "amount" else 0)
            case datetime():
                return f"{value:%d/%m/%Y}{NBSP}{value.hour}{NBSP}h{NBSP}{value.minute:02d}"
            case date():
                return f"{value:%d/%m/%Y}"
        return value


@dataclass
class _Row:
    cells: list[list[str]]
    height: float
    amounts: dict[int, int]
    opens: bool = True  # False: continues the row above
    role: Role = "body"


class _Table:
    """The rows of one table, laid out once for a width and a scale; its grids are slices of it."""

    def __init__(
        self,
        columns: Sequence[Column],
        rows: Sequence[Sequence[Value]],
        total: str | Sequence[Value] | None,
        carry: tuple[int, ...],
        numbered: bool,
        row_mm: float,
        bold: frozenset[int],
        whole: bool = False,
    ) -> None:
        self.whole = whole
        shift = 1 if numbered else 0
        self.columns = [Column("N°", 9, kind="number"), *columns] if numbered else list(columns)
        self.values = [[n, *row] if numbered else list(row) for n, row in enumerate(rows, 1)]
        for row in self.values:
            if len(row) != len(self.columns):
                raise ValueError(f"a row of {len(row)} cells in a table of {len(self.columns)} columns")
        self.carry = tuple(index + shift for index in carry)
        self.row_mm, self.bold = row_mm, bold
        self.total: list[Value] | None = None
        if isinstance(total, str):
            self.total = [
                sum(value for row in self.values if isinstance(value := row[at], int))
                if column.kind == "amount"
                else None
                for at, column in enumerate(self.columns)
            ]
            self.total_label = total
        elif total is not None:
            self.total, self.total_label = [None, *total] if numbered else list(total), ""
        self._laid: dict[tuple[float, float], tuple[list[float], list[_Row], float, list[list[str]]]] = {}
        self._below: dict[tuple[float, float], list[float]] = {}

    def laid(self, w: float, s: float) -> tuple[list[float], list[_Row], float, list[list[str]]]:
        """(column widths, rows, header height, header lines)."""
        key = (w, s)
        if key not in self._laid:
            widths = self._widths(w, s)
            labels = [
                header_lines(column.label, face("bold"), SIZE * s, wide - 2 * PAD_X * s)
                for column, wide in zip(self.columns, widths, strict=True)
            ]
            head = max(len(lines) for lines in labels) * SIZE * s * LEAD + 2.4 * PAD_Y * s
            rows = [row for at, values in enumerate(self.values) for row in self._row(at, values, widths, s)]
            self._laid[key] = widths, rows, head, labels
            self._below[key] = [0.0, *accumulate(row.height for row in rows)]
        return self._laid[key]

    def tall(self, w: float, s: float, start: int, end: int) -> float:
        """The height of the rows from one to another, whatever their number: asked for again at every page of what is left."""
        self.laid(w, s)
        below = self._below[w, s]
        return below[end] - below[start]

    def _widths(self, w: float, s: float) -> list[float]:
        fixed = sum((column.width_mm or 0) * MM * s for column in self.columns)
        shares = sum(column.weight for column in self.columns if column.width_mm is None)
        # Fixed widths are wishes: together they leave to the others at least 14 mm a share.
        room = w - min(shares * 14 * MM * s, w * 0.6)
        squeeze = min(1.0, room / fixed) if fixed else 1.0
        if not shares and fixed:
            squeeze = w / fixed
        left = w - fixed * squeeze
        return [
            left * column.weight / shares if column.width_mm is None else column.width_mm * MM * s * squeeze
            for column in self.columns
        ]

    def _cell(self, text: str, wide: float, s: float, role: Role) -> list[str]:
        inner = wide - 2 * PAD_X * s
        return [line.text for line in wrap(text, face(role), SIZE * s, inner, limit=CELL_LIMIT)]

    def _row(self, at: int, values: Sequence[Value], widths: list[float], s: float) -> list[_Row]:
        role: Role = "bold" if at in self.bold else "body"
        lead = SIZE * s * LEAD
        cells = []
        for column, value, wide in zip(self.columns, values, widths, strict=True):
            shown = column.show(value)
            cells.append([shown] if column.kind in _UNBROKEN else self._cell(shown, wide, s, role))
        amounts = {
            index: value
            for index, value in enumerate(values)
            if self.columns[index].kind == "amount" and isinstance(value, int)
        }
        deepest = max(len(lines) for lines in cells)
        most = max(1, int(TALLEST / lead))
        rows = []
        for start in range(0, deepest, most):
            part = [lines[start : start + most] for lines in cells]
            height = max(max(map(len, part)) * lead + 2 * PAD_Y * s, self.row_mm * MM * s)
            rows.append(_Row(part, height, amounts if start == 0 else {}, start == 0, role))
        return rows


class Grid(Block):
    """A slice of a table on one page; splitting it gives the slice of the next page."""

    def __init__(self, table: _Table, start: int = 0, carried: dict[int, int] | None = None) -> None:
        self.table, self.start, self.end = table, start, -1
        self.carried = carried  # sums of the pages before; None on the first
        self.before = 7.0

    def _part(self, w: float, s: float) -> list[_Row]:
        rows = self.table.laid(w, s)[1]
        return rows[self.start : len(rows) if self.end < 0 else self.end]

    def _line(self, s: float) -> float:
        return SIZE * s * LEAD + 2 * PAD_Y * s

    def _extras(self, s: float) -> float:
        """Height of the lines that are not rows: « Report », and the total or « À reporter »."""
        table, lines = self.table, 0
        if table.carry and self.carried is not None:
            lines += 1
        if (self.end < 0 and table.total is not None) or (self.end >= 0 and table.carry):
            lines += 1
        return lines * self._line(s)

    def height(self, w: float, s: float) -> float:
        _, rows, head, _ = self.table.laid(w, s)
        tall = self.table.tall(w, s, self.start, len(rows) if self.end < 0 else self.end)
        return head + tall + self._extras(s)

    def head(self, w: float, s: float) -> float:
        if self._whole(w, s):
            return self.height(w, s)
        _, rows, head, _ = self.table.laid(w, s)
        end = len(rows) if self.end < 0 else self.end
        return head + self.table.tall(w, s, self.start, min(self.start + 2, end)) + 2 * self._line(s)

    def _whole(self, w: float, s: float) -> bool:
        return self.table.whole and self.start == 0 and self.height(w, s) <= WHOLE

    def split(self, w: float, room: float, s: float) -> tuple[Block, Block] | None:
        if self._whole(w, s):
            return None
        _, rows, head, _ = self.table.laid(w, s)
        room -= head + (self._line(s) if self.table.carry else 0.0)
        if self.table.carry and self.carried is not None:
            room -= self._line(s)
        fits, used = self.start, 0.0
        # The last two rows stay with the total: nobody reads one row alone at the head of a page.
        last = 2 if len(rows) - self.start > 3 else 1
        while fits < len(rows) - last and used + rows[fits].height <= room:
            used += rows[fits].height
            fits += 1
        if fits == self.start:
            return None
        if self.start == 0 and fits == 1 and rows[1].height < 60 * MM:
            return None  # not one row alone at the foot of a page
        first = Grid(self.table, self.start, self.carried)
        first.end, first.before = fits, self.before
        return first, Grid(self.table, fits, first._sums(w, s))

    def _sums(self, w: float, s: float) -> dict[int, int]:
        sums = dict(self.carried or dict.fromkeys(self.table.carry, 0))
        for row in self._part(w, s):
            for index in self.table.carry:
                sums[index] += row.amounts.get(index, 0)
        return sums

    def draw(self, pen: Pen, x: float, top: float, w: float, s: float) -> None:
        table = self.table
        widths, _, head, labels = table.laid(w, s)
        start = top
        pen.box(x, top, w, head, 0, fill=0.93)
        lead = SIZE * s * LEAD
        for column, wide, lines, left in zip(
            table.columns, widths, labels, self._lefts(x, widths), strict=True
        ):
            y = top - (head - len(lines) * lead) / 2
            self._cell(pen, column.side, left, y, wide, lines, s, "bold", "code")
        top -= head
        pen.line(x, top, x + w, top, 0.8)
        if table.carry and self.carried is not None:
            top = self._sum_line(pen, x, top, widths, w, "Report", dict(self.carried), s, rule=0.35)
        for row in self._part(w, s):
            if row.opens and top != start - head:
                pen.line(x, top, x + w, top, 0.3, 0.5)
            for column, wide, lines, left in zip(
                table.columns, widths, row.cells, self._lefts(x, widths), strict=True
            ):
                role: Role = "bold" if row.role == "bold" else "body"
                self._cell(pen, column.side, left, top - PAD_Y * s, wide, lines, s, role, column.kind)
            top -= row.height
        if self.end >= 0 and table.carry:
            top = self._sum_line(pen, x, top, widths, w, "À reporter", self._sums(w, s), s)
        elif self.end < 0 and table.total is not None:
            top = self._total_line(pen, x, top, widths, w, s)
        pen.box(x, start, w, start - top, 0.8)
        for left in self._lefts(x, widths)[1:]:
            pen.line(left, start, left, top, 0.3, 0.5)

    @staticmethod
    def _lefts(x: float, widths: list[float]) -> list[float]:
        return [x + sum(widths[:at]) for at in range(len(widths))]

    @staticmethod
    def _cell(
        pen: Pen,
        side: Align,
        x: float,
        top: float,
        wide: float,
        lines: list[str],
        s: float,
        role: Role,
        kind: Kind = "text",
    ) -> None:
        size, lead, pad = SIZE * s, SIZE * s * LEAD, PAD_X * s
        place = {"right": x + wide - pad, "center": x + wide / 2}.get(side, x + pad)
        for at, line in enumerate(lines):
            if not line:
                continue
            y = baseline(top - at * lead, size, lead)
            if kind in _UNBROKEN:
                pen.fitted(place, y, line, wide - 2 * pad, role, size, side)
            else:
                pen.text(place, y, line, role, size, "left" if side == "justify" else side)

    def _sum_line(
        self, pen: Pen, x: float, top: float, widths: list[float], w: float, label: str,
        sums: dict[int, int], s: float, rule: float = 0.8,
    ) -> float:  # fmt: skip
        """A line with a label before the first sum; returns where the next line starts."""
        height = self._line(s)
        lefts = self._lefts(x, widths)
        pen.line(x, top, x + w, top, rule)
        first = min(sums, default=len(widths))
        size, pad = SIZE * s, PAD_X * s
        y = baseline(top - PAD_Y * s, size, size * LEAD)
        place = lefts[first] if first < len(widths) else x + w
        if first == 0:
            pen.text(x + pad, y, label, "bold", size)
        else:
            pen.text(place - pad, y, label, "bold", size, "right")
        for index, value in sums.items():
            column, wide = self.table.columns[index], widths[index]
            shown = figures(value, column.exponent)
            pen.fitted(lefts[index] + wide - pad, y, shown, wide - 2 * pad, "bold", size, "right")
        return top - height

    def _total_line(self, pen: Pen, x: float, top: float, widths: list[float], w: float, s: float) -> float:
        table = self.table
        assert table.total is not None
        if table.total_label:
            sums = {at: value for at, value in enumerate(table.total) if isinstance(value, int)}
            return self._sum_line(pen, x, top, widths, w, table.total_label, sums, s)
        pen.line(x, top, x + w, top, 0.8)
        for column, value, wide, left in zip(
            table.columns, table.total, widths, self._lefts(x, widths), strict=True
        ):
            shown = [column.show(value)]
            kind: Kind = column.kind if isinstance(value, int) else "text"
            self._cell(pen, column.side, left, top - PAD_Y * s, wide, shown, s, "bold", kind)
        return top - self._line(s)


def grid(
    columns: Sequence[Column],
    rows: Sequence[Sequence[Value]],
    *,
    total: str | Sequence[Value] | None = None,
    carry: int | Sequence[int] | None = None,
    numbered: bool = True,
    row_mm: float = 0.0,
    bold_rows: Sequence[int] = (),
    whole: bool = False,
) -> Block:
    """A table. `total` is a label (amounts are then summed here) or the cells of the last row as given.

    `carry` is the index, among `columns`, of the amounts carried from page to page; `row_mm` is the least
    height of a row (12 for rows that are signed); `bold_rows` are the indexes of rows set in bold;
    `whole` keeps a table of signatures on one page where it can.
    """
    if not rows:
        return Text("Néant.", "body", SIZE, "left", before=5)
    carried = () if carry is None else (carry,) if isinstance(carry, int) else tuple(carry)
    return Grid(_Table(columns, rows, total, carried, numbered, row_mm, frozenset(bold_rows), whole))
