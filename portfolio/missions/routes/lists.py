"""The three lists of the room, and what their pages share."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import Select, func, select, true

from portfolio.accounts.models import Person
from portfolio.agreements.models import Agreement
from portfolio.kit.errors import Bad
from portfolio.kit.i18n import N_, pgettext
from portfolio.kit.i18n import gettext as _
from portfolio.kit.lifecycle import Lifecycle
from portfolio.missions import queries
from portfolio.missions.models import Finding, Mission, Recommendation
from portfolio.rulebook.findings import BY_CODE, CATALOGUE, KINDS, SCOPES, SEVERITIES
from portfolio.rulebook.lifecycles.missions import FINDING, MISSION, RECOMMENDATION
from portfolio.web.filters import Choice, Period
from portfolio.web.listing import Column, Listing
from portfolio.web.urls import url
from portfolio.work import Work

YES = N_("yes")


def states(cycle: Lifecycle) -> list[tuple[str, str]]:
    """The statuses of a lifecycle, as choices."""
    return [(s.code, pgettext(cycle.noun, s.label)) for s in cycle.states]


def words(table: dict[str, str]) -> list[tuple[str, str]]:
    """The codes of a table, as choices."""
    return [(code, _(label)) for code, label in table.items()]


def categories() -> list[tuple[str, str]]:
    """The catalogue, as choices."""
    return [(row.code, _(row.label)) for row in CATALOGUE]


def severities() -> list[tuple[str, str]]:
    """The severities, as choices."""
    return [(code, _(row.label)) for code, row in SEVERITIES.items()]


def tabs(current: str) -> list[dict[str, Any]]:
    """The lists of the room beside each other."""
    return [
        {"label": label, "url": url(route), "current": route == current}
        for label, route in (
            (_("Missions"), "missions.index"),
            (_("Findings"), "missions.findings"),
            (_("Recommendations"), "missions.recommendations"),
        )
    ]


def typed(work: Work, bad: Bad | None) -> dict[str, Any]:
    """What was typed and what was wrong with it, for the one form of the page that was sent."""

    def val(name: str, otherwise: object = "", action: str = "") -> object:
        mine = bad is not None and (not action or work.origin.path == action)
        return bad.value(name, otherwise) if bad is not None and mine else otherwise

    def err(name: str, action: str = "") -> str | None:
        return bad.error(name) if bad is not None and (not action or work.origin.path == action) else None

    return {"val": val, "err": err}


def _missions(work: Work) -> Select[Any]:
    M = Mission
    own = Finding.__table__
    told = own.c.mission_id == M.id, own.c.status != "lifted"
    shown = M.status.in_(queries.TOLD)
    asked = (
        select(func.coalesce(func.sum(own.c.questioned_minor), 0)).where(*told, shown).correlate(M.__table__)
    )
    left = select(func.coalesce(func.sum(own.c.pending_minor), 0)).where(*told, shown).correlate(M.__table__)
    statement = select(
        M.id, M.reference, M.title, M.kind, M.scope, M.from_on, M.to_on, asked.scalar_subquery(), left.scalar_subquery(), M.status
    ).where(work.within(queries.VIEW, M))  # fmt: skip
    return cast(Select[Any], statement)


MISSIONS = Listing(
    name="missions",
    title=N_("Audit missions"),
    route="missions.index",
    id_column=Mission.id,
    statement=_missions,
    columns=(
        Column("reference", N_("Mission"), "link", sort=Mission.reference, href="/missions/{id}"),
        Column("title", N_("Title")),
        Column("kind", N_("Kind"), "choice", words=lambda code: _(KINDS[code])),
        Column("scope", N_("Looks at"), "choice", words=lambda code: _(SCOPES[code])),
        Column("from", N_("From"), "date", sort=Mission.from_on),
        Column("to", N_("To"), "date", sort=Mission.to_on),
        Column("questioned", N_("Questioned"), "money"),
        Column("pending", N_("Still pending"), "money"),
        Column("status", N_("Status"), "status", cycle=MISSION),
    ),
    filters=(
        Choice("status", N_("Status"), lambda _work: states(MISSION), Mission.status),
        Choice("kind", N_("Kind"), lambda _work: words(KINDS), Mission.kind),
        Choice("scope", N_("Looks at"), lambda _work: words(SCOPES), Mission.scope),
        Period("since", N_("Period from"), Mission.from_on),
    ),
    default_sort="-reference",
    template="missions/index.html",
    new_url="/missions/new",
    new_label=N_("Open a mission"),
    new_permission="mission:lead",
    empty_title=N_("No audit mission"),
    empty_text=N_(
        "A mission says what it looks at, over which period and by whom; its findings and their follow-up stay here."
    ),
)


def _findings(work: Work) -> Select[Any]:
    F = Finding
    statement = (
        select(
            F.id, F.reference, F.title, F.category, F.severity, Agreement.reference, F.questioned_minor, F.accepted_minor,
            F.refunded_minor, F.impaired_minor, F.pending_minor, F.status,
        )
        .join(Mission, Mission.id == F.mission_id)
        .outerjoin(Agreement, Agreement.id == F.agreement_id)
        .where(queries.readable(work))
    )  # fmt: skip
    return cast(Select[Any], statement)


FINDINGS = Listing(
    name="findings",
    title=N_("Audit findings"),
    route="missions.findings",
    id_column=Finding.id,
    statement=_findings,
    columns=(
        Column("reference", N_("Finding"), "link", sort=Finding.reference, href="/missions/findings/{id}"),
        Column("title", N_("Title")),
        Column("category", N_("Category"), "choice", words=lambda code: _(BY_CODE[code].label)),
        Column("severity", N_("Severity"), "choice", words=lambda code: _(SEVERITIES[code].label)),
        Column("agreement", N_("Agreement")),
        Column("questioned", N_("Questioned"), "money", sort=Finding.questioned_minor, total=True),
        Column("accepted", N_("Accepted"), "money", total=True),
        Column("refunded", N_("Refunded"), "money", total=True),
        Column("impaired", N_("Given up"), "money", total=True),
        Column("pending", N_("Still pending"), "money", sort=Finding.pending_minor, total=True),
        Column("status", N_("Status"), "status", cycle=FINDING),
    ),
    filters=(
        Choice("status", N_("Status"), lambda _work: states(FINDING), Finding.status),
        Choice("severity", N_("Severity"), lambda _work: severities(), Finding.severity),
        Choice("category", N_("Category"), lambda _work: categories(), Finding.category),
        Choice(
            "open",
            N_("Open"),
            lambda _work: [("yes", _(YES))],
            where=lambda _w, _v: Finding.status.in_(queries.OPEN),
        ),
    ),
    default_sort="-reference",
    template="missions/index.html",
    empty_title=N_("No finding"),
    empty_text=N_("Findings are read here once the provisional report of their mission is issued."),
)


def _recommendations(work: Work) -> Select[Any]:
    R = Recommendation
    statement = (
        select(
            R.id, R.reference, R.action, Finding.severity, Person.full_name, R.first_due_on, R.due_on, R.status,
        )
        .join(Finding, Finding.id == R.finding_id)
        .join(Mission, Mission.id == R.mission_id)
        .join(Person, Person.id == R.responsible_id)
        .where(queries.readable(work))
    )  # fmt: skip
    return cast(Select[Any], statement)


RECOMMENDATIONS = Listing(
    name="recommendations",
    title=N_("Audit recommendations"),
    route="missions.recommendations",
    id_column=Recommendation.id,
    statement=_recommendations,
    columns=(
        Column(
            "reference",
            N_("Number"),
            "link",
            sort=Recommendation.reference,
            href="/missions/recommendations/{id}",
        ),
        Column("action", N_("What is to be done")),
        Column("severity", N_("Severity"), "choice", words=lambda code: _(SEVERITIES[code].label)),
        Column("responsible", N_("Responsible")),
        Column("first", N_("First day fixed"), "date"),
        Column("due", N_("To be done by"), "date", sort=Recommendation.due_on),
        Column("status", N_("Status"), "status", cycle=RECOMMENDATION),
    ),
    filters=(
        Choice("status", N_("Status"), lambda _work: states(RECOMMENDATION), Recommendation.status),
        Choice(
            "late",
            N_("Overdue"),
            lambda _work: [("yes", _(YES))],
            where=lambda work, _v: queries.late(work),
        ),
        Choice(
            "mine",
            N_("Mine"),
            lambda _work: [("yes", _(YES))],
            where=lambda work, _v: (
                Recommendation.responsible_id == work.actor.id if work.maybe_actor else true()
            ),
        ),
        Choice("severity", N_("Severity"), lambda _work: severities(), Finding.severity),
        Period("to", N_("To be done by"), Recommendation.due_on, side="to"),
    ),
    default_sort="due",
    template="missions/index.html",
    empty_title=N_("No recommendation"),
    empty_text=N_("Recommendations are read here once the provisional report of their mission is issued."),
)
