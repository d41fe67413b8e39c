"""What auditors found about a grant, on its page."""

from __future__ import annotations

from portfolio.agreements.models import Agreement
from portfolio.kit.i18n import gettext as _
from portfolio.missions import queries
from portfolio.rulebook.findings import BY_CODE, SEVERITIES
from portfolio.rulebook.lifecycles.missions import FINDING
from portfolio.web.panels import Panel, panel
from portfolio.work import Work


@panel("agreement", order=85)
def findings(work: Work, agreement: Agreement) -> Panel | None:
    """The findings that the reader may open; nothing when there is none."""
    if not work.may("mission:view", agreement):
        return None
    found = queries.of_agreement(work, agreement)
    if not found:
        return None
    facts = {
        "found": found,
        "cycle": FINDING,
        "categories": BY_CODE,
        "severities": SEVERITIES,
        "holding": [
            f.reference for f in found if f.status in queries.OPEN and SEVERITIES[f.severity].holds_closure
        ],
    }
    return Panel(_("Audit findings"), "missions/panels.html", "findings", facts, anchor="findings")
