"""How a book is laid out and written.

One text block a page, `useA85=0`, widths computed once: performance.md 5 and B2 measured this way at the cost
of the floor, where one table a page costs nineteen times it and a LongTable grows with the square.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from portfolio.kit.pdf.blocks import Block, Facts, Gap, Text
from portfolio.kit.pdf.book_sums import SubTotal, Sums, with_subtotals
from portfolio.kit.pdf.fingerprint import short_fingerprint
from portfolio.kit.pdf.fonts import saving
from portfolio.kit.pdf.lines import header_lines
from portfolio.kit.pdf.pen import MM, Pen, new_canvas
from portfolio.kit.pdf.press import AmountCells, Letters, RowMaker, TextCells, number
from portfolio.kit.pdf.register import BookSpec, Row
from portfolio.kit.pdf.sheet import Frame, Head, Margins, numbered, title_blocks
from portfolio.kit.pdf.signing import signature_blocks
from portfolio.kit.words import date_long

TAIL = 3
"""Lines that go with the ending to a page more, so that nobody signs a page without figures; of a short table, one."""


class Book:
    """Lays the book out: first the bodies of the pages, then, the number of pages known, the file."""

    def __init__(self, spec: BookSpec) -> None:
        self.spec = spec
        self.frame = Frame.of(Margins(), landscape=True)
        self.buffer = io.BytesIO()
        self.canvas = new_canvas(self.buffer, f"{spec.title} {spec.reference}", spec.title)
        self.pen = Pen(self.canvas)
        self.sums = Sums(spec.columns, spec.opening)
        self.bodies: list[bytes] = []
        self.ending: list[Block] | None = None
        self._measure()

    def _measure(self) -> None:
        """Places of lines and columns."""
        spec, frame = self.spec, self.frame
        self.control = 2 if self.sums.any else 0
        rough = (frame.height - 20) / (spec.lines_per_page + self.control)
        size = round(min(7.4, rough * 0.7), 2)
        document = self.canvas._doc
        self.plain, self.strong = Letters("body", document, size), Letters("bold", document, size)
        total = sum(column.width_mm for column in spec.columns)
        self.widths = [frame.width * column.width_mm / total for column in spec.columns]
        self.lefts = [frame.left + sum(self.widths[:at]) for at in range(len(self.widths))]
        labels = [
            header_lines(column.label, self.strong.face, size, wide - 4)
            for column, wide in zip(spec.columns, self.widths, strict=True)
        ]
        deep = max(map(len, labels))
        self.header = deep * size * 1.25 + 5
        self.lead = (frame.height - self.header) / (spec.lines_per_page + self.control)
        self.labels = labels
        pad, places = 2.0, []
        for column, left, wide in zip(spec.columns, self.lefts, self.widths, strict=True):
            side = "right" if column.kind != "text" else column.align
            places.append({"left": left + pad, "right": left + wide - pad, "center": left + wide / 2}[side])
        self.home = places[-1]

        def cells(letters: Letters, at: int) -> TextCells | AmountCells:
            column, room = spec.columns[at], self.widths[at] - 2 * pad
            if column.kind == "text":
                return TextCells(letters, room, column.align)
            return AmountCells(letters, room, spec.exponent)

        every = range(len(places))
        self.rows = RowMaker(places, [cells(self.plain, at) for at in every], self.lead, self.home)
        # Lines of sums have one label, which takes the room of all columns before the first figures.
        figures_at = [at for at in every if spec.columns[at].kind != "text"]
        first = figures_at[0] if figures_at else len(places)
        right = self.lefts[first] if figures_at else frame.left + frame.width
        if first == 0:
            right, room = self.lefts[0] + self.widths[0] * 0.5, self.widths[0] * 0.5
        else:
            room = right - frame.left - 2 * pad
        label = TextCells(self.strong, room, "right")
        self.sum_at = figures_at
        self.sum_rows = RowMaker(
            [right - pad, *(places[at] for at in figures_at)],
            [label, *(cells(self.strong, at) for at in figures_at)],
            self.lead,
            self.home,
        )  # fmt: skip
        self.label_right = right if first else frame.left

    def sum_line(self, label: str, values: Sequence[int | None]) -> bytes:
        row = self.sum_rows.row([label, *(values[at] for at in self.sum_at)])
        return b"%b\n%b%b\n" % (self.strong.select, row, self.plain.select)

    # Drawing

    def taken(self) -> bytes:
        code, self.canvas._code = self.canvas._code, []
        return b"q\n" + "\n".join(code).encode("ascii") + b"\nQ\n"

    def furniture(self, top: float, lines: int, heavy: int) -> bytes:
        """Header, rules and frame of a table of `lines` lines, the last `heavy` of them in a box of sums."""
        frame, pen = self.frame, self.pen
        pen.box(frame.left, top, frame.width, self.header, 0, fill=0.93)
        bottom = top - self.header - lines * self.lead
        size = self.strong.size
        for left, wide, label in zip(self.lefts, self.widths, self.labels, strict=True):
            y = top - (self.header - len(label) * size * 1.25) / 2 - size
            for at, line in enumerate(label):
                pen.fitted(left + wide / 2, y - at * size * 1.25, line, wide - 4, "bold", size, "center")
        sides = [
            b"%b %b m %b %b l" % (number(x), number(top), number(x), number(bottom)) for x in self.lefts[1:]
        ]
        hair = b"q 0.3 w 0.5 G %b S Q\n" % b" ".join(sides)
        if lines > 1:
            # All the hairlines between rows are one upright rule as wide as the table, dashed at the height
            # of a row: a few bytes where forty rules would be compressed on every page.
            middle, first = number(frame.left + frame.width / 2), top - self.header - self.lead + 0.1
            hair += b"q %b w 0.75 G [0.2 %.4f] 0 d %b %b m %b %b l S Q\n" % (
                number(frame.width), self.lead - 0.2, middle, number(first), middle, number(bottom + 0.3),
            )  # fmt: skip
        right = frame.left + frame.width
        pen.line(frame.left, top - self.header, right, top - self.header, 0.7)
        if heavy:
            y = bottom + heavy * self.lead
            pen.line(frame.left, y, right, y, 0.7)
        pen.box(frame.left, top, frame.width, top - bottom, 0.7)
        return self.taken() + hair

    def cleared(self, top: float, lines: Iterable[int]) -> bytes:
        """The labels of sums stand in one cell: no column rule behind them."""
        left, wide, high = self.frame.left + 0.6, self.label_right - self.frame.left - 1.2, self.lead - 0.9
        if wide <= 0:
            return b""
        start = top - self.header - self.lead + 0.45
        boxes = [
            b"%b %b %b %b re f" % (number(left), number(start - at * self.lead), number(wide), number(high))
            for at in lines
        ]
        return b"q 1 g\n%b\nQ\n" % b"\n".join(boxes) if boxes else b""

    def block(self, top: float, lines: bytes) -> bytes:
        """The one text block of a page: its rows, from below the header."""
        start = top - self.header - self.lead * 0.72 + self.lead
        return b"BT %b %b %b Td\n%bET\n" % (self.plain.select, number(self.home), number(start), lines)

    # The pages

    def write(self, rows: Iterable[Row]) -> bytes:
        spec, sums = self.spec, self.sums
        items: Iterator[Row | SubTotal] = iter(rows if spec.group_by is None else with_subtotals(rows, spec))
        head, top = self._head()
        lines = max(2, int((top - self.frame.bottom - self.header) / self.lead + 0.001) - self.control)
        opens = self.sum_line(spec.opening_label, sums.start) if spec.opening is not None else b""
        chunk = list(islice(items, lines - (1 if opens else 0)))
        full: dict[int, bytes] = {}
        bottom = top
        while True:
            slots = spec.lines_per_page - (1 if sums.any else 0)
            ahead = list(islice(items, slots))
            last, more, kept = not ahead, (1 if opens else 0) + self.control, sums.kept()
            text, count = self._lines(chunk)
            if not chunk:
                text, count = self._nothing(), 1
            tail = TAIL if len(chunk) > 2 * TAIL else 1
            if last and len(chunk) > tail and not self._holds(top - self.header - (count + more) * self.lead):
                sums.back(kept)
                chunk, ahead, last = chunk[:-tail], chunk[-tail:], False
                text, count = self._lines(chunk)
            count += more
            if self.control:
                text += self.sum_line("Total de la page", sums.of_page())
                text += self.sum_line(spec.closing_label if last else "À reporter", sums.carried())
            if head or count not in full:
                furniture = self.furniture(top, count, self.control)
                if not head:
                    full[count] = furniture
            else:
                furniture = full[count]
            first = 1 if opens else 0
            summed = [0] if opens else []
            summed += [first + at for at, item in enumerate(chunk) if isinstance(item, SubTotal)]
            summed += range(count - self.control, count)
            cleared = self.cleared(top, summed)
            self.bodies.append(head + furniture + cleared + self.block(top, opens + text))
            bottom = top - self.header - count * self.lead
            if last:
                break
            opens = self.sum_line("Report", sums.carried()) if sums.any else b""
            chunk, head, top = ahead, b"", self.frame.top
        self._close(bottom)
        return self._file()

    def _lines(self, items: Sequence[Row | SubTotal]) -> tuple[bytes, int]:
        if self.spec.group_by is None:
            self.sums.add(items)  # type: ignore[arg-type]
            return self.rows.rows(items), len(items)  # type: ignore[arg-type]
        parts, rows = [], []
        for item in items:
            if isinstance(item, SubTotal):
                parts.append(self.sum_line(item.label, item.values))
            else:
                rows.append(item)
                parts.append(self.rows.row(item))
        self.sums.add(rows)
        return b"".join(parts), len(items)

    def _nothing(self) -> bytes:
        self.sums.add([])
        words = TextCells(self.plain, self.frame.width - 8, "left")
        return RowMaker([self.frame.left + 4], [words], self.lead, self.home).row([self.spec.empty])

    def _head(self) -> tuple[bytes, float]:
        """Letterhead, title, filters in clear, edition; and where the table starts."""
        spec = self.spec
        blocks: list[Block] = [Head(spec.letterhead, None, spec.copy_label)]
        blocks += title_blocks(spec.title, spec.reference, spec.reference_lines, compact=True)
        if spec.edition:
            blocks.append(Text(spec.edition, "body", 8.8, "center", before=0))
        if spec.filters:
            blocks.append(
                Facts(spec.filters, columns=2 if len(spec.filters) > 1 else 1, label_mm=34, before=4)
            )
        unit = Text(f"Montants en {spec.unit}", "body", 7.6, "right", before=3)
        blocks += [unit, Gap(2)] if self.sums.any else [Gap(5)]
        return self._down(blocks, self.frame.top, 0.86)

    def _down(self, blocks: Sequence[Block], y: float, scale: float = 1.0) -> tuple[bytes, float]:
        placed: list[tuple[Block, float]] = []
        for block in blocks:
            y -= block.before * scale if placed else 0.0
            placed.append((block, y))
            y -= block.height(self.frame.width, scale)
        for block, top in placed:
            block.draw(self.pen, self.frame.left, top, self.frame.width, scale)
        return self.taken(), y

    def _ending(self) -> list[Block]:
        """Formula, fingerprints, QR, signatures; made once, when the sums are those of the whole book."""
        if self.ending is not None:
            return self.ending
        spec, frame = self.spec, self.frame
        said = list(spec.closing(self.sums.totals())) if spec.closing else []
        done = f"Fait à {spec.letterhead.place}, le {date_long(spec.on)}"
        blocks: list[Block] = []
        if said or spec.fingerprints or spec.qr:
            blocks.append(_Closing(said, spec.fingerprints, spec.qr))
        signed = signature_blocks(spec.signatories, frame.width, done) if spec.signatories else []
        self.ending = [*blocks, *signed]
        return self.ending

    def _needs(self, blocks: Sequence[Block]) -> float:
        return sum(block.before + block.height(self.frame.width, 1.0) for block in blocks)

    def _holds(self, y: float) -> bool:
        """Whether the ending stands below the table that ends here."""
        return not self._ending() or self._needs(self._ending()) <= y - self.frame.bottom

    def _close(self, y: float) -> None:
        """The ending: below the table where it holds, else on a page more."""
        frame, blocks = self.frame, self._ending()
        if blocks and self._needs(blocks) > y - frame.bottom:
            self.bodies.append(b"")
            y = frame.top
        for block in blocks:
            height = block.height(frame.width, 1.0)
            if y - block.before - height < frame.bottom and y < frame.top:
                self.bodies.append(b"")
                y = frame.top
            code, y = self._down([block], y - block.before)
            self.bodies[-1] += code

    def _file(self) -> bytes:
        from reportlab.pdfbase import pdfdoc

        spec, frame, total = self.spec, self.frame, len(self.bodies)
        if spec.draft:
            self.pen.across("PROJET", *frame.page)
        under = self.taken() if spec.draft else b""
        small = Letters("body", self.canvas._doc, 7.6)
        running, foot, right = self._running(), self._foot(), frame.left + frame.width
        document = self.canvas._doc
        shared = pdfdoc.PDFResourceDictionary()
        shared.basicFonts()
        shared.basicProcs()
        resources = document.Reference(shared, "resources of the book")
        for at, body in enumerate(self.bodies):
            self.bodies[at] = b""
            shown, wide = small.shown(f"Page {at + 1}/{total}", 10_000)
            page_of = b"BT %b %b %b Td %b ET\n" % (
                small.select, number(right - small.points(wide)), number(frame.bottom - 10 * MM), shown,
            )  # fmt: skip
            content = under + (running if at else b"") + body + foot + page_of
            page = pdfdoc.PDFPage()
            page.pagewidth, page.pageheight = frame.page
            page.Resources = resources
            page.Contents = _stream(pdfdoc, content)
            document.addPage(page)
        with saving:
            self.canvas.save()
        return self.buffer.getvalue()

    def _running(self) -> bytes:
        spec, frame, pen = self.spec, self.frame, self.pen
        y = frame.page[1] - 17 * MM
        pen.text(frame.left, y, f"{spec.title} — {numbered(spec.reference)}", "bold", 7.6)
        if spec.edition:
            pen.text(frame.left + frame.width, y, spec.edition, "body", 7.6, "right")
        return self.taken()

    def _foot(self) -> bytes:
        spec, frame, pen = self.spec, self.frame, self.pen
        y, right = frame.bottom - 10 * MM, frame.left + frame.width
        pen.line(frame.left, y + 9, right, y + 9, 0.3, 0.5)
        pen.text(frame.left, y, numbered(spec.reference), "bold", 7.6)
        if spec.fingerprint:
            shown = f"Empreinte de contrôle : {short_fingerprint(spec.fingerprint)}"
            pen.text((frame.left + right) / 2, y, shown, "body", 7.6, "center")
        return self.taken()


def _stream(pdfdoc: Any, content: bytes) -> Any:
    """A page's content, compressed at once so that a long book is not held in clear."""
    stream = pdfdoc.PDFStream(content=zlib.compress(content), filters=[])
    stream.dictionary["Filter"] = pdfdoc.PDFName("FlateDecode")
    return stream


class _Closing(Block):
    """The closing formula and the fingerprints on the left, the QR on the right."""

    def __init__(self, said: Sequence[str], fingerprints: Sequence[tuple[str, str]], qr: str | None) -> None:
        self.qr, self.before = qr, 10.0
        self.parts: list[Block] = [Text(text, "bold", 9.5, "left", before=3) for text in said]
        self.parts += [
            Text(f"{label} : {value}", "body", 7.6, "left", before=4 if at == 0 else 1)
            for at, (label, value) in enumerate(fingerprints)
        ]

    def _room(self, w: float) -> float:
        return w - (30 * MM if self.qr else 0.0)

    def height(self, w: float, s: float) -> float:
        text = sum(part.before + part.height(self._room(w), s) for part in self.parts)
        return max(text, 24 * MM if self.qr else 0.0)

    def draw(self, pen: Pen, x: float, top: float, w: float, s: float) -> None:
        y = top
        for part in self.parts:
            y -= part.before
            part.draw(pen, x, y, self._room(w), s)
            y -= part.height(self._room(w), s)
        if self.qr:
            pen.code(x + w - 24 * MM, top, 24 * MM, self.qr)
