"""Document 6: the attendance sheet, landscape, rows high enough to sign in, empty rows struck out."""

from __future__ import annotations

from typing import Any

from portfolio.committees.pdf.frame import CAPACITIES, FUNCTIONS, VOICES, about, capital, hour, paper, when
from portfolio.kit.pdf import Column, Paper, Signatory

STRUCK = "— — —"


def presence_table(made: Paper, people: list[dict[str, Any]], *, row_mm: float = 12) -> None:
    """The table of those called; whoever did not come has the line struck out or the reason of the absence."""
    rows = []
    for person in people:
        came = bool(person["arrived_at"])
        voice = VOICES[person["voice"]]
        if person["replaces"]:
            voice = f"{voice}, remplace {person['replaces']}"
        absent = f"excusé(e) : {person['excused']}" if person["excused"] else "absent(e)"
        capacity = CAPACITIES[person["capacity"]]
        if person["capacity"] == "titular":
            capacity = f"{capacity}, {FUNCTIONS.get(person['function'], '')}"
        rows.append(
            (
                person["name"],
                person["structure"],
                capacity,
                voice,
                hour(person["arrived_at"]) if came else absent,
                "" if came else STRUCK,
                hour(person["left_at"]) if came else STRUCK,
                "" if came else STRUCK,
            )
        )
    made.table(
        [
            Column("Nom et prénom", weight=1.4),
            Column("Structure", weight=1.3),
            Column("Qualité", weight=1),
            Column("Voix", weight=1),
            Column("Arrivée", 26),
            Column("Signature", 34),
            Column("Départ", 18),
            Column("Signature", 34),
        ],
        rows,
        row_mm=row_mm,
    )


def presence_pdf(facts: dict[str, Any]) -> bytes:
    """The sheet of one session, certified by the secretary and the president."""
    made = paper(facts, "Feuille de présence", landscape=True)
    made.facts(
        [
            ("Organe", facts["committee"]["name"]),
            ("Objet", capital(about(facts))),
            ("Séance", f"{when(facts['scheduled_at'])}, {facts['place']}"),
            ("Convocation", "première" if facts["convening"] == 1 else "seconde"),
        ],
        columns=2,
    )
    presence_table(made, facts["people"])
    reached = "oui" if facts["reached"] else "non"
    made.arrete(
        f"Membres en exercice : {facts['members']} · présents à voix délibérative : {facts['voices']} · "
        f"quorum requis : {facts['quorum']} · atteint : {reached}"
    )
    people = facts["people"]
    secretary = next((p["name"] for p in people if p["function"] == "secretary"), "")
    president = next((p["name"] for p in people if p["function"] == "president"), "")
    made.signatures(
        [
            Signatory("Le secrétaire de séance", secretary, label="Certifié exact"),
            Signatory("Le président du comité", president, label="Certifié exact"),
        ]
    )
    return made.render()
