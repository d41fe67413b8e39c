"""What screening shows on the page of a file: what is open, and the way to the grid."""

from __future__ import annotations

from portfolio.applications.models import Application
from portfolio.kit.i18n import gettext as _
from portfolio.screening import queries
from portfolio.web.panels import Panel, panel
from portfolio.work import Work


@panel("application", order=1)
def screening(work: Work, application: Application) -> Panel | None:
    """Papers open, letter out, way to the screening page."""
    if not application.filed or not work.may("screening:view", application):
        return None
    return Panel(
        _("Admissibility and eligibility"),
        "screening/panels.html",
        "screening",
        queries.summary(work, application),
    )
