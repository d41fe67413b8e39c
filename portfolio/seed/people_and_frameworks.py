"""Act one: the institution's people and their roles, the places and the strategic frameworks they work with."""

from __future__ import annotations

from functools import partial

from sqlalchemy import select

from portfolio.accounts import service as accounts
from portfolio.accounts.models import Person, RoleAssignment
from portfolio.committees import service as committees
from portfolio.committees.forms import CommitteeForm, SeatForm
from portfolio.committees.models import Committee
from portfolio.places import service as places
from portfolio.seed.data.model import Committee as CommitteeFacts
from portfolio.seed.data.model import Delegation, Seat, Staff
from portfolio.seed.data.people import APPOINTED_J, COMMITTEES, DELEGATIONS, STAFF, login_of
from portfolio.seed.stage import NOBODY, Stage, make
from portfolio.strategy import reference
from portfolio.strategy import service as strategy
from portfolio.strategy.models import Framework
from portfolio.strategy.queries import framework_by_code
from portfolio.work import Work

ADMINISTRATOR, ORDONNATEUR, PROGRAMME = "kadiatou.samake", "seydou.barro", "mariam.guindo"
SECRETARY = "issoufou.garba"
SET_UP_J = -445
CAPACITIES = {"titulaire": "titular", "suppléant": "substitute", "observateur": "observer"}
FUNCTIONS = {"président": "president", "présidente": "president", "vice-président": "vice_president"}
FINISHED = "demo:filled"
_DOMAIN = "demo.example"


def email_of(login: str) -> str:
    """The address a demo account signs in with; the domain is reserved and receives nothing."""
    return f"{login}@{_DOMAIN}"


def plan(stage: Stage) -> None:
    """Everything that stands before the first franc."""
    _plan_people(stage)
    stage.plan(SET_UP_J, "08:10", NOBODY, _load_reference)
    stage.plan(-442, "09:00", PROGRAMME, partial(_propose_frameworks, stage))
    stage.plan(-441, "10:00", ORDONNATEUR, partial(_approve_frameworks, stage))
    for facts in COMMITTEES.values():
        for seat in facts.seats:
            if not seat.person:
                act = partial(_let_in, stage, _outsider(seat), False)
                stage.plan(facts.act_j, "08:00", ADMINISTRATOR, act)
        stage.plan(facts.act_j, "09:00", SECRETARY, partial(_committee, stage, facts))


def _plan_people(stage: Stage) -> None:
    """Two people set the product up; they let the others in, and a second person confirms the roles that touch money (Z06)."""
    delegates = {delegation.receiver for delegation in DELEGATIONS}
    for login in (ADMINISTRATOR, ORDONNATEUR):
        stage.plan(SET_UP_J, "08:00", NOBODY, partial(_set_up, stage, STAFF[login]))
    others = [staff for staff in STAFF.values() if staff.login not in (ADMINISTRATOR, ORDONNATEUR)]
    for n, staff in enumerate(others):
        hour = f"{8 + (30 + n) // 60:02d}:{(30 + n) % 60:02d}"
        act = partial(_let_in, stage, staff, staff.login not in delegates)
        stage.plan(SET_UP_J, hour, ADMINISTRATOR, act)
    stage.plan(SET_UP_J, "15:00", ORDONNATEUR, partial(_confirm_roles, stage))
    for delegation in DELEGATIONS:
        stage.plan(delegation.from_j, "09:00", ADMINISTRATOR, partial(_delegate, stage, delegation))
        stage.plan(delegation.from_j, "09:30", ORDONNATEUR, partial(_confirm_roles, stage))


def plan_end(stage: Stage) -> None:
    """The last step says in the trail that the demo is there, whole."""
    stage.plan(-1, "23:59", ADMINISTRATOR, partial(_finish, stage))


def open_account(stage: Stage, work: Work, staff: Staff, *, by_hand: bool = True) -> Person:
    """An account with the demo's password, hashed once for everybody."""
    person = accounts.create_person(
        work,
        email=email_of(staff.login),
        full_name=staff.name,
        password=stage.password,
        function=staff.function,
        permission="person:create" if by_hand else None,
        hashed=stage.password_hash,
    )
    stage.keep(f"person:{staff.login}", person)
    return person


def _set_up(stage: Stage, staff: Staff, work: Work) -> None:
    person = open_account(stage, work, staff, by_hand=False)
    for grant in staff.roles:
        accounts.grant_role(
            work, person, grant.role, scope_kind=grant.scope, scope_code=grant.scope_code, permission=None,
            act_number=staff.act, act_on=stage.day(APPOINTED_J),
        )  # fmt: skip


def _let_in(stage: Stage, staff: Staff, with_roles: bool, work: Work) -> None:
    person = open_account(stage, work, staff)
    for grant in staff.roles if with_roles else ():
        accounts.grant_role(
            work, person, grant.role, scope_kind=grant.scope, scope_code=grant.scope_code,
            act_number=staff.act, act_on=stage.day(APPOINTED_J),
        )  # fmt: skip


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


def _load_reference(work: Work) -> None:
    places.load(work)
    strategy.load(work)


def _propose_frameworks(stage: Stage, work: Work) -> None:
    for fact in reference.frameworks():
        framework = framework_by_code(work, fact.code)
        strategy.propose(work, framework)
        stage.keep(f"framework:{fact.code}", framework)


def _approve_frameworks(stage: Stage, work: Work) -> None:
    for fact in reference.frameworks():
        strategy.approve(work, stage.get(work, Framework, f"framework:{fact.code}"))


def _outsider(seat: Seat) -> Staff:
    """An observer who holds no role: an account for the convocations."""
    return Staff(login_of(seat.name), seat.name, "F", f"Observatrice, {seat.function}", "", ())


def _committee(stage: Stage, facts: CommitteeFacts, work: Work) -> None:
    voices = sum(1 for seat in facts.seats if seat.capacity == "titulaire")
    committee: Committee = committees.create(
        work,
        make(
            CommitteeForm,
            name=facts.title,
            kind=facts.code,
            act=facts.act,
            voices=voices,
            quorum=facts.quorum,
            second_quorum=min(facts.quorum, voices // 2 + 1),
            casting_vote=True,
            code=facts.code,
        ),
    )
    stage.keep(f"committee:{facts.code}", committee)
    for seat in facts.seats:
        committees.appoint(work, committee, _seat_form(stage, seat))
    if facts.code == "selection":
        form = make(
            SeatForm,
            person_id=stage.person(SECRETARY),
            function="secretary",
            voice="consultative",
            structure="Secrétariat du comité",
        )
        committees.appoint(work, committee, form)


def _seat_form(stage: Stage, seat: Seat) -> SeatForm:
    observer = seat.capacity == "observateur"
    return make(
        SeatForm,
        person_id=stage.person(seat.person or login_of(seat.name)),
        function="member" if observer else FUNCTIONS.get(seat.function, "member"),
        capacity=CAPACITIES[seat.capacity],
        voice="deliberative" if seat.voice or seat.capacity == "suppléant" else "consultative",
        structure=seat.function if observer else "Autorité",
    )


def _finish(stage: Stage, work: Work) -> None:
    work.record(FINISHED, stage.get(work, Person, f"person:{ADMINISTRATOR}"))
