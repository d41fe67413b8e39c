"""Letters of notification: list with bulk check and send, one letter, its receipt, the batch to print."""

from __future__ import annotations

from sqlalchemy import select
from starlette.responses import Response

from portfolio.applications.models import Application
from portfolio.awards import queries, service
from portfolio.awards.forms import BulkForm, ReceiveForm
from portfolio.awards.models import Notice
from portfolio.awards.pdf import batch_pdf, notice_pdf
from portfolio.awards.queries.words import OUTCOMES, award_words
from portfolio.awards.routes.decisions import calls_options, statuses, typed
from portfolio.calls.models import Call
from portfolio.documents import queries as documents
from portfolio.groups.models import Group
from portfolio.kit.errors import Bad, FieldError, Invalid
from portfolio.kit.i18n import N_
from portfolio.kit.i18n import gettext as _
from portfolio.places.models import Place
from portfolio.rulebook.lifecycles.awards import NOTICE
from portfolio.web.act import Query, Raw, W, allow, on_refusal, room
from portfolio.web.filters import Choice, Search
from portfolio.web.listing import Column, Listing
from portfolio.web.render import done, moves, page, pdf_response, status_steps
from portfolio.web.urls import url
from portfolio.work import Work

router = room("awards")
BATCH = 300


def _kinds(_work: Work) -> list[tuple[str, str]]:
    return [(code, _(words)) for code, words in OUTCOMES.items()]


NOTICES = Listing(
    name="notices",
    title=N_("Letters of notification"),
    route="awards.notices",
    id_column=Notice.id,
    statement=lambda work: (
        select(
            Notice.id,
            Notice.reference,
            Application.reference,
            Group.name,
            Place.name,
            Notice.kind,
            Notice.status,
            Notice.sent_at,
            Notice.received_on,
        )
        .join(Application, Application.id == Notice.application_id)
        .join(Group, Group.id == Notice.group_id)
        .join(Place, Place.id == Group.place_id)
        .where(work.within("notice:view", Notice))
    ),
    columns=(
        Column("reference", N_("Number"), "link", sort=Notice.reference, href="/awards/notices/{id}"),
        Column("file", N_("File"), sort=Application.reference),
        Column("group", N_("Applicant"), sort=Group.name),
        Column("commune", N_("Commune"), sort=Place.name),
        Column("kind", N_("Outcome"), sort=Notice.kind, words=lambda code: _(OUTCOMES[code])),
        Column("status", N_("Status"), "status", sort=Notice.status, cycle=NOTICE),
        Column("sent", N_("Sent on"), "moment"),
        Column("received", N_("Received on"), "date"),
    ),
    filters=(
        Choice("status", N_("Status"), statuses(NOTICE), Notice.status),
        Choice("kind", N_("Outcome"), _kinds, Notice.kind),
        Choice("call", N_("Call"), calls_options, Notice.call_id),
        Search(Group.folded),
    ),
    default_sort="-reference",
    empty_title=N_("No letter yet"),
    empty_text=N_("Letters are prepared in one batch once a decision is signed: open the call."),
    bulk=(
        ("check", N_("Check the letters ticked"), "notice:check"),
        ("send", N_("Mark the letters ticked as sent"), "notice:send"),
    ),
    template="awards/notices.html",
)


def list_page(work: Work, bad: Bad | None = None) -> Response:
    """The list again, when a bulk action is refused as a whole."""
    from starlette.datastructures import QueryParams

    response = NOTICES.respond(work, QueryParams(""), bad=bad)
    response.status_code = bad.status if bad else 200
    return response


@router.get("/notices", name="awards.notices")
@allow("notice:view")
def index(work: W, query: Query) -> Response:
    """Letters, the last ones first."""
    return NOTICES.respond(work, query)


@router.post("/notices/bulk", name="awards.notices_bulk")
@allow("notice:check", "notice:send")
@on_refusal(list_page)
def bulk(work: W, raw: Raw) -> Response:
    """Check or send the letters ticked; a result per letter."""
    form = BulkForm.read(raw, ignore=("all",))
    if not form.ids:
        raise Invalid([FieldError("", _("Tick at least one letter."))])
    rows = work.db.scalars(
        select(Notice)
        .where(Notice.id.in_(form.ids[:BATCH]), work.within("notice:view", Notice))
        .order_by(Notice.id)
    ).all()
    found = service.bulk(work, form.verb, rows)
    good = sum(1 for row in found if row.done)
    return page(
        work,
        "awards/bulk.html",
        title=_("Letters checked") if form.verb == "check" else _("Letters sent"),
        crumbs=[(_("Letters of notification"), url("awards.notices")), (_("Result"), None)],
        rows=found,
        good=good,
    )


@router.get("/notices/batch.pdf", name="awards.batch")
@allow("notice:view")
def batch(work: W, query: Query) -> Response:
    """The letters of a call in the order of the dispatch, with the list of dispatch, to print at once (F16)."""
    number = query.get("call") or ""
    call = work.fetch(
        Call, int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0, "call:view"
    )
    statement = select(Notice).where(
        Notice.call_id == call.id,
        work.within("notice:view", Notice),
        Notice.status.in_(("checked", "sent")),
    )
    notices = {n.id: n for n in work.db.scalars(statement.order_by(Notice.id).limit(BATCH))}
    dispatch = queries.dispatch_paper(work, call, list(notices.values()))
    letters = [queries.notice_paper(work, notices[row["id"]]) for row in dispatch["rows"]]
    return pdf_response(work, batch_pdf(letters, dispatch), f"notifications-{call.code}.pdf")


def notice_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """One letter beside the minutes and the decision it must agree with."""
    notice = queries.get_notice(work, id)
    found = queries.notice_facts(work, notice)
    papers = [
        {"name": p.title, "url": f"/documents/papers/{p.id}", "kind": p.reference, "when": p.issued_at.date()}
        for p in documents.papers_of(work, notice)
    ]
    return page(
        work,
        "awards/notice.html",
        bad=bad,
        title=_("Letter %(reference)s") % {"reference": notice.reference},
        crumbs=[
            (_("Letters of notification"), url("awards.notices", call=notice.call_id)),
            (notice.reference, None),
        ],
        cycle=NOTICE,
        steps=status_steps(NOTICE, notice.status),
        moves=moves(
            work, NOTICE, notice, f"/awards/notices/{notice.id}", obstacles={"send": service.send_obstacles}
        ),
        papers=papers,
        **found,
        **award_words(),
        **typed(bad),
    )


@router.get("/notices/{id}", name="awards.notice")
@allow("notice:view")
def show(work: W, id: int) -> Response:
    """One letter."""
    return notice_page(work, id)


@router.post("/notices/{id}/check", name="awards.check_notice")
@allow("notice:check")
@on_refusal(notice_page)
def check(work: W, id: int) -> Response:
    """A second person has read it."""
    service.check(work, queries.get_notice(work, id))
    return done(work, url("awards.notice", id=id), _("The letter is checked."))


@router.post("/notices/{id}/send", name="awards.send_notice")
@allow("notice:send")
@on_refusal(notice_page)
def send(work: W, id: int) -> Response:
    """It has left."""
    service.send(work, queries.get_notice(work, id))
    return done(work, url("awards.notice", id=id), _("The letter is marked as sent."))


@router.post("/notices/{id}/receive", name="awards.receive_notice")
@allow("notice:send")
@on_refusal(notice_page)
def receive(work: W, raw: Raw, id: int) -> Response:
    """Its receipt."""
    service.receive(work, queries.get_notice(work, id), ReceiveForm.read(raw))
    return done(
        work, url("awards.notice", id=id), _("The receipt is recorded: the appeal runs from this date.")
    )


@router.get("/notices/{id}/letter.pdf", name="awards.notice_pdf")
@allow("notice:view")
def as_pdf(work: W, id: int) -> Response:
    """The letter as it stands."""
    notice = queries.get_notice(work, id)
    facts = queries.notice_paper(work, notice)
    content = notice_pdf({**facts, "draft": notice.status == "prepared"})
    return pdf_response(work, content, f"{notice.reference}.pdf")
