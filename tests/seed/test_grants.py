"""The twenty-two grants of the demo, figure by figure: states, payments, clearing, and the sixteen problems."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session as Db

from portfolio.agreements import queries as agreements
from portfolio.agreements.models import AgreementLine, Amendment, Condition, ForceMajeure, Tranche
from portfolio.applications.models import Application, FilingReceipt, Piece, PieceRequest
from portfolio.beneficiaries.models import Duplicate
from portfolio.closures.models import Closure
from portfolio.disbursements.models import Disbursement
from portfolio.grievances.models import Grievance
from portfolio.groups.models import Group, Officer
from portfolio.justifications.models import Expense, Recovery
from portfolio.kit.money import percent_of
from portfolio.procurement import queries as procurement
from portfolio.procurement.models import GoodsReceipt, Procedure, Quotation
from portfolio.projects.models import Project, Visit
from portfolio.seed.data.life import disbursements, grants
from portfolio.seed.data.others import projects
from portfolio.work import Work
from tests.seed.finding import J, call, grant, net, tranche


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
    assert found == {"paid": paid, "failed": 1, "visaed": 1, "ordered": 1}
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
        "MP19": (15_000, 15_000, "settled"),
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
        ("virement_within", "signed"): 1,
        ("results", "signed"): 1,
        ("extension", "submitted"): 1,
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
