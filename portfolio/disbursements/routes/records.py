"""The list, the request, the page of a payment, its papers."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from portfolio.agreements import queries as agreements
from portfolio.agreements.models import Agreement
from portfolio.agreements.reference import MODALITY_WORDS, TO_SUPPLIER
from portfolio.disbursements import queries, service
from portfolio.disbursements.forms import RequestForm
from portfolio.disbursements.pdf import liquidation_pdf, order_pdf, receipt_pdf, request_pdf
from portfolio.disbursements.routes.listing import LISTING
from portfolio.documents import queries as documents
from portfolio.kit.errors import Bad, NotFound
from portfolio.kit.i18n import gettext as _
from portfolio.kit.i18n import speaking
from portfolio.kit.text import last4
from portfolio.rulebook.lifecycles.disbursements import DISBURSEMENT
from portfolio.web.act import Query, Raw, W, allow, on_refusal, room
from portfolio.web.render import done, moves, page, pdf_response, status_steps
from portfolio.web.urls import url
from portfolio.work import Work

router = room("disbursements")


@router.get("", name="disbursements.index")
@allow("disbursement:view")
def index(work: W, query: Query) -> Response:
    """The list, with its queues above."""
    return LISTING.respond(work, query, queues=queries.queues(work))


def request_page(work: Work, tranche: int, bad: Bad | None = None) -> Response:
    """The request of one tranche: what blocks it, or the form."""
    found = agreements.tranche(work, tranche)
    agreement = work.db.get_one(Agreement, found.agreement_id)
    suppliers = queries.received_from(work, found) if found.modality in TO_SUPPLIER else []
    return page(
        work,
        "disbursements/new.html",
        bad=bad,
        title=_("Request tranche %(number)d") % {"number": found.number},
        crumbs=[
            (_("Grant agreements"), url("agreements.index")),
            (agreement.reference, url("agreements.show", id=agreement.id)),
        ],
        tranche=found,
        agreement=agreement,
        blockers=list(service.request_obstacles(work, found)),
        conditions=[
            (c, agreements.words(c, found.number), met)
            for c, met in agreements.met_conditions(work, agreement, found)
        ],
        accounts=[
            (str(a.id), f"{a.provider} {last4(a.number)}") for a in agreements.accounts(work, found.group_id)
        ],
        to_supplier=found.modality in TO_SUPPLIER,
        most_minor=queries.most_minor(work, found),
        suppliers=[(str(s.id), s.name) for s in suppliers],
        supplier_accounts=[
            (str(a.id), f"{s.name} · {a.provider} {last4(a.number)}")
            for s, a in queries.supplier_accounts(work, suppliers)
        ],
        modality=_(MODALITY_WORDS[found.modality]),
    )


@router.get("/new", name="disbursements.new")
@allow("disbursement:request")
def new(work: W, query: Query) -> Response:
    """Request a tranche."""
    number = query.get("tranche", "")
    if not number.isdigit():
        raise NotFound
    return request_page(work, int(number))


@router.post("/new/{tranche:int}", name="disbursements.request")
@allow("disbursement:request")
@on_refusal(request_page)
def request(work: W, raw: Raw, tranche: int) -> Response:
    """Store the request."""
    found = service.request(work, agreements.tranche(work, tranche), RequestForm.read(raw))
    return done(work, url("disbursements.show", id=found.id), _("Payment requested."))


def show_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """The page of one payment."""
    d = queries.get(work, id)
    obstacles = {
        "liquidate": service.liquidate_obstacles,
        "visa": service.visa_obstacles,
        "order": service.order_obstacles,
        "send": service.send_obstacles,
        "pay": service.pay_obstacles,
        "requisition": service.requisition_obstacles,
    }
    forms = {verb: f"#{verb}" for verb in ("visa", "order", "send", "pay", "fail", "reject", "requisition")}
    actions = moves(work, DISBURSEMENT, d, url("disbursements.show", id=id), obstacles=obstacles, pages=forms)
    facts: dict[str, Any] = queries.facts(work, d)
    acting = {m.verb for m in actions if m.allowed and not m.blocked}
    if acting & {"send", "pay"}:
        facts |= queries.pay_facts(work, d)
    if work.may("disbursement:request", d):
        facts["accounts"] = queries.other_accounts(work, d)
    treasuries = facts.get("treasuries", [])
    return page(
        work,
        "disbursements/show.html",
        bad=bad,
        title=d.reference,
        crumbs=[
            (_("Payments"), url("disbursements.index")),
            (facts["agreement"].reference, url("agreements.show", id=d.agreement_id)),
            (d.reference, None),
        ],
        bar=status_steps(DISBURSEMENT, d.status),
        moves=[m for m in actions if not (m.verb in forms and not m.blocked)],
        acting=acting,
        cycle=DISBURSEMENT,
        modality=_(MODALITY_WORDS[d.modality]),
        documents=documents.shown(work, d),
        treasury_options=[(str(t.id), t.label) for t in treasuries],
        **{"treasuries": [], "accounts": [], **facts},
    )


@router.get("/{id:int}", name="disbursements.show")
@allow("disbursement:view")
def show(work: W, id: int) -> Response:
    """One payment."""
    return show_page(work, id)


PAPERS = {
    "request": (queries.request_facts, request_pdf, "-DD"),
    "liquidation": (queries.liquidation_facts, liquidation_pdf, "-FL"),
    "order": (queries.order_facts, order_pdf, ""),
    "receipt": (queries.receipt_facts, receipt_pdf, "-R"),
}


@router.get("/{id:int}/papers/{kind}", name="disbursements.paper")
@allow("disbursement:view")
def paper(work: W, id: int, kind: str) -> Response:
    """A paper of the payment as it stands; the issued edition when there is one."""
    d = queries.get(work, id)
    if kind not in PAPERS:
        raise NotFound
    facts_of, draw, suffix = PAPERS[kind]
    reference = f"{d.reference}{suffix}"
    issued = (
        documents.paper(work, "payment_receipt", d)
        if kind == "receipt"
        else documents.last_edition(work, reference)
    )
    if issued is not None and d.status not in ("requested",):
        return pdf_response(work, documents.bytes_of(work, issued), f"{issued.reference}.pdf")
    with speaking("fr"):
        content = draw({**facts_of(work, d), "reference": reference, "draft": kind != "request"})
    return pdf_response(work, content, f"{reference}.pdf")
