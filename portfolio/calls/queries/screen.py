"""What the pages of a call show: the record, the editor, the public side. One `facts` a page, used by the visit and by the refused form."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from portfolio.calls.models import Call
from portfolio.calls.queries import objectives, papers, record
from portfolio.calls.queries.complete import (
    DATES,
    LACKS,
    SECTIONS,
    Bundle,
    bundle,
    date_label,
    lacks,
)
from portfolio.documents import queries as documents
from portfolio.groups.queries import CATEGORY_WORDS
from portfolio.kit.errors import Refusal
from portfolio.kit.i18n import N_, date_text
from portfolio.kit.i18n import gettext as _
from portfolio.kit.money import amount
from portfolio.places.models import Place
from portfolio.work import Work

SHARE_WORDS = {
    "women": N_("Women's groups"),
    "youth": N_("Youth associations and groups"),
    "woman_president": N_("Groups led by a woman"),
}
OUTCOME_WORDS = {
    "awarded": N_("Awarded"),
    "no_candidate": N_("Unsuccessful: no file could be selected"),
    "abandoned": N_("Abandoned"),
}
MAIN_STEPS = ("draft", "sent", "scheduled", "open", "closed", "finalised")


def status_steps(call: Call, now: Any) -> list[dict[str, str]]:
    """The status bar: the stored statuses and those of the clock in one line."""
    here = record.state(call, now)
    steps = [*MAIN_STEPS] if here != "cancelled" else [*MAIN_STEPS[:2], "cancelled"]
    at = steps.index(here)
    dates = {
        "sent": call.sent_at,
        "scheduled": call.published_at,
        "open": call.opens_at if call.published_at else None,
        "closed": call.closes_at if call.published_at else None,
        "finalised": call.finalised_at,
    }
    titles = {k: date_text(v.date()) for k, v in dates.items() if v is not None}
    return [
        {
            "label": _(record.STATES[code][0]),
            "state": "current" if n == at else "past" if n < at else "future",
            "title": titles.get(code, ""),
        }
        for n, code in enumerate(steps)
    ]


def section_states(b: Bundle) -> list[tuple[str, str, list[Refusal]]]:
    """(section, state of the task, what it lacks): « à faire » when nothing was written, « en cours » when something lacks."""
    call = b.call
    begun = {
        "identity": bool(call.summary or call.contact),
        "money": bool(b.lines),
        "calendar": any(getattr(call, name) for name in DATES),
        "applicants": bool(b.places or call.categories),
        "pieces": bool(b.pieces),
        "grid": bool(b.criteria),
        "objectives": any(each.weights for each in b.tags),
    }
    found = []
    for name in SECTIONS:
        missing = list(LACKS[name](b))
        state = "done" if not missing else "doing" if begun[name] else "todo"
        if name == "objectives" and not b.places:
            state = "blocked"
        found.append((name, state, missing))
    return found


def _calendar(call: Call) -> list[tuple[str, str, bool]]:
    """(words, date, whether it is the deadline), in order."""
    rows = [(date_label("opens_at"), record.deadline_text(call.opens_at), False)]
    for name in ("questions_until", "answers_on"):
        rows.append((date_label(name), date_text(getattr(call, name)) or "–", False))
    rows.append((date_label("closes_at"), record.deadline_text(call.closes_at), True))
    for name in DATES[2:]:
        rows.append((date_label(name), date_text(getattr(call, name)) or "–", False))
    return rows


def _conditions(call: Call) -> list[str]:
    """What a group must be, in words; nothing is said of what is not asked."""
    found = []
    if call.min_members > 1:
        found.append(_("%(n)d members at least") % {"n": call.min_members})
    if call.min_age_months:
        found.append(_("%(n)d months of life at least") % {"n": call.min_age_months})
    if call.min_youth_percent:
        found.append(_("%(n)d %% of members aged 15 to 35 at least") % {"n": call.min_youth_percent})
    found.append(
        _("one file each") if call.max_files == 1 else _("%(n)d files each at most") % {"n": call.max_files}
    )
    return found


def _piece_notes(b: Bundle) -> dict[int, list[str]]:
    """When a paper is asked, in words, by its id."""
    notes: dict[int, list[str]] = {}
    for piece in b.pieces:
        words = [_(CATEGORY_WORDS[c]) for c in piece.categories]
        if piece.needed_from_minor:
            words.append(_("from %(amount)s") % {"amount": amount(piece.needed_from_minor)})
        if piece.condition:
            words.append(piece.condition)
        notes[piece.id] = words
    return notes


def _shown(work: Work, b: Bundle) -> dict[str, Any]:
    call = b.call
    words, tone = record.state_words(call, work.now)
    return {
        "call": call,
        "b": b,
        "state": record.state(call, work.now),
        "state_words": words,
        "state_tone": tone,
        "steps": status_steps(call, work.now),
        "calendar": _calendar(call),
        "deadline": record.deadline_text(call.closes_at),
        "conditions": _conditions(call),
        "piece_notes": _piece_notes(b),
        "share_words": SHARE_WORDS,
        "category_words": CATEGORY_WORDS,
        "outcome_words": OUTCOME_WORDS,
        "section_words": SECTIONS,
        "days_left": max(0, (call.closes_at - work.now).days) if call.closes_at > work.now else None,
    }


def facts(work: Work, call: Call) -> dict[str, Any]:
    """The page of a call, for staff."""
    b = bundle(work, call)
    return {
        **_shown(work, b),
        "places": papers.places_by_country(work, b.places),
        "questions": record.questions(work, call) if call.published_at else [],
        "corrections": record.corrections(work, call) if call.published_at else [],
        "papers": documents.shown(work, call),
        "lacking": list(lacks(b)) if call.status in ("draft", "sent") else [],
        "sections": section_states(b),
    }


def public_facts(work: Work, call: Call) -> dict[str, Any]:
    """The page of a call, for anybody: what the notice says, the answers, the corrections."""
    b = bundle(work, call)
    papers_of = documents.papers_of(work, call)
    return {
        **_shown(work, b),
        "places": papers.places_by_country(work, b.places),
        "questions": record.questions(work, call, answered_only=True),
        "corrections": record.corrections(work, call),
        "notices": [p for p in papers_of if p.kind in PUBLIC_PAPERS],
        "asking": not list(_asking(work, call)),
    }


PUBLIC_PAPERS = ("call_notice", "call_poster", "call_correction")
"""The papers of a call that anybody may read."""


def public_list(work: Work) -> list[tuple[str, list[dict[str, Any]]]]:
    """(words, calls) for what is open, what is to come and what closed last; one query."""
    statement = record.published().order_by(Call.closes_at.desc(), Call.id).limit(60)
    found = list(work.db.scalars(statement))
    groups = []
    for code, words in (("open", N_("Open now")), ("scheduled", N_("Opening soon"))):
        mine = [c for c in found if record.state(c, work.now) == code]
        groups.append((_(words), [_line(work, c) for c in sorted(mine, key=lambda c: c.closes_at)]))
    past = [c for c in found if record.state(c, work.now) not in ("open", "scheduled")]
    groups.append((_("Closed"), [_line(work, c) for c in past[:12]]))
    return groups


def _line(work: Work, call: Call) -> dict[str, Any]:
    words, tone = record.state_words(call, work.now)
    return {
        "call": call,
        "words": words,
        "tone": tone,
        "deadline": record.deadline_text(call.closes_at),
        "opening": record.deadline_text(call.opens_at),
        "days_left": max(0, (call.closes_at - work.now).days) if call.closes_at > work.now else None,
    }


def _asking(work: Work, call: Call) -> list[str]:
    late = call.questions_until is not None and work.today > call.questions_until
    return ["closed"] if late or record.state(call, work.now) not in ("scheduled", "open") else []


def editor_facts(work: Work, call: Call, section: str) -> dict[str, Any]:
    """One section of the editor, with the choices that it offers."""
    b = bundle(work, call)
    found: dict[str, Any] = {**_shown(work, b), "section": section, "sections": section_states(b)}
    if section == "money":
        found["credits"] = record.credits(work, call)
    if section == "applicants":
        found["regions"] = _regions(work)
        found["chosen"] = {p.id for p in b.places}
    if section == "objectives":
        found["taggable"] = objectives.taggable(work, [each.framework_id for each in b.tags])
    names = list(SECTIONS)
    at = names.index(section) if section in names else len(names) - 1
    found["next_section"] = names[at + 1] if at + 1 < len(names) else "review"
    found["previous_section"] = names[at - 1] if at else None
    return found


def _regions(work: Work) -> list[tuple[str, list[tuple[Place, list[Place]]]]]:
    """The regions of each country with their cercles, provinces or départements, for ticking; one query."""
    statement = select(Place).where(Place.level.in_((1, 2))).order_by(Place.country, Place.level, Place.name)
    regions: dict[int, tuple[Place, list[Place]]] = {}
    late: list[Place] = []
    for place in work.db.scalars(statement):
        if place.valid_to is not None and place.valid_to < work.today:
            continue
        if place.level == 1:
            regions[place.id] = (place, [])
        else:
            late.append(place)
    for place in late:
        if place.parent_id in regions:
            regions[place.parent_id][1].append(place)
    return [
        (name, [pair for pair in regions.values() if pair[0].country == code])
        for code, name in papers.COUNTRIES.items()
    ]
