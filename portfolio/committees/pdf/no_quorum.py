"""« PROCÈS-VERBAL DE CARENCE »: a session without quorum (R19)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from portfolio.committees.pdf.frame import CAPACITIES, FUNCTIONS, about, body, hour, moment, paper, venue
from portfolio.committees.pdf.minutes import day_of, quorum_line
from portfolio.kit.grammar import of
from portfolio.kit.pdf import Column, Paper, Signatory
from portfolio.kit.words import date_in_words, hour_in_words

Facts = dict[str, Any]


def no_quorum_pdf(facts: Facts) -> bytes:
    """« PROCÈS-VERBAL DE CARENCE »: who came, how many voices were lacking, that a second convocation follows."""
    made = paper(facts, "Procès-verbal de carence", paraphe=True, on=day_of(facts), one_page=True)
    at = moment(facts["scheduled_at"]) or datetime(2000, 1, 1, tzinfo=UTC)
    made.opening(
        f"{date_in_words(at)}, les membres {of(body(facts))}, ont été convoqués {venue(facts)}, "
        f"à l'effet d'examiner les dossiers relatifs à {about(facts)}."
    )
    made.para(
        f"Il a été constaté, à {hour_in_words(moment(facts['closed_at']) or at)}, que le quorum n'est pas atteint : {facts['voices']} voix "
        f"délibératives présentes sur {facts['members']} membres en exercice, {facts['quorum']} requises."
    )
    made.para(quorum_line(facts))
    presence_upright(made, facts)
    made.para(
        "En conséquence, le comité n'a pu délibérer et aucune proposition n'a été faite. Une seconde convocation sera adressée à tous les membres, "
        "avec le quorum que l'acte de création prévoit pour elle. En foi de quoi le présent procès-verbal de carence a été dressé pour servir et "
        "valoir ce que de droit."
    )
    chair = facts.get("chair")
    made.signatures(
        [
            Signatory("Le secrétaire de séance", facts["secretary"]),
            Signatory(
                "Le président de séance" if chair else "Le doyen des membres présents",
                chair["name"] if chair else "",
            ),
        ]
    )
    return made.render()


def presence_upright(made: Paper, facts: Facts) -> None:
    """Those called, on an upright page: present with their hour, excused, absent."""
    rows = [
        (
            p["name"],
            FUNCTIONS.get(p["function"], "") if p["capacity"] == "titular" else CAPACITIES[p["capacity"]],
            "délibérative" if p["voice"] == "deliberative" else "consultative",
            f"présent(e), {hour(p['arrived_at'])}"
            if p["arrived_at"]
            else (f"excusé(e) : {p['excused']}" if p["excused"] else "absent(e)"),
        )
        for p in facts["people"]
    ]
    made.table(
        [
            Column("Nom et prénom", weight=1.4),
            Column("Qualité", weight=1),
            Column("Voix", 26),
            Column("Présence", weight=1.4),
        ],
        rows,
    )
