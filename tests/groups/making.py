"""A stocked database for the rooms upstream of applications: places, frameworks in force, credits, people; and groups made by their services."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from sqlalchemy import select

from portfolio.accounts.models import Person, RoleAssignment
from portfolio.funds.models import BudgetLine, Donor, Fund
from portfolio.groups import queries, service
from portfolio.groups.forms import AccountForm, RegisterForm, VerifyAccountForm, VerifyForm
from portfolio.groups.models import Group, GroupAccount
from portfolio.kit.clock import Clock
from portfolio.kit.db import Database
from portfolio.kit.migrate import upgrade
from portfolio.origin import Surroundings
from portfolio.places import service as places
from portfolio.places.models import Place
from portfolio.strategy import service as strategy
from portfolio.strategy.models import Framework
from portfolio.work import Work
from tests import factories
from tests.factories import NOON, PASSWORD_HASH

ROLES = (
    ("grants_officer", 2),
    ("programme_head", 2),
    ("intake_agent", 1),
    ("accountant", 1),
    ("authorising_officer", 1),
    ("external_auditor", 1),
    ("assessor", 1),
)


def stock(url: str) -> None:
    """Fill the template: run once a test run."""
    upgrade(url)
    database = Database(url)
    try:
        with database.session(readonly=False) as session:
            for role, many in ROLES:
                for n in range(1, many + 1):
                    person = Person(
                        email=f"{role}{n}@example.org",
                        full_name=f"{role} {n}",
                        function=role,
                        password_hash=PASSWORD_HASH,
                        created_at=NOON,
                        preferences={},
                    )
                    session.add(person)
                    session.flush()
                    session.add(
                        RoleAssignment(
                            person_id=person.id,
                            role=role,
                            scope_kind="all",
                            scope_code="",
                            starts_on=date(2020, 1, 1),
                            confirmed_at=NOON,
                        )
                    )
            donor = Donor(code="D1", name="Coopération de Norlande (fictive)")
            session.add(donor)
            session.flush()
            fund = Fund(
                code="F1",
                name="Cohésion et relèvement",
                donor_id=donor.id,
                granted_minor=400_000_00,
                granted_currency="EUR",
                amount_minor=262_382_800,
                amount_currency="XOF",
                starts_on=date(2025, 1, 1),
                status="open",
            )
            session.add(fund)
            session.flush()
            for code, voted, status in (
                ("F1-AAP26", 45_000_000, "voted"),
                ("F1-AAP27", 60_000_000, "voted"),
                ("F1-NEW", 9_000_000, "proposed"),
            ):
                session.add(
                    BudgetLine(
                        fund_id=fund.id,
                        code=code,
                        label=f"Ligne {code}",
                        exercice=2026,
                        status=status,
                        voted_minor=voted,
                        amount_currency="XOF",
                    )
                )
            session.commit()
        with acting(database, "programme_head", 1) as work:
            places.load(work)
            strategy.load(work)
            for framework in work.db.scalars(select(Framework)):
                strategy.propose(work, framework)
        with acting(database, "authorising_officer", 1) as work:
            for framework in work.db.scalars(select(Framework)):
                strategy.approve(work, framework)
    finally:
        database.dispose()


def person_of(database: Database, role: str, n: int = 1) -> int:
    with database.session(readonly=True) as session:
        found = session.scalars(select(Person.id).where(Person.email == f"{role}{n}@example.org")).one()
        session.rollback()
        return found


def house(database: Database, clock: Clock | None = None) -> Surroundings:
    """The surroundings of a test: one folder of files for one database, whoever acts and whenever."""
    name = Path(str(database.url.database))
    folder = (
        name.parent / f"{name.stem}-files"
        if database.kind == "sqlite"
        else Path(gettempdir()) / f"portfolio-{name}"
    )
    return factories.around(database, clock=clock, data_dir=folder)


def acting(database: Database, role: str, n: int = 1, *, clock: Clock | None = None, **more: Any) -> Any:
    """A piece of work by the nth person of a role."""
    return factories.work_as(house(database, clock), person_of(database, role, n), **more)


def place(work: Work, code: str = "ML070101") -> Place:
    return work.db.scalars(select(Place).where(Place.code == code)).one()


def form(work: Work, **more: Any) -> RegisterForm:
    values: dict[str, Any] = {
        "name": "Groupement féminin Benkadi",
        "legal_form": "Groupement de femmes",
        "category": "women",
        "place_id": place(work, more.pop("place_code", "ML070101")).id,
        "women": 22,
        "men": 3,
        "youth": 9,
        "displaced": 4,
        "registration": "0142/MATD du 3 mai 2021",
        "registration_kind": "Récépissé",
        "founded_on": date(2021, 5, 3),
        "president": "Zeinabou Cissé",
        "president_sex": "F",
        "president_phone": "+22370000011",
        "treasurer": "Mariam Guindo",
        "treasurer_sex": "F",
    }
    return RegisterForm(**{**values, **more})


def register(database: Database, **more: Any) -> int:
    """A registered group; its id."""
    with acting(database, "intake_agent") as work:
        return service.register(work, form(work, **more)).id


def verified(database: Database, **more: Any) -> int:
    """A verified group; its id."""
    number = register(database, **more)
    with acting(database, "grants_officer") as work:
        service.verify(work, work.db.get_one(Group, number), VerifyForm(checked=list(queries.CHECK_WORDS)))
    return number


def account(database: Database, group: int, **more: Any) -> int:
    """An account proposed by an officer; its id."""
    values = {
        "kind": "sfd",
        "provider": "Kafo Jiginew",
        "holder": "Groupement féminin Benkadi",
        "number": "ML0160120100000123",
        **more,
    }
    with acting(database, "grants_officer") as work:
        return service.propose_account(work, work.db.get_one(Group, group), AccountForm(**values)).id


def verify_account(database: Database, account_id: int, n: int = 1, **more: Any) -> None:
    with acting(database, "programme_head", n) as work:
        found = work.db.get_one(GroupAccount, account_id)
        service.verify_account(work, found, VerifyAccountForm(**{"number": found.number, **more}))
