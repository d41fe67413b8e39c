"""The faces of the papers: DejaVu Sans, which has the letters of the Sahel's languages and U+202F.

ReportLab is imported here, on first use, so that a process which prints nothing never loads it.
"""

from __future__ import annotations

import threading
from typing import Any, Literal

from portfolio.kit.paths import static_dir
from portfolio.kit.pdf.clean import MISSING

Role = Literal["body", "bold", "wide", "title"]

# Condensed for running text and tables (a French administrative line fits); the wide bold for titles.
_FILES: dict[Role, str] = {
    "body": "DejaVuSansCondensed",
    "bold": "DejaVuSansCondensed-Bold",
    "wide": "DejaVuSans",
    "title": "DejaVuSans-Bold",
}
_WORDS_KEPT = 20_000


class Face:
    """One face: which characters it draws and how wide they are, in thousandths of the size."""

    def __init__(self, font: Any) -> None:
        self.font = font
        self.name: str = font.fontName
        widths = font.face.charWidths
        self.widths: dict[str, float] = {
            chr(code): widths[code] for code in font.face.charToGlyph if code >= 32 and code in widths
        }
        self.widths["\u00a0"] = self.widths[" "]
        self._words: dict[str, float] = {}

    def fit(self, text: str) -> str:
        """`text` with every character this face does not have replaced by a visible □."""
        if text.isascii():
            return text
        # Not « set - keys »: that walks every character of the face for each text (a fifth of the time of a paper).
        missing = [char for char in set(text) if char not in self.widths and char != "\n"]
        return text.translate({ord(char): MISSING for char in missing}) if missing else text

    def width(self, text: str, size: float) -> float:
        """Width in points of a text that already fits this face."""
        known = self._words.get(text)
        if known is None:
            known = sum(map(self.widths.__getitem__, text))
            if len(self._words) >= _WORDS_KEPT:
                self._words.clear()
            if len(text) < 40:
                self._words[text] = known
        return known * size / 1000


_faces: dict[Role, Face] = {}
_lock = threading.Lock()
saving = threading.Lock()
"""Held while a file is closed: cutting a face down to the letters used moves a cursor that all threads share."""


def face(role: Role) -> Face:
    """The face of a role, parsed and registered with ReportLab the first time it is asked for."""
    found = _faces.get(role)
    if found is not None:
        return found
    with _lock:
        if role not in _faces:
            from reportlab import rl_config
            from reportlab.pdfbase import pdfmetrics
            from reportlab.pdfbase.ttfonts import TTFont

            # ASCII85 doubles the time of a ledger and makes every file a quarter larger (performance.md 5).
            rl_config.useA85 = 0
            name = _FILES[role]
            font = TTFont(name, str(static_dir() / "fonts" / f"{name}.ttf"))
            pdfmetrics.registerFont(font)
            _faces[role] = Face(font)
        return _faces[role]
