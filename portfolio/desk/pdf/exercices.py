"""État des restes à payer et du report de crédits: per fund, line and agreement, with the credits of each line, at the close of an exercice."""

from __future__ import annotations

from datetime import date
from typing import Any

from portfolio.desk.pdf.statements import edited, paper, signers
from portfolio.kit.grammar import counted
from portfolio.kit.pdf import Column, Signatory, amount
from portfolio.kit.words import amount_in_words, date_long

Facts = dict[str, Any]
STAGES = ("Engagé non liquidé", "Liquidé non ordonnancé", "Ordonnancé non payé", "Reste à payer")
CREDITS = (
    "Votés",
    "Reportés de l'exercice précédent",
    "Payés",
    "Restes à payer",
    "Réservés",
    "Libres reportés",
    "Annulés",
)


def exercice_pdf(facts: Facts) -> bytes:
    """The paper kept at the close; before it, the same as a situation."""
    year, owed = facts["year"], facts["owed"]
    left = sum(row[7] for row in owed)
    carried = sum(row[5] + row[6] + row[7] for row in facts["credits"])
    lapsed = sum(row[8] for row in facts["credits"])
    made = paper(
        facts,
        f"État des restes à payer et du report de crédits — exercice {year}",
        total=left,
        landscape=True,
        reference_lines=[("Exercice", str(year)), ("Clôture", facts["closing"] or "non proposée")],
    )
    edited(made, facts)
    if facts["act"]:
        made.facts([("Acte", facts["act"]), ("Motif", facts["reason"])])
    made.heading("Restes à payer par engagement")
    made.table(
        [
            Column("Fonds", 16, kind="code"),
            Column("Ligne", 26, kind="code"),
            Column("Convention ou engagement", 38, kind="code"),
            Column("Bénéficiaire", weight=2),
            *(Column(label, 29, kind="amount") for label in STAGES),
        ],
        [tuple(row) for row in owed],
        total="Total",
        carry=(4, 5, 6, 7),
        unit="francs CFA",
    )
    if facts["funds"]:
        made.table(
            [
                Column("Fonds", weight=2),
                Column("Engagements", 30, kind="number"),
                Column("Reste à payer", 44, kind="amount"),
            ],
            [tuple(row) for row in facts["funds"]],
            total="Total",
            numbered=False,
            unit="francs CFA",
        )
    made.heading("Crédits de chaque ligne")
    made.table(
        [
            Column("Fonds", 16, kind="code"),
            Column("Ligne", weight=1),
            *(Column(label, 30, kind="amount") for label in CREDITS),
        ],
        [tuple(row) for row in facts["credits"]],
        total="Total",
        carry=tuple(range(2, 9)),
        numbered=False,
        unit="francs CFA",
    )
    made.arrete(
        f"Arrêté le présent état à {counted(len(owed), 'engagement', 'engagements')} et à la somme restant à payer de : "
        f"{amount_in_words(left)} ({amount(left)})."
    )
    if facts["closed"]:
        made.para(
            f"Les crédits reportés à l'exercice {year + 1} s'élèvent à {amount(carried)}, restes à payer compris ; "
            f"les crédits annulés à {amount(lapsed)}. L'exercice {year} est clos le {date_long(date.fromisoformat(facts['on']))}.",
            align="left",
        )
    else:
        made.para(f"L'exercice {year} n'est pas clos : cet état est celui du jour.", align="left")
    made.signatures(signers(facts, Signatory("L'ordonnateur", "", label="Arrêté par")))
    return made.render()
