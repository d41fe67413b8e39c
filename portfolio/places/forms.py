"""What a person may type about places."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from portfolio.kit.forms import Day, Form, LongLine, optional, text, whole


class PlaceForm(Form):
    """A unit created by an act, under one that exists (R21)."""

    parent_id: Annotated[int, whole(1, 2_000_000_000)]
    kind: Annotated[str, text(40, 2)]
    name: Annotated[str, text(200, 2)]
    code: Annotated[str, text(40, 2)]
    act: LongLine
    valid_from: Day
    valid_to: Annotated[date | None, optional(Day.__metadata__[0])] = None
