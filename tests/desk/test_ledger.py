"""The books on screen and on paper: equal to the ledger to the franc, the same edition the same bytes, a reversal once (M07, M08, M18)."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook
from sqlalchemy import event, select, text

from portfolio.agreements.models import Agreement, Tranche
from portfolio.desk.queries import ledger as books
from portfolio.desk.service import ledger as service
from portfolio.desk.verify import findings, verify
from portfolio.disbursements.models import Disbursement
from portfolio.documents import queries as documents
from portfolio.documents.models import Paper
from portfolio.funds.models import BudgetLine, Fund, TreasuryAccount
from portfolio.justifications import service as reports
from portfolio.justifications.forms import AcceptForm, CollectForm, RecoveryForm
from portfolio.justifications.models import Expense, Justification, Recovery
from portfolio.kit.errors import Forbidden, Refused
from portfolio.ledger import queries as ledger
from tests.client import client
from tests.justifications.grants import Grant, J, Office, decide, expense, grant, report, shared, validated
from tests.support import databases


@pytest.fixture
def place(engine_kind: str, tmp_path: Path) -> Iterator[Office]:
    made = shared(engine_kind, tmp_path)
    yield made
    url = made.database.url.render_as_string(hide_password=False)
    made.database.dispose()
    databases.drop(url)


def lived(place: Office) -> tuple[Grant, int, int]:
    """A grant with a report cleared in part and an order to repay half collected; (grant, report, order)."""
    made = grant(place)
    other = grant(place, name="Groupement Anniya", tranches=(700_000,), paid=1, conditions=(), budget=(("Moulin", 700_000),))
    number = report(place, made.tranches[0],
                    expense(made, 1_480_000, "Béliers", -268), expense(made, 50_000, "Suivi vétérinaire", -260))
    decide(place, number, {1: "accept", 2: "accept"})
    validated(place, number)
    with place.as_("grants_officer") as work:
        order = reports.prepare_recovery(work, work.db.get_one(Tranche, other.tranches[0]), RecoveryForm(
            tranche_id=other.tranches[0], amount=575_000, reason="Dépense pour autre chose", due_on=J.date())).id
    with place.as_("authorising_officer") as work:
        reports.issue_recovery(work, work.db.get_one(Recovery, order))
    with place.as_("accountant") as work:
        reports.collect(work, work.db.get_one(Recovery, order), CollectForm(
            amount=300_000, treasury_account_id=place.bank, received_on=J.date(), payer="Trésorière"))
    return made, number, order


def posting(place: Office, event_name: str) -> int:
    with place.database.session(readonly=True) as session:
        return next(int(r["posting"]) for r in ledger.walk(session) if r["event"] == event_name)


def whole(place: Office) -> None:
    with place.database.session(readonly=True) as session:
        assert verify(session) == []


def codes(act: Any) -> list[str]:
    with pytest.raises(Refused) as found:
        act()
    return [r.code for r in found.value.refusals]


def figures(text_: str) -> list[int]:
    return [int(re.sub(r"\D", "", m)) for m in re.findall(r"\d[\d\u202f\u00a0 ]*", text_)]


# ---------------------------------------------------------------- verification


@pytest.mark.both_engines
def test_whole_books_have_no_finding_and_every_guard_is_derived(place: Office) -> None:
    lived(place)
    whole(place)
    changes = [
        "UPDATE tranche SET cleared_minor = cleared_minor - 1 WHERE cleared_minor > 0",
        "UPDATE tranche SET refused_minor = refused_minor - 1 WHERE refused_minor > 0",
        "UPDATE tranche SET ordered_minor = ordered_minor - 1, paid_minor = paid_minor - 1 WHERE number = 2 AND paid_minor > 0",
        "UPDATE recovery SET collected_minor = collected_minor - 1",
        "UPDATE recovery SET written_off_minor = written_off_minor + 1",
        "UPDATE expense SET cleared_minor = cleared_minor - 1 WHERE number = 1",
        "UPDATE fund SET received_minor = received_minor + 1",
        "UPDATE fund SET disbursed_minor = disbursed_minor - 1",
        "UPDATE treasury_account SET balance_minor = balance_minor + 1",
        "UPDATE budget_line SET committed_minor = committed_minor + 1",
        "UPDATE budget_line SET reserved_minor = reserved_minor + 1",
        "UPDATE commitment SET released_minor = released_minor + 1",
        "UPDATE paper SET facts = '{\"forged\": true}' WHERE id = (SELECT min(id) FROM paper)",
    ]
    for change in changes:
        with place.database.session(readonly=False) as session:
            session.execute(text(change))
            found = findings(session)
            assert found and {f.kind for f in found} <= {"guard", "paper"}, change
            session.rollback()
    whole(place)


def test_a_changed_entry_is_named_in_french(place: Office) -> None:
    lived(place)
    with place.database.session(readonly=False) as session:
        for name in ("no_update", "no_delete", "no_gap"):
            session.execute(text(f"DROP TRIGGER IF EXISTS ledger_entry_{name}"))
        session.execute(text("UPDATE ledger_entry SET party = 'GRP-9999' WHERE seq = 4"))
        session.commit()
    with place.database.session(readonly=True) as session:
        words = verify(session)
    assert words[0] == "Grand livre, écriture n° 4 : son contenu a été modifié."


def test_the_check_is_put_on_record_and_shown_to_the_auditor(place: Office) -> None:
    lived(place)
    auditor = client(place.around, place.people["internal_auditor"])
    assert "pas encore été vérifié" in auditor.get("/ledger/checks").text
    assert auditor.submit("/ledger/checks").status_code == 303
    page = auditor.get("/ledger/checks").text
    assert "aucune anomalie" in page
    assert "intact" in auditor.get("/ledger/auditor").text
    with place.database.session(readonly=False) as session:
        session.execute(text("UPDATE fund SET received_minor = received_minor + 1"))
        session.commit()
    page = auditor.submit("/ledger/checks")
    assert page.status_code == 200 and "F1" in page.text
    assert client(place.around, place.people["grants_officer"]).submit("/ledger/checks").status_code == 403


# ---------------------------------------------------------------- reversal


@pytest.mark.both_engines
def test_a_payment_reversed_moves_every_guard_back_and_can_be_made_again(place: Office) -> None:
    made = grant(place, paid=1)
    act = posting(place, "disbursement:paid")
    with place.as_("accountant") as work:
        service.reverse(work, act, "Mauvais montant, à reprendre")
    whole(place)
    with place.as_("accountant", readonly=True) as work:
        tranche = work.db.get_one(Tranche, made.tranches[0])
        paid = work.db.scalars(select(Disbursement)).one()
        assert (tranche.status, tranche.paid_minor, tranche.ordered_minor) == ("requested", 0, 1_780_000)
        assert (paid.status, paid.payment_reference, paid.paid_by_id) == ("ordered", None, None)
        assert work.db.get_one(Fund, place.fund).disbursed_minor == 0
        assert work.db.get_one(TreasuryAccount, place.bank).balance_minor == 60_000_000
        assert work.db.get_one(BudgetLine, place.line).paid_minor == 0
        entries = list(ledger.act(work.db, act))
        back = ledger.reversals_of(work.db, [e.seq for e in entries])
        assert len(back) == len(entries) == 3
        for e in entries:
            r = back[e.seq]
            assert (r.debit, r.credit, r.amount_minor, r.reason) == (e.credit, e.debit, e.amount_minor, "Mauvais montant, à reprendre")
            assert (r.fund, r.agreement, r.tranche, r.party) == (e.fund, e.agreement, e.tranche, e.party)
    with place.as_("accountant", commit=False) as work:
        assert codes(lambda: service.reverse(work, act, "Une seconde fois, par erreur")) == ["already_reversed"]
        assert codes(lambda: service.reverse(work, next(iter(back.values())).posting, "Contre-passer la contre-passation")) == ["is_reversal"]


@pytest.mark.both_engines
def test_a_clearing_reversed_gives_the_papers_back_to_the_examiner(place: Office) -> None:
    made, number, _order = lived(place)
    act = posting(place, "expense:cleared")
    with place.as_("accountant", commit=False) as work:
        payment = posting(place, "disbursement:paid")
        assert codes(lambda: service.reverse(work, payment, "Reprendre le paiement")) == ["already_justified"]
    with place.as_("accountant") as work:
        service.reverse(work, act, "Pièce n° 2 acceptée par erreur")
    whole(place)
    with place.as_("grants_officer") as work:
        paper = work.db.scalars(select(Expense).where(Expense.justification_id == number, Expense.number == 2)).one()
        reports.reconsider(work, paper, "La signature du vétérinaire manque")
        reports.refuse_expense(work, paper, "La signature du vétérinaire manque")
    with place.as_("programme_head") as work:
        reports.clear(work, work.db.get_one(Justification, number))
    with place.as_("accountant", readonly=True) as work:
        assert work.db.get_one(Tranche, made.tranches[0]).cleared_minor == 1_480_000
    whole(place)


@pytest.mark.both_engines
def test_a_collection_reversed_is_owed_again_and_its_receipt_says_so(place: Office) -> None:
    _made, _number, order = lived(place)
    with place.as_("accountant") as work:
        reports.collect(work, work.db.get_one(Recovery, order), CollectForm(
            amount=275_000, treasury_account_id=place.bank, received_on=J.date(), payer="Trésorière"))
        assert work.db.get_one(Recovery, order).status == "settled"
    with place.as_("accountant") as work:
        service.reverse(work, posting(place, "recovery:collected"), "Chèque revenu sans provision")
    whole(place)
    with place.as_("accountant", readonly=True) as work:
        found = work.db.get_one(Recovery, order)
        assert (found.status, found.collected_minor) == ("issued", 275_000)


def test_what_has_its_own_way_back_is_sent_there(place: Office) -> None:
    lived(place)
    with place.as_("accountant", commit=False) as work:
        for name in ("budget_line:voted", "money_receipt:confirmed", "recovery:issued", "award:reserved"):
            assert codes(lambda n=name: service.reverse(work, posting(place, n), "Un motif assez long")) == ["own_way_back"]
    with place.as_("external_auditor", commit=False) as work, pytest.raises(Forbidden):
        service.reverse(work, 1, "Un motif assez long")


# ---------------------------------------------------------------- screens


def test_the_screen_the_files_and_the_paper_give_the_totals_of_the_ledger(place: Office) -> None:
    """M18 on every output of the grand livre and of the balance."""
    lived(place)
    comptable = client(place.around, place.people["accountant"])
    for query in ("", "account=409", "account=521&from=2026-01-01", "account=907&fund=F1&by=party",
                  "account=409&party=anniya", "account=657&to=2026-01-01"):
        with place.as_("accountant", readonly=True) as work:
            from starlette.datastructures import QueryParams

            filters = books.read(QueryParams(query))
            sums = ledger.sums(work.db, books.question(work, filters))
        page = comptable.get(f"/ledger?{query}")
        assert page.status_code == 200
        kpis = [figures(m) for m in re.findall(r'kpi-value">([^<]*)<', page.text)]
        assert [k[0] for k in kpis] == [abs(v) for v in (sums.opening_minor, sums.debit_minor, sums.credit_minor, sums.closing_minor)]
        at = 1 if "by=" in query else 0
        rows = list(csv.reader(io.StringIO(comptable.get(f"/ledger?{query}&format=csv").content.decode("utf-8-sig")), delimiter=";"))
        assert len(rows) == sums.count + 3
        assert [int(v.lstrip("'")) for v in rows[-1][at + 8:]] == [sums.debit_minor, sums.credit_minor, sums.closing_minor]
        assert sum(int(r[at + 8] or 0) for r in rows[2:-1]) == sums.debit_minor
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(comptable.get(f"/ledger?{query}&format=xlsx").content)).get_sheet_by_index(0)
        last = sheet.to_python()[-1]
        assert [int(v) for v in last[at + 8:at + 11]] == [sums.debit_minor, sums.credit_minor, sums.closing_minor]
        printed = comptable.submit("/ledger/editions", {"query": query})
        assert printed.status_code == 303, printed.text
        pdf = comptable.get(printed.headers["location"])
        words = "".join(p.extract_text() for p in PdfReader(io.BytesIO(pdf.content)).pages)
        plain = re.sub(r"[\u202f\u00a0]", " ", words)
        for amount in (sums.debit_minor, sums.credit_minor, abs(sums.closing_minor)):
            assert f"{amount:,}".replace(",", " ") in plain, (query, amount)
        if sums.count:
            assert "Arrêté le présent grand livre" in plain and "Solde initial" in plain
    with place.as_("accountant", readonly=True) as work:
        rows_ = books.trial_rows(work, books.Filters())
        totals = books.trial_totals(rows_)
        assert totals["debit"] == totals["credit"] and totals["closing_debit"] == totals["closing_credit"]
    text_ = re.sub(r"[\u202f\u00a0]", " ", comptable.get("/ledger/balance").text)
    assert f"{totals['debit']:,}".replace(",", " ") in text_
    printed = comptable.submit("/ledger/balance/editions", {"query": ""})
    words = "".join(p.extract_text() for p in PdfReader(io.BytesIO(comptable.get(printed.headers["location"]).content)).pages)
    assert f"{totals['debit']:,}".replace(",", " ") in re.sub(r"[\u202f\u00a0]", " ", words)
    assert comptable.get("/ledger/editions").text.count("GL-2026-") >= 7


def test_the_same_edition_twice_is_the_same_bytes_and_never_grows(place: Office) -> None:
    lived(place)
    with place.as_("accountant") as work:
        paper = service.print_edition(work, books.Filters(("409",), by="party"))
        number = paper.id
    grant(place, name="Groupement Benkadi", paid=1)  # entries come after the edition
    with place.as_("accountant") as work:
        service.reverse(work, posting(place, "expense:cleared"), "Pièce acceptée par erreur")
    with place.as_("accountant", readonly=True) as work:
        from portfolio.desk.pdf.ledger import book

        kept = work.db.get_one(Paper, number)
        filters = books.Filters(("409",), by="party")
        facts = {**kept.facts, "fingerprint": kept.fingerprint, "reference": kept.reference, "edition": kept.edition}
        again = [book(facts, books.book_rows(work.db, books.question(work, filters, upto=facts["upto"]), facts)) for _ in range(2)]
        assert again[0] == again[1] == documents.bytes_of(work, kept)
    whole(place)


def test_a_rehashed_ledger_is_seen_by_an_edition(place: Office) -> None:
    from tests.ledger.books import unlocked
    from tests.ledger.test_chain import rehash

    lived(place)
    with place.as_("accountant") as work:
        service.print_edition(work, books.Filters())
    with unlocked(place.database) as session:
        session.execute(text("UPDATE ledger_entry SET document = 'OP-0' WHERE seq = 2"))
        last = rehash(session, 2)
        session.execute(text("UPDATE chain_head SET hash = :h WHERE name = 'ledger'"), {"h": last})
    with place.database.session(readonly=True) as session:
        assert [f.kind for f in findings(session)] == ["witness"]


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
        from portfolio.desk.queries.auditor import board

        found = board(work)
        assert sum(a.amount for a in found.ages) == ledger.net(work.db, ["409"])
        assert found.recoveries.amount == ledger.net(work.db, ["463"]) == 275_000
        assert [a.count for a in found.ages][3] >= 2  # paid on J−280
        assert found.funds[0][1].paid == ledger.net(work.db, ["907"])
        assert all(c.gap == 0 for c in found.cash)
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


__all__ = ["AcceptForm"]
