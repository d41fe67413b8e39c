"""Closing a grant: prepared, attested, printed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from starlette.responses import Response

from portfolio.agreements import queries as agreements
from portfolio.agreements.models import Agreement
from portfolio.closures import queries, service
from portfolio.closures.forms import ClosureForm
from portfolio.closures.models import Closure
from portfolio.closures.pdf import closure_pdf
from portfolio.groups.models import Group
from portfolio.kit.errors import Bad
from portfolio.kit.i18n import N_, pgettext
from portfolio.kit.i18n import gettext as _
from portfolio.kit.search import search_clause
from portfolio.rulebook.lifecycles.closures import CLOSURE
from portfolio.web.act import Query, Raw, W, allow, on_refusal, room
from portfolio.web.filters import Choice, Search
from portfolio.web.listing import Column, Listing
from portfolio.web.render import done, moves, page, pdf_response, status_steps
from portfolio.web.urls import url
from portfolio.work import Work

router = room("closures")
C = Closure


def _statement(work: Work) -> Any:
    return (
        select(C.id, C.reference, Agreement.reference, Group.name, C.committed_minor, C.paid_minor, C.justified_minor,
               C.repaid_minor, C.released_minor, C.status)
        .join(Agreement, Agreement.id == C.agreement_id)
        .join(Group, Group.id == Agreement.group_id)
        .where(work.within("closure:view", C))
    )  # fmt: skip


LISTING = Listing(
    name="closures",
    title=N_("Closures"),
    route="closures.index",
    statement=_statement,
    id_column=C.id,
    default_sort="-reference",
    columns=(
        Column("reference", N_("Certificate"), "link", sort=C.reference, href="/closures/{id}"),
        Column("agreement", N_("Agreement"), sort=Agreement.reference),
        Column("group", N_("Group"), sort=Group.name),
        Column("committed", N_("Committed"), "money", total=True),
        Column("paid", N_("Paid"), "money", total=True),
        Column("justified", N_("Justified"), "money", total=True),
        Column("repaid", N_("Repaid"), "money", total=True),
        Column("released", N_("Released"), "money", total=True),
        Column("status", N_("Status"), "status", sort=C.status, cycle=CLOSURE),
    ),
    filters=(
        Search(Group.folded, where=lambda work, value: search_clause(Group.folded, value)),
        Choice(
            "status",
            N_("Status"),
            lambda work: [(s.code, pgettext("closure", s.label)) for s in CLOSURE.states],
            C.status,
        ),
    ),
    empty_title=N_("No closure yet"),
    empty_text=N_("A closure is prepared from the page of an agreement whose closing has been started."),
)


@router.get("", name="closures.index")
@allow("closure:view")
def index(work: W, query: Query) -> Response:
    """Every closure."""
    return LISTING.respond(work, query)


def show_prepare(work: Work, agreement: int, bad: Bad | None = None) -> Response:
    """The account of a grant and what still stands before its closure."""
    found = agreements.get(work, agreement)
    return page(
        work,
        "closures/prepare.html",
        bad=bad,
        blocked=list(service.obstacles(work, found)),
        closure=queries.of_agreement(work, found),
        title=_("Close agreement %(n)s") % {"n": found.reference},
        crumbs=[
            (_("Agreements"), "/agreements"),
            (found.reference, f"/agreements/{found.id}"),
            (_("Closure"), None),
        ],
        **queries.new_facts(work, found),
    )


@router.get("/prepare/{agreement}", name="closures.prepare")
@allow("closure:prepare")
def prepare_page(work: W, agreement: int) -> Response:
    """Prepare a closure."""
    return show_prepare(work, agreement)


@router.post("/prepare/{agreement}", name="closures.prepare_post")
@allow("closure:prepare")
@on_refusal(show_prepare)
def prepare(work: W, raw: Raw, agreement: int) -> Response:
    """Draw up the account."""
    closure = service.prepare(work, agreements.get(work, agreement), ClosureForm.read(raw))
    words = _("Closure %(n)s is prepared: the authorising officer signs the certificate.") % {
        "n": closure.reference
    }
    return done(work, url("closures.show", id=closure.id), words)


def show_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """One closure."""
    closure = queries.get(work, id)
    return page(
        work,
        "closures/show.html",
        bad=bad,
        steps=status_steps(CLOSURE, closure.status),
        moves=moves(
            work,
            CLOSURE,
            closure,
            f"/closures/{id}",
            obstacles={
                "attest": service.attest_obstacles,
                "clear_account": service.clear_account_obstacles,
            },
        ),
        cycle=CLOSURE,
        title=_("Closure %(n)s") % {"n": closure.reference},
        crumbs=[(_("Closures"), url("closures.index")), (closure.reference, None)],
        **queries.facts(work, closure),
    )


@router.get("/{id}", name="closures.show")
@allow("closure:view")
def show(work: W, id: int) -> Response:
    """One closure."""
    return show_page(work, id)


@router.post("/{id}/clear_account", name="closures.clear_account")
@allow("closure:clear_account")
@on_refusal(show_page)
def clear_account(work: W, id: int) -> Response:
    """Declare the account cleared."""
    service.clear_account(work, queries.get(work, id))
    return done(
        work, url("closures.show", id=id), _("The account is cleared: the authorising officer may sign.")
    )


@router.post("/{id}/attest", name="closures.attest")
@allow("closure:attest")
@on_refusal(show_page)
def attest(work: W, id: int) -> Response:
    """Sign the certificate."""
    service.attest(work, queries.get(work, id))
    return done(
        work, url("closures.show", id=id), _("The certificate is signed and the agreement is closed.")
    )


@router.get("/{id}/draft.pdf", name="closures.draft")
@allow("closure:view")
def draft(work: W, id: int) -> Response:
    """The certificate as it stands, « PROJET » until it is signed."""
    closure = queries.get(work, id)
    return pdf_response(work, closure_pdf(service.closure_facts(work, closure)), f"{closure.reference}.pdf")
