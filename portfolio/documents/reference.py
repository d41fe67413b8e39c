"""Whose papers these are: the institution's own words, dated, so that an old paper keeps the heading of its day (F1, F13)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Heading:
    """The letterhead in force between two dates: at most three lines, the service, the place (F1). A regional body prints no motto."""

    valid_from: date
    valid_to: date | None
    lines: tuple[str, ...]
    service: str
    place: str


HEADINGS = (
    Heading(date(2000, 1, 1), None, ("AUTORITÉ RÉGIONALE DE DÉVELOPPEMENT",), "Secrétariat exécutif", "Gao"),
)
AMPLIATIONS = ("bénéficiaire", "comptable", "contrôleur financier", "dossier", "chrono")
"""Who gets a copy (F13)."""


def letterhead(on: date) -> dict[str, object]:
    """The heading in force on a day, as facts of a paper: `lines`, `service`, `place`."""
    for heading in HEADINGS:
        if heading.valid_from <= on and (heading.valid_to is None or on <= heading.valid_to):
            return {"lines": list(heading.lines), "service": heading.service, "place": heading.place}
    return {"lines": [], "service": "", "place": ""}
