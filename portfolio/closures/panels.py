"""What this room shows on an agreement's page: its account, and what stands before its closure."""

from __future__ import annotations

from portfolio.agreements.models import Agreement
from portfolio.closures import queries, service
from portfolio.kit.i18n import gettext as _
from portfolio.web.panels import Panel, panel
from portfolio.work import Work


@panel("agreement", order=90)
def closing(work: Work, agreement: Agreement) -> Panel | None:
    """Shown once the closing has been started."""
    if agreement.status not in ("closing", "closed") or not work.may("closure:view", agreement):
        return None
    closure = queries.of_agreement(work, agreement)
    blocked = list(service.obstacles(work, agreement)) if agreement.status == "closing" else []
    facts = {
        "agreement": agreement,
        "closure": closure,
        "figures": queries.figures(work, agreement),
        "blocked": blocked,
        "may_prepare": work.may("closure:prepare", agreement) and agreement.status == "closing",
    }
    return Panel(_("Closure"), "closures/panels.html", "closing", facts)
