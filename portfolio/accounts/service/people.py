"""People and their roles."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy import or_, select

from portfolio.accounts.models import Person, RoleAssignment
from portfolio.accounts.queries import by_email, in_force
from portfolio.accounts.service.twins import twin_obstacles
from portfolio.kit import passwords
from portfolio.kit.errors import Refusal, Refused, refuse
from portfolio.kit.forms import value_error
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.permissions import INCOMPATIBLE, MONEY_ROLES, ROLES, who_may
from portfolio.work import Work


def create_person(
    work: Work,
    *,
    email: str,
    full_name: str,
    password: str,
    function: str = "",
    phone: str = "",
    id_number: str = "",
    locale: str = "fr",
    permission: str | None = "person:create",
    hashed: str = "",
) -> Person:
    """Open an account. Raises Invalid for an address in use or a weak password (A07). `hashed` is the password's own hash, where many
    accounts share one and it was hashed once (the demo portfolio)."""
    if permission is not None:
        work.require(permission)
    check_password(password, email, full_name)
    hashed = hashed or passwords.hash_password(password)
    return _open_account(work, email, full_name, hashed, function, phone, locale, id_number)


def create_applicant(work: Work, full_name: str, email: str, phone: str, password: str) -> Person:
    """A group's representative opens an account by itself, on the public side; it holds nothing until a group is registered."""
    check_password(password, email, full_name)
    hashed = passwords.hash_password(password)
    return _open_account(work, email, full_name, hashed, "", phone, work.origin.locale)


def _open_account(
    work: Work,
    email: str,
    full_name: str,
    hashed: str,
    function: str,
    phone: str,
    locale: str,
    id_number: str = "",
) -> Person:
    address = email.strip().lower()
    if by_email(work.db, address) is not None:
        raise value_error(
            "email", _("This address cannot be used. Sign in if it is yours, or give another one.")
        )
    actor = work.maybe_actor
    person = Person(
        email=address,
        full_name=full_name,
        function=function,
        phone=phone,
        id_number=id_number,
        locale=locale,
        password_hash=hashed,
        created_at=work.now,
        created_by_id=actor.id if actor else None,
        preferences={},
    )
    return work.create(person, "person:created")


def check_password(password: str, email: str, full_name: str) -> None:
    """Length and not a common word; no composition rules (A07)."""
    if len(password) < passwords.SHORTEST:
        raise value_error(
            "password",
            _("Use at least %(n)d characters: a short sentence is easy to remember.")
            % {"n": passwords.SHORTEST},
        )
    if len(password) > passwords.LONGEST:
        raise value_error("password", _("Use at most %(n)d characters.") % {"n": passwords.LONGEST})
    if passwords.is_weak(password, full_name, email.partition("@")[0]):
        raise value_error(
            "password", _("This password is too easy to guess. Use a short sentence of your own.")
        )


def grant_role(
    work: Work,
    person: Person,
    role: str,
    *,
    scope_kind: str = "all",
    scope_code: str = "",
    starts_on: date | None = None,
    ends_on: date | None = None,
    kind: str = "own",
    principal_id: int | None = None,
    act_number: str | None = None,
    act_on: date | None = None,
    ceiling_minor: int | None = None,
    permission: str | None = "role:grant",
) -> RoleAssignment:
    """Give a role on a scope. Nobody grants himself; incompatible roles are refused; money roles wait for a second person (Z06, R7)."""
    actor = work.maybe_actor
    if permission is not None:
        work.require(permission)
        if work.actor.id == person.id:
            raise Refused(
                Refusal(
                    "own_role", _("Nobody gives a role to himself. Ask another person who may give roles.")
                )
            )
    work.hold(person)  # two grants at once must see each other
    held = set(
        work.db.scalars(
            select(RoleAssignment.role).where(RoleAssignment.person_id == person.id, *in_force(work.today))
        )
    )
    waiting = set(
        work.db.scalars(
            select(RoleAssignment.role).where(
                RoleAssignment.person_id == person.id,
                RoleAssignment.revoked_at.is_(None),
                or_(RoleAssignment.ends_on.is_(None), RoleAssignment.ends_on >= work.today),
            )
        )
    )
    for pair in INCOMPATIBLE:
        if role in pair and pair & ((held | waiting) - {role}):
            other = next(iter(pair - {role}))
            words = _("This person already holds the role “%(other)s”, which cannot go with “%(role)s”.")
            raise Refused(
                Refusal("incompatible_roles", words % {"other": _(ROLES[other]), "role": _(ROLES[role])})
            )
    at_once = permission is None or role not in MONEY_ROLES
    if not at_once:
        refuse(twin_obstacles(work, person))
    assignment = RoleAssignment(
        person_id=person.id,
        role=role,
        scope_kind=scope_kind,
        scope_code=scope_code,
        kind=kind,
        principal_id=principal_id,
        act_number=act_number,
        act_on=act_on,
        ceiling_minor=ceiling_minor,
        starts_on=starts_on or work.today,
        ends_on=ends_on,
        granted_by_id=actor.id if actor and actor.id != person.id else None,
        confirmed_at=work.now if at_once else None,
    )
    work.db.add(assignment)
    work.db.flush()
    data = {
        "role": role,
        "scope": f"{scope_kind}:{scope_code}",
        "kind": kind,
        "act": act_number,
        "from": assignment.starts_on,
        "to": ends_on,
    }
    work.record("role:granted" if at_once else "role:proposed", person, data=data)
    return assignment


def confirm_obstacles(work: Work, assignment: RoleAssignment) -> Iterator[Refusal]:
    """A money role takes effect by a second person, who is neither the first nor the one who receives it (Z06), under an act that the
    papers it signs will name (F5)."""
    if assignment.confirmed_at is not None or assignment.revoked_at is not None:
        yield Refusal("role_settled", _("This role is already confirmed or withdrawn."))
    if not assignment.act_number or assignment.act_on is None:
        yield Refusal(
            "act_missing",
            _("The act of appointment is not recorded: the papers signed in this role must name it."),
            way_out=_("Record the number and the date of the act beside the role."),
            who=who_may("role:grant"),
        )
    if work.actor.id in (assignment.granted_by_id, assignment.person_id):
        yield Refusal(
            "four_eyes",
            _("Separation of duties: you already acted on this record. A second person must do this."),
            who=who_may("role:grant"),
        )
    yield from twin_obstacles(work, work.db.get_one(Person, assignment.person_id))


def confirm_role(work: Work, assignment: RoleAssignment) -> RoleAssignment:
    """Make a money role take effect: the second person's act (Z06)."""
    assignment = work.hold(assignment)
    work.require("role:grant")
    refuse(confirm_obstacles(work, assignment))
    assignment.confirmed_by_id, assignment.confirmed_at = work.actor.id, work.now
    work.db.flush()
    person = work.db.get_one(Person, assignment.person_id)
    data = {"role": assignment.role, "scope": f"{assignment.scope_kind}:{assignment.scope_code}"}
    work.record("role:granted", person, data=data)
    return assignment


def save_view(work: Work, listing: str, name: str, query: str) -> None:
    """Keep a list's filters under a name, for the person signed in; the same name replaces."""
    person = work.db.get(Person, work.actor.id)
    assert person is not None
    views = {k: list(v) for k, v in dict(person.preferences or {}).get("views", {}).items()}
    mine = [v for v in views.get(listing, []) if v[0] != name][-9:]
    views[listing] = [*mine, [name, query]]
    person.preferences = {**dict(person.preferences or {}), "views": views}
    work.db.flush()
    work.record("view:saved", person, data={"listing": listing})
