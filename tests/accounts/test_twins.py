"""One person, one account: a second one is named when it is opened and before a role that handles money; two people say that it is somebody
else's, and the auditor reads it (M09)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from portfolio.accounts import queries, service
from portfolio.accounts.models import Person, PersonTwin, RoleAssignment
from portfolio.accounts.queries.twins import Known, mailbox
from portfolio.accounts.service import people
from portfolio.kit.db import Database
from tests.accounts.test_roster import ACT, Office, text
from tests.factories import NOON, add_person, work_as

FIRST = {"full_name": "Aïssata Maïga", "email": "a.maiga@autorite.example", "function": "Chargée de subventions", "phone": "+223 70 00 00 01"}
APART = {"distinct": "Deux sœurs, pièces vues le 20 novembre"}


@pytest.fixture
def office(database: Database) -> Office:
    made = Office(database)
    assert made.as_(made.admin).submit("/accounts/people", FIRST).status_code == 200
    return made


def number_of(office: Office, email: str) -> int:
    with office.database.session(readonly=True) as session:
        return session.scalars(select(Person.id).where(Person.email == email)).one()


@pytest.mark.parametrize(
    ("second", "sign"),
    [
        ({"full_name": "Awa Barry", "email": "awa@x.example", "phone": "70 00 00 01"}, "même téléphone"),
        ({"full_name": "Awa Barry", "email": "amaiga+caisse@autorite.example"}, "même boîte aux lettres"),
        ({"full_name": "MAYGA Aichata", "email": "mayga@x.example"}, "même nom à l’oreille"),
    ],
)
def test_a_second_account_is_named_and_waits_for_a_reason(office: Office, second: dict[str, str], sign: str) -> None:
    admin = office.as_(office.admin)
    answer = admin.submit("/accounts/people", {"function": "Caissière", **second})
    said = text(answer)
    assert answer.status_code == 409 and "Aïssata Maïga (Chargée de subventions)" in said and sign in said and second["email"] in answer.text
    assert admin.submit("/accounts/people", {"function": "Caissière", **second, **APART}).status_code == 200


def test_somebody_else_opens_an_account_without_a_word(office: Office) -> None:
    other = {"full_name": "Fatoumata Maïga", "email": "f.maiga@autorite.example", "function": "Caissière", "phone": "+223 70 00 00 02"}
    assert office.as_(office.admin).submit("/accounts/people", other).status_code == 200


def test_two_numbers_tell_homonyms_apart_and_one_number_betrays_another_name() -> None:
    one = Known("Moussa Traoré", "m@x.example", "", "NINA 123456")
    signs = lambda other: list(queries.twins.__globals__["_signs"](one, other))  # noqa: E731
    assert signs(Known("Traore Moussa", "t@x.example", "", "987654")) == []
    assert signs(Known("Traore Moussa", "t@x.example")) == ["name"]
    assert signs(Known("M. T. Konaté", "t@x.example", "", "nina-123456")) == ["identity"]
    assert mailbox("A.Maiga+x@Ex.org") == mailbox("amaiga@ex.org") != mailbox("amaiga@other.org")


def twins(office: Office) -> tuple[int, int]:
    """A second account of the same telephone, explained by the administrator: the two ids."""
    second = {"full_name": "Awa Barry", "email": "awa@x.example", "function": "Caissière", "phone": "70 00 00 01", **APART}
    assert office.as_(office.admin).submit("/accounts/people", second).status_code == 200
    return number_of(office, FIRST["email"]), number_of(office, "awa@x.example")


def give(office: Office, by: int, to: int, role: str = "cashier") -> Any:
    return office.as_(by).submit(f"/accounts/people/{to}/roles", {"role": role, "scope": "all", **ACT})


def test_no_money_role_before_two_people_have_said_that_they_are_two(office: Office) -> None:
    one, two = twins(office)
    refused = give(office, office.admin, two)
    assert refused.status_code == 409 and "Aïssata Maïga" in text(refused) and "même téléphone" in text(refused)
    assert give(office, office.admin, two, "assessor").status_code == 303  # handles no money
    with office.database.session(readonly=True) as session:
        row = session.scalars(select(PersonTwin)).one().id
    own = office.as_(office.admin).submit(f"/accounts/twins/{row}/confirm")
    assert own.status_code == 409 and "Séparation" in text(own)
    assert office.as_(office.director).submit(f"/accounts/twins/{row}/confirm").status_code == 303
    assert "Deux sœurs" in text(office.as_(office.admin).get(f"/accounts/people/{two}"))
    assert give(office, office.admin, two).status_code == 303


def test_a_sign_more_opens_the_question_again(office: Office) -> None:
    one, two = twins(office)
    with office.database.session(readonly=True) as session:
        row = session.scalars(select(PersonTwin)).one().id
    assert office.as_(office.director).submit(f"/accounts/twins/{row}/confirm").status_code == 303
    assert give(office, office.admin, two).status_code == 303
    edit = {"full_name": "Aissata MAIGA", "function": "Caissière", "phone": "70 00 00 01"}
    admin = office.as_(office.admin)
    assert admin.submit(f"/accounts/people/{two}/edit", edit).status_code == 409
    assert admin.submit(f"/accounts/people/{two}/edit", {**edit, **APART}).status_code == 303
    with office.database.session(readonly=True) as session:
        role = session.scalars(select(RoleAssignment.id).where(RoleAssignment.role == "cashier")).one()
        assert session.get_one(PersonTwin, row).confirmed_at is None
    assert office.as_(office.director).submit(f"/accounts/roles/{role}/confirm").status_code == 409


def test_nobody_opens_a_second_account_for_himself(office: Office) -> None:
    with office.database.session(readonly=False) as session:
        session.execute(update(Person).where(Person.id == office.admin).values(phone="+22370000009"))
        session.commit()
    mine = {"full_name": "Autre Nom", "email": "autre@x.example", "phone": "70 00 00 09", **APART}
    answer = office.as_(office.admin).submit("/accounts/people", mine)
    assert answer.status_code == 409 and "second compte à vous" in text(answer)


def test_the_auditor_reads_it_among_the_acts_outside_the_rule(office: Office) -> None:
    one, _two = twins(office)
    page = office.as_(add_person(office.database, "external_auditor", name="Nafissatou Balima")).get("/ledger/control?kind=two_accounts")
    assert page.status_code == 200 and "Deux sœurs" in page.text and f"/accounts/people/{one}#twins" in page.text


@pytest.mark.both_engines
def test_the_database_itself_wants_four_different_people(office: Office) -> None:
    one, two = twins(office)
    for columns in ({"confirmed_by_id": office.admin, "confirmed_at": NOON}, {"confirmed_by_id": two, "confirmed_at": NOON}, {"said_by_id": one},
                    {"reason": ""}, {"confirmed_by_id": office.director}):  # fmt: skip
        with pytest.raises(IntegrityError), office.database.session(readonly=False) as session:
            session.execute(update(PersonTwin).values(**columns))
            session.commit()


def test_without_the_guard_one_person_gets_the_money_role_twice(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Positive control: what the guard keeps out comes in when it is taken away."""
    _one, two = twins(office)
    monkeypatch.setattr(people, "twin_obstacles", lambda _work, _person: iter(()))
    with work_as(office.around, office.admin) as work:
        service.grant_role(work, work.db.get_one(Person, two), "cashier", act_number="1", act_on=NOON.date())
