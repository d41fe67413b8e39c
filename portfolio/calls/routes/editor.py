"""Writing a call: the least first, then section by section, in any order, and a last reading before it is sent."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from portfolio.calls import queries, service
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
from portfolio.calls.models import Call
from portfolio.calls.queries.complete import DATES, SECTIONS, date_label
from portfolio.groups.routes.records import typed
from portfolio.kit.errors import Bad, NotFound
from portfolio.kit.i18n import gettext as _
from portfolio.kit.i18n import time_text
from portfolio.web.act import Raw, W, allow, on_refusal, room
from portfolio.web.render import done, page
from portfolio.web.urls import url
from portfolio.work import Work

router = room("calls")
FORMS: dict[str, type[Section]] = {
    "identity": IdentityForm,
    "money": MoneyForm,
    "calendar": CalendarForm,
    "applicants": ApplicantsForm,
    "pieces": PiecesForm,
    "grid": GridForm,
    "objectives": ObjectivesForm,
}
ROWS = {"lines": 3, "shares": 2, "caps": 2, "pieces": 3, "criteria": 2, "objectives": 9}
"""Empty rows offered under those already written: without JavaScript, saving offers as many again, also when it is refused.

Objectives are refused until each framework in force makes 100 %, so enough rows for all of them are offered at once."""


def new_page(work: Work, bad: Bad | None = None) -> Response:
    """The least that makes a call."""
    return page(
        work,
        "calls/new.html",
        bad=bad,
        title=_("Write a call"),
        crumbs=[(_("Calls for proposals"), url("calls.index")), (_("Write a call"), None)],
        year=work.today.year,
        **typed(bad),
    )


@router.get("/new", name="calls.new")
@allow("call:create")
def new(work: W) -> Response:
    """A new call."""
    return new_page(work)


@router.post("", name="calls.create")
@allow("call:create")
@on_refusal(new_page)
def create(work: W, raw: Raw) -> Response:
    """Open the draft, then go on by sections."""
    call = service.create(work, CreateForm.read(raw))
    return done(
        work,
        url("calls.section", id=call.id, section="identity"),
        _("Draft opened. Write its sections in any order."),
    )


def _rows(
    bad: Bad | None, name: str, stored: list[dict[str, Any]], parts: tuple[str, ...]
) -> list[dict[str, Any]]:
    """The rows of a section as typed or as stored, each with its number and errors, and a few blank ones."""
    shown: list[dict[str, Any]] = []
    if bad and bad.typed:
        numbers = sorted(
            {
                int(k.split("-")[1])
                for k in bad.typed
                if k.startswith(f"{name}-") and k.split("-")[1].isdigit()
            }
        )
        for n in numbers:
            row = {part: bad.typed.get(f"{name}-{n}-{part}", "") for part in parts}
            shown.append({"n": n, **row})
    else:
        shown = [{"n": n, **row} for n, row in enumerate(stored)]
    first = max((row["n"] for row in shown), default=-1) + 1
    blank = sum(1 for row in shown if not any(str(row.get(part) or "").strip() for part in parts))
    shown += [{"n": first + n, **dict.fromkeys(parts, "")} for n in range(ROWS[name] - blank)]
    return shown


LEVELS = tuple(f"level_{n}" for n in range(6))


def _row_facts(bad: Bad | None, section: str, b: Any) -> dict[str, Any]:
    if section == "money":
        lines = [{"budget_line_id": x.budget_line_id, "amount": x.amount_minor} for x in b.lines]
        shares = [{"category": s.category, "percent": s.percent} for s in b.shares]
        caps = [{**cap, "words": ", ".join(cap["words"])} for cap in b.call.cost_caps]
        return {
            "lines": _rows(bad, "lines", lines, ("budget_line_id", "amount")),
            "shares": _rows(bad, "shares", shares, ("category", "percent")),
            "caps": _rows(bad, "caps", caps, ("category", "percent", "words")),
        }
    if section == "pieces":
        stored = [
            {
                "code": p.code,
                "label": p.label,
                "only_for": p.categories[0] if p.categories else "",
                "needed_from": p.needed_from_minor,
                "condition": p.condition,
            }
            for p in b.pieces
        ]
        return {
            "rows": _rows(bad, "pieces", stored, ("code", "label", "only_for", "needed_from", "condition"))
        }
    if section == "grid":
        stored = [
            {
                "code": c.code,
                "label": c.label,
                "guidance": c.guidance,
                "weight": c.weight,
                "floor": c.floor or "",
                "tie_rank": c.tie_rank or "",
                **{f"level_{n}": text for n, text in enumerate(c.levels)},
            }
            for c in b.criteria
        ]
        return {
            "rows": _rows(
                bad, "criteria", stored, ("code", "label", "guidance", "weight", "floor", "tie_rank", *LEVELS)
            )
        }
    if section == "objectives":
        stored = [
            {"objective_id": number, "weight": w} for each in b.tags for number, _c, _t, w in each.weights
        ]
        return {"rows": _rows(bad, "objectives", stored, ("objective_id", "weight"))}
    return {}


def section_page(work: Work, id: int, section: str, bad: Bad | None = None) -> Response:
    """One section, with the list of the others and where each stands."""
    call = _editable(work, id, section)
    facts = queries.editor_facts(work, call, section)
    return page(
        work,
        f"calls/edit_{section}.html",
        bad=bad,
        title=_(SECTIONS[section]),
        crumbs=_crumbs(call, _(SECTIONS[section])),
        frozen=list(service.editing_obstacles(work, call)),
        dates=[(name, date_label(name)) for name in DATES],
        **typed(bad),
        **_row_facts(bad, section, facts["b"]),
        **facts,
    )


def _editable(work: Work, id: int, section: str) -> Call:
    if section not in FORMS:
        raise NotFound
    return work.fetch(Call, id, "call:edit")


def _crumbs(call: Call, last: str) -> list[tuple[str, str | None]]:
    return [
        (_("Calls for proposals"), url("calls.index")),
        (call.reference or call.code, url("calls.show", id=call.id)),
        (last, None),
    ]


@router.get("/{id}/edit/{section}", name="calls.section")
@allow("call:edit")
def section(work: W, id: int, section: str) -> Response:
    """A section to write."""
    return section_page(work, id, section)


@router.post("/{id}/edit/{section}", name="calls.save_section")
@allow("call:edit")
@on_refusal(section_page)
def save_section(work: W, raw: Raw, id: int, section: str) -> Response:
    """Save it, and go on to the next or stay to add rows."""
    call = _editable(work, id, section)
    form = FORMS[section].read(raw)
    service.edit(work, call, form)
    words = _("Saved at %(hour)s.") % {"hour": time_text(work.now)}
    if form.then == "stay":
        return done(work, url("calls.section", id=id, section=section), words)
    names = list(SECTIONS)
    at = names.index(section)
    if at + 1 < len(names):
        return done(work, url("calls.section", id=id, section=names[at + 1]), words)
    return done(work, url("calls.review", id=id), words)


@router.get("/{id}/review", name="calls.review")
@allow("call:view")
def review(work: W, id: int) -> Response:
    """Check your answers: everything that was written, with what lacks and a link to change it."""
    call = queries.get(work, id)
    return page(
        work,
        "calls/review.html",
        title=_("Last reading"),
        crumbs=_crumbs(call, _("Last reading")),
        obstacles=list(service.send_obstacles(work, call)) if call.status == "draft" else [],
        **queries.facts(work, call),
    )
