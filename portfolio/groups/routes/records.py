"""Groups for staff: the list, registering at the counter, the record, its bureau and its accounts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, select
from starlette.responses import Response

from portfolio.groups import queries, service
from portfolio.groups.forms import (
    AccountForm,
    EditForm,
    OfficerForm,
    ReasonForm,
    RegisterForm,
    VerifyAccountForm,
    VerifyForm,
)
from portfolio.groups.models import CATEGORIES, Group, GroupAccount
from portfolio.groups.reference import legal_forms, providers
from portfolio.kit.errors import Bad, Invalid
from portfolio.kit.i18n import N_, pgettext
from portfolio.kit.i18n import gettext as _
from portfolio.places import queries as places
from portfolio.places.models import Place
from portfolio.rulebook.lifecycles.groups import GROUP, GROUP_ACCOUNT
from portfolio.web.act import Query, Raw, W, allow, on_refusal, room
from portfolio.web.filters import Choice, Search
from portfolio.web.listing import Column, Listing
from portfolio.web.render import done, moves, page, status_steps
from portfolio.web.urls import url
from portfolio.work import Work

router = room("groups")


def _statement(work: Work) -> Select[Any]:
    g = Group
    return (
        select(g.id, g.code, g.name, g.category, Place.name, g.country, g.women + g.men, g.women, g.status)
        .join(Place, Place.id == g.place_id)
        .where(work.within("group:view", g))
    )


def _statuses(_work: Work) -> list[tuple[str, str]]:
    return [(s.code, pgettext("group", s.label)) for s in GROUP.states]


def _categories(_work: Work) -> list[tuple[str, str]]:
    return [(c, queries.category_text(c)) for c in CATEGORIES]


def _countries(_work: Work) -> list[tuple[str, str]]:
    return [(c, places.country_name(c)) for c in places.COUNTRIES]


def _found(work: Work, value: str) -> ColumnElement[bool] | None:
    return queries.search_clause(work, value)


LISTING = Listing(
    name="groups",
    title=N_("Groups"),
    route="groups.index",
    id_column=Group.id,
    statement=_statement,
    columns=(
        Column("code", N_("Number"), "link", sort=Group.code, href="/groups/{id}"),
        Column("name", N_("Name"), sort=Group.name),
        Column("category", N_("Category"), "choice", words=queries.category_text),
        Column("place", N_("Commune")),
        Column("country", N_("Country"), "choice", sort=Group.country, words=places.country_name),
        Column("members", N_("Members"), "number", total=True),
        Column("women", N_("of whom women"), "number", total=True),
        Column("status", N_("Status"), "status", cycle=GROUP),
    ),
    filters=(
        Search(Group.folded, label=N_("Name, number, village, telephone, récépissé"), where=_found),
        Choice("status", N_("Status"), _statuses, Group.status),
        Choice("category", N_("Category"), _categories, Group.category),
        Choice("country", N_("Country"), _countries, Group.country),
    ),
    default_sort="-code",
    new_url="/groups/new",
    new_label=N_("Register a group"),
    new_permission="group:register",
    empty_title=N_("No group found"),
    empty_text=N_(
        "Try another spelling: names are searched by their sound. If the group is new, register it."
    ),
)


@router.get("", name="groups.index")
@allow("group:view")
def index(work: W, query: Query) -> Response:
    """Every group in scope; searched by sound, telephone and récépissé."""
    return LISTING.respond(work, query)


def typed(bad: Bad | None) -> dict[str, Any]:
    """`v(name, stored)` is what was typed or what is stored, `e(name)` the error beside the field: for templates of forms."""

    def value(name: str, stored: object = "") -> object:
        return bad.value(name, stored) if bad and bad.typed else stored

    def error(name: str) -> str | None:
        return bad.error(name) if bad else None

    return {"v": value, "e": error}


def choices(work: Work, bad: Bad | None, group: Group | None = None) -> dict[str, Any]:
    """What the form of a group offers: legal forms, categories, and the communes that bear the name typed."""
    wanted = str(bad.value("place") or "") if bad else ""
    found = places.search(work, wanted) if wanted and (bad and bad.error("place")) else []
    texts = places.path_texts(work, found)
    return {
        "legal_forms": sorted({f.form for f in legal_forms()}),
        "communes": [(p.id, texts[p.id]) for p in found[:20]],
        "place_now": places.path_text(work, work.db.get_one(Place, group.place_id)) if group else "",
        **queries.words(),
        **typed(bad),
    }


def new_page(work: Work, bad: Bad | None = None) -> Response:
    """The form at the counter; after a refusal, the three nearest groups with what the ledger knows of them."""
    near: list[queries.Near] = []
    if bad and any(r.code == "similar_group" for r in bad.refusals):
        near = _near(work, bad)
    return page(
        work,
        "groups/new.html",
        bad=bad,
        near=near,
        title=_("Register a group"),
        crumbs=[(_("Groups"), url("groups.index")), (_("Register a group"), None)],
        **choices(work, bad),
    )


def _near(work: Work, bad: Bad) -> list[queries.Near]:
    class Typed:
        def multi_items(self) -> list[tuple[str, Any]]:
            return list(bad.typed.items())

    try:
        form = RegisterForm.read(Typed())
    except Invalid:
        return []
    return queries.nearest(
        work,
        form.name,
        phones=[form.phone, form.president_phone, form.treasurer_phone],
        people=[form.president],
        registration=form.registration,
    )


@router.get("/new", name="groups.new")
@allow("group:register")
def new(work: W) -> Response:
    """A group comes to the counter."""
    return new_page(work)


@router.post("", name="groups.create")
@allow("group:register")
@on_refusal(new_page)
def create(work: W, raw: Raw) -> Response:
    """Register it, once the nearest groups were looked at."""
    group = service.register(work, RegisterForm.read(raw))
    return done(
        work, url("groups.show", id=group.id), _("Group registered: %(code)s.") % {"code": group.code}
    )


def show_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """The record of a group."""
    group = queries.get(work, id)
    facts = queries.facts(work, group)
    base = url("groups.show", id=id)
    return page(
        work,
        "groups/show.html",
        bad=bad,
        title=group.name,
        crumbs=[(_("Groups"), url("groups.index") if work.may("group:view") else None), (group.code, None)],
        moves=moves(
            work,
            GROUP,
            group,
            base,
            obstacles={"verify": service.verify_obstacles},
            pages={"verify": url("groups.verify_page", id=id)},
        ),
        steps=status_steps(GROUP, group.status),
        cycle=GROUP,
        account_cycle=GROUP_ACCOUNT,
        **facts,
    )


@router.get("/{id}", name="groups.show")
@allow("group:view", "own:view")
def show(work: W, id: int) -> Response:
    """One group: staff in their scope, an applicant its own."""
    return show_page(work, id)


def edit_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """What is known of a group, to be corrected."""
    group = work.fetch(Group, id, "group:edit")
    return page(
        work,
        "groups/edit.html",
        bad=bad,
        group=group,
        title=_("Correct the group"),
        crumbs=_crumbs(group, _("Correct the group")),
        **choices(work, bad, group),
    )


def _crumbs(group: Group, last: str) -> list[tuple[str, str | None]]:
    return [
        (_("Groups"), url("groups.index")),
        (group.code, url("groups.show", id=group.id)),
        (last, None),
    ]


@router.get("/{id}/edit", name="groups.edit")
@allow("group:edit")
def edit(work: W, id: int) -> Response:
    """The form of a group."""
    return edit_page(work, id)


@router.post("/{id}/edit", name="groups.save")
@allow("group:edit")
@on_refusal(edit_page)
def save(work: W, raw: Raw, id: int) -> Response:
    """Save the corrections."""
    group = work.fetch(Group, id, "group:edit")
    form = EditForm.read(raw)
    if form.place is None and form.place_id is None:
        form = form.model_copy(update={"place_id": group.place_id})
    service.edit(work, group, form)
    return done(work, url("groups.show", id=id), _("Group corrected."))


def officer_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """Who takes an office."""
    group = work.fetch(Group, id, "group:edit")
    return page(
        work,
        "groups/officer.html",
        bad=bad,
        group=group,
        bureau=queries.officers(work, group),
        title=_("Change the bureau"),
        crumbs=_crumbs(group, _("Change the bureau")),
        **typed(bad),
        **queries.words(),
    )


@router.get("/{id}/officers/new", name="groups.officer")
@allow("group:edit")
def officer(work: W, id: int) -> Response:
    """The form of an office holder."""
    return officer_page(work, id)


@router.post("/{id}/officers/new", name="groups.replace_officer")
@allow("group:edit")
@on_refusal(officer_page)
def replace_officer(work: W, raw: Raw, id: int) -> Response:
    """Put somebody in an office."""
    group = work.fetch(Group, id, "group:edit")
    service.replace_officer(work, group, OfficerForm.read(raw))
    return done(work, url("groups.show", id=id), _("The bureau is up to date."))


def account_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """Where the group wants to be paid."""
    group = work.fetch(Group, id, "group_account:propose")
    return page(
        work,
        "groups/account.html",
        bad=bad,
        group=group,
        operators=providers(group.country),
        title=_("Propose an account"),
        crumbs=_crumbs(group, _("Propose an account")),
        **typed(bad),
        **queries.words(),
    )


@router.get("/{id}/accounts/new", name="groups.account")
@allow("group_account:propose")
def account(work: W, id: int) -> Response:
    """The form of an account."""
    return account_page(work, id)


@router.post("/{id}/accounts/new", name="groups.propose_account")
@allow("group_account:propose")
@on_refusal(account_page)
def propose_account(work: W, raw: Raw, id: int) -> Response:
    """Record it; it waits for a second person."""
    group = work.fetch(Group, id, "group_account:propose")
    service.propose_account(work, group, AccountForm.read(raw))
    return done(work, url("groups.show", id=id), _("Account recorded: a second person must verify it."))


def verify_account_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """The account as proposed, its warnings, and the number to be typed again."""
    account = queries.get_account(work, id)
    group = queries.get(work, account.group_id)
    work.require("group_account:verify", group)
    facts = queries.facts(work, group)
    payee = next(p for p in facts["payees"] if p.account.id == id)
    return page(
        work,
        "groups/verify_account.html",
        bad=bad,
        payee=payee,
        moves=moves(
            work,
            GROUP_ACCOUNT,
            account,
            f"/groups/accounts/{id}",
            permission_on=group,
            leave_out=("verify",),
        ),
        account_cycle=GROUP_ACCOUNT,
        may_verify=account.status == "proposed",
        same=account.created_by_id == work.actor.id,
        title=_("Verify an account"),
        crumbs=_crumbs(group, _("Verify an account")),
        **typed(bad),
        **facts,
    )


@router.get("/accounts/{id}", name="groups.verify_account_page")
@allow("group_account:verify")
def verify_account_form(work: W, id: int) -> Response:
    """The page of a second person."""
    return verify_account_page(work, id)


@router.post("/accounts/{id}/verify", name="groups.verify_account")
@allow("group_account:verify")
@on_refusal(verify_account_page)
def verify_account(work: W, raw: Raw, id: int) -> Response:
    """Confirm the account."""
    account = queries.get_account(work, id)
    service.verify_account(work, account, VerifyAccountForm.read(raw))
    return done(work, url("groups.show", id=account.group_id), _("Account verified."))


@router.post("/accounts/{id}/retire", name="groups.retire_account")
@allow("group_account:verify")
@on_refusal(verify_account_page)
def retire_account(work: W, raw: Raw, id: int) -> Response:
    """Take an account out of use."""
    account: GroupAccount = queries.get_account(work, id)
    service.retire_account(work, account, ReasonForm.read(raw).reason)
    return done(work, url("groups.show", id=account.group_id), _("Account retired."))


def verify_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """The checklist."""
    group = work.fetch(Group, id, "group:verify")
    return page(
        work,
        "groups/verify.html",
        bad=bad,
        title=_("Verify the group"),
        crumbs=_crumbs(group, _("Verify the group")),
        **typed(bad),
        lacking=list(service.verify_obstacles(work, group)),
        **queries.facts(work, group),
    )


@router.get("/{id}/verify", name="groups.verify_page")
@allow("group:verify")
def verify_form(work: W, id: int) -> Response:
    """What must have been seen."""
    return verify_page(work, id)


@router.post("/{id}/verify", name="groups.verify")
@allow("group:verify")
@on_refusal(verify_page)
def verify(work: W, raw: Raw, id: int) -> Response:
    """Mark as verified."""
    group = work.fetch(Group, id, "group:verify")
    service.verify(work, group, VerifyForm.read(raw))
    return done(work, url("groups.show", id=id), _("Group verified."))


@router.post("/{id}/block", name="groups.block")
@allow("group:block")
@on_refusal(show_page)
def block(work: W, raw: Raw, id: int) -> Response:
    """Set aside with a reason."""
    service.block(work, queries.get(work, id), ReasonForm.read(raw).reason)
    return done(work, url("groups.show", id=id), _("Group blocked."), "warn")


@router.post("/{id}/lift", name="groups.lift")
@allow("group:lift")
@on_refusal(show_page)
def lift(work: W, raw: Raw, id: int) -> Response:
    """Let it go again, by another person."""
    service.lift(work, queries.get(work, id), ReasonForm.read(raw).reason)
    return done(work, url("groups.show", id=id), _("The block is lifted: verify the group again."))


__all__ = ["choices", "router", "typed"]
