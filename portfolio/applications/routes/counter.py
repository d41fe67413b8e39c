"""The counter: a deposit in six fields, the register closed by two people, and where a depositor's file stands."""

from __future__ import annotations

from starlette.responses import Response

from portfolio.applications import queries, service
from portfolio.applications.forms import CloseRegisterForm, DepositForm, FollowForm
from portfolio.applications.models import CallRegister
from portfolio.applications.routes.door import router
from portfolio.calls.models import Call
from portfolio.kit.errors import Bad, Invalid, NotFound
from portfolio.kit.i18n import gettext as _
from portfolio.kit.i18n import pgettext
from portfolio.rulebook.lifecycles.applications import APPLICATION
from portfolio.web.act import Query, Raw, W, allow, on_refusal
from portfolio.web.render import done, fragment, page
from portfolio.web.urls import url
from portfolio.work import Work


def _number(text: object) -> int:
    word = str(text or "")
    return int(word) if word.isascii() and word.isdigit() and len(word) < 10 else 0


def deposit_page(work: Work, query: Query, bad: Bad | None = None) -> Response:
    """The form of the counter, blank or with what was typed."""
    chosen = _number(bad.value("call_id")) if bad else _number(query.get("call"))
    typed = str(bad.value("q")) if bad else query.get("q", "")[:100]
    crumbs = [(_("Files"), url("applications.index")), (_("Deposit at the counter"), None)]
    found = queries.counter_facts(work, chosen, typed)
    ticked = bad.value("pieces", []) if bad else []
    return page(
        work,
        "applications/deposit.html",
        bad=bad,
        crumbs=crumbs,
        title=_("Deposit at the counter"),
        ticked=ticked if isinstance(ticked, list) else [ticked],
        **found,
    )


@router.get("/deposit", name="applications.deposit")
@allow("filing:receive")
def deposit_form(work: W, query: Query) -> Response:
    """The form of the counter."""
    return deposit_page(work, query)


@router.get("/deposit/groups", name="applications.deposit_groups")
@allow("filing:receive")
def deposit_groups(work: W, query: Query) -> Response:
    """The groups that answer to what was typed, while it is typed."""
    call = work.db.get(Call, _number(query.get("call")))
    typed = query.get("q", "")[:100]
    found = queries.found_groups(work, typed, call)
    return fragment(work, "applications/deposit.html", "groups", groups=found, q=typed)


@router.post("/deposit", name="applications.register_paper")
@allow("filing:receive")
@on_refusal(deposit_page)
def register_paper(work: W, raw: Raw, query: Query) -> Response:
    """The récépissé first, the full entry later (R15)."""
    receipt = service.register_paper(work, DepositForm.read(raw))
    words = (
        _("Registered under no. %(number)d, LATE: print the receipt.")
        if receipt.late
        else _("Registered under no. %(number)d: print the receipt.")
    )
    return done(
        work,
        url("applications.filed", id=receipt.application_id),
        words % {"number": receipt.number},
        "warn" if receipt.late else "good",
    )


def _call(work: Work, number: int) -> Call:
    return work.fetch(Call, number, "call:view")


def register_page(work: Work, call_id: int, bad: Bad | None = None) -> Response:
    """The register of a call, with its closing."""
    call = _call(work, call_id)
    title = _("Register of filings")
    crumbs = [(_("Files"), url("applications.index", call=call.id)), (title, None)]
    found = queries.counter_register(work, call)
    return page(
        work,
        "applications/register.html",
        bad=bad,
        crumbs=crumbs,
        title=title,
        obstacles=list(service.close_obstacles(work, call)) if found["register"] is None else [],
        **found,
    )


@router.get("/register/{call_id}", name="applications.register")
@allow("application:view", "filing:receive")
def register(work: W, call_id: int) -> Response:
    """The register of a call."""
    return register_page(work, call_id)


@router.post("/register/{call_id}/close", name="applications.close_register")
@allow("filing:receive")
@on_refusal(register_page)
def close_register(work: W, raw: Raw, call_id: int) -> Response:
    """A first person reads the last number and closes the register."""
    service.close_register(work, _call(work, call_id), CloseRegisterForm.read(raw))
    target = url("applications.register", call_id=call_id)
    return done(work, target, _("Register read and closed: a second person now confirms it."))


@router.post("/register/{call_id}/witness", name="applications.witness_register")
@allow("filing:receive")
@on_refusal(register_page)
def witness_register(work: W, call_id: int) -> Response:
    """A second person witnesses the closing."""
    found: CallRegister | None = queries.register(work, _call(work, call_id))
    if found is None:
        raise NotFound
    service.witness_register(work, found)
    return done(
        work, url("applications.register", call_id=call_id), _("Register closed by two people: print it.")
    )


@router.get("/follow", name="applications.follow")
@allow.public
def follow(work: W, query: Query) -> Response:
    """Where a file stands, for whoever holds the récépissé: its number and its code."""
    state, receipt, bad, not_found = "", None, None, ""
    if query.get("number") or query.get("code"):
        try:
            form = FollowForm.read(query)
            found = queries.by_follow_up(work, form.number.upper(), form.code.upper())
            if found is None:
                not_found = _(
                    "No file has this number and this code. Copy both as they are printed on the receipt."
                )
            else:
                receipt, application = found
                label = APPLICATION.state(application.status)
                state = pgettext(APPLICATION.noun, label.applicant_label or label.label)
        except Invalid as error:
            bad = Bad.of(error, dict(query))
    return page(
        work,
        "applications/follow.html",
        bad=bad,
        title=_("Follow a file"),
        state=state,
        receipt=receipt,
        not_found=not_found,
        number=query.get("number", "")[:40],
        code=query.get("code", "")[:20],
    )
