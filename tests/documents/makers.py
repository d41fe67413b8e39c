"""Works and files for the tests of documents."""

from __future__ import annotations

import io
import secrets
import struct
import zipfile
import zlib
from datetime import UTC, datetime
from pathlib import Path

from portfolio.accounts.models import Person
from portfolio.actor import Actor, Grant
from portfolio.kit.clock import FixedClock
from portfolio.kit.db import Database
from portfolio.origin import Surroundings
from portfolio.work import Work

NOW = datetime(2026, 3, 12, 8, 14, tzinfo=UTC)


def around(database: Database, folder: Path) -> Surroundings:
    return Surroundings(database, FixedClock(NOW), folder, b"secret")


def person(database: Database, role: str, email: str = "") -> Actor:
    """A stored person who holds one role everywhere."""
    with database.session(readonly=False) as session:
        row = Person(email=email or f"{role}-{secrets.token_hex(4)}@example.org", full_name=f"Aminata {role}", password_hash="!", created_at=NOW)
        session.add(row)
        session.commit()
        return Actor(row.id, row.full_name, grants=(Grant(role),))


def work_of(database: Database, folder: Path, actor: Actor | None, *, readonly: bool = False) -> Work:
    return Work(around(database, folder), actor=actor, readonly=readonly)


def office(**members: bytes) -> bytes:
    """A zip whose members are named with `__` for `/` and `_dot_` for the dot."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return buffer.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int = 1, height: int = 1) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def jpeg(width: int = 1, height: int = 1) -> bytes:
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    return b"\xff\xd8\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0" + b"\0" * 9 + frame + b"\xff\xda\x00\x02\x00\xff\xd9"


PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
XLSX = office(**{"[Content_Types]_dot_xml": b"<Types/>", "xl__workbook_dot_xml": b"<workbook/>"})
DOCX = office(**{"[Content_Types]_dot_xml": b"<Types/>", "word__document_dot_xml": b"<document/>"})
ODT = office(mimetype=b"application/vnd.oasis.opendocument.text", content_dot_xml=b"<office/>")
