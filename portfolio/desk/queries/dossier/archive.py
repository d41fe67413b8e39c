"""The archive itself: papers by stage of the chain, INDEX.csv and INDEX.txt, and SHA256SUMS that any machine can check.

Each file is read once and compared with the hash that the database keeps before it is put in. One that is missing or altered stays out and the
index says so: an archive never holds bytes that nobody vouches for.
"""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from portfolio.desk.queries.dossier.chain import Dossier, words
from portfolio.desk.queries.dossier.pieces import Piece
from portfolio.documents.queries import path_for, size_text
from portfolio.kit.i18n import N_, date_text, datetime_text, ngettext
from portfolio.kit.i18n import gettext as _
from portfolio.kit.sheets import defuse
from portfolio.ledger import queries as ledger
from portfolio.rulebook.sampling import STAGES
from portfolio.work import Work

STATES = {
    "enclosed": N_("enclosed"),
    "altered": N_("NOT ENCLOSED: the stored file was altered"),
    "missing": N_("NOT ENCLOSED: the stored file is missing"),
    "withheld": N_("not enclosed: it lists names that your role does not read"),
}


@dataclass(frozen=True)
class Contents:
    """All that an archive is made of, read from the database beforehand: nothing is asked of it while the files are read."""

    title: str
    lines: tuple[str, ...]
    """What the index says at its head."""
    pieces: Sequence[Piece]
    data_dir: Path


def contents(work: Work, dossier: Dossier, pieces: Sequence[Piece]) -> Contents:
    """What is put in the archive, for this reader, now."""
    stands = ledger.head(work.db)
    agreement = dossier.agreement
    lines = (
        _("Agreement %(reference)s: %(title)s")
        % {"reference": agreement.reference, "title": agreement.title},
        _("Taken on %(when)s by %(who)s") % {"when": datetime_text(work.now), "who": work.actor.name},
        _("Ledger: entry no. %(seq)d, fingerprint %(hash)s") % {"seq": stands.seq, "hash": stands.hash},
    )
    return Contents(words(dossier), lines, tuple(pieces), work.around.data_dir)


def _read(data_dir: Path, piece: Piece) -> tuple[str, bytes]:
    """Its state, and its bytes when they are those that the database vouches for."""
    if piece.withheld:
        return "withheld", b""
    try:
        content = path_for(data_dir, piece.sha256).read_bytes()
    except OSError:
        return "missing", b""
    if hashlib.sha256(content).hexdigest() != piece.sha256 or len(content) != piece.size:
        return "altered", b""
    return "enclosed", content


def _member(name: str, packed: bool = False) -> zipfile.ZipInfo:
    """Without a date: the same papers make the same members. Papers are packed already."""
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    info.external_attr = 0o644 << 16
    return info


def write(path: Path, made: Contents) -> dict[str, int]:
    """Write the archive; how many pieces are in each state."""
    states: list[str] = []
    with zipfile.ZipFile(path, "w") as archive:
        for piece in made.pieces:
            state, content = _read(made.data_dir, piece)
            states.append(state)
            if state == "enclosed":
                archive.writestr(_member(piece.name), content)
        pairs = list(zip(made.pieces, states, strict=True))
        for name, text in (
            ("INDEX.csv", _table(pairs)),
            ("INDEX.txt", "\n".join(_words(made, pairs)) + "\n"),
            ("SHA256SUMS", "".join(f"{p.sha256}  {p.name}\n" for p, s in pairs if s == "enclosed")),
        ):
            archive.writestr(_member(name, packed=True), text.encode())
    return {state: states.count(state) for state in STATES}


def _table(pairs: Sequence[tuple[Piece, str]]) -> str:
    stream = io.StringIO()
    stream.write("\ufeff")
    writer = csv.writer(stream, delimiter=";")
    writer.writerow(
        [
            _("Name in the archive"),
            _("Stage"),
            _("Nature"),
            _("Reference"),
            _("Date"),
            "SHA-256",
            _("Bytes"),
            _("State"),
        ]
    )
    for p, state in pairs:
        cells = [
            p.name,
            _(STAGES[p.stage]),
            p.kind,
            p.reference,
            p.on.isoformat(),
            p.sha256,
            p.size,
            _(STATES[state]),
        ]
        writer.writerow([defuse(cell) for cell in cells])
    return stream.getvalue()


def _words(made: Contents, pairs: Sequence[tuple[Piece, str]]) -> Iterator[str]:
    given = [piece for piece, state in pairs if state == "enclosed"]
    lacking = len(pairs) - len(given)
    yield made.title.upper()
    yield from made.lines
    count = ngettext("%(num)d file enclosed", "%(num)d files enclosed", len(given)) % {"num": len(given)}
    yield f"{count}, {size_text(sum(piece.size for piece in given))}"
    if lacking:
        said = ngettext(
            "%(num)d file NOT enclosed: its line says why",
            "%(num)d files NOT enclosed: their lines say why",
            lacking,
        )
        yield said % {"num": lacking}
    yield _("To check the files on any machine: sha256sum -c SHA256SUMS")
    stage = ""
    for piece, state in pairs:
        if piece.stage != stage:
            stage = piece.stage
            yield ""
            yield _(STAGES[stage]).upper()
        yield ""
        yield piece.name
        yield f"    {piece.kind} · {piece.reference} · {date_text(piece.on)} · {size_text(piece.size)}"
        yield f"    SHA-256 {piece.sha256}"
        if state != "enclosed":
            yield f"    {_(STATES[state])}"
