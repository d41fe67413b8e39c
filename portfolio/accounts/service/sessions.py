"""One's own connections and password (A01, A03, A10)."""

from __future__ import annotations

from sqlalchemy import update

from portfolio.accounts.forms import PasswordForm
from portfolio.accounts.models import Person, SignIn
from portfolio.accounts.service.people import check_password
from portfolio.accounts.service.staff import fresh_code
from portfolio.kit import passwords
from portfolio.kit.errors import NotFound, Refusal, Refused
from portfolio.kit.forms import value_error
from portfolio.kit.i18n import gettext as _
from portfolio.work import Work


def end_other(work: Work, number: int) -> None:
    """End one of one's own connections: a lost telephone, a shared computer."""
    ended = work.db.execute(
        update(SignIn)
        .where(SignIn.id == number, SignIn.person_id == work.actor.id, SignIn.ended_at.is_(None))
        .values(ended_at=work.now)
        .returning(SignIn.id)
    ).scalar_one_or_none()
    if ended is None:
        raise NotFound
    work.record("person:session_revoked", work.db.get_one(Person, work.actor.id), data={"connection": number})


def change_password(work: Work, form: PasswordForm) -> None:
    """Change one's own password; every other connection ends."""
    person = work.db.get_one(Person, work.actor.id)
    if not passwords.verify(person.password_hash, form.present):
        raise value_error("present", _("This is not your present password."))
    if form.password != form.again:
        raise value_error("again", _("The two passwords differ. Type the new one again."))
    check_password(form.password, person.email, person.full_name)
    _replace(work, person.id, passwords.hash_password(form.password), keep=work.actor.session_id)


def reset_password(work: Work, person: Person) -> str:
    """Give somebody who lost his password a new code, to be handed over in person; his connections end. The code, shown once."""
    work.require("person:edit", person)
    if person.id == work.actor.id:
        raise Refused(Refusal("own_account", _("Change your own password from your connections page.")))
    code = fresh_code()
    _replace(work, person.id, passwords.hash_password(code), keep=None)
    return code


def _replace(work: Work, person_id: int, hashed: str, *, keep: int | None) -> None:
    person = work.hold(work.db.get_one(Person, person_id))
    person.password_hash = hashed
    open_ones = update(SignIn).where(SignIn.person_id == person_id, SignIn.ended_at.is_(None))
    if keep is not None:
        open_ones = open_ones.where(SignIn.id != keep)
    work.db.execute(open_ones.values(ended_at=work.now))
    work.db.flush()
    work.record("person:password_changed", person)
