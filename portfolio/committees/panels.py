"""What committees show on the page of a call."""

from __future__ import annotations

from portfolio.calls.models import Call
from portfolio.committees import queries
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.lifecycles.committees import SESSION
from portfolio.web.panels import Panel, panel
from portfolio.work import Work


@panel("call", order=40)
def sessions_of_call(work: Work, call: Call) -> Panel | None:
    """The sessions about a call."""
    if not work.may("session:view"):
        return None
    sessions = queries.of(work, "call", call.id)
    if not sessions:
        return None
    facts = {"sessions": sessions, "cycle": SESSION}
    return Panel(_("Sessions of the committee"), "committees/panels.html", "sessions_of_call", facts)
