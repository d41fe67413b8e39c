"""What files show on the page of a group and on the page of a call."""

from __future__ import annotations

from portfolio.applications import queries
from portfolio.calls.models import Call
from portfolio.groups.models import Group
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.lifecycles.applications import APPLICATION
from portfolio.web.panels import Panel, panel
from portfolio.work import Work

TEMPLATE = "applications/panels.html"


@panel("group", order=20)
def group_files(work: Work, group: Group) -> Panel | None:
    """The files of a group."""
    if not (work.may("application:view") or work.may("own:view", group)):
        return None
    facts = {"rows": queries.of_group(work, group), "cycle": APPLICATION}
    return Panel(_("Files of the group"), TEMPLATE, "group_files", facts)


@panel("call", order=20)
def call_files(work: Work, call: Call) -> Panel | None:
    """Filed, late, drafts; asked against the envelope."""
    if not work.may("application:view") or call.status in ("draft", "sent"):
        return None
    return Panel(_("Files of the call"), TEMPLATE, "call_files", queries.call_counts(work, call))
