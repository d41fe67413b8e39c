"""One's own connections and password (A03)."""

from __future__ import annotations

from starlette.responses import Response

from portfolio.accounts import queries, service
from portfolio.accounts.forms import PasswordForm
from portfolio.accounts.routes.signing import router
from portfolio.kit.errors import Bad
from portfolio.kit.i18n import gettext as _
from portfolio.web.act import Raw, W, allow, on_refusal
from portfolio.web.render import done, page
from portfolio.web.urls import url
from portfolio.work import Work


def mine_page(work: Work, bad: Bad | None = None) -> Response:
    """My connections, my roles, my password."""
    facts = queries.facts(work, queries.person(work, work.actor.id))
    return page(
        work,
        "accounts/mine.html",
        title=_("My account"),
        bad=bad or Bad(status=200),
        sessions=queries.sessions_of(work),
        role_words=role_words(),
        **facts,
    )


def role_words() -> dict[str, str]:
    """Every role in words."""
    from portfolio.rulebook.permissions import ROLES

    return {role: _(words) for role, words in ROLES.items()}


@router.get("/mine", name="accounts.mine")
@allow.signed_in
def mine(work: W) -> Response:
    """My account."""
    return mine_page(work)


@router.post("/mine/password", name="accounts.password")
@allow.signed_in
@on_refusal(mine_page)
def password(work: W, raw: Raw) -> Response:
    """Change my password."""
    service.change_password(work, PasswordForm.read(raw))
    return done(work, url("accounts.mine"), _("The password is changed. Your other connections are ended."))


@router.post("/mine/connections/{id}/end", name="accounts.end_connection")
@allow.signed_in
@on_refusal(mine_page)
def end_connection(work: W, raw: Raw, id: int) -> Response:
    """End one of my connections."""
    service.end_other(work, id)
    return done(work, url("accounts.mine"), _("The connection is ended."))
