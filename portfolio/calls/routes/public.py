"""The public side: the calls, what each asks, its notice, its questions. Nobody signs in to read (C4, C7)."""

from __future__ import annotations

from starlette.responses import Response

from portfolio.calls import queries, service
from portfolio.calls.forms import QuestionForm
from portfolio.documents import queries as documents
from portfolio.groups.routes.records import typed
from portfolio.kit.errors import Bad, NotFound
from portfolio.kit.i18n import gettext as _
from portfolio.web.act import Raw, W, allow, on_refusal, room
from portfolio.web.render import done, page, pdf_response
from portfolio.web.urls import known, url
from portfolio.work import Work

router = room("public")


@router.get("/calls", name="public.calls")
@allow.public
def index(work: W) -> Response:
    """The calls that are open, those to come, and the last that closed."""
    return page(
        work,
        "calls/public.html",
        title=_("Calls for proposals"),
        groups=queries.public_list(work),
        own_url=url("own.index") if known("own.index") and work.may("own:view") else None,
    )


def call_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """A published call."""
    call = queries.published_one(work, id)
    return page(
        work,
        "calls/public_call.html",
        public=True,
        bad=bad,
        title=call.title,
        crumbs=[(_("Calls for proposals"), url("public.calls")), (call.reference, None)],
        own_url=url("own.index")
        if known("own.index") and (work.maybe_actor is None or work.may("own:view"))
        else None,
        **typed(bad),
        **queries.public_facts(work, call),
    )


@router.get("/calls/{id}", name="public.call")
@allow.public
def show(work: W, id: int) -> Response:
    """What it asks, until when, and how to answer."""
    return call_page(work, id)


@router.post("/calls/{id}/questions", name="public.ask")
@allow.public
@on_refusal(call_page)
def ask(work: W, raw: Raw, id: int) -> Response:
    """Ask; the answer is published to all."""
    service.ask(work, queries.published_one(work, id), QuestionForm.read(raw))
    words = _("Your question has arrived. The answer will be published on this page, for all.")
    return done(work, url("public.call", id=id) + "#questions", words)


@router.get("/calls/{id}/papers/{paper_id}", name="public.paper")
@allow.public
def paper(work: W, id: int, paper_id: int) -> Response:
    """The notice, the poster, the corrective notices, as printed."""
    call = queries.published_one(work, id)
    found = next(
        (p for p in documents.papers_of(work, call) if p.id == paper_id and p.kind in queries.PUBLIC_PAPERS),
        None,
    )
    if found is None:
        raise NotFound
    return pdf_response(work, documents.bytes_of(work, found), f"{found.reference.replace('/', '-')}.pdf")
