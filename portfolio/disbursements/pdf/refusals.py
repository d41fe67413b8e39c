"""The note de rejet of the accountant and the ordre de réquisition of the ordonnateur: one page each (R3)."""

from __future__ import annotations

from typing import Any

from portfolio.agreements.pdf.parts import Facts, copies_to, day, long_day, sheet
from portfolio.disbursements.pdf.order import object_line, payee_line
from portfolio.kit.pdf import Paper, Signatory, amount
from portfolio.kit.words import amount_in_words


def _sheet(title: str, facts: Facts) -> Paper:
    paper = sheet(
        title,
        facts,
        [
            ("Ordre de paiement", facts["order"]),
            ("Convention", facts["agreement"]),
            ("Imputation", facts["line"]),
            ("Fonds", facts["fund"]),
            ("Exercice", str(facts["exercice"])),
        ],
        facts["amount_minor"],
        one_page=True,
    )
    paper.facts(
        [
            ("Bénéficiaire du paiement", facts["payee"]),
            ("Règlement", payee_line(facts)),
            ("Objet", object_line(facts)),
            ("Montant", amount(facts["amount_minor"])),
            ("Ordre signé le", long_day(facts["ordered_on"]) if facts["ordered_on"] else "non signé"),
        ]
    )
    return paper


def rejection_pdf(facts: dict[str, Any]) -> bytes:
    """« Note de rejet »: the cause, the reason, what may follow."""
    paper = _sheet("Note de rejet", facts)
    paper.heading("Cause et motif du rejet")
    paper.facts([("Cause", facts["cause"]), ("Motif", facts["reason"]), ("Règle", facts["cause_source"])])
    if facts["may_requisition"]:
        paper.para(
            "L'ordonnateur peut, par écrit et sous sa responsabilité, requérir le comptable de payer. La présente note est conservée "
            "au dossier, quelle que soit la suite."
        )
    elif facts["ordered_on"]:
        paper.para(
            "Ce rejet ne peut être levé par une réquisition de paiement : la somme reste impayée tant que sa cause demeure. La présente "
            "note est conservée au dossier."
        )
    else:
        paper.para("La tranche peut être demandée de nouveau. La présente note est conservée au dossier.")
    paper.arrete(
        f"Rejeté pour la somme de : {amount_in_words(facts['amount_minor'])} ({amount(facts['amount_minor'])})."
    )
    who = facts["refuser"]
    paper.signatures(
        [
            Signatory(
                who["function"] or "Le comptable",
                who["name"],
                act=who["act"],
                on=day(who["on"]),
                label="Rejeté par",
            ),
            Signatory("L'ordonnateur", "", label="Reçu le …………"),
        ]
    )
    return paper.render()


def requisition_pdf(facts: dict[str, Any]) -> bytes:
    """« Ordre de réquisition de paiement »: the refusal is named, the ordonnateur says why and answers for it."""
    refused, who = facts["refusal"], facts["signer"]
    paper = _sheet("Ordre de réquisition de paiement", facts)
    paper.heading("Rejet du comptable")
    paper.facts(
        [
            (
                "Note de rejet",
                f"{refused['rejection']} du {long_day(refused['refused_on'])}, {refused['refuser']['name']}",
            ),
            ("Cause", refused["cause"]),
            ("Motif", refused["reason"]),
        ]
    )
    paper.heading("Motif de la réquisition")
    paper.para(facts["reason"])
    paper.arrete(
        f"Le comptable est requis de payer, sous la responsabilité de l'ordonnateur, la somme de : "
        f"{amount_in_words(facts['amount_minor'])} ({amount(facts['amount_minor'])})."
    )
    paper.para(
        "La présente réquisition ne vaut ni ouverture de crédits, ni preuve du service fait, ni acquit libératoire. Elle est jointe à "
        "l'ordre de paiement et conservée sans limite de durée.",
        small=True,
    )
    paper.signatures(
        [
            Signatory(
                who["function"] or "L'ordonnateur",
                who["name"],
                act=who["act"],
                on=day(who["on"]),
                label="Réquisition de paiement",
            ),
            Signatory(refused["refuser"]["function"] or "Le comptable", "", label="Pris acte le …………"),
        ]
    )
    copies_to(paper, facts)
    return paper.render()
