"""A record's history in words: who, when, what, old → new, why. Worded when shown, from codes (design section 4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from portfolio.audit import queries as audit
from portfolio.kit.db import Base
from portfolio.kit.i18n import date_text, datetime_text, has_words, pgettext
from portfolio.kit.i18n import gettext as _
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
            text = f"{text}, {e.capacity}"
        who = names.get(e.actor_id or 0, _("The system"))
        changes = [change for change in _changes(e.data) if change[2] != e.capacity]  # said by the line itself
        lines.append(Line(who, e.at, text, changes, e.reason))
    return lines


CODED = frozenset(
    "about_kind account_kind band buyer category channel convening criteria displacement id_kind kind level "
    "method modality payee_kind pieces prevented profile proposal received_channel registration_kind "
    "reserved_shares role scope_kind set_aside_kind severity sex signs state structure voice".split()
)
"""Columns that hold codes: the history says that they changed, the record says to what."""
HIDDEN = ("_hash", "_by_id")
"""Endings of what a reader learns nothing from: a fingerprint, and the person whom the line already names."""


def _changes(data: Mapping[str, object]) -> list[tuple[str, str, str]]:
    """What changed, old and new; for codes and for other records only that it changed (`changed`, with no old value)."""
    found = []
    for name, value in data.items():
        if not (isinstance(value, list) and len(value) == 2) or name == "version" or name.endswith(HIDDEN):
            continue
        if any(isinstance(v, list | dict) for v in value) or value[0] == value[1]:
            continue
        label = name.removesuffix("_minor").removesuffix("_id").replace("_", " ")
        if not has_words("column", label):
            continue  # a column of the machine: the journal keeps it, a reader learns nothing from its name
        label = pgettext("column", label)
        if name in CODED or name.endswith("_id"):
            if value[0] not in (None, ""):
                found.append((label, "", _("changed")))
        elif not (value[0] in (None, "", 0, False) and value[1] in (None, "")):
            old, new = (_shown(name, v) for v in value)
            found.append((label, "" if value[0] in (0, False) else old, new))
    return found


def _shown(name: str, value: object) -> str:
    """A value of the journal in words: francs, a day, an hour, yes or no."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if name.endswith("_minor") and isinstance(value, int):
        return amount(value)
    if isinstance(value, str) and name.endswith("_on") and value:
        return date_text(date.fromisoformat(value))
    if isinstance(value, str) and name.endswith("_at") and value:
        return datetime_text(datetime.fromisoformat(value))
    return str(value)
