"""État de rapprochement: the books of the statement's own day, outstanding operations from the lines, controlled by another person at zero."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from portfolio.documents import queries as documents
from portfolio.kit.errors import Invalid, Refused
from portfolio.payments import queries, service
from portfolio.payments.forms import ReconcileForm
from portfolio.payments.models import BankStatement, Reconciliation, StatementLine
from tests.agreements.world import World
from tests.client import client
from tests.payments.test_statements import csv_file, send, sent


def codes(world: World, role: str, number: int) -> set[str]:
    """Why this person may not control it."""
    with world.work(role, commit=False) as work, pytest.raises(Refused) as refused:
        service.control_reconciliation(work, work.db.get_one(Reconciliation, number))
    return {r.code for r in refused.value.refusals}


def prepared(world: World, number: int, role: str = "accountant") -> Reconciliation:
    with world.work(role) as work:
        made = service.prepare_reconciliation(work, ReconcileForm(source=f"statement:{number}")).id
    return stored(world, made)


def stored(world: World, number: int) -> Reconciliation:
    with world.work("external_auditor", readonly=True) as work:
        found = work.db.get_one(Reconciliation, number)
        work.db.expunge(found)
        return found


def a_statement(world: World, *, closing: int | None = None) -> tuple[int, list[str]]:
    """Two payments sent, one of them on the statement, and a fee that the books do not know."""
    _ids, orders = sent(world)
    balance = int(closing if closing is not None else opening(world) - 1_780_000 - 2_500)
    return send(world, csv_file(
        f"22/11/2026;VIR {orders[0]} GROUPEMENT;SAHEL-991;1 780 000;;",
        "22/11/2026;FRAIS DE TENUE DE COMPTE;FR-77;2 500;;",
    ), closing=balance), orders  # fmt: skip


def opening(world: World) -> int:
    with world.work("external_auditor", readonly=True) as work:
        from portfolio.funds.models import TreasuryAccount

        return queries.books_on(work, work.db.get_one(TreasuryAccount, world.ids["bank"]), date(2026, 11, 22))


@pytest.mark.both_engines
def test_outstanding_operations_come_from_the_lines_and_a_second_person_controls(world: World) -> None:
    number, _orders = a_statement(world)
    found = prepared(world, number)
    assert (found.unexplained_minor, found.books_minor - found.statement_minor) == (0, 2_500)
    assert [(i["side"], i["reference"], i["amount_minor"], i["days"]) for i in found.items] == [("statement", "FR-77", 2_500, 0)]
    assert codes(world, "accountant", found.id) == {"four_eyes"}
    with world.work("financial_controller") as work:
        service.control_reconciliation(work, work.db.get_one(Reconciliation, found.id))
    with world.work("external_auditor", readonly=True) as work:
        row = work.db.get_one(Reconciliation, found.id)
        paper = documents.paper(work, "reconciliation", row)
        assert row.status == "controlled" and paper is not None
        words = " ".join("".join(p.extract_text() for p in PdfReader(io.BytesIO(documents.bytes_of(work, paper))).pages).split())
    for said in ("Le compte est rapproché au 22 novembre 2026", "FR-77", "Préparé par", "Contrôlé par", "Néant", "PROJET"):
        assert (said in words) is (said != "PROJET"), said


def test_the_books_are_those_of_the_statement_day(world: World) -> None:
    """A payment entered later does not move an earlier état de rapprochement, and stands outside of it."""
    number, orders = a_statement(world)
    world.clock.moment += timedelta(days=3)
    later = send(world, csv_file(f"25/11/2026;VIR {orders[1]};SAHEL-992;1 780 000;;"), closing=0)
    with world.work("accountant") as work:
        position = queries.of_statement(work, work.db.get_one(BankStatement, number))
        assert position.unexplained == 0 and {i.reference for i in position.items} == {"FR-77"}
        after = queries.of_statement(work, work.db.get_one(BankStatement, later))
        assert after.books_minor == position.books_minor - 1_780_000


def test_what_is_unexplained_is_never_reconciled(world: World) -> None:
    number, _orders = a_statement(world, closing=1)
    found = prepared(world, number)
    assert found.unexplained_minor
    assert codes(world, "financial_controller", found.id) == {"gap_unexplained"}
    officer = client(world.surround, world.people["accountant"])
    page = officer.get(f"/payments/reconciliations/{found.id}").text
    assert "restent inexpliqués" in page.replace("’", "'") or "Non expliqué" in page
    draft = officer.get(f"/payments/reconciliations/{found.id}/draft.pdf").content
    words = " ".join("".join(p.extract_text() for p in PdfReader(io.BytesIO(draft)).pages).split())
    assert "N'EST PAS rapproché" in words and "Le compte est rapproché" not in words


def test_lines_worked_since_make_it_outdated(world: World) -> None:
    number, _orders = a_statement(world)
    found = prepared(world, number)
    with world.work("accountant") as work:
        line = work.db.scalars(select(StatementLine).where(StatementLine.bank_reference == "FR-77")).one()
        service.leave(work, line, "Frais contestés auprès de la banque")
        line.bank_reference = "FR-78"
    assert codes(world, "financial_controller", found.id) == {"reconciliation_outdated"}
    with world.work("accountant") as work:
        service.withdraw_reconciliation(work, work.db.get_one(Reconciliation, found.id), "Préparé trop tôt")
    assert stored(world, found.id).status == "withdrawn"


def test_nothing_is_reconciled_against_nothing(world: World) -> None:
    for source in ("", "statement:", "statement:999", "count:1", "x:1", "statement:١"):
        with world.work("accountant", commit=False) as work, pytest.raises((Invalid, Refused)):
            service.prepare_reconciliation(work, ReconcileForm(source=source or "-"))
    officer = client(world.surround, world.people["accountant"])
    assert officer.submit("/payments/reconciliations", {"source": "statement:999"}).status_code == 422
    assert officer.get("/payments/reconciliations").status_code == 200
    assert officer.get("/payments/reconciliations/999").status_code == 404
    assert client(world.surround, world.people["grants_officer"]).get("/payments/reconciliations").status_code == 403
