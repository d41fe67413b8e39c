"""The roster: who holds which role, on what, since when and by which act; and whether it can staff a payment (R7, R10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import permutations
from typing import Any

from sqlalchemy import Select, func, select

from portfolio.accounts.models import Person, RoleAssignment, SignIn
from portfolio.accounts.queries.identity import in_force
from portfolio.accounts.queries.twins import TWIN_SIGNS, twins_of
from portfolio.accounts.queries.visa import visa_held, visa_required
from portfolio.kit.errors import NotFound, Refusal
from portfolio.kit.i18n import N_
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.permissions import MONEY_ROLES, ROLES, roles_with, who_may
from portfolio.work import Work

COUNTRIES = {"ML": N_("Mali"), "BF": N_("Burkina Faso"), "NE": N_("Niger")}
CHAIN = (
    ("disbursement:liquidate", N_("Liquidate")),
    ("disbursement:order", N_("Sign the payment order")),
    ("disbursement:pay", N_("Record the payment")),
)
"""The three acts of a payment that need three different people (R7)."""


def visible(work: Work) -> Select[Person]:
    """The people that the actor may see."""
    return select(Person).where(work.within("role:view", Person))


def assignment(work: Work, number: int) -> RoleAssignment:
    """One role as given; NotFound when there is none."""
    found = work.db.get(RoleAssignment, number) if 0 < number < 2**62 else None
    if found is None:
        raise NotFound
    return found


def scope_text(kind: str, code: str) -> str:
    """A scope in words."""
    if kind == "country":
        return _(COUNTRIES.get(code, code))
    if kind == "call":
        return _("call no. %(n)s") % {"n": code}
    if kind == "group":
        return _("applicant no. %(n)s") % {"n": code}
    return _("files assigned to this person") if kind == "assigned" else _("everything")


def state_of(found: RoleAssignment, today: date) -> str:
    """The state of a role today: withdrawn, ended, waiting, coming or held."""
    if found.revoked_at is not None:
        return "withdrawn"
    if found.ends_on is not None and found.ends_on < today:
        return "ended"
    if found.role in MONEY_ROLES and found.confirmed_at is None:
        return "waiting"
    return "coming" if found.starts_on > today else "held"


def facts(work: Work, person: Person) -> dict[str, Any]:
    """All that a person's page shows."""
    rows = work.db.scalars(
        select(RoleAssignment)
        .where((RoleAssignment.person_id == person.id) | (RoleAssignment.principal_id == person.id))
        .order_by(RoleAssignment.starts_on.desc(), RoleAssignment.id.desc())
    ).all()
    ids = {i for a in rows for i in (a.person_id, a.principal_id, a.granted_by_id, a.confirmed_by_id) if i}
    mine = [a for a in rows if a.person_id == person.id]
    found = twins_of(work, person)
    ids |= {i for t in found if t.row for i in (t.row.said_by_id, t.row.confirmed_by_id) if i}
    return {
        "person": person,
        "twins": found,
        "twin_signs": TWIN_SIGNS,
        "assignments": mine,
        "given_on": [a for a in rows if a.principal_id == person.id],
        "seen_at": work.db.scalar(select(func.max(SignIn.seen_at)).where(SignIn.person_id == person.id)),
        "own_roles": [a for a in mine if a.kind == "own" and state_of(a, work.today) == "held"],
        "names": work.around.names_of(work.db, ids),
        "state_of": lambda a: state_of(a, work.today),
        "scope_text": scope_text,
    }


def waiting(work: Work) -> list[tuple[RoleAssignment, Person]]:
    """Money roles that a second person must still confirm."""
    statement = (
        select(RoleAssignment, Person)
        .join(Person, Person.id == RoleAssignment.person_id)
        .where(
            RoleAssignment.role.in_(MONEY_ROLES),
            RoleAssignment.confirmed_at.is_(None),
            RoleAssignment.revoked_at.is_(None),
        )
        .order_by(RoleAssignment.id)
    )
    found = [(a, p) for a, p in work.db.execute(statement)]
    return [(a, p) for a, p in found if state_of(a, work.today) == "waiting"]


def holders(work: Work) -> dict[str, int]:
    """How many people hold each role today."""
    statement = (
        select(RoleAssignment.role, func.count(func.distinct(RoleAssignment.person_id)))
        .join(Person, Person.id == RoleAssignment.person_id)
        .where(Person.active.is_(True), *in_force(work.today))
        .group_by(RoleAssignment.role)
    )
    return {row[0]: int(row[1]) for row in work.db.execute(statement)}


def staffing(work: Work) -> list[Refusal]:
    """What keeps the office from paying: an act that nobody may do, or fewer than three different people for the three (R7)."""
    wanted = {role for permission, _words in CHAIN for role in roles_with(permission)}
    rows = work.db.execute(
        select(RoleAssignment.role, RoleAssignment.person_id)
        .join(Person, Person.id == RoleAssignment.person_id)
        .where(RoleAssignment.role.in_(wanted), Person.active.is_(True), *in_force(work.today))
    )
    by_role: dict[str, set[int]] = {}
    for role, number in rows:
        by_role.setdefault(role, set()).add(number)
    found = gaps(by_role)
    if visa_required(work) and not visa_held(work):
        words = _("The visa of the financial controller is required, and nobody holds the role: orders wait.")
        found.append(
            Refusal(
                "nobody_visas",
                words,
                way_out=_("Have a controller appointed by two people, or an interim named by an act."),
                who=who_may("role:grant"),
                url="/accounts/visa",
            )
        )
    return found


def gaps(by_role: Mapping[str, set[int]]) -> list[Refusal]:
    """The same from plain data: {role: people}."""
    able = [
        (permission, words, set().union(*(by_role.get(role, set()) for role in roles_with(permission))))
        for permission, words in CHAIN
    ]
    found = [
        Refusal(
            "nobody_can",
            _("Nobody can do this step of a payment today: %(step)s.") % {"step": _(words)},
            way_out=_("Give one of these roles."),
            who=who_may(permission),
        )
        for permission, words, people in able
        if not people
    ]
    if not found and not _distinct([people for _permission, _words, people in able]):
        found.append(
            Refusal(
                "three_people",
                _(
                    "A payment needs three different people to liquidate, order and pay: the office has fewer."
                ),
                way_out=_("Give one of these roles to another person."),
                who=", ".join(_(ROLES[r]) for r in ROLES if any(r in roles_with(p) for p, _w in CHAIN)),
            )
        )
    return found


def _distinct(sets: Sequence[set[int]]) -> bool:
    """Whether one different person can be taken from each set; the sets are cut to what matters, three people each."""
    small = [sorted(people)[: len(sets)] for people in sets]
    everybody = sorted({p for people in small for p in people})
    return any(
        all(p in people for p, people in zip(chosen, small, strict=True))
        for chosen in permutations(everybody, len(small))
    )


def sessions_of(work: Work) -> list[SignIn]:
    """One's own open connections, newest first."""
    statement = select(SignIn).where(SignIn.person_id == work.actor.id, SignIn.ended_at.is_(None))
    return list(work.db.scalars(statement.order_by(SignIn.seen_at.desc())))


def person_options(work: Work) -> list[tuple[int, str]]:
    """Active people of the institution as choices: those who hold another role than applicant."""
    statement = (
        select(Person.id, Person.full_name, Person.function)
        .where(
            Person.active.is_(True),
            Person.id.in_(
                select(RoleAssignment.person_id).where(
                    RoleAssignment.role != "applicant", *in_force(work.today)
                )
            ),
        )
        .order_by(Person.full_name)
    )
    return [
        (n, f"{name} · {function}" if function else name) for n, name, function in work.db.execute(statement)
    ]
