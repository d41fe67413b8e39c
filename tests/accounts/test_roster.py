"""Roles: nobody grants himself, money roles take two people, incompatible ones never meet; delegation with its act (Z06, Z13, R7, R10)."""

from __future__ import annotations

import re
from datetime import date

import pytest
from sqlalchemy import select

from portfolio.accounts import queries, service
from portfolio.accounts.models import Person, RoleAssignment, SignIn
from portfolio.accounts.queries.roster import gaps
from portfolio.kit.db import Database
from portfolio.origin import Surroundings
from portfolio.rulebook.permissions import INCOMPATIBLE, MONEY_ROLES, ROLES
from tests.client import Client, client
from tests.factories import add_person, around, work_as


class Office:
    def __init__(self, database: Database) -> None:
        self.around: Surroundings = around(database)
        self.admin, self.director = add_person(database, "administrator"), add_person(database, "authorising_officer")
        self.somebody = add_person(database, None, name="Mariama Sidibé")
        self.database = database

    def as_(self, person: int) -> Client:
        return client(self.around, person)

    def roles(self, person: int) -> set[str]:
        with work_as(self.around, person, readonly=True) as work:
            return work.actor.roles


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def text(answer: object) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text.replace("\u202f", " ").replace("\u00a0", " ")))  # type: ignore[attr-defined]


ACT = {"appointment_number": "Décision n° 012/SE", "appointment_on": "20/11/2026"}


def give(office: Office, by: int, to: int, role: str, **more: str) -> object:
    return office.as_(by).submit(f"/accounts/people/{to}/roles", {"role": role, "scope": "all", **ACT, **more})


def test_an_ordinary_role_takes_effect_at_once_and_ends_at_the_next_request(office: Office) -> None:
    assert give(office, office.admin, office.somebody, "grants_officer").status_code == 303  # type: ignore[attr-defined]
    browser = office.as_(office.somebody)
    assert browser.get("/funds").status_code == 200
    number = assignment_of(office, "grants_officer")
    assert office.as_(office.admin).submit(f"/accounts/roles/{number}/withdraw", {"reason": ""}).status_code == 422
    assert office.as_(office.admin).submit(f"/accounts/roles/{number}/withdraw", {"reason": "Fin de contrat de l'agent"}).status_code == 303
    assert browser.get("/funds").status_code == 403


def assignment_of(office: Office, role: str) -> int:
    with office.database.session(readonly=True) as session:
        return session.scalars(select(RoleAssignment.id).where(RoleAssignment.role == role).order_by(RoleAssignment.id.desc())).first() or 0


@pytest.mark.both_engines
@pytest.mark.parametrize("role", sorted(MONEY_ROLES))
def test_a_money_role_takes_two_people(office: Office, role: str) -> None:
    assert give(office, office.admin, office.somebody, role).status_code == 303  # type: ignore[attr-defined]
    assert office.roles(office.somebody) == set()
    number = assignment_of(office, role)
    alone = office.as_(office.admin).submit(f"/accounts/roles/{number}/confirm")
    assert alone.status_code == 409 and "Séparation des fonctions" in text(alone)
    assert "attend une seconde personne" in text(office.as_(office.admin).get(f"/accounts/people/{office.somebody}"))
    assert office.as_(office.director).submit(f"/accounts/roles/{number}/confirm").status_code == 303
    assert office.roles(office.somebody) == {role}
    assert office.as_(office.director).submit(f"/accounts/roles/{number}/confirm").status_code == 409


def test_a_money_role_waits_for_its_act(office: Office) -> None:
    assert give(office, office.admin, office.somebody, "accountant", appointment_number="", appointment_on="").status_code == 303  # type: ignore[attr-defined]
    number = assignment_of(office, "accountant")
    director, address = office.as_(office.director), f"/accounts/roles/{number}"
    without = director.submit(f"{address}/confirm")
    assert without.status_code == 409 and "acte de nomination n’est pas enregistré" in text(without).replace("'", "’")
    assert director.submit(f"{address}/act", {"named_number": "Décision n° 7", "named_on": "23/11/2026"}).status_code == 422
    assert office.as_(office.somebody).submit(f"{address}/act", {"named_number": "Décision n° 7", "named_on": "20/11/2026"}).status_code == 403
    assert director.submit(f"{address}/act", {"named_number": "Décision n° 7", "named_on": "20/11/2026"}).status_code == 303
    assert "Décision n° 7 du 20 novembre 2026" in text(director.get(f"/accounts/people/{office.somebody}"))
    assert director.submit(f"{address}/act", {"named_number": "Décision n° 8", "named_on": "20/11/2026"}).status_code == 409
    assert director.submit(f"{address}/confirm").status_code == 303


def test_a_number_comes_with_its_date(office: Office) -> None:
    for typed, words in (({"appointment_on": ""}, "date de l'acte"), ({"appointment_number": ""}, "numéro de l'acte"),
                         ({"appointment_on": "23/11/2026"}, "avant de prendre effet")):
        refused = give(office, office.admin, office.somebody, "accountant", **typed)
        assert refused.status_code == 422 and words in text(refused).replace("’", "'")  # type: ignore[attr-defined]


def test_nobody_gives_a_role_to_himself(office: Office) -> None:
    for who in (office.admin, office.director):
        refused = give(office, who, who, "internal_auditor")
        assert refused.status_code == 409 and "Nobody" not in text(refused)  # type: ignore[attr-defined]
        assert office.roles(who) in ({"administrator"}, {"authorising_officer"})


@pytest.mark.parametrize("pair", sorted(tuple(sorted(p)) for p in INCOMPATIBLE if "applicant" not in p))
def test_incompatible_roles_never_meet(office: Office, pair: tuple[str, str]) -> None:
    for first, second in (pair, pair[::-1]):
        person = add_person(office.database, first)
        refused = give(office, office.admin, person, second)
        assert refused.status_code == 409 and "incompatible avec" in text(refused), pair  # type: ignore[attr-defined]
        assert office.roles(person) == {first}


def test_an_incompatible_role_that_waits_counts_and_one_that_ended_does_not(office: Office) -> None:
    assert give(office, office.admin, office.somebody, "accountant").status_code == 303  # type: ignore[attr-defined]
    assert give(office, office.admin, office.somebody, "authorising_officer").status_code == 409  # type: ignore[attr-defined]
    former = add_person(office.database, "grants_officer", ends_on=date(2026, 1, 1))
    assert give(office, office.admin, former, "accountant").status_code == 303  # type: ignore[attr-defined]


def test_what_is_typed_wrongly_is_said(office: Office) -> None:
    wrong: list[tuple[dict[str, str], str]] = [
        ({"role": "applicant"}, "Choisissez"),
        ({"role": "sorcier"}, "Choisissez"),
        ({"role": "assessor", "scope": "call:1"}, "Choisissez"),
        ({"role": "assessor", "starts_on": "02/01/2027", "ends_on": "01/01/2027"}, "La fin précède le début"),
    ]
    for typed, words in wrong:
        refused = office.as_(office.admin).submit(f"/accounts/people/{office.somebody}/roles", {"scope": "all", **typed})
        assert refused.status_code == 422 and words in text(refused)
    give(office, office.admin, office.somebody, "assessor")
    assert "tient déjà ce rôle" in text(give(office, office.admin, office.somebody, "assessor"))
    more = office.as_(office.admin).submit(f"/accounts/people/{office.somebody}/roles", {"role": "assessor", "scope": "all", "id": "9"})
    assert more.status_code == 422


def delegation(office: Office, receiver: int, **changes: str) -> dict[str, str]:
    return {"receiver_id": str(receiver), "assignment_id": str(assignment_of(office, "authorising_officer")), "kind": "delegation",
            "act_number": "2026-014", "act_on": "20/11/2026", "starts_on": "22/11/2026", "ends_on": "31/12/2026", "ceiling": "5 000 000", **changes}


def test_a_delegation_carries_its_act_dates_and_ceiling(office: Office) -> None:
    address = f"/accounts/people/{office.director}/delegations"
    deputy = add_person(office.database, "programme_head")
    for changes, words in (({"receiver_id": str(office.director)}, "délégant"), ({"ends_on": "21/11/2026"}, "La fin précède"),
                           ({"act_on": "23/11/2026"}, "avant de prendre effet"), ({"assignment_id": "1"}, "en son nom propre")):
        refused = office.as_(office.director).submit(address, delegation(office, deputy, **changes))
        assert refused.status_code == 422 and words in text(refused)
    assert office.as_(office.director).submit(address, delegation(office, deputy)).status_code == 303
    assert office.roles(deputy) == {"programme_head"}
    number = assignment_of(office, "authorising_officer")
    assert office.as_(office.director).submit(f"/accounts/roles/{number}/confirm").status_code == 409
    assert office.as_(office.admin).submit(f"/accounts/roles/{number}/confirm").status_code == 303
    with work_as(office.around, deputy, readonly=True) as work:
        grant = work.actor.grant_for("disbursement:order", None, 5_000_000)
        assert grant is not None and grant.capacity and "2026-014" in grant.capacity
        assert work.actor.grant_for("disbursement:order", None, 5_000_001) is None
    page = text(office.as_(office.admin).get(f"/accounts/people/{deputy}"))
    assert "acte n° 2026-014 du 20 novembre 2026" in page and "jusqu'à 5 000 000 F CFA" in page.replace("’", "'")
    again = office.as_(office.admin).submit(f"/accounts/people/{deputy}/delegations", delegation(office, office.somebody, assignment_id=str(number)))
    assert again.status_code == 422  # what is held by delegation is not delegated again
    assert office.as_(deputy).submit(address, delegation(office, deputy)).status_code in (409, 422)


def test_an_interim_to_an_incompatible_person_is_refused(office: Office) -> None:
    accountant = add_person(office.database, "accountant")
    refused = office.as_(office.director).submit(f"/accounts/people/{office.director}/delegations", delegation(office, accountant, kind="interim"))
    assert refused.status_code == 409 and office.roles(accountant) == {"accountant"}


def test_two_people_can_always_give_roles(office: Office) -> None:
    number = assignment_of(office, "administrator")
    refused = office.as_(office.director).submit(f"/accounts/roles/{number}/withdraw", {"reason": "Changement de poste"})
    assert refused.status_code == 409 and "Deux personnes au moins" in text(refused)
    add_person(office.database, "administrator")
    assert office.as_(office.director).submit(f"/accounts/roles/{number}/withdraw", {"reason": "Changement de poste"}).status_code == 303


@pytest.mark.parametrize(("roster", "codes"), [
    ({}, ["nobody_can"] * 3),
    ({"grants_officer": {1}, "authorising_officer": {2}, "accountant": {3}}, []),
    ({"grants_officer": {1}, "authorising_officer": {1}, "accountant": {3}}, ["three_people"]),
    ({"grants_officer": {1, 2}, "authorising_officer": {1}, "accountant": {2}}, ["three_people"]),
    ({"grants_officer": {1, 2, 4}, "authorising_officer": {1}, "accountant": {2}}, []),
    ({"grants_officer": {1}, "authorising_officer": {2}}, ["nobody_can"]),
])
def test_an_office_that_cannot_staff_a_payment_is_told(roster: dict[str, set[int]], codes: list[str]) -> None:
    assert [r.code for r in gaps(roster)] == codes


def test_the_alert_stands_on_the_roster(office: Office) -> None:
    assert "le bureau ne peut pas payer" in text(office.as_(office.admin).get("/accounts/people"))
    add_person(office.database, "grants_officer")
    add_person(office.database, "accountant")
    assert "le bureau ne peut pas payer" not in text(office.as_(office.admin).get("/accounts/people"))
    with work_as(office.around, office.admin, readonly=True) as work:
        assert queries.staffing(work) == []


def test_an_account_is_opened_with_a_code_shown_once(office: Office) -> None:
    admin = office.as_(office.admin)
    typed = {"full_name": "Aïssata Maïga", "email": "aissata@example.org", "function": "Chargée de subventions", "phone": ""}
    made = admin.submit("/accounts/people", typed)
    code = re.search(r"<code>([a-z-]+)</code>", made.text)
    assert made.status_code == 200 and code
    with office.database.session(readonly=True) as session:
        person = session.scalars(select(Person).where(Person.email == "aissata@example.org")).one()
        assert code[1] not in person.password_hash
    assert admin.submit("/accounts/people", typed).status_code == 422
    browser = client(office.around)
    assert browser.submit("/accounts/sign-in", {"email": "aissata@example.org", "password": code[1]}).status_code == 303
    assert "AISSATA" not in admin.get("/accounts/people?q=AÏSSATA").text and "Aïssata Maïga" in admin.get("/accounts/people?q=aissata maiga").text
    reset = admin.submit(f"/accounts/people/{person.id}/code")
    assert reset.status_code == 200 and code[1] not in reset.text
    assert client(office.around).submit("/accounts/sign-in", {"email": "aissata@example.org", "password": code[1]}).status_code == 422


def test_a_closed_account_is_out_at_once(office: Office) -> None:
    browser = office.as_(add_person(office.database, "grants_officer", name="Parti"))
    assert browser.get("/funds").status_code == 200
    with office.database.session(readonly=True) as session:
        number = session.scalars(select(Person.id).where(Person.full_name == "Parti")).one()
    assert office.as_(office.admin).submit(f"/accounts/people/{number}/close", {"reason": "A quitté l'institution"}).status_code == 303
    assert browser.get("/funds", follow_redirects=False).status_code in (303, 401)
    assert office.as_(office.admin).submit(f"/accounts/people/{office.admin}/close", {"reason": "Je m'en vais demain"}).status_code == 409


def test_my_connections_and_password(office: Office) -> None:
    with work_as(office.around, office.admin) as work:
        person, code = service.open_account(work, service_form())
        number = person.id
    first, second = client(office.around, number), client(office.around, number)
    with office.database.session(readonly=True) as session:
        ids = session.scalars(select(SignIn.id).where(SignIn.person_id == number).order_by(SignIn.id)).all()
    assert first.get("/accounts/mine").status_code == 200
    assert office.as_(office.admin).submit(f"/accounts/mine/connections/{ids[0]}/end").status_code == 404
    assert first.submit(f"/accounts/mine/connections/{ids[1]}/end").status_code == 303
    assert second.get("/accounts/mine", follow_redirects=False).status_code in (303, 401)
    third = client(office.around, number)
    new = {"password": "le mil a bien levé", "again": "le mil a bien levé"}
    assert first.submit("/accounts/mine/password", {"present": "faux mot de passe", **new}).status_code == 422
    assert first.submit("/accounts/mine/password", {"present": code, **new, "again": "autre chose ici"}).status_code == 422
    assert first.submit("/accounts/mine/password", {"present": code, **new}).status_code == 303
    assert first.get("/accounts/mine").status_code == 200
    assert third.get("/accounts/mine", follow_redirects=False).status_code in (303, 401)


def service_form() -> object:
    from portfolio.accounts.forms import PersonForm

    return PersonForm(full_name="Issa Diallo", email="issa@example.org")


def test_the_law_and_the_matrix_are_drawn_whole(office: Office) -> None:
    browser = office.as_(add_person(office.database, "external_auditor"))
    law, matrix = text(browser.get("/accounts/law")), text(browser.get("/accounts/roles"))
    for words in (
        "Signer l'ordre de paiement", "autre personne que", "débit 903 Crédits réservés, crédit 902", "débit 906", "stateDiagram-v2",
    ):
        assert words in law.replace("&#39;", "'").replace("’", "'"), words
    assert "disbursement:pay" in matrix and all(role not in matrix for role in ("authorising_officer", "grants_officer"))
    assert "Fund" not in law and len(ROLES) == 17
    assert office.as_(add_person(office.database, "assessor")).get("/accounts/law").status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_people_costs_the_same(office: Office, count: int) -> None:
    from tests.support.counting import counted

    for _n in range(count):
        add_person(office.database, "assessor")
    browser = office.as_(office.admin)
    browser.get("/accounts/people")
    with counted(office.database) as seen:
        assert browser.get("/accounts/people").status_code == 200
    assert len(seen) == 6, seen
