"""Act one: the institution's people and their roles, the places and the strategic frameworks they work with."""

from __future__ import annotations

from functools import partial

from sqlalchemy import select

from portfolio.accounts import service as accounts
from portfolio.accounts.models import Person, RoleAssignment
from portfolio.seed.data.model import Delegation, Staff
from portfolio.seed.data.people import DELEGATIONS, STAFF
from portfolio.seed.stage import NOBODY, Stage
from portfolio.work import Work

ADMINISTRATOR, ORDONNATEUR = "kadiatou.samake", "seydou.barro"
SET_UP_J = -445
FINISHED = "demo:filled"
_DOMAIN = "demo.example"


def email_of(login: str) -> str:
    """The address a demo account signs in with; the domain is reserved and receives nothing."""
    return f"{login}@{_DOMAIN}"


def plan(stage: Stage, password: str) -> None:
    """Two people set the product up; they let the others in, and a second person confirms the roles that touch money (Z06)."""
    delegates = {delegation.receiver for delegation in DELEGATIONS}
    for login in (ADMINISTRATOR, ORDONNATEUR):
        stage.plan(SET_UP_J, "08:00", NOBODY, partial(_set_up, stage, STAFF[login], password))
    others = [staff for staff in STAFF.values() if staff.login not in (ADMINISTRATOR, ORDONNATEUR)]
    for n, staff in enumerate(others):
        hour = f"{8 + (30 + n) // 60:02d}:{(30 + n) % 60:02d}"
        act = partial(_let_in, stage, staff, password, staff.login not in delegates)
        stage.plan(SET_UP_J, hour, ADMINISTRATOR, act)
    stage.plan(SET_UP_J, "15:00", ORDONNATEUR, partial(_confirm_roles, stage))
    for delegation in DELEGATIONS:
        stage.plan(delegation.from_j, "09:00", ADMINISTRATOR, partial(_delegate, stage, delegation))
        stage.plan(delegation.from_j, "09:30", ORDONNATEUR, partial(_confirm_roles, stage))


def plan_end(stage: Stage) -> None:
    """The last step says in the trail that the demo is there, whole."""
    stage.plan(-1, "23:59", ADMINISTRATOR, partial(_finish, stage))


def open_account(stage: Stage, work: Work, staff: Staff, password: str, *, by_hand: bool = True) -> Person:
    """An account with the demo's password, hashed once for everybody."""
    person = accounts.create_person(
        work,
        email=email_of(staff.login),
        full_name=staff.name,
        password=password,
        function=staff.function,
        permission="person:create" if by_hand else None,
        hashed=stage.password_hash,
    )
    stage.keep(f"person:{staff.login}", person)
    return person


def _set_up(stage: Stage, staff: Staff, password: str, work: Work) -> None:
    person = open_account(stage, work, staff, password, by_hand=False)
    for grant in staff.roles:
        accounts.grant_role(
            work, person, grant.role, scope_kind=grant.scope, scope_code=grant.scope_code, permission=None
        )


def _let_in(stage: Stage, staff: Staff, password: str, with_roles: bool, work: Work) -> None:
    person = open_account(stage, work, staff, password)
    for grant in staff.roles if with_roles else ():
        accounts.grant_role(work, person, grant.role, scope_kind=grant.scope, scope_code=grant.scope_code)


def _confirm_roles(stage: Stage, work: Work) -> None:
    waiting = select(RoleAssignment).where(
        RoleAssignment.confirmed_at.is_(None), RoleAssignment.revoked_at.is_(None)
    )
    for assignment in work.db.scalars(waiting.order_by(RoleAssignment.id)):
        accounts.confirm_role(work, assignment)
    stage.roles_changed()


def _delegate(stage: Stage, delegation: Delegation, work: Work) -> None:
    person = stage.get(work, Person, f"person:{delegation.receiver}")
    accounts.grant_role(
        work,
        person,
        "authorising_officer",
        starts_on=stage.day(delegation.from_j),
        ends_on=stage.day(delegation.to_j),
        kind=delegation.kind,
        principal_id=stage.person(delegation.giver),
        act_number=delegation.act,
        act_on=stage.day(delegation.act_j),
        ceiling_minor=delegation.ceiling,
    )


def _finish(stage: Stage, work: Work) -> None:
    work.record(FINISHED, stage.get(work, Person, f"person:{ADMINISTRATOR}"))
