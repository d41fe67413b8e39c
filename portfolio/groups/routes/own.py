"""A group registers itself: an account for the person who writes, the group, and the right to apply in its name (public side)."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select
from starlette.responses import Response

from portfolio.accounts import service as accounts
from portfolio.accounts.models import Person
from portfolio.groups import service
from portfolio.groups.forms import SelfRegisterForm
from portfolio.groups.routes.records import choices
from portfolio.kit.errors import Bad, FieldError, Invalid, Refusal, Refused
from portfolio.kit.i18n import gettext as _
from portfolio.web.act import SESSION, Raw, W, allow, on_refusal, room
from portfolio.web.render import done, page
from portfolio.web.urls import known, url
from portfolio.work import Work

router = room("public")
AN_HOUR = 100
"""More accounts than this opened by visitors in an hour come from a machine (A05)."""


def register_page(work: Work, bad: Bad | None = None) -> Response:
    """The form of a group that comes by itself."""
    return page(
        work,
        "groups/own.html",
        bad=bad,
        title=_("Register your group"),
        crumbs=[(_("Calls for proposals"), url("public.calls")), (_("Register your group"), None)],
        **choices(work, bad),
    )


@router.get("/register", name="public.register")
@allow.public
def register_form(work: W) -> Response:
    """Anybody may register a group."""
    return register_page(work)


def _quiet_enough(work: Work) -> None:
    since = work.now - timedelta(hours=1)
    opened = (
        select(func.count())
        .select_from(Person)
        .where(Person.created_at > since, Person.created_by_id.is_(None))
    )
    if int(work.db.execute(opened).scalar_one()) >= AN_HOUR:
        raise Refused(
            Refusal(
                "too_many_accounts",
                _("Many accounts have just been opened."),
                _("Try again in an hour, or come to the counter: a group is registered there too."),
            )
        )


@router.post("/register", name="public.register_post")
@allow.public
@on_refusal(register_page)
def register(work: W, raw: Raw) -> Response:
    """Open the account, register the group, give the right to apply in its name, and sign in."""
    form = SelfRegisterForm.read(raw)
    errors = []
    if not form.account_email and not form.account_phone:
        errors.append(
            FieldError("account_email", _("Give an e-mail address or a telephone number to sign in with."))
        )
    if not form.consent:
        errors.append(
            FieldError(
                "consent", _("Tick the box: without the agreement of the group nothing can be recorded.")
            )
        )
    if not form.president:
        errors.append(FieldError("president", _("Give the name of the president of the group.")))
    if errors:
        raise Invalid(errors)
    _quiet_enough(work)
    # Who has no e-mail address signs in with the telephone number.
    login = form.account_email or form.account_phone or ""
    try:
        person = accounts.create_applicant(
            work, form.full_name, login, form.account_phone or "", form.password
        )
    except Invalid as bad:
        raise Invalid(
            [FieldError("account_email" if e.field == "email" else e.field, e.message) for e in bad.errors]
        ) from None
    group = service.register_own(work, form, person.id)
    accounts.grant_role(
        work, person, "applicant", scope_kind="group", scope_code=str(group.id), permission=None
    )
    token = accounts.open_session(work, person)
    target = url("own.index") if known("own.index") else url("public.calls")
    response = done(
        work, target, _("Your group is registered under the number %(code)s.") % {"code": group.code}
    )
    response.set_cookie(SESSION, token, secure=True, httponly=True, samesite="lax", path="/")
    return response
