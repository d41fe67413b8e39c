"""Each printed book has its own title, columns and closing words, on screen, on paper and in a sheet (document 18)."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from pypdf import PdfReader
from starlette.datastructures import QueryParams

from portfolio.desk.pdf.ledger import _until
from portfolio.desk.queries import ledger as books
from portfolio.ledger import queries as ledger
from tests.client import client
from tests.desk.scene import lived
from tests.justifications.grants import Office

BOOKS = {
    "": ("Grand livre des décaissements", "Objectif", "le présent grand livre au"),
    "account=521": ("Grand livre du compte 521 – Banques", "Contrepartie", "le présent grand livre de compte au"),
    "account=409&to=2026-10-31": ("Grand livre des avances à justifier (compte 409)", "Contrepartie", "au 31 octobre 2026"),
    "account=409&account=463": ("Grand livre des comptes 409, 463", "Compte", "le présent grand livre de compte au"),
    "book=fund&fund=F1": ("Livre du fonds F1", "Disponible du fonds", "en recettes et"),
    "book=journal": ("Journal des paiements", "Cumul", "le présent journal des paiements au"),
}


def test_every_book_says_what_it_is(place: Office) -> None:
    lived(place)
    comptable = client(place.around, place.people["accountant"])
    for query, (title, column, closing) in BOOKS.items():
        page = comptable.get(f"/ledger?{query}")
        assert page.status_code == 200 and f"<h1>{title}" in page.text.replace("’", "'"), query
        rows = list(csv.reader(io.StringIO(comptable.get(f"/ledger?{query}&format=csv").content.decode("utf-8-sig")), delimiter=";"))
        assert column in rows[0] and len({len(r) for r in rows}) == 1, query
        printed = comptable.submit("/ledger/editions", {"query": query})
        words = "".join(p.extract_text() for p in PdfReader(io.BytesIO(comptable.get(printed.headers["location"]).content)).pages)
        plain = " ".join(words.replace("\u202f", " ").split())
        assert title.upper() in plain and closing in plain, (query, plain[-900:])
        assert ("GRAND LIVRE DES DÉCAISSEMENTS" in plain) is (query == ""), query
        assert title in comptable.get("/ledger/editions").text.replace("’", "'")


@pytest.mark.parametrize(("to", "said"), [("2026-10-31", "31 octobre 2026"), ("", "22 novembre 2026"), ("2026-12-31", "22 novembre 2026")])
def test_a_book_is_closed_at_the_end_of_its_period(to: str, said: str) -> None:
    assert _until({"to": to, "on": date(2026, 11, 22).isoformat()}) == said


def test_the_book_of_a_fund_is_its_money(place: Office) -> None:
    lived(place)
    with place.as_("accountant", readonly=True) as work:
        filters = books.read(QueryParams("book=fund&fund=F1"))
        sums = ledger.sums(work.db, books.question(work, filters))
        assert sums.closing_minor == ledger.net(work.db, ["521", "524", "552", "571"], fund="F1")
        assert books.read(QueryParams("book=fund&fund=F1&account=907")).accounts == filters.accounts
        assert books.read(QueryParams("book=magic")).ignored == ("book",)
    assert books.Filters(book="journal", accounts=("907",)).query() == "book=journal"
