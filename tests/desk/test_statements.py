"""The page of statements: what it lists, what is printed and kept."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

import portfolio
from portfolio.accounts.models import Person
from portfolio.documents.models import Paper
from portfolio.origin import Surroundings
from tests.client import client as open_client


def test_statements_are_listed_printed_and_kept(demo: Surroundings) -> None:
    with demo.database.session(readonly=True) as session:
        person = session.scalars(select(Person.id).where(Person.email.like("mahamadou.sidibe%"))).one()
    client = open_client(demo, person)
    shown = client.get("/ledger/statements")
    assert shown.status_code == 200
    for words in ("Engagements et restes à payer", "Bordereau d’émission", "État de rapprochement", "Balance âgée des avances non justifiées"):
        assert words in shown.text, words
    for address in ("statements/payables", "ageing/editions"):
        assert client.submit(f"/ledger/{address}").status_code == 303
    with demo.database.session(readonly=True) as session:
        kinds = set(session.scalars(select(Paper.kind).where(Paper.kind.like("statement_%"))))
    assert kinds == {"statement_payables", "statement_ageing"}


def test_one_paper_alone_tells_a_bank_to_pay(demo: Surroundings) -> None:
    """The slip of a batch, which is locked and signed: no list of orders printed elsewhere asks for the same payments again."""
    rooms = Path(portfolio.__file__).parent
    asking = {str(p.relative_to(rooms)) for p in rooms.rglob("*.py") if "veuillez exécuter" in p.read_text(encoding="utf-8")}
    assert asking == {"payments/pdf.py"}
    with demo.database.session(readonly=True) as session:
        person = session.scalars(select(Person.id).where(Person.email.like("mahamadou.sidibe%"))).one()
    client = open_client(demo, person)
    page = client.get("/ledger/statements").text
    assert 'href="/payments"' in page and "statements/dispatch" not in page
    assert client.submit("/ledger/statements/dispatch", {"fund": "1"}).status_code in (404, 405)


def test_nobody_else_prints_the_accounts(demo: Surroundings) -> None:
    with demo.database.session(readonly=True) as session:
        person = session.scalars(select(Person.id).where(Person.email.like("issoufou.garba%"))).one()
    client = open_client(demo, person)
    assert client.submit("/ledger/statements/payables").status_code in (403, 404)
