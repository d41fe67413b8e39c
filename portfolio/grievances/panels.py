"""Complaints, on the page of the micro-project they are about."""

from __future__ import annotations

from typing import Any

from portfolio.grievances import queries
from portfolio.grievances.reference import CATEGORY_WORDS
from portfolio.kit.i18n import gettext as _
from portfolio.projects.models import Project
from portfolio.rulebook.lifecycles.grievances import GRIEVANCE
from portfolio.web.panels import Panel, panel
from portfolio.work import Work


@panel("project", order=90)
def complaints(work: Work, project: Project) -> Panel | None:
    """The complaints about a project that the actor may read; nothing says that others exist."""
    if not work.may("grievance:view", project):
        return None
    facts: dict[str, Any] = {
        "found": queries.of_project(work, project),
        "project": project,
        "cycle": GRIEVANCE,
        "category_words": CATEGORY_WORDS,
        "may_record": work.may("grievance:record", project),
    }
    return Panel(_("Complaints"), "grievances/panels.html", "complaints", facts, anchor="complaints")
