"""The frame common to all papers (documents.md 3.2, F1–F17) and the blocks they are built of.

A room's `pdf.py` hands over facts and words; this decides how they stand on A4. Nothing is read as markup.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

from portfolio.kit.pdf import grid as tables
from portfolio.kit.pdf.blocks import SMALL, Block, Facts, Framed, Gap, PageBreak, Text, Together
from portfolio.kit.pdf.fingerprint import stands
from portfolio.kit.pdf.grid import Column, Value
from portfolio.kit.pdf.pen import MM, Pen
from portfolio.kit.pdf.photos import Photos
from portfolio.kit.pdf.sheet import (
    Frame,
    Head,
    Letterhead,
    Margins,
    Marks,
    Page,
    draw,
    draw_together,
    paginate,
    title_blocks,
)
from portfolio.kit.pdf.signing import Signatory, SignatureRow, Thumbprint, signature_blocks, tear_off
from portfolio.kit.words import date_long

# Scales tried, in order, for what must hold on one page or on half of one.
_ONE_PAGE = (1.0, 0.97, 0.94, 0.91, 0.88, 0.85, 0.82, 0.79)
_HALF_PAGE = (0.92, 0.88, 0.84, 0.8, 0.76, 0.72, 0.68, 0.64, 0.6)


class Composer:
    """Collects blocks, top to bottom. Every text is plain text, whatever characters it holds."""

    def __init__(
        self, reference: str, place: str, on: date, *, landscape: bool = False, compact: bool = False
    ) -> None:
        self.blocks: list[Block] = []
        self.reference, self.place, self.on = reference, place, on
        self._landscape, self._compact = landscape, compact
        self._done = True

    @property
    def done_line(self) -> str:
        """« Fait à Gao, le 12 mars 2026 » (F4)."""
        return f"Fait à {self.place}, le {date_long(self.on)}" if self.place else f"Le {date_long(self.on)}"

    def add(self, block: Block) -> None:
        """A block of the caller's own making."""
        self.blocks.append(block)

    def opening(self, text: str) -> None:
        """The formula that opens minutes, in words (3.5), or the visas of a decision."""
        self.blocks.append(Text(text, before=8))

    def heading(self, text: str) -> None:
        """A heading; it never stands alone at the foot of a page."""
        self.blocks.append(Text(text, "bold", 11, "left", before=12, keep=True))

    def article(self, number: int | str, title: str, paragraphs: Sequence[str]) -> None:
        """An article of a convention: « Article 4 — Montant », then its paragraphs."""
        name = "Article premier" if number in (1, "1") else f"Article\u00a0{number}"
        head = f"{name} — {title}" if title else name
        self.blocks.append(Text(head, "bold", 10.5, "left", before=11, keep=True))
        for at, paragraph in enumerate(paragraphs):
            self.blocks.append(Text(paragraph, before=3 if at == 0 else 4))

    def para(
        self,
        text: str,
        *,
        bold: bool = False,
        align: Literal["justify", "left", "right", "center"] = "justify",
        small: bool = False,
    ) -> None:
        """A paragraph. Line ends in `text` are kept."""
        self.blocks.append(Text(text, "bold" if bold else "body", SMALL if small else 10.5, align))

    def bullets(self, items: Sequence[str], *, numbered: bool = False) -> None:
        """A list, with dashes or with numbers."""
        for at, item in enumerate(items, 1):
            mark = f"{at}." if numbered else "–"
            self.blocks.append(Text(item, align="left", before=3, indent=16, mark=mark))

    def facts(self, pairs: Sequence[tuple[str, str]], *, columns: int = 1, label_mm: float = 46) -> None:
        """Labels and values; a pair without a value prints a dash, so that nothing is read as forgotten."""
        shown = [(label, value if value.strip() else "—") for label, value in pairs]
        if shown:
            self.blocks.append(Facts(shown, columns=columns, label_mm=label_mm))

    def table(
        self,
        columns: Sequence[Column],
        rows: Sequence[Sequence[Value]],
        *,
        total: str | Sequence[Value] | None = None,
        unit: str | None = None,
        carry: int | Sequence[int] | None = None,
        numbered: bool = True,
        row_mm: float = 0.0,
        bold_rows: Sequence[int] = (),
        whole: bool = False,
    ) -> None:
        """F7. `total` is a label (amounts are summed) or the cells of the total row; `unit` is said above;
        `carry` is the index of the amount column carried by « À reporter » and « Report »."""
        if unit:
            caption = Text(f"Montants en {unit}", "body", SMALL, "right")
            caption.keep, caption.before = True, 6
            self.blocks.append(caption)
        block = tables.grid(
            columns,
            rows,
            total=total,
            carry=carry,
            numbered=numbered,
            row_mm=row_mm,
            bold_rows=bold_rows,
            whole=whole,
        )
        if whole and self.blocks and isinstance(self.blocks[-1], Text):
            self.blocks[-1].keep = True  # nobody signs at the head of an empty page
        block.before = 2 if unit else 7
        self.blocks.append(block)

    def roll_call(self, people: Sequence[tuple[str, str]], *, row_mm: float = 12) -> None:
        """Members who sign on a line: (name, function or capacity), rows high enough to sign in."""
        columns = (
            Column("Nom et prénom", weight=2),
            Column("Qualité", weight=2),
            Column("Signature", 52, kind="blank"),
        )
        self.table(columns, [(name, capacity, None) for name, capacity in people], row_mm=row_mm, whole=True)

    def signatures(self, people: Sequence[Signatory], *, done: bool | None = None) -> None:
        """F9: the chain in its order, 45 × 30 mm for each stamp; « Fait à … » once, before the first.

        The words that are signed stay on the page of the signatures.
        """
        if self.blocks and isinstance(self.blocks[-1], Text | Framed):
            self.blocks[-1].keep = True
        done = self._done if done is None else done
        frame = Frame.of(Margins(), landscape=self._landscape)
        self.blocks += signature_blocks(people, frame.width, self.done_line if done else "")
        self._done = False

    def thumbprint_block(
        self, language: str | None = None, witnesses: Sequence[tuple[str, str]] = ()
    ) -> None:
        """F10, for a person who cannot sign. `language` adds who read and translated the paper ("" leaves
        the language to be written by hand); `witnesses` are printed, with their papers, where they are known."""
        self.blocks.append(Thumbprint(language, compact=self._compact, witnesses=witnesses))

    def arrete(self, text: str) -> None:
        """« Arrêté le présent … à la somme de : … » : the amount that binds, between double rules (F6)."""
        self.blocks.append(Framed(text, rules=True, role="bold"))

    def boxed(self, text: str) -> None:
        """A text in a frame: a warning, a box kept for an office."""
        self.blocks.append(Framed(text))

    def photos(self, pictures: Sequence[tuple[bytes, str]]) -> None:
        """Photographs already made small (`prepared`), two abreast, with their captions."""
        if pictures:
            self.blocks.append(Photos(pictures))

    def gap(self, mm: float) -> None:
        """Empty space, in millimetres."""
        self.blocks.append(Gap(mm * MM))


class Half(Composer):
    """One half of an A4 cut in two; same methods as a paper, smaller letters."""

    def __init__(self, label: str, reference: str, place: str, on: date) -> None:
        super().__init__(reference, place, on, compact=True)
        self.label = label


class _Halves(Block):
    """The whole page: the stub above, the part that is given below, a line to cut along between them."""

    halves = True

    def __init__(self, upper: Sequence[Block], lower: Sequence[Block], scale: float) -> None:
        self.upper, self.lower, self.scale, self.before = list(upper), list(lower), scale, 0.0

    def height(self, w: float, s: float) -> float:
        return 1.0

    def draw(self, pen: Pen, x: float, top: float, w: float, s: float) -> None:
        middle = 148.5 * MM
        for blocks, start in ((self.upper, 2 * middle - 9 * MM), (self.lower, middle - 8 * MM)):
            y = start
            for at, block in enumerate(blocks):
                y -= block.before * self.scale if at else 0.0
                block.draw(pen, x, y, w, self.scale)
                y -= block.height(w, self.scale)
        pen.text(6 * MM, middle - 3.4, "✂", "wide", 10)
        pen.line(11 * MM, middle, 204 * MM, middle, 0.6, 0.2, "dashed")


class Paper(Composer):
    """A paper of the institution, from letterhead to foot. `render()` gives the bytes of the PDF.

    Without a title it is a letter: number on the left, « Gao, le 12 mars 2026 » on the right. `fingerprint`
    is the SHA-256 of the record's facts (`fingerprint_of`), `qr` the text of the code (`qr_text`);
    `copy_label` is « ORIGINAL n° 1/3 », « COPIE CONFORME » or « DUPLICATA du … ». `one_page` sets the
    letters a little smaller, down to four fifths, so that the paper holds on its single page.
    """

    def __init__(
        self,
        title: str,
        reference: str,
        letterhead: Letterhead,
        *,
        reference_lines: Sequence[tuple[str, str]] = (),
        place: str = "",
        on: date,
        landscape: bool = False,
        draft: bool = False,
        copy_label: str | None = None,
        paraphe: bool = False,
        fingerprint: str | None = None,
        qr: str | None = None,
        margins: Margins = Margins(),  # noqa: B008 - frozen
        one_page: bool = False,
        subject: str = "",
    ) -> None:
        super().__init__(reference, place or letterhead.place, on, landscape=landscape)
        self.title, self.letterhead, self.reference_lines = title, letterhead, tuple(reference_lines)
        self.margins, self.one_page, self.qr, self.copy_label = margins, one_page, qr, copy_label
        self._first_landscape = landscape
        self._stub: tuple[Half, Half] | None = None
        self._done = bool(title)
        self.marks = Marks(
            title or subject or "Lettre", reference, fingerprint, draft, copy_label, paraphe, stands()
        )

    def letter_to(self, addressee: Sequence[str], about: str = "", salutation: str = "") -> None:
        """Addressee on the right, « Objet : … », salutation."""
        for at, line in enumerate(addressee):
            if line:
                self.blocks.append(
                    Text(
                        line,
                        "bold" if at == 0 else "body",
                        10.5,
                        "left",
                        before=10 if at == 0 else 1,
                        indent=232,
                    )
                )
        if about:
            self.blocks.append(Text(f"Objet : {about}", "bold", 10.5, "left", before=16))
        if salutation:
            self.blocks.append(Text(salutation, align="left", before=12))

    def tear_off_acknowledgement(self, addressee: str = "", send_back_to: str = "") -> None:
        """F14: the slip at the foot of a letter, which gives the date of receipt."""
        what = "le document" if self.title else "la lettre"
        of = f"{what} N°\u00a0{self.reference} du {date_long(self.on)}"
        self.blocks.append(tear_off(of, addressee, send_back_to or self.letterhead.service))

    def ampliations(self, recipients: Sequence[str | Sequence[str | int]]) -> None:
        """F13: « Ampliations : bénéficiaire 1 · comptable 1 · … », beside a lone signature, else below the signatures."""
        if not recipients:
            return
        shown = " · ".join(
            f"{each}\u00a01" if isinstance(each, str) else f"{each[0]}\u00a0{each[1]}" for each in recipients
        )
        words = Text(f"Ampliations : {shown}", "body", SMALL, "left", before=12)
        row = self._last_signatures()
        if row is not None and len(row.people) == 1:
            row.beside = words
        else:
            self.blocks.append(words)

    def _last_signatures(self) -> SignatureRow | None:
        last = self.blocks[-1] if self.blocks else None
        if isinstance(last, Together):
            last = last.parts[-1]
        return last if isinstance(last, SignatureRow) else None

    def page_break(self) -> None:
        """What follows starts a page."""
        self.blocks.append(PageBreak())

    def landscape_section(self) -> None:
        """What follows is on turned pages: an annex."""
        self._landscape = True
        self.blocks.append(PageBreak(landscape=True))

    def portrait_section(self) -> None:
        """What follows is upright again."""
        self._landscape = False
        self.blocks.append(PageBreak(landscape=False))

    def stub(
        self,
        *,
        kept_label: str = "SOUCHE — conservée au dossier",
        given_label: str = "EXEMPLAIRE REMIS À L'INTÉRESSÉ(E)",
    ) -> tuple[Half, Half]:
        """The sheet is cut in two: returns the half that is kept and the half that is given, to be filled.

        Letters are made smaller until both hold; if they never do, each half gets pages of its own.
        """
        self._stub = (
            Half(kept_label, self.reference, self.place, self.on),
            Half(given_label, self.reference, self.place, self.on),
        )
        return self._stub

    def _head(self, *, label: str | None = None) -> list[Block]:
        dateline = "" if self.title else f"{self.place}, le {date_long(self.on)}"
        compact = label is not None
        head: list[Block] = [Head(self.letterhead, self.qr, label or self.copy_label, dateline)]
        return head + title_blocks(self.title, self.reference, self.reference_lines, compact=compact)

    def pages(self) -> tuple[list[Page], float]:
        """The laid-out pages and their scale."""
        if self._stub is not None:
            return self._stub_pages(self._stub)
        blocks = [*self._head(), *self.blocks]
        for scale in _ONE_PAGE if self.one_page else (1.0,):
            pages = paginate(blocks, self.margins, landscape=self._first_landscape, scale=scale)
            if len(pages) == 1:
                return pages, scale
        if self.one_page:
            pages = paginate(blocks, self.margins, landscape=self._first_landscape, scale=1.0)
        return pages, 1.0

    def _stub_pages(self, halves: tuple[Half, Half]) -> tuple[list[Page], float]:
        upper, lower = ([*self._head(label=half.label), *half.blocks] for half in halves)
        frame = Frame.of(self.margins, landscape=False)
        for scale in _HALF_PAGE:
            needs = [
                sum(
                    block.height(frame.width, scale) + (block.before * scale if at else 0.0)
                    for at, block in enumerate(blocks)
                )
                for blocks in (upper, lower)
            ]
            if max(needs) <= (148.5 - 8 - 13) * MM:
                return [Page(frame, [(_Halves(upper, lower, scale), frame.top)])], scale
        blocks = [*upper, PageBreak(), *lower]
        return paginate(blocks, self.margins, landscape=False, scale=1.0), 1.0

    def render(self) -> bytes:
        """The PDF; the same facts give the same bytes."""
        pages, scale = self.pages()
        return draw(pages, self.marks, scale)


def bind(papers: Sequence[Paper]) -> bytes:
    """A batch as one file, in the order given (F16): each paper keeps its own reference and page numbers."""
    return draw_together(
        [(pages, paper.marks, scale) for paper in papers for pages, scale in [paper.pages()]]
    )
