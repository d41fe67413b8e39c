"""Micro-projects on the pages of their agreement and group."""

from __future__ import annotations

from sqlalchemy import ColumnElement, func, select

from portfolio.agreements.models import Agreement
from portfolio.groups.models import Group
from portfolio.kit.i18n import gettext as _
from portfolio.projects.models import Project, Visit
from portfolio.rulebook.lifecycles.projects import PROJECT
from portfolio.web.panels import Panel, panel
from portfolio.work import Work


def _panel(work: Work, clause: ColumnElement[bool]) -> Panel | None:
    last = (
        select(func.max(Visit.visited_on))
        .where(Visit.project_id == Project.id, Visit.status == "validated")
        .correlate(Project)
        .scalar_subquery()
    )
    statement = (
        select(Project.id, Project.reference, Project.title, Project.status, last)
        .where(work.within("project:view", Project), clause)
        .order_by(Project.id.desc())
    )
    rows = [tuple(row) for row in work.db.execute(statement)]
    if not rows:
        return None
    return Panel(
        _("Micro-project"), "projects/panels.html", "rows", {"rows": rows, "cycle": PROJECT}, "projects"
    )


@panel("agreement", order=10)
def of_agreement(work: Work, agreement: Agreement) -> Panel | None:
    """The micro-project of an agreement, or the way to open it."""
    found = _panel(work, Project.agreement_id == agreement.id)
    if (
        found is None
        and agreement.status in ("active", "suspended")
        and work.may("project:manage", agreement)
    ):
        return Panel(
            _("Micro-project"), "projects/panels.html", "absent", {"agreement": agreement}, "projects"
        )
    return found


@panel("group", order=50)
def of_group(work: Work, group: Group) -> Panel | None:
    """The micro-projects of a group."""
    return _panel(work, Project.group_id == group.id)
