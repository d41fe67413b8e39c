"""The one router of the room, and what its pages share."""

from __future__ import annotations

from portfolio.kit.errors import Bad
from portfolio.web.act import room

router = room("funds")


def kept(bad: Bad | None) -> Bad:
    """What a form page shows again; a fresh page has typed nothing and refused nothing."""
    return bad or Bad(status=200)
