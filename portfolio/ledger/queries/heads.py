"""The heads of both chains that stand outside the database, and how old the last one is (T06)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.audit.models import ChainHead
from portfolio.kit import sinks

EVERY = timedelta(hours=24)
ENTRIES = 50
"""An outside head is too old after so long, or so many entries."""
_LINE = re.compile(
    r"(?P<at>\S+) LIVRE (?P<seq>\d+) (?P<hash>[0-9a-f]{64}) JOURNAL (?P<audit_seq>\d+) (?P<audit_hash>[0-9a-f]{64})"
)


@dataclass(frozen=True)
class Deposit:
    """Where both chains stood at a moment, as a folder outside keeps it."""

    at: datetime
    ledger: tuple[int, str]
    audit: tuple[int, str]
    folder: Path

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
            found.append(Deposit(at, ledger, audit, folder))
    return found


def last_outside(folders: Iterable[Path]) -> Deposit | None:
    """The newest head outside, or None when there is none."""
    return max(deposits(folders), key=lambda each: each.at, default=None)


def is_old(last: Deposit | None, now: datetime, seq: int) -> bool:
    """Whether a new head must leave: none ever did, a day has passed, or fifty entries were sealed since."""
    return last is None or now - last.at >= EVERY or seq - last.ledger[0] >= ENTRIES
