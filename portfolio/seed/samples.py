"""Sample scans: small PDF and PNG files that say they are samples, each with its own words, so that no two are the same file."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from struct import pack

from portfolio.documents.service import Incoming

_ESCAPES = str.maketrans({"\\": r"\\", "(": r"\(", ")": r"\)", "’": "'", "œ": "oe", "−": "-"})


def pdf(title: str, lines: Sequence[str] = ()) -> bytes:
    """One page in A5 with a title, some lines and the word SPÉCIMEN."""
    words = ["BT", "/F1 15 Tf 40 540 Td 22 TL", f"({_plain(title)}) Tj T*", "/F1 10 Tf"]
    words += [f"({_plain(line)}) Tj T*" for line in lines]
    words += [
        "T* /F1 26 Tf 0.6 g (SPÉCIMEN) Tj T*",
        "/F1 9 Tf (Document inventé pour la démonstration) Tj",
        "ET",
    ]
    stream = "\n".join(words).encode("cp1252", errors="replace")
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 420 595] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    body = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, part in enumerate(parts, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = len(body)
    body += b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1)
    for offset in offsets:
        body += b"%010d 00000 n \n" % offset
    body += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(parts) + 1, table)
    return bytes(body)


def _plain(text: str) -> str:
    return text[:95].translate(_ESCAPES)


def scan(name: str, title: str, *lines: str) -> Incoming:
    """A scanned paper as a file that comes in: `name` without extension."""
    return Incoming(f"{name}.pdf", pdf(title, lines))


def photo(name: str, seed: int) -> Incoming:
    """A flat picture of 64 × 48 points whose tints depend on `seed`: where a photograph would stand."""
    rows = bytearray()
    for y in range(48):
        tint = (150 + (seed * 37 + y) % 90, 110 + (seed * 53 + y) % 80, 60 + (seed * 71) % 90)
        rows += b"\x00" + bytes(tint) * 64
    header = pack(">IIBBBBB", 64, 48, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(rows), 9)), (b"IEND", b""))
    body = b"\x89PNG\r\n\x1a\n"
    for kind, data in chunks:
        body += pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))
    return Incoming(f"{name}.png", body)
