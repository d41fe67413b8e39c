"""« Mes dossiers », the counter, the register: what their pages show."""

from __future__ import annotations

from typing import Any

from sqlalchemy import case, func, select

from portfolio.accounts.queries import people_with
from portfolio.applications.forms import PAGES
from portfolio.applications.models import Application, FilingReceipt
from portfolio.applications.queries import files
from portfolio.applications.queries.record import channel_text
from portfolio.calls.models import Call, CallPlace
from portfolio.documents import queries as documents
from portfolio.groups.models import CATEGORIES, Group
from portfolio.groups.queries import category_text, search_clause
from portfolio.kit.i18n import pgettext
from portfolio.places.models import Place
from portfolio.rulebook.lifecycles.applications import APPLICATION
from portfolio.work import Work


def mine_facts(work: Work) -> dict[str, Any]:
    """« Mes dossiers »: one's files, and the open calls for which one's groups have none yet."""
    rows = files.own(work)
    groups = list(work.db.scalars(select(Group).where(work.within("own:view", Group)).order_by(Group.name)))
    opened = select(Call).where(
        Call.status == "published", Call.opens_at <= work.now, Call.closes_at >= work.now
    )
    taken = {(a.call_id, a.group_id) for a, _c in rows if a.status != "withdrawn"}
    calls = [
        (call, [g for g in groups if (call.id, g.id) not in taken or call.max_files > 1])
        for call in work.db.scalars(opened.order_by(Call.closes_at))
    ]
    labels = {s.code: pgettext(APPLICATION.noun, s.applicant_label or s.label) for s in APPLICATION.states}
    return {"rows": rows, "calls": calls, "labels": labels, "cycle": APPLICATION, "page_count": len(PAGES)}


def counter_facts(work: Work, call_id: int, typed: str) -> dict[str, Any]:
    """The counter: the calls that take deposits, the one chosen with its papers, the groups that answer to what was said."""
    statement = select(Call).where(Call.status == "published", Call.opens_at <= work.now)
    calls = list(work.db.scalars(statement.order_by(Call.closes_at.desc()).limit(20)))
    open_ones = [c for c in calls if c.closes_at >= work.now]
    chosen = next((c for c in calls if c.id == call_id), None)
    if chosen is None and len(open_ones) == 1:
        chosen = open_ones[0]
    return {
        "calls": calls,
        "call": chosen,
        "q": typed,
        "groups": found_groups(work, typed, chosen),
        "required_options": [(r.code, r.label) for r in files.required(work, chosen)] if chosen else [],
        "communes": territory(work, chosen) if chosen else [],
        "categories": [(code, category_text(code)) for code in CATEGORIES],
        "place": last_place(work),
    }


def found_groups(work: Work, typed: str, call: Call | None) -> list[tuple[Group, str, str]]:
    """At most five groups with their commune and the file they already have in this call; two queries."""
    clause = search_clause(work, typed) if typed.strip() else None
    if clause is None:
        return []
    statement = select(Group, Place.name).join(Place, Place.id == Group.place_id).where(clause)
    found = work.db.execute(
        statement.where(work.within("group:view", Group)).order_by(Group.name).limit(5)
    ).all()
    if call is None or not found:
        return [(g, p, "") for g, p in found]
    had = select(Application.group_id, Application.reference).where(
        Application.call_id == call.id,
        Application.group_id.in_([g.id for g, _p in found]),
        Application.status != "withdrawn",
    )
    files_of = {row[0]: row[1] for row in work.db.execute(had)}
    return [(g, p, files_of.get(g.id, "")) for g, p in found]


def territory(work: Work, call: Call) -> list[tuple[int, str]]:
    """The communes where groups may apply, by name."""
    roots = list(
        work.db.scalars(
            select(Place.path)
            .join(CallPlace, CallPlace.place_id == Place.id)
            .where(CallPlace.call_id == call.id)
        )
    )
    statement = select(Place.id, Place.name, Place.path, Place.country).where(Place.level == 3)
    kept = [
        (number, f"{name} ({country})")
        for number, name, path, country in work.db.execute(statement.order_by(Place.folded))
        if any(path == root or path.startswith(f"{root}/") for root in roots)
    ]
    return kept


def last_place(work: Work) -> str:
    """The place this agent wrote last: nobody types it forty times in an afternoon."""
    statement = select(FilingReceipt.place).where(FilingReceipt.received_by_id == work.actor.id)
    return work.db.scalar(statement.order_by(FilingReceipt.id.desc()).limit(1)) or ""


def counter_register(work: Work, call: Call) -> dict[str, Any]:
    """The register of a call: its récépissés in order, and its closing."""
    rows = files.filings(work, call)
    register = files.register(work, call)
    people = [p for p in (register.closed_by_id, register.witnessed_by_id) if p] if register else []
    return {
        "call": call,
        "rows": rows,
        "register": register,
        "in_time": sum(1 for r, *_rest in rows if not r.late),
        "late": sum(1 for r, *_rest in rows if r.late),
        "asked": sum(r.requested_minor for r, *_rest in rows),
        "names": work.around.names_of(work.db, people),
        "after_hour": work.now > call.closes_at,
        "place": last_place(work) if register is None and work.maybe_actor else "",
        "channel_text": channel_text,
        "documents": documents.shown(work, call) if register and register.status == "closed" else [],
    }


def call_counts(work: Work, call: Call) -> dict[str, Any]:
    """How many files a call has, and what they ask against its envelope; one query."""
    late = func.coalesce(func.sum(case((FilingReceipt.late.is_(True), 1), else_=0)), 0)
    drafts = func.sum(case((Application.status == "draft", 1), else_=0))
    asked = func.sum(case((Application.filed.is_(True), Application.requested_minor), else_=0))
    statement = (
        select(func.count(FilingReceipt.id), late, func.coalesce(drafts, 0), func.coalesce(asked, 0))
        .select_from(Application)
        .outerjoin(FilingReceipt, FilingReceipt.application_id == Application.id)
        .where(Application.call_id == call.id)
    )
    filed, after, writing, total = work.db.execute(statement).one()
    return {
        "in_time": filed - after,
        "late": after,
        "drafts": writing,
        "asked": int(total),
        "envelope": call.envelope_minor,
        "call_id": call.id,
    }


def officers(work: Work) -> list[tuple[int, str]]:
    """Who may be put in charge of a file."""
    return [(p.id, p.full_name) for p in people_with(work, "grants_officer")]
