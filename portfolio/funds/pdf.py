"""The letter that calls for funds, and the order that gives money back to a donor. French papers, whatever the screen speaks."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from portfolio.kit.pdf import Column, Letterhead, Paper, Signatory, amount, qr_text
from portfolio.kit.words import amount_in_words, date_long

Facts = dict[str, Any]


def _sheet(facts: Facts, title: str) -> Paper:
    on, mark, head = date.fromisoformat(facts["on"]), facts.get("fingerprint"), facts["letterhead"]
    total = facts["amount_minor"]
    return Paper(
        title,
        facts["reference"],
        Letterhead(tuple(head["lines"]), head["service"], head["place"]),
        on=on,
        reference_lines=[("Fonds", facts["fund"]), ("Accord", facts["agreement"] or "non numéroté")],
        fingerprint=mark,
        qr=qr_text(facts["reference"], on, fingerprint=mark, amount_minor=total) if mark else None,
    )


def _signers(facts: Facts, *labels: tuple[str, str]) -> list[Signatory]:
    return [
        Signatory(
            function or who.get("function", ""),
            who["name"],
            act=who["act"],
            label=label,
            on=date.fromisoformat(who["on"]) if who["on"] else None,
        )
        for (label, function), who in zip(labels, facts["signed"], strict=True)
    ]


def _rate(told: str, currency: str) -> str:
    """« 598,40 F CFA pour 1 USD »: a rate that begins with its figures says what it is the rate of; other words are left as they are."""
    found = re.fullmatch(r"(\d+)(?:,(\d+))?( .*)?", told)
    if found is None:
        return told
    whole, rest, source = found.groups()
    return f"{whole},{(rest or '').ljust(2, '0')} F CFA pour 1 {currency}{source or ''}"


def call_pdf(facts: Facts) -> bytes:
    """Appel de fonds: to whom, for which payments, what justifies it, the sum in figures and words, the account, two signatures."""
    paper, total = _sheet(facts, "Appel de fonds"), facts["amount_minor"]
    paper.para(f"À : {facts['donor']}", align="left")
    paper.para(
        f"Pour couvrir les paiements prévus jusqu'au {date_long(date.fromisoformat(facts['until_on']))}, nous vous prions de bien vouloir verser "
        f"la somme ci-dessous, si possible avant le {date_long(date.fromisoformat(facts['wanted_on']))}. Objet : {facts['purpose']}",
        align="left",
    )
    paper.table(
        [Column("Justification de la demande", weight=3), Column("Montant", 44, kind="amount")],
        [
            ("Paiements prévus sur le fonds jusqu'à cette date", facts["foreseen_minor"]),
            ("Trésorerie du fonds disponible ce jour", facts["cash_minor"]),
            ("Appels antérieurs non encore versés", facts["called_minor"]),
            (
                "Besoin : prévu moins disponible et attendu",
                facts["foreseen_minor"] - facts["cash_minor"] - facts["called_minor"],
            ),
            ("Montant demandé", total),
        ],
        numbered=False,
        bold_rows=(4,),
        unit="francs CFA",
    )
    foreign = facts["donor_currency"] != "XOF"
    paper.facts(
        [
            ("Montant dans la monnaie de l'accord", amount(facts["donor_minor"], facts["donor_currency"])),
            ("Taux", _rate(facts["rate"], facts["donor_currency"]) if foreign else "sans objet"),
            ("Montant de l'accord", amount(facts["granted_minor"], facts["donor_currency"])),
            ("Compte à créditer", facts["account"]),
            ("Titulaire", facts["holder"] or "l'institution"),
            ("Numéro", facts["number"] or "communiqué à part"),
        ],
        label_mm=62,
    )
    paper.arrete(
        f"Arrêté le présent appel de fonds à la somme de : {amount_in_words(total, facts['currency'])} ({amount(total, facts['currency'])})."
    )
    paper.signatures(_signers(facts, ("Préparé par", ""), ("L'ordonnateur", "")))
    return paper.render()


def refund_pdf(facts: Facts) -> bytes:
    """Reversement au bailleur: what was received, spent and engaged, what goes back, the transfer, three signatures."""
    paper, total = _sheet(facts, "Reversement au bailleur"), facts["amount_minor"]
    cash = facts["received_minor"] - facts["disbursed_minor"]
    paper.para(f"Bénéficiaire : {facts['donor']}. Motif : {facts['reason']}", align="left")
    paper.table(
        [Column("Situation du fonds avant le reversement", weight=3), Column("Montant", 44, kind="amount")],
        [
            ("Fonds reçus", facts["received_minor"]),
            ("Décaissements, frais compris", facts["disbursed_minor"]),
            ("Trésorerie du fonds", cash),
            ("Engagé et non payé", facts["owed_minor"]),
            ("Réservé", facts["reserved_minor"]),
            ("Ni dépensé ni engagé", cash - facts["owed_minor"] - facts["reserved_minor"]),
            ("Montant reversé", total),
        ],
        numbered=False,
        bold_rows=(6,),
        unit="francs CFA",
    )
    paper.facts(
        [
            ("Compte débité", facts["account"]),
            ("Référence du virement", facts["bank_reference"]),
            ("Payé le", date_long(date.fromisoformat(facts["paid_on"])) if facts["paid_on"] else ""),
        ],
        label_mm=62,
    )
    paper.arrete(
        f"Arrêté le présent reversement à la somme de : {amount_in_words(total, facts['currency'])} ({amount(total, facts['currency'])})."
    )
    paper.signatures(
        _signers(
            facts, ("Proposé par", ""), ("Approuvé par", "L'ordonnateur"), ("Payé par", "L'agent comptable")
        )
    )
    return paper.render()
