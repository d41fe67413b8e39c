"""What the tests of groups share."""

from __future__ import annotations

import pytest

from portfolio.kit.errors import Refused


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [r.code for r in refused.value.refusals]
