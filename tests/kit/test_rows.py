"""The rows of a grid: which ones count, and what may not be hidden in the others (Z07)."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import pytest

from portfolio.kit.errors import Invalid
from portfolio.kit.forms import Form, Line, unknown_field


class Row(Form):
    """Somebody, with a choice already made."""

    name: Line
    sex: Literal["F", "M"] = "F"


class Grid(Form):
    """People."""

    told_by: ClassVar[dict[str, frozenset[str]]] = {"lines": frozenset({"name"})}
    lines: list[Row] = []


class Sent:
    def __init__(self, **typed: str) -> None:
        self.typed = typed

    def multi_items(self) -> list[tuple[str, Any]]:
        return list(self.typed.items())


def test_a_row_counts_when_a_cell_that_tells_is_filled() -> None:
    form = Grid.read(Sent(**{"lines-0-sex": "F", "lines-0-name": " ", "lines-4-name": "Awa", "lines-4-sex": "M"}))
    assert [(r.name, r.sex) for r in form.lines] == [("Awa", "M")]


@pytest.mark.parametrize("row", ["0", "4"])
def test_nothing_is_hidden_in_a_row_blank_or_not(row: str) -> None:
    with pytest.raises(Invalid) as bad:
        Grid.read(Sent(**{"lines-0-name": "", "lines-4-name": "Awa", f"lines-{row}-status": "paid"}))
    assert [(e.field, e.message) for e in bad.value.errors] == [(f"lines-{row}-status", unknown_field())]
