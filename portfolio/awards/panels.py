"""What awards show on the page of a call and of a file."""

from __future__ import annotations

from portfolio.applications.models import Application
from portfolio.awards import queries
from portfolio.awards.queries.words import award_words
from portfolio.calls.models import Call
from portfolio.committees import queries as committees
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.lifecycles.awards import COMMITMENT, DECISION, NOTICE
from portfolio.web.panels import Panel, panel
from portfolio.work import Work

TEMPLATE = "awards/panels.html"


@panel("call", order=50)
def awards_of_call(work: Work, call: Call) -> Panel | None:
    """The decisions of a call, and the way to what follows the committee."""
    if not work.may("decision:view") or call.closes_at > work.now:
        return None
    facts = {"call": call, "decisions": queries.decisions_of(work, call), "cycle": DECISION}
    return Panel(_("Awards"), TEMPLATE, "awards_of_call", facts)


@panel("application", order=50)
def award_of_file(work: Work, application: Application) -> Panel | None:
    """What was decided of a file, its commitment and its letters."""
    if not work.may("decision:view", application):
        return None
    if committees.conflicted(work, work.actor.id, "application", application.id):
        return None
    award = queries.award_of(work, application)
    notices = queries.notices_of(work, application)
    commitment = queries.commitment_of(work, application)
    if award is None and not notices and commitment is None:
        return None
    facts = {
        "award": award,
        "notices": notices,
        "commitment": commitment,
        "notice_cycle": NOTICE,
        "commitment_cycle": COMMITMENT,
        **award_words(),
    }
    return Panel(_("Award"), TEMPLATE, "award_of_file", facts)
