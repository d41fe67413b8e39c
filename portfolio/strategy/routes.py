"""Frameworks, their trees and the money of each objective; the tag editor that every room mounts."""

from __future__ import annotations

from starlette.responses import Response

from portfolio.kit.errors import Bad
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.lifecycles.strategy import FRAMEWORK
from portfolio.strategy import queries, service
from portfolio.strategy.forms import CrosswalkForm, FrameworkForm, ObjectiveForm, ReasonForm, TagForm
from portfolio.web.act import Raw, W, allow, on_refusal, room
from portfolio.web.render import done, moves, page, status_steps
from portfolio.web.urls import url
from portfolio.work import Work

router = room("strategy")


@router.get("", name="strategy.index")
@allow("framework:view")
def index(work: W) -> Response:
    """Every framework, with where and when it counts."""
    return page(
        work,
        "strategy/index.html",
        title=_("Strategy"),
        cycle=FRAMEWORK,
        frameworks=[
            (f, queries.in_force(f, work.today), queries.territory_words(f))
            for f in work.db.scalars(queries.visible(work).order_by("id"))
        ],
    )


def new_page(work: Work, bad: Bad | None = None) -> Response:
    """The form of a framework."""
    return page(
        work,
        "strategy/form.html",
        title=_("New framework or version"),
        crumbs=[(_("Strategy"), url("strategy.index")), (_("New framework or version"), None)],
        bad=bad or Bad(status=200),
        countries=[(code, _(name)) for code, name in queries.COUNTRIES.items()],
    )


@router.get("/new", name="strategy.new")
@allow("framework:propose")
def new(work: W) -> Response:
    """Draft a framework."""
    return new_page(work)


@router.post("", name="strategy.create")
@allow("framework:propose")
@on_refusal(new_page)
def create(work: W, raw: Raw) -> Response:
    """Draft a framework or a new version of one."""
    framework = service.create(work, FrameworkForm.read(raw))
    return done(
        work,
        url("strategy.show", id=framework.id),
        _("The draft is open: add its objectives, then propose it."),
    )


def tags_page(work: Work, subject_type: str, id: int, bad: Bad | None = None) -> Response:
    """The tag editor: one section for each framework in force, the weights, their total."""
    subject = queries.context_of(work, subject_type, id)
    work.require("tag:edit", subject.thing)
    return page(
        work,
        "strategy/tags.html",
        title=_(
            "Objectives of %(label)s",
        )
        % {"label": subject.label},
        crumbs=[(subject.label, subject.url), (_("Objectives"), None)],
        bad=bad or Bad(status=200),
        subject=subject,
        subject_type=subject_type,
        id=id,
        **queries.editor_facts(work, subject, bad.typed if bad else None),
    )


@router.get("/tags/{subject_type}/{id}", name="strategy.tags")
@allow("tag:edit")
def tags(work: W, subject_type: str, id: int) -> Response:
    """Edit the objectives of a record."""
    return tags_page(work, subject_type, id)


@router.post("/tags/{subject_type}/{id}", name="strategy.save_tags")
@allow("tag:edit")
@on_refusal(tags_page)
def save_tags(work: W, raw: Raw, subject_type: str, id: int) -> Response:
    """Keep the weights, which make 100 % on each framework in force."""
    subject = queries.context_of(work, subject_type, id)
    form = TagForm.read(raw)
    service.edit_tags(work, subject, {row.objective_id: row.weight for row in form.lines if row.weight})
    return done(work, subject.url, _("The objectives are recorded."))


def show_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """One framework: its tree, the money of each objective, its correspondences."""
    framework = queries.get(work, id)
    return page(
        work,
        "strategy/show.html",
        title=framework.title,
        crumbs=[(_("Strategy"), url("strategy.index")), (framework.code, None)],
        bad=bad or Bad(status=200),
        steps=status_steps(FRAMEWORK, framework.status),
        moves=moves(
            work, FRAMEWORK, framework, f"/strategy/{id}", obstacles={"propose": service.propose_obstacles}
        ),
        territory=queries.territory_words(framework),
        others=queries.other_objectives(work, framework) if work.may("framework:propose", framework) else [],
        **queries.facts(work, framework),
    )


@router.get("/{id}", name="strategy.show")
@allow("framework:view")
def show(work: W, id: int) -> Response:
    """One framework."""
    return show_page(work, id)


@router.post("/{id}/propose", name="strategy.propose")
@allow("framework:propose")
@on_refusal(show_page)
def propose(work: W, raw: Raw, id: int) -> Response:
    """Submit the draft."""
    service.propose(work, queries.get(work, id))
    return done(
        work, url("strategy.show", id=id), _("The framework is proposed. Another person must approve it.")
    )


@router.post("/{id}/return", name="strategy.return")
@allow("framework:approve")
@on_refusal(show_page)
def return_(work: W, raw: Raw, id: int) -> Response:
    """Send it back to draft."""
    service.return_(work, queries.get(work, id), ReasonForm.read(raw).reason)
    return done(work, url("strategy.show", id=id), _("The framework is back in draft."), "info")


@router.post("/{id}/approve", name="strategy.approve")
@allow("framework:approve")
@on_refusal(show_page)
def approve(work: W, raw: Raw, id: int) -> Response:
    """Approve, as second person."""
    service.approve(work, queries.get(work, id))
    return done(work, url("strategy.show", id=id), _("The framework is approved."))


@router.post("/{id}/supersede", name="strategy.supersede")
@allow("framework:approve")
@on_refusal(show_page)
def supersede(work: W, raw: Raw, id: int) -> Response:
    """Replace it by a new version."""
    service.supersede(work, queries.get(work, id), ReasonForm.read(raw).reason)
    words = _("The framework ends today. It stays in force for what was published before.")
    return done(work, url("strategy.show", id=id), words, "info")


@router.post("/{id}/objectives", name="strategy.add_objective")
@allow("framework:propose")
@on_refusal(show_page)
def add_objective(work: W, raw: Raw, id: int) -> Response:
    """Add an objective to a draft."""
    service.add_objective(work, queries.get(work, id), ObjectiveForm.read(raw))
    return done(work, url("strategy.show", id=id), _("The objective is added."))


@router.post("/{id}/crosswalks", name="strategy.add_crosswalk")
@allow("framework:propose")
@on_refusal(show_page)
def add_crosswalk(work: W, raw: Raw, id: int) -> Response:
    """Link an objective to one of another framework."""
    service.add_crosswalk(work, queries.get(work, id), CrosswalkForm.read(raw))
    return done(work, url("strategy.show", id=id), _("The correspondence is added."))
