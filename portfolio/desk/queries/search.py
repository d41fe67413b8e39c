"""One search for everything: number, title, group, person's name by its sound, telephone; without accents, grouped."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import or_, select

from portfolio.agreements.models import Agreement
from portfolio.applications.models import Application
from portfolio.calls.models import Call
from portfolio.groups.models import Group, Officer
from portfolio.kit.i18n import gettext as _
from portfolio.kit.search import search_clause
from portfolio.kit.text import fold, sound
from portfolio.kit.urls import known, url
from portfolio.projects.models import Project
from portfolio.work import Work

MOST = 8


@dataclass(frozen=True)
class Hit:
    """One thing found."""

    label: str
    note: str
    url: str


def search(work: Work, text: str) -> list[tuple[str, list[Hit]]]:
    """What answers, by kind; only what the actor may see."""
    words = fold(text[:100])
    if len(words) < 2:
        return []
    found = [
        (_("Files"), _applications(work, text)),
        (_("Agreements"), _agreements(work, text)),
        (_("Micro-projects"), _projects(work, text)),
        (_("Groups"), _groups(work, text)),
        (_("Calls"), _calls(work, text)),
    ]
    return [(title, hits) for title, hits in found if hits]


def _to(route: str, number: int) -> str:
    return url(route, id=number) if known(route) else "/"


def _applications(work: Work, text: str) -> list[Hit]:
    if not work.may("application:view"):
        return []
    clause = search_clause(Application.search, text)
    statement = select(Application.id, Application.reference, Application.title).where(
        work.within("application:view", Application)
    )
    if clause is not None:
        statement = statement.where(clause)
    rows = work.db.execute(statement.order_by(Application.submitted_at.desc()).limit(MOST))
    return [Hit(r.reference, r.title, _to("applications.show", r.id)) for r in rows]


def _agreements(work: Work, text: str) -> list[Hit]:
    if not work.may("agreement:view"):
        return []
    clause = search_clause(Agreement.search, text)
    statement = select(Agreement.id, Agreement.reference, Agreement.title).where(
        work.within("agreement:view", Agreement)
    )
    rows = work.db.execute(
        (statement.where(clause) if clause is not None else statement)
        .order_by(Agreement.id.desc())
        .limit(MOST)
    )
    return [Hit(r.reference, r.title, _to("agreements.show", r.id)) for r in rows]


def _projects(work: Work, text: str) -> list[Hit]:
    if not work.may("project:view"):
        return []
    like = f"%{text.strip()[:60]}%"
    statement = select(Project.id, Project.reference, Project.title).where(
        work.within("project:view", Project),
        or_(Project.title.ilike(like), Project.reference.ilike(like), Project.code.ilike(like)),
    )
    return [
        Hit(r.reference, r.title, _to("projects.show", r.id)) for r in work.db.execute(statement.limit(MOST))
    ]


def _groups(work: Work, text: str) -> list[Hit]:
    if not work.may("group:view"):
        return []
    digits = re.sub(r"\D", "", text)
    ways = [Group.sound.contains(sound(text), autoescape=True)]
    if (clause := search_clause(Group.folded, text)) is not None:
        ways.append(clause)
    if len(digits) >= 6:
        ways += [
            Group.phone.contains(digits[-8:]),
            Group.registration.contains(text.strip()[:60], autoescape=True),
        ]
    if len(sound(text)) >= 3:
        named = select(Officer.group_id).where(
            Officer.sound.contains(sound(text), autoescape=True), Officer.until.is_(None)
        )
        ways.append(Group.id.in_(named))
    statement = (
        select(Group.id, Group.code, Group.name)
        .where(work.within("group:view", Group), or_(*ways))
        .order_by(Group.name)
        .limit(MOST)
    )
    return [Hit(r.name, r.code, _to("groups.show", r.id)) for r in work.db.execute(statement)]


def _calls(work: Work, text: str) -> list[Hit]:
    if not work.may("call:view"):
        return []
    like = f"%{text.strip()[:60]}%"
    statement = (
        select(Call.id, Call.code, Call.title)
        .where(or_(Call.title.ilike(like), Call.code.ilike(like)))
        .limit(MOST)
    )
    return [Hit(r.code, r.title, _to("calls.show", r.id)) for r in work.db.execute(statement)]
