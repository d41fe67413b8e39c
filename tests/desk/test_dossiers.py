"""The file of a grant, a payment or a voucher: every paper of the chain that the reader may open, each vouched for by its hash."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from typing import Any

import pytest
from sqlalchemy import select

from portfolio.agreements.models import Agreement
from portfolio.applications.models import Application
from portfolio.audit.models import AuditEvent
from portfolio.disbursements.models import Disbursement
from portfolio.documents import service as documents
from portfolio.documents.models import Document, Paper
from portfolio.documents.queries import path_for
from portfolio.justifications.models import Expense
from portfolio.rulebook import sampling as law
from tests.client import Client, client
from tests.documents.makers import PDF, png
from tests.justifications.grants import Grant, Office, decide, expense, grant, report, validated


def filled(place: Office) -> tuple[Grant, list[int]]:
    """A grant with two payments and two vouchers, and papers along its chain."""
    made = grant(place, tranches=(500_000, 300_000), conditions=(), budget=(("Forage", 800_000),))
    number = report(place, made.tranches[0], expense(made, 200_000, "Forage", -200), expense(made, 100_000, "Forage", -190))
    decide(place, number, {1: "accept", 2: "accept"})
    validated(place, number)
    with place.as_("grants_officer") as work:
        agreement = work.db.get_one(Agreement, made.agreement)
        file = work.db.get_one(Application, agreement.application_id)
        for owner, kind, name in (
            (file, "piece:member_list", "Aïssata et ses sœurs.pdf"),
            (file, "piece:budget", "budget.pdf"),
            (agreement, "signed_agreement", "scan signé.pdf"),
        ):
            documents.add(work, owner, kind, documents.Incoming(name, PDF + name.encode()))
        for paid in work.db.scalars(select(Disbursement)):
            content = PDF + paid.reference.encode()
            documents.issue(work, kind="order", reference=f"{paid.reference}-O", title="Ordre de paiement", subject=paid,
                            facts={"order": paid.reference}, draw=lambda _facts, content=content: content)
        for paper in work.db.scalars(select(Expense).order_by(Expense.number)):
            documents.add(work, paper, "voucher", documents.Incoming(f"photo {paper.number}.png", png(paper.number)))
    with place.database.session(readonly=True) as session:
        return made, list(session.scalars(select(Disbursement.id).order_by(Disbursement.id)))


def opened(answer: Any) -> tuple[zipfile.ZipFile, list[dict[str, str]]]:
    """The archive and the rows of its index; every member but the index itself is checked against its own sums."""
    assert answer.status_code == 200 and answer.headers["content-type"] == "application/zip", answer.text[:500]
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert archive.testzip() is None
    rows = list(csv.DictReader(io.StringIO(archive.read("INDEX.csv").decode("utf-8-sig")), delimiter=";"))
    sums = dict(reversed(line.split("  ")) for line in archive.read("SHA256SUMS").decode().splitlines())
    assert set(sums) == set(archive.namelist()) - {"INDEX.csv", "INDEX.txt", "SHA256SUMS"}
    for name, sha256 in sums.items():
        assert hashlib.sha256(archive.read(name)).hexdigest() == sha256
    return archive, rows


def browser_of(place: Office, role: str) -> Client:
    return client(place.around, place.people[role])


def kept(place: Office) -> dict[str, int]:
    """Hash → size of every paper and file that the database keeps."""
    with place.database.session(readonly=True) as session:
        return {sha: size for model in (Paper, Document) for sha, size in session.execute(select(model.sha256, model.size))}


@pytest.mark.both_engines
def test_the_file_of_a_grant_holds_its_chain_and_its_hashes_are_those_of_the_database(place: Office) -> None:
    made, _payments = filled(place)
    browser = browser_of(place, "internal_auditor")
    page = browser.get(f"/ledger/dossiers/agreement/{made.agreement}")
    assert page.status_code == 200 and "Tout prendre" in page.text
    assert f"/ledger/dossiers/agreement/{made.agreement}" in browser.get(f"/agreements/{made.agreement}").text
    archive, rows = opened(browser.get(f"/ledger/dossiers/agreement/{made.agreement}/archive"))
    found = kept(place)
    assert {r["SHA-256"] for r in rows} <= set(found) and all(int(r["Octets"]) == found[r["SHA-256"]] for r in rows)
    assert len(rows) == 3 + 2 + 1 + 2 and {r["État"] for r in rows} == {"joint"}
    assert [r["Étape"] for r in rows] == ["Candidature", "Candidature", "Convention", *["Paiements"] * 2, *["Justification"] * 3]
    assert all(name.isascii() for name in archive.namelist())
    assert {r["Nom dans l’archive"] for r in rows} == set(archive.namelist()) - {"INDEX.csv", "INDEX.txt", "SHA256SUMS"}
    words = archive.read("INDEX.txt").decode()
    assert "CONV-2026-00001-K" in words and "sha256sum -c SHA256SUMS" in words and all(r["SHA-256"] in words for r in rows)
    with place.database.session(readonly=True) as session:
        event = session.scalars(select(AuditEvent).where(AuditEvent.event == "dossier:taken")).one()
        assert event.actor_id == place.people["internal_auditor"] and event.subject_id == made.agreement
        assert event.data["enclosed"] == 8
    assert "Dossier pris en archive" in browser.get(f"/agreements/{made.agreement}").text


@pytest.mark.both_engines
def test_names_stay_out_where_the_reader_may_not_read_them(place: Office) -> None:
    made, _payments = filled(place)
    archive, rows = opened(browser_of(place, "external_auditor").get(f"/ledger/dossiers/agreement/{made.agreement}/archive"))
    [hidden] = [r for r in rows if r["État"] != "joint"]
    assert "noms" in hidden["État"] and hidden["Nom dans l’archive"] not in archive.namelist()
    everything = b"".join(archive.read(name) for name in archive.namelist())
    assert b"sata et ses" not in everything, "neither its content nor the name it came under"
    assert len(rows) == 8 and len(archive.namelist()) == 7 + 3
    shown = browser_of(place, "external_auditor").get(f"/ledger/dossiers/agreement/{made.agreement}").text
    assert "noms non lus" in shown and "1 autre porte des noms" in shown


@pytest.mark.both_engines
def test_the_file_of_one_payment_or_voucher_is_of_it_alone(place: Office) -> None:
    _made, (first, second) = filled(place)
    browser = browser_of(place, "internal_auditor")
    _archive, rows = opened(browser.get(f"/ledger/dossiers/payment/{second}/archive"))
    assert [r["Référence"] for r in rows if r["Étape"] == "Paiements"] == [f"OP-2026-{second:05d}-K-O"]
    assert not [r for r in rows if r["Étape"] == "Justification"], "nothing was reported on the second tranche"
    with place.database.session(readonly=True) as session:
        paper = session.scalars(select(Expense).where(Expense.number == 2)).one()
        sha256 = session.scalars(select(Document.sha256).where(Document.subject_type == "expense", Document.subject_id == paper.id)).one()
    _archive, rows = opened(browser.get(f"/ledger/dossiers/voucher/{paper.id}/archive"))
    assert [r["SHA-256"] for r in rows if r["Nature"] == "Pièce justificative"] == [sha256]
    assert [r["Référence"] for r in rows if r["Étape"] == "Paiements"] == [f"OP-2026-{first:05d}-K-O"], "the payment that it justifies"


def test_a_file_altered_or_lost_on_the_disk_is_named_and_left_out(place: Office) -> None:
    made, _payments = filled(place)
    with place.database.session(readonly=True) as session:
        budget, scan = (session.scalars(select(Document.sha256).where(Document.kind == kind)).one() for kind in ("piece:budget", "signed_agreement"))
    path_for(place.around.data_dir, budget).write_bytes(PDF + b"budget.pdX")
    path_for(place.around.data_dir, scan).unlink()
    archive, rows = opened(browser_of(place, "internal_auditor").get(f"/ledger/dossiers/agreement/{made.agreement}/archive"))
    states = {r["SHA-256"]: r["État"] for r in rows}
    assert "altéré" in states[budget] and "manque" in states[scan]
    assert budget not in archive.read("SHA256SUMS").decode() and len(archive.namelist()) == 6 + 3
    words = archive.read("INDEX.txt").decode()
    assert "2 fichiers NON joints" in words and "altéré" in words
    with place.database.session(readonly=True) as session:
        event = session.scalars(select(AuditEvent).where(AuditEvent.event == "dossier:taken")).one()
        assert (event.data["enclosed"], event.data["altered"], event.data["missing"]) == (6, 1, 1)


def test_who_may_not_and_what_is_too_large_get_a_sentence(place: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    made, (first, _second) = filled(place)
    address = f"/ledger/dossiers/agreement/{made.agreement}"
    for role in ("reception_member", "applicant", "intake_agent"):
        for each in (address, f"{address}/archive", f"/ledger/dossiers/payment/{first}/archive"):
            assert browser_of(place, role).get(each).status_code in (403, 404), (role, each)
    assert browser_of(place, "reception_member").get(address).status_code == 403, "reads the agreement, not its payments"
    browser = browser_of(place, "internal_auditor")
    for each in ("tout/1", "payment/4000000", "agreement/0", f"voucher/{2**62 - 1}"):
        assert browser.get(f"/ledger/dossiers/{each}").status_code == 404, each
    monkeypatch.setattr(law, "LARGEST_FILE_BYTES", 100)
    answer = browser.get(f"{address}/archive")
    assert answer.status_code == 409 and "une archive en tient" in answer.text and "un seul paiement" in answer.text
    shown = browser.get(address)
    assert shown.status_code == 200 and "Tout prendre" not in shown.text and "une archive en tient" in shown.text
    with place.database.session(readonly=True) as session:
        assert not session.scalars(select(AuditEvent).where(AuditEvent.event == "dossier:taken")).all()
