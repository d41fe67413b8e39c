"""The router, and what its pages share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portfolio.beneficiaries import reference
from portfolio.kit.errors import Bad
from portfolio.kit.i18n import gettext as _
from portfolio.web.act import room
from portfolio.work import Work

router = room("beneficiaries")


def typed(work: Work, bad: Bad | None) -> dict[str, Any]:
    """`val(name, otherwise, action)` and `err(name, action)`: what was typed, in the form that was sent and no other."""

    def val(name: str, otherwise: object = "", action: str = "") -> object:
        mine = bad is not None and (not action or work.origin.path == action)
        return bad.value(name, otherwise) if bad is not None and mine else otherwise

    def err(name: str, action: str = "") -> str | None:
        return bad.error(name) if bad is not None and (not action or work.origin.path == action) else None

    return {"val": val, "err": err}


def worded(words: Mapping[str, str]) -> list[tuple[str, str]]:
    """Codes with their words, for a list of choices."""
    return [(code, _(text)) for code, text in words.items()]


def choices() -> dict[str, Any]:
    """The lists of choices of the grids."""
    return {
        "sex_options": worded(reference.SEX_WORDS),
        "band_options": worded(reference.BAND_WORDS),
        "displacement_options": worded(reference.DISPLACEMENT_WORDS),
    }
