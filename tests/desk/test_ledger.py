"""The books on screen and on paper: equal to the ledger to the franc, the same edition the same bytes, a reversal once (M07, M08, M18)."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from portfolio.agreements.models import Tranche
from portfolio.desk.queries import ledger as books
from portfolio.desk.service import ledger as service
from portfolio.desk.verify import findings, verify
from portfolio.disbursements.models import Disbursement
from portfolio.documents import queries as documents
from portfolio.documents.models import Paper
from portfolio.funds.models import BudgetLine, Fund, FundCall, TreasuryAccount
from portfolio.justifications import service as reports
from portfolio.justifications.forms import AcceptForm, CollectForm
from portfolio.justifications.models import Expense, Justification, Recovery
from portfolio.kit.db import GUARDS
from portfolio.kit.errors import Forbidden
from portfolio.ledger import queries as ledger
from tests.client import client
from tests.desk.scene import codes, lived, posting
from tests.justifications.grants import J, Office, grant


def whole(place: Office) -> None:
    with place.database.session(readonly=True) as session:
        assert verify(session) == []


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


def dropped(session: Any, trigger: str) -> str:
    """The statement that takes a trigger of the tranches away."""
    on = " ON tranche" if session.get_bind().dialect.name == "postgresql" else ""
    return f"DROP TRIGGER IF EXISTS {trigger}{on}"


@pytest.mark.both_engines
def test_every_guard_column_and_balance_moved_alone_is_named(place: Office) -> None:
    """Also a guard declared tomorrow: on every stored row, one franc more and one franc less, unless the database itself refuses."""
    lived(place)
    with place.database.session(readonly=False) as session:
        session.add(FundCall(
            reference="AF-2026-00001-X", fund_id=place.fund, treasury_account_id=place.bank, until_on=J.date(), wanted_on=J.date(),
            foreseen_minor=9, cash_minor=0, called_minor=0, amount_minor=9, amount_currency="XOF", donor_minor=9, donor_currency="XOF",
            purpose="Suite de l'appel", status="sent", created_at=J))  # fmt: skip
        session.commit()
    moved = [*((model.__tablename__, name) for model, name in GUARDS), ("ledger_balance", "debit_minor"), ("ledger_balance", "credit_minor"),
             ("expense", "cleared_minor"), ("commitment", "released_minor")]  # fmt: skip
    unseen, seen = [], set()
    for table, column in moved:
        with place.database.session(readonly=True) as session:
            ids = list(session.scalars(text(f"SELECT id FROM {table} ORDER BY id")))
        for number in ids[:2] + ids[-1:]:
            for by in (1, -1):
                with place.database.session(readonly=False) as session:
                    try:
                        session.execute(text(f"UPDATE {table} SET {column} = {column} + {by} WHERE id = {number}"))
                    except IntegrityError:
                        session.rollback()
                        continue
                    found = findings(session)
                    session.rollback()
                if found and {f.kind for f in found} <= {"guard", "balances"}:
                    seen.add((table, column))
                else:
                    unseen.append((table, column, number, by, found))
    assert unseen == []
    held = {("tranche", "requested_minor"), ("tranche", "liquidated_minor"), ("tranche", "ordered_minor"), ("budget_line", "ordered_minor")}
    assert set(moved) - seen <= held, "no stage passes the one before it: the database refuses the franc"
    together = {
        "tranche": ("UPDATE tranche SET amount_minor = amount_minor + 3, requested_minor = requested_minor + 3, "
                    "liquidated_minor = liquidated_minor + 2, ordered_minor = ordered_minor + 1", 3),
        "budget_line": ("UPDATE budget_line SET liquidated_minor = liquidated_minor + 1, ordered_minor = ordered_minor + 1", 1),
    }  # fmt: skip
    for change, columns in together.values():
        with place.database.session(readonly=False) as session:
            for name in ("tranche_kept", "tranche_sum_change", "tranche_sum"):  # only who owns the database gets that far
                session.execute(text(dropped(session, name)))
            session.execute(text(change))
            assert len(findings(session)) >= columns
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
    assert words[0] == "Grand livre, écriture n° 4\u00a0: son contenu a été modifié."


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
        for name in ("budget_line:voted", "award:reserved"):
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


__all__ = ["AcceptForm"]
