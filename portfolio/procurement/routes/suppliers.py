"""The register of suppliers and the table of methods."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import Select, func, select
from starlette.responses import Response

from portfolio.kit.errors import Bad
from portfolio.kit.i18n import N_
from portfolio.kit.i18n import gettext as _
from portfolio.procurement import queries, service
from portfolio.procurement.forms import EndForm, ReasonForm, RuleForm, SupplierForm
from portfolio.procurement.models import PurchaseOrder, Supplier
from portfolio.procurement.reference import METHOD_WORDS
from portfolio.procurement.routes.door import router, typed, worded
from portfolio.web.act import Query, Raw, W, allow, on_refusal
from portfolio.web.filters import Choice, Search
from portfolio.web.listing import Column, Listing
from portfolio.web.render import done, page
from portfolio.web.timeline import timeline
from portfolio.web.urls import url
from portfolio.work import Work

S = Supplier


def _statement(work: Work) -> Select[Any]:
    ordered = (
        select(
            PurchaseOrder.supplier_id.label("supplier_id"),
            func.count().label("orders"),
            func.sum(PurchaseOrder.amount_minor).label("total"),
        )
        .group_by(PurchaseOrder.supplier_id)
        .subquery()
    )
    statement = select(
        S.id, S.name, S.code, S.country, S.address, S.tax_number, func.coalesce(ordered.c.orders, 0), func.coalesce(ordered.c.total, 0),
        S.blocked_reason,
    ).outerjoin(ordered, ordered.c.supplier_id == S.id)  # fmt: skip
    return cast(Select[Any], statement)


LISTING = Listing(
    name="suppliers",
    title=N_("Suppliers"),
    route="procurement.suppliers",
    id_column=S.id,
    statement=_statement,
    columns=(
        Column("name", N_("Name"), "link", sort=S.name, href="/procurement/suppliers/{id}"),
        Column("code", N_("Number"), sort=S.code),
        Column("country", N_("Country"), sort=S.country),
        Column("address", N_("Address")),
        Column("tax", N_("Tax number")),
        Column("orders", N_("Orders"), "number", total=True),
        Column("total", N_("Ordered"), "money", total=True),
        Column("blocked", N_("Excluded")),
    ),
    filters=(
        Choice(
            "country",
            N_("Country"),
            lambda work: [("ML", "Mali"), ("BF", "Burkina Faso"), ("NE", "Niger")],
            S.country,
        ),
        Search(S.folded),
    ),
    default_sort="name",
    new_url="/procurement/suppliers/new",
    new_label=N_("Register a supplier"),
    new_permission="supplier:edit",
    empty_title=N_("No supplier"),
    empty_text=N_("Register a supplier, or remove a filter."),
)


@router.get("/suppliers", name="procurement.suppliers")
@allow("procedure:view")
def suppliers(work: W, query: Query) -> Response:
    """The register."""
    crumbs = [(_("Purchases"), url("procurement.index")), (_("Suppliers"), None)]
    return LISTING.respond(work, query, crumbs=crumbs)


def _edit(work: Work, supplier: Supplier | None, bad: Bad | None) -> Response:
    crumbs = [
        (_("Purchases"), url("procurement.index")),
        (_("Suppliers"), url("procurement.suppliers")),
        (supplier.name if supplier else _("New"), None),
    ]
    title = supplier.name if supplier else _("Register a supplier")
    return page(
        work,
        "procurement/supplier_edit.html",
        bad=bad,
        title=title,
        crumbs=crumbs,
        supplier=supplier,
        **typed(work, bad),
    )


def new_supplier_page(work: Work, bad: Bad | None = None) -> Response:
    """A blank sheet."""
    return _edit(work, None, bad)


@router.get("/suppliers/new", name="procurement.supplier_new")
@allow("supplier:edit")
def supplier_new(work: W) -> Response:
    """A blank sheet."""
    return new_supplier_page(work)


@router.post("/suppliers/new", name="procurement.supplier_create")
@allow("supplier:edit")
@on_refusal(new_supplier_page)
def supplier_create(work: W, raw: Raw) -> Response:
    """Register a supplier."""
    made = service.register_supplier(work, SupplierForm.read(raw))
    return done(work, url("procurement.supplier", id=made.id), _("Supplier registered."))


def supplier_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """One supplier."""
    supplier = queries.supplier(work, id)
    facts = queries.supplier_facts(work, supplier)
    return page(
        work,
        "procurement/supplier.html",
        bad=bad,
        title=supplier.name,
        crumbs=[
            (_("Purchases"), url("procurement.index")),
            (_("Suppliers"), url("procurement.suppliers")),
            (supplier.name, None),
        ],
        events=timeline(work, supplier, *(a for a, _number in facts["accounts"])),
        **typed(work, bad),
        **facts,
    )


@router.get("/suppliers/{id:int}", name="procurement.supplier")
@allow("procedure:view")
def supplier_show(work: W, id: int) -> Response:
    """One supplier."""
    return supplier_page(work, id)


def supplier_edit_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """The sheet, to be corrected."""
    supplier = queries.supplier(work, id)
    work.require("supplier:edit", supplier)
    return _edit(work, supplier, bad)


@router.get("/suppliers/{id:int}/edit", name="procurement.supplier_edit_page")
@allow("supplier:edit")
def supplier_edit_get(work: W, id: int) -> Response:
    """The sheet, to be corrected."""
    return supplier_edit_page(work, id)


@router.post("/suppliers/{id:int}/edit", name="procurement.supplier_edit")
@allow("supplier:edit")
@on_refusal(supplier_edit_page)
def supplier_edit(work: W, raw: Raw, id: int) -> Response:
    """Correct a supplier."""
    service.edit_supplier(work, queries.supplier(work, id), SupplierForm.read(raw))
    return done(work, url("procurement.supplier", id=id), _("Supplier corrected."))


@router.post("/suppliers/{id:int}/block", name="procurement.supplier_block")
@allow("supplier:block")
@on_refusal(supplier_page)
def supplier_block(work: W, raw: Raw, id: int) -> Response:
    """Exclude a supplier."""
    service.block_supplier(work, queries.supplier(work, id), ReasonForm.read(raw))
    return done(work, url("procurement.supplier", id=id), _("Supplier excluded."))


@router.post("/suppliers/{id:int}/unblock", name="procurement.supplier_unblock")
@allow("supplier:block")
@on_refusal(supplier_page)
def supplier_unblock(work: W, raw: Raw, id: int) -> Response:
    """Lift the exclusion."""
    service.unblock_supplier(work, queries.supplier(work, id), ReasonForm.read(raw))
    return done(work, url("procurement.supplier", id=id), _("Exclusion lifted."))


def rules_page(work: Work, bad: Bad | None = None) -> Response:
    """The table of methods."""
    return page(
        work,
        "procurement/rules.html",
        bad=bad,
        title=_("Table of methods"),
        crumbs=[(_("Purchases"), url("procurement.index")), (_("Table of methods"), None)],
        **typed(work, bad),
        method_options=worded(METHOD_WORDS),
        **queries.rules_facts(work),
    )


@router.get("/rules", name="procurement.rules")
@allow("procedure:view")
def rules(work: W) -> Response:
    """The table of methods."""
    return rules_page(work)


@router.post("/rules", name="procurement.rule_add")
@allow("method_rule:edit")
@on_refusal(rules_page)
def rule_add(work: W, raw: Raw) -> Response:
    """Add a rule."""
    service.add_rule(work, RuleForm.read(raw))
    return done(work, url("procurement.rules"), _("Rule added."))


@router.post("/rules/{id:int}/end", name="procurement.rule_end")
@allow("method_rule:edit")
@on_refusal(rules_page)
def rule_end(work: W, raw: Raw, id: int) -> Response:
    """End a rule."""
    service.end_rule(work, queries.get_rule(work, id), EndForm.read(raw))
    return done(work, url("procurement.rules"), _("Rule ended."))
