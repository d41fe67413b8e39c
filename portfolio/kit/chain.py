"""Canonical bytes and the SHA-256 chain that makes the ledger and the audit trail tamper-evident (T01).

Every field is written with its name, its type and its length, so that no two different records give the same bytes;
a version tag leads, so that a later form can follow without making the old one unreadable.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

VERSION = "portfolio-chain-1"
GENESIS = "0" * 64
LATER: Mapping[str, frozenset[str]] = {"ledger": frozenset({"value_on"})}
"""Columns that a chain gained when it had entries already. No byte stands for one that says nothing, so that what was sealed before stays
whole; one that says something is sealed like any other: written in afterwards, or taken away, it is seen (T03)."""


def canonical(kind: str, record: Mapping[str, object]) -> bytes:
    """The one byte form of a record: version, kind, then every field sorted by name as `name:type:length:value`."""
    names = "".join(record)
    if ":" in names or "\n" in names:
        raise ValueError("the name of a field would read as its value")
    parts, later = [VERSION, kind], LATER.get(kind, frozenset())
    for name, value in sorted(record.items()):
        if value is None:
            if name not in later:
                parts.append(name + ":n:0:")
            continue
        tag, text = _value(value)
        parts.append(f"{name}:{tag}:{len(text) if text.isascii() else len(text.encode())}:{text}")
    return "\n".join(parts).encode()


def _value(value: object) -> tuple[str, str]:
    if isinstance(value, str):
        return "s", value
    if isinstance(value, bool):
        return "b", "1" if value else "0"
    if isinstance(value, int):
        return "i", str(value)
    if isinstance(value, datetime):
        moment = value if value.tzinfo is None else value.astimezone(UTC)
        return "t", moment.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
    if isinstance(value, date):
        return "d", value.isoformat()
    return "j", json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def seal(previous: str, kind: str, record: Mapping[str, object]) -> str:
    """The hash of a record that follows `previous` (64 hexadecimal characters)."""
    return hashlib.sha256(previous.encode() + b"\n" + canonical(kind, record)).hexdigest()


def digest(kind: str, record: Mapping[str, object]) -> str:
    """The fingerprint of facts that stand alone, such as those printed on a paper (F12)."""
    return hashlib.sha256(canonical(kind, record)).hexdigest()


def short(fingerprint: str) -> str:
    """The first 16 characters in groups of four, as papers print it (F12)."""
    return " ".join(fingerprint[i : i + 4].upper() for i in range(0, 16, 4))


@dataclass(frozen=True)
class Fault:
    """The first record of a chain that is not what was sealed, and what was done to it."""

    seq: int
    kind: str
    """edit, hash, previous, insertion, deletion, swap, truncation or rehash"""


def first_fault(
    rows: Iterable[Mapping[str, object]],
    kind: str,
    sealed: Sequence[str],
    head: tuple[int, str],
    known: Callable[[str], bool],
) -> Fault | None:
    """Walk a chain in order and say what happened to its first bad record, or None (T02).

    `rows` carry the sealed columns, `seq`, `previous` and `hash`; `head` is where the chain says it stands; `known` tells whether
    a hash stands anywhere in the table, which tells rows that changed places from rows that are gone. A chain re-hashed to its end
    with its head is not seen from the inside: only a fingerprint printed before tells (T06).
    """
    expected, previous, before = 1, GENESIS, ""
    around = iter(rows)
    row = next(around, None)
    while row is not None:
        after = next(around, None)
        content = {name: row[name] for name in sealed}
        if row["seq"] != expected:
            return Fault(expected, "deletion")
        if row["previous"] != previous or seal(previous, kind, content) != row["hash"]:
            return _what_happened(row, after, content, kind, expected, previous, before, known)
        before, previous, expected = previous, str(row["hash"]), expected + 1
        row = after
    last = expected - 1
    if last != head[0]:
        return Fault(min(last, head[0]) + 1, "truncation" if last < head[0] else "insertion")
    return Fault(last, "rehash") if previous != head[1] else None


def _what_happened(
    row: Mapping[str, object],
    after: Mapping[str, object] | None,
    content: Mapping[str, object],
    kind: str,
    seq: int,
    previous: str,
    before: str,
    known: Callable[[str], bool],
) -> Fault:
    written = str(row["previous"])
    true = seal(previous, kind, content)
    follows = None if after is None else str(after["previous"])
    if written == previous:
        if follows == true:
            return Fault(seq, "hash")
        return Fault(seq, "insertion" if follows == previous else "edit")
    if true == row["hash"]:
        return Fault(seq, "previous")
    if seal(written, kind, content) == row["hash"]:
        return Fault(seq - 1, "edit")  # this record is whole: the one before was changed and hashed again
    if written == before:
        return Fault(seq - 1, "insertion")
    if known(written):
        return Fault(seq, "swap")
    return Fault(seq, "insertion" if follows == previous else "deletion")
