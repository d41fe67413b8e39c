"""Rapport financier et bordereau des pièces justificatives (document 16)."""

from __future__ import annotations

from datetime import date
from typing import Any

from portfolio.justifications.pdf.parts import day, new_paper, office, on_day
from portfolio.kit.grammar import counted
from portfolio.kit.pdf import Column, Paper, Signatory, amount
from portfolio.kit.words import amount_in_words

_SOURCES = {"S": "subvention", "N": "apport numéraire", "V": "apport en nature", "": ""}


def report_pdf(facts: dict[str, Any]) -> bytes:
    """Document 16: landscape; the row numbers are those written on the papers."""
    progress, cash, own = facts["progress"], facts["cash"], facts["own"]
    presented = sum(row["amount_minor"] for row in facts["rows"])
    paper = new_paper(
        facts,
        "Rapport financier et bordereau des pièces justificatives",
        facts["report"],
        presented,
        landscape=True,
        draft=facts["status"] == "draft",
        paraphe=True,
    )
    tranche = facts["tranche"]
    paper.facts(
        [
            ("Bénéficiaire", facts["group"]["name"]),
            ("Micro-projet", facts["title"]),
            ("Tranche", f"n° {tranche['number']} : {amount(progress['paid_minor'])}"),
            ("Versée le", day(tranche["paid_on"])),
            ("Période", f"du {day(facts['from_on'])} au {day(facts['to_on'])}"),
            ("Taux de justification", f"{progress['percent']} de la tranche"),
        ],
        columns=2,
    )
    paper.heading("1. Exécution par ligne budgétaire")
    paper.table(
        [
            Column("Ligne budgétaire", weight=3),
            Column("Financement", 28),
            Column("Prévu", 22, kind="amount"),
            Column("Révisé", 22, kind="amount"),
            Column("Avant", 22, kind="amount"),
            Column("De la période", 24, kind="amount"),
            Column("Cumul", 22, kind="amount"),
            Column("Solde", 22, kind="amount"),
            Column("Taux", 14, align="right"),
        ],
        [
            (
                use["label"],
                _SOURCES[use["source"]],
                use["first_minor"],
                use["planned_minor"],
                use["before_minor"],
                use["period_minor"],
                use["total_minor"],
                use["left_minor"],
                f"{use['total_minor'] * 100 // use['planned_minor']} %" if use["planned_minor"] else "—",
            )
            for use in facts["uses"]
        ],
        total="Total",
        carry=(2, 3, 4, 5, 6, 7),
        unit="francs CFA",
    )
    rejected = sum(row["refused_minor"] for row in facts["rows"])
    period = sum(use["period_minor"] for use in facts["uses"])
    if rejected:
        paper.para(
            f"Le tableau ne compte pas les dépenses rejetées : {amount(period)} retenus ou en suspens + {amount(rejected)} rejetés "
            f"= {amount(presented)} présentés.",
            align="left",
            small=True,
        )
    _overruns(paper, facts)
    paper.facts(
        [
            (
                "Apport constaté, en numéraire",
                f"{amount(own['cash_minor'])} sur {amount(own['cash_due_minor'])}",
            ),
            (
                "Apport constaté, en nature",
                f"{amount(own['kind_minor'])} sur {amount(own['kind_due_minor'])}",
            ),
        ],
        columns=2,
        label_mm=58,
    )
    paper.heading("2. Situation de trésorerie")
    paper.table(
        [Column("Rubrique", weight=3), Column("Montant", 40, kind="amount")],
        [
            ("Solde d'ouverture", cash["opening_minor"]),
            ("+ Reçu de l'Autorité dans la période", cash["received_minor"]),
            ("– Dépensé dans la période", cash["spent_minor"]),
            ("= Solde de clôture", cash["closing_minor"]),
            ("Solde de la banque, du SFD ou de la caisse", cash["bank_minor"]),
            ("Écart", cash["gap_minor"]),
        ],
        numbered=False,
        unit="francs CFA",
        bold_rows=(3,),
    )
    if cash["note"]:
        paper.para(f"Explication de l'écart : {cash['note']}")
    paper.heading("3. Bordereau des pièces justificatives")
    paper.table(
        [
            Column("N°", 9, kind="number"),
            Column("Date", 19, kind="code"),
            Column("Fournisseur ou signataire", weight=2.1),
            Column("NIF / IFU", 21, kind="code"),
            Column("Nature et numéro de la pièce", weight=2.6),
            Column("Ligne", weight=2.1),
            Column("Mode", 17),
            Column("Montant", 19, kind="amount"),
            Column("Accepté", 19, kind="amount"),
            Column("En suspens", 19, kind="amount"),
            Column("Rejeté", 19, kind="amount"),
            Column("Motif", weight=2.3),
        ],
        [
            (
                row["number"],
                f"{date.fromisoformat(row['on']):%d/%m/%Y}",
                row["supplier"],
                row["tax_number"] or "—",
                f"{row['kind']} — {row['voucher']}"
                + (f"\n{row['description']}" if row["description"] else ""),
                row["line"],
                row["method"],
                row["amount_minor"],
                row["accepted_minor"],
                row["queried_minor"],
                row["refused_minor"],
                row["reason"] or "—",
            )
            for row in facts["rows"]
        ],
        total="Total",
        carry=(7, 8, 9, 10),
        numbered=False,
        unit="francs CFA",
    )
    paper.arrete(
        f"Arrêté le présent bordereau à {counted(len(facts['rows']), 'pièce', 'pièces')} et à la somme de : {amount_in_words(presented)} "
        f"({amount(presented)})."
    )
    paper.para(
        "Nous certifions sincères et véritables les dépenses ci-dessus, faites pour le seul micro-projet et dont les originaux "
        "portent les numéros du présent bordereau."
    )
    paper.signatures([Signatory(office(person), person["name"]) for person in facts["bureau"]])
    paper.heading("Réservé au vérificateur")
    paper.facts(
        [
            (
                "Montant de la tranche à rembourser"
                if facts.get("reimbursed")
                else "Avance reçue sur la tranche",
                amount(progress["paid_minor"]),
            ),
            ("Dépenses acceptées", amount(progress["accepted_minor"])),
            ("Dépenses en suspens", amount(progress["queried_minor"])),
            ("Dépenses rejetées", amount(progress["refused_minor"])),
            ("Non présenté", amount(progress["not_presented_minor"])),
            ("Taux de justification", progress["percent"]),
        ],
        columns=2,
        label_mm=58,
    )
    unlocks = [
        f"La tranche {unlock['number']} demande {unlock['threshold']} % : "
        + (
            f"il manque {amount(unlock['lacking_minor'])} de dépenses acceptées."
            if unlock["lacking_minor"]
            else "la condition est remplie."
        )
        for unlock in facts["unlocks"]
    ]
    if unlocks:
        paper.para("\n".join(unlocks), align="left")
    people = (("Examiné par", facts["reviewer"]), ("Validé par une seconde personne", facts["validator"]))
    paper.signatures(
        [
            Signatory(
                who["function"] or words, who["name"], act=who["act"], label=words, on=on_day(who["on"])
            )
            for words, who in people
        ],
        done=False,
    )
    return paper.render()


def _overruns(paper: Paper, facts: dict[str, Any]) -> None:
    """Beyond the tolerance a line needs an avenant (article 18 of the convention); until then, why it is exceeded, line by line."""
    told = facts["overruns"]
    paper.para(
        f"Dépassements de ligne au-delà de {facts['tolerance_percent']} % : {'' if told else 'néant.'}",
        align="left",
        small=True,
    )
    paper.bullets(
        [
            f"{over['label']}, {amount(over['over_minor'])} au-delà du budget. Explication : {over['note'] or '.' * 80}"
            for over in told
        ]
    )
