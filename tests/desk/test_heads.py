"""The head of the ledger leaves the house: on every paper, in its text and in its code, and every day in a file; and whoever writes the
books again, head and all, is named by any one of them (T06)."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlalchemy import select, text, update
from typer.testing import CliRunner

from portfolio import cli, serving
from portfolio.desk.queries import ledger as books
from portfolio.desk.service import ledger as service
from portfolio.desk.verify import findings, verify
from portfolio.documents import queries as documents
from portfolio.documents.models import Paper
from portfolio.kit import backup, chain, sinks
from portfolio.kit.clock import FixedClock
from portfolio.kit.db import Database
from portfolio.kit.pdf.pen import Pen
from portfolio.ledger import queries as ledger
from portfolio.ledger.models import LedgerEntry
from portfolio.ledger.service import SEALED
from portfolio.serving import deposit_heads
from portfolio.settings import Settings
from tests.client import client
from tests.desk.scene import lived
from tests.justifications.grants import Office
from tests.ledger.books import unlocked


def forged(place: Office, at: int) -> None:
    """The books from entry `at` on written again by somebody who thinks of everything inside: rows, links, head, totals."""
    with unlocked(place.database) as session:
        columns = LedgerEntry.__table__.columns
        previous = chain.GENESIS
        for row in list(ledger.walk(session)):
            if row["seq"] >= at:
                document = "OP-2026-99999-K" if row["seq"] == at else row["document"]
                row |= {"document": document, "previous": previous}
                row["hash"] = chain.seal(previous, "ledger", {name: row[name] for name in SEALED})
                session.execute(update(LedgerEntry).where(columns.seq == row["seq"]).values(
                    document=document, previous=previous, hash=row["hash"]))  # fmt: skip
            previous = row["hash"]
        session.execute(text("UPDATE chain_head SET hash = :h WHERE name = 'ledger'"), {"h": previous})


@pytest.mark.both_engines
def test_every_paper_carries_the_head_and_any_one_tells_a_book_written_again(place: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    codes: list[str] = []
    drawn = Pen.code
    monkeypatch.setattr(Pen, "code", lambda pen, x, top, side, said: (codes.append(said), drawn(pen, x, top, side, said))[1])
    lived(place)
    with place.as_("accountant") as work:
        service.print_edition(work, books.Filters())
        service.print_trial_balance(work, books.Filters())
    with place.database.session(readonly=True) as session:
        papers = list(session.scalars(select(Paper).order_by(Paper.id)))
        stored = ledger.hashes(session, range(1, 10_000))
        assert verify(session) == []
    kinds = {paper.kind for paper in papers if documents.witness(paper.facts)[0]}
    assert {"payment_receipt", "recovery_order", "financial_report", "ledger_book", "trial_balance"} <= kinds, kinds
    for paper in papers:
        seq, digest = documents.witness(paper.facts)
        if not seq:
            continue  # issued before the first entry: there is nothing to hold
        assert stored[seq] == digest and documents.is_true(paper)
        path = documents.path_for(place.around.data_dir, paper.sha256)
        shown = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(path.read_bytes())).pages)
        assert chain.short(digest).lower() in shown.lower() or digest in shown, paper.kind
        assert any(paper.reference in said and f"\nLIVRE {seq} {digest}" in said for said in codes), paper.kind
    last = max(documents.witness(paper.facts)[0] for paper in papers)
    forged(place, 3)
    with place.database.session(readonly=True) as session:
        said = findings(session)
        assert [f.kind for f in said] == ["witness"] and said[0].subject.startswith("ledger:")
        first = min((documents.witness(p.facts)[0], p.id, p.reference) for p in papers if documents.witness(p.facts)[0] >= 3)
        assert first[2] in said[0].words, "the paper to look for is named"
        for paper in papers:  # any one alone
            seq, digest = documents.witness(paper.facts)
            assert (ledger.check(session, [(seq, digest)]) is not None) == (seq >= 3)
    assert last > 3


def test_the_heads_leave_every_day_and_after_fifty_entries(place: Office, tmp_path: Path) -> None:
    lived(place)
    usb, gone = tmp_path / "usb", tmp_path / "unplugged"
    usb.mkdir()
    around = replace(place.around, outside=(place.around.data_dir, usb, gone))
    assert deposit_heads(around) == [gone]
    assert deposit_heads(around) == [gone]
    lines = sinks.lines(usb)
    assert len(lines) == 1 == len(sinks.lines(place.around.data_dir))
    with place.database.session(readonly=True) as session:
        stands, trail = ledger.heads(session)
        assert f"LIVRE {stands[0]} {stands[1]} JOURNAL {trail[0]} {trail[1]}" in lines[0]
        assert verify(session, around.outside) == []
    tomorrow = replace(around, clock=FixedClock(around.clock.now() + timedelta(hours=24)))
    deposit_heads(tomorrow)
    assert len(sinks.lines(usb)) == 2
    last = ledger.last_outside([usb])
    assert last is not None and ledger.is_old(last, last.at + timedelta(hours=23), last.ledger[0] + 49) is False
    assert ledger.is_old(last, last.at + timedelta(hours=23), last.ledger[0] + 50) and ledger.is_old(None, last.at, 0)


@pytest.mark.parametrize("trail", [False, True])
def test_a_book_or_a_journal_cut_with_its_head_is_told_by_the_folder(place: Office, tmp_path: Path, trail: bool) -> None:
    lived(place)
    around = replace(place.around, outside=(tmp_path,))
    deposit_heads(around)
    with unlocked(place.database) as session:
        session.execute(text("DELETE FROM paper"))
        table, name = ("audit_event", "audit") if trail else ("ledger_entry", "ledger")
        for each in ("no_update", "no_delete", "no_gap"):
            session.execute(text(f"DROP TRIGGER IF EXISTS {table}_{each}"))
        last = session.execute(text(f"SELECT max(seq) FROM {table}")).scalar_one()
        session.execute(text(f"DELETE FROM {table} WHERE seq = {last}"))
        session.execute(text(f"UPDATE chain_head SET seq = {last - 1}, hash = (SELECT hash FROM {table} WHERE seq = {last - 1}) WHERE name = '{name}'"))
    with place.database.session(readonly=True) as session:
        found = [f for f in findings(session, around.outside) if f.kind == "witness"]
        assert [f.subject for f in found] == [f"{name}:{last}"] and str(tmp_path) in found[0].words
        assert not [f for f in findings(session) if f.kind == "witness"]


def test_the_screen_says_how_old_the_last_outside_head_is(place: Office) -> None:
    lived(place)
    browser = client(place.around, place.people["internal_auditor"])
    assert "Aucune tête du livre n’a été gardée" in browser.get("/ledger/checks").text
    deposit_heads(place.around)
    shown = browser.get("/ledger/checks").text
    assert "Aucune tête du livre" not in shown and "Dernière tête gardée au dehors" in shown
    got = browser.get("/ledger/sealed")
    assert got.status_code == 200 and got.text.startswith('{"chain":"portfolio-chain-1"') and got.text.rstrip().endswith("}")
    assert "def verify(" in browser.get("/ledger/verifier").text


@pytest.mark.both_engines
def test_doctor_says_how_old_the_newest_head_outside_is_and_whether_the_books_agree(place: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    beside, other = tmp_path / "data", tmp_path / "key"
    beside.mkdir()
    other.mkdir()
    around = replace(place.around, outside=(beside, other), data_dir=beside)
    assert isinstance(around.clock, FixedClock)

    def told(language: str = "en") -> tuple[int, str]:
        """What the command says, at the moment of the test."""
        monkeypatch.setattr(serving, "open_around", lambda _settings: replace(around, database=Database(url)))
        done = CliRunner().invoke(cli.main, ["doctor", "--language", language], env={
            "PORTFOLIO_DATABASE_URL": url, "PORTFOLIO_DATA_DIR": str(beside), "PORTFOLIO_HEAD_SINKS": str(other), "PORTFOLIO_KEY_DIR": str(tmp_path / "cles")})
        return done.exit_code, done.output

    url = place.database.url.render_as_string(hide_password=False)
    lived(place)
    key = Settings("", beside, frozenset(), key_dir=tmp_path / "cles").backup_key(make=True)
    backup.note(beside, backup.Last(around.clock.now(), "sauvegarde", key.name))
    code, words = told()
    assert code == 1 and "BAD No head of the ledger has left the database yet" in words
    deposit_heads(around)
    around.clock.moment += timedelta(hours=3)
    code, words = told()
    assert code == 0 and "is 3 hours old" in words and "The ledger agrees with each of the 2 heads kept outside." in words
    code, words = told("fr")
    assert code == 0 and "a 3 heures" in words and "concorde avec chacune des 2 têtes" in words and "la base répond" in words
    around.clock.moment += timedelta(hours=22)
    code, words = told("fr")
    assert code == 1 and "NON La plus récente tête du livre" in words and "a 25 heures" in words
    around.clock.moment -= timedelta(hours=22)
    forged(place, 3)
    code, words = told()
    assert code == 1 and "BAD The ledger does NOT agree with the head of entry no." in words and "run portfolio ledger verify" in words
