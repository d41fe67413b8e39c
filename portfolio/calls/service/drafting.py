"""Writing a call, section by section. Everything freezes when it is published (C5): then every section is refused, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import singledispatch
from typing import Any

from sqlalchemy import delete, select

from portfolio.calls.forms import (
    ApplicantsForm,
    CalendarForm,
    CreateForm,
    GridForm,
    IdentityForm,
    MoneyForm,
    ObjectivesForm,
    PiecesForm,
    Section,
)
from portfolio.calls.models import Call, CallLine, CallPlace, Criterion, RequiredPiece, ReservedShare
from portfolio.calls.queries import record
from portfolio.calls.queries.complete import DATES, ordered_dates
from portfolio.funds.models import BudgetLine
from portfolio.kit.db import Base
from portfolio.kit.errors import FieldError, Invalid, Refusal, Refused, refuse
from portfolio.kit.i18n import gettext as _
from portfolio.kit.text import fold
from portfolio.places import queries as places
from portfolio.places.models import Place
from portfolio.strategy import service as strategy
from portfolio.work import Work

FORM_EDITION = 1
"""The edition of the application form that a call written now uses; it is kept with the call (C5)."""


def editing_obstacles(work: Work, call: Call) -> Iterator[Refusal]:
    """Why a section cannot be changed now."""
    if call.status == "sent":
        yield Refusal(
            "being_read",
            _("The call is with the person who publishes: it cannot be changed meanwhile."),
            _("Ask for it to be returned with a reason."),
            who=_("Head of programme"),
        )
    elif call.status != "draft":
        yield Refusal(
            "frozen",
            _("The call is published: its form, its papers, its grid and its money are frozen."),
            _(
                "Before the deadline, a corrective notice can put off the dates. Anything else needs a new call."
            ),
        )


def _amounts(form: CreateForm | MoneyForm) -> Iterator[FieldError]:
    if form.ceiling < form.floor:
        yield FieldError("ceiling", _("The largest grant is below the smallest."))
    if form.ceiling > form.envelope:
        yield FieldError("ceiling", _("The largest grant is above the envelope."))


def _moments(form: CreateForm | CalendarForm) -> Iterator[FieldError]:
    if form.closes_at <= form.opens_at:
        yield FieldError("closes_at", _("The deadline comes after the opening."))


def _code_free(work: Work, code: str, but: int = 0) -> Iterator[FieldError]:
    if work.db.scalar(select(Call.id).where(Call.code == code, Call.id != but)) is not None:
        yield FieldError("code", _("Another call has this code. Choose another one."))


def _valid(errors: Iterable[FieldError]) -> None:
    found = list(errors)
    if found:
        raise Invalid(found)


def create(work: Work, form: CreateForm) -> Call:
    """Open a draft with the least that makes a call."""
    _valid([*_amounts(form), *_moments(form), *_code_free(work, form.code)])
    call = Call(
        code=form.code,
        title=form.title,
        exercice=form.exercice,
        envelope_minor=form.envelope,
        floor_minor=form.floor,
        ceiling_minor=form.ceiling,
        amount_currency="XOF",
        opens_at=form.opens_at,
        closes_at=form.closes_at,
        categories=[],
        excluded=[],
        refused_expenses=[],
        form={"edition": FORM_EDITION},
        created_by_id=work.actor.id,
        created_at=work.now,
    )
    return work.create(call, "call:created", permission="call:create", data={"code": form.code})


def edit(work: Work, call: Call, form: Section) -> Call:
    """Write one section; which one is said by its form. A stale version is refused and the text kept (C05)."""
    call = work.hold(call)
    refuse(editing_obstacles(work, call))
    before = call.version
    changes, rows = _section(form, work, call)
    work.edit(call, "call:edited", permission="call:edit", version=form.version, **changes)
    diff: dict[str, object] = {}
    for name, write in rows.items():
        old, new = write()
        if old != new:
            diff[name] = [old, new]
    if diff:
        if call.version == before:
            call.version = before + 1
        work.db.flush()
        work.record("call:edited", call, data=diff)
    return call


Write = Callable[[], tuple[str, str]]
"""Writes the rows of a section and gives back their old and new summary, for the history."""


@singledispatch
def _section(form: Section, work: Work, call: Call) -> tuple[dict[str, Any], dict[str, Write]]:
    raise TypeError(f"no section {type(form).__name__}")


def _replace(
    work: Work, model: type[Any], call: Call, new: Sequence[Base], summary: Callable[[Any], str]
) -> Write:
    def write() -> tuple[str, str]:
        statement = select(model).where(model.call_id == call.id).order_by(model.id)
        old = ", ".join(summary(row) for row in work.db.scalars(statement))
        work.db.execute(
            delete(model).where(model.call_id == call.id).execution_options(synchronize_session=False)
        )
        for row in list(work.db.identity_map.values()):
            if isinstance(row, model) and row.call_id == call.id:
                work.db.expunge(row)
        work.db.add_all(new)
        work.db.flush()
        return old, ", ".join(summary(row) for row in new)

    return write


def _twice(values: Sequence[object], field: str, part: str, words: str) -> Iterator[FieldError]:
    """A row whose value was already given above."""
    count: Counter[object] = Counter()
    for n, value in enumerate(values):
        count[value] += 1
        if count[value] > 1:
            yield FieldError(f"{field}-{n}-{part}", words)


@_section.register
def _identity(form: IdentityForm, work: Work, call: Call) -> tuple[dict[str, Any], dict[str, Write]]:
    _valid(_code_free(work, form.code, call.id))
    return {
        "code": form.code,
        "title": form.title,
        "summary": form.summary or "",
        "exercice": form.exercice,
        "contact": form.contact or "",
        "complaints_contact": form.complaints_contact or "",
        "corruption_contact": form.corruption_contact or "",
    }, {}


def words_of(typed: str) -> list[str]:
    """The words between commas, folded as labels are when they are compared."""
    return list(dict.fromkeys(word for part in typed.split(",") if (word := fold(part.strip()))))


@_section.register
def _money(form: MoneyForm, work: Work, call: Call) -> tuple[dict[str, Any], dict[str, Write]]:
    ids = [row.budget_line_id for row in form.lines]
    known = {line.id: line for line in work.db.scalars(select(BudgetLine).where(BudgetLine.id.in_(ids)))}
    errors = [
        *_amounts(form),
        *_twice(ids, "lines", "budget_line_id", _("This line is already chosen above.")),
    ]
    errors += [
        FieldError(f"lines-{n}-budget_line_id", _("Choose a budget line of the list."))
        for n, number in enumerate(ids)
        if number not in known
    ]
    categories = [row.category for row in form.shares]
    errors += _twice(categories, "shares", "category", _("This category already has a share above."))
    capped = [fold(row.category) for row in form.caps]
    errors += _twice(capped, "caps", "category", _("This category already has a cap above."))
    _valid(errors)
    lines = [
        CallLine(call_id=call.id, budget_line_id=row.budget_line_id, amount_minor=row.amount)
        for row in form.lines
    ]
    shares = [
        ReservedShare(call_id=call.id, category=row.category, percent=row.percent) for row in form.shares
    ]
    codes = {**{line.id: line.code for line in known.values()}}
    return {
        "envelope_minor": form.envelope,
        "floor_minor": form.floor,
        "ceiling_minor": form.ceiling,
        "own_contribution_percent": form.own_contribution_percent,
        "cash_exempt_displaced": form.cash_exempt_displaced,
        "refused_expenses": form.refused_expenses,
        "cost_caps": [
            {"category": row.category, "percent": row.percent, "words": words_of(row.words)}
            for row in form.caps
        ],
    }, {
        "budget_lines": _replace(
            work,
            CallLine,
            call,
            lines,
            lambda r: f"{codes.get(r.budget_line_id, r.budget_line_id)} {r.amount_minor}",
        ),
        "reserved_shares": _replace(work, ReservedShare, call, shares, lambda r: f"{r.category} {r.percent}"),
    }


@_section.register
def _calendar(form: CalendarForm, work: Work, call: Call) -> tuple[dict[str, Any], dict[str, Write]]:
    _valid(_moments(form))
    values: dict[str, date | None] = {name: getattr(form, name) for name in DATES}
    values |= {"opens_at": form.opens_at.date(), "closes_at": form.closes_at.date()}
    _valid(FieldError(name, words) for name, _before, words in ordered_dates(values))
    changes: dict[str, Any] = {name: getattr(form, name) for name in DATES}
    return {
        **changes,
        "opens_at": form.opens_at,
        "closes_at": form.closes_at,
        "answers_where": form.answers_where or "",
        "appeal_days": form.appeal_days,
        "appeal_to": form.appeal_to or "",
    }, {}


def _more_places(work: Work, typed: str) -> list[Place]:
    """Places named by code or by name, one a line or between commas; refused when a name is unknown or shared."""
    found = []
    for word in (w.strip() for line in typed.split("\n") for w in line.split(",")):
        if not word:
            continue
        matches = places.search(work, word)
        exact = [p for p in matches if p.code == word.upper() or p.folded == fold(word)]
        matches = exact or matches
        if len(matches) != 1:
            words = (
                _("No place is called « %(name)s ».")
                if not matches
                else _("Several places are called « %(name)s »: give the code.")
            )
            raise Invalid([FieldError("more_places", words % {"name": word})])
        place = matches[0]
        found.append(place)
    return found


@_section.register
def _applicants(form: ApplicantsForm, work: Work, call: Call) -> tuple[dict[str, Any], dict[str, Write]]:
    chosen = {p.id: p for p in work.db.scalars(select(Place).where(Place.id.in_(form.places)))}
    if len(chosen) != len(set(form.places)):
        raise Invalid([FieldError("places", _("Choose places of the list."))])
    for place in _more_places(work, form.more_places or ""):
        chosen[place.id] = place
    rows = [CallPlace(call_id=call.id, place_id=p.id) for p in sorted(chosen.values(), key=lambda p: p.code)]
    names = {**{p.id: p.name for p in record.places(work, call)}, **{p.id: p.name for p in chosen.values()}}
    return {
        "categories": list(dict.fromkeys(form.categories)),
        "min_members": form.min_members,
        "min_age_months": form.min_age_months,
        "min_youth_percent": form.min_youth_percent,
        "max_months": form.max_months,
        "max_files": form.max_files,
        "excluded": form.excluded,
        "filing_place": form.filing_place or "",
        "filing_hours": form.filing_hours or "",
        "copies": form.copies,
    }, {"places": _replace(work, CallPlace, call, rows, lambda r: names.get(r.place_id, str(r.place_id)))}


@_section.register
def _pieces(form: PiecesForm, work: Work, call: Call) -> tuple[dict[str, Any], dict[str, Write]]:
    _valid(_twice([r.code for r in form.pieces], "pieces", "code", _("This code is already used above.")))
    rows = [
        RequiredPiece(
            call_id=call.id,
            code=row.code,
            label=row.label,
            position=n,
            needed_from_minor=row.needed_from,
            conditional=bool(row.condition),
            condition=row.condition or "",
            categories=[row.only_for] if row.only_for else [],
        )
        for n, row in enumerate(form.pieces, 1)
    ]
    return {}, {"pieces": _replace(work, RequiredPiece, call, rows, lambda r: r.code)}


@_section.register
def _grid(form: GridForm, work: Work, call: Call) -> tuple[dict[str, Any], dict[str, Write]]:
    errors = [
        *_twice([r.code for r in form.criteria], "criteria", "code", _("This code is already used above."))
    ]
    ranks = [r.tie_rank if r.tie_rank is not None else -n for n, r in enumerate(form.criteria, 1)]
    errors += _twice(ranks, "criteria", "tie_rank", _("This rank is already given above."))
    errors += [
        FieldError(
            f"criteria-{n}-floor",
            _("The floor of a criterion cannot be above its weight (%(weight)d).") % {"weight": row.weight},
        )
        for n, row in enumerate(form.criteria)
        if (row.floor or 0) > row.weight
    ]
    _valid(errors)
    rows = [
        Criterion(
            call_id=call.id,
            code=row.code,
            label=row.label,
            guidance=row.guidance or "",
            weight=row.weight,
            floor=row.floor or 0,
            position=n,
            tie_rank=row.tie_rank,
            levels=row.levels,
        )
        for n, row in enumerate(form.criteria, 1)
    ]
    return {
        "score_floor": form.score_floor,
        "spread_limit": form.spread_limit,
        "assessors_needed": form.assessors_needed,
    }, {"criteria": _replace(work, Criterion, call, rows, lambda r: f"{r.code} {r.weight}")}


@_section.register
def _objectives(form: ObjectivesForm, work: Work, call: Call) -> tuple[dict[str, Any], dict[str, Write]]:
    _valid(
        _twice(
            [r.objective_id for r in form.objectives],
            "objectives",
            "objective_id",
            _("This objective is already chosen above."),
        )
    )

    def write() -> tuple[str, str]:
        where = record.countries(record.places(work, call))
        if not where:
            raise Refused(
                Refusal("places_first", _("Choose the places first: they say which frameworks are in force."))
            )
        strategy.tag(work, call, {row.objective_id: row.weight for row in form.objectives}, countries=where)
        return "", ""

    return {}, {"objectives": write}
