"""The demo shows the whole life of public money: what is refused, requisitioned, reversed, waived, set off, paid in hand or in kind, closed, sampled."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session as Db

from portfolio.agreements.models import Agreement, Condition
from portfolio.awards.models import Commitment, Decision
from portfolio.desk.models import Sample
from portfolio.disbursements.models import Disbursement, Rejection, Requisition
from portfolio.documents.models import Paper
from portfolio.justifications.models import Deduction, Expense
from portfolio.ledger.models import LedgerEntry, LedgerPeriod
from portfolio.numbering.service import year_of
from portfolio.payments.models import PaymentBatch
from tests.seed.finding import J, tranche


def _paid(db: Db, project: str, number: int) -> Disbursement:
    part = tranche(db, project, number)
    return db.scalars(select(Disbursement).where(Disbursement.tranche_id == part.id)).one()


def test_every_modality_and_cash_in_hand(db: Db) -> None:
    paid = select(Disbursement.modality).where(Disbursement.status == "paid")
    assert set(db.scalars(paid)) == {"advance", "direct", "kind", "reimbursement"}
    hand = _paid(db, "MP19", 3)
    assert (hand.account_kind, hand.amount_minor, hand.receipt_number) == ("cash", 160_000, "CR-0117")
    assert hand.received_by and hand.identity_number
    paper = db.scalars(select(Paper).where(Paper.kind == "payment_receipt", Paper.subject_id == hand.id)).one()
    assert paper.facts["thumbprint"], "the treasurer who took the money cannot sign"
    kind = _paid(db, "MP24", 3)
    assert (kind.modality, kind.payee_kind, kind.amount_minor) == ("kind", "supplier", 310_000)
    less = _paid(db, "MP19", 4)
    row = db.scalars(select(Deduction)).one()
    assert (less.modality, less.amount_minor, less.net_minor) == ("reimbursement", 80_000, 65_000)
    assert (row.disbursement_id, row.amount_minor, row.status) == (less.id, 15_000, "applied")


def test_refused_requisitioned_reversed_and_waived(db: Db) -> None:
    refused, answer = db.scalars(select(Rejection)).one(), db.scalars(select(Requisition)).one()
    again = _paid(db, "MP24", 2)
    assert refused.disbursement_id == again.id and answer.rejection_id == refused.id and again.status == "paid"
    back = select(func.count()).select_from(LedgerEntry).where(LedgerEntry.reverses.is_not(None))
    assert db.scalar(back) == 2, "the payment entered a day too early: its two entries"
    asked = db.scalars(select(Condition).where(Condition.waiver_proposed_by_id.is_not(None))).all()
    assert sorted(c.waived_at is not None for c in asked) == [False, True]
    shared = db.scalars(select(Expense).where(Expense.accepted_minor > 0, Expense.refused_minor > 0)).one()
    assert (shared.accepted_minor, shared.queried_minor, shared.refused_minor) == (330_000, 90_000, 60_000)


def test_batches_months_and_a_sample(db: Db) -> None:
    found = db.execute(select(PaymentBatch.profile, PaymentBatch.status)).all()
    assert len(found) == 4 and {status for _profile, status in found} >= {"approved", "reconciled"}
    assert {profile for profile, _status in found} == {"sahel-csv", "fleuve-csv", "pain-09"}
    months = Counter(db.scalars(select(LedgerPeriod.status)))
    assert months == {"closed": 3, "proposed": 1}
    assert db.scalars(select(Sample.drawn_count)).one() > 5


@pytest.mark.both_engines
def test_numbers_and_dates_of_the_engagement_the_decision_and_the_agreement(db: Db) -> None:
    """The year of a number is that of its act; engagement, visa, decision, then agreement, in this order (R1)."""
    for commitment in db.scalars(select(Commitment)):
        assert year_of(commitment.reference) == commitment.prepared_at.year
    decisions = {d.id: d for d in db.scalars(select(Decision))}
    for decision in decisions.values():
        assert decision.signed_at and year_of(decision.reference) == decision.signed_at.year
    commitments = {c.id: c for c in db.scalars(select(Commitment))}
    for agreement in db.scalars(select(Agreement)):
        engaged, decided = commitments[agreement.commitment_id], decisions[agreement.decision_id].signed_at
        chain = [engaged.prepared_at, engaged.visaed_at, decided]
        assert None not in chain and chain == sorted(chain, key=str)
        assert agreement.signed_by_group_on is None or decided.date() <= agreement.signed_by_group_on <= J  # type: ignore[union-attr]
