"""The pen: the only thing that writes on a ReportLab canvas, in points from the lower left corner."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Literal

from portfolio.kit.pdf.clean import one_line
from portfolio.kit.pdf.fonts import Role, face

MM = 72 / 25.4
A4 = (210 * MM, 297 * MM)
MASK = 2
"""The mask of every QR: number 2 of ISO/IEC 18004, every third column."""
Align = Literal["left", "right", "center", "justify"]


def new_canvas(buffer: Any, title: str, subject: str = "") -> Any:
    """A canvas whose bytes depend on what is drawn alone: no clock, no random number; French, A4."""
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(
        buffer, pagesize=A4, invariant=1, pageCompression=1, lang="fr-FR", initialFontName=face("body").name
    )
    canvas.setTitle(one_line(title))
    canvas.setSubject(one_line(subject))
    canvas.setCreator("Portfolio")
    canvas.setAuthor("")
    canvas.setViewerPreference("DisplayDocTitle", "true")
    return canvas


@lru_cache(maxsize=16)
def _modules(text: str) -> tuple[bytearray, ...]:
    """The modules of a QR, row by row; kept for the next page of the same paper and for the other half of a sheet."""
    import segno

    # One mask for all: choosing the prettiest of eight took half the time of a one-page paper, and any is read alike.
    return segno.make(text, error="m", boost_error=False, mask=MASK).matrix


class Pen:
    """Draws text, rules, boxes and codes; everything in black or grey, for any laser printer."""

    def __init__(self, canvas: Any) -> None:
        self.canvas = canvas

    def text(
        self,
        x: float,
        y: float,
        text: str,
        role: Role = "body",
        size: float = 10,
        align: Align = "left",
        grey: float = 0.0,
        stretch: float = 0.0,
    ) -> None:
        """One line with its base line at `y`; `stretch` widens each space by so many points."""
        letters = face(role)
        text = letters.fit(one_line(text))
        if not text:
            return
        if align in ("right", "center"):
            wide = letters.width(text, size)
            x -= wide if align == "right" else wide / 2
        block = self.canvas.beginText(round(x, 2), round(y, 2))
        block.setFont(letters.name, size)
        if grey:
            block.setFillGray(grey)
        if stretch:
            block.setWordSpace(round(stretch, 3))
        block.textOut(text)
        if stretch:
            block.setWordSpace(0)
        if grey:
            block.setFillGray(0)
        self.canvas.drawText(block)

    def fitted(
        self, x: float, y: float, text: str, width: float, role: Role, size: float, align: Align = "left"
    ) -> None:
        """One line made smaller rather than cut when it is wider than `width`: for figures."""
        letters = face(role)
        text = letters.fit(one_line(text))
        wide = letters.width(text, size)
        self.text(x, y, text, role, size * width / wide if wide > width else size, align)

    def line(
        self,
        x1: float,
        y1: float,
        x2: float,
        y2: float,
        width: float = 0.5,
        grey: float = 0.0,
        dash: str = "",
    ) -> None:
        """A rule; `dash` is « dotted » or « dashed »."""
        canvas = self.canvas
        canvas.saveState()
        canvas.setLineWidth(width)
        canvas.setStrokeGray(grey)
        if dash == "dotted":
            canvas.setLineCap(1)
            canvas.setDash([0.1, 2.2])
        elif dash == "dashed":
            canvas.setDash([3, 2.4])
        canvas.line(round(x1, 2), round(y1, 2), round(x2, 2), round(y2, 2))
        canvas.restoreState()

    def box(
        self,
        x: float,
        top: float,
        width: float,
        height: float,
        line: float = 0.5,
        grey: float = 0.0,
        fill: float | None = None,
    ) -> None:
        """A rectangle below `top`; `fill` is a grey level, `line` 0 draws no border."""
        canvas = self.canvas
        canvas.saveState()
        canvas.setLineWidth(line)
        canvas.setStrokeGray(grey)
        if fill is not None:
            canvas.setFillGray(fill)
        canvas.rect(
            round(x, 2),
            round(top - height, 2),
            round(width, 2),
            round(height, 2),
            stroke=1 if line else 0,
            fill=0 if fill is None else 1,
        )
        canvas.restoreState()

    def across(self, word: str, width: float, height: float) -> None:
        """« PROJET » in outline across a page of that size: seen on any copy, hides nothing."""
        from math import atan2, degrees

        letters = face("title")
        size = 0.62 * (width**2 + height**2) ** 0.5 / max(letters.width(word, 1), 0.1)
        canvas = self.canvas
        canvas.saveState()
        canvas.translate(width / 2, height / 2)
        canvas.rotate(degrees(atan2(height, width)))
        block = canvas.beginText(-letters.width(word, size) / 2, -size * 0.36)
        block.setFont(letters.name, size)
        block.setFillGray(0.955)
        block.setStrokeGray(0.8)
        canvas.setLineWidth(0.6)
        block.setTextRenderMode(2)
        block.textOut(word)
        block.setTextRenderMode(0)
        canvas.drawText(block)
        canvas.restoreState()

    def code(self, x: float, top: float, side: float, text: str) -> None:
        """A QR of `side` points, its upper left corner at (x, top); rows of modules merged into rules."""
        matrix = _modules(text)
        module = side / len(matrix)
        canvas = self.canvas
        canvas.saveState()
        canvas.setFillGray(0)
        rules = []
        for row, cells in enumerate(matrix):
            start = -1
            for column, dark in enumerate([*cells, 0]):
                if dark and start < 0:
                    start = column
                elif not dark and start >= 0:
                    left, low = x + start * module, top - (row + 1) * module
                    rules.append(
                        f"{left:.3f} {low:.3f} {(column - start) * module:.3f} {module + 0.02:.3f} re"
                    )
                    start = -1
        canvas.addLiteral("\n".join([*rules, "f"]))
        canvas.restoreState()
