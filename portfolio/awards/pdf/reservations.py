"""État de réservation des crédits: the annex of the PV that says what the committee's proposals block, and on which line (R1)."""

from __future__ import annotations

from typing import Any

from portfolio.awards.pdf.acts import day, new_paper
from portfolio.kit.pdf import Column, Signatory, amount
from portfolio.kit.words import amount_in_words


def reservation_pdf(facts: dict[str, Any]) -> bytes:
    """One row a file, one a line of the budget; nothing is owed yet, and the paper says so."""
    total = facts["total_minor"]
    made = new_paper(
        facts,
        "État de réservation des crédits",
        landscape=True,
        amount_minor=total,
        reference_lines=[
            ("Appel", facts["call"]),
            ("Annexe du PV", facts["minutes"]),
            ("Exercice", facts["exercices"]),
        ],
    )
    made.para(
        f"Les crédits ci-dessous sont réservés au vu des propositions du comité, procès-verbal n° {facts['minutes']}. La réservation ne vaut ni "
        "engagement ni attribution : rien n'est dû avant la décision de l'ordonnateur et la convention.",
        align="left",
    )
    made.table(
        [
            Column("Dossier", 42, kind="code"),
            Column("Demandeur", weight=1.6),
            Column("Commune", weight=1),
            Column("Objet", weight=1.8),
            Column("Imputation", 34, kind="code"),
            Column("Montant réservé", 32, kind="amount"),
        ],
        [
            (r["file"], r["applicant"], r["commune"], r["title"], r["line"], r["amount_minor"])
            for r in facts["rows"]
        ],
        total="Total",
        carry=(5,),
        unit="francs CFA",
    )
    made.heading("Situation des lignes")
    made.table(
        [
            Column("Ligne", weight=2),
            Column("Part de l'appel", 36, kind="amount"),
            Column("Engagé et réservé avant", 40, kind="amount"),
            Column("Présente réservation", 38, kind="amount"),
            Column("Disponible après", 36, kind="amount"),
        ],
        [
            (
                f"{u['line']} — {u['label']}",
                u["share_minor"],
                u["before_minor"],
                u["present_minor"],
                u["share_minor"] - u["before_minor"] - u["present_minor"],
            )
            for u in facts["lines"]
        ],
        numbered=False,
        unit="francs CFA",
    )
    made.arrete(
        f"Arrêté le présent état à la somme de : {amount_in_words(total, facts['currency'])} ({amount(total, facts['currency'])})."
    )
    who = facts["reserved_by"]
    made.signatures(
        [
            Signatory(
                who["function"] or "Chargé(e) de subventions",
                who["name"],
                act=who["act"],
                on=day(facts["on"]),
                label="Établi par",
            ),
            Signatory("Chef(fe) de programme", "", label="Vérifié"),
        ]
    )
    made.ampliations(facts.get("ampliations", ()))
    return made.render()
