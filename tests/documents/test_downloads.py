"""A file is sent as a download, to whoever may see its record and to nobody else (U09, U10)."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from portfolio.documents import queries, service
from portfolio.documents.models import Document, Paper
from portfolio.funds.models import Donor
from portfolio.kit.db import Database
from portfolio.origin import Surroundings
from portfolio.work import Work
from tests.client import client
from tests.documents.makers import PDF
from tests.factories import add_person, around, work_as
from tests.house.test_crawl import one_with


def only_accountants(work: Work, number: int) -> Donor:
    work.require("money_receipt:confirm")
    return work.db.get_one(Donor, number)


def test_a_file_leaves_as_a_download_and_a_paper_as_it_was_issued(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(queries.OPENERS, "donor", only_accountants)
    surround = around(database)
    accountant, officer = add_person(database, "accountant"), add_person(database, "grants_officer")
    with work_as(surround, accountant) as work:
        donor = work.create(Donor(code="NOR", name="Norlande"), "donor:created")
        service.add(work, donor, "voucher", service.Incoming("reçu <1>.pdf", PDF))
        service.issue(work, kind="order", reference="OP-2026-00001-A", title="Ordre", subject=donor, facts={"a": 1}, draw=lambda f: PDF)
    browser = client(surround, accountant)
    answer = browser.get("/documents/1")
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, PDF, "application/pdf")
    assert answer.headers["content-disposition"].startswith("attachment") and "sandbox" in answer.headers["content-security-policy"]
    paper = browser.get("/documents/papers/1")
    assert (paper.status_code, paper.content) == (200, PDF) and "OP-2026-00001-A.pdf" in paper.headers["content-disposition"]
    assert {client(surround, officer).get(address).status_code for address in ("/documents/1", "/documents/papers/1")} == {403}
    assert client(surround).get("/documents/1", follow_redirects=False).status_code in (303, 401)
    missing = [client(surround, accountant).get(f"/documents/{n}").status_code for n in (0, 2, 2**70)]
    assert set(missing) <= {404, 422}
    with work_as(surround, accountant) as work:
        path = queries.path_for(surround.data_dir, work.db.scalars(select(Document)).one().sha256)
        path.write_bytes(b"altered")
    assert browser.get("/documents/1").status_code == 409


def test_every_paper_that_is_kept_has_a_door(demo: Surroundings) -> None:
    """A link to a paper that nobody can open is a paper lost: one of each kind is opened by the auditor."""
    browser = client(demo, one_with(demo, "internal_auditor"))
    with demo.database.session(readonly=True) as session:
        papers = session.scalars(select(func.min(Paper.id)).group_by(Paper.subject_type, Paper.kind)).all()
        files = session.scalars(select(func.min(Document.id)).group_by(Document.subject_type)).all()
    shut = [f"/documents/{kind}{n}" for kind, some in (("papers/", papers), ("", files)) for n in some
            if browser.get(f"/documents/{kind}{n}").status_code != 200]
    assert shut == [] and len(papers) > 25
