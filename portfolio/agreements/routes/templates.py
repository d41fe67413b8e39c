"""The templates of the convention and of the avenant: versions, text with its placeholders, preview, a new version."""

from __future__ import annotations

from starlette.responses import Response

from portfolio.agreements import queries, service
from portfolio.agreements.forms import TemplateForm
from portfolio.agreements.reference.placeholders import CATALOGUE, FLAGS, FORMATS, LISTS, TABLES
from portfolio.agreements.routes.records import router
from portfolio.kit.errors import Bad, NotFound
from portfolio.kit.i18n import gettext as _
from portfolio.kit.i18n import speaking
from portfolio.web.act import Raw, W, allow, on_refusal
from portfolio.web.render import done, page
from portfolio.web.urls import url
from portfolio.work import Work

READERS = ("agreement:prepare", "agreement:check", "agreement:countersign")


@router.get("/templates", name="agreements.templates")
@allow(*READERS)
def templates(work: W) -> Response:
    """Every version of every template."""
    return page(
        work,
        "agreements/templates.html",
        title=_("Templates of agreements"),
        crumbs=[(_("Grant agreements"), url("agreements.index")), (_("Templates of agreements"), None)],
        versions=queries.versions(work),
    )


def template_page(work: Work, code: str, version: int, bad: Bad | None = None) -> Response:
    """One version: its text, what may stand in it, what it gives for the last agreement, and the form of the next version."""
    shown = queries.version(work, code, version)
    if shown is None:
        raise NotFound
    with speaking("fr"):
        example, articles = queries.preview(work, shown.template)
    return page(
        work,
        "agreements/template.html",
        bad=bad,
        title=_("%(title)s, version %(version)d") % {"title": shown.template.title, "version": version},
        crumbs=[
            (_("Grant agreements"), url("agreements.index")),
            (_("Templates of agreements"), url("agreements.templates")),
            (_("Version %(version)d") % {"version": version}, None),
        ],
        shown=shown,
        example=example,
        articles=articles,
        catalogue=CATALOGUE[code],
        formats=FORMATS,
        conditions=[*FLAGS[code], *(f"{name} …" for name in LISTS[code])],
        tables=TABLES[code],
        may_propose=work.may(service.PROPOSE),
        may_approve=shown.row is not None
        and shown.row.approved_at is None
        and work.may(service.APPROVE)
        and not list(service.approve_template_obstacles(work, shown.row)),
    )


@router.get("/templates/{code}/{version:int}", name="agreements.template")
@allow(*READERS)
def template(work: W, code: str, version: int) -> Response:
    """One version."""
    return template_page(work, code, version)


@router.post("/templates/{code}/{version:int}/next", name="agreements.propose_template")
@allow(service.PROPOSE)
@on_refusal(template_page)
def propose(work: W, raw: Raw, code: str, version: int) -> Response:
    """Propose a version written from this one."""
    if queries.version(work, code, version) is None:
        raise NotFound
    made = service.propose_template(work, code, TemplateForm.read(raw))
    return done(
        work,
        url("agreements.template", code=code, version=made.number),
        _("Version proposed: another person approves it."),
    )


@router.post("/templates/{code}/{version:int}/approve", name="agreements.approve_template")
@allow(service.APPROVE)
@on_refusal(template_page)
def approve(work: W, code: str, version: int) -> Response:
    """Approve a proposed version."""
    shown = queries.version(work, code, version)
    if shown is None or shown.row is None:
        raise NotFound
    service.approve_template(work, shown.row)
    return done(work, url("agreements.template", code=code, version=version), _("Version approved."))
