"""The heads of both chains that stand outside the database, and how old the last one is (T06)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.audit.models import ChainHead
from portfolio.kit import signing, sinks
from portfolio.kit.chain import GENESIS
from portfolio.kit.i18n import datetime_text, ngettext
from portfolio.kit.i18n import gettext as _
from portfolio.ledger import signatures
from portfolio.ledger.models import LedgerEntry

EVERY = timedelta(hours=24)
ENTRIES = 50
"""An outside head is too old after so long, or so many entries."""
_LINE = re.compile(
    r"(?P<at>\S+) LIVRE (?P<seq>\d+) (?P<hash>[0-9a-f]{64}) JOURNAL (?P<audit_seq>\d+) (?P<audit_hash>[0-9a-f]{64})"
    r"(?: PAR (?P<by>[0-9a-f]{32}) SIGNATURE [0-9a-f]{128})?"
)


@dataclass(frozen=True)
class Deposit:
    """Where both chains stood at a moment, as a folder outside keeps it."""

    at: datetime
    ledger: tuple[int, str]
    audit: tuple[int, str]
    folder: Path
    by: str = ""
    """The name of the key that signs it, as the line says; whether it does is told by `signature_problems`."""

    @property
    def line(self) -> str:
        """As it is written: what the offline verifier reads too."""
        moment = self.at.isoformat(timespec="seconds").replace("+00:00", "Z")
        return f"{moment} LIVRE {self.ledger[0]} {self.ledger[1]} JOURNAL {self.audit[0]} {self.audit[1]}"


def heads(session: Session) -> tuple[tuple[int, str], tuple[int, str]]:
    """The head of the ledger and the head of the audit trail."""
    rows = session.execute(select(ChainHead.name, ChainHead.seq, ChainHead.hash))
    found = {name: (seq, digest) for name, seq, digest in rows}
    return found["ledger"], found["audit"]


def deposits(folders: Iterable[Path]) -> list[Deposit]:
    """Every head that these folders keep; lines that cannot be read are passed over."""
    found = []
    for folder in folders:
        for line in sinks.lines(folder):
            if (m := _LINE.fullmatch(line.strip())) is None:
                continue
            try:
                at = datetime.fromisoformat(m["at"].replace("Z", "+00:00"))
            except ValueError:
                continue
            ledger, audit = (int(m["seq"]), m["hash"]), (int(m["audit_seq"]), m["audit_hash"])
            found.append(Deposit(at, ledger, audit, folder, m["by"] or ""))
    return found


@dataclass(frozen=True)
class BadSignature:
    """A head outside of which the signature is not worth anything."""

    at: str
    seq: int
    folder: Path
    state: str


def signature_problems(folders: Iterable[Path], key_dir: Path | None) -> Iterator[BadSignature]:
    """The heads outside that are signed by a key of which this installation knows nothing, or wrongly (T07). The keys believed are those of
    the key folder, never those that the file itself brings; a head from before the first key has no signature, and is no problem."""
    if key_dir is None or not (known := signing.published(key_dir)):
        return
    for folder in folders:
        lines = [line for line in sinks.lines(folder) if " CLE " not in line]
        for each in signatures.checkpoints([*known, *lines], check=signing.verified):
            if each.state not in ("signed", "unsigned"):
                yield BadSignature(each.at, each.number, folder, each.state)


def deposit(folder: Path, made: Deposit, signer: signing.Signer | None) -> list[Path]:
    """Append a head to the file of a folder, signed, after the keys that the file does not have yet; the folder when it cannot be written."""
    if signer is None:
        return sinks.append([folder], made.line)
    lines = [*signer.missing(sinks.lines(folder)), signer.signed(made.line)]
    return sinks.append([folder], "\n".join(lines))


def last_outside(folders: Iterable[Path]) -> Deposit | None:
    """The newest head outside, or None when there is none."""
    return max(deposits(folders), key=lambda each: each.at, default=None)


def is_old(last: Deposit | None, now: datetime, seq: int) -> bool:
    """Whether a new head must leave: none ever did, a day has passed, or fifty entries were sealed since."""
    return last is None or now - last.at >= EVERY or seq - last.ledger[0] >= ENTRIES


def agrees(session: Session, seq: int, digest: str) -> bool:
    """Whether the ledger has this fingerprint at this entry; before the first one it has none."""
    found = session.scalar(select(LedgerEntry.hash).where(LedgerEntry.seq == seq)) if seq else GENESIS
    return found == digest


def examine(
    session: Session, folders: Sequence[Path], now: datetime, key_dir: Path | None = None
) -> Iterator[tuple[bool, str]]:
    """What `doctor` says of the newest head outside, as (good, words): how old it is, whether the ledger still agrees with all of them, and
    by which key they are signed. The first folder is the one of the data, on the same disk."""
    head, found = heads(session)[0], deposits(folders)
    last = max(found, key=lambda each: each.at, default=None)
    if last is None:
        words = _(
            "No head of the ledger has left the database yet: start the server, it writes one every day."
        )
        yield head[0] == 0, words
        return
    hours, behind = max(0, (now - last.at) // timedelta(hours=1)), head[0] - last.ledger[0]
    facts = {
        "seq": last.ledger[0],
        "folder": last.folder,
        "moment": datetime_text(last.at),
        "hours": hours,
        "behind": behind,
    }
    age = ngettext(
        "The newest head of the ledger outside the database (entry no. %(seq)d, in %(folder)s) is %(hours)d hour old: %(moment)s.",
        "The newest head of the ledger outside the database (entry no. %(seq)d, in %(folder)s) is %(hours)d hours old: %(moment)s.",
        hours,
    )
    yield not is_old(last, now, head[0]), age % facts
    since = ngettext(
        "%(behind)d entry was sealed since: nothing outside speaks of it yet.",
        "%(behind)d entries were sealed since: nothing outside speaks of them yet.",
        behind,
    )
    if behind > 0:
        yield behind < ENTRIES, since % facts
    strays = [each for each in found if not agrees(session, *each.ledger)]
    for each in sorted(strays, key=lambda each: (each.ledger[0], each.at))[:1]:
        words = _(
            "The ledger does NOT agree with the head of entry no. %(seq)d that %(folder)s keeps since %(moment)s: run portfolio ledger verify."
        )
        yield False, words % {"seq": each.ledger[0], "folder": each.folder, "moment": datetime_text(each.at)}
    if not strays:
        words = ngettext(
            "The ledger agrees with the one head kept outside.",
            "The ledger agrees with each of the %(n)d heads kept outside.",
            len(found),
        )
        yield True, words % {"n": len(found)}
    if key_dir is not None:
        yield from _examine_signatures(folders, last, key_dir)
    if len(folders) < 2:
        yield (
            True,
            _(
                "Heads are kept on the disk of the data only: name a folder of another disk in PORTFOLIO_HEAD_SINKS."
            ),
        )


def _examine_signatures(folders: Sequence[Path], last: Deposit, key_dir: Path) -> Iterator[tuple[bool, str]]:
    if last.by:
        words = _("Heads are signed by the key %(name)s: have a third party note this fingerprint.")
        yield True, words % {"name": signing.grouped(last.by)}
    else:
        words = _("The newest head outside is not signed: the key in %(folder)s cannot be used.")
        yield False, words % {"folder": key_dir}
    for bad in list(signature_problems(folders, key_dir))[:1]:
        words = _(
            "The head of entry no. %(seq)d of %(moment)s in %(folder)s: %(state)s. Put the copy of the key folder back, or find out who wrote it."
        )
        yield False, words % {"seq": bad.seq, "moment": bad.at, "folder": bad.folder, "state": signature_words(bad.state)}


def signature_words(state: str) -> str:
    """What is wrong with a signature."""
    said = {
        "false": _("its signature is false"),
        "unknown": _("it is signed by a key that this installation does not know"),
        "late": _("it is signed by a key that was no longer, or not yet, in force"),
    }
    return said.get(state, state)
