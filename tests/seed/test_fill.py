"""The demo portfolio filled once: books intact on both engines, money as its specification says, the same twice."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session as Db

from portfolio.applications.models import Application, FilingReceipt
from portfolio.audit import queries as audit
from portfolio.desk.verify import findings
from portfolio.documents.models import Document, Paper
from portfolio.documents.queries import path_for
from portfolio.funds.models import Fund, TreasuryAccount
from portfolio.groups.models import Group
from portfolio.kit.clock import FixedClock
from portfolio.kit.db import Database
from portfolio.ledger import queries as ledger
from portfolio.origin import Surroundings
from portfolio.seed import accounts_text, fill_database
from portfolio.seed.data.calls import CALLS
from portfolio.seed.data.files import files_of
from portfolio.seed.data.life import disbursements, grants
from portfolio.seed.data.others import projects
from portfolio.seed.data.people import STAFF
from portfolio.seed.filling import AlreadyFilled
from portfolio.strategy.models import Framework
from tests import factories
from tests.demo import PASSWORD, play
from tests.kit.test_migrated_data import changed, contents
from tests.seed.finding import net
from tests.support import databases
from tests.support.carried import carry

WHOLE = os.environ.get("PORTFOLIO_WHOLE") == "1"


@pytest.mark.both_engines
def test_books_trail_guards_and_papers_are_whole(db: Db) -> None:
    assert ledger.check(db) is None
    assert audit.check(db) is None
    assert [finding.words for finding in findings(db)] == []


@pytest.mark.both_engines
def test_totals_of_the_chain_by_fund(db: Db) -> None:
    """Engaged, paid, justified and repaid by fund, from the ledger alone."""
    lines = {code: life.line[:2] for code, life in grants().items()}
    engaged, paid, cleared, direct = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for code, fund in lines.items():
        engaged[fund] += projects()[code].grant
    for facts in disbursements():
        if facts.outcome != "paid":
            continue
        part = projects()[facts.project].tranches[facts.tranche - 1]
        paid[lines[facts.project]] += part.amount
        cleared[lines[facts.project]] += facts.accepted or 0
        direct[lines[facts.project]] += 0 if part.modality == "advance" else part.amount
    assert sum(engaged.values()) == 124_342_550
    ended = [t.amount for t in projects()["MP20"].tranches if t.number > 1]
    engaged[lines["MP20"]] -= sum(ended)  # a termination releases what will not be paid
    assert net(db, "fund", "904", "905", "906", "907") == engaged
    assert net(db, "fund", "907") == paid
    assert net(db, "fund", "657") == cleared + direct
    repaid = {"F1": 37_500 + 15_000, "F3": 629_250}
    claims = {"F1": 37_500 + 575_000 + 15_000, "F3": 1_258_500}
    assert net(db, "fund", "463") == {fund: claims[fund] - repaid[fund] for fund in claims}
    open_ = {fund: paid[fund] - direct[fund] - cleared[fund] - claims[fund] for fund in paid}
    assert net(db, "fund", "409") == {fund: left for fund, left in open_.items() if left}


def test_cash_received_spent_and_left(db: Db) -> None:
    funds = {fund.code: fund for fund in db.scalars(select(Fund))}
    assert {code: fund.received_minor for code, fund in funds.items()} == {
        "F1": 262_382_800,
        "F2": 35_904_000,
        "F3": 40_000_000,
    }
    assert funds["F2"].disbursed_minor == 0
    fees = net(db, "fund", "631")
    assert fees == {"F1": 12_500 + 2_500}
    held = {account.code: account.balance_minor for account in db.scalars(select(TreasuryAccount))}
    assert sum(held.values()) == sum(f.received_minor - f.disbursed_minor for f in funds.values())
    assert held["CAISSE"] <= 300_000


def test_who_can_sign_in_is_said_once_with_the_password() -> None:
    shown = accounts_text("trois lampes sur la dune")
    for login in STAFF:
        assert f"{login}@demo.example" in shown
    assert "trois lampes sur la dune" in shown
    assert "trois lampes" not in accounts_text(None)


def test_a_database_that_holds_people_is_left_alone(demo: Surroundings) -> None:
    with pytest.raises(AlreadyFilled):
        fill_database(demo, PASSWORD)


def test_every_file_and_paper_has_its_bytes(demo: Surroundings, db: Db) -> None:
    kept = [*db.scalars(select(Document.sha256)), *db.scalars(select(Paper.sha256))]
    assert len(kept) > 1_000
    assert [digest for digest in kept if not path_for(demo.data_dir, digest).is_file()] == []


def test_frameworks_are_approved_by_two_people(db: Db) -> None:
    found = db.scalars(select(Framework)).all()
    assert len(found) == 7
    assert all(f.status == "approved" and f.proposed_by_id != f.approved_by_id for f in found)

def _digest(database: Database) -> list[object]:
    session = database.session(readonly=True)
    try:
        return [
            session.execute(select(Application.reference, Application.requested_minor).order_by(Application.id)).all(),
            session.execute(select(FilingReceipt.reference, FilingReceipt.received_at).order_by(FilingReceipt.id)).all(),
            session.execute(select(Paper.reference, Paper.fingerprint).order_by(Paper.id)).all(),
            session.execute(select(Document.sha256).order_by(Document.id)).all(),
            session.execute(select(Group.code, Group.name).order_by(Group.id)).all(),
            ledger.nets(session, ("fund", "account"), ("902", "521", "165", "552", "571")),
        ]
    finally:
        session.rollback()
        session.close()


def test_two_fillings_on_one_day_give_the_same(tmp_path: Path) -> None:
    found = []
    for n in (1, 2):
        folder = tmp_path / str(n)
        folder.mkdir()
        database = Database(databases.new("sqlite", folder))
        around = factories.around(database, clock=FixedClock(factories.NOON), data_dir=folder)
        fill_database(around, PASSWORD, until=-408)
        found.append(_digest(database))
        database.dispose()
    assert found[0] == found[1]
    assert len(found[0][0]) > 5  # type: ignore[arg-type]



@pytest.mark.postgresql
def test_played_on_postgresql_it_is_the_same(tmp_path: Path) -> None:
    """Every column of every row, but what is drawn by lot or numbered by a queue: the first acts, the whole story with PORTFOLIO_WHOLE=1."""
    until = None if WHOLE else -408
    urls = [databases.new(kind, tmp_path) for kind in ("sqlite", "postgresql", "postgresql")]
    for url in urls[:2]:
        play(url, until)
    carry(tmp_path / "portfolio.sqlite", urls[2])
    played, carried = map(contents, urls[1:])
    for found in (played, carried):
        assert len(found["audit_event"]["seq"]) > (5_000 if WHOLE else 100)
        del found["person"]["password_hash"], found["ledger_balance"]["id"]
    assert {t: sorted(c) for t, c in played.items()} == {t: sorted(c) for t, c in carried.items()}
    assert changed(played, carried, carried) == []
    for url in urls[1:]:
        databases.drop(url)


def test_the_story_keeps_every_file_of_the_data() -> None:
    assert sum(len(files_of(code)) for code in CALLS) == 46 + 26 + 9 + 6
