"""Photographs on a paper: made upright and small, without what the camera wrote beside them (place, owner, date)."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence

from portfolio.kit.pdf.blocks import Block, Text
from portfolio.kit.pdf.pen import MM, Pen

SIDE = 900
"""Longest side in pixels: 85 mm at 270 dots an inch, as much as an office printer draws."""
QUALITY = 72
MOST_PIXELS = 40_000_000


def prepared(content: bytes) -> bytes | None:
    """A JPEG of at most `SIDE` pixels a side, upright, with no metadata at all; None for what is no picture."""
    from PIL import Image, ImageOps

    try:
        with Image.open(io.BytesIO(content)) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                return None
            opened.draft("RGB", (SIDE, SIDE))
            upright = ImageOps.exif_transpose(opened).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    upright.thumbnail((SIDE, SIDE))
    made = io.BytesIO()
    clean = Image.new("RGB", upright.size)
    clean.paste(upright)
    clean.save(made, "JPEG", quality=QUALITY)
    return made.getvalue()


class Photos(Block):
    """Photographs two abreast, each with its caption under it."""

    def __init__(self, pictures: Sequence[tuple[bytes, str]], *, high_mm: float = 58) -> None:
        self.pictures, self.high, self.before = list(pictures), high_mm * MM, 8.0

    def _rows(self) -> int:
        return -(-len(self.pictures) // 2)

    def height(self, w: float, s: float) -> float:
        return self._rows() * (self.high * s + 24 * s)

    def split(self, w: float, room: float, s: float) -> tuple[Block, Block] | None:
        fits = int(room / (self.high * s + 24 * s))
        if not 0 < fits < self._rows():
            return None
        high = self.high / MM
        return (
            Photos(self.pictures[: fits * 2], high_mm=high),
            Photos(self.pictures[fits * 2 :], high_mm=high),
        )

    def draw(self, pen: Pen, x: float, top: float, w: float, s: float) -> None:
        from reportlab.lib.utils import ImageReader

        column, high = (w - 10 * s) / 2, self.high * s
        for at, (content, caption) in enumerate(self.pictures):
            left, y = x + (at % 2) * (column + 10 * s), top - (at // 2) * (high + 24 * s)
            picture = ImageReader(io.BytesIO(content))
            wide, tall = picture.getSize()
            shrink = min(column / wide, high / tall)
            size = (wide * shrink, tall * shrink)
            place = left + (column - size[0]) / 2
            # A name of its own, or the file would depend on where the object lay in memory.
            picture._ident = hashlib.sha256(content).hexdigest()
            pen.canvas.drawImage(picture, place, y - size[1], *size)
            pen.box(place, y, size[0], size[1], 0.4, 0.45)
            words = Text(caption, size=7.6, align="center", before=0)
            words.draw(pen, left, y - high - 3 * s, column, s)
