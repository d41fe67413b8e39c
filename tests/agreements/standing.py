"""The place where tests of grants stand: the ids, the people, a clock that moves; and a scan to attach."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from portfolio.kit.clock import FixedClock
from portfolio.kit.db import Database
from portfolio.work import Work
from tests import factories


def pdf_bytes() -> bytes:
    """A true PDF of one blank page: what a scanner would give."""
    from reportlab.pdfgen.canvas import Canvas

    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    canvas.drawString(72, 720, "Exemplaire signé")
    canvas.save()
    return buffer.getvalue()


@dataclass
class World:
    """The ids of what stands ready, the people, and a clock that can be moved."""

    database: Database
    people: dict[str, int]
    clock: FixedClock
    surround: Any
    ids: dict[str, int] = field(default_factory=dict)

    @contextmanager
    def work(self, role: str, *, commit: bool = True, readonly: bool = False) -> Iterator[Work]:
        with factories.work_as(self.surround, self.people[role], commit=commit, readonly=readonly) as work:
            yield work

    def later(self, **delta: int) -> None:
        self.clock.moment += timedelta(**delta)
