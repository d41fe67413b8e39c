"""Erasing who a person is breaks no seal and leaves nothing to guess from (T09). A dictionary of three thousand names; `PORTFOLIO_WHOLE=1`
tries a million."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import func, inspect, select, text

from portfolio.audit import queries as audit
from portfolio.audit.models import AuditEvent, AuditSalt
from portfolio.beneficiaries import queries, service
from portfolio.beneficiaries.forms import CorrectForm, ErasureForm
from portfolio.beneficiaries.models import Erasure, ReachedPerson
from portfolio.kit.db import Database
from portfolio.kit.errors import Forbidden, Refused
from tests.beneficiaries import stage as s
from tests.client import client
from tests.factories import NOON

WORDS = 1_000_000 if os.environ.get("PORTFOLIO_WHOLE") == "1" else 3_000
PEOPLE = 100
FIRST = ("Aïssata", "Fatoumata", "Moussa", "Oumar", "Mariam", "Salif", "Kadidia", "Ibrahim", "Rokia", "Adama")
LAST = ("Maïga", "Touré", "Cissé", "Diallo", "Sangaré", "Traoré", "Coulibaly", "Koné", "Dembélé", "Ouattara")
NAMES = [f"{one} Ag {other}" for one in FIRST for other in LAST]


@pytest.fixture
def world(database: Database) -> Any:
    return s.build(database)


def entered(world: Any) -> list[int]:
    """A hundred people, each corrected once: their names stand in the trail as commitments."""
    rows = [{"full_name": f"{name} bis", "birth_year": 1950 + n % 50, "phone": f"+2237600{n:04d}", "village": f"Village-{n}"}
            for n, name in enumerate(NAMES)]  # fmt: skip
    numbers = s.people(world, rows)
    with world.work(s.OFFICER) as work:
        for number, name, row in zip(numbers, NAMES, rows, strict=True):
            form = CorrectForm(**{**row, "full_name": name}, received_on=NOON.date(), reason="Nom mal lu")
            service.correct_person(work, queries.get(work, number), form)
    return numbers


def erase(world: Any, numbers: list[int]) -> None:
    with world.work(s.OFFICER) as work:
        made = [service.propose_erasure(work, queries.get(work, n), ErasureForm(basis="asked")).id for n in numbers]
    with world.work(s.HEAD) as work:
        for number in made:
            service.erase(work, queries.get_erasure(work, number))


def commitments(database: Database, numbers: list[int]) -> set[str]:
    """Every commitment that the trail holds about these people."""
    with database.session(readonly=True) as session:
        events = session.scalars(select(AuditEvent.data).where(AuditEvent.subject_type == "reached_person", AuditEvent.subject_id.in_(numbers)))
        return {v for data in events for values in data.values() if isinstance(values, list) for v in values if isinstance(v, str) and len(v) == 32}


def dictionary() -> Iterator[str]:
    yield from NAMES
    for n in range(WORDS - len(NAMES)):
        yield f"{FIRST[n % 10]} {LAST[n // 10 % 10]} {n // 100}"


def attack(found: set[str], keys: list[str]) -> int:
    """How many names a dictionary tells from the commitments, with every key that is left and without any."""
    told = 0
    for name in dictionary():
        word = name.encode()
        guesses = {hashlib.sha256(word).hexdigest()[:32], hmac.new(b"", word, hashlib.sha256).hexdigest()[:32]}
        guesses |= {hmac.new(key.encode(), word, hashlib.sha256).hexdigest()[:32] for key in keys}
        told += bool(guesses & found)
    return told


def salts(database: Database, numbers: list[int] | None = None) -> list[str]:
    with database.session(readonly=True) as session:
        statement = select(AuditSalt.salt).where(AuditSalt.subject_type == "reached_person")
        return list(session.scalars(statement if numbers is None else statement.where(AuditSalt.subject_id.in_(numbers))))


def everything(database: Database) -> str:
    """Every value of every row of every table."""
    said: list[str] = []
    with database.session(readonly=True) as session:
        for table in inspect(session.connection()).get_table_names():
            said += [json.dumps([str(v) for v in row], ensure_ascii=False) for row in session.execute(text(f'SELECT * FROM "{table}"'))]
        session.rollback()
    return "\n".join(said)


@pytest.mark.both_engines
def test_a_hundred_people_erased_leave_a_whole_chain_and_no_name(database: Database, world: Any) -> None:
    numbers = entered(world)
    (kept,) = s.people(world, [{"full_name": "Nana Samaké", "village": "Labbezanga"}])
    found = commitments(database, numbers)
    assert len(found) >= 2 * PEOPLE
    one = salts(database, numbers[:1])
    assert attack(found, one) == 1, "with the key of one person the dictionary tells that one: the attack works"
    before = everything(database)
    assert all(name in before for name in NAMES)

    erase(world, numbers)
    assert commitments(database, numbers) == found, "the trail is not touched"
    with database.session(readonly=True) as session:
        assert audit.check(session) is None
    assert salts(database, numbers) == [] and attack(found, salts(database)) == 0
    after = everything(database)
    for number, name in enumerate(NAMES):
        assert name not in after and f"Village-{number}\"" not in after and f"+2237600{number:04d}" not in after, name
    assert "Nana Samaké" in after
    with world.work(s.HEAD, readonly=True) as work:
        assert queries.reach(work, {world.ids["project_1"]}).total("named") == PEOPLE + 1, "the figures stay"
        assert queries.get(work, kept).full_name == "Nana Samaké"
        assert work.db.scalar(select(func.count()).where(ReachedPerson.erased_at.is_not(None))) == PEOPLE


@pytest.mark.both_engines
def test_two_people_erase_and_nothing_is_done_twice(database: Database, world: Any) -> None:
    (number,) = s.people(world, [{"full_name": "Fatoumata Cissé", "birth_year": 1990}])
    with world.work(s.OFFICER) as work:
        made = service.propose_erasure(work, queries.get(work, number), ErasureForm(basis="asked"))
        with pytest.raises(Refused, match="already_proposed"):
            service.propose_erasure(work, queries.get(work, number), ErasureForm(basis="asked"))
        with pytest.raises(Forbidden):
            service.erase(work, made)
    with database.session(readonly=False) as session, pytest.raises(Exception, match="distinct_people"):
        session.execute(text("UPDATE erasure SET decided_by_id = proposed_by_id"))
        session.commit()
    with world.work(s.HEAD) as work:
        service.erase(work, queries.get_erasure(work, made.id))
    with world.work(s.OFFICER) as work:
        person = queries.get(work, number)
        with pytest.raises(Refused, match="already_erased"):
            service.propose_erasure(work, person, ErasureForm(basis="asked"))
        form = CorrectForm(full_name="Fatoumata Cissé", received_on=NOON.date(), reason="La remettre")
        with pytest.raises(Refused, match="already_erased"):
            service.correct_person(work, person, form)
    assert s.people(world, [{"full_name": "Fatoumata Cissé", "birth_year": 1990}])
    with world.work(s.OFFICER, readonly=True) as work:
        assert not queries.pairs_of(work, "reached_person", number), "nobody looks like somebody erased"


def test_the_page_of_a_person_says_who_erases(database: Database, world: Any) -> None:
    (number,) = s.people(world, [{"full_name": "Fatoumata Cissé"}])
    officer, head = (client(database, world.people[role]) for role in (s.OFFICER, s.HEAD))
    assert officer.submit(f"/beneficiaries/people/{number}/erasure", {"basis": "because"}).status_code == 422
    assert officer.submit(f"/beneficiaries/people/{number}/erasure", {"basis": "asked"}).status_code == 303
    assert "En attente de la signature de" in officer.get(f"/beneficiaries/people/{number}").text
    with database.session(readonly=True) as session:
        erasure = session.scalars(select(Erasure.id)).one()
    assert officer.submit(f"/beneficiaries/erasures/{erasure}/withdraw", {"reason": "Pas la bonne personne"}).status_code == 303
    officer.submit(f"/beneficiaries/people/{number}/erasure", {"basis": "kept_long_enough"})
    assert "Effacer définitivement" in head.get(f"/beneficiaries/people/{number}").text
    assert head.submit(f"/beneficiaries/erasures/{erasure + 1}/erase").status_code == 303
    page = head.get(f"/beneficiaries/people/{number}").text
    assert "a été effacé le" in page and "Voir le nom" not in page and "Proposer d’effacer" not in page
