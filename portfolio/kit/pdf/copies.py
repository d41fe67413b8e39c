"""Copies of a printed paper (F11): the kept bytes as they are, then an addition that says on every page which copy this is.

A PDF may be added to at its end: the first bytes of a copy are the paper itself, so whoever has the copy can check its fingerprint.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from textwrap import wrap

from portfolio.kit.pdf.clean import one_line
from portfolio.kit.pdf.pen import MM

_PAGE = re.compile(
    rb"(\d+) 0 obj\n<<\n/Contents (\d+ 0 R) /MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \](.*?)/Type /Page\n>>\nendobj",
    re.DOTALL,
)
_FONTS = re.compile(rb"/Font (\d+) 0 R")
_FACE = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>"
_RIGHT = 20 * MM
_SIZES = ((8.5, 100, 2), (6.6, 130, 3))
"""(size, letters that a line holds across an upright page, lines above the frame)."""


def stamped(content: bytes, label: str) -> bytes:
    """The paper with `label` at the head of every page, above its frame. ValueError for bytes that this product did not print."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    size, root, start = _trailer(content)
    pages, fonts = _pages(content)
    said = one_line(label, 390)
    size_of, letters, most = _SIZES[0] if len(wrap(said, _SIZES[0][1])) <= _SIZES[0][2] else _SIZES[1]
    lines = wrap(said, letters)[:most]
    face, added = size, {}
    added[face] = _FACE
    for number in set(fonts.values()):
        added[number] = _object(content, number).replace(b"<<", b"<<\n/FCopy %d 0 R " % face, 1)
    following = face + 1
    streams: dict[tuple[bytes, bytes], int] = {}
    for number, (contents, wide, high, rest) in pages.items():
        if (wide, high) not in streams:
            body = _words(lines, size_of, float(wide), float(high), stringWidth)
            added[following] = b"<< /Length %d >>\nstream\n%b\nendstream" % (len(body), body)
            streams[(wide, high)], following = following, following + 1
        added[number] = b"<<\n/Contents [ %b %d 0 R ] /MediaBox [ 0 0 %b %b ]%b/Type /Page\n>>" % (
            contents,
            streams[(wide, high)],
            wide,
            high,
            rest,
        )
    return _appended(content, added, following, root, start)


def _words(
    lines: list[str], size: float, wide: float, high: float, width: Callable[[str, str, float], float]
) -> bytes:
    """The label, right-aligned between the edge of the sheet and its first line; the state left by the page is set aside."""
    said = [b"q 0 g BT 0 Tc 0 Tw 100 Tz 0 Ts 0 Tr /FCopy %.1f Tf" % size]
    for at, line in enumerate(lines):
        x = wide - _RIGHT - width(line, "Helvetica-Bold", size)
        y = high - (6.2, 4.6, 4.2)[len(lines) - 1] * MM - at * size * 1.13
        safe = re.sub(rb"([\\()])", rb"\\\1", line.encode("cp1252", "replace"))
        said.append(b"1 0 0 1 %.2f %.2f Tm (%b) Tj" % (x, y, safe))
    return b"\n".join([*said, b"ET Q"])


def _trailer(content: bytes) -> tuple[int, bytes, int]:
    """(number of objects, the entries to keep, where the last table of objects starts)."""
    found = re.search(rb"startxref\s+(\d+)\s+%%EOF\s*$", content)
    trailer = content[content.rfind(b"trailer") :] if found else b""
    size = re.search(rb"/Size (\d+)", trailer)
    kept = re.findall(rb"/(?:Root|Info) \d+ 0 R|/ID\s*\[[^\]]*\]", trailer)
    if not (found and size and kept):
        raise ValueError("not a paper of this product")
    return int(size[1]), b" ".join(kept), int(found[1])


def _pages(content: bytes) -> tuple[dict[int, tuple[bytes, bytes, bytes, bytes]], dict[int, int]]:
    pages, fonts = {}, {}
    for each in _PAGE.finditer(content):
        number = int(each[1])
        known = _FONTS.search(each[5])
        if known is None:
            raise ValueError("a page without letters")
        pages[number] = (each[2], each[3], each[4], each[5])
        fonts[number] = int(known[1])
    if not pages:
        raise ValueError("no page")
    return pages, fonts


def _object(content: bytes, number: int) -> bytes:
    found = re.search(rb"(?:^|\n)%d 0 obj\n(<<.*?>>)\nendobj" % number, content, re.DOTALL)
    if found is None:
        raise ValueError("no such object")
    return found[1]


def _appended(content: bytes, added: dict[int, bytes], size: int, root: bytes, start: int) -> bytes:
    """The addition: objects, their table, a trailer that names the table before."""
    made, at = [content if content.endswith(b"\n") else content + b"\n"], {}
    place = len(made[0])
    for number, body in sorted(added.items()):
        piece = b"%d 0 obj\n%b\nendobj\n" % (number, body)
        at[number], place = place, place + len(piece)
        made.append(piece)
    made.append(b"xref\n0 1\n0000000000 65535 f \n")
    made += [b"%d 1\n%010d 00000 n \n" % (number, where) for number, where in sorted(at.items())]
    made.append(b"trailer\n<< /Size %d /Prev %d %b >>\nstartxref\n%d\n%%%%EOF\n" % (size, start, root, place))
    return b"".join(made)
