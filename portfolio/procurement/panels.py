"""The purchases of a grant, on the pages of its agreement and of its micro-project."""

from __future__ import annotations

from typing import Any

from portfolio.agreements.models import Agreement
from portfolio.kit.i18n import gettext as _
from portfolio.procurement import queries
from portfolio.procurement.reference import BUYER_WORDS
from portfolio.rulebook.lifecycles.procurement import PROCEDURE
from portfolio.web.panels import Panel, panel
from portfolio.work import Work


def _panel(work: Work, agreement_id: int, agreement: Agreement | None) -> Panel | None:
    if not work.may("procedure:view"):
        return None
    found = queries.of_agreement(work, agreement_id)
    may_open = (
        work.may("procedure:manage", agreement) or work.may("procedure:manage_group", agreement)
    ) and (agreement is None or agreement.status == "active")
    if not found and not may_open:
        return None
    facts: dict[str, Any] = {
        "purchases": found,
        "agreement_id": agreement_id,
        "may_open": may_open,
        "cycle": PROCEDURE,
        "buyer_words": BUYER_WORDS,
    }
    return Panel(_("Purchases"), "procurement/panels.html", "purchases", facts, anchor="purchases")


@panel("agreement", order=50)
def purchases(work: Work, agreement: Agreement) -> Panel | None:
    """The purchases inside this grant."""
    return _panel(work, agreement.id, agreement)


@panel("project", order=50)
def purchases_of_project(work: Work, project: Any) -> Panel | None:
    """The same, seen from the micro-project."""
    return _panel(work, project.agreement_id, None)
