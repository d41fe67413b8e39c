"""The « empreinte de contrôle » of a paper and what its QR says (documents.md F12).

It is over the facts of the record, not over the file, so a reprint prints the same one.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from typing import TypeAlias

_VERSION = b"portfolio-paper-1"

Fact: TypeAlias = "str | int | bool | bytes | date | datetime | None | tuple[Fact, ...] | list[Fact]"


def _canonical(fact: Fact) -> bytes:
    """Kind, length, bytes: no two different lists of facts can give the same bytes."""
    match fact:
        case None:
            kind, body = b"n", b""
        case bool():
            kind, body = b"b", b"1" if fact else b"0"
        case int():
            kind, body = b"i", str(fact).encode()
        case str():
            kind, body = b"s", fact.encode("utf-8", "surrogatepass")
        case bytes():
            kind, body = b"y", fact
        case datetime() | date():
            kind, body = b"d", fact.isoformat().encode()
        case tuple() | list():
            kind, body = b"l", b"".join(_canonical(each) for each in fact)
        case _:
            raise TypeError(f"not a fact: {type(fact).__name__}")
    return kind + len(body).to_bytes(8, "big") + body


def fingerprint_of(*parts: Fact) -> str:
    """SHA-256, in hexadecimal, of canonical length-prefixed bytes of the facts given, in their order."""
    digest = hashlib.sha256(_VERSION)
    for part in parts:
        digest.update(_canonical(part))
    return digest.hexdigest()


def short_fingerprint(fingerprint: str) -> str:
    """First sixteen characters in groups of four, as printed and read aloud: `3f2a 91bc 77de 0a1b`."""
    return " ".join(fingerprint[i : i + 4] for i in range(0, min(16, len(fingerprint)), 4))


_STANDS: ContextVar[tuple[int, str] | None] = ContextVar("stands", default=None)


@contextmanager
def standing(seq: int, digest: str) -> Iterator[None]:
    """Whatever is drawn inside says where the books stand when it is issued: number and hash of their last entry (T06). It is not one of the
    paper's facts, so that a reprint remains the paper that was issued."""
    token = _STANDS.set((seq, digest) if seq else None)
    try:
        yield
    finally:
        _STANDS.reset(token)


def stands() -> tuple[int, str] | None:
    """Where the books stand for the paper being drawn; None for a draft."""
    return _STANDS.get()


def qr_text(
    reference: str, on: date, *, fingerprint: str, amount_minor: int | None = None, currency: str = "XOF"
) -> str:
    """What the QR of a paper says, one fact a line, readable by any telephone without a network."""
    lines = [reference, on.isoformat()]
    if amount_minor is not None:
        lines.append(f"{amount_minor} {currency}")
    lines.append(f"SHA-256 {fingerprint}")
    if head := stands():
        lines.append(f"LIVRE {head[0]} {head[1]}")
    return "\n".join(lines)
