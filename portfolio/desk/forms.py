"""What is typed on the page of samples."""

from __future__ import annotations

from typing import Annotated, Literal

from portfolio.kit.forms import Form, OptionalDay, OptionalLine, optional, text, whole
from portfolio.rulebook.sampling import LARGEST


class SampleForm(Form):
    """What to draw from, how many rows, how, and the seed; without a seed one is drawn."""

    population: Literal["payments", "deliveries", "vouchers"]
    fund: OptionalLine = None
    from_on: OptionalDay = None
    to_on: OptionalDay = None
    method: Literal["random", "monetary", "systematic"]
    size: Annotated[int, whole(1, LARGEST)]
    seed: Annotated[str | None, optional(text(80))] = None
