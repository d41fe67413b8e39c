"""Signing in and out, the language, saved views."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from starlette.responses import RedirectResponse, Response

from portfolio.accounts import service
from portfolio.accounts.forms import SignInForm, ViewForm
from portfolio.kit.errors import Bad, NotFound
from portfolio.kit.i18n import LOCALES
from portfolio.kit.i18n import gettext as _
from portfolio.web import csrf
from portfolio.web.act import SESSION, Query, Raw, W, allow, on_refusal, room, unkeyed
from portfolio.web.render import LANGUAGE, done, new_key, page
from portfolio.web.urls import safe_next, url
from portfolio.work import Work

router = room("accounts")


def sign_in_page(work: Work, bad: Bad | None = None, after: str = "/") -> Response:
    """The sign-in page; after a refused try it keeps the address, and the text of a form that was waiting."""
    kept: dict[str, Any] = {
        name: str(bad.value(name, "")) if bad else "" for name in ("resume_action", "resume_fields")
    }
    target = str(bad.value("next", "/")) if bad else after
    return page(work, "accounts/sign_in.html", bad=bad, next=safe_next(target), expired=False, **kept)


@router.get("/sign-in", name="accounts.sign_in")
@allow.public
def sign_in_form(work: W, query: Query) -> Response:
    """Who are you?"""
    return sign_in_page(work, after=query.get("next", "/"))


@router.post("/sign-in", name="accounts.sign_in_post")
@allow.public
@unkeyed
@on_refusal(sign_in_page)
def sign_in(work: W, raw: Raw) -> Response:
    """Open a session; a form that was waiting is shown again, ready to be sent."""
    form = SignInForm.read(raw)
    person, token = service.sign_in(work, form.email, form.password)
    fields = _waiting(form.resume_fields)
    action = safe_next(form.resume_action)
    if fields and action != "/":
        token_now = csrf.token_for(work.around.secret, replace(work.origin, token=token))
        response: Response = page(
            work,
            "accounts/resume.html",
            resume_action=action,
            fields=fields,
            resume_key=new_key(),
            csrf_token=token_now,
        )
    else:
        response = RedirectResponse(safe_next(form.next), status_code=303)
    response.set_cookie(SESSION, token, secure=True, httponly=True, samesite="lax", path="/")
    response.set_cookie(LANGUAGE, person.locale, max_age=31_536_000, secure=True, samesite="lax", path="/")
    return response


def _waiting(text: str) -> list[tuple[str, str]]:
    try:
        pairs = json.loads(text) if text and len(text) < 500_000 else []
        return [(str(k), str(v)) for k, v in pairs]
    except (ValueError, TypeError):
        return []


@router.post("/sign-out", name="accounts.sign_out")
@allow.signed_in
def sign_out(work: W, raw: Raw) -> Response:
    """End the session, and ask the browser to forget what it kept (W07)."""
    service.end_session(work)
    response = done(work, url("accounts.sign_in"), _("You are signed out."), "info")
    response.delete_cookie(SESSION, path="/", secure=True, httponly=True)
    response.headers["clear-site-data"] = '"cache", "storage"'
    return response


@router.post("/views", name="accounts.save_view")
@allow.signed_in
def save_view(work: W, raw: Raw) -> Response:
    """Keep a list's filters under a name."""
    form = ViewForm.read(raw)
    service.save_view(work, form.listing, form.name, form.query[:1500])
    return done(work, safe_next(form.back), _("The view is saved."))


@router.get("/language/{code}", name="language")
@allow.public
def language(work: W, query: Query, code: str) -> Response:
    """Choose the language: a cookie of this browser, no state on the server."""
    if code not in LOCALES:
        raise NotFound
    response = RedirectResponse(safe_next(query.get("next")), status_code=303)
    response.set_cookie(LANGUAGE, code, max_age=31_536_000, secure=True, samesite="lax", path="/")
    return response
