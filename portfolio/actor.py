"""Who acts: a person with dated roles, each with its scope. Plain data; the database row stays in `accounts`."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, false, or_, true

from portfolio.kit.errors import Refusal
from portfolio.kit.i18n import gettext as _
from portfolio.kit.i18n import locale
from portfolio.kit.lifecycle import Move
from portfolio.rulebook.permissions import GRANTS, who_may


@dataclass(frozen=True)
class Grant:
    """One role as held today. `capacity` is what a paper prints under the name when it is held for someone else (R10, F5);
    `ceiling_minor` bounds the amount that this grant may sign for, None for no bound."""

    role: str
    scope_kind: str = "all"
    scope_code: str = ""
    capacity: str | None = None
    ceiling_minor: int | None = None


@dataclass(frozen=True)
class Actor:
    """The person behind a request or a job, with every role in force at that moment."""

    id: int
    name: str
    function: str = ""
    locale: str = "fr"
    grants: tuple[Grant, ...] = ()
    session_id: int | None = None
    authenticated_recently: bool = True
    extra: dict[str, Any] = field(default_factory=dict, compare=False)

    def holds(self, permission: str) -> list[Grant]:
        """The grants that carry a permission, whatever their scope."""
        return [g for g in self.grants if permission in GRANTS[g.role]]

    def may(self, permission: str, thing: object | None = None) -> bool:
        """Whether a grant carries the permission and its scope covers the thing."""
        return any(thing is None or covers(g, thing) for g in self.holds(permission))

    def grant_for(
        self, permission: str, thing: object | None = None, amount_minor: int | None = None
    ) -> Grant | None:
        """The grant to act under: one's own before a delegation, and high enough for the amount."""
        fits = [g for g in self.holds(permission) if thing is None or covers(g, thing)]
        if amount_minor is not None:
            fits = [g for g in fits if g.ceiling_minor is None or g.ceiling_minor >= amount_minor]
        return min(fits, key=lambda g: g.capacity is not None, default=None)

    def codes(self, kind: str) -> set[str]:
        """The scope codes of one kind that this person holds: the groups of an applicant, for instance."""
        return {g.scope_code for g in self.grants if g.scope_kind == kind}

    @property
    def roles(self) -> set[str]:
        """The roles held today."""
        return {g.role for g in self.grants}


SCOPE_COLUMNS = {"country": "country", "call": "call_id", "group": "group_id"}


def scope_value(thing: object, kind: str) -> str | None:
    """The thing's code on one kind of scope, or None when it does not carry it (a fund has no country)."""
    if kind == "group" and getattr(thing, "__tablename__", "") == "grp":
        return str(getattr(thing, "id", ""))
    if kind == "call" and getattr(thing, "__tablename__", "") == "call":
        return str(getattr(thing, "id", ""))
    value = getattr(thing, SCOPE_COLUMNS.get(kind, kind), None)
    return None if value is None else str(value)


def covers(grant: Grant, thing: object) -> bool:
    """Whether the scope of a grant covers a thing. A thing that does not carry the scope's kind is common to all."""
    if grant.scope_kind in ("all", "assigned"):
        return True
    value = scope_value(thing, grant.scope_kind)
    return value is None or value == grant.scope_code


def within(actor: Actor | None, permission: str, model: Any) -> ColumnElement[bool]:
    """The same rule as SQL, for lists: only the rows that the actor may see."""
    clauses: list[ColumnElement[bool]] = []
    for grant in actor.holds(permission) if actor else []:
        if grant.scope_kind in ("all", "assigned"):
            return true()
        name = (
            "id"
            if model.__tablename__ in ("grp", "call")
            and grant.scope_kind == {"grp": "group", "call": "call"}[model.__tablename__]
            else SCOPE_COLUMNS[grant.scope_kind]
        )
        column = getattr(model, name, None)
        if column is None:
            return true()
        clauses.append(column == (grant.scope_code if name == "country" else int(grant.scope_code or 0)))
    return or_(*clauses) if clauses else false()


def reader(actor: Actor | None, today: date) -> Hashable:
    """What a statement may be made from beside what was asked: who reads, with which roles, the day and the language."""
    return (actor.id, actor.grants, today, locale()) if actor else (None, (), today, locale())


def same_person(actor: Actor, move: Move, thing: object) -> Iterator[Refusal]:
    """One refusal when the actor already stands in a column that this move needs another person for (M09, R7)."""
    if any(getattr(thing, column, None) == actor.id for column in move.distinct_from):
        yield Refusal(
            "four_eyes",
            _("Separation of duties: you already acted on this record. A second person must do this."),
            who=who_may(move.permission),
        )
