"""États de rapprochement: what can be prepared, what waits for a second person, what was controlled."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from starlette.responses import Response

from portfolio.documents import queries as documents
from portfolio.kit.errors import Bad, Refusal
from portfolio.kit.i18n import gettext as _
from portfolio.payments import queries, service
from portfolio.payments.forms import ReasonForm, ReconcileForm
from portfolio.payments.models import Reconciliation
from portfolio.payments.pdf import reconciliation_pdf
from portfolio.payments.routes.records import router
from portfolio.rulebook.lifecycles.payments import RECONCILIATION
from portfolio.web.act import Raw, W, allow, on_refusal
from portfolio.web.render import done, moves, page, pdf_response
from portfolio.web.urls import url
from portfolio.work import Work


def index_page(work: Work, bad: Bad | None = None) -> Response:
    """The last reconciliations, and what can be prepared."""
    return page(
        work,
        "payments/reconciliations.html",
        bad=bad or Bad(status=200),
        title=_("Reconciliations"),
        crumbs=[(_("Statements received"), url("payments.statements")), (_("Reconciliations"), None)],
        rows=queries.reconciliations(work),
        sources=queries.sources(work),
        cycle=RECONCILIATION,
    )


@router.get("/reconciliations", name="payments.reconciliations")
@allow("reconciliation:view")
def index(work: W) -> Response:
    """The page."""
    return index_page(work)


@router.post("/reconciliations", name="payments.prepare_reconciliation")
@allow("reconciliation:prepare")
@on_refusal(index_page)
def prepare(work: W, raw: Raw) -> Response:
    """Prepare one."""
    made = service.prepare_reconciliation(work, ReconcileForm.read(raw))
    return done(
        work,
        url("payments.reconciliation", id=made.id),
        _("Reconciliation prepared: a second person must control it."),
    )


def show_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """One reconciliation: books, statement, what stands between them, age by age."""
    found = queries.get_reconciliation(work, id)
    return page(
        work,
        "payments/reconciliation.html",
        bad=bad or Bad(status=200),
        r=found,
        facts=queries.reconciliation_facts(work, found),
        rows=[{**item, "on": date.fromisoformat(item["on"])} for item in found.items],
        moves=moves(
            work,
            RECONCILIATION,
            found,
            f"/payments/reconciliations/{id}",
            obstacles={"control": _obstacles},
        ),
        cycle=RECONCILIATION,
        documents=documents.shown(work, found),
        title=_("Reconciliation %(n)s") % {"n": found.reference},
        crumbs=[(_("Reconciliations"), url("payments.reconciliations")), (found.reference, None)],
    )


def _obstacles(work: Work, found: Reconciliation) -> Iterator[Refusal]:
    if found.status == "prepared":
        yield from service.control_obstacles(work, found)


@router.get("/reconciliations/{id:int}", name="payments.reconciliation")
@allow("reconciliation:view")
def show(work: W, id: int) -> Response:
    """One reconciliation."""
    return show_page(work, id)


@router.post("/reconciliations/{id:int}/control", name="payments.control_reconciliation")
@allow("reconciliation:control")
@on_refusal(show_page)
def control(work: W, id: int) -> Response:
    """Control it."""
    service.control_reconciliation(work, queries.get_reconciliation(work, id))
    return done(
        work, url("payments.reconciliation", id=id), _("The account is reconciled: the paper is issued.")
    )


@router.post("/reconciliations/{id:int}/withdraw", name="payments.withdraw_reconciliation")
@allow("reconciliation:prepare")
@on_refusal(show_page)
def withdraw(work: W, raw: Raw, id: int) -> Response:
    """Withdraw it."""
    service.withdraw_reconciliation(work, queries.get_reconciliation(work, id), ReasonForm.read(raw).reason)
    return done(work, url("payments.reconciliation", id=id), _("Reconciliation withdrawn."), "warn")


@router.get("/reconciliations/{id:int}/draft.pdf", name="payments.draft_reconciliation")
@allow("reconciliation:view")
def draft(work: W, id: int) -> Response:
    """As it stands, « PROJET » until a second person controls it."""
    found = queries.get_reconciliation(work, id)
    facts = documents.marked("reconciliation", found.reference, queries.reconciliation_facts(work, found))
    return pdf_response(work, reconciliation_pdf(facts), f"{found.reference}.pdf")
