"""Advances by age: every total on the screen, in the files and on the paper is the ledger's own, parsed back and equal."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from portfolio.agreements.forms import NoticeForm
from portfolio.agreements.service import send_notice
from portfolio.applications.models import Contact
from portfolio.desk.queries import ageing
from portfolio.documents import queries as documents
from portfolio.documents.models import Paper
from portfolio.justifications.queries import advances, aged
from portfolio.kit.i18n import short_date_text
from portfolio.kit.sheets import read_xlsx
from portfolio.ledger import queries as ledger
from tests.client import Client, client
from tests.desk.scene import lived
from tests.justifications.grants import Office, grant

FIGURES = r"[\d\u202f]+"


def _number(text: str) -> int:
    return int(text.replace("\u202f", "").replace("\u00a0", ""))


def _words(place: Office, number: int) -> str:
    with place.as_("internal_auditor", readonly=True) as work:
        content = documents.bytes_of(work, work.db.get_one(Paper, number))
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]
    return re.sub(r"[ \n]+", " ", "\n".join(pages))


def _printed(place: Office, browser: Client, query: str) -> str:
    answer = browser.submit("/ledger/ageing/editions", {"query": query})
    assert answer.status_code == 303
    return _words(place, int(answer.headers["location"].rpartition("/")[2]))


@pytest.mark.both_engines
def test_every_total_of_the_ageing_is_the_ledgers(place: Office) -> None:
    made, _number_of, _order = lived(place)
    grant(place, name="Groupement Bonkoukou", tranches=(310_000,), paid=1, conditions=(), budget=(("Filet", 310_000),))
    comptable = client(place.around, place.people["accountant"])
    with place.as_("accountant", readonly=True) as work:
        found = advances(work)
        first = found[0]
        codes = {name: str(work.db.execute(select(ageing.STANDS.c[name])).scalars().first()) for name in ageing.DIMS}
        total = ledger.net(work.db, ["409"])
        assert sum(a.left for a in found) == total > 0
        assert len(found) >= 3 and made.tranches[0] in {a.tranche.id for a in found}
        nets = {name: ledger.net(work.db, ["409"], **{name: code}) for name, code in codes.items()}
    for query, wanted in [("", total), *((f"{name}={codes[name]}", nets[name]) for name in ageing.DIMS), (f"fund={codes['fund']}&by=party", nets["fund"])]:
        page = comptable.get(f"/ledger/ageing?{query}")
        assert page.status_code == 200
        feet = re.findall(r"<tfoot>(.*?)</tfoot>", page.text, re.DOTALL)
        sums = [[_number(each) for each in re.findall(rf'<td class="num">({FIGURES})</td>', foot)] for foot in feet]
        assert sums[0][-1] == sum(sums[0][1:-1]) == wanted, query  # sub-totals: count, each age, total
        assert sums[1][0] == sum(sums[1][1:]) == wanted, query  # the list: total, each age
        rows = list(csv.reader(io.StringIO(comptable.get(f"/ledger/ageing?{query}&format=csv").content.decode("utf-8-sig")), delimiter=";"))
        assert sum(int(row[5]) for row in rows[1:]) == sum(int(cell or 0) for row in rows[1:] for cell in row[6:10]) == wanted
        sheet = read_xlsx(comptable.get(f"/ledger/ageing?{query}&format=xlsx").content)
        assert sum(int(row[5]) for row in sheet if len(row) > 5 and row[5].isdigit()) == wanted
        words = _printed(place, comptable, query)
        closing = re.search(rf"Totaux ({FIGURES}) ({FIGURES})?", words)
        assert closing and _number(closing[1]) == wanted, query
        assert sum(_number(each) for each in re.findall(rf"Sous-total [a-zé]+ — [^\d]*?[^ ]* ({FIGURES}) ", words)) == wanted or "by=party" in query
        assert f"au grand livre : {closing[1]}" in words.replace("\u00a0F", " F") and "aucun écart" in words
    assert f"/agreements/tranches/{first.tranche.id}" in comptable.get("/ledger/ageing").text


def test_an_age_shows_its_own_and_the_ledger_is_not_held_against_it(place: Office) -> None:
    lived(place)
    comptable = client(place.around, place.people["accountant"])
    with place.as_("accountant", readonly=True) as work:
        old = aged(advances(work), 271, None)
    page = comptable.get("/ledger/ageing?age=271").text
    assert len(re.findall(r'href="/agreements/tranches/\d+"', page)) == len(old) > 0
    words = _printed(place, comptable, "age=271")
    assert "Plus de 270 jours" in words and "aucun écart" not in words


def test_a_notice_stands_beside_its_advance(place: Office) -> None:
    lived(place)
    comptable = client(place.around, place.people["accountant"])
    with place.as_("programme_head") as work:
        first = advances(work)[0]
        sent = send_notice(work, first.agreement, NoticeForm(tranche_id=first.tranche.id, means="hand", sent_on=work.today, delay_days=30))
        reference = sent.reference
    assert f"{reference} du " in _printed(place, comptable, "by=party")
    with place.as_("grants_officer") as work:  # a later call is the last contact, on the paper as on the screen
        work.db.add(Contact(application_id=first.agreement.application_id, at=work.now + timedelta(days=2), channel="phone", person="",
                            result="Promet ses pièces\npour vendredi"))  # fmt: skip
        day = work.today + timedelta(days=2)
    words = _printed(place, comptable, "by=party")
    assert f"Téléphone du {day:%d/%m/%y} : Promet" in words and f"{reference} du " not in words
    page = comptable.get("/ledger/ageing").text.replace("\u00a0", " ")
    assert "Dernier contact ou relance" in page and short_date_text(day).replace("\u00a0", " ") in page


BAD = ["fund=F9", "by=hash", "age=12", "party=%00", "place=%25", "objective=%C3%A9", "sort=-x", "after=zzz", "call=" + "x" * 300]


@pytest.mark.both_engines
def test_no_address_breaks_the_ageing(place: Office) -> None:
    grant(place, paid=1)
    comptable = client(place.around, place.people["accountant"])
    for query in BAD:
        assert comptable.get(f"/ledger/ageing?{query}").status_code == 200, query
        assert comptable.submit("/ledger/ageing/editions", {"query": query}).status_code == 303, query
    for sort in ("code", "-group", "fund", "-call", "paid", "-left"):
        assert comptable.get(f"/ledger/ageing?sort={sort}").status_code == 200, sort
    assert client(place.around, place.people["applicant"]).get("/ledger/ageing").status_code == 403


@pytest.mark.both_engines
def test_what_is_left_to_pay_is_the_ledgers(place: Office) -> None:
    lived(place)
    comptable = client(place.around, place.people["accountant"])
    answer = comptable.submit("/ledger/statements/payables")
    assert answer.status_code == 303
    words = _words(place, int(answer.headers["location"].rpartition("/")[2]))
    with place.as_("accountant", readonly=True) as work:
        stages = [ledger.net(work.db, codes) for codes in (
            ["904", "905", "906", "907"], ["905", "906", "907"], ["906", "907"], ["907"], ["904", "905", "906"])]
    closing = re.search(r"Totaux " + " ".join([f"({FIGURES})"] * 5), words)
    assert closing and [_number(each) for each in closing.groups()] == stages
    assert "aucun écart" in words
