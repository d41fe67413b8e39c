"""The people of the institution: their account is opened with a code handed over in person, never a password of their own (A10)."""

from __future__ import annotations

import secrets

from sqlalchemy import update

from portfolio.accounts import queries
from portfolio.accounts.forms import PersonEditForm, PersonForm
from portfolio.accounts.models import Person, SignIn
from portfolio.accounts.service.people import create_person
from portfolio.accounts.service.twins import check_twins, explain
from portfolio.kit.errors import Refusal, Refused
from portfolio.kit.i18n import gettext as _
from portfolio.work import Work

SYLLABLES = "ba be bi bo da de di do fa fe ga go ka ke ki ko la le li lo ma me mi mo na ne ni no pa pe ra re ri ro sa se ta te ti to va ve zo".split()


def fresh_code() -> str:
    """A first password that can be read aloud: some sixty bits in eleven syllables."""
    said = [secrets.choice(SYLLABLES) for _i in range(11)]
    return "-".join("".join(said[i : i + 3]) for i in range(0, 11, 3))


def open_account(work: Work, form: PersonForm) -> tuple[Person, str]:
    """Open an account for a colleague; the code is shown once, to be handed over and changed. Refused where another account looks like one of
    the same person and no reason is typed (M09)."""
    code = fresh_code()
    person = create_person(
        work,
        email=form.email,
        full_name=form.full_name,
        password=code,
        function=form.function,
        phone=form.phone or "",
        id_number=form.id_number,
    )
    explain(
        work, person, check_twins(work, queries.known(person), person.id, form.distinct), form.distinct or ""
    )
    return person, code


def edit_person(work: Work, person: Person, form: PersonEditForm) -> None:
    """Correct a name, a function, a telephone. Refused where it then looks like another account and no reason is typed (M09)."""
    person = work.hold(person)
    work.require("person:edit", person)
    typed = queries.Known(form.full_name, person.email, form.phone or "", form.id_number)
    alike = check_twins(work, typed, person.id, form.distinct) if typed != queries.known(person) else []
    work.edit(
        person,
        "person:edited",
        permission="person:edit",
        full_name=form.full_name,
        function=form.function,
        phone=form.phone or "",
        id_number=form.id_number,
    )
    explain(work, person, alike, form.distinct or "")


def set_active(work: Work, person: Person, active: bool, reason: str) -> None:
    """Close or reopen an account. Closing ends every connection at once (Z13); nobody closes his own."""
    person = work.hold(person)
    work.require("person:edit", person)
    if person.id == work.actor.id:
        raise Refused(Refusal("own_account", _("Nobody closes or reopens his own account.")))
    work.edit(person, "person:edited", permission="person:edit", reason=reason, active=active)
    if not active:
        work.db.execute(
            update(SignIn)
            .where(SignIn.person_id == person.id, SignIn.ended_at.is_(None))
            .values(ended_at=work.now)
        )
