"""The two verbs: a file is added to a record, a paper is issued about one. Both are said in the record's own trail."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from portfolio.documents import queries
from portfolio.documents.models import Document, Paper
from portfolio.documents.service.check import Upload, checked
from portfolio.documents.service.keep import keep
from portfolio.kit.db import Base
from portfolio.kit.pdf import standing
from portfolio.ledger.queries import head
from portfolio.work import Work


def add(work: Work, subject: Base, kind: str, upload: Upload, field: str = "file") -> Document:
    """Check a file, keep its bytes and attach it to a record. Raises Invalid beside `field`; the caller has checked who may."""
    file = checked(upload, field)
    sha256 = keep(work.around.data_dir, file.content)
    actor = work.maybe_actor
    document = Document(
        subject_type=subject.__tablename__,
        subject_id=subject.id,  # type: ignore[attr-defined]
        kind=kind,
        filename=file.filename,
        media_type=file.media_type,
        size=len(file.content),
        sha256=sha256,
        uploaded_by_id=actor.id if actor else None,
        uploaded_at=work.now,
    )
    work.db.add(document)
    work.db.flush()
    work.record("document:added", subject, data={"document": document.id, "kind": kind, "sha256": sha256})
    return document


def issue(
    work: Work,
    *,
    kind: str,
    reference: str,
    title: str,
    subject: Base,
    facts: dict[str, Any],
    draw: Callable[[dict[str, Any]], bytes],
) -> Paper:
    """Print a paper for good and bind it to its facts (F12): `draw` gets the facts with `fingerprint`, `reference` and `edition` added.

    The paper carries the ledger's head after the entries of its own act, on its foot and in its code: any one of them tells a book cut or
    written again, that entry included (T06). So it is issued after the move that it tells of.
    The same facts under the same reference give back the paper already issued, byte for byte; other facts make the next edition. `facts` must be
    JSON (TypeError otherwise): dates as ISO text, amounts as integers.
    """
    settled: dict[str, Any] = json.loads(json.dumps(facts))
    fingerprint = queries.fingerprint_of(kind, reference, settled)
    last = queries.last_edition(work, reference)
    if last is not None and last.fingerprint == fingerprint:
        work.record("paper:reprinted", subject, data={"paper": last.id, "reference": reference})
        return last
    edition = last.edition + 1 if last else 1
    work.seal_entries()
    stands = head(work.db)
    with standing(stands.seq, stands.hash):
        content = draw({**settled, "fingerprint": fingerprint, "reference": reference, "edition": edition})
    printed = {"seq": stands.seq, "hash": stands.hash}
    actor = work.maybe_actor
    paper = Paper(
        kind=kind,
        reference=reference,
        edition=edition,
        title=title,
        subject_type=subject.__tablename__,
        subject_id=subject.id,  # type: ignore[attr-defined]
        fingerprint=fingerprint,
        sha256=keep(work.around.data_dir, content),
        size=len(content),
        facts={**settled, queries.STANDS: printed},
        issued_at=work.now,
        issued_by_id=actor.id if actor else None,
    )
    work.db.add(paper)
    work.db.flush()
    work.record(
        "paper:issued",
        subject,
        data={
            "paper": paper.id,
            "reference": reference,
            "edition": edition,
            "fingerprint": fingerprint,
            "sha256": paper.sha256,
            "ledger": printed,
        },
    )
    return paper
