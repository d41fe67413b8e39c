"""Under which act a person signs: appointment, delegation or interim, printed with the name and the function (F5)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import or_, select

from portfolio.accounts.models import Person, RoleAssignment
from portfolio.accounts.queries.identity import capacity_text
from portfolio.kit.grammar import of
from portfolio.kit.i18n import speaking
from portfolio.kit.words import date_long
from portfolio.rulebook.permissions import roles_with
from portfolio.work import Work


def act_of(work: Work, person_id: int | None, on: date, permission: str = "") -> str:
    """« agissant en vertu de la décision n° 012/SE du 3 mars 2024 » for a role held in one's own name that day, « par délégation (…) » or
    « par intérim (…) » otherwise; empty where nothing was recorded. `permission` is what was done: the role that allows it is the one that signs."""
    if person_id is None:
        return ""
    role = RoleAssignment
    statement = select(role).where(
        role.person_id == person_id,
        role.act_number.is_not(None),
        role.starts_on <= on,
        or_(role.ends_on.is_(None), role.ends_on >= on),
        *([role.role.in_(roles_with(permission))] if permission else []),
    )
    found = [
        a
        for a in work.db.scalars(statement.order_by(role.id))
        if a.revoked_at is None or a.revoked_at.date() > on
    ]
    if not found:
        return ""
    chosen = min(found, key=lambda a: a.kind != "own")
    with speaking("fr"):
        return acting(chosen) if chosen.kind == "own" else capacity_text(chosen)


def acting(assignment: RoleAssignment) -> str:
    """The words of an appointment, French as papers are."""
    number = (assignment.act_number or "").strip()
    if not number:
        return ""
    name = f"acte n° {number}" if number[:1].isdigit() else number
    when = f" du {date_long(assignment.act_on)}" if assignment.act_on else ""
    return f"agissant en vertu {of(name)}{when}"


def signer(work: Work, person_id: int | None, at: datetime | None, permission: str = "") -> dict[str, str]:
    """Who signed, for the facts of a paper: name, function, act and day; empty texts where nobody signed yet."""
    person = work.db.get(Person, person_id) if person_id else None
    on = at.date() if at else None
    return {
        "name": person.full_name if person else "",
        "function": person.function if person else "",
        "act": act_of(work, person.id, on or work.today, permission) if person else "",
        "on": on.isoformat() if on else "",
    }
