"""Canonical bytes and the SHA-256 chain that makes the ledger and the audit trail tamper-evident (T01).

Every field is written with its name, its type and its length, so that no two different records give the same bytes;
a version tag leads, so that a later form can follow without making the old one unreadable.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime

VERSION = "portfolio-chain-1"
GENESIS = "0" * 64


def canonical(kind: str, record: Mapping[str, object]) -> bytes:
    """The one byte form of a record: version, kind, then every field sorted by name as `name:type:length:value`."""
    parts = [VERSION.encode(), kind.encode()]
    for name in sorted(record):
        tag, value = _value(record[name])
        parts.append(f"{name}:{tag}:{len(value)}:".encode() + value)
    return b"\n".join(parts)


def _value(value: object) -> tuple[str, bytes]:
    if value is None:
        return "n", b""
    if isinstance(value, bool):
        return "b", b"1" if value else b"0"
    if isinstance(value, int):
        return "i", str(value).encode()
    if isinstance(value, str):
        return "s", value.encode()
    if isinstance(value, datetime):
        return "t", value.strftime("%Y-%m-%dT%H:%M:%S.%fZ").encode()
    if isinstance(value, date):
        return "d", value.isoformat().encode()
    return "j", json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def seal(previous: str, kind: str, record: Mapping[str, object]) -> str:
    """The hash of a record that follows `previous` (64 hexadecimal characters)."""
    return hashlib.sha256(previous.encode() + b"\n" + canonical(kind, record)).hexdigest()


def digest(kind: str, record: Mapping[str, object]) -> str:
    """The fingerprint of facts that stand alone, such as those printed on a paper (F12)."""
    return hashlib.sha256(canonical(kind, record)).hexdigest()


def short(fingerprint: str) -> str:
    """The first 16 characters in groups of four, as papers print it (F12)."""
    return " ".join(fingerprint[i : i + 4].upper() for i in range(0, 16, 4))
