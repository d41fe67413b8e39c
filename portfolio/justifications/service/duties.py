"""Who may not act on a paper: whoever acted on it already (documents.md 3.1)."""

from __future__ import annotations

from portfolio.kit.errors import Refusal
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.permissions import who_may


def four_eyes(permission: str) -> Refusal:
    """The refusal said to somebody who already acted; `permission` names who can."""
    return Refusal(
        "four_eyes",
        _("Separation of duties: you already acted on this record. A second person must do this."),
        who=who_may(permission),
    )
