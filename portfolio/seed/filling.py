"""Filling an empty database with the demo portfolio, and saying who can sign in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time

import typer
from sqlalchemy import select

from portfolio.accounts.models import Person
from portfolio.audit.models import AuditEvent
from portfolio.kit import i18n, passwords
from portfolio.kit.clock import FixedClock, SystemClock
from portfolio.origin import Surroundings
from portfolio.rulebook.permissions import ROLES
from portfolio.seed.data.people import DELEGATIONS, DEMO_APPLICANTS, STAFF
from portfolio.seed.people_and_frameworks import FINISHED
from portfolio.seed.people_and_frameworks import email_of as email_of
from portfolio.seed.stage import Stage, Step
from portfolio.seed.story import write
from portfolio.serving import open_around
from portfolio.settings import Settings


class AlreadyFilled(RuntimeError):
    """The database holds something already; the demo portfolio only goes into an empty one."""


@contextmanager
def _surroundings(settings: Settings, moment: datetime) -> Iterator[Surroundings]:
    around = open_around(settings, clock=FixedClock(moment))
    try:
        yield around
    finally:
        around.database.dispose()


def fill(settings: Settings, password: str, *, progress: bool = True) -> None:
    """Fill the empty database of this installation, with J today. Raises AlreadyFilled when it holds people."""
    now = SystemClock().now()
    with _surroundings(settings, now) as around:
        fill_database(around, password, progress=progress)


def fill_database(
    around: Surroundings, password: str, until: int | None = None, *, progress: bool = False
) -> Stage:
    """Play the story on this database. The clock of `around` must be one that moves: its date is J, and it stands at noon of J at the end.

    `until` stops before that day, counted from J: `until=-380` leaves the first call open.
    """
    session = around.database.session(readonly=True)
    try:
        if session.execute(select(Person.id).limit(1)).first() is not None:
            raise AlreadyFilled("La base n'est pas vide : relancez avec --fresh pour repartir de zéro.")
    finally:
        session.rollback()
        session.close()
    today: date = around.clock.now().date()
    stage = Stage(around, today, password, passwords.hash_password(password))
    write(stage, finished=until is None)
    with i18n.speaking("fr"):
        steps: Iterable[Step] = stage.play(until)
        if progress:
            label = "Portefeuille de démonstration"
            with typer.progressbar(steps, length=len(stage.steps(until)), label=label) as bar:
                for _step in bar:
                    pass
        else:
            for _step in steps:
                pass
    stage.clock.moment = datetime.combine(stage.day(0 if until is None else until), time(12), UTC)
    return stage


def is_filled(settings: Settings) -> bool:
    """Whether the demo portfolio is there, whole: its last step leaves a word in the trail."""
    with _surroundings(settings, SystemClock().now()) as around:
        session = around.database.session(readonly=True)
        try:
            return (
                session.execute(select(AuditEvent.seq).where(AuditEvent.event == FINISHED).limit(1)).first()
                is not None
            )
        finally:
            session.rollback()
            session.close()


def accounts_text(password: str | None) -> str:
    """The demo's accounts by role, with the address to sign in; the password is shown once, when it is made."""
    delegates = {delegation.receiver for delegation in DELEGATIONS}
    by_role: dict[str, list[str]] = {}
    for staff in STAFF.values():
        for grant in staff.roles:
            where = f" ({grant.scope_code})" if grant.scope_code else ""
            also = ", par délégation" if staff.login in delegates else ""
            by_role.setdefault(grant.role, []).append(f"{staff.name}{where}{also} : {email_of(staff.login)}")
    for login in DEMO_APPLICANTS:
        by_role.setdefault("applicant", []).append(email_of(login))
    lines = ["Comptes de démonstration, tous inventés :"]
    with i18n.speaking("fr"):
        for role, label in ROLES.items():
            if role in by_role:
                lines.append(f"  {i18n.gettext(label)}")
                lines += [f"    {entry}" for entry in by_role[role]]
    lines.append(
        f"Mot de passe de tous les comptes : {password}"
        if password
        else "Mot de passe : celui donné quand la démonstration a été faite ; --fresh en fait une nouvelle."
    )
    return "\n".join(lines)
