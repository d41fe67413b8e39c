"""A field of a row that may stay out and comes blank is as if it had not come: « Tous » of a list is no wrong answer."""

from __future__ import annotations

from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict
from starlette.datastructures import FormData

from portfolio.kit.errors import Invalid
from portfolio.kit.forms import Form


class Paper(BaseModel):
    model_config = ConfigDict(extra="forbid")
    label: str
    only_for: Literal["women", "youth"] | None = None


class Papers(Form):
    pieces: list[Paper] = []


def test_a_choice_left_blank_in_a_row() -> None:
    form = Papers.read(FormData([("pieces-0-label", "Liste"), ("pieces-0-only_for", "")]))
    assert form.pieces == [Paper(label="Liste")]
    with pytest.raises(Invalid):
        Papers.read(FormData([("pieces-0-label", "Liste"), ("pieces-0-only_for", "men")]))
