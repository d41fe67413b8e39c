"""A reimbursement pays expenses already made: vouchers first, accepted and validated by two people; then no more than they prove (R4)."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from portfolio.agreements import queries as agreements
from portfolio.agreements.models import AgreementLine, Tranche
from portfolio.agreements.service import move_stage
from portfolio.desk import verify
from portfolio.disbursements import queries, service
from portfolio.documents import queries as documents
from portfolio.justifications import service as vouchers
from portfolio.justifications.forms import AcceptForm, ExpenseForm, ReportForm
from portfolio.justifications.models import Expense, Justification
from portfolio.kit.errors import Invalid, Refused
from tests.agreements import world as make
from tests.agreements.scene import change, codes
from tests.agreements.world import World
from tests.disbursements import chain
from tests.disbursements.scene import books, first
from tests.justifications.grants import explain

SCHEDULE = ((make.GRANT, "reimbursement"),)


def reimbursed(world: World) -> int:
    return first(world, schedule=SCHEDULE, conditions=())


def filed(world: World, tranche: int, *amounts: int) -> int:
    """A report with one receipt for each amount, submitted; its id."""
    with world.work("grants_officer") as work:
        t = work.db.get_one(Tranche, tranche)
        line = work.db.scalars(select(AgreementLine.id).where(AgreementLine.agreement_id == t.agreement_id)).first()
        form = ReportForm(from_on=work.today - timedelta(days=20), to_on=work.today)
        report = vouchers.create(work, t, form)
        for n, amount in enumerate(amounts):
            vouchers.present(work, report, ExpenseForm(
                spent_on=work.today, kind="invoice", supplier=f"Boutique {n}", tax_number="NIF 1", voucher_number=f"F-{report.id}-{n}",
                line_id=line, amount=amount))
        explain(work, report)
        vouchers.submit(work, report)
        return int(report.id)


def examined(world: World, report: int, **verdicts: str) -> None:
    """Each paper by its number: accept unless told otherwise; then closed by one person and validated by another."""
    with world.work("second_officer") as work:
        for paper in work.db.scalars(select(Expense).where(Expense.justification_id == report)):
            match verdicts.get(f"n{paper.number}", "accept"):
                case "query":
                    vouchers.query(work, paper, "Feuille de présence à fournir")
                case "refuse":
                    vouchers.refuse_expense(work, paper, "Dépense étrangère au budget convenu")
                case _:
                    vouchers.accept(work, paper, AcceptForm(reason="Facture acquittée, vue avec le groupement"))
        vouchers.review(work, work.db.get_one(Justification, report))
    with world.work("programme_head") as work:
        vouchers.validate(work, work.db.get_one(Justification, report))


def drifts(world: World) -> list[str]:
    with world.database.session(readonly=True) as session:
        return [f.words for f in verify._tranches(session)] + [f.words for f in verify._expenses(session)]


@pytest.mark.both_engines
def test_only_expenses_accepted_are_reimbursed(world: World) -> None:
    tranche = reimbursed(world)
    with pytest.raises(Refused) as refused:
        chain.request(world, tranche)
    assert codes(refused) == {"no_expense_shown"}
    report = filed(world, tranche, 900_000, 300_000, 200_000)
    with pytest.raises(Refused):
        chain.request(world, tranche)
    examined(world, report, n2="query", n3="refuse")
    assert make.tranche(world, tranche).shown_minor == 900_000
    assert books(world) == {}, "nothing was paid: no account moves"
    with pytest.raises(Invalid) as bad:
        chain.request(world, tranche, amount=900_001)
    assert [e.field for e in bad.value.errors] == ["amount"]
    number = chain.to(world, "paid", tranche)
    assert chain.stored(world, number).amount_minor == 900_000
    assert books(world) == {"904": -900_000, "907": 900_000, "657": 900_000, "521": -900_000}
    found = make.tranche(world, tranche)
    assert (found.paid_minor, found.cleared_minor, found.shown_minor) == (900_000, 900_000, 900_000)
    assert drifts(world) == []
    with world.work("accountant", readonly=True) as work:
        paper = documents.paper(work, "liquidation", queries.get(work, number))
        assert paper is not None
        words = " ".join(PdfReader(io.BytesIO(documents.bytes_of(work, paper))).pages[0].extract_text().split())
    assert "ATTESTATION DE SERVICE FAIT" in words and "Certifié le service fait, au vu des dépenses présentées et acceptées" in words


def test_the_books_are_derived_from_the_vouchers_again(world: World) -> None:
    tranche = reimbursed(world)
    examined(world, filed(world, tranche, 900_000))
    assert drifts(world) == []
    change(world, Tranche, tranche, shown_minor=900_001)
    assert len(drifts(world)) == 1


def test_vouchers_come_before_the_request_and_within_the_tranche(world: World) -> None:
    tranche = reimbursed(world)
    late = filed(world, tranche, make.GRANT - 100)
    examined(world, late)
    with pytest.raises(Refused) as refused:
        examined(world, filed(world, tranche, 101))
    assert codes(refused) == {"above_tranche"}
    chain.request(world, tranche)
    with pytest.raises(Refused) as refused:
        filed(world, tranche, 50)
    assert "already_asked" in codes(refused)


def test_the_guard_holds_whoever_moves_the_stage(world: World) -> None:
    tranche = reimbursed(world)
    with pytest.raises(Refused) as refused, world.work("grants_officer") as work:
        move_stage(work, work.hold(work.db.get_one(Tranche, tranche)), "requested", 1)
    assert codes(refused) == {"stage_exceeded"}


def test_a_request_made_before_vouchers_were_asked_is_not_paid(world: World) -> None:
    """What stood in the books before the rule is refused at every signature until its vouchers are there."""
    tranche = reimbursed(world)
    examined(world, filed(world, tranche, 900_000))
    number = chain.to(world, "visaed", tranche)
    change(world, Tranche, tranche, shown_minor=0)
    with pytest.raises(Refused) as refused:
        chain.order(world, number)
    assert codes(refused) == {"expenses_not_shown"}
    change(world, Tranche, tranche, shown_minor=900_000)
    chain.order(world, number)
    change(world, Tranche, tranche, shown_minor=0)
    for act in (chain.send, chain.pay):
        with pytest.raises(Refused) as refused:
            act(world, number)
        assert codes(refused) == {"expenses_not_shown"}
    with world.work("programme_head") as work:
        service.return_(work, queries.get(work, number), "Pièces à fournir d'abord")
    with pytest.raises(Refused) as refused:
        chain.liquidate(world, number)
    assert "expenses_not_shown" in codes(refused)


def test_the_simulator_says_what_is_missing(world: World) -> None:
    tranche = reimbursed(world)
    with world.work("grants_officer", readonly=True) as work:
        t = work.db.get_one(Tranche, tranche)
        assert [(r.code, r.missing_minor) for r in agreements.blockers(work, t)] == [("no_expense_shown", make.GRANT)]
        assert agreements.blockers(work, t, extra_minor=5_000) == []
        assert agreements.payable_in(agreements.snapshot(work, agreements.get(work, t.agreement_id)), t) == 0
