"""What is answered when nothing was done: refusals in words, with what was typed and the way out. Never a bare 500 (W09)."""

from __future__ import annotations

import json
from dataclasses import replace

from starlette.responses import RedirectResponse, Response

from portfolio.kit.errors import (
    Away,
    Forbidden,
    Full,
    Invalid,
    KeyReused,
    PortfolioError,
    Refused,
    SignInNeeded,
)
from portfolio.kit.i18n import gettext as _
from portfolio.origin import Answer
from portfolio.web.render import new_key, page
from portfolio.web.urls import url
from portfolio.work import Work


def replay(work: Work, answer: Answer) -> Response:
    """The answer already given to this key: the same place to go."""
    target = answer.location or "/"
    if work.origin.htmx:
        return Response(status_code=204, headers={"HX-Redirect": target})
    return RedirectResponse(target, status_code=303)


def refusal(work: Work, error: PortfolioError) -> Response:
    """The page of a refusal that has no page of its own to be shown on."""
    typed = [
        (k, v)
        for k, value in work.origin.typed.items()
        for v in (value if isinstance(value, list) else [value])
    ]
    if isinstance(error, SignInNeeded):
        return _sign_in(work, typed)
    back = work.origin.path if work.origin.method == "GET" else "/"
    if isinstance(error, Forbidden):
        if work.maybe_actor is not None and error.permission != "csrf":
            actor = work.actor
            work.undo()
            work.close(for_good=False)
            work.testify(
                "access:refused",
                "person",
                actor.id,
                data={"permission": error.permission, "path": work.origin.path[:200]},
                actor_id=actor.id,
            )
        return page(work, "errors/403.html", status=403, message=error.message, back_url=back)
    if isinstance(error, Invalid):
        return page(
            work,
            "errors/422.html",
            status=422,
            message=error.errors[0].message if error.errors else "",
            errors=error.errors,
            back_url=back,
        )
    if isinstance(error, Refused):
        return page(work, "errors/409.html", status=409, refusals=error.refusals, record_url=back)
    if isinstance(error, KeyReused):
        words = _("This form was already sent with other answers. Open the record to see what was kept.")
        return page(work, "errors/409.html", status=409, message=words, record_url=back)
    status = error.status
    if status == 503:
        values = [
            *typed,
            ("idempotency_key", work.origin.key or new_key()),
            ("csrf_token", work.origin.csrf_sent),
        ]
        away = isinstance(error, Away)
        facts = {
            "action": work.origin.path if work.origin.method != "GET" else None,
            "form_values": values,
            "full": isinstance(error, Full),
            "away": away,
        }
        if away:  # the page asks the database for nothing: it does not know who reads it
            work = Work(work.around, readonly=True, origin=replace(work.origin, token=None))
        return page(work, "errors/503.html", status=503, **facts)
    return page(work, "errors/404.html", status=404)


def _sign_in(work: Work, typed: list[tuple[str, object]]) -> Response:
    target = work.origin.path + (f"?{work.origin.query}" if work.origin.query else "")
    if work.origin.method == "GET":
        address = url("accounts.sign_in", next=target)
        if work.origin.htmx:
            return Response(status_code=204, headers={"HX-Redirect": address})
        return RedirectResponse(address, status_code=303)
    # The session ended while somebody was writing: the text waits in the form until the password is given again.
    kept = json.dumps(typed, ensure_ascii=False)
    return page(
        work,
        "accounts/sign_in.html",
        status=401,
        next="/",
        resume_action=work.origin.path,
        resume_fields=kept,
        expired=True,
    )


def broken(work: Work, incident: str) -> Response:
    """Something unforeseen: an incident number that stands in the log, and nothing of the inside."""
    try:
        return page(work, "errors/500.html", status=500, reference=incident)
    except Exception:  # the page of last resort must not fail
        return Response(f"Incident {incident}", status_code=500, media_type="text/plain")
