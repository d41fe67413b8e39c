"""The objectives of a file and of a grant, on their own pages."""

from __future__ import annotations

from portfolio.kit.i18n import gettext as _
from portfolio.strategy import queries
from portfolio.web.panels import Panel, panel
from portfolio.web.urls import url
from portfolio.work import Work


@panel("application", order=70)
@panel("agreement", order=70)
def objectives(work: Work, subject: object) -> Panel | None:
    """The weights by framework, and the way to the editor for who may use it."""
    tags = queries.tags_of(work, subject)  # type: ignore[arg-type]
    may = work.may("tag:edit", subject)
    if not tags and not may:
        return None
    kind, number = subject.__tablename__, subject.id  # type: ignore[attr-defined]
    target = url("strategy.tags", subject_type=kind, id=number) if may else None
    return Panel(_("Objectives"), "strategy/panels.html", "objectives", {"tags": tags, "target": target})
