"""Pages: where blocks fall, and what every page carries (documents.md F8, F11, F16)."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field

from portfolio.kit.pdf.blocks import Block, Gap, PageBreak, Text, Together
from portfolio.kit.pdf.fingerprint import short_fingerprint
from portfolio.kit.pdf.fonts import face, saving
from portfolio.kit.pdf.lines import clip
from portfolio.kit.pdf.pen import A4, MM, Pen, new_canvas


@dataclass(frozen=True)
class Margins:
    """Margins in millimetres; the wide one is the binder's (F16)."""

    left: float = 25
    right: float = 20
    top: float = 20
    bottom: float = 20


@dataclass(frozen=True)
class Frame:
    """The room for blocks on a page, in points."""

    page: tuple[float, float]
    left: float
    bottom: float
    width: float
    height: float

    @property
    def top(self) -> float:
        return self.bottom + self.height

    @classmethod
    def of(cls, margins: Margins, *, landscape: bool) -> Frame:
        """Turned, the binder's edge is at the top of the page."""
        wide, high = (A4[1], A4[0]) if landscape else A4
        left, right, top, bottom = margins.left, margins.right, margins.top, margins.bottom
        if landscape:
            left, right, top, bottom = bottom, top, left, right
        return cls(
            (wide, high), left * MM, bottom * MM, wide - (left + right) * MM, high - (top + bottom) * MM
        )


@dataclass
class Page:
    frame: Frame
    placed: list[tuple[Block, float]] = field(default_factory=list)

    @property
    def halves(self) -> bool:
        """A page cut in two: each half carries its own foot."""
        return any(getattr(block, "halves", False) for block, _ in self.placed)


@dataclass(frozen=True)
class Marks:
    """What each page carries besides its blocks."""

    title: str
    reference: str
    fingerprint: str | None = None
    draft: bool = False
    copy_label: str | None = None
    paraphe: bool = False
    stands: tuple[int, str] | None = None
    """Number and hash of the last entry of the books when the paper is issued."""
    model: str = ""
    """Which version of its template the text is."""


def paginate(blocks: Sequence[Block], margins: Margins, *, landscape: bool, scale: float) -> list[Page]:
    """Pages with each block at its place; a block is cut where it can be, moved whole where it cannot."""
    frame = Frame.of(margins, landscape=landscape)
    pages = [Page(frame)]
    y = frame.top
    queue = list(reversed(blocks))

    def turn(to: Frame) -> float:
        if pages[-1].placed:
            pages.append(Page(to))
        else:
            pages[-1] = Page(to)
        return to.top

    while queue:
        block = queue.pop()
        if isinstance(block, PageBreak):
            if block.landscape is not None:
                frame = Frame.of(margins, landscape=block.landscape)
            y = turn(frame)
            continue
        empty = not pages[-1].placed
        before = 0.0 if empty else block.before * scale
        height = block.height(frame.width, scale)
        room = y - before - frame.bottom
        if height + _follow(block, queue, frame.width, scale) <= room + 0.01:
            top = frame.bottom + height if block.pinned else y - before
            pages[-1].placed.append((block, top))
            y = top - height
            continue
        parts = block.split(frame.width, room, scale)
        if parts is not None:
            pages[-1].placed.append((parts[0], y - before))
            queue.append(parts[1])
            y = turn(frame)
        elif not empty:
            queue.append(block)
            y = turn(frame)
        elif isinstance(block, Together):
            queue.extend(reversed(block.parts))
        else:
            pages[-1].placed.append((block, y))
            y -= height
    if len(pages) > 1 and not pages[-1].placed:
        pages.pop()
    return pages


def _follow(block: Block, queue: Sequence[Block], w: float, s: float) -> float:
    """Room that the next block needs below one that must stay with it."""
    total = 0.0
    for following in reversed(queue):
        if not block.keep or isinstance(following, PageBreak):
            break
        total += following.before * s + following.head(w, s)
        block = following
    return total


def draw(pages: Sequence[Page], marks: Marks, scale: float) -> bytes:
    """The file: the same pages and marks give the same bytes."""
    return draw_together([(pages, marks, scale)])


def draw_together(papers: Sequence[tuple[Sequence[Page], Marks, float]]) -> bytes:
    """Several papers in one file, to print a batch at once: each keeps its own reference, fingerprint and page numbers."""
    buffer = io.BytesIO()
    first = papers[0][1]
    canvas = new_canvas(buffer, f"{first.title} {first.reference}".strip(), first.title)
    pen = Pen(canvas)
    for pages, marks, scale in papers:
        for number, page in enumerate(pages, 1):
            frame = page.frame
            canvas.setPageSize(frame.page)
            if marks.draft:
                pen.across("PROJET", *frame.page)
            if number > 1:
                _running_head(pen, frame, marks)
            for block, top in page.placed:
                block.draw(pen, frame.left, top, frame.width, scale)
            if page.halves:
                half = frame.page[1] / 2
                foot(pen, frame.left, frame.width, half + 7 * MM, marks, number, len(pages))
                foot(pen, frame.left, frame.width, 7 * MM, marks, number, len(pages))
            else:
                foot(pen, frame.left, frame.width, frame.bottom - 10 * MM, marks, number, len(pages))
            canvas.showPage()
    with saving:
        canvas.save()
    return buffer.getvalue()


def _running_head(pen: Pen, frame: Frame, marks: Marks) -> None:
    y = max(frame.page[1] - 12 * MM, frame.top + 4.5 * MM)  # clear of the first line under a narrow margin
    title = " — ".join(part for part in (marks.title, marks.copy_label) if part)
    letters = face("body")
    pen.text(frame.left, y, clip(title, letters, 7.6, frame.width * 0.7), "body", 7.6, grey=0.25)
    pen.text(frame.left + frame.width, y, "suite", "body", 7.6, "right", grey=0.25)
    pen.line(frame.left, y - 3.5, frame.left + frame.width, y - 3.5, 0.3, 0.5)


def foot(pen: Pen, left: float, width: float, y: float, marks: Marks, number: int, total: int) -> None:
    """Reference, short fingerprint, « Page x/y » and, where asked, the box « Paraphe »."""
    size, right = 7.6, left + width
    if marks.paraphe:
        box = 34 * MM
        pen.box(right - box, y + 6 * MM, box, 9.5 * MM, 0.4, 0.35)
        pen.text(right - box + 3, y + 6 * MM - 7.5, "Paraphe", "body", 6.2, grey=0.35)
        right -= box + 4 * MM
    pen.line(left, y + 9, right, y + 9, 0.3, 0.5)
    if marks.reference:
        pen.text(left, y, numbered(marks.reference), "bold", size)
    if marks.model:
        pen.text(left, y - 7.4, marks.model, "body", 6.4, grey=0.25)
    if marks.fingerprint:
        shown = f"Empreinte de contrôle : {short_fingerprint(marks.fingerprint)}"
        pen.text((left + right) / 2, y, shown, "body", size, "center")
    if marks.stands:
        shown = f"Grand livre à l'écriture n° {marks.stands[0]} : {short_fingerprint(marks.stands[1])}"
        pen.text((left + right) / 2, y - 7.4, shown, "body", 6.4, "center", grey=0.25)
    pen.text(right, y, f"Page {number}/{total}", "body", size, "right")


def numbered(reference: str) -> str:
    """« N° OP-2026-00042-K »."""
    return reference if reference.startswith("N°") else f"N°\u00a0{reference}"


@dataclass(frozen=True)
class Letterhead:
    """F1: the institution in at most three lines, the service, the place: dated data, given by the caller."""

    lines: tuple[str, ...]
    service: str
    place: str


class Head(Block):
    """Letterhead on the left, centred on itself as administrations do; copy label and QR on the right."""

    def __init__(
        self, letterhead: Letterhead, qr: str | None, copy_label: str | None, dateline: str = ""
    ) -> None:
        self.letterhead, self.qr, self.copy_label, self.dateline = letterhead, qr, copy_label, dateline
        self.before = 0.0

    def _parts(self) -> list[Block]:
        first, *others = self.letterhead.lines[:3] or ("",)
        parts: list[Block] = [Text(first, "title", 9.6, "center", before=0)]
        parts += [Text(line, "bold", 8.8, "center", before=1) for line in others]
        if self.letterhead.service:
            parts += [_ShortRule(), Text(self.letterhead.service, "body", 9, "center", before=2)]
        return parts

    def _column(self, w: float) -> float:
        return min(w * 0.56, 105 * MM)

    def height(self, w: float, s: float) -> float:
        left = Together(self._parts()).height(self._column(w), s)
        right = (24 * MM if self.qr else 0.0) * s + (12 if self.copy_label else 0.0) * s
        right += 16 * s if self.dateline else 0.0
        return max(left, right) + 5 * s

    def draw(self, pen: Pen, x: float, top: float, w: float, s: float) -> None:
        Together(self._parts()).draw(pen, x, top, self._column(w), s)
        y = top
        if self.qr:
            side = 23 * MM * s
            pen.code(x + w - side, top, side, self.qr)
            y -= side + 2 * s
        if self.copy_label:
            pen.text(x + w, y - 9 * s, self.copy_label, "bold", 9 * s, "right")
            y -= 12 * s
        if self.dateline:
            pen.text(x + w, y - 12 * s, self.dateline, "body", 10 * s, "right")
        bottom = top - self.height(w, s)
        pen.line(x, bottom, x + w, bottom, 0.6)


class _ShortRule(Gap):
    def __init__(self) -> None:
        super().__init__(6)

    def draw(self, pen: Pen, x: float, top: float, w: float, s: float) -> None:
        pen.line(x + w / 2 - 14 * MM * s, top - 4 * s, x + w / 2 + 14 * MM * s, top - 4 * s, 0.5)


def title_blocks(
    title: str, reference: str, reference_lines: Sequence[tuple[str, str]], *, compact: bool = False
) -> list[Block]:
    """F2 and F3: the title in capitals, the number under it, the line of references."""
    refs = "   ·   ".join(
        f"{label}\u00a0: {value}".replace(" ", "\u00a0") for label, value in reference_lines if value
    ).replace("\u00a0\u00a0\u00a0·\u00a0\u00a0\u00a0", "   ·   ")
    blocks: list[Block] = []
    if title:
        blocks.append(Text(title.upper(), "title", 14, "center", before=8 if compact else 14))
        if reference:
            blocks.append(Text(numbered(reference), "bold", 11, "center", before=2))
        if refs:
            blocks.append(Text(refs, "body", 8.8, "center", before=4))
        blocks.append(Gap(2 if compact else 6))
    else:
        if reference:
            blocks.append(Text(numbered(reference), "bold", 10.5, "left", before=8))
        if refs:
            blocks.append(Text(f"Réf. : {refs}", "body", 8.8, "left", before=2))
        blocks.append(Gap(4))
    return blocks
