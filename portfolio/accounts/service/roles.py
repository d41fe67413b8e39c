"""Roles given and withdrawn; delegation and interim with their act (R7, R10, Z06)."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from portfolio.accounts.forms import ActForm, DelegationForm, RoleForm
from portfolio.accounts.models import Person, RoleAssignment
from portfolio.accounts.queries import in_force
from portfolio.accounts.service.people import grant_role
from portfolio.kit.errors import FieldError, Invalid, Refusal, refuse
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.permissions import GRANTS, ROLES
from portfolio.work import Work

OWN_ONLY = frozenset({"applicant"})
"""Roles that belong to a group's own people, not given from this screen."""


def give(work: Work, person: Person, form: RoleForm) -> RoleAssignment:
    """Give a role; money roles wait for a second person. Invalid for unknown roles and dates that cross."""
    errors = []
    if form.role not in ROLES or form.role in OWN_ONLY:
        errors.append(FieldError("role", _("Choose one of the answers proposed.")))
    starts_on = form.starts_on or work.today
    if form.ends_on is not None and form.ends_on < starts_on:
        errors.append(
            FieldError("ends_on", _("The end comes before the start. Correct one of the two dates."))
        )
    if form.appointment_number and form.appointment_on is None:
        errors.append(FieldError("appointment_on", _("Enter the date of the act beside its number.")))
    if form.appointment_on is not None and not form.appointment_number:
        errors.append(FieldError("appointment_number", _("Enter the number of the act beside its date.")))
    if form.appointment_on is not None and form.appointment_on > starts_on:
        errors.append(FieldError("appointment_on", _("The act must be signed before it takes effect.")))
    if errors:
        raise Invalid(errors)
    kind, _colon, code = form.scope.partition(":")
    again = work.db.scalar(
        select(RoleAssignment.id).where(
            RoleAssignment.person_id == person.id,
            RoleAssignment.role == form.role,
            RoleAssignment.scope_kind == kind,
            RoleAssignment.scope_code == code,
            RoleAssignment.kind == "own",
            *in_force(work.today),
        )
    )
    if again:
        raise Invalid([FieldError("role", _("This person already holds this role on this scope."))])
    return grant_role(
        work,
        person,
        form.role,
        scope_kind=kind,
        scope_code=code,
        starts_on=starts_on,
        ends_on=form.ends_on,
        act_number=form.appointment_number,
        act_on=form.appointment_on,
    )


def name_act_obstacles(work: Work, assignment: RoleAssignment) -> Iterator[Refusal]:
    """An act once recorded stands: papers name it. Another act is another role given."""
    if assignment.revoked_at is not None:
        yield Refusal("role_settled", _("This role is already withdrawn."))
    if assignment.act_number and assignment.act_on is not None:
        yield Refusal(
            "act_recorded",
            _("The act of this role is already recorded: papers may name it."),
            way_out=_("Withdraw the role and give it again under the new act."),
        )
    if work.actor.id == assignment.person_id:
        yield Refusal("own_role", _("Nobody gives a role to himself. Ask another person who may give roles."))


def name_act(work: Work, assignment: RoleAssignment, form: ActForm) -> None:
    """Record the act of appointment of a role given before it was known (F5)."""
    assignment = work.hold(assignment)
    work.require("role:grant")
    refuse(name_act_obstacles(work, assignment))
    if form.named_on > work.today:
        raise Invalid([FieldError("named_on", _("This date is in the future. Check the paper."))])
    assignment.act_number, assignment.act_on = form.named_number, form.named_on
    work.db.flush()
    data = {"role": assignment.role, "act": form.named_number, "on": form.named_on}
    work.record("role:act_recorded", work.db.get_one(Person, assignment.person_id), data=data)


def withdraw_obstacles(work: Work, assignment: RoleAssignment) -> Iterator[Refusal]:
    """What is over cannot be withdrawn again, and somebody must always be able to give roles."""
    if assignment.revoked_at is not None:
        yield Refusal("role_settled", _("This role is already withdrawn."))
    if "role:grant" in GRANTS[assignment.role]:
        granting = [role for role, held in GRANTS.items() if "role:grant" in held]
        others = work.db.scalars(
            select(RoleAssignment.person_id)
            .join(Person, Person.id == RoleAssignment.person_id)
            .where(
                RoleAssignment.role.in_(granting),
                RoleAssignment.id != assignment.id,
                Person.active.is_(True),
                *in_force(work.today),
            )
        ).all()
        if len(set(others)) < 2:
            yield Refusal(
                "last_grantors",
                _(
                    "Two people at least must be able to give roles: a second person confirms the money roles."
                ),
                way_out=_("Give this right to another person first."),
            )


def withdraw(work: Work, assignment: RoleAssignment, reason: str) -> None:
    """Withdraw a role: it ends with the person's next request (Z13)."""
    assignment = work.hold(assignment)
    work.require("role:grant")
    refuse(withdraw_obstacles(work, assignment))
    assignment.revoked_at, assignment.revoked_by_id = work.now, work.actor.id
    work.db.flush()
    event = "role:revoked" if assignment.kind == "own" else "delegation:ended"
    data = {"role": assignment.role, "scope": f"{assignment.scope_kind}:{assignment.scope_code}"}
    work.record(event, work.db.get_one(Person, assignment.person_id), data=data, reason=reason)


def delegate(work: Work, principal: Person, form: DelegationForm) -> RoleAssignment:
    """Let another sign for somebody, under an act, between two dates and up to a ceiling (R10).

    Only a role held in one's own name can be delegated; the receiver is neither the principal nor the one who records it. The principal records it
    himself (delegation:give) or a person who gives roles does. Printed « par délégation » or « par intérim ».
    """
    if work.actor.id != principal.id or not work.may("delegation:give"):
        work.require("role:grant")
    receiver = work.db.get(Person, form.receiver_id)
    held = work.db.scalars(
        select(RoleAssignment).where(
            RoleAssignment.id == form.assignment_id,
            RoleAssignment.person_id == principal.id,
            RoleAssignment.kind == "own",
            *in_force(work.today),
        )
    ).one_or_none()
    errors = []
    if held is None:
        errors.append(
            FieldError("assignment_id", _("Choose a role that this person holds in his own name today."))
        )
    if receiver is None or not receiver.active:
        errors.append(FieldError("receiver_id", _("Choose one of the answers proposed.")))
    elif receiver.id == principal.id:
        errors.append(FieldError("receiver_id", _("Choose somebody else than the principal.")))
    if form.ends_on < form.starts_on:
        errors.append(
            FieldError("ends_on", _("The end comes before the start. Correct one of the two dates."))
        )
    elif form.ends_on < work.today:
        errors.append(FieldError("ends_on", _("This period is already over.")))
    if form.act_on > form.starts_on:
        errors.append(FieldError("act_on", _("The act must be signed before it takes effect.")))
    if errors or held is None or receiver is None:
        raise Invalid(errors)
    _receiver_is_not_the_actor(work, receiver)
    assignment = grant_role(
        work,
        receiver,
        held.role,
        scope_kind=held.scope_kind,
        scope_code=held.scope_code,
        starts_on=form.starts_on,
        ends_on=form.ends_on,
        kind=form.kind,
        principal_id=principal.id,
        act_number=form.act_number,
        act_on=form.act_on,
        ceiling_minor=form.ceiling,
        permission="delegation:give"
        if work.actor.id == principal.id and work.may("delegation:give")
        else "role:grant",
    )
    data = {"to": receiver.id, "role": held.role, "act": form.act_number, "until": form.ends_on}
    work.record("delegation:given", principal, data=data)
    return assignment


def _receiver_is_not_the_actor(work: Work, receiver: Person) -> None:
    if receiver.id == work.actor.id:
        words = _("Nobody gives a role to himself. Ask another person who may give roles.")
        refuse([Refusal("own_role", words)])
