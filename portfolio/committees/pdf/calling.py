"""Document 5, one letter a member with the list of dispatch; and the déclaration d'impartialité et de confidentialité."""

from __future__ import annotations

from datetime import date
from typing import Any

from portfolio.committees.pdf.frame import (
    CAPACITIES,
    FUNCTIONS,
    VOICES,
    about,
    body,
    capital,
    moment,
    paper,
    venue,
    when,
)
from portfolio.kit.grammar import of
from portfolio.kit.pdf import Column, Signatory, bind
from portfolio.kit.text import fold

SHOWN = 40
"""File numbers printed in the letter; beyond, the list is attached."""


def convocations_pdf(facts: dict[str, Any]) -> bytes:
    """Every letter, then the list of dispatch, in one file."""
    papers = [_letter(facts, each) for each in facts["letters"]]
    papers.append(_dispatch(facts))
    return bind(papers)


def _letter(facts: dict[str, Any], to: dict[str, Any]) -> Any:
    made = paper(facts, "", one_page=True, subject="Convocation", reference_lines=[])
    committee = facts["committee"]
    capacity = f"{CAPACITIES[to['capacity']]}, voix {VOICES[to['voice']]}"
    function = FUNCTIONS.get(to["function"], "")
    made.letter_to(
        [to["name"], to["structure"], f"{function}, {capacity}" if to["capacity"] == "titular" else capacity],
        about=f"Convocation à une séance du comité — {'première' if facts['convening'] == 1 else 'seconde'} convocation",
        salutation="Madame, Monsieur,",
    )
    named = (
        f", et {of(to['act'])} qui vous y nomme"
        if to["act"] and to["act"] != committee["act"]
        else ", qui vous y nomme"
        if to["act"]
        else ""
    )
    made.para(
        f"En vertu {of(committee['act'])}{named}, vous êtes convié(e) à la séance n° {facts['session_number']} "
        f"{of(committee['name'])}."
    )
    made.facts(
        [
            ("Date et heure", when(facts["scheduled_at"])),
            ("Lieu", ", ".join(x for x in (facts["place"], facts["room"]) if x)),
            ("Objet", capital(about(facts))),
            (
                "Quorum applicable",
                f"{facts['quorum']} voix délibératives sur {facts['members']} "
                f"({'première' if facts['convening'] == 1 else 'seconde'} convocation)",
            ),
        ]
    )
    made.para("Ordre du jour :", bold=True, align="left")
    made.bullets(
        [line for line in facts["agenda"].split("\n") if line.strip()] or [_default_agenda(facts)],
        numbered=True,
    )
    files = facts["files"]
    listed = " · ".join(files[:SHOWN])
    more = f" … et {len(files) - SHOWN} autres, liste jointe" if len(files) > SHOWN else ""
    made.para(
        f"Dossiers soumis ({len(files)}) : {listed}{more}. Pièces jointes : liste des dossiers, grille, synthèses.",
        small=True,
        align="left",
    )
    made.para(
        "Avant la séance et avant l'ouverture de tout dossier, vous voudrez bien déclarer tout lien avec un demandeur "
        "(famille, association, employeur, dette, même village). En cas de lien, le dossier ne vous sera pas ouvert et vous quitterez "
        "la salle pendant son examen. Le membre titulaire empêché en avise sans délai le secrétariat, qui appelle son suppléant ; "
        "le suppléant n'a voix délibérative qu'à la place d'un titulaire absent."
    )
    signer = facts["signed_by"]
    presides = fold(signer["function"]).startswith("president")
    made.signatures(
        [
            Signatory(
                signer["function"],
                signer["name"],
                label="" if presides else "Pour le président du comité et par ordre",
            )
        ],
        done=False,
    )
    made.tear_off_acknowledgement(to["name"])
    return made


def _default_agenda(facts: dict[str, Any]) -> str:
    return f"Examen des dossiers et propositions relatives à {about(facts)}"


def _dispatch(facts: dict[str, Any]) -> Any:
    made = paper(facts, "Liste de diffusion des convocations")
    made.para(f"Séance du {when(facts['scheduled_at'])}, {venue(facts)}. Objet : {about(facts)}.")
    made.table(
        [
            Column("Nom et prénom", weight=1.6),
            Column("Structure", weight=1.4),
            Column("Qualité", weight=1.1),
            Column("Remise le, à", 28, kind="blank"),
            Column("Signature", 36, kind="blank"),
        ],
        [(x["name"], x["structure"], CAPACITIES[x["capacity"]], None, None) for x in facts["letters"]],
        row_mm=10,
    )
    return made


LINKS = ("lien de famille", "association commune", "employeur", "dette ou créance", "même village")


def declaration_pdf(facts: dict[str, Any]) -> bytes:
    """The declaration of one member: links file by file, the undertaking, and the dates, each before access."""
    title = "Déclaration d'impartialité et de confidentialité"
    made = paper(facts, title, on=_signed_on(facts), paraphe=True)
    capacity = FUNCTIONS.get(facts["function"], facts["function"])
    made.para(
        f"Je soussigné(e) {facts['name']}{', ' + facts['structure'] if facts['structure'] else ''}, {capacity} "
        f"{of(body(facts))}, appelé(e) à siéger le {when(facts['scheduled_at'])} {venue(facts)} au sujet de {about(facts)},"
    )
    made.para("déclare, pour chacun des dossiers ci-après, les liens suivants (" + ", ".join(LINKS) + ") :")
    made.table(
        [
            Column("Dossier", 30, kind="code"),
            Column("Demandeur", weight=1.5),
            Column("Commune", weight=1),
            Column("Lien", 16),
            Column("Nature du lien", weight=1.3),
            Column("Déclaré le", 33, kind="code"),
        ],
        [
            (
                f["reference"],
                f["applicant"] if not f["linked"] else "—",
                f["commune"] if not f["linked"] else "—",
                {True: "oui", False: "aucun", None: "à déclarer"}[f["linked"]],
                f["nature"],
                moment(f["declared_at"]),
            )
            for f in facts["files"]
        ],
    )
    made.para(
        "Je m'engage à n'ouvrir aucun dossier avant d'avoir déclaré ; à quitter la salle pendant l'examen des dossiers avec lesquels un lien "
        "m'attache ; à signaler sans délai tout lien découvert plus tard ; à garder le secret des délibérations, des notes et des pièces ; "
        "à n'accepter aucun avantage d'un demandeur."
    )
    made.signatures([Signatory(facts.get("title") or capacity, facts["name"], on=_signed_on(facts))])
    return made.render()


def _signed_on(facts: dict[str, Any]) -> date | None:
    dates = [moment(f["declared_at"]) for f in facts["files"]]
    if not dates or any(d is None for d in dates):
        return None
    return max(d.date() for d in dates if d is not None)
