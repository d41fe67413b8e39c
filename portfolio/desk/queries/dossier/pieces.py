"""The papers and files of a dossier that the reader may open, each under the name it has in the archive."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath
from typing import Any

from sqlalchemy import select, tuple_

from portfolio.calls.models import RequiredPiece
from portfolio.desk.queries.dossier.chain import Dossier, Link
from portfolio.documents import queries as documents
from portfolio.documents.models import Document, Paper
from portfolio.kit.errors import Forbidden, NotFound, Refusal
from portfolio.kit.i18n import gettext as _
from portfolio.kit.text import fold
from portfolio.rulebook import sampling as law
from portfolio.work import Work

AT_ONCE = 200
"""Records asked for in one query."""


@dataclass(frozen=True)
class Piece:
    """One paper or file: where it stands in the archive, what it is, when it was issued or came in, and the hash that the database keeps."""

    name: str
    stage: str
    kind: str
    reference: str
    on: date
    sha256: str
    size: int
    url: str
    withheld: bool = False
    """It lists names that the reader may not read: its place is told, its content is not given."""


def _slug(text: str) -> str:
    """Letters, figures and hyphens, so that every system unpacks it."""
    return re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-")[:60] or "x"


def _suffix(filename: str) -> str:
    found = PurePosixPath(filename).suffix.lower()
    return found if re.fullmatch(r"\.[a-z0-9]{1,5}", found) else ""


def kind_words(kind: str, labels: Mapping[str, str]) -> str:
    """The words of a kind of file; a paper of the application has those of its call."""
    family, _colon, code = kind.partition(":")
    found = law.FILE_KINDS.get(family)
    return labels.get(code) or (_(found) if found else _("Attached file"))


def _opens(work: Work, links: Iterable[Link]) -> set[tuple[str, int]]:
    """The doors that open to the reader, each tried once."""
    found = set()
    for door in dict.fromkeys(link.door for link in links):
        try:
            documents.open_owner(work, *door)
        except (NotFound, Forbidden):
            continue
        found.add(door)
    return found


def _rows(
    work: Work, model: Any, columns: tuple[Any, ...], links: list[Link]
) -> dict[tuple[str, int], list[Any]]:
    found: dict[tuple[str, int], list[Any]] = {}
    for at in range(0, len(links), AT_ONCE):
        keys = [(link.subject_type, link.subject_id) for link in links[at : at + AT_ONCE]]
        statement = select(model.subject_type, model.subject_id, *columns).where(
            tuple_(model.subject_type, model.subject_id).in_(keys)
        )
        for row in work.db.execute(statement.order_by(model.id)):
            found.setdefault((row[0], row[1]), []).append(row)
    return found


def pieces(work: Work, dossier: Dossier) -> list[Piece]:
    """Every paper and file of its records that the reader may open, in the order of the chain."""
    doors = _opens(work, dossier.links)
    links = [link for link in dossier.links if link.door in doors]
    papers = _rows(
        work,
        Paper,
        (
            Paper.id,
            Paper.kind,
            Paper.reference,
            Paper.edition,
            Paper.title,
            Paper.issued_at,
            Paper.sha256,
            Paper.size,
        ),
        links,
    )
    files = _rows(
        work,
        Document,
        (Document.id, Document.kind, Document.filename, Document.uploaded_at, Document.sha256, Document.size),
        links,
    )
    asked = RequiredPiece.call_id == dossier.agreement.call_id
    stated = work.db.execute(select(RequiredPiece.code, RequiredPiece.label).where(asked))
    labels = {str(row.code): str(row.label) for row in stated}
    folders = {stage: f"{at}-{_slug(_(words))}" for at, (stage, words) in enumerate(law.STAGES.items(), 1)}
    made: list[Piece] = []
    for link in links:
        key, folder = (link.subject_type, link.subject_id), folders[link.stage]
        for _type, _id, number, kind, reference, edition, title, at, sha256, size in papers.get(key, ()):
            if link.papers is not None and kind not in link.papers:
                continue
            said = reference if edition == 1 else f"{reference}-{edition}"
            name = f"{folder}/{len(made) + 1:03d}-{_slug(f'{said} {title}')}.pdf"
            address = f"/documents/papers/{number}"
            made.append(Piece(name, link.stage, title, said, at.date(), sha256, size, address))
        for _type, _id, number, kind, filename, at, sha256, size in files.get(key, ()):
            if link.papers is not None:
                continue
            shown = kind_words(kind, labels)
            name = f"{folder}/{len(made) + 1:03d}-{_slug(f'{link.reference} {shown}')}{_suffix(filename)}"
            hidden = not documents.opens(work, kind, dossier.agreement)
            made.append(
                Piece(
                    name,
                    link.stage,
                    shown,
                    link.reference,
                    at.date(),
                    sha256,
                    size,
                    f"/documents/{number}",
                    hidden,
                )
            )
    return made


def enclosed(found: Iterable[Piece]) -> list[Piece]:
    """Those whose content is given."""
    return [piece for piece in found if not piece.withheld]


def too_large(found: Iterable[Piece]) -> Refusal | None:
    """Why no archive is made of them, when they hold more than one may."""
    total = sum(piece.size for piece in enclosed(found))
    if total <= law.LARGEST_FILE_BYTES:
        return None
    words = _("These papers hold %(size)s: an archive holds %(most)s at most.")
    sizes = {
        "size": documents.size_text(total),
        "most": documents.size_text(law.LARGEST_FILE_BYTES),
    }
    return Refusal(
        "file_too_large",
        words % sizes,
        way_out=_("Take the file of one payment or of one voucher, or open the papers below one by one."),
    )
