"""The books on pages and over HTTP: drill-down, reversing, nonsense, cost, exports."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import event, select, text

from portfolio.agreements.models import Agreement
from portfolio.desk.queries import ledger as books
from portfolio.desk.service import ledger as service
from portfolio.ledger import export
from portfolio.ledger import queries as ledger
from tests.client import client
from tests.desk.scene import codes, lived, posting
from tests.justifications.grants import J, Office, grant


def test_from_an_entry_to_its_voucher_in_two_clicks(place: Office) -> None:
    _made, number, _order = lived(place)
    auditor = client(place.around, place.people["external_auditor"])
    page = auditor.get("/ledger?account=657").text
    source = re.search(rf'href="(/justifications/{number})"', page)
    assert source
    papers = auditor.get(source[1]).text
    assert "/justifications/expenses/" in papers
    act = re.search(r'href="(/ledger/acts/\d+)"', page)
    assert act and "Contre-passer" not in auditor.get(act[1]).text


def test_reversing_over_http_asks_for_a_reason_and_shows_both(place: Office) -> None:
    lived(place)
    comptable = client(place.around, place.people["accountant"])
    act = posting(place, "recovery:collected")
    assert "Contre-passer" in comptable.get(f"/ledger/acts/{act}").text
    short = comptable.submit(f"/ledger/acts/{act}/reverse", {"reason": "non"})
    assert short.status_code == 422
    assert comptable.submit(f"/ledger/acts/{act}/reverse", {"reason": "Chèque revenu sans provision"}).status_code == 303
    page = comptable.get(f"/ledger/acts/{act}").text
    assert "contre-passée par" in page
    book = comptable.get("/ledger?account=463").text
    assert "Contre-passation de l’écriture" in book and "Chèque revenu sans provision" in book


BAD = ["account=999", "account=907&account=409", "from=hier", "to=2026-13-40", "from=2027-01-01&to=2020-01-01", "exercice=deux",
       "exercice=99999999999999999999", "party=%27%20OR%201=1--", "party=%00", "agreement=" + "x" * 5000, "by=hash", "after=zzz",
       "before=W10", "after=WzEsMl0&before=WzEsMl0", "format=pdf", "place=%25", "objective=%C3%A9", "fund=F1&fund=F2", "treasury=😀"]  # fmt: skip


@pytest.mark.both_engines
def test_no_address_breaks_the_ledger(place: Office) -> None:
    grant(place, paid=1)
    auditor = client(place.around, place.people["internal_auditor"])
    for query in BAD:
        for path in ("/ledger", "/ledger/balance"):
            answer = auditor.get(f"{path}?{query}")
            assert answer.status_code == 200, (path, query, answer.status_code)
    for path in ("/ledger/acts/0", "/ledger/acts/999999", "/ledger/acts/99999999999999999999"):
        assert auditor.get(path).status_code in (404, 422)
    comptable = client(place.around, place.people["accountant"])
    for query in BAD:
        assert comptable.submit("/ledger/editions", {"query": query[:1900]}).status_code == 303
    assert client(place.around, place.people["applicant"]).get("/ledger").status_code == 403
    assert auditor.submit("/ledger/acts/1/reverse", {"reason": "Un motif assez long"}).status_code == 403


def test_the_ledger_costs_the_same_queries_with_one_grant_and_with_four(place: Office) -> None:
    comptable = client(place.around, place.people["accountant"])
    counts = []
    for more in (1, 3):
        for n in range(more):
            grant(place, name=f"Groupement {more}{n}", paid=1, tranches=(400_000, 100_000), budget=(("A", 500_000),), conditions=())
        comptable.get("/ledger")
        seen: list[str] = []

        def note(_c: Any, _cu: Any, statement: str, *_rest: Any, kept: list[str] = seen) -> None:
            kept.append(statement)

        event.listen(place.database.engine, "before_cursor_execute", note)
        assert comptable.get("/ledger?account=907").status_code == 200
        event.remove(place.database.engine, "before_cursor_execute", note)
        counts.append(len([s for s in seen if s.lstrip().upper().startswith("SELECT")]))
    assert counts[0] == counts[1]
    assert counts[0] <= 18  # three of the session, seven lists of choices, the statement's own


def test_the_auditors_page_says_what_the_books_say(place: Office) -> None:
    made, _number, _order = lived(place)
    with place.as_("internal_auditor", readonly=True) as work:
        from portfolio.desk.queries.auditor import CHAIN, board

        found = board(work)
        assert sum(a.amount for a in found.ages) == ledger.net(work.db, ["409"])
        assert found.recoveries.amount_minor == ledger.net(work.db, ["463"]) == 275_000
        assert [a.count for a in found.ages][3] >= 2  # paid on J−280
        paid = list(CHAIN).index("paid")
        assert found.funds[0][1][paid].amount_minor == ledger.net(work.db, ["907"])
        assert sum(c.books for c in found.cash) == ledger.net(work.db, ["521"])
        assert [c.found.unexplained_minor for c in found.cash] == [None] and found.unseen == 1  # no statement ever came
        assert found.largest[0].left == max(a.left for a in found.largest)
        assert {a.code: a.count for a in found.absent}["no_voucher_scan"] == 2
        assert found.doubles == []
    page = client(place.around, place.people["external_auditor"]).get("/ledger/auditor")
    assert page.status_code == 200 and "275\u202f000" in page.text
    assert made.agreement


def test_the_command_line_prints_a_book_without_a_number(place: Office) -> None:
    lived(place)
    content = books.print_book(place.around, account="907", fund="F1")
    words = "".join(p.extract_text() for p in PdfReader(io.BytesIO(content)).pages)
    assert "hors série" in words
    with pytest.raises(KeyError):
        books.print_book(place.around, account="999")


@pytest.mark.both_engines
def test_exports_of_a_lived_ledger_are_accepted_by_foreign_programs(place: Office, tmp_path: Path) -> None:
    import shutil
    import subprocess

    from beancount import loader

    from portfolio.ledger import export

    lived(place)
    with place.as_("accountant") as work:
        service.reverse(work, posting(place, "expense:cleared"), 'Un "motif", difficile; à lire | ici')
    with place.database.session(readonly=True) as session:
        for form in export.FORMATS:
            assert export.write(session, form, tmp_path / f"livre.{form}") == ledger.head(session).seq
        paid = ledger.net(session, ["907"])
    _entries, errors, _options = loader.load_file(str(tmp_path / "livre.beancount"))
    assert errors == []
    assert f" {paid} XOF" in (tmp_path / "livre.beancount").read_text()
    if program := shutil.which("hledger"):
        checked = subprocess.run([program, "check", "--strict", "-f", str(tmp_path / "livre.hledger")], capture_output=True, text=True)
        assert checked.returncode == 0, checked.stderr


def test_late_reports_do_not_change_an_opening(place: Office) -> None:
    """The opening of a period is the closing of the one before, whatever was dated late."""
    lived(place)
    with place.as_("accountant", readonly=True) as work:
        for cut in (date(2026, 2, 1), date(2026, 2, 20), J.date(), J.date() + timedelta(days=1)):
            for account in ("409", "521", "907"):
                before = ledger.sums(work.db, ledger.Question((account,), None, cut - timedelta(days=1)))
                after = ledger.sums(work.db, ledger.Question((account,), cut))
                assert before.closing_minor == after.opening_minor
                assert after.closing_minor == ledger.net(work.db, [account])


def test_reversing_asks_about_a_closed_agreement(place: Office) -> None:
    lived(place)
    with place.database.session(readonly=False) as session:
        session.execute(text("UPDATE agreement SET status = 'closed'"))
        session.commit()
    with place.as_("accountant", commit=False) as work:
        assert codes(lambda: service.reverse(work, posting(place, "expense:cleared"), "Un motif assez long")) == ["closed"]
        assert work.db.scalars(select(Agreement)).first() is not None


def test_every_book_says_the_sycebnl_number_of_an_account(place: Office) -> None:
    """On the chart, the balance, its sheets, its paper and the journals of other programs; a dash where none is sure."""
    lived(place)
    files = {kind: io.StringIO() for kind in ("beancount", "hledger")}
    with place.as_("accountant", readonly=True) as work:
        for kind, out in files.items():
            export.write(work.db, kind, out)
    reader = client(place.around, place.people["accountant"])
    for address in ("/ledger/chart", "/ledger/balance"):
        rows = re.sub(r"(<[^>]+>\s*)+", "|", reader.get(address).text)
        assert re.search(r"\|657\|[^|]+\|652\|", rows) and re.search(r"\|409\|[^|]+\|—\|", rows), address
    sheet = reader.get("/ledger/balance?format=csv").text
    assert "Compte SYCEBNL" in sheet and re.search(r"165[;,][^;,]+[;,]462[;,]", sheet)
    printed = reader.submit("/ledger/balance/editions", {"query": ""})
    pdf = reader.get(printed.headers["location"]).content
    assert "SYCEBNL" in "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    assert 'sycebnl: "652"' in files["beancount"].getvalue() and "; sycebnl:652" in files["hledger"].getvalue()
