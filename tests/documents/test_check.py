"""What may come in: extension, signature and structure agree (U01, U02, U03, U07, U08)."""

from __future__ import annotations

import io
import zipfile

import pytest

from portfolio.documents.service import LIMIT_BYTES, Incoming, checked, safe_name
from portfolio.kit.errors import Invalid
from tests.documents.makers import DOCX, ODT, PDF, XLSX, jpeg, office, png

GOOD = {
    "reçu n° 12.pdf": PDF, "photo.JPG": jpeg(), "photo.jpeg": jpeg(640, 480), "plan.png": png(), "budget.xlsx": XLSX,
    "note.docx": DOCX, "note.odt": ODT, "liste.csv": "nom;montant\nAïssata;1 250\n".encode(), "vieux.csv": "café;1\n".encode("cp1252"),
}


def renamed_vba() -> bytes:
    return office(**{"[Content_Types]_dot_xml": b"<T/>", "xl__workbook_dot_xml": b"<w/>", "xl__vbaProject_dot_bin": b"x"})


def lying() -> bytes:
    """An archive whose member says it is smaller than it is."""
    honest = bytearray(office(xl__workbook_dot_xml=b"a" * 5000))
    at = honest.rfind(b"PK\x01\x02")
    honest[at + 24 : at + 28] = (10).to_bytes(4, "little")
    return bytes(honest)


def climbing() -> bytes:
    buffer = io.BytesIO(XLSX)
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("../../etc/passwd", b"x")
    return buffer.getvalue()


def crowded() -> bytes:
    buffer = io.BytesIO(XLSX)
    with zipfile.ZipFile(buffer, "a") as archive:
        for i in range(1000):
            archive.writestr(f"a{i}", b"")
    return buffer.getvalue()


BAD = {
    "empty.pdf": b"", "page.html": b"<html>", "image.svg": b"<svg/>", "run.exe": b"MZ\x90", "facture.pdf.exe": b"MZ",
    "noextension": PDF, "text.pdf": b"hello", "cut.pdf": PDF[:20], "script.pdf": PDF.replace(b"/Type", b"/OpenAction<</S/JavaScript>>/Type"),
    "hidden.pdf": PDF.replace(b"/Type", b"/Java#53cript/Type"), "launch.pdf": PDF.replace(b"/Type", b"/Launch/Type"),
    "inside.pdf": PDF.replace(b"/Type", b"/EmbeddedFile/Type"), "png.jpg": png(), "jpg.png": jpeg(), "cut.jpg": jpeg()[:10],
    "huge.png": png(10_000, 10_000), "huge.jpg": jpeg(9000, 9000), "tail.png": png() + b"<script>", "zip.xlsx": office(a=b"b"),
    "word.xlsx": DOCX, "sheet.docx": XLSX, "sheet.odt": XLSX, "jar.docx": office(**{"META-INF__MANIFEST_dot_MF": b"x"}),
    "macro.xlsx": renamed_vba(), "bomb.xlsx": office(xl__workbook_dot_xml=b"0" * 60_000_000), "lying.xlsx": lying(),
    "climbing.xlsx": climbing(), "crowded.xlsx": crowded(), "broken.xlsx": XLSX[:60], "markup.csv": b"<html><script>", "binary.csv": b"a\x00b",
    "program.csv": b"MZ\x90\x00", "nested.docx": office(word__document_dot_xml=b"<d/>", word__more_dot_zip=b"PK"),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_true_file_comes_in(name: str) -> None:
    assert checked(Incoming(name, GOOD[name])).content == GOOD[name]


@pytest.mark.parametrize("name", BAD)
def test_a_false_file_is_refused_in_words(name: str) -> None:
    with pytest.raises(Invalid) as caught:
        checked(Incoming(name, BAD[name]), "voucher")
    [error] = caught.value.errors
    assert error.field == "voucher" and error.message.endswith(".")


def test_the_size_limit_is_exact() -> None:
    head, tail = b"a;b\n", b"1;2\n"
    fits = head + tail * ((LIMIT_BYTES - len(head)) // 4)
    assert len(fits) == LIMIT_BYTES
    assert len(checked(Incoming("a.csv", fits)).content) == LIMIT_BYTES
    with pytest.raises(Invalid):
        checked(Incoming("a.csv", fits + b"1"))


@pytest.mark.parametrize(("given", "kept"), [
    ("../../etc/passwd.pdf", "passwd.pdf"), ("C:\\temp\\reçu.pdf", "reçu.pdf"), ("a\x00b.pdf", "ab.pdf"), ("\u202efdp.exe", "fdp.exe"),
    ("-rf.pdf", "rf.pdf"), (".htaccess", "htaccess"), ("", "fichier"), (None, "fichier"), ("re\u0301cu.pdf", "récu.pdf"),
])
def test_names_are_data(given: str | None, kept: str) -> None:
    assert safe_name(given) == kept


def test_a_long_name_is_cut_and_keeps_its_extension() -> None:
    name = safe_name("é" * 4000 + ".pdf")
    assert len(name.encode()) <= 255 and name.endswith(".pdf")
