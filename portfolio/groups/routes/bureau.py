"""The bureau of a group, its accounts, and its verification by a second person."""

from __future__ import annotations

from starlette.responses import Response

from portfolio.groups import queries, service
from portfolio.groups.forms import AccountForm, OfficerForm, ReasonForm, VerifyAccountForm, VerifyForm
from portfolio.groups.models import Group, GroupAccount
from portfolio.groups.reference import providers
from portfolio.groups.routes.records import crumbs, typed
from portfolio.kit.errors import Bad
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.lifecycles.groups import GROUP_ACCOUNT
from portfolio.web.act import Raw, W, allow, on_refusal, room
from portfolio.web.render import done, moves, page
from portfolio.web.urls import url
from portfolio.work import Work

router = room("groups")


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
        crumbs=crumbs(group, _("Change the bureau")),
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
        crumbs=crumbs(group, _("Propose an account")),
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
        crumbs=crumbs(group, _("Verify an account")),
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
        crumbs=crumbs(group, _("Verify the group")),
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
