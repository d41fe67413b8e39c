"""The list of files, the record of one, and what is done from there."""

from __future__ import annotations

from starlette.responses import Response

from portfolio.applications import queries, service
from portfolio.applications.forms import ContactForm, OfficerForm, ReasonForm
from portfolio.applications.models import Application
from portfolio.applications.queries.lists import call_options
from portfolio.applications.routes.door import router
from portfolio.applications.routes.listing import DRAFTS, FILES
from portfolio.kit.errors import Bad, FieldError, Invalid, PortfolioError, Refused
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.lifecycles.applications import APPLICATION
from portfolio.web.act import Query, Raw, W, allow, on_refusal
from portfolio.web.render import done, moves, page, status_steps
from portfolio.web.urls import url
from portfolio.work import Work

HERE = ("admit_late", "refuse_late", "withdraw", "submit")
READERS = ("application:view", "own:view")


@router.get("", name="applications.index")
@allow("application:view")
def index(work: W, query: Query) -> Response:
    """Every file the actor may see."""
    registers = [(int(number), code) for number, code in call_options(work)[:3]]
    listing = DRAFTS if query.get("status") == "draft" else FILES
    return listing.respond(work, query, registers=registers)


def _chosen(work: Work, ids: list[int]) -> list[Application]:
    return [queries.get(work, number) for number in dict.fromkeys(ids)]


def bulk_page(work: Work, raw: Raw, bad: Bad | None = None) -> Response:
    """What will change, before it is done."""
    ids = [int(v) for v in raw.getlist("ids") if isinstance(v, str) and v.isdigit() and len(v) < 10]
    chosen = _chosen(work, ids[:500])
    return page(
        work,
        "applications/bulk.html",
        bad=bad,
        title=_("Put files in the charge of an officer"),
        crumbs=[(_("Files"), url("applications.index")), (_("Officer in charge"), None)],
        chosen=chosen,
        officers=queries.officers(work),
        cycle=APPLICATION,
        results=None,
    )


@router.post("/bulk", name="applications.bulk")
@allow("application:screen")
@on_refusal(bulk_page)
def bulk(work: W, raw: Raw) -> Response:
    """Preview, then a result for each file."""
    if raw.get("confirmed") is None and raw.get("verb", "take") == "take":
        shown = bulk_page(work, raw)
        work.undo()
        return shown
    form = OfficerForm.read(raw, ignore=("verb",))
    if form.officer_id not in dict(queries.officers(work)):
        raise Invalid([FieldError("officer_id", _("Choose an officer of the list."))])
    results = []
    for application in _chosen(work, form.ids):
        try:
            service.take(work, application, form.officer_id)
            results.append((application, True, _("Done")))
        except Refused as error:
            results.append((application, False, " ".join(r.message for r in error.refusals)))
        except PortfolioError:
            results.append((application, False, _("You may not do this on this file.")))
    return page(
        work,
        "applications/bulk.html",
        title=_("Put files in the charge of an officer"),
        crumbs=[(_("Files"), url("applications.index")), (_("Officer in charge"), None)],
        chosen=[],
        officers=[],
        cycle=APPLICATION,
        results=results,
    )


def show_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """The record of a file."""
    application = queries.get(work, id)
    found = queries.facts(work, application)
    base = f"/applications/{id}"
    own = found["own"]
    first = (_("My files"), url("own.index")) if own else (_("Files"), url("applications.index"))
    leave_out = tuple(m.verb for m in APPLICATION.moves if m.verb not in HERE)
    return page(
        work,
        "applications/show.html",
        bad=bad,
        crumbs=[first, (application.reference, None)],
        title=application.title or application.reference,
        steps=status_steps(APPLICATION, application.status, _passed(application)) if not own else [],
        moves=moves(
            work,
            APPLICATION,
            application,
            base,
            obstacles={"withdraw": service.withdraw_obstacles},
            pages={"submit": url("applications.check", id=id)},
            leave_out=leave_out if application.status == "draft" else (*leave_out, "submit"),
        ),
        cycle=APPLICATION,
        writable=not list(service.save_obstacles(work, application)),
        **found,
    )


def _passed(application: Application) -> dict[str, str]:
    from portfolio.kit.i18n import datetime_text

    return {
        "draft": datetime_text(application.created_at),
        "submitted": datetime_text(application.submitted_at) if application.filed else "",
        "admissible": datetime_text(application.admitted_at),
        "eligible": datetime_text(application.screened_at),
    }


@router.get("/{id}", name="applications.show")
@allow(*READERS)
def show(work: W, id: int) -> Response:
    """The record of a file."""
    return show_page(work, id)


@router.get("/{id}/filed", name="applications.filed")
@allow(*READERS, "filing:receive")
def filed(work: W, id: int) -> Response:
    """Filed: the number, the hour, the récépissé to print, what happens next."""
    application = queries.get(work, id)
    return page(
        work,
        "applications/filed.html",
        title=_("Filing receipt"),
        crumbs=[(application.reference, url("applications.show", id=id)), (_("Filing receipt"), None)],
        **queries.facts(work, application),
    )


@router.post("/{id}/withdraw", name="applications.withdraw")
@allow("application:withdraw")
@on_refusal(show_page)
def withdraw(work: W, raw: Raw, id: int) -> Response:
    """Withdraw a file with its reason."""
    service.withdraw(work, queries.get(work, id), ReasonForm.read(raw))
    return done(work, url("applications.show", id=id), _("File withdrawn."))


@router.post("/{id}/admit_late", name="applications.admit_late")
@allow("application:admit_late")
@on_refusal(show_page)
def admit_late(work: W, raw: Raw, id: int) -> Response:
    """Accept a late file by a reasoned decision."""
    service.admit_late(work, queries.get(work, id), ReasonForm.read(raw))
    return done(work, url("applications.show", id=id), _("Late file accepted by a reasoned decision."))


@router.post("/{id}/refuse_late", name="applications.refuse_late")
@allow("application:screen")
@on_refusal(show_page)
def refuse_late(work: W, raw: Raw, id: int) -> Response:
    """Declare a late file inadmissible."""
    service.refuse_late(work, queries.get(work, id), ReasonForm.read(raw))
    return done(work, url("applications.show", id=id), _("Late file refused."))


@router.post("/{id}/contacts", name="applications.log_contact")
@allow("contact:log")
@on_refusal(show_page)
def log_contact(work: W, raw: Raw, id: int) -> Response:
    """Log a contact in ten seconds."""
    service.log_contact(work, queries.get(work, id), ContactForm.read(raw))
    return done(work, url("applications.show", id=id) + "#contacts", _("Contact logged."))
