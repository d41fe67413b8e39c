"""The frame of the papers: what is given is what is printed, whatever it is, and the same each time."""

import io
import re
import subprocess
import sys
import time
import unicodedata
from datetime import date
from typing import Any

import pypdf
import pytest
from pypdf.generic import ArrayObject, ContentStream

from portfolio.kit.pdf import Column, Letterhead, Paper, Signatory, amount, fingerprint_of, qr_text
from portfolio.kit.pdf.clean import CELL_LIMIT, TEXT_LIMIT
from portfolio.kit.pdf.fingerprint import short_fingerprint

HEAD = Letterhead(("AUTORITÉ", "DU LIPTAKO"), "Service des subventions", "Gao")
ON = date(2026, 3, 12)

# (given, printed); one word where they are equal.
NAMES: list[str | tuple[str, str]] = [
    "Association R&D <Femmes & Paix> de Goma", "Groupe <b>jeunes", "Union </para> des éleveurs",
    "<font color=red>Coopérative</font>", "&lt;Espoir&gt; &amp; Cie", "&#60;script&#62;", "<br/>Benkadi",
    "<para><img src='http://example.org/x.png'/>", "]]> Faso <![CDATA[", "<!-- Alher -->", "%PDF-1.4 endstream endobj",
    "(Alher) Tj ET", "Groupe (sans fin", "Groupe) ouvert", r"C:\dossier\n\t", r"\050\051", "<< /Type /Page >>",
    "Œuvre de l'Étoile d'Ænéas", "ÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸ àâäçéèêëîïôöùûüÿ", "Ɓaawo Ɗemngal Ŋari Ɲaamdu Ƴoyre", "ɓɗŋɲƴɛɔǝɣ",
    "Hawsa : ƙasa, ɗan, ɓera", "Tamajaq ăǝɣšžǧ", "ⵜⴰⵎⴰⵊⴰⵇ", "Bénkadi n°3 – « Sabu ɲuman »", "“Guillemets” ‘anglais’ …",
    "Coût : 100 % ; oui ! non ?", "½ ¾ ² ³ ° § µ × ÷ ± ≤ ≥ ≠ −", "Prix 12 € £ ¥", "Ⅻ ① № ™ © ®",
    "Kaya—Dori–Téra‑Gorom", "a" * 70, "Anticonstitutionnellement-" * 8, "M'Boïna N'Diaye-O'Brien", "=cmd|' /C calc'!A0",
    "' OR 1=1; DROP TABLE groups;--", "{{7*7}} ${7*7} #{7*7}", "%s %d %n %(x)s {0} {}", "../../etc/passwd", "null",
    "None", "NaN", "0", "-1", "Ψυχή Москва Київ", "Zażółć gęślą jaźń", "Đặng Thị Ánh", "İstanbul ışık", "žlutý kůň",
    "ʼn ſ ﬁ ﬂ",
    ("Nom\x00 avec NUL", "Nom avec NUL"),
    ("sournois \u202egnirts\u202c fin", "sournois gnirts fin"),
    ("\u2066isolé\u2069 \u200bzéro\u200d largeur\ufeff", "isolé zéro largeur"),
    ("cloche\x07 échappe\x1b[31m", "cloche échappe[31m"),
    ("trait\u00addiscret", "traitdiscret"),
    ("sup\x7fprimé \x85", "supprimé"),
    ("e\u0301le\u0300ve compose\u0301", "élève composé"),
    ("insécable\u00a0ici et\u202flà", "insécable ici et\u202flà"),
    ("tab\tulation   et\u2003blancs", "tab ulation et blancs"),
    ("ligne\r\nsuivante\u2028encore", "ligne suivante encore"),
    ("漢字 groupe 한국어", "□□ groupe □□□"),
    ("𞤀𞤣𞤤𞤢𞤥 Adlam", "□□□□□ Adlam"),
    ("seul \ud800 substitut", "seul □ substitut"),
    ("privé \U000f0000 fin", "privé □ fin"),
    ("abattu 🐄\ufe0f fin", "abattu □ fin"),
]  # fmt: skip
PAIRS = [(name, name) if isinstance(name, str) else name for name in NAMES]


def paper(title: str = "Fiche", **asked: Any) -> Paper:
    return Paper(title, "FI-2026-00001-A", HEAD, on=ON, **asked)


def pages(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


def flat(text: str) -> str:
    """Text without blanks: lines are broken where the paper is, not where the name is."""
    return re.sub(r"[ \n\u00a0]+", "", text)


def shown(pdf: bytes) -> list[bytes]:
    """The codes of every string drawn."""
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    found: list[bytes] = []
    for page in reader.pages:
        for operands, operator in ContentStream(page.get_contents(), reader).operations:
            if operator in (b"Tj", b"TJ"):
                parts = operands[0] if isinstance(operands[0], ArrayObject) else [operands[0]]
                found += [part.original_bytes for part in parts if hasattr(part, "original_bytes")]
    return found


def test_there_are_at_least_sixty_names() -> None:
    assert len(NAMES) >= 60


@pytest.mark.parametrize(("given", "printed"), PAIRS)
def test_a_name_is_read_back_from_every_block(given: str, printed: str) -> None:
    made = paper()
    made.para(given)
    made.facts([("Demandeur", given)])
    made.table((Column("Demandeur"), Column("Montant", 30, kind="amount")), [(given, 1)])
    made.signatures([Signatory("Présidente", given)])
    pdf = made.render()
    text = flat("\n".join(pages(pdf)))
    assert text.count(flat(unicodedata.normalize("NFC", printed))) >= 4
    codes = shown(pdf)
    assert codes and not any(0 in each for each in codes), "a character was drawn as .notdef"


def test_titles_labels_and_references_are_plain_text_too() -> None:
    nasty = "A & <b>B</b> \x00(C"
    made = Paper(nasty, nasty, Letterhead((nasty,), nasty, nasty), reference_lines=((nasty, nasty),), on=ON,
                 copy_label=nasty, fingerprint="ab" * 32, qr=nasty)  # fmt: skip
    for add in (made.opening, made.heading, made.arrete, made.boxed):
        add(nasty)
    made.article(1, nasty, [nasty])
    made.bullets([nasty])
    made.ampliations([nasty])
    made.thumbprint_block(nasty)
    made.tear_off_acknowledgement(nasty, nasty)
    made.signatures([Signatory(nasty, nasty, nasty, None, nasty, nasty)])
    text = flat("\n".join(pages(made.render())))
    assert text.count(flat("A & <b>B</b> (C")) + text.count(flat("A & <B>B</B> (C")) >= 18


def test_a_word_of_a_hundred_thousand_letters_is_bounded_and_quick() -> None:
    start = time.process_time()
    made = paper()
    made.para("a" * 100_000)
    made.facts([("Nom", "b" * 100_000)])
    made.table((Column("Nom"), Column("Reste", 20)), [("c" * 100_000, "")])
    made.signatures([Signatory("Présidente", "d" * 100_000)])
    text = flat("\n".join(pages(made.render())))
    assert time.process_time() - start < 3
    assert TEXT_LIMIT * 0.95 < text.count("a") < TEXT_LIMIT * 1.05
    assert CELL_LIMIT * 0.95 < text.count("c") < CELL_LIMIT * 1.1
    assert "…" in text


def test_same_facts_same_bytes() -> None:
    def made() -> bytes:
        one = paper(fingerprint=fingerprint_of("x", 1), qr="x", draft=True, paraphe=True)
        one.para("Voilà " * 300)
        one.signatures([Signatory("Le Chef", "A. B.")])
        return one.render()

    first = made()
    time.sleep(1.1)  # a clock that crept in would show
    assert made() == first


def test_each_page_says_which_it_is() -> None:
    print_of = fingerprint_of("convention", 42)
    made = paper("Convention", fingerprint=print_of, draft=True, paraphe=True)
    for number in range(1, 40):
        made.article(number, "Objet", ["Texte de l'article. " * 20])
    texts = pages(made.render())
    assert len(texts) > 3
    for number, text in enumerate(texts, 1):
        assert f"Page {number}/{len(texts)}" in text
        assert "FI-2026-00001-A" in text
        assert short_fingerprint(print_of) in text
        assert "Paraphe" in text
        assert "PROJET" in text
    assert "PROJET" not in "".join(pages(paper().render()))


def test_amounts_are_carried_from_page_to_page() -> None:
    made = paper("État", landscape=True)
    amounts = [n * 1_001 for n in range(1, 121)]
    columns = (Column("Objet"), Column("Montant", 40, kind="amount"))
    made.table(columns, [(f"ligne {n}", value) for n, value in enumerate(amounts, 1)], total="Total",
               unit="francs CFA", carry=1)  # fmt: skip
    texts = pages(made.render())
    assert len(texts) > 3
    read = [
        (re.search(r"Report\s+([\d\u202f]+)", text), re.search(r"À reporter\s+([\d\u202f]+)", text))
        for text in texts
    ]
    number = lambda found: int(found[1].replace("\u202f", ""))  # noqa: E731
    done = 0
    for at, text in enumerate(texts):
        rows = [int(n) for n in re.findall(r"ligne (\d+)", text)]
        opens, closes = read[at]
        assert (opens is None) == (at == 0) and (closes is None) == (at == len(texts) - 1)
        if opens:
            assert number(opens) == done
        done += sum(amounts[n - 1] for n in rows)
        if closes:
            assert number(closes) == done
        assert "Montant" in text, "the header is repeated"
    total = re.search(r"Total\s+([\d\u202f]+)", texts[-1])
    assert total is not None and number(total) == sum(amounts) == done


def test_rows_are_numbered_and_a_table_of_the_wrong_shape_is_refused() -> None:
    made = paper()
    made.table((Column("Pièce"),), [("première",), ("seconde",)])
    text = "\n".join(pages(made.render()))
    assert re.search(r"1\s+première\s+2\s+seconde", text)
    with pytest.raises(ValueError, match="2 cells in a table of 3"):
        paper().table((Column("a"), Column("b")), [("seule",)])
    empty = paper()
    empty.table((Column("a"),), [])
    assert "Néant." in pages(empty.render())[0]


def test_a_row_taller_than_a_page_goes_on() -> None:
    made = paper()
    words = " ".join(f"mot{n}" for n in range(400))
    made.table((Column("Motif", 25), Column("Reste")), [(words, ""), ("fin", "")])
    text = "\n".join(pages(made.render()))
    assert all(f"mot{n}" in text for n in range(400)) and "fin" in text


def test_signatures_follow_the_chain_and_name_the_prevented() -> None:
    made = paper()
    names = ["Awa Premier", "Bakary Second", "Coumba Tierce", "Daouda Quart"]
    made.signatures([
        Signatory("Chef", names[0], on=ON, label="Vu et liquidé"), Signatory("Contrôleur", names[1], label="Visa"),
        Signatory("Ordonnateur", names[2], "décision n° 12"), Signatory("Comptable", names[3], prevented="en mission"),
    ])  # fmt: skip
    text = "\n".join(pages(made.render()))
    assert [text.index(name) for name in names] == sorted(text.index(name) for name in names)
    assert "Fait à Gao, le 12 mars 2026" in text
    assert "Vu et liquidé" in text and "décision n° 12" in text
    assert "empêché(e) : en mission" in text


def test_one_page_holds_on_one_page_until_it_cannot() -> None:
    def made(paragraphs: int, *, one_page: bool) -> int:
        one = paper(one_page=one_page)
        for _ in range(paragraphs):
            one.para(
                "Une phrase assez longue pour tenir sur plus d'une ligne du papier, et un peu plus. " * 2
            )
        return len(one.pages()[0])

    assert made(19, one_page=False) == 2
    assert made(19, one_page=True) == 1
    assert made(80, one_page=True) > 1


def test_a_sheet_cut_in_two() -> None:
    made = paper("Reçu", fingerprint="ab" * 32)
    kept, given = made.stub()
    for half in (kept, given):
        half.para("Je soussignée reconnais avoir reçu la somme de cent francs CFA.")
        half.facts([("Mode", "Espèces")])
    given.thumbprint_block("songhaï")
    kept.signatures([Signatory("Le payeur", "S. Barry")])
    texts = pages(made.render())
    assert len(texts) == 1
    for said, times in {"RECU": 0, "REÇU": 2, "SOUCHE": 1, "EXEMPLAIRE REMIS": 1, "Page 1/1": 2, "N° FI-2026-00001-A": 4,
                        "empreinte digitale": 2, "Lu et traduit en langue songhaï par": 1}.items():  # fmt: skip
        assert texts[0].count(said) == times, said
    for _ in range(60):
        kept.para("Trop long pour une moitié de page, de beaucoup.")
    assert len(pages(made.render())) > 1


def test_letters_have_a_slip_at_the_foot_of_their_page() -> None:
    made = Paper("", "NOT-2026-00017-H", HEAD, on=ON)
    made.letter_to(["Madame la Présidente", "Groupement Alher"], "Attribution", "Madame,")
    made.para("Corps.")
    made.ampliations([("bénéficiaire", 1), "dossier"])
    made.tear_off_acknowledgement("Groupement Alher")
    text = pages(made.render())[0]
    assert (
        text.index("Gao, le 12 mars 2026")
        < text.index("Objet : Attribution")
        < text.index("ACCUSÉ DE RÉCEPTION")
    )
    assert "Fait à" not in text
    assert "Ampliations : bénéficiaire 1 · dossier 1" in text
    assert "À retourner à : Service des subventions" in text


def test_annexes_turn_the_page() -> None:
    made = paper()
    made.landscape_section()
    made.heading("Annexe")
    made.portrait_section()
    made.para("fin")
    boxes = [page.mediabox for page in pypdf.PdfReader(io.BytesIO(made.render())).pages]
    assert [box.width > box.height for box in boxes] == [False, True, False]


def test_the_file_is_french_embedded_and_without_action() -> None:
    made = paper("Décision")
    made.para("Été Ɓ")
    pdf = made.render()
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "fr-FR"
    assert "/OpenAction" not in root and "/JavaScript" not in str(root)
    fonts = [font.get_object() for font in reader.pages[0]["/Resources"]["/Font"].values()]  # type: ignore[index]
    assert fonts and all("/FontFile2" in font["/FontDescriptor"].get_object() for font in fonts)
    assert b"ASCII85" not in pdf


def test_amounts_are_read_back_with_their_blanks() -> None:
    made = paper()
    made.para(f"soit {amount(2_655_200)}.")
    assert "soit 2\u202f655\u202f200 F\u202fCFA." in pages(made.render())[0].replace("\u00a0", " ")


def test_fingerprints_are_of_facts_not_of_their_spelling_side_by_side() -> None:
    seen = [
        fingerprint_of("ab", "c"), fingerprint_of("a", "bc"), fingerprint_of("abc"), fingerprint_of(1), fingerprint_of("1"),
        fingerprint_of(True), fingerprint_of(None), fingerprint_of(""), fingerprint_of(["a", "b"]), fingerprint_of("a", "b"),
        fingerprint_of(ON), fingerprint_of(ON.isoformat()), fingerprint_of(b"a"), fingerprint_of("a"),
    ]  # fmt: skip
    assert len(set(seen)) == len(seen) and all(len(each) == 64 for each in seen)
    assert short_fingerprint("0123456789abcdef" * 4) == "0123 4567 89ab cdef"
    with pytest.raises(TypeError):
        fingerprint_of(1.5)  # type: ignore[arg-type]


def test_the_code_says_reference_date_amount_and_fingerprint() -> None:
    text = qr_text("OP-2026-00042-K", ON, fingerprint="ab" * 32, amount_minor=2_655_200)
    assert text.splitlines() == ["OP-2026-00042-K", "2026-03-12", "2655200 XOF", "SHA-256 " + "ab" * 32]


def test_importing_loads_no_reportlab() -> None:
    code = (
        "import sys, portfolio.kit.pdf, portfolio.kit.pdf.register; "
        "sys.exit(any(name.startswith(('reportlab', 'segno', 'PIL')) for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
