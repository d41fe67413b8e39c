"""An exercice of the budget closes by two people: what is left to pay and what is carried is said to the franc, and nothing is charged to it any
more (R1, R12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from portfolio.agreements.models import Agreement
from portfolio.applications.models import Application
from portfolio.awards.models import Commitment, Reservation
from portfolio.awards.queries import dims_for, use_of_lines
from portfolio.calls.models import Call, CallLine
from portfolio.desk.queries import exercices as queries
from portfolio.desk.queries import ledger as pages
from portfolio.desk.service import exercices as service
from portfolio.desk.service import ledger as books
from portfolio.desk.verify import verify
from portfolio.documents.models import Paper
from portfolio.funds import service as money
from portfolio.funds.forms import FundForm, LineForm
from portfolio.funds.models import BudgetLine, Fund
from portfolio.funds.queries import dims as line_dims
from portfolio.funds.queries import totals
from portfolio.kit.clock import FixedClock
from portfolio.kit.errors import Forbidden, Invalid
from portfolio.ledger import queries as ledger
from portfolio.ledger.models import LedgerExercice, LedgerPeriod
from portfolio.origin import Surroundings
from tests.client import client
from tests.desk.scene import codes, posting
from tests.justifications import grants
from tests.justifications.grants import Grant, Office, grant, office
from tests.support.crowd import copies, one_wins, take_the_lock_away

JANUARY = datetime(2027, 1, 15, 9, 0, tzinfo=UTC)
TOTAL, PAID, VOTED, LAPSING = 4_450_000, 1_780_000, 80_000_000, 700_000


@dataclass
class Years:
    """A grant of 2026, one tranche paid, one ordered, one still engaged; the months of 2026 closed."""

    place: Office
    made: Grant


def ordered(place: Office, made: Grant, tranche: int, amount: int) -> None:
    """Liquidate and order without paying."""
    with place.as_("accountant") as work:
        from portfolio.agreements import queries as agreements
        from portfolio.agreements.models import Tranche
        from portfolio.agreements.service import move_stage

        t = work.hold(work.db.get_one(Tranche, tranche))
        line = work.db.get_one(BudgetLine, place.line)
        for stage in ("requested", "liquidated", "ordered"):
            move_stage(work, t, stage, amount)
        money.liquidate(work, line, amount)
        money.order(work, line, amount)
        from portfolio.disbursements.models import Disbursement

        order = grants.row(work.db, Disbursement, reference=f"OP-2026-{tranche:05d}-K", tranche_id=t.id, agreement_id=made.agreement,
                           call_id=t.call_id, group_id=t.group_id, country="ML", amount_minor=amount, amount_currency="XOF",
                           modality=t.modality, payee="Coopérative", requested_at=work.now, status="ordered")  # fmt: skip
        dims = agreements.dims(work, work.db.get_one(Agreement, made.agreement), tranche=t)
        for key in ("disbursement:liquidated", "disbursement:ordered"):
            work.post(key, order, {"amount": amount}, dims)


def lived(place: Office) -> Years:
    made = grant(place, paid=1)
    ordered(place, made, made.tranches[1], PAID)
    with place.database.session(readonly=False) as session:
        session.add(CallLine(call_id=place.call, budget_line_id=place.line, amount_minor=VOTED))
        session.commit()
    return Years(place, made)


def close_months(place: Office) -> None:
    """The last one: closing the fourteen before it is what test_periods proves."""
    place.at(JANUARY)
    with place.database.session(readonly=False) as session:
        session.add(LedgerPeriod(ends_on=date(2026, 12, 31), status="closed", proposed_by_id=place.people["accountant"], proposed_at=JANUARY,
                                 closed_by_id=place.people["authorising_officer"], closed_at=JANUARY))  # fmt: skip
        session.commit()


def propose(place: Office, year: int = 2026, carry: tuple[str, ...] = ("F1",), who: str = "accountant") -> int:
    with place.as_(who) as work:
        return int(service.propose(work, year, "Décision n° 12 du 11 janvier 2027", "Report autorisé par le bailleur", carry).id)


def close(place: Office, number: int, who: str = "authorising_officer") -> None:
    with place.as_(who) as work:
        service.close(work, service.get(work, number))


def facts(place: Office, year: int = 2026) -> queries.State:
    with place.as_("external_auditor", readonly=True) as work:
        return queries.state(work, year)


def whole(place: Office) -> list[str]:
    with place.database.session(readonly=True) as session:
        return verify(session)


@pytest.mark.both_engines
def test_an_exercice_is_closed_by_two_people_and_its_parts_sum_to_the_franc(place: Office) -> None:
    scene = lived(place)
    assert codes(lambda: propose(place)) == ["months_open"]
    close_months(place)
    before = facts(place)
    with pytest.raises(Forbidden):
        propose(place, who="grants_officer")
    with pytest.raises(Invalid):
        propose(place, carry=("F9",))
    number = propose(place)
    assert "already_proposed" in codes(lambda: propose(place))
    with pytest.raises(Forbidden):
        close(place, number, "accountant")
    close(place, number)
    after = facts(place)
    assert [(r.file, r.committed, r.liquidated, r.ordered) for r in after.owed] == [(before.owed[0].file, 890_000, 0, PAID)]
    for name in ("voted", "carried_in", "paid", "owed", "reserved"):
        assert after.sum_credits(name) == before.sum_credits(name), name
    assert (after.sum_credits("unused"), after.sum_credits("lapsed")) == (VOTED - TOTAL, 0)
    for row in after.credits:
        assert row.voted + row.carried_in == row.paid + row.owed + row.reserved + row.unused + row.lapsed
    with place.as_("external_auditor", readonly=True) as work:
        by_year = totals(work.db, "exercice")
        old, new = by_year["2026"], by_year["2027"]
        assert (old.voted, old.carried, old.committed, old.paid, old.credits) == (VOTED, PAID - VOTED, PAID, PAID, 0)
        assert (new.voted, new.carried, new.committed, new.ordered, new.paid) == (0, VOTED - PAID, TOTAL - PAID, PAID, 0)
        assert old.opened + new.opened == VOTED
        agreement = work.db.get_one(Agreement, scene.made.agreement)
        line = work.db.get_one(BudgetLine, agreement.budget_line_id)
        assert (line.code, line.exercice, line.voted_minor) == ("F1-AAP-2027", 2027, 0)
        assert work.db.get_one(Commitment, scene.made.commitment).budget_line_id == line.id
        assert sum(work.db.scalars(select(CallLine.amount_minor))) == VOTED
        paper = work.db.scalars(select(Paper).where(Paper.kind == "exercice_state")).one()
        assert sum(row[7] for row in paper.facts["owed"]) == TOTAL - PAID == work.db.get_one(LedgerExercice, number).owed_minor
        entries = [e for e in ledger.walk(work.db) if e["event"].startswith("budget_line:carried")]
        assert all(e["reverses"] is None and e["reason"] for e in entries)
        out = sum(e["amount_minor"] for e in entries if e["exercice"] == 2026)
        assert out == sum(e["amount_minor"] for e in entries if e["exercice"] == 2027) == VOTED - PAID
    assert whole(place) == []
    assert codes(lambda: close(place, number)) == ["already_done"]


@pytest.mark.both_engines
def test_nothing_is_charged_to_a_closed_exercice(place: Office) -> None:
    scene = lived(place)
    with place.as_("programme_head") as work:
        late = money.create_line(work, work.db.get_one(Fund, place.fund), LineForm(
            code="F1-TARD", label="Voté trop tard", exercice=2026, amount=1_000_000)).id  # fmt: skip
    close_months(place)
    close(place, propose(place, carry=()))
    assert facts(place).sum_credits("lapsed") == VOTED - TOTAL

    def reserve(number: int) -> None:
        with place.as_("accountant") as work:
            line = work.db.get_one(BudgetLine, number)
            money.reserve(work, line, 1)
            work.post("award:reserved", line, {"amount": 1}, line_dims(work, line))

    assert codes(lambda: reserve(place.line)) == ["exercice_closed"]

    def vote() -> None:
        with place.as_("authorising_officer") as work:
            money.vote(work, work.db.get_one(BudgetLine, late))

    assert codes(vote) == ["exercice_closed"]

    def entry() -> None:
        with place.as_("accountant") as work:
            line = work.db.get_one(BudgetLine, place.line)
            work.post("award:reserved", line, {"amount": 1}, line_dims(work, line))

    assert codes(entry) == ["exercice_closed"]
    columns = "posting, at, debit, credit, amount_minor, amount_currency, subject_type, subject_id, previous, hash"
    stale = (f"INSERT INTO ledger_entry (seq, dated_on, event, exercice, {columns}) SELECT (SELECT max(seq) + 1 FROM ledger_entry), "
             f"'2027-01-20', 'award:reserved', 2026, {columns} FROM ledger_entry ORDER BY seq LIMIT 1")  # fmt: skip
    for statement in (stale, "UPDATE ledger_exercice SET year = 2020", "DELETE FROM ledger_exercice"):
        with place.database.session(readonly=False) as session, pytest.raises(DBAPIError):
            session.execute(text(statement))
            session.commit()
    paid = posting(place, "disbursement:paid")

    def reverse() -> None:
        with place.as_("accountant") as work:
            books.reverse(work, paid, "Payé par erreur")

    assert codes(reverse) == ["exercice_closed"]
    assert whole(place) == []
    with place.as_("accountant", readonly=True) as work:
        line = work.db.get_one(Agreement, scene.made.agreement).budget_line_id
    place.line = line
    grants.pay(place, scene.made, scene.made.tranches[2], JANUARY.date())
    assert whole(place) == []
    assert facts(place, 2027).sum_credits("paid") == 890_000


def test_accounts_open_the_next_exercice_with_their_balance(place: Office) -> None:
    """Report à nouveau: balances come forward, expenses together on 120, and an advance of 2026 is cleared in 2027."""
    scene = lived(place)
    close_months(place)
    close(place, propose(place))
    number = grants.report(place, scene.made.tranches[0], grants.expense(scene.made, 900_000, "Béliers", -200))
    grants.decide(place, number, {1: "accept"})
    grants.validated(place, number)
    with place.as_("external_auditor", readonly=True) as work:
        filters = {year: pages.read(_Asked(exercice=year)) for year in ("2026", "2027")}
        old = {r["account"]: r for r in pages.trial_rows(work, filters["2026"])}
        new = {r["account"]: r for r in pages.trial_rows(work, filters["2027"])}
        for account in ("165", "409", "521"):
            assert new[account]["opening"] == old[account]["closing"] != 0, account
        assert (old["165"]["opening"], old["409"]["opening"]) == (-60_000_000, 0), "the money came in 2025"
        assert new["120"]["opening"] == old["631"]["closing"] == 2_500
        sums = pages.trial_totals(list(new.values()))
        assert sums["opening_debit"] == sums["opening_credit"] and sums["closing_debit"] == sums["closing_credit"]
        assert (new["409"]["opening"], new["409"]["credit"], new["409"]["closing"]) == (PAID, 900_000, PAID - 900_000)
        assert new["657"]["opening"] == 0 and new["657"]["closing"] == 900_000
        asked = pages.read(_Asked(exercice="2027", account="409"))
        shown = ledger.sums(work.db, pages.question(work, asked))
        assert (shown.opening_minor, shown.closing_minor) == (PAID, PAID - 900_000)
        kept = pages.book_facts(work, asked, "GL")
        assert kept["opening_minor"] == PAID
        assert ledger.net(work.db, ["409"]) == PAID - 900_000
    assert whole(place) == []


def test_what_a_committee_holds_is_carried_and_committed_in_the_next_exercice(place: Office) -> None:
    """Reserved credits go with what is left to pay; unused ones lapse when their fund is not chosen, and cannot be voted twice by mistake."""
    scene, held = lived(place), 500_000
    with place.as_("accountant") as work:
        line, application = work.db.get_one(BudgetLine, place.line), work.db.get_one(Agreement, scene.made.agreement).application_id
        kept = Reservation(application_id=application, call_id=place.call, budget_line_id=line.id, amount_minor=held,
                           amount_currency="XOF", reserved_at=work.now)  # fmt: skip
        work.db.add(kept)
        work.db.flush()
        money.reserve(work, line, held)
        dims = dims_for(work, line, work.db.get_one(Call, place.call), work.db.get_one(Application, application))
        work.post("award:reserved", kept, {"amount": held}, dims)
        number = kept.id
    close_months(place)
    close(place, propose(place, carry=()))
    found = facts(place)
    assert (found.sum_credits("reserved"), found.sum_credits("unused"), found.sum_credits("lapsed")) == (held, 0, VOTED - TOTAL - held)
    with place.as_("accountant") as work:
        moved = work.db.get_one(Reservation, number)
        line = work.db.get_one(BudgetLine, moved.budget_line_id)
        assert (line.exercice, line.reserved_minor, line.committed_minor, line.carried_minor) == (2027, held, TOTAL - PAID, TOTAL - PAID + held)
        call = work.db.get_one(Call, place.call)
        assert {u.line.exercice: u.used_minor for u in use_of_lines(work, call)} == {2027: TOTAL + held}
        money.commit_reserved(work, line, held)
        dims = dims_for(work, line, call, work.db.get_one(Application, application))
        work.post("commitment:prepared", moved, {"amount": held}, dims)
    assert whole(place) == []


class _Asked(dict[str, str]):
    """A query string."""

    def __init__(self, **given: str) -> None:
        super().__init__(given)

    def getlist(self, key: str) -> list[str]:
        return [self[key]] if key in self else []


def to_close(around: Surroundings) -> dict[str, Any]:
    """One fund whose credits are carried, another whose credits lapse."""
    place = office(around.database, around.data_dir)
    lived(place)
    with place.as_("programme_head") as work:
        donor = work.db.get_one(Fund, place.fund).donor_id
        fund = money.create_fund(work, FundForm(
            code="F2", name="Eau et pâturages", donor_id=donor, donor_amount=1_000_000, donor_currency="XOF", amount=1_000_000,
            starts_on=date(2026, 1, 1))).id  # fmt: skip
    with place.as_("authorising_officer") as work:
        money.validate(work, work.db.get_one(Fund, fund))
    with place.as_("programme_head") as work:
        line = money.create_line(work, work.db.get_one(Fund, fund), LineForm(code="F2-A", label="Puits", exercice=2026, amount=LAPSING)).id
    with place.as_("authorising_officer") as work:
        money.vote(work, work.db.get_one(BudgetLine, line))
    close_months(place)
    number = propose(place)
    assert isinstance(around.clock, FixedClock)
    around.clock.moment = JANUARY
    return {"people": place.people, "closing": number}


@pytest.mark.both_engines
@pytest.mark.slow
def test_thirty_two_closings_at_once_close_once(engine_kind: str, tmp_path: Path) -> None:
    for scene in copies(engine_kind, tmp_path, "exercice", to_close):
        address = "/ledger/exercices/2026"
        scene.race("exercice:withdrawn", "accountant", f"{address}/withdraw", {"reason": "Un visa manque encore au dossier"})
        propose(Office(scene.around, scene.ids["people"]))
        scene.race("exercice:closed", "authorising_officer", f"{address}/close", also=[
            "budget_line:opened", "budget_line:carried_out", "budget_line:carried_in", "budget_line:lapsed"])
        scene.done()
        with scene.around.database.session(readonly=True) as session:
            for event, amount in (("budget_line:carried_out", VOTED - PAID), ("budget_line:lapsed", LAPSING)):
                moved = text("SELECT sum(amount_minor) FROM ledger_entry WHERE event = :event")
                assert int(session.execute(moved, {"event": event}).scalar_one()) == amount
            session.rollback()


@pytest.mark.postgresql
@pytest.mark.slow
def test_two_close_when_the_locks_are_taken_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """C07: without the lock of the record, of its lines and of the head of the books, somebody is not told politely by whom it was done."""
    for scene in copies("postgresql", tmp_path, "exercice", to_close, times=1):
        monkeypatch.setattr(service, "lock_head", lambda *_given: None)
        take_the_lock_away(monkeypatch, LedgerExercice)
        with pytest.raises(AssertionError):
            one_wins(scene.crowd(scene.ids["people"]["authorising_officer"], "/ledger/exercices/2026/close"))


def test_the_page_says_what_is_left_and_who_signs(place: Office) -> None:
    lived(place)
    accountant, director = (client(place.around, place.people[role]) for role in ("accountant", "authorising_officer"))
    shown = accountant.get("/ledger/exercices/2026").text
    assert "ne sont pas tous arrêtés" in shown and "/propose" not in shown
    close_months(place)
    accountant = client(place.around, place.people["accountant"])
    director = client(place.around, place.people["authorising_officer"])
    bad = accountant.submit("/ledger/exercices/2026/propose", {"act": "", "reason": "Fin", "carry": "F1"})
    assert bad.status_code == 422 and 'value="F1" checked' in bad.text
    given = {"act": "Décision n° 12", "reason": "Report autorisé", "carry": "F1"}
    assert accountant.submit("/ledger/exercices/2026/propose", given).status_code == 303
    page = accountant.get("/ledger/exercices/2026").text
    assert "En attente de la signature de" in page and "/2026/close" not in page
    assert director.submit("/ledger/exercices/2026/close").status_code == 303
    page = director.get("/ledger/exercices/2026").text.replace("\u202f", " ").replace("\u00a0", " ")
    assert "Clos le" in page and "2 670 000" in page and "75 550 000" in page
    assert "2027" in director.get("/ledger/exercices").text
    assert director.get("/ledger/exercices/1999").status_code == 404
    for year in (0, 1999, 99999):
        assert accountant.submit(f"/ledger/exercices/{year}/propose", given).status_code == 404
    assert accountant.submit("/ledger/exercices/2026/print").status_code == 303
