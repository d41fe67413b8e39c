"""The demo portfolio filled once: books intact on both engines, and every figure of its specification."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session as Db

from portfolio.agreements import queries as agreements
from portfolio.agreements.models import Agreement, AgreementLine, Amendment, Condition, ForceMajeure, Tranche
from portfolio.applications.models import Application, CallRegister, FilingReceipt, Piece, PieceRequest
from portfolio.audit import queries as audit
from portfolio.awards.models import Award, Commitment, Decision, Notice, Reservation
from portfolio.beneficiaries.models import Duplicate
from portfolio.calls import queries as calls
from portfolio.calls.models import Call
from portfolio.closures.models import Closure
from portfolio.committees import queries as committees
from portfolio.committees.models import Session, SessionItem
from portfolio.desk.verify import findings
from portfolio.disbursements.models import Disbursement
from portfolio.documents.models import Document, Paper
from portfolio.documents.queries import path_for
from portfolio.funds.models import Fund, TreasuryAccount
from portfolio.grievances.models import Grievance
from portfolio.groups.models import Group, Officer
from portfolio.justifications.models import Expense, Recovery
from portfolio.kit.clock import FixedClock
from portfolio.kit.db import Database
from portfolio.kit.money import percent_of
from portfolio.ledger import queries as ledger
from portfolio.origin import Surroundings
from portfolio.procurement import queries as procurement
from portfolio.procurement.models import GoodsReceipt, Procedure, Quotation
from portfolio.projects.models import Project, Visit
from portfolio.scoring import queries as scoring
from portfolio.seed import accounts_text, fill_database
from portfolio.seed.data.calls import CALLS
from portfolio.seed.data.files import all_groups, files_of, ranked_list
from portfolio.seed.data.life import disbursements, grants
from portfolio.seed.data.others import projects
from portfolio.seed.data.people import STAFF
from portfolio.seed.data.ranking import RANKING
from portfolio.seed.filling import AlreadyFilled
from portfolio.strategy import queries as strategy
from portfolio.strategy.models import Framework
from portfolio.work import Work
from tests import factories
from tests.demo import PASSWORD, demo
from tests.support import databases

__all__ = ["demo"]
J = factories.NOON.date()


@pytest.fixture
def db(demo: Surroundings) -> Iterator[Db]:
    session = demo.database.session(readonly=True)
    yield session
    session.rollback()
    session.close()


@pytest.fixture
def work(demo: Surroundings) -> Iterator[Work]:
    made = Work(demo, readonly=True, actor=factories.actor("internal_auditor"))
    yield made
    made.undo()
    made.close()


def grant(db: Db, code: str) -> Agreement:
    name = all_groups()[projects()[code].group].name
    return db.scalars(
        select(Agreement).join(Group, Group.id == Agreement.group_id).where(Group.name == name)
    ).one()


def tranche(db: Db, code: str, number: int) -> Tranche:
    return db.scalars(
        select(Tranche).where(Tranche.agreement_id == grant(db, code).id, Tranche.number == number)
    ).one()


def call(db: Db, code: str) -> Call:
    return db.scalars(select(Call).where(Call.code == code)).one()


def net(db: Db, by: str, *accounts: str) -> dict[str, int]:
    found = ledger.nets(db, (by,), accounts)
    return {str(key[0]): value for key, value in found.items() if value}


# -- the whole ----------------------------------------------------------------------------------------------------


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
        direct[lines[facts.project]] += part.amount if part.modality == "direct" else 0
    assert sum(engaged.values()) == 124_342_550
    assert net(db, "fund", "904", "905", "906", "907") == engaged
    assert net(db, "fund", "907") == paid
    assert net(db, "fund", "657") == cleared + direct
    repaid = {"F1": 37_500, "F3": 629_250}
    claims = {"F1": 37_500 + 575_000, "F3": 1_258_500}
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


# -- the three calls ----------------------------------------------------------------------------------------------


@pytest.mark.both_engines
def test_the_funnels(db: Db) -> None:
    statement = select(Call.code, Application.status, func.count()).join(Call, Call.id == Application.call_id)
    found: dict[str, dict[str, int]] = {}
    for code, status, number in db.execute(statement.group_by(Call.code, Application.status)):
        found.setdefault(code, {})[status] = number
    assert found == {
        "AAP-2025-01": {
            "awarded": 22,
            "waitlisted": 7,
            "not_selected": 3 + 6,
            "withdrawn": 1,
            "ineligible": 2,
            "inadmissible": 4 + 1,
        },
        "AAP-2026-01": {"reviewed": 23, "ineligible": 2, "inadmissible": 1},
        "AAP-2026-02": {"submitted": 9, "draft": 6},
    }


def test_the_registers_are_gapless_and_late_files_are_written_late(db: Db) -> None:
    for code, facts in CALLS.items():
        rows = db.scalars(
            select(FilingReceipt)
            .where(FilingReceipt.call_id == call(db, code).id)
            .order_by(FilingReceipt.number)
        ).all()
        assert [row.number for row in rows] == list(range(1, facts.funnel.filed + 1))
        late = [(row.number, f"{row.received_at:%H:%M}") for row in rows if row.late]
        assert late == ([(45, "16:07"), (46, "16:21")] if code == "AAP-2025-01" else [])
    closed = db.scalars(select(CallRegister).order_by(CallRegister.id)).all()
    assert [(r.last_number, r.status) for r in closed] == [(44, "closed"), (26, "closed")]
    assert all(r.closed_by_id != r.witnessed_by_id for r in closed)


def test_states_of_the_calls_on_the_day(db: Db, demo: Surroundings) -> None:
    now = demo.clock.now()
    assert [calls.state(call(db, code), now) for code in CALLS] == ["closed", "closed", "open"]
    draft = db.scalars(
        select(Application)
        .where(Application.call_id == call(db, "AAP-2026-02").id, Application.status == "draft")
        .where(Application.title == projects()["MP09"].title)
    ).one()
    assert draft.pages_saved == ["group", "project", "people", "activities"]


@pytest.mark.both_engines
def test_the_ranked_list_of_the_coming_session(work: Work) -> None:
    found = scoring.full_ranking(work, call(work.db, "AAP-2026-01"))
    ranked = [row for row in found if row.rank is not None]
    wanted = [row for row in RANKING if row.rank is not None]
    assert [(r.rank, r.filing_number, r.requested_minor, r.score_tenths) for r in ranked] == [
        (w.rank, int(w.file[2:]), w.requested, w.score * 10) for w in wanted
    ]
    assert [r.result.spread_tenths // 10 for r in ranked if r.result] == [w.spread for w in wanted]
    assert [r.cumulative_minor for r in ranked] == [w.cumulated for w in wanted]
    assert len(found) - len(ranked) == 7
    extra = ranked[12].result
    assert extra is not None and extra.first_spread_tenths == 310


def test_two_convenings_then_a_decision(db: Db) -> None:
    old = call(db, "AAP-2025-01")
    first, second = db.scalars(
        select(Session).where(Session.subject_type == "call", Session.subject_id == old.id).order_by(Session.id)
    ).all()
    assert (first.status, first.convening, second.status, second.convening) == ("no_quorum", 1, "final", 2)
    assert first.scheduled_at.date() == J - timedelta(days=340)
    items = db.scalars(select(SessionItem).where(SessionItem.session_id == second.id)).all()
    assert Counter(item.proposal for item in items) == {"favourable": 22, "waiting_list": 8, "unfavourable": 3}
    award, promotion = db.scalars(select(Decision).order_by(Decision.id)).all()
    assert (award.total_minor, promotion.total_minor) == (124_572_550, 3_670_000)
    assert award.signed_at is not None and award.signed_at.date() == J - timedelta(days=325)
    assert all(d.prepared_by_id != d.signed_by_id for d in (award, promotion))
    asked = {f.requested for f in ranked_list("AAP-2025-01") if f.outcome == "agreement"}
    given = {a.amount_minor for a in db.scalars(select(Award).where(Award.outcome == "awarded"))}
    assert asked <= given
    notices = db.scalars(select(Notice).where(Notice.call_id == old.id)).all()
    assert len(notices) == 46 + 1 and {n.status for n in notices} == {"received"}
    assert db.scalars(select(Reservation).where(Reservation.freed_at.is_(None))).all() == []
    assert Counter(c.status for c in db.scalars(select(Commitment))) == {"visaed": 22, "released": 1}


def test_the_session_to_come_is_convened_and_a_link_declared(work: Work) -> None:
    new = call(work.db, "AAP-2026-01")
    (session,) = committees.of(work, "call", new.id)
    assert (session.status, session.scheduled_at.date()) == ("convened", J + timedelta(days=6))
    mp13 = next(i for i in committees.items(work, session) if i.requested_minor == 3_265_000)
    linked = committees.conflicted_people(work, "application", [mp13.subject_id])[mp13.subject_id]
    assert set(work.around.names_of(work.db, linked).values()) == {"Hadiza Seyni"}


def test_files_are_tagged_to_the_hundred(work: Work) -> None:
    files = work.db.scalars(select(Application).where(Application.status.in_(("awarded", "reviewed")))).all()
    tags = strategy.tags_of_many(work, "application", [f.id for f in files])
    for file in files:
        sums: Counter[int] = Counter()
        for tag, _objective, framework in tags[file.id]:
            sums[framework.id] += tag.weight
        assert sorted(sums.values()) == [100, 100, 100]


# -- the twenty-two grants ----------------------------------------------------------------------------------------


@pytest.mark.both_engines
def test_states_of_the_grants(db: Db) -> None:
    found = {
        code: (row.status, row.amount_minor)
        for code in grants()
        for row in [grant(db, code)]
    }
    assert {code: amount for code, (_s, amount) in found.items()} == {c: projects()[c].grant for c in grants()}
    assert Counter(status for status, _a in found.values()) == {
        "closed": 2,
        "closing": 2,
        "suspended": 1,
        "terminated": 1,
        "signed_by_group": 1,
        "active": 15,
    }
    assert {code for code, (status, _a) in found.items() if status == "closed"} == {"MP02", "MP18"}
    assert {code for code, (status, _a) in found.items() if status == "closing"} == {"MP12", "MP17"}
    assert (found["MP05"][0], found["MP20"][0], found["MP23"][0]) == ("suspended", "terminated", "signed_by_group")
    assert db.scalar(select(func.count()).select_from(Project)) == 21


def test_payments_stand_where_the_demo_says(db: Db) -> None:
    found = Counter(d.status for d in db.scalars(select(Disbursement)))
    paid = sum(1 for d in disbursements() if d.outcome == "paid")
    assert found == {"paid": paid, "failed": 1, "visaed": 1}
    for d in db.scalars(select(Disbursement).where(Disbursement.status == "paid")):
        people = {d.requested_by_id, d.liquidated_by_id, d.visaed_by_id, d.ordered_by_id, d.paid_by_id}
        assert len(people) == 5 and None not in people


def test_every_tranche_is_cleared_as_examined(db: Db) -> None:
    for facts in disbursements():
        if facts.outcome != "paid":
            continue
        row = tranche(db, facts.project, facts.tranche)
        part = projects()[facts.project].tranches[facts.tranche - 1]
        assert row.paid_minor == part.amount
        if part.modality == "advance":
            assert row.cleared_minor == (facts.accepted or 0), (facts.project, facts.tranche)


def test_a_blocked_tranche_says_what_is_missing_to_the_franc(work: Work) -> None:
    """Problem 4: 60,0 % justified, 75 % needed, 267 000 F CFA missing."""
    second = tranche(work.db, "MP01", 2)
    assert percent_of(second.cleared_minor, second.paid_minor) == 600
    found = agreements.blockers(work, tranche(work.db, "MP01", 3))
    short = next(r for r in found if r.code == "not_justified")
    assert short.missing_minor == 267_000
    assert "267 000 F CFA" in short.message.replace("\u202f", " ").replace("\u00a0", " ")
    held = work.db.scalars(
        select(Expense).where(Expense.agreement_id == second.agreement_id, Expense.status == "queried")
    ).one()
    assert (held.number, held.amount_minor) == (6, 600_000)
    third = tranche(work.db, "MP03", 1)
    assert percent_of(third.cleared_minor, third.paid_minor) == 388
    seventh = tranche(work.db, "MP07", 1)
    assert percent_of(seventh.cleared_minor, seventh.paid_minor) == 756


# -- the problems -------------------------------------------------------------------------------------------------


def test_problem_1_a_paper_that_did_not_conform(db: Db) -> None:
    letter = db.scalars(
        select(PieceRequest)
        .join(Application, Application.id == PieceRequest.application_id)
        .join(FilingReceipt, FilingReceipt.application_id == Application.id)
        .where(Application.call_id == call(db, "AAP-2026-01").id, FilingReceipt.number == 18)
    ).one()
    days = [(d - J).days for d in (letter.sent_at.date(), letter.received_on, letter.answered_on) if d]
    assert days == [-36, -34, -27]
    assert letter.items[0]["state"] == "nonconforming"
    pieces = db.scalars(select(Piece).where(Piece.application_id == letter.application_id)).all()
    assert {p.state for p in pieces} == {"present"}


def test_problem_3_a_likely_double_waits_for_a_second_person(db: Db) -> None:
    pairs = db.scalars(select(Duplicate).where(Duplicate.subject_type == "grp")).all()
    names = [{db.get_one(Group, n).name for n in (p.first_id, p.second_id)} for p in pairs]
    assert {"Groupement Songtaaba", "Association Song-Taaba des jeunes filles de Kaya"} in names
    assert all(pair.decided_by_id is None for pair in pairs)
    people = db.scalar(select(func.count()).select_from(Duplicate).where(Duplicate.subject_type != "grp"))
    assert people is not None and people >= 1


def test_problems_5_and_6_an_operator_that_refuses_and_a_wallet_too_small(db: Db) -> None:
    first, second = db.scalars(
        select(Disbursement).where(Disbursement.agreement_id == grant(db, "MP03").id).order_by(Disbursement.id)
    ).all()
    assert (first.status, second.status, second.follows_id) == ("failed", "paid", first.id)
    assert (second.amount_minor, second.fee_minor, second.account_kind) == (1_468_000, 2_500, "mobile")
    assert net(db, "tranche", "907")[tranche(db, "MP03", 1).code] == 1_468_000
    sixth = db.scalars(select(Disbursement).where(Disbursement.agreement_id == grant(db, "MP06").id)).one()
    assert (sixth.amount_minor, sixth.account_kind, sixth.status) == (2_655_200, "sfd", "paid")


def test_problems_7_10_and_16_money_that_comes_back(db: Db) -> None:
    found = {}
    for recovery in db.scalars(select(Recovery)):
        code = next(c for c in grants() if grant(db, c).id == recovery.agreement_id)
        found[code] = (recovery.amount_minor, recovery.collected_minor, recovery.status)
    assert found == {
        "MP02": (37_500, 37_500, "settled"),
        "MP07": (575_000, 0, "issued"),
        "MP20": (1_258_500, 629_250, "issued"),
    }
    same = db.scalars(select(Expense).where(Expense.voucher_number == "0119")).all()
    assert sorted(e.status for e in same) == ["accepted", "refused"] and len({e.invoice_key for e in same}) == 1
    assert tranche(db, "MP07", 2).frozen_reason
    closures = {c.agreement_id: c for c in db.scalars(select(Closure))}
    assert {c.status for c in closures.values()} == {"attested"}
    second = closures[grant(db, "MP02").id]
    assert (second.paid_minor, second.justified_minor, second.repaid_minor) == (2_500_000, 2_462_500, 37_500)
    assert second.follow_up_on == J + timedelta(days=135)


def test_problems_8_9_and_13_what_changes_on_the_way(db: Db) -> None:
    stop = db.scalars(select(ForceMajeure)).one()
    assert stop.starts_on == J - timedelta(days=195) and stop.lifted_at is None
    remote = db.scalars(select(Visit).where(Visit.remote.is_(True))).one()
    assert remote.status == "validated"
    amendments = db.scalars(select(Amendment).order_by(Amendment.id)).all()
    assert Counter((a.kind, a.status) for a in amendments) == {
        ("virement", "signed"): 1,
        ("extension", "signed"): 1,
        ("signatory", "signed"): 1,
    }
    school = grant(db, "MP11")
    lines = db.scalars(select(AgreementLine).where(AgreementLine.agreement_id == school.id)).all()
    assert sum(line.amount_minor for line in lines if line.source == "S") == 9_400_000
    assert {line.label: line.amount_minor for line in lines}["Latrines à trois cabines"] == 2_050_000
    bourem = grant(db, "MP12")
    president = db.scalars(
        select(Officer).where(Officer.group_id == bourem.group_id, Officer.office == "president").order_by(Officer.id)
    ).all()
    assert [p.until is None for p in president] == [False, True]
    assert bourem.signatory_name == "Hamadoun Guindo"


def test_problems_14_and_15_small_orders_and_a_complaint(work: Work) -> None:
    (split,) = procurement.splits(work)
    assert (len(split.orders), split.total_minor, split.threshold_minor, split.days) == (3, 1_440_000, 500_000, 9)
    complaint = work.db.scalars(select(Grievance)).one()
    assert complaint.sensitive and complaint.status == "assigned"
    planned = work.db.scalars(select(Visit).where(Visit.planned_on == J + timedelta(days=8))).one()
    assert planned.status == "planned"


def test_purchases_follow_their_own_buyer(db: Db) -> None:
    mill = db.scalars(select(Procedure).where(Procedure.agreement_id == grant(db, "MP04").id, Procedure.sealed)).one()
    bids = db.scalars(select(Quotation).where(Quotation.procedure_id == mill.id).order_by(Quotation.id)).all()
    assert [(b.read_minor, b.corrected_minor, b.late) for b in bids] == [
        (2_860_000, 2_860_000, False),
        (3_045_000, 3_045_000, False),
        (3_190_000, 3_109_000, False),
        (None, None, True),
    ]
    assert bids[3].returned_at is not None and mill.awarded_minor == 2_860_000
    handed = db.scalars(
        select(GoodsReceipt).where(GoodsReceipt.procedure_id == mill.id, GoodsReceipt.kind == "handover")
    ).one()
    assert handed.thumbprints == 4
    bore = db.scalars(select(Procedure).where(Procedure.agreement_id == grant(db, "MP10").id)).one()
    low = db.scalars(
        select(Quotation).where(Quotation.procedure_id == bore.id, Quotation.set_aside_kind == "abnormally_low")
    ).one()
    assert (bore.awarded_minor, low.read_minor, low.answer) == (8_340_000, 7_050_000, "")
    provisional = db.scalars(select(GoodsReceipt).where(GoodsReceipt.procedure_id == bore.id)).one()
    assert provisional.kind == "provisional" and "margelle" in provisional.reserves
    rams = db.scalars(select(Procedure).where(Procedure.agreement_id == grant(db, "MP01").id)).one()
    assert (rams.buyer, len(rams.buyers), {b["mark"] for b in rams.buyers}) == ("group", 5, {"thumbprint"})
    waiting = db.scalars(
        select(Condition)
        .join(Tranche, Tranche.id == Condition.tranche_id)
        .where(Tranche.agreement_id == grant(db, "MP25").id, Condition.met_at.is_(None))
    ).all()
    assert [c.label for c in waiting if c.kind == "document"] == ["Caisse d'entretien constituée"]


# -- the same twice -----------------------------------------------------------------------------------------------


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


def test_the_story_keeps_every_file_of_the_data() -> None:
    assert sum(len(files_of(code)) for code in CALLS) == 46 + 26 + 9 + 6
