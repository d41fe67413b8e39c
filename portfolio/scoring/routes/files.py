"""One file: its assessors, its fiche de synthèse, one more assessor, a mark settled."""

from __future__ import annotations

from starlette.responses import Response

from portfolio.committees.queries.words import mark_text, spread_text
from portfolio.documents import queries as documents
from portfolio.kit.errors import Bad
from portfolio.kit.i18n import gettext as _
from portfolio.scoring import queries, service
from portfolio.scoring.forms import AssignForm, ExtraForm, SettleForm
from portfolio.scoring.pdf import summary_pdf
from portfolio.scoring.queries import papers
from portfolio.scoring.queries.progress import assessors
from portfolio.scoring.queries.sheets import get_application
from portfolio.scoring.routes.sheets import typed
from portfolio.web.act import Raw, W, allow, on_refusal, room
from portfolio.web.render import done, page, pdf_response
from portfolio.web.urls import url
from portfolio.work import Work

router = room("scoring")


def summary_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """Every sheet side by side once all are locked; before, only who has the file."""
    application = get_application(work, id)
    found = queries.summary_facts(work, application)
    title = _("Summary of %(file)s") % {"file": application.reference}
    settles = work.may("session:minute") and not list(service.settle_obstacles(work, application))
    return page(
        work,
        "scoring/summary.html",
        bad=bad,
        title=title,
        crumbs=[
            (found["call"].code, url("scoring.call", id=found["call"].id)),
            (application.reference, None),
        ],
        assignable=[(p.id, p.full_name) for p in assessors(work, found["call"])]
        if work.may("application:assign", application)
        else [],
        settles=settles,
        mark_text=mark_text,
        spread_text=spread_text,
        **found,
        **typed(bad),
    )


@router.get("/files/{id}", name="scoring.summary")
@allow("score:view", "application:assign")
def summary(work: W, id: int) -> Response:
    """The fiche de synthèse of one file."""
    return summary_page(work, id)


@router.post("/files/{id}/assign", name="scoring.assign")
@allow("application:assign")
@on_refusal(summary_page)
def assign(work: W, raw: Raw, id: int) -> Response:
    """Give the file to assessors."""
    service.assign_many(work, get_application(work, id), AssignForm.read(raw))
    return done(work, url("scoring.summary", id=id), _("The file is assigned."))


@router.post("/files/{id}/extra", name="scoring.extra")
@allow("application:assign")
@on_refusal(summary_page)
def extra(work: W, raw: Raw, id: int) -> Response:
    """Call one more assessor after a wide spread."""
    service.call_extra(work, get_application(work, id), ExtraForm.read(raw))
    message = _("One more assessor is called; the marks are hidden until the new sheet is locked.")
    return done(work, url("scoring.summary", id=id), message)


@router.post("/files/{id}/settle", name="scoring.settle")
@allow("session:minute")
@on_refusal(summary_page)
def settle(work: W, raw: Raw, id: int) -> Response:
    """The mark that the committee settles."""
    service.settle(work, get_application(work, id), SettleForm.read(raw))
    return done(
        work, url("scoring.summary", id=id), _("The settled mark is recorded; the ranked list follows.")
    )


@router.get("/files/{id}/summary.pdf", name="scoring.summary_pdf")
@allow("score:view")
def as_pdf(work: W, id: int) -> Response:
    """The fiche de synthèse on paper."""
    facts = papers.summary_paper(work, get_application(work, id))
    facts = documents.marked("score_summary", f"{facts['file']}-FS", facts)
    return pdf_response(work, summary_pdf(facts), f"synthese-{facts['file']}.pdf")
