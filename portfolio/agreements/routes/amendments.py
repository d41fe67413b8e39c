"""Amendments: prepared on a copy, submitted, approved, signed."""

from __future__ import annotations

from datetime import date

from starlette.responses import Response

from portfolio.agreements import queries, service
from portfolio.agreements.forms import AmendmentForm, AmendmentSignatureForm, ReasonForm
from portfolio.agreements.pdf import amendment_pdf
from portfolio.agreements.reference import AMENDMENT_NOTES, AMENDMENT_WORDS
from portfolio.agreements.routes.records import account_options, choices, router
from portfolio.documents import queries as documents
from portfolio.documents.service import ACCEPT
from portfolio.kit.errors import Bad
from portfolio.kit.i18n import gettext as _
from portfolio.kit.i18n import speaking
from portfolio.rulebook.lifecycles.agreements import AMENDMENT
from portfolio.web.act import Query, Raw, W, allow, on_refusal
from portfolio.web.render import done, moves, page, pdf_response, status_steps
from portfolio.web.urls import url
from portfolio.work import Work


def new_page(work: Work, id: int, kind: str = "", bad: Bad | None = None) -> Response:
    """The form of one type of amendment; without a type, the choice of it."""
    agreement = queries.get(work, id)
    typed = str(bad.value("kind", kind)) if bad else kind
    chosen = typed if typed in AMENDMENT_WORDS else ""
    return page(
        work,
        "agreements/amend.html",
        bad=bad,
        title=_("Prepare an amendment"),
        crumbs=[
            (_("Grant agreements"), url("agreements.index")),
            (agreement.reference, url("agreements.show", id=id)),
        ],
        agreement=agreement,
        kind=chosen,
        lines=queries.lines(work, agreement),
        tranches=queries.tranches(work, agreement),
        conditions=service.condition_rows(work, agreement) if chosen == "schedule" else [],
        officers=queries.officers(work, agreement.group_id),
        results=queries.results_of(work, agreement),
        settlement=queries.settlement(work, agreement) if chosen == "termination" else None,
        tolerance=queries.tolerance(work, agreement),
        notes=AMENDMENT_NOTES,
        account_options=account_options(queries.accounts(work, agreement.group_id)),
        **choices(),
    )


@router.get("/{id:int}/amendments/new", name="agreements.new_amendment")
@allow("amendment:prepare")
def new_amendment(work: W, query: Query, id: int) -> Response:
    """Prepare an amendment."""
    return new_page(work, id, query.get("kind", ""))


@router.post("/{id:int}/amendments", name="agreements.create_amendment")
@allow("amendment:prepare")
@on_refusal(new_page)
def create_amendment(work: W, raw: Raw, id: int) -> Response:
    """Store it, on a copy."""
    amendment = service.prepare_amendment(work, queries.get(work, id), AmendmentForm.read(raw))
    return done(work, url("agreements.amendment", number=amendment.id), _("Amendment prepared."))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def amendment_page(work: Work, number: int, bad: Bad | None = None) -> Response:
    """One amendment: before and after, both sums."""
    amendment = queries.amendment(work, number)
    facts = queries.amendment_page(work, amendment)
    actions = moves(
        work,
        AMENDMENT,
        amendment,
        url("agreements.amendment", number=number),
        obstacles={
            "approve": service.approve_obstacles,
            "accept": service.accept_obstacles,
            "sign": service.sign_obstacles,
        },
        pages={"sign": "#sign"},
        leave_out=("approve",) if amendment.kind == "virement_within" else ("accept",),
    )
    return page(
        work,
        "agreements/amendment.html",
        bad=bad,
        title=_("Amendment no. %(number)d: %(kind)s")
        % {"number": amendment.number, "kind": _(AMENDMENT_WORDS[amendment.kind])},
        crumbs=[
            (_("Grant agreements"), url("agreements.index")),
            (facts["agreement"].reference, url("agreements.show", id=amendment.agreement_id)),
        ],
        steps=status_steps(AMENDMENT, amendment.status),
        moves=[m for m in actions if m.verb != "sign" or m.blocked or not m.allowed],
        day=_day,
        old_end=_day(amendment.changes["before"].get("ends_on")),
        new_end=_day(amendment.changes["after"].get("ends_on")),
        until=_day(amendment.changes["after"].get("until_on")),
        accept=ACCEPT,
        condition_text=queries.condition_words,
        may_sign=any(m.verb == "sign" and m.allowed and not m.blocked for m in actions),
        **facts,
        **choices(),
    )


@router.get("/amendments/{number:int}", name="agreements.amendment")
@allow("agreement:view")
def show_amendment(work: W, number: int) -> Response:
    """One amendment."""
    return amendment_page(work, number)


def _done(work: Work, number: int, message: str) -> Response:
    return done(work, url("agreements.amendment", number=number), message)


@router.post("/amendments/{number:int}/submit", name="agreements.submit_amendment")
@allow("amendment:prepare")
@on_refusal(amendment_page)
def submit(work: W, number: int) -> Response:
    """Hand it in."""
    service.submit_amendment(work, queries.amendment(work, number))
    return _done(work, number, _("Amendment submitted."))


@router.post("/amendments/{number:int}/approve", name="agreements.approve_amendment")
@allow("amendment:approve")
@on_refusal(amendment_page)
def approve(work: W, number: int) -> Response:
    """Approve it."""
    service.approve_amendment(work, queries.amendment(work, number))
    return _done(work, number, _("Amendment approved."))


@router.post("/amendments/{number:int}/accept", name="agreements.accept_amendment")
@allow("amendment:approve")
@on_refusal(amendment_page)
def accept(work: W, number: int) -> Response:
    """Accept a transfer within the tolerance."""
    service.accept_amendment(work, queries.amendment(work, number))
    return _done(work, number, _("Transfer accepted: the budget is changed."))


@router.post("/amendments/{number:int}/reject", name="agreements.reject_amendment")
@allow("amendment:approve")
@on_refusal(amendment_page)
def reject(work: W, raw: Raw, number: int) -> Response:
    """Refuse it."""
    service.reject_amendment(work, queries.amendment(work, number), ReasonForm.read(raw).reason)
    return _done(work, number, _("Amendment refused."))


@router.post("/amendments/{number:int}/sign", name="agreements.sign_amendment")
@allow("agreement:countersign")
@on_refusal(amendment_page)
def sign(work: W, raw: Raw, number: int) -> Response:
    """Sign and merge it."""
    service.sign_amendment(work, queries.amendment(work, number), AmendmentSignatureForm.read(raw))
    return _done(work, number, _("Amendment signed: the agreement is changed."))


@router.get("/amendments/{number:int}/paper", name="agreements.amendment_paper")
@allow("agreement:view")
def paper(work: W, number: int) -> Response:
    """The avenant; « PROJET » until signed."""
    amendment = queries.amendment(work, number)
    facts = queries.amendment_page(work, amendment)
    issued = documents.last_edition(work, amendment.reference)
    if issued is not None:
        return pdf_response(work, documents.bytes_of(work, issued), f"{amendment.reference}.pdf")
    with speaking("fr"):
        drawn = amendment_pdf(
            {**queries.amendment_facts(work, facts["agreement"], amendment), "reference": amendment.reference}
        )
    return pdf_response(work, drawn, f"{amendment.reference}-projet.pdf")
