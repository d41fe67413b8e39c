"""The list, the alerts, the need, the suppliers invited, the demand."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import Select, select
from starlette.responses import Response

from portfolio.agreements import queries as agreements
from portfolio.agreements.models import Agreement
from portfolio.groups.models import Group
from portfolio.kit.errors import Bad
from portfolio.kit.i18n import N_, pgettext
from portfolio.kit.i18n import gettext as _
from portfolio.kit.money import amount
from portfolio.procurement import queries, service
from portfolio.procurement.forms import AskForm, InviteForm, NeedForm, ReasonForm
from portfolio.procurement.models import Procedure
from portfolio.procurement.reference import BUYER_WORDS, METHOD_WORDS
from portfolio.procurement.routes.door import router, show_page, typed
from portfolio.rulebook.lifecycles.procurement import PROCEDURE
from portfolio.web.act import Query, Raw, W, allow, on_refusal
from portfolio.web.filters import Choice, Search
from portfolio.web.listing import Column, Listing
from portfolio.web.render import done, page
from portfolio.web.urls import url
from portfolio.work import Work

P = Procedure
KEEPERS = ("procedure:manage", "procedure:manage_group")


def _statement(work: Work) -> Select[Any]:
    columns = (
        P.id, P.reference, P.object, Agreement.reference, Group.name, P.buyer, P.method, P.estimate_minor, P.contract_minor,
        P.created_at, P.status,
    )  # fmt: skip
    statement = (
        select(*columns)
        .join(Agreement, Agreement.id == P.agreement_id)
        .join(Group, Group.id == P.group_id)
        .where(P.id.in_(queries.visible(work).with_only_columns(P.id)))
    )
    return cast(Select[Any], statement)


LISTING = Listing(
    name="procurement",
    title=N_("Purchases"),
    route="procurement.index",
    id_column=P.id,
    statement=_statement,
    columns=(
        Column("reference", N_("Number"), "link", sort=P.reference, href="/procurement/{id}"),
        Column("object", N_("Object"), sort=P.object),
        Column("agreement", N_("Agreement")),
        Column("group", N_("Grantee")),
        Column("buyer", N_("Buyer"), "choice", words=lambda code: _(BUYER_WORDS[code])),
        Column("method", N_("Purchase method"), "choice", words=lambda code: _(METHOD_WORDS.get(code, code))),
        Column("estimate", N_("Estimate"), "money", sort=P.estimate_minor, total=True),
        Column("contract", N_("Ordered"), "money", total=True),
        Column("created", N_("Opened on"), "moment", sort=P.created_at),
        Column("status", N_("Status"), "status", cycle=PROCEDURE),
    ),
    filters=(
        Choice(
            "status",
            N_("Status"),
            lambda work: [(s.code, pgettext("procedure", s.label)) for s in PROCEDURE.states],
            P.status,
        ),
        Choice("buyer", N_("Buyer"), lambda work: [(c, _(w)) for c, w in BUYER_WORDS.items()], P.buyer),
        Choice(
            "country",
            N_("Country"),
            lambda work: [("ML", "Mali"), ("BF", "Burkina Faso"), ("NE", "Niger")],
            P.country,
        ),
        Search(P.folded),
    ),
    default_sort="-created",
    new_url="/procurement/new",
    new_label=N_("Open a purchase file"),
    new_permission="procedure:manage",
    empty_title=N_("No purchase"),
    empty_text=N_("A purchase file is opened from an agreement in execution, or with the button above."),
    template="procurement/index.html",
)


@router.get("", name="procurement.index")
@allow("procedure:view")
def index(work: W, query: Query) -> Response:
    """The list, with the alerts of splitting above it."""
    if query.get("format") or work.origin.htmx:
        return LISTING.respond(work, query)
    return LISTING.respond(
        work,
        query,
        splits=queries.splits(work),
        to_declare=queries.to_declare(work),
        keeper=work.may(KEEPERS[1]),
    )


@router.get("/alerts", name="procurement.alerts")
@allow("procedure:view")
def alerts(work: W) -> Response:
    """Every alert of splitting, with its orders."""
    crumbs = [(_("Purchases"), url("procurement.index")), (_("Alerts"), None)]
    return page(
        work,
        "procurement/alerts.html",
        title=_("Possible splitting"),
        crumbs=crumbs,
        splits=queries.splits(work),
    )


def new_page(work: Work, query: Query, bad: Bad | None = None) -> Response:
    """The page where a need is written, for the agreement of the address."""
    wanted = query.get("agreement") or (bad.value("agreement") if bad else "")
    number = int(str(wanted)) if str(wanted).isdigit() and len(str(wanted)) < 18 else 0
    agreement = agreements.get(work, number) if number else None
    return _need(work, agreement, None, bad)


def _need(work: Work, agreement: Agreement | None, procedure: Procedure | None, bad: Bad | None) -> Response:
    crumbs: list[tuple[str, str | None]] = [(_("Purchases"), url("procurement.index"))]
    crumbs.append(
        (procedure.reference, url("procurement.show", id=procedure.id)) if procedure else (_("New"), None)
    )
    title = _("Correct the need") if procedure else _("Open a purchase file")
    facts = queries.need_facts(work, agreement, procedure)
    tranches = [(t.id, f"T{t.number} · {amount(t.amount_minor)}") for t in facts["tranches"]]
    facts |= {
        "agreement_options": [(a.id, f"{a.reference} · {a.title}") for a in facts["agreements"]],
        "buyer_options": [(b, _(BUYER_WORDS[b])) for b in facts["buyers"]],
        "tranche_options": [("", _("None")), *tranches],
        "row_count": max(8, len(facts["lines"]) + 3, _rows(bad)),
    }
    return page(
        work, "procurement/need.html", bad=bad, title=title, crumbs=crumbs, **typed(work, bad), **facts
    )


def _rows(bad: Bad | None) -> int:
    """As many rows as were sent, so that none is lost."""
    sent = [
        int(n.split("-")[1])
        for n in (bad.typed if bad else ())
        if n.startswith("lines-") and n.count("-") == 2
    ]
    return min(200, max(sent, default=-1) + 1)


@router.get("/new", name="procurement.new")
@allow(*KEEPERS)
def new(work: W, query: Query) -> Response:
    """A new need."""
    return new_page(work, query)


@router.post("/new", name="procurement.create")
@allow(*KEEPERS)
@on_refusal(new_page)
def create(work: W, raw: Raw, query: Query) -> Response:
    """Open the file: the method follows from the table."""
    wanted = str(query.get("agreement") or "")
    agreement = agreements.get(work, int(wanted) if wanted.isdigit() and len(wanted) < 18 else 0)
    made = service.create(work, agreement, NeedForm.read(raw))
    return done(work, url("procurement.show", id=made.id), _("Purchase file opened."))


def edit_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """The need, to be corrected."""
    procedure = queries.get(work, id)
    return _need(work, work.db.get_one(Agreement, procedure.agreement_id), procedure, bad)


@router.get("/{id:int}/edit", name="procurement.edit_page")
@allow(*KEEPERS)
def edit_get(work: W, id: int) -> Response:
    """The need, to be corrected."""
    return edit_page(work, id)


@router.post("/{id:int}/edit", name="procurement.edit")
@allow(*KEEPERS)
@on_refusal(edit_page)
def edit(work: W, raw: Raw, id: int) -> Response:
    """Correct the need before quotations are asked."""
    service.edit(work, queries.get(work, id), NeedForm.read(raw))
    return done(work, url("procurement.show", id=id), _("Need corrected."))


@router.get("/{id:int}", name="procurement.show")
@allow("procedure:view")
def show(work: W, id: int) -> Response:
    """One purchase."""
    return show_page(work, id)


@router.post("/{id:int}/invite", name="procurement.invite")
@allow(*KEEPERS)
@on_refusal(show_page)
def invite(work: W, raw: Raw, id: int) -> Response:
    """Invite a supplier."""
    service.invite(work, queries.get(work, id), InviteForm.read(raw))
    return done(work, f"{url('procurement.show', id=id)}#bids", _("Supplier invited."))


@router.post("/{id:int}/bids/{bid:int}/withdraw", name="procurement.withdraw")
@allow(*KEEPERS)
@on_refusal(show_page)
def withdraw(work: W, id: int, bid: int) -> Response:
    """Take a supplier off the list."""
    procedure = queries.get(work, id)
    service.withdraw_invitation(work, queries.quotation(work, procedure, bid))
    return done(work, f"{url('procurement.show', id=id)}#bids", _("Supplier taken off the list."))


@router.post("/{id:int}/ask", name="procurement.ask")
@allow("procedure:manage")
@on_refusal(show_page)
def ask(work: W, raw: Raw, id: int) -> Response:
    """Send the demand for quotations."""
    service.ask(work, queries.get(work, id), AskForm.read(raw))
    return done(work, url("procurement.show", id=id), _("Quotations asked."))


@router.post("/{id:int}/collect", name="procurement.collect")
@allow("procedure:manage_group")
@on_refusal(show_page)
def collect(work: W, id: int) -> Response:
    """The group asks for its pro formas."""
    service.collect(work, queries.get(work, id))
    return done(work, url("procurement.show", id=id), _("Pro formas asked."))


@router.post("/{id:int}/declare_fruitless", name="procurement.declare_fruitless")
@allow("procedure:decide")
@on_refusal(show_page)
def declare_fruitless(work: W, raw: Raw, id: int) -> Response:
    """Declare the purchase fruitless, with the reason."""
    service.declare_fruitless(work, queries.get(work, id), ReasonForm.read(raw).reason)
    return done(work, url("procurement.show", id=id), _("Purchase declared fruitless."))


@router.post("/{id:int}/abandon", name="procurement.abandon")
@allow("procedure:manage_group")
@on_refusal(show_page)
def abandon(work: W, raw: Raw, id: int) -> Response:
    """The group gives up, with the reason."""
    service.abandon(work, queries.get(work, id), ReasonForm.read(raw).reason)
    return done(work, url("procurement.show", id=id), _("Purchase given up."))


@router.post("/{id:int}/relaunch", name="procurement.relaunch")
@allow(*KEEPERS)
@on_refusal(show_page)
def relaunch(work: W, id: int) -> Response:
    """Start a fruitless purchase again in a new file."""
    made = service.relaunch(work, queries.get(work, id))
    return done(work, url("procurement.show", id=made.id), _("Purchase started again."))
