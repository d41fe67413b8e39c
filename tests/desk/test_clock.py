"""No entry is made by a clock that disagrees with the books; two people may admit it, and that is on record (C09)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from portfolio.cli import _books
from portfolio.desk.service import clock as service
from portfolio.kit.clock import SystemClock
from portfolio.kit.db import Database
from portfolio.kit.errors import Forbidden, Refused
from portfolio.ledger import queries as ledger
from portfolio.ledger.models import LedgerClock
from portfolio.ledger.service import Transfer, post
from portfolio.settings import Settings
from tests.client import client
from tests.desk.scene import codes
from tests.justifications.grants import J, Office, grant
from tests.ledger.books import START, fill, transfers

ENTRY = transfers(1)[0]


def attempt(database: Database, at: datetime, dated: timedelta = timedelta()) -> list[str]:
    """The codes of the refusals of one entry made at this moment; it is not kept."""
    entry: Transfer = replace(ENTRY, at=at, dated_on=at.date() + dated)
    with database.session(readonly=False) as session:
        try:
            post(session, [entry])
        except Refused as refused:
            return [r.code for r in refused.refusals]
        finally:
            session.rollback()
    return []


@pytest.mark.both_engines
def test_a_time_machine_against_the_books(database: Database) -> None:
    assert attempt(database, datetime(1970, 1, 1, tzinfo=UTC)) == [], "empty books know no time"
    fill(database, 4)
    with database.session(readonly=True) as session:
        last = ledger.clock(session, START).last
    assert last is not None and last > START
    late, never = timedelta(minutes=5), timedelta(days=400)
    moments = {
        datetime(1970, 1, 1, tzinfo=UTC): False, datetime(2000, 1, 1, tzinfo=UTC): False, last.replace(year=last.year + 10): False,
        last - late: True, last - late - timedelta(microseconds=1): False, last: True, last + never: True,
        last + never + timedelta(microseconds=1): False,
        datetime(2026, 3, 29, 1, 30, tzinfo=UTC): True, datetime(2026, 10, 25, 0, 30, tzinfo=UTC): True,  # Europe changes its clocks
        datetime(2028, 2, 29, 12, tzinfo=UTC): False,
    }  # fmt: skip
    assert {at: not attempt(database, at) for at in moments} == moments
    for days in (-401, 401):
        assert attempt(database, last, timedelta(days=days)) == ["date_too_far"]
        assert attempt(database, last, timedelta(days=days - (1 if days > 0 else -1))) == []


def test_a_leap_day_is_a_day_like_another(database: Database) -> None:
    with database.session(readonly=False) as session:
        post(session, [replace(ENTRY, at=datetime(2028, 2, 28, 23, 59, tzinfo=UTC), dated_on=datetime(2028, 2, 28).date())])
        session.commit()
    assert attempt(database, datetime(2028, 2, 29, 0, 1, tzinfo=UTC)) == []
    assert attempt(database, datetime(2029, 2, 28, 12, tzinfo=UTC)) == []


@pytest.mark.both_engines
def test_a_form_sent_by_a_wrong_clock_is_kept_and_two_people_admit_the_clock(place: Office) -> None:
    grant(place, paid=1)
    typed = {"fund_id": str(place.fund), "treasury_account_id": str(place.bank), "amount": "1250", "reason": "Avis de débit AVIS-77 de la banque",
             "idempotency_key": "same-form"}  # fmt: skip
    place.at(J - timedelta(minutes=6))
    sent = client(place.around, place.people["accountant"]).submit("/funds/accounts/fee", typed)
    assert sent.status_code == 409 and "AVIS-77" in sent.text
    assert "horloge du serveur indique" in sent.text and "page des contrôles" in sent.text

    accountant = client(place.around, place.people["accountant"])
    assert "Pourquoi cette heure est juste" in accountant.get("/ledger/checks").text
    assert accountant.submit("/ledger/clock", {"reason": ""}).status_code == 422
    assert accountant.submit("/ledger/clock", {"reason": "La pile du serveur a été changée"}).status_code == 303
    with place.as_("accountant") as work:
        waiting = ledger.clocks(work.db)[0]
        assert codes(lambda: service.propose(work, "Encore")) == ["already_proposed"]
        with pytest.raises(Forbidden):
            service.admit(work, waiting)
    assert client(place.around, place.people["accountant"]).submit("/funds/accounts/fee", typed).status_code == 409, "one person is not enough"
    director = client(place.around, place.people["authorising_officer"])
    assert director.submit(f"/ledger/clock/{waiting.id}/admit").status_code == 303
    assert client(place.around, place.people["accountant"]).submit("/funds/accounts/fee", typed).status_code == 303
    with place.as_("accountant") as work:
        assert codes(lambda: service.propose(work, "Plus rien à admettre")) == ["clock_agrees"]
    with place.database.session(readonly=True) as session:
        said = set(session.scalars(text("SELECT event FROM audit_event WHERE event LIKE 'clock:%'")))
        assert said == {"clock:proposed", "clock:admitted"} and ledger.check(session) is None
    with place.database.session(readonly=False) as session, pytest.raises(IntegrityError):
        same = session.get_one(LedgerClock, waiting.id)
        session.execute(text("UPDATE ledger_clock SET admitted_by_id = proposed_by_id WHERE id = :n"), {"n": same.id})


def test_an_admission_is_used_up_by_the_next_entry(place: Office) -> None:
    grant(place, paid=1)
    place.at(J - timedelta(days=1))
    with place.as_("accountant") as work:
        number = service.propose(work, "L’horloge avançait d’un jour").id
    place.at(J)
    grant(place, name="Groupement Anniya", tranches=(100_000,), paid=1, conditions=(), budget=(("Moulin", 100_000),))
    with place.as_("authorising_officer") as work:
        assert codes(lambda: service.admit(work, service.get(work, number))) == ["clock_moved"]
    with place.as_("accountant") as work:
        service.withdraw(work, service.get(work, number), "Sans objet")


def test_the_doctor_says_that_the_clock_disagrees(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTFOLIO_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("PORTFOLIO_DATABASE_URL", database.url.render_as_string(hide_password=False))
    settings = Settings.read()
    settings.prepare()
    [(ok, words), (empty, _heads)] = _books(settings)
    assert ok and "horloge" in words and empty, "an empty ledger owes no head outside"
    later = SystemClock().now() + timedelta(hours=1)
    with database.session(readonly=False) as session:
        post(session, [replace(ENTRY, at=later, dated_on=later.date())])
        session.commit()
    [(ok, words), (kept, heads)] = _books(settings)
    assert not ok and "horloge du serveur indique" in words
    assert not kept and "tête" in heads, "a ledger that has entries and no head outside is not well either"
