"""What may come in: an extension of the list, whose own signature and structure agree with it (U01, U03, U07, U08).

No sniffing library is trusted: a plain zip, a jar and a spreadsheet have the same first bytes, so each kind is opened far enough to be sure.
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from portfolio.kit.errors import FieldError, Invalid
from portfolio.kit.i18n import gettext as _

LIMIT_BYTES = 10 * 1024 * 1024
"""One file (U02)."""
MAX_PIXELS = 40_000_000
MAX_MEMBERS = 1000
MAX_INFLATED = 100 * 1024 * 1024
MAX_RATIO = 100
ACCEPT = ".pdf,.jpg,.jpeg,.png,.xlsx,.docx,.odt,.csv"
"""For the `accept` of a file field; the check below is what decides."""


class Upload(Protocol):
    """A file as the browser sends it; the framework's own upload has this shape."""

    @property
    def filename(self) -> str | None:
        """The name on the sender's machine, never trusted."""

    @property
    def file(self) -> BinaryIO:
        """The bytes."""


@dataclass(frozen=True)
class Incoming:
    """A file made in Python, where there is no browser: the demo, a scan job, a test."""

    filename: str
    content: bytes

    @property
    def file(self) -> BinaryIO:
        """The bytes, from their start."""
        return io.BytesIO(self.content)


@dataclass(frozen=True)
class Checked:
    """A file that passed: its cleaned name, its type by our own table, its bytes."""

    filename: str
    media_type: str
    content: bytes


class _Bad(Exception):
    """Why a file is refused, in words."""


def attached(upload: object) -> bool:
    """Whether a file field was filled: browsers send an empty part for an empty field."""
    return bool(getattr(upload, "filename", None))


def safe_name(name: str | None) -> str:
    """The original name as data: last part of the path, NFC, without control or direction characters, at most 255 bytes (U08)."""
    last = re.split(r"[/\\]", name or "")[-1]
    kept = "".join(c for c in last if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    kept = unicodedata.normalize("NFC", kept).strip().lstrip(".-") or "fichier"
    stem, dot, extension = kept.rpartition(".")
    if not dot:
        stem, extension = kept, ""
    room = 255 - len((dot + extension).encode()[:40])
    while len(stem.encode()) > room:
        stem = stem[:-1]
    return stem + (dot + extension)[:40]


def checked(upload: Upload, field: str = "file") -> Checked:
    """The file, or Invalid beside `field` with a sentence that says what to send instead."""
    name = safe_name(upload.filename)
    stream = upload.file
    stream.seek(0)
    content = stream.read(LIMIT_BYTES + 1)
    extension = name.rpartition(".")[2].lower()
    try:
        if not content:
            raise _Bad(_("This file is empty. Choose it again, or scan the paper again."))
        if len(content) > LIMIT_BYTES:
            raise _Bad(_("This file is larger than 10 MB. Reduce it, or scan at a lower resolution."))
        if extension not in KINDS:
            raise _Bad(_("This type of file is not accepted. Send a PDF, JPEG, PNG, XLSX, DOCX, ODT or CSV."))
        media_type, look = KINDS[extension]
        look(content)
    except _Bad as bad:
        raise Invalid([FieldError(field, str(bad))]) from None
    return Checked(name, media_type, content)


def _not_what_it_says() -> _Bad:
    return _Bad(
        _("The content of this file does not match its extension. Open it, save it again, then send it.")
    )


def _pdf(content: bytes) -> None:
    if not content.startswith(b"%PDF-") or b"%%EOF" not in content[-2048:]:
        raise _not_what_it_says()
    names = re.sub(rb"#([0-9A-Fa-f]{2})", lambda m: bytes([int(m[1], 16)]), content)
    if re.search(rb"/(JavaScript|Launch|EmbeddedFile|RichMedia)\b", names):
        raise _Bad(
            _("This PDF carries a program or another file. Print it to a new PDF, then send that one.")
        )


def _pixels(width: int, height: int) -> None:
    if not 0 < width * height <= MAX_PIXELS:
        raise _Bad(_("This picture is too large: 40 million pixels at most. Take it at a lower resolution."))


def _jpeg(content: bytes) -> None:
    if not content.startswith(b"\xff\xd8\xff") or b"\xff\xd9" not in content[-65536:]:
        raise _not_what_it_says()
    at = 2
    while at + 4 <= len(content) and content[at] == 0xFF:
        marker, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4])
        if marker == 0xFF:
            at += 1
            continue
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = (int.from_bytes(content[at + i : at + i + 2]) for i in (5, 7))
            _pixels(width, height)
            return
        at += 2 + max(length, 2)
    raise _not_what_it_says()


def _png(content: bytes) -> None:
    if not content.startswith(b"\x89PNG\r\n\x1a\n") or content[12:16] != b"IHDR":
        raise _not_what_it_says()
    _pixels(int.from_bytes(content[16:20]), int.from_bytes(content[20:24]))
    at = 8
    while at + 12 <= len(content):
        kind = content[at + 4 : at + 8]
        at += 12 + int.from_bytes(content[at : at + 4])
        if kind == b"IEND":
            if at == len(content):
                return
            break
    raise _not_what_it_says()


def _container(content: bytes, needed: str, mimetype: bytes | None = None) -> None:
    """A zip of office parts: few members, bounded when inflated, no way out of its folder, no program inside (U03)."""
    if not content.startswith(b"PK\x03\x04"):
        raise _not_what_it_says()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            names = {m.filename for m in members}
            whole = sum(m.file_size for m in members)
            if len(members) > MAX_MEMBERS or whole > MAX_INFLATED or whole > MAX_RATIO * len(content):
                raise _Bad(
                    _(
                        "This file unfolds to far more than its size. Save it again without pictures, then send it."
                    )
                )
            for member in members:
                parts = member.filename.split("/")
                link = (member.external_attr >> 16) & 0o170000 == 0o120000
                if link or ".." in parts or member.filename.startswith("/") or "\\" in member.filename:
                    raise _not_what_it_says()
            low = [n.lower() for n in names]
            if any(
                n.endswith(("vbaproject.bin", ".exe", ".js", ".jar", ".zip", ".class")) for n in low
            ) or any(n.startswith(("basic/", "scripts/")) for n in low):
                raise _Bad(_("This file carries a program (macros). Save it without macros, then send it."))
            if needed not in names or (mimetype and archive.read("mimetype").strip() != mimetype):
                raise _not_what_it_says()
            for member in members:  # a member that lies about its size or its sum is found by reading it
                with archive.open(member) as stream:
                    while stream.read(1 << 20):
                        pass
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        KeyError,
        EOFError,
        NotImplementedError,
        RuntimeError,
        OSError,
    ):
        raise _not_what_it_says() from None


def _xlsx(content: bytes) -> None:
    _container(content, "xl/workbook.xml")


def _docx(content: bytes) -> None:
    _container(content, "word/document.xml")


def _odt(content: bytes) -> None:
    _container(content, "content.xml", b"application/vnd.oasis.opendocument.text")


def _csv(content: bytes) -> None:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    opening = text.lstrip()[:20].lower()
    if any(ord(c) < 32 and c not in "\r\n\t" for c in text) or opening.startswith(
        ("<", "%pdf", "%!", "pk\x03", "#!", "mz")
    ):
        raise _not_what_it_says()


KINDS: dict[str, tuple[str, Callable[[bytes], None]]] = {
    "pdf": ("application/pdf", _pdf),
    "jpg": ("image/jpeg", _jpeg),
    "jpeg": ("image/jpeg", _jpeg),
    "png": ("image/png", _png),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _xlsx),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", _docx),
    "odt": ("application/vnd.oasis.opendocument.text", _odt),
    "csv": ("text/csv", _csv),
}
"""Extension → (media type, the check that opens it)."""
