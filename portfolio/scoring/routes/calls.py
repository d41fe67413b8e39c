"""The assessment of a call: progress without a mark, sharing out, the ranked list against the envelope."""

from __future__ import annotations

from starlette.responses import Response

from portfolio.committees import queries as committees
from portfolio.committees.queries.words import committee_words
from portfolio.committees.routes.sessions import session_page
from portfolio.kit.errors import Bad
from portfolio.kit.i18n import gettext as _
from portfolio.kit.i18n import ngettext
from portfolio.rulebook.lifecycles.applications import APPLICATION
from portfolio.rulebook.lifecycles.scoring import SCORE_SHEET
from portfolio.scoring import queries, service
from portfolio.scoring.forms import BalanceForm
from portfolio.scoring.routes.sheets import typed
from portfolio.web.act import Raw, W, allow, on_refusal, room
from portfolio.web.render import done, page
from portfolio.web.urls import url
from portfolio.work import Work

router = room("scoring")


def call_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """Who holds what, how many sheets are locked."""
    call = queries.get_call(work, id)
    title = _("Assessment of %(call)s") % {"call": call.code}
    return page(
        work,
        "scoring/call.html",
        bad=bad,
        title=title,
        crumbs=[(call.code, url("calls.show", id=call.id)), (_("Assessment"), None)],
        cycle=SCORE_SHEET,
        file_cycle=APPLICATION,
        **queries.call_facts(work, call),
        **typed(bad),
    )


@router.get("/calls/{id}", name="scoring.call")
@allow("application:assign", "score:view")
def call(work: W, id: int) -> Response:
    """The progress of the assessment."""
    return call_page(work, id)


@router.post("/calls/{id}/balance", name="scoring.balance")
@allow("application:assign")
@on_refusal(call_page)
def balance(work: W, raw: Raw, id: int) -> Response:
    """Share the files out between assessors."""
    shared = service.balance(work, queries.get_call(work, id), BalanceForm.read(raw))
    message = ngettext("%(num)s sheet assigned.", "%(num)s sheets assigned.", shared.sheets) % {
        "num": shared.sheets
    }
    if shared.short:
        lacking = _("Assessors are still missing for: %(files)s.") % {"files": ", ".join(shared.short)}
        return done(work, url("scoring.call", id=id), f"{message} {lacking}", "warn")
    return done(work, url("scoring.call", id=id), message)


@router.post("/calls/{id}/complete", name="scoring.complete")
@allow("application:assign")
@on_refusal(call_page)
def complete(work: W, id: int) -> Response:
    """Close the assessment of every complete file."""
    count = service.complete_reviews(work, queries.get_call(work, id))
    words = ngettext(
        "The assessment of %(num)s file is closed.", "The assessment of %(num)s files is closed.", count
    )
    return done(work, url("scoring.call", id=id), words % {"num": count})


@router.get("/calls/{id}/ranking", name="scoring.ranking")
@allow("score:view")
def ranking(work: W, id: int) -> Response:
    """The ranked list against the envelope."""
    found = queries.get_call(work, id)
    return page(
        work,
        "scoring/ranking.html",
        title=_("Ranked list of %(call)s") % {"call": found.code},
        crumbs=[
            (found.code, url("calls.show", id=found.id)),
            (_("Assessment"), url("scoring.call", id=found.id)),
            (_("Ranked list"), None),
        ],
        **queries.ranking_facts(work, found),
        **committee_words(),
    )


@router.post("/sessions/{id}/agenda", name="scoring.agenda")
@allow("session:convene")
@on_refusal(session_page)
def agenda(work: W, id: int) -> Response:
    """Put the ranked files on the agenda of a session, or bring it up to date."""
    count = service.put_on_agenda(work, committees.get(work, id))
    words = ngettext("%(num)s file is on the agenda.", "%(num)s files are on the agenda.", count)
    return done(work, url("committees.session", id=id), words % {"num": count})
