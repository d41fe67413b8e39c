"""Reading files and papers back. Access to a file is access to the record it belongs to, checked at each request (U10)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from portfolio.accounts.models import Person, RoleAssignment
from portfolio.accounts.queries import visa_required
from portfolio.accounts.queries.identity import in_force
from portfolio.accounts.queries.visa import CONTROLLER
from portfolio.audit.models import AuditEvent
from portfolio.documents import reference
from portfolio.documents.models import Document, Paper, PaperCopy
from portfolio.documents.reference import ORIGINALS
from portfolio.kit.chain import digest, short
from portfolio.kit.db import Base
from portfolio.kit.errors import NotFound, Refusal, Refused
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.names import NAMED_KINDS, READERS
from portfolio.rulebook.permissions import PERMISSIONS
from portfolio.work import Work

OPENERS: dict[str, Callable[[Work, int], object]] = {}
"""Table of the owner → its room's `get(work, id)`, which raises NotFound for whoever may not see the record."""
NOUNS = {"grp": "group"}
"""Tables whose permission prefix has another name."""


def owner(subject_type: str, get: Callable[[Work, int], object]) -> None:
    """Say how records of this table are opened, where `work.fetch(Model, id, "<table>:view")` is not the whole rule."""
    OPENERS[subject_type] = get


def of(work: Work, subject: Base) -> list[Document]:
    """The files attached to a record, oldest first: those too that the reader may not open (`shown`, `get`)."""
    statement = select(Document).where(
        Document.subject_type == subject.__tablename__,
        Document.subject_id == subject.id,  # type: ignore[attr-defined]
    )
    return list(work.db.scalars(statement.order_by(Document.id)))


def of_many(work: Work, subject_type: str, ids: list[int]) -> dict[int, list[Document]]:
    """The files of several records of one table, in one query."""
    found: dict[int, list[Document]] = {}
    statement = select(Document).where(Document.subject_type == subject_type, Document.subject_id.in_(ids))
    for document in work.db.scalars(statement.order_by(Document.id)) if ids else ():
        found.setdefault(document.subject_id, []).append(document)
    return found


def papers_of(work: Work, subject: Base) -> list[Paper]:
    """The papers issued about a record, oldest first."""
    statement = select(Paper).where(
        Paper.subject_type == subject.__tablename__,
        Paper.subject_id == subject.id,  # type: ignore[attr-defined]
    )
    return list(work.db.scalars(statement.order_by(Paper.id)))


def last_edition(work: Work, reference: str) -> Paper | None:
    """The newest edition of a reference, or None when it was never issued."""
    statement = select(Paper).where(Paper.reference == reference).order_by(Paper.edition.desc()).limit(1)
    return work.db.scalars(statement).one_or_none()


def paper(work: Work, kind: str, subject: Base) -> Paper | None:
    """The newest paper of one kind about a record, or None."""
    return next((p for p in reversed(papers_of(work, subject)) if p.kind == kind), None)


def get(work: Work, number: int) -> Document:
    """A file whose record the actor may see; NotFound otherwise (Z03), as for a file that names people to whoever may not read them."""
    found = work.db.get(Document, number) if 0 < number < 2**62 else None
    if found is None:
        raise NotFound
    record = open_owner(work, found.subject_type, found.subject_id)
    if not opens(work, found.kind, record):
        raise NotFound
    return found


def opens(work: Work, kind: str, record: object) -> bool:
    """Whether the actor, who may see the record, may open its files of this kind: those that name people are for whoever reads the names."""
    return kind not in NAMED_KINDS or any(work.may(permission, record) for permission in READERS)


def get_paper(work: Work, number: int) -> Paper:
    """A paper whose record the actor may see; NotFound otherwise (Z03)."""
    found = work.db.get(Paper, number) if 0 < number < 2**62 else None
    if found is None:
        raise NotFound
    open_owner(work, found.subject_type, found.subject_id)
    return found


def copies_of(work: Work, issued: Paper) -> list[PaperCopy]:
    """The originals, certified copies and duplicata of a paper, oldest first (F11)."""
    statement = select(PaperCopy).where(PaperCopy.paper_id == issued.id)
    return list(work.db.scalars(statement.order_by(PaperCopy.id)))


def get_copy(work: Work, number: int) -> tuple[Paper, PaperCopy]:
    """A copy of a paper whose record the actor may see; NotFound otherwise (Z03)."""
    found = work.db.get(PaperCopy, number) if 0 < number < 2**62 else None
    if found is None:
        raise NotFound
    return get_paper(work, found.paper_id), found


def copies_facts(work: Work, issued: Paper) -> dict[str, Any]:
    """The page of a paper's copies: the paper, who issued it, each copy with who made it."""
    found = copies_of(work, issued)
    people = {issued.issued_by_id, *(c.made_by_id for c in found)} - {None}
    return {
        "paper": issued,
        "copies": found,
        "names": {
            p.id: p.full_name for p in work.db.scalars(select(Person).where(Person.id.in_(sorted(people))))
        },
        "originals": ORIGINALS.get(issued.kind, 0),
        "short": short(issued.fingerprint),
    }


def open_owner(work: Work, subject_type: str, subject_id: int) -> object:
    """The record behind a file, through its room's own door; NotFound when there is none or it is out of scope."""
    if (opener := OPENERS.get(subject_type)) is not None:
        return opener(work, subject_id)
    permission = f"{NOUNS.get(subject_type, subject_type)}:view"
    model = next((m.class_ for m in Base.registry.mappers if m.class_.__tablename__ == subject_type), None)
    if model is None or permission not in PERMISSIONS:
        raise NotFound
    return work.fetch(model, subject_id, permission)


def subject_of(work: Work, issued: Paper) -> Base | None:
    """The record that a paper is about, for whoever was let in already; None for the books, which are no row."""
    model = next(
        (m.class_ for m in Base.registry.mappers if m.class_.__tablename__ == issued.subject_type), None
    )
    return work.db.get(model, issued.subject_id) if model is not None else None


def path_for(data_dir: Path, sha256: str) -> Path:
    """Where the bytes with this hash are kept."""
    return data_dir / "files" / sha256[:2] / sha256


def bytes_of(work: Work, kept: Document | Paper | PaperCopy) -> bytes:
    """The bytes as they came in or went out. Refused when the disk gives other bytes than those recorded."""
    path = path_for(work.around.data_dir, kept.sha256)
    content = path.read_bytes() if path.is_file() else b""
    if hashlib.sha256(content).hexdigest() != kept.sha256:
        raise Refused(
            Refusal(
                "file_damaged",
                _("The stored file is missing or was altered: it is not shown."),
                way_out=_("Restore the files folder from the last backup."),
            )
        )
    return content


@dataclass(frozen=True)
class Damage:
    """A kept file that is not as it was recorded: `what` is missing, altered, unrecorded (the trail seals another hash) or removed (its row
    is gone)."""

    table: str
    id: int
    name: str
    what: str


def damages(session: Session, data_dir: Path) -> Iterator[Damage]:
    """Every kept file against the hash of its row, and every hash against the one sealed in the trail (T08). A file is read once, a piece at a
    time, whatever names it."""
    for table, model, name in (("paper", Paper, Paper.reference), ("document", Document, Document.filename)):
        last = ("", 0)
        good = ""
        columns = (model.sha256, model.id, name)
        while rows := session.execute(
            select(*columns)
            .where(tuple_(model.sha256, model.id) > last)
            .order_by(model.sha256, model.id)
            .limit(500)
        ).all():
            for sha256, number, called in rows:
                if sha256 != good and (what := _bad_bytes(path_for(data_dir, sha256), sha256)):
                    yield Damage(table, number, called, what)
                else:
                    good = sha256
            last = (rows[-1][0], rows[-1][1])
        yield from _against_trail(session, table, model, name)


def _bad_bytes(path: Path, sha256: str) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            while piece := stream.read(1 << 20):
                digest.update(piece)
    except OSError:
        return "missing"
    return "" if digest.hexdigest() == sha256 else "altered"


def _against_trail(session: Session, table: str, model: Any, name: Any) -> Iterator[Damage]:
    event = "paper:issued" if table == "paper" else "document:added"
    last = 0
    while some := session.execute(
        select(AuditEvent.seq, AuditEvent.data)
        .where(AuditEvent.event == event, AuditEvent.seq > last)
        .order_by(AuditEvent.seq)
        .limit(500)
    ).all():
        sealed = {int(str(data[table])): data for _seq, data in some}
        rows = session.execute(select(model.id, model.sha256, name).where(model.id.in_(sealed)))
        found = {number: (sha256, called) for number, sha256, called in rows}
        for number, data in sealed.items():
            if number not in found:
                yield Damage(table, number, str(data.get("reference") or number), "removed")
            elif data.get("sha256") not in (None, found[number][0]):
                yield Damage(table, number, found[number][1], "unrecorded")
        last = some[-1][0]


def fingerprint_of(kind: str, reference: str, facts: Mapping[str, Any]) -> str:
    """The fingerprint printed on a paper: over its facts, so a reprint prints the same one."""
    return digest(kind, {"reference": reference, "facts": dict(facts)})


def marked(kind: str, reference: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of a paper that is drawn without being issued, with its reference and the fingerprint it prints (F12)."""
    settled: dict[str, Any] = json.loads(json.dumps(dict(facts)))
    return {**settled, "reference": reference, "fingerprint": fingerprint_of(kind, reference, settled)}


STANDS = "chain_head"
"""The one entry of a paper's kept facts that its fingerprint does not cover: where the ledger stood when it was issued (T06)."""


def is_true(issued: Paper) -> bool:
    """Whether the facts kept with a paper still give the fingerprint printed on it."""
    facts = {name: value for name, value in issued.facts.items() if name != STANDS}
    return fingerprint_of(issued.kind, issued.reference, facts) == issued.fingerprint


def witness(facts: Mapping[str, Any]) -> tuple[int, str] | None:
    """The entry number and the hash printed on a paper with these facts; None when it says none."""
    for name in (STANDS, "head"):
        said = facts.get(name)
        if isinstance(said, dict) and {"seq", "hash"} <= set(said):
            return int(said["seq"]), str(said["hash"])
    return None


@dataclass(frozen=True)
class Shown:
    """A file or paper as `ui.documents` shows it."""

    name: str
    url: str
    kind: str = ""
    size: str = ""
    when: date | None = None
    fingerprint: str = ""
    copies: str = ""
    """The page of its originals, certified copies and duplicata."""


def size_text(size: int) -> str:
    """`812 ko`, `1,4 Mo`."""
    if size < 1_000_000:
        return _("%(n)d kB") % {"n": max(1, size // 1000)}
    whole, tenth = divmod(size // 100_000, 10)
    return _("%(whole)d.%(tenth)d MB") % {"whole": whole, "tenth": tenth}


def shown(work: Work, *subjects: Base) -> list[Shown]:
    """Files and papers of these records, ready for `ui.documents`: papers first. Two queries a record."""
    papers = [p for subject in subjects for p in papers_of(work, subject)]
    files = [d for subject in subjects for d in of(work, subject) if opens(work, d.kind, subject)]
    return [
        *(
            Shown(
                p.title,
                f"/documents/papers/{p.id}",
                p.reference
                if p.edition == 1
                else _("%(reference)s, edition %(n)d") % {"reference": p.reference, "n": p.edition},
                size_text(p.size),
                p.issued_at.date(),
                short(p.fingerprint),
                f"/documents/papers/{p.id}/copies",
            )
            for p in papers
        ),
        *(
            Shown(d.filename, f"/documents/{d.id}", "", size_text(d.size), d.uploaded_at.date())
            for d in files
        ),
    ]


def ampliations(work: Work, kind: str) -> list[list[str | int]]:
    """Who receives copies of a paper today, and how many (F13): the dated table, without the offices that the institution does not have.

    The controller is there while the visa is a step of the institution, whoever holds the role (R3)."""
    listed = [
        r
        for r in reference.recipients()
        if r.kind == kind
        and (r.valid_from is None or r.valid_from <= work.today)
        and (r.valid_to is None or work.today < r.valid_to)
    ]
    held = set(work.db.scalars(select(RoleAssignment.role).where(*in_force(work.today)).distinct()))
    if visa_required(work):
        held.add(CONTROLLER)
    else:
        held.discard(CONTROLLER)
    return [[r.name, r.copies] for r in listed if not r.role or r.role in held]
