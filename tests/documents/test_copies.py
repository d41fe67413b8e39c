"""Originals, certified copies and duplicata: the paper's own bytes, then what says which copy it is, and an act on record (F11)."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from portfolio.audit.models import AuditEvent
from portfolio.documents import queries, service
from portfolio.documents.forms import CertifyForm, DuplicateForm
from portfolio.documents.models import Paper
from portfolio.kit.db import Database
from portfolio.kit.errors import Forbidden, Refused
from portfolio.kit.pdf import Letterhead, Signatory, stamped
from portfolio.kit.pdf import Paper as Sheet
from portfolio.work import Work
from tests.documents.makers import person, work_of
from tests.documents.test_papers import FACTS, subject


def sheet(_facts: object = None) -> bytes:
    made = Sheet("Ordre de paiement", "OP-2026-00001-A", Letterhead(("Autorité",), "", "Gao"), on=date(2026, 3, 12))
    made.page_break()
    made.landscape_section()
    made.signatures([Signatory("L'ordonnateur", "Seydou Barro")])
    return made.render()


def issued(work: Work, kind: str = "order") -> Paper:
    return service.issue(work, kind=kind, reference="OP-2026-00001-A", title="Ordre", subject=subject(work), facts=FACTS, draw=sheet)


@pytest.mark.both_engines
def test_originals_are_printed_once_and_each_starts_with_the_paper(database: Database, tmp_path: Path) -> None:
    work = work_of(database, tmp_path, person(database, "accountant"))
    paper = issued(work)
    with pytest.raises(Refused, match="no_original"):
        service.duplicate(work, paper, DuplicateForm(duplicate_to="Awa", reason="Original brûlé"))
    made = service.print_originals(work, paper)
    assert [c.label for c in made] == ["ORIGINAL n° 1/3", "ORIGINAL n° 2/3", "ORIGINAL n° 3/3"]
    with pytest.raises(Refused, match="originals_printed"):
        service.print_originals(work, paper)
    twin = service.duplicate(work, paper, DuplicateForm(duplicate_to="Awa Traoré", reason="Original brûlé"))
    proof = service.certify(work, paper, CertifyForm())
    work.commit()
    kept = queries.bytes_of(work, paper)
    for copy, words in ((made[1], "ORIGINAL n° 2/3"), (twin, "DUPLICATA du"), (proof, "COPIE CONFORME à l'original, certifiée à")):
        content = queries.bytes_of(work, copy)
        assert content.startswith(kept) and len(content) > len(kept)
        pages = PdfReader(io.BytesIO(content), strict=True).pages
        assert len(pages) == len(PdfReader(io.BytesIO(kept)).pages) == 2
        assert all(words in " ".join(p.extract_text().split()) for p in pages)
    assert "délivré par" in twin.label and "Motif : Original brûlé" in twin.label
    events = work.db.scalars(select(AuditEvent.event)).all()
    assert {"paper:originals_printed", "paper:duplicated", "paper:copy_certified"} <= set(events)
    work.close()


def test_a_paper_with_one_original_gives_a_duplicata_and_no_second_original(database: Database, tmp_path: Path) -> None:
    work = work_of(database, tmp_path, person(database, "accountant"))
    paper = issued(work, "payment_receipt")
    with pytest.raises(Refused, match="single_original"):
        service.print_originals(work, paper)
    assert service.duplicate(work, paper, DuplicateForm(duplicate_to="Awa", reason="Reçu égaré")).number == 1
    work.close()


def test_an_auditor_reads_and_copies_nothing(database: Database, tmp_path: Path) -> None:
    work = work_of(database, tmp_path, person(database, "external_auditor"))
    with pytest.raises(Forbidden):
        service.certify(work, Paper(id=1, kind="order", reference="X"), CertifyForm())
    work.close()


def test_a_long_reason_is_printed_whole() -> None:
    label = "DUPLICATA du 12 mars 2026, délivré par " + "Aïssata (Maïga) " * 6 + "à Gao. Motif : " + "original détruit " * 10
    words = " ".join(PdfReader(io.BytesIO(stamped(sheet(), label))).pages[0].extract_text().split())
    assert " ".join(label.split()) in words
    with pytest.raises(ValueError, match="not a paper"):
        stamped(b"%PDF-1.4 nothing", label)
