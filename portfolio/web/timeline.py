"""A record's history in words: who, when, what, old → new, why. Worded when shown, from codes (design section 4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from portfolio.audit import queries as audit
from portfolio.kit.db import Base
from portfolio.kit.i18n import gettext as _
from portfolio.kit.i18n import pgettext
from portfolio.kit.money import amount
from portfolio.rulebook.events import WORDS
from portfolio.work import Work


@dataclass(frozen=True)
class Line:
    """One line of a history."""

    who: str
    when: datetime
    text: str
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    reason: str | None = None


def timeline(work: Work, *things: Base, limit: int = 100) -> list[Line]:
    """What happened to these records, newest first; two queries."""
    subjects = [(t.__tablename__, t.id) for t in things]  # type: ignore[attr-defined]
    events = audit.timeline(work.db, *subjects, limit=limit)
    names = work.around.names_of(work.db, {e.actor_id for e in events if e.actor_id})
    lines = []
    for e in events:
        noun = e.event.partition(":")[0]
        text = pgettext(noun, WORDS.get(e.event, e.event))
        if e.capacity:
            text = f"{text} ({e.capacity})"
        who = names.get(e.actor_id or 0, _("The system"))
        lines.append(Line(who, e.at, text, _changes(e.data), e.reason))
    return lines


def _changes(data: Mapping[str, object]) -> list[tuple[str, str, str]]:
    found = []
    for name, value in data.items():
        if not (isinstance(value, list) and len(value) == 2) or name == "version":
            continue
        if any(isinstance(v, list | dict) for v in value):
            continue
        old, new = (_shown(name, v) for v in value)
        found.append((pgettext("column", name.replace("_minor", "").replace("_", " ")), old, new))
    return found


def _shown(name: str, value: object) -> str:
    if value is None:
        return ""
    if name.endswith("_minor") and isinstance(value, int):
        return amount(value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value)
