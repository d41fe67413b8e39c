"""The radio communiqué: at most 1 200 characters, read aloud in the languages of the area (documents.md 1)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from portfolio.calls.pdf.notice import letterhead, who_lines
from portfolio.kit.pdf import Paper, qr_text
from portfolio.kit.words import amount_in_words

LONGEST = 1200
"""Characters of a communiqué, spaces included: about one minute and a half of reading."""


def _sentences(f: Mapping[str, Any]) -> list[tuple[int, str]]:
    """(importance, sentence): the least important are left out first when the text is too long."""
    currency = f["currency"]
    places = " ; ".join(f"{p['country']}, {p['text']}" for p in f["places"])
    countries = ", ".join(p["country"] for p in f["places"])
    house = f["institution"][0].capitalize() if f["institution"] else "L'Autorité"
    return [
        (0, f"Communiqué. {_title(house)} lance un appel à propositions : {f['title'].rstrip('. ')}."),
        (1, who_lines(f)[0]),
        (4, " ".join(who_lines(f)[1:])),
        (
            5,
            f"Lieux : {places}."
            if len(places) < 330
            else f"Pays : {countries}. La liste des lieux est affichée.",
        ),
        (
            2,
            f"Chaque micro-projet retenu reçoit entre {amount_in_words(f['floor_minor'], currency)} et "
            f"{amount_in_words(f['ceiling_minor'], currency)}.",
        ),
        (6, f"Le demandeur apporte au moins {f['own_percent']} pour cent du coût."),
        (0, f"Les dossiers sont reçus jusqu'au {f['deadline']}."),
        (3, f"Lieu de dépôt : {_inline(f['filing_place'])}."),
        (0, "Le dossier de candidature est gratuit : ne payez personne."),
        (2, f"Renseignements : {f['contact'].rstrip('. ')}, jusqu'au {f['questions_until']}."),
        (7, f"Pour signaler un fait de corruption : {f['corruption'].rstrip('. ')}."),
    ]


def _inline(text: str) -> str:
    """Lines as one sentence, a semicolon where a line ended."""
    return " ; ".join(line.strip().rstrip(" ;.") for line in text.split("\n") if line.strip())


def _title(house: str) -> str:
    words = house.split()
    small = {"des", "de", "du", "la", "le", "les", "et", "d", "l"}
    return (
        "L'" + " ".join(w if w in small else w.capitalize() for w in words)
        if words[0][:1].upper() in "AEIOU"
        else " ".join(words)
    )


def radio_text(facts: Mapping[str, Any]) -> str:
    """The text to be read; never longer than 1 200 characters, and never without the deadline and « gratuit »."""
    sentences = _sentences(facts)
    while True:
        text = " ".join(words for _rank, words in sentences)
        if len(text) <= LONGEST:
            return text
        worst = max(rank for rank, _words in sentences)
        if worst == 0:
            return text[: LONGEST - 1].rsplit(" ", 1)[0] + "…"
        sentences = [pair for pair in sentences if pair[0] != worst]


def radio_pdf(facts: Mapping[str, Any]) -> bytes:
    """The communiqué on one page, with what the radio fills in: station, language, dates, signature (proof of broadcast)."""
    f = facts
    on = date.fromisoformat(f["on"])
    text = radio_text(f)
    paper = Paper(
        "Communiqué radio",
        f["reference"],
        letterhead(f),
        reference_lines=(("Appel", f["code"]),),
        on=on,
        one_page=True,
        fingerprint=f["fingerprint"],
        qr=qr_text(f["reference"], on, fingerprint=f["fingerprint"]),
    )
    paper.boxed(text)
    paper.para(f"{len(text)} caractères, espaces compris (1 200 au plus).", small=True, align="right")
    paper.heading("Attestation de diffusion")
    paper.para("À remplir par la station et à rendre à l'Autorité : elle prouve la publicité de l'appel.")
    paper.facts(
        [
            (label, "." * 90)
            for label in ("Station", "Langues", "Dates et heures", "Nom et fonction", "Signature et cachet")
        ],
        label_mm=40,
    )
    return paper.render()
