"""F13: who receives copies is the dated table of the day, without an office that the institution does not have."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from portfolio.agreements import queries as agreements
from portfolio.agreements.pdf import agreement_pdf
from portfolio.disbursements import queries as disbursements
from portfolio.disbursements.pdf.order import order_pdf
from portfolio.documents import queries, reference
from portfolio.documents.reference import recipients
from portfolio.kit import tables
from portfolio.kit.db import Database
from tests.agreements import world as make
from tests.disbursements import chain

ROOT = Path(__file__).parents[2]


def words(draw: Callable[[dict[str, Any]], bytes], facts: dict[str, Any]) -> tuple[str, int]:
    reader = PdfReader(io.BytesIO(draw({**facts, "reference": "X-1"})))
    return " ".join(" ".join(p.extract_text() for p in reader.pages).split()), len(reader.pages)


@pytest.mark.parametrize("controller", [True, False])
def test_the_convention_and_the_order_name_those_in_office(database: Database, controller: bool) -> None:
    world = make.build(database, controller=controller)
    number = make.signed(world)
    order = chain.request(world, make.tranche_id(world, number, 1))
    with world.work("external_auditor", readonly=True) as work:
        convention = agreements.agreement_facts(work, agreements.get(work, number))
        paid = disbursements.order_facts(work, disbursements.get(work, order))
        waived = [name for name, _n in queries.ampliations(work, "waiver")]
        requisition = [name for name, _n in queries.ampliations(work, "requisition")]
    middle = "contrôleur financier 1 · " if controller else ""
    for draw, facts in ((agreement_pdf, convention), (order_pdf, paid)):
        text, pages = words(draw, facts)
        assert f"Ampliations : bénéficiaire 1 · comptable 1 · {middle}dossier 1 · chrono 1" in text
        assert draw is agreement_pdf or pages == 1
    assert ("contrôleur financier" in waived) is controller and "auditeur interne" not in requisition


def test_a_recipient_is_that_of_its_day(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "licence:" in tables.provenance("portfolio.documents", "ampliations.csv")
    world = make.build(database)
    new = replace(recipients()[0], name="gouvernorat", copies=2, valid_from=date(2027, 1, 1))
    gone = replace(recipients()[0], valid_to=date(2026, 1, 1))
    rows = (gone, new, *recipients()[1:])
    monkeypatch.setattr(reference, "recipients", lambda: rows)
    with world.work("external_auditor", readonly=True) as work:
        assert queries.ampliations(work, "agreement")[0] == ["comptable", 1]
    world.later(days=60)
    with world.work("external_auditor", readonly=True) as work:
        assert queries.ampliations(work, "agreement")[0] == ["gouvernorat", 2]


def test_the_dated_table_is_the_only_list() -> None:
    """One place: no paper keeps recipients of its own, and each kind that the table names is asked for by a paper."""
    sources = {path: path.read_text() for path in (ROOT / "portfolio").rglob("*.py")}
    own = [str(path) for path, text in sources.items() if re.search(r"ampliations\(\s*\[", text) or "AMPLIATIONS" in text]
    assert own == []
    whole = "".join(sources.values())
    asked = set(re.findall(r"ampliations\(\s*work, \"(\w+)\"", whole))
    assert asked == {r.kind for r in recipients()}
