"""What the tests of screening share."""

from __future__ import annotations

import pytest

from portfolio.applications import queries as applications
from portfolio.kit.errors import Refused
from portfolio.screening import service
from portfolio.screening.forms import (
    PieceRow,
    PiecesForm,
)
from tests.applications.scenes import work_as

CODES = ("signed_request", "legal_paper", "member_list", "three_quotations")


def check(here, number: int, **states: str) -> None:
    """Every paper present, but those named."""
    rows = [PieceRow(code=c, state=states.get(c, "present"), note="vu au guichet") for c in CODES]
    with work_as(here.around, here.officer) as work:
        service.check_pieces(work, applications.get(work, number), PiecesForm(pieces=rows))


def admitted(here, number: int) -> int:
    check(here, number)
    with work_as(here.around, here.officer) as work:
        service.admit(work, applications.get(work, number))
    return number


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [r.code for r in refused.value.refusals]
