"""The book of ledgers: sums, carries, pages, clipping, any character, the same bytes."""

import io
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pypdf

from portfolio.kit.pdf import Letterhead, Signatory, figures
from portfolio.kit.pdf.register import BookColumn, BookSpec, Row, Totals, draw_book
from tests.kit.test_pdf import PAIRS, flat, pages, shown

HEAD = Letterhead(("AUTORITÉ",), "Agence comptable", "Gao")
COLUMNS = (
    BookColumn("N°", 20),
    BookColumn("Tiers", 60),
    BookColumn("Débit", 30, "amount"),
    BookColumn("Crédit", 30, "amount"),
    BookColumn("Solde", 30, "balance"),
)
FIGURE = r"([\u2212]?[\d\u202f]+)"


def spec(**asked: object) -> BookSpec:
    facts: dict[str, object] = {
        "title": "Grand livre", "reference": "GL-2026-00003-B", "letterhead": HEAD, "columns": COLUMNS,
        "on": date(2026, 3, 12), "opening": (None, None, None, None, 5_000_000), "fingerprint": "ab" * 32,
    }  # fmt: skip
    return BookSpec(**{**facts, **asked})  # type: ignore[arg-type]


def ledger(lines: int) -> list[Row]:
    rows: list[Row] = []
    balance = 5_000_000
    for n in range(1, lines + 1):
        debit, credit = (n * 1_013, None) if n % 3 else (None, n * 977)
        balance += (debit or 0) - (credit or 0)
        rows.append((f"E{n:06d}", f"Groupement {n % 7}", debit, credit, balance))
    return rows


def value(text: str) -> int:
    return int(text.replace("\u202f", "").replace("\u2212", "-"))


def sums_after(label: str, text: str) -> list[int]:
    found = re.search(rf"{label}\s+{FIGURE}\s+{FIGURE}(?:\s+{FIGURE})?", text)
    assert found, label
    return [value(each) for each in found.groups() if each]


def side(rows: Sequence[Row], at: int) -> int:
    return sum(row[at] for row in rows if isinstance(row[at], int))  # type: ignore[misc]


def test_every_line_is_printed_once_and_every_page_adds_up() -> None:
    rows = ledger(200)
    totals: list[Totals] = []

    def closing(found: Totals) -> list[str]:
        totals.append(found)
        return [f"Arrêté le présent grand livre à {found.lines} écritures."]

    texts = pages(
        draw_book(spec(closing=closing, signatories=[Signatory("Comptable", "S. Barry")]), iter(rows))
    )
    printed = 0
    for number, text in enumerate(texts, 1):
        assert f"Page {number}/{len(texts)}" in text
        here = [rows[int(n) - 1] for n in re.findall(r"E(\d{6})", text)]
        if not here:
            continue
        if printed:
            before = rows[:printed]
            assert sums_after("Report", text) == [side(before, 2), side(before, 3), before[-1][4]]
        else:
            assert re.search(r"Solde initial\s+5\u202f000\u202f000", text)
        assert here == rows[printed : printed + len(here)]
        printed += len(here)
        assert sums_after("Total de la page", text) == [side(here, 2), side(here, 3)]
        label = "Totaux et solde final" if printed == len(rows) else "À reporter"
        assert sums_after(label, text) == [side(rows[:printed], 2), side(rows[:printed], 3), here[-1][4]]
        assert label == "À reporter" or "À reporter" not in text
    assert printed == 200
    assert totals[0].lines == 200 and totals[0].sums == (
        None,
        None,
        side(rows, 2),
        side(rows, 3),
        rows[-1][4],
    )
    assert "Arrêté le présent grand livre à 200 écritures." in flat_spaces(texts[-1])
    assert "S. Barry" in texts[-1]


def flat_spaces(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def test_pages_hold_as_many_lines_as_asked() -> None:
    texts = pages(draw_book(spec(lines_per_page=42), ledger(300)))
    counts = [len(re.findall(r"E\d{6}", text)) for text in texts]
    assert set(counts[1:-1]) == {41}, "42 lines with « Report »"


def test_one_line_more_than_a_page() -> None:
    for lines in range(60, 75):
        texts = pages(draw_book(spec(), ledger(lines)))
        assert len(re.findall(r"E\d{6}", "".join(texts))) == lines
        assert f"Page {len(texts)}/{len(texts)}" in texts[-1]


def test_nobody_signs_a_page_without_figures() -> None:
    signed = [Signatory("Comptable", "S. Barry")]
    for lines in (*range(20, 44), *range(60, 80, 3)):
        said = spec(closing=lambda found: [f"Arrêté à {found.lines} écritures."], signatories=signed)
        texts = pages(draw_book(said, ledger(lines)))
        assert "S. Barry" in texts[-1] and re.search(r"E\d{6}", texts[-1]), lines
        assert f"Arrêté à {lines} écritures." in flat_spaces(texts[-1])
        assert len(re.findall(r"E\d{6}", "".join(texts))) == lines


def test_a_name_a_little_too_long_is_condensed_and_whole() -> None:
    """A third party or a contre-passation is read whole; and what condenses stands apart from the operator before it."""
    name = "Association Toumo des jeunes transporteurs d'Ansongo, section B"
    long = [("E1", name, 987_654_321_987_654, None, 987_654_321_987_654)]
    narrow = (BookColumn("N°", 90), BookColumn("Tiers", 40), *(BookColumn(c, 12, "amount") for c in ("Débit", "Crédit", "Solde")))
    content = draw_book(spec(columns=narrow), long)
    assert flat(name) in flat(pages(content)[0])
    streams = [bytes(page.get_contents().get_data()) for page in pypdf.PdfReader(io.BytesIO(content)).pages]  # type: ignore[union-attr]
    assert any(b" Tz " in each for each in streams)
    assert [found for each in streams for found in re.findall(rb"Td[0-9.]+ Tz", each)] == []


def test_names_are_read_back_or_clipped_to_their_column() -> None:
    rows: list[Row] = [(str(n), given, 1, None, n) for n, (given, _) in enumerate(PAIRS)]
    pdf = draw_book(spec(columns=(COLUMNS[0], BookColumn("Tiers", 400), *COLUMNS[2:])), rows)
    text = flat("\n".join(pages(pdf)))
    for _, printed in PAIRS:
        if len(printed) < 60:
            assert flat(printed) in text
    assert not any(0 in each for each in shown(pdf))
    long: list[Row] = [("1", "W" * 100_000, None, None, None), ("2", "é" * 500, None, None, None)]
    clipped = pages(draw_book(spec(), long))[0]
    assert re.search(r"W{10,60}…", clipped) and re.search(r"é{10,90}…", clipped)
    assert clipped.count("W") < 60


def test_more_characters_than_one_subset_holds() -> None:
    alphabet = [chr(code) for code in [*range(0xC0, 0x17F), *range(0x391, 0x3A0), *range(0x410, 0x450)]]
    words = ["".join(alphabet[at : at + 8]) for at in range(0, len(alphabet), 8)]
    rows: list[Row] = [(str(n), f"({word}) \\", n, None, n) for n, word in enumerate(words)]
    pdf = draw_book(spec(), rows)
    text = flat("\n".join(pages(pdf)))
    for word in words:
        assert f"({word})\\" in text
    assert not any(0 in each for each in shown(pdf))


def test_groups_have_their_subtotals() -> None:
    rows = [("", name, n * 10, None, n) for name in ("Ansongo", "Dori", "Téra") for n in range(1, 41)]
    text = "\n".join(pages(draw_book(spec(group_by=1, columns=(COLUMNS[0], *COLUMNS[1:])), iter(rows))))
    for name in ("Ansongo", "Dori", "Téra"):
        assert re.search(rf"Sous-total — {name}\s+{figures(8_200)}", text)
    assert re.search(rf"Totaux et solde final\s+{figures(24_600)}", text)


def test_a_register_without_amounts_has_no_sums() -> None:
    columns = (BookColumn("N°", 20, align="center"), BookColumn("Déposant", 60))
    rows: list[Row] = [(str(n), f"Déposant {n}") for n in range(100)]
    text = "\n".join(pages(draw_book(spec(columns=columns, opening=None), rows)))
    assert "reporter" not in text and "Total" not in text and "Montants" not in text
    assert len(re.findall(r"Déposant \d+", text)) == 100


def test_nothing_to_print_is_said() -> None:
    text = pages(draw_book(spec(), []))[0]
    assert "Aucune écriture ne répond à ces critères." in text
    assert re.search(rf"Totaux et solde final\s+0\s+0\s+{figures(5_000_000)}", text)


def test_large_and_negative_amounts_are_never_cut() -> None:
    big = 9_223_372_036_854_775_807
    text = pages(draw_book(spec(), [("1", "x", big, None, -big)]))[0]
    assert figures(big) in text and figures(-big) in text


def test_filters_edition_and_marks_are_printed() -> None:
    asked = spec(
        filters=(("Exercice", "2026"), ("Fonds", "R&D <A>")), edition="Édition n° 3 du 12 mars 2026",
        draft=True, copy_label="COPIE CONFORME", qr="x", fingerprints=(("Première empreinte", "cd" * 32),),
    )  # fmt: skip
    texts = pages(draw_book(asked, ledger(100)))
    assert "R&D <A>" in texts[0] and "COPIE CONFORME" in texts[0]
    for text in texts:
        assert "PROJET" in text and "Édition n° 3" in text
        assert "GL-2026-00003-B" in text and "abab abab abab abab" in text
    assert "cd" * 32 in texts[-1]


def test_same_rows_same_bytes() -> None:
    assert draw_book(spec(), ledger(500)) == draw_book(spec(), iter(ledger(500)))


def test_books_drawn_at_the_same_time_do_not_mix() -> None:
    alone = [draw_book(spec(reference=f"GL-{n}"), ledger(150 + n)) for n in range(4)]
    with ThreadPoolExecutor(4) as pool:
        jobs = [pool.submit(draw_book, spec(reference=f"GL-{n % 4}"), ledger(150 + n % 4)) for n in range(16)]
        assert [job.result() for job in jobs] == alone * 4
