"""The page of all, a project's people, the grids, one person; names only after a recorded look (P04)."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import Select, select
from starlette.responses import Response

from portfolio.beneficiaries import queries, service
from portfolio.beneficiaries.forms import CorrectForm, CountsForm, PeopleForm, ReasonForm
from portfolio.beneficiaries.models import SEXES, ReachedPerson
from portfolio.beneficiaries.reference import (
    BAND_WORDS,
    DISPLACEMENT_WORDS,
    KIND_WORDS,
    MASKED_BELOW,
    SEX_WORDS,
)
from portfolio.beneficiaries.routes.door import choices, router, typed, worded
from portfolio.kit import charts
from portfolio.kit.errors import Bad
from portfolio.kit.i18n import N_
from portfolio.kit.i18n import gettext as _
from portfolio.projects import queries as projects
from portfolio.projects.models import Project
from portfolio.web.act import Query, Raw, W, allow, on_refusal
from portfolio.web.filters import Choice, Search
from portfolio.web.listing import Column, Listing
from portfolio.web.render import done, page, sheet_response
from portfolio.web.timeline import timeline
from portfolio.web.urls import url
from portfolio.work import Work

P = ReachedPerson
GRID_ROWS = 20


def chart_of(table: Any, title: str) -> charts.Chart:
    """Bands by sex as bars; masked cells draw nothing."""
    labels = [_(BAND_WORDS[line.code]) for line in table.lines]
    series = [
        charts.Series(_(SEX_WORDS[sex]), tuple(line.cells[n] for line in table.lines))
        for n, sex in enumerate(SEXES)
    ]
    series = [s for s in series if any(s.values)] or series[:1]
    return charts.stacked_bars(title, labels, series, heading=_("Age band"), total=_("Total shown"))


@router.get("", name="beneficiaries.index")
@allow("reach:view")
def index(work: W, query: Query) -> Response:
    """Three figures never added, bands by sex, situations, and the rows of a grouping."""
    names = ("by", "call", "country", "region", "objective")
    facts = queries.index_facts(work, {name: query.get(name, "")[:200] for name in names})
    if query.get("format") in ("xlsx", "csv"):
        return _export(work, facts, str(query.get("format")))
    drawn = [
        chart_of(facts["tables"][kind], _(KIND_WORDS[kind]))
        for kind in KIND_WORDS
        if facts["tables"][kind].lines
    ]
    kept = {name: value for name, value in facts["wanted"].items() if value}
    return page(
        work,
        "beneficiaries/index.html",
        title=_("People reached"),
        charts=drawn,
        sexes=SEXES,
        sex_words=SEX_WORDS,
        band_words=BAND_WORDS,
        below=MASKED_BELOW,
        may_decide=work.may("duplicate:decide"),
        exports=[(kind.upper(), url("beneficiaries.index", **kept, format=kind)) for kind in ("xlsx", "csv")],
        groupings=[
            ("call", _("Call")),
            ("region", _("Region")),
            ("country", _("Country")),
            ("objective", _("Main objective")),
            ("project", _("Micro-project")),
        ],
        **facts,
    )


def _export(work: Work, facts: dict[str, Any], kind: str) -> Response:
    """The rows of the grouping as a file, masked as on the page."""
    labels = [_("Row")]
    for words in KIND_WORDS.values():
        labels += [f"{_(words)} – {_(SEX_WORDS[sex])}" for sex in SEXES] + [f"{_(words)} – {_('Total')}"]
    kinds = ["text"] + ["number"] * (len(labels) - 1)
    small = f"< {MASKED_BELOW}"
    rows = [
        [
            row["label"] or _("None"),
            *(small if n is None else n for k in KIND_WORDS for n in (*row[k]["cells"], row[k]["total"])),
        ]
        for row in facts["rows"]
    ]

    return sheet_response(f"people-reached-{work.today.isoformat()}", kind, labels, kinds, rows, [_("People reached")])


def _statement(work: Work) -> Select[Any]:
    columns = (P.id, P.code, Project.title, P.sex, P.band, P.displacement, P.received_on, P.assistance)
    statement = select(*columns).join(Project, Project.id == P.project_id).where(work.within("reach:view", P))
    return cast(Select[Any], statement)


LISTING = Listing(
    name="people",
    title=N_("People reached, by code"),
    route="beneficiaries.people",
    id_column=P.id,
    statement=_statement,
    columns=(
        Column("code", N_("Code"), "link", sort=P.code, href="/beneficiaries/people/{id}"),
        Column("project", N_("Micro-project")),
        Column("sex", N_("Sex"), "choice", sort=P.sex, words=lambda code: _(SEX_WORDS[code])),
        Column("band", N_("Age band"), "choice", sort=P.band, words=lambda code: _(BAND_WORDS[code])),
        Column("situation", N_("Situation"), "choice", words=lambda code: _(DISPLACEMENT_WORDS[code])),
        Column("received", N_("Received on"), "date", sort=P.received_on),
        Column("assistance", N_("Assistance")),
    ),
    filters=(
        Choice("sex", N_("Sex"), lambda work: worded(SEX_WORDS), P.sex),
        Choice("band", N_("Age band"), lambda work: worded(BAND_WORDS), P.band),
        Choice("situation", N_("Situation"), lambda work: worded(DISPLACEMENT_WORDS), P.displacement),
        Search(
            P.code, where=lambda work, value: P.code.contains(value.strip().upper()[:40], autoescape=True)
        ),
    ),
    default_sort="-received",
    empty_title=N_("Nobody recorded by name"),
    empty_text=N_("People are entered from the page of their micro-project."),
)


@router.get("/people", name="beneficiaries.people")
@allow("reach:view")
def people(work: W, query: Query) -> Response:
    """Everybody, as codes."""
    crumbs = [(_("People reached"), url("beneficiaries.index")), (_("By code"), None)]
    return LISTING.respond(work, query, crumbs=crumbs)


def project_page(work: Work, id: int, query: Query | None = None, bad: Bad | None = None) -> Response:
    """The people reached by one project."""
    project = projects.get(work, id)
    work.require("reach:view", project)
    token = query.get("look") if query is not None else None
    number = query.get("page", "1") if query is not None else "1"
    at = int(number) if number.isascii() and number.isdigit() and 0 < int(number[:6] or 1) < 100_000 else 1
    facts = queries.project_facts(work, project, token, at)
    return page(
        work,
        "beneficiaries/project.html",
        bad=bad,
        title=project.title,
        crumbs=[(_("People reached"), url("beneficiaries.index")), (project.reference, None)],
        charts=[chart_of(t, _(KIND_WORDS[k])) for k, t in facts["tables"].items() if t.lines],
        sexes=SEXES,
        below=MASKED_BELOW,
        events=timeline(work, project),
        **typed(work, bad),
        **facts,
    )


@router.get("/projects/{id:int}", name="beneficiaries.project")
@allow("reach:view")
def project_show(work: W, id: int, query: Query) -> Response:
    """The people reached by one project."""
    return project_page(work, id, query)


@router.post("/projects/{id:int}/names", name="beneficiaries.project_names")
@allow("reach:view_names")
@on_refusal(project_page)
def project_names(work: W, raw: Raw, id: int) -> Response:
    """Record a look at the names of a project."""
    token = service.see_names(work, projects.get(work, id), ReasonForm.read(raw))
    return done(work, f"{url('beneficiaries.project', id=id, look=token)}#people")


def record_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """The grid of people."""
    project = projects.get(work, id)
    return page(
        work,
        "beneficiaries/record.html",
        bad=bad,
        title=_("Enter people by name"),
        crumbs=[
            (_("People reached"), url("beneficiaries.index")),
            (project.reference, url("beneficiaries.project", id=id)),
            (_("Enter"), None),
        ],
        project=project,
        row_count=_rows(bad),
        **choices(),
        **typed(work, bad),
    )


def _rows(bad: Bad | None) -> int:
    """As many rows as were sent, so that none is lost."""
    sent = [
        int(n.split("-")[1])
        for n in (bad.typed if bad else ())
        if n.startswith("lines-") and n.count("-") == 2
    ]
    return min(200, max([GRID_ROWS, *(n + 1 for n in sent)]))


@router.get("/projects/{id:int}/record", name="beneficiaries.record_page")
@allow("reach:record")
def record_get(work: W, id: int) -> Response:
    """The grid of people."""
    return record_page(work, id)


@router.post("/projects/{id:int}/record", name="beneficiaries.record")
@allow("reach:record")
@on_refusal(record_page)
def record(work: W, raw: Raw, id: int) -> Response:
    """Enter a page of the grid."""
    form = PeopleForm.read(raw)
    made = service.record_people(work, projects.get(work, id), form)
    opened = sum(1 for p in made if queries.pairs_of(work, "reached_person", p.id))
    words = _("%(n)d people recorded.") % {"n": len(made)}
    if opened:
        words += " " + _("%(n)d look like somebody already known: a second person will decide.") % {
            "n": opened
        }
    return done(work, url("beneficiaries.project", id=id), words, "warn" if opened else "good")


def counts_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """The grid of counts."""
    project = projects.get(work, id)
    return page(
        work,
        "beneficiaries/counts.html",
        bad=bad,
        title=_("Count people without names"),
        crumbs=[
            (_("People reached"), url("beneficiaries.index")),
            (project.reference, url("beneficiaries.project", id=id)),
            (_("Count"), None),
        ],
        project=project,
        row_count=max(10, min(200, _rows(bad) if bad else 10)),
        **choices(),
        **typed(work, bad),
    )


@router.get("/projects/{id:int}/counts", name="beneficiaries.counts_page")
@allow("reach:record")
def counts_get(work: W, id: int) -> Response:
    """The grid of counts."""
    return counts_page(work, id)


@router.post("/projects/{id:int}/counts", name="beneficiaries.counts")
@allow("reach:record")
@on_refusal(counts_page)
def counts(work: W, raw: Raw, id: int) -> Response:
    """Keep counts."""
    form = CountsForm.read(raw)
    service.record_counts(work, projects.get(work, id), form)
    return done(work, url("beneficiaries.project", id=id), _("Counts kept."))


def after_count(work: Work, id: int, bad: Bad | None = None) -> Response:
    """The project of a count, when its withdrawal is refused."""
    return project_page(work, queries.count(work, id).project_id, None, bad)


@router.post("/counts/{id:int}/withdraw", name="beneficiaries.withdraw_count")
@allow("reach:record")
@on_refusal(after_count)
def withdraw_count(work: W, raw: Raw, id: int) -> Response:
    """Take a wrong count away."""
    found = queries.count(work, id)
    target = url("beneficiaries.project", id=found.project_id)
    service.withdraw_count(work, found, ReasonForm.read(raw))
    return done(work, target, _("Count withdrawn."))


def person_page(work: Work, id: int, query: Query | None = None, bad: Bad | None = None) -> Response:
    """One person."""
    person = queries.get(work, id)
    token = query.get("look") if query is not None else None
    facts = queries.person_facts(work, person, token)
    return page(
        work,
        "beneficiaries/person.html",
        bad=bad,
        title=person.code,
        crumbs=[
            (_("People reached"), url("beneficiaries.index")),
            (facts["project"].reference, url("beneficiaries.project", id=facts["project"].id)),
            (person.code, None),
        ],
        events=timeline(work, person),
        **choices(),
        **typed(work, bad),
        **facts,
    )


@router.get("/people/{id:int}", name="beneficiaries.person")
@allow("reach:view")
def person_show(work: W, id: int, query: Query) -> Response:
    """One person."""
    return person_page(work, id, query)


@router.post("/people/{id:int}/names", name="beneficiaries.person_names")
@allow("reach:view_names")
@on_refusal(person_page)
def person_names(work: W, raw: Raw, id: int) -> Response:
    """Record a look at the name of a person."""
    token = service.see_names(work, queries.get(work, id), ReasonForm.read(raw))
    return done(work, url("beneficiaries.person", id=id, look=token))


@router.post("/people/{id:int}/correct", name="beneficiaries.correct")
@allow("reach:record")
@on_refusal(person_page)
def correct(work: W, raw: Raw, id: int, query: Query) -> Response:
    """Correct a person, with the reason."""
    service.correct_person(work, queries.get(work, id), CorrectForm.read(raw))
    return done(work, url("beneficiaries.person", id=id, look=query.get("look")), _("Correction kept."))
