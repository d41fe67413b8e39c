"""Formal notices: the list, a new one, its page with its receipt and its answer (R11)."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import Select, select
from starlette.responses import Response

from portfolio.agreements import queries, service
from portfolio.agreements.forms import AnswerForm, NoticeForm, ReasonForm, ServeForm
from portfolio.agreements.models import Agreement, FormalNotice
from portfolio.agreements.reference import NOTICE_GROUNDS, NOTICE_MEANS, NOTICE_OUTCOMES
from portfolio.agreements.routes.listing import countries
from portfolio.agreements.routes.records import router
from portfolio.documents.reference import figure
from portfolio.documents.service import ACCEPT
from portfolio.groups.models import Group
from portfolio.kit.errors import Bad
from portfolio.kit.i18n import N_, pgettext
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.lifecycles.agreements import FORMAL_NOTICE
from portfolio.web.act import Query, Raw, W, allow, on_refusal
from portfolio.web.filters import Choice, Period, Search
from portfolio.web.listing import Column, Listing
from portfolio.web.render import done, moves, page, status_steps
from portfolio.web.urls import url
from portfolio.work import Work

F = FormalNotice


def _statement(work: Work) -> Select[Any]:
    found: Select[*tuple[Any, ...]] = (
        select(
            F.id,
            F.reference,
            Agreement.reference,
            Group.name,
            F.ground,
            F.due_minor,
            F.sent_on,
            F.received_on,
            F.expires_on,
            F.status,
        )
        .join(Agreement, Agreement.id == F.agreement_id)
        .join(Group, Group.id == F.group_id)
        .where(work.within("agreement:view", F))
    )
    return cast("Select[Any]", found)


LISTING = Listing(
    name="formal_notices",
    title=N_("Formal notices"),
    route="agreements.notices",
    id_column=F.id,
    statement=_statement,
    columns=(
        Column("reference", N_("Number"), "link", sort=F.reference, href="/agreements/notices/{id}"),
        Column("agreement", N_("Agreement"), sort=Agreement.reference),
        Column("group", N_("Group"), sort=Group.name),
        Column("ground", N_("Ground"), "choice", words=lambda code: _(NOTICE_GROUNDS[code])),
        Column("due", N_("Left to justify when sent"), "money", total=True),
        Column("sent", N_("Sent on"), "date", sort=F.sent_on),
        Column("received", N_("Received on"), "date"),
        Column("expires", N_("Delay until"), "date", sort=F.expires_on),
        Column("status", N_("Status"), "status", sort=F.status, cycle=FORMAL_NOTICE),
    ),
    filters=(
        Search(Agreement.search),
        Choice(
            "status",
            N_("Status"),
            lambda _work: [(s.code, pgettext("formal_notice", s.label)) for s in FORMAL_NOTICE.states],
            F.status,
        ),
        Choice("country", N_("Country"), countries, F.country),
        Period("until", N_("Delay until"), F.expires_on, side="to"),
    ),
    default_sort="-reference",
    empty_title=N_("No formal notice"),
    empty_text=N_("A formal notice is sent from the page of the agreement or from the advances by age."),
)


@router.get("/notices", name="agreements.notices")
@allow("agreement:view")
def index(work: W, query: Query) -> Response:
    """Every formal notice."""
    return LISTING.respond(work, query)


def new_page(work: Work, id: int, bad: Bad | None = None, tranche: str = "") -> Response:
    """The form of a letter."""
    agreement = queries.get(work, id)
    advances = [
        (str(t.id), _("Tranche %(number)d") % {"number": t.number})
        for t in queries.tranches(work, agreement)
        if t.modality == "advance" and t.paid_minor
    ]
    return page(
        work,
        "agreements/notice_new.html",
        bad=bad,
        title=_("Send a formal notice"),
        crumbs=[
            (_("Grant agreements"), url("agreements.index")),
            (agreement.reference, url("agreements.show", id=id)),
        ],
        agreement=agreement,
        obstacles=list(service.notice_obstacles(work, agreement)),
        advances=advances,
        chosen=tranche,
        grounds=[(code, _(words)) for code, words in NOTICE_GROUNDS.items()],
        means=[(code, _(words)) for code, words in NOTICE_MEANS.items()],
        delay=figure("notice_days", work.today),
    )


@router.get("/{id:int}/notices/new", name="agreements.new_notice")
@allow("formal_notice:send")
def new(work: W, query: Query, id: int) -> Response:
    """A new letter."""
    return new_page(work, id, tranche=query.get("tranche", ""))


@router.post("/{id:int}/notices", name="agreements.send_notice")
@allow("formal_notice:send")
@on_refusal(new_page)
def send(work: W, raw: Raw, id: int) -> Response:
    """Send it."""
    found = service.send_notice(work, queries.get(work, id), NoticeForm.read(raw))
    words = _("Formal notice %(n)s is issued: print it, have it delivered, then record its receipt.")
    return done(work, url("agreements.notice", number=found.id), words % {"n": found.reference})


def show_page(work: Work, number: int, bad: Bad | None = None) -> Response:
    """The page of a letter."""
    notice = queries.get_notice(work, number)
    forms = {verb: f"#{verb}" for verb in ("serve", "answer")}
    address = url("agreements.notice", number=number)
    actions = moves(work, FORMAL_NOTICE, notice, address, pages=forms)
    facts = queries.notice_page(work, notice)
    return page(
        work,
        "agreements/notice.html",
        bad=bad,
        title=notice.reference,
        crumbs=[
            (_("Grant agreements"), url("agreements.index")),
            (facts["agreement"].reference, url("agreements.show", id=notice.agreement_id)),
            (notice.reference, None),
        ],
        bar=status_steps(FORMAL_NOTICE, notice.status),
        moves=[m for m in actions if not (m.verb in forms and not m.blocked)],
        acting={m.verb for m in actions if m.allowed and not m.blocked},
        cycle=FORMAL_NOTICE,
        ground=_(NOTICE_GROUNDS[notice.ground]),
        means=_(NOTICE_MEANS[notice.means]),
        outcome=_(NOTICE_OUTCOMES[notice.outcome]) if notice.outcome else "",
        outcomes=[(code, _(words)) for code, words in NOTICE_OUTCOMES.items()],
        accept=ACCEPT,
        **facts,
    )


@router.get("/notices/{number:int}", name="agreements.notice")
@allow("agreement:view")
def show(work: W, number: int) -> Response:
    """One letter."""
    return show_page(work, number)


@router.post("/notices/{number:int}/serve", name="agreements.serve_notice")
@allow("formal_notice:send")
@on_refusal(show_page)
def serve(work: W, raw: Raw, number: int) -> Response:
    """Record what became of it."""
    service.serve_notice(work, queries.get_notice(work, number), ServeForm.read(raw))
    return done(work, url("agreements.notice", number=number), _("Recorded: the delay runs from that day."))


@router.post("/notices/{number:int}/answer", name="agreements.answer_notice")
@allow("formal_notice:send")
@on_refusal(show_page)
def answer(work: W, raw: Raw, number: int) -> Response:
    """Record the answer."""
    service.answer_notice(work, queries.get_notice(work, number), AnswerForm.read(raw))
    return done(work, url("agreements.notice", number=number), _("Answer recorded."))


@router.post("/notices/{number:int}/lift", name="agreements.lift_notice")
@allow("formal_notice:lift")
@on_refusal(show_page)
def lift(work: W, raw: Raw, number: int) -> Response:
    """Lift it."""
    service.lift_notice(work, queries.get_notice(work, number), ReasonForm.read(raw).reason)
    return done(
        work, url("agreements.notice", number=number), _("Notice lifted: nothing rests on it any more.")
    )
