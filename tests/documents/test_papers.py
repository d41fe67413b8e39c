"""Files and papers are bound to their bytes and their facts (F12, T06, U08, U10)."""

from __future__ import annotations

import stat
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from portfolio.audit.models import AuditEvent
from portfolio.documents import queries, service
from portfolio.documents.models import Paper
from portfolio.funds.models import Donor
from portfolio.kit.db import Database
from portfolio.kit.errors import NotFound, Refused
from portfolio.work import Work
from tests.documents.makers import PDF, person, work_of

FACTS: dict[str, Any] = {"amount_minor": 1_780_000, "lines": [["bœufs", 12]], "on": "2026-03-12"}


def subject(work: Work) -> Donor:
    return work.create(Donor(code="NOR", name="Coopération de Norlande"), "donor:created")


def drawn(facts: dict[str, Any]) -> bytes:
    return b"%PDF " + repr(sorted(facts.items())).encode()


def issued(work: Work, donor: Donor, facts: dict[str, Any] | None = None) -> Paper:
    return service.issue(work, kind="order", reference="OP-2026-00001-A", title="Ordre de paiement", subject=donor,
                         facts=facts or FACTS, draw=drawn)


@pytest.mark.both_engines
def test_a_file_is_kept_under_its_hash(database: Database, tmp_path: Path) -> None:
    work = work_of(database, tmp_path, person(database, "accountant"))
    donor = subject(work)
    document = service.add(work, donor, "voucher", service.Incoming("reçu.pdf", PDF))
    work.commit()
    path = queries.path_for(tmp_path, document.sha256)
    assert path.read_bytes() == PDF and stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in path.parent.iterdir()] == [document.sha256]
    assert queries.bytes_of(work, document) == PDF
    assert [d.filename for d in queries.of(work, donor)] == ["reçu.pdf"]
    assert "document:added" in work.db.scalars(select(AuditEvent.event)).all()
    work.close()


def test_altered_bytes_are_never_shown(database: Database, tmp_path: Path) -> None:
    work = work_of(database, tmp_path, person(database, "accountant"))
    document = service.add(work, subject(work), "voucher", service.Incoming("reçu.pdf", PDF))
    path = queries.path_for(tmp_path, document.sha256)
    path.write_bytes(PDF + b" ")
    with pytest.raises(Refused, match="file_damaged"):
        queries.bytes_of(work, document)
    path.unlink()
    with pytest.raises(Refused, match="file_damaged"):
        queries.bytes_of(work, document)
    again = service.add(work, subject_again(work), "voucher", service.Incoming("reçu.pdf", PDF))
    assert queries.bytes_of(work, again) == PDF
    work.close()


def subject_again(work: Work) -> Donor:
    return work.db.scalars(select(Donor)).one()


@pytest.mark.both_engines
def test_a_reprint_gives_the_same_bytes_and_other_facts_another_edition(database: Database, tmp_path: Path) -> None:
    work = work_of(database, tmp_path, person(database, "accountant"))
    donor = subject(work)
    first = issued(work, donor)
    work.commit()
    work.db.expire_all()
    again = issued(work, donor, dict(reversed(FACTS.items())))
    assert again.id == first.id and queries.is_true(again)
    assert queries.bytes_of(work, again) == queries.bytes_of(work, first)
    other = issued(work, donor, {**FACTS, "amount_minor": 1_780_001})
    assert (other.edition, other.fingerprint != first.fingerprint) == (2, True)
    assert first.fingerprint.encode() in queries.bytes_of(work, first)
    work.commit()
    assert [p.edition for p in queries.papers_of(work, donor)] == [1, 2]
    assert queries.paper(work, "order", donor) is other
    work.close()


def test_a_fingerprint_changes_with_any_fact() -> None:
    marks = {queries.fingerprint_of(kind, ref, facts) for kind, ref, facts in [
        ("order", "OP-1", {"a": 1}), ("order", "OP-1", {"a": 2}), ("order", "OP-2", {"a": 1}), ("notice", "OP-1", {"a": 1}),
        ("order", "OP-1", {"a": "1"})]}
    assert len(marks) == 5


def test_facts_are_plain_json(database: Database, tmp_path: Path) -> None:
    work = work_of(database, tmp_path, person(database, "accountant"))
    donor = subject(work)
    with pytest.raises(TypeError):
        issued(work, donor, {"on": date(2026, 3, 12)})
    work.close()


def test_a_file_opens_only_with_its_record(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = work_of(database, tmp_path, person(database, "accountant"))
    donor = subject(work)
    document = service.add(work, donor, "voucher", service.Incoming("reçu.pdf", PDF))
    paper = issued(work, donor)
    with pytest.raises(NotFound):  # donors have no page of their own: nobody opens their files until a room says how
        queries.get(work, document.id)
    monkeypatch.setitem(queries.OPENERS, "donor", lambda w, i: w.db.get(Donor, i))
    assert queries.get(work, document.id) is document and queries.get_paper(work, paper.id) is paper
    for number in (0, -1, 99, 2**70):
        with pytest.raises(NotFound):
            queries.get(work, number)
    work.close()
