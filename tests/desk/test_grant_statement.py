"""The statement of a grant: what was paid on it and what became of it, the same on screen, in a file, on paper and in the ledger."""

from __future__ import annotations

import csv
import io
import re

from pypdf import PdfReader
from sqlalchemy import select

from portfolio.agreements.models import Agreement, Tranche
from portfolio.desk.queries import grants
from portfolio.desk.service import ledger as books
from portfolio.documents.models import Paper
from portfolio.ledger import queries as ledger
from tests.client import client
from tests.desk.scene import lived, posting
from tests.justifications.grants import Office

FATES = ("accepted", "to_justify", "to_return", "returned", "written_off")


def grants_of(place: Office) -> dict[str, dict[str, int]]:
    """Every agreement's totals, checked against the balances of the ledger."""
    found = {}
    with place.as_("accountant", readonly=True) as work:
        for agreement in work.db.scalars(select(Agreement)):
            sums = grants.sums(grants.movements(work, agreement))
            of = {"agreement": agreement.reference}
            assert sums["paid"] == sum(sums[name] for name in FATES) == ledger.net(work.db, ["907"], **of)
            assert sums["to_justify"] == ledger.net(work.db, ["409"], **of) and sums["to_return"] == ledger.net(work.db, ["463"], **of)
            assert sums["accepted"] == ledger.net(work.db, ["657"], **of) and sums["written_off"] == ledger.net(work.db, ["659"], **of)
            found[agreement.reference] = sums
    return found


def test_what_was_paid_is_accepted_asked_back_or_left(place: Office) -> None:
    _made, _report, _order = lived(place)
    first, second = grants_of(place).values()
    assert (first["accepted"], first["to_return"], first["returned"]) == (1_530_000, 0, 0) and first["paid"] > 1_530_000
    assert (second["paid"], second["claimed"], second["returned"], second["to_return"]) == (700_000, 575_000, 300_000, 275_000)
    # a contre-passation takes away what it reverses, in the same column
    with place.as_("accountant") as work:
        books.reverse(work, posting(place, "expense:cleared"), "Rapport saisi deux fois")
    again = next(iter(grants_of(place).values()))
    assert again["accepted"] < first["accepted"] and again["paid"] == first["paid"]
    assert again["to_justify"] - first["to_justify"] == first["accepted"] - again["accepted"]


def test_the_screen_the_file_and_the_paper_say_the_same(place: Office) -> None:
    made, _report, _order = lived(place)
    with place.database.session(readonly=True) as session:
        tranche = session.get_one(Tranche, made.tranches[0])
        number = tranche.agreement_id
    comptable, auditor = (client(place.around, place.people[role]) for role in ("accountant", "external_auditor"))
    page = comptable.get(f"/ledger/grants/{number}")
    shown = re.sub(r"[\u00a0\u202f]", "", re.sub(r"<[^>]+>", " ", page.text))
    rows = list(csv.reader(io.StringIO(comptable.get(f"/ledger/grants/{number}?format=csv").content.decode("utf-8-sig")), delimiter=";"))
    assert comptable.get(f"/ledger/grants/{number}?format=xlsx").content[:2] == b"PK"
    with place.as_("accountant", readonly=True) as work:
        sums = grants.sums(grants.movements(work, work.db.get_one(Agreement, number)))
    assert rows[-1][5:] == [str(sums[name]) for name in (*grants.COLUMNS, "to_justify", "to_return")]
    assert page.status_code == 200 and "donnent la même somme" in page.text
    assert auditor.get(f"/agreements/{number}").text.count(f'href="/ledger/grants/{number}"') == 1
    printed = comptable.submit(f"/ledger/grants/{number}/editions", {})
    text = "".join(p.extract_text() for p in PdfReader(io.BytesIO(comptable.get(printed.headers["location"]).content)).pages)
    plain = re.sub(r"[\u00a0\u202f ]", "", text)
    for name in ("paid", "accepted", "to_justify"):
        assert str(sums[name]) in shown and str(sums[name]) in plain, name
    assert "aucunécart" in plain and "RELEVÉDESUBVENTION" in plain
    with place.database.session(readonly=True) as session:
        paper = session.scalars(select(Paper).where(Paper.kind == "statement_grant")).one()
        assert (paper.subject_type, paper.subject_id) == ("agreement", number)
    assert client(place.around, place.people["grants_officer"]).submit(f"/ledger/grants/{number}/editions", {}).status_code == 403
    assert comptable.get("/ledger/grants/999999").status_code == 404
