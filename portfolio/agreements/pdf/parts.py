"""What the papers of an agreement have in common: heading, dates, people, tables. Papers are French whatever the screen says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from portfolio.agreements.reference.placeholders import ACCOUNTS as ACCOUNTS
from portfolio.agreements.reference.placeholders import OFFICES as OFFICES
from portfolio.kit.pdf import Column, Letterhead, Paper, Signatory, qr_text, short_fingerprint
from portfolio.kit.words import date_long

Facts = Mapping[str, Any]

MODALITIES = {
    "advance": "avance à justifier",
    "direct": "paiement direct au fournisseur",
    "reimbursement": "remboursement",
    "kind": "remise en nature",
}


def day(text: str | None) -> date | None:
    """An ISO date of the facts, or None."""
    return date.fromisoformat(text) if text else None


def long_day(text: str | None) -> str:
    """« 12 mars 2026 », or a dotted place to write it."""
    found = day(text)
    return date_long(found) if found else "……………………"


def heading(facts: Facts) -> Letterhead:
    """The letterhead of the facts."""
    head = facts["letterhead"]
    return Letterhead(tuple(head["lines"]), head["service"], head["place"])


def on(facts: Facts) -> date:
    """The day of the paper."""
    return date.fromisoformat(facts["on"])


def sheet(
    title: str, facts: Facts, references: Sequence[tuple[str, str]], amount_minor: int | None, **more: Any
) -> Paper:
    """A paper with its reference line, its fingerprint and its QR (F3, F12); a draft has neither."""
    reference, fingerprint = str(facts["reference"]), facts.get("fingerprint")
    qr = (
        qr_text(
            reference,
            on(facts),
            fingerprint=fingerprint,
            amount_minor=amount_minor,
            currency=facts["currency"],
        )
        if fingerprint
        else None
    )
    paper = Paper(
        title,
        reference,
        heading(facts),
        reference_lines=references,
        on=on(facts),
        draft=bool(facts.get("draft")),
        fingerprint=fingerprint,
        qr=qr,
        **more,
    )
    if said := facts.get("template"):
        model = f"Modèle {said['code']}, version {said['version']} : {short_fingerprint(said['hash'])}"
        paper.marks = replace(paper.marks, model=model)
    return paper


def references(facts: Facts) -> list[tuple[str, str]]:
    """Appel, dossier, fonds, imputation, exercice."""
    return [
        ("Appel", facts["call"]),
        ("Dossier", facts["application"]),
        ("Fonds", facts["fund"]),
        ("Imputation", facts["line"]),
        ("Exercice", str(facts["exercice"])),
    ]


def authority(facts: Facts) -> Signatory:
    """The ordonnateur's signature, with the capacity when he was represented (F5, R10)."""
    signed = facts["authority_signature"]
    return Signatory(
        function=signed["function"] or facts.get("head") or "L'ordonnateur",
        name=signed["name"],
        act=signed["capacity"],
        on=day(signed["on"]),
        label="Pour l'Autorité",
    )


def beneficiary(facts: Facts) -> Signatory:
    """The signature of the group."""
    signed = facts["group_signature"]
    return Signatory(
        function=signed["function"] or "Le ou la signataire",
        name=signed["name"],
        on=day(signed["on"]),
        label="Pour le bénéficiaire — « lu et approuvé »",
    )


def copies_to(paper: Paper, facts: Facts) -> None:
    """F13, as the facts of the day have it."""
    paper.ampliations(facts.get("ampliations", ()))


def signed_copy(paper: Paper, signed: Facts) -> None:
    """How the group signed: thumbprint and witnesses (F10, R17), and the fingerprint of the scan kept on file."""
    if signed["thumbprint"] or not signed["on"]:
        paper.thumbprint_block(signed["language"] or "")
    if signed["thumbprint"] and signed["witnesses"]:
        paper.facts(
            [
                *(
                    (f"Témoin {n}", f"{w['name']}, {w['paper']}")
                    for n, w in enumerate(signed["witnesses"], 1)
                ),
                ("Lu et traduit", f"en langue {signed['language']}, par {signed['translator']}"),
            ]
        )
    if signed["scan"]:
        paper.para(
            f"Exemplaire signé conservé au dossier, empreinte SHA-256 du fichier : {signed['scan']}",
            small=True,
        )


SCHEDULE = (
    Column("Tranche", 17),
    Column("Montant", 27, kind="amount"),
    Column("Modalité", 31),
    Column("Prévue le", 22, kind="date"),
    Column("Conditions"),
)


def schedule_rows(tranches: Sequence[Facts]) -> list[list[Any]]:
    """The rows of `SCHEDULE`."""
    return [
        [
            f"T{t['number']}",
            t["amount_minor"],
            MODALITIES[t["modality"]],
            day(t["planned_on"]),
            " ; ".join([*t.get("conditions", ()), *([t["label"]] if t["label"] else [])]) or "—",
        ]
        for t in tranches
    ]


BUDGET = (
    Column("Désignation", weight=2.4),
    Column("Unité", 21),
    Column("Quantité", 18, kind="number"),
    Column("Prix unitaire", 25, kind="amount"),
    Column("Montant", 27, kind="amount"),
    Column("Fin.", 10, align="center"),
)
FINANCED = "Fin. : S subvention, N apport en numéraire, V apport en nature valorisé."
"""What the last column of `BUDGET` says."""


def budget_rows(lines: Sequence[Facts]) -> list[list[Any]]:
    """The rows of `BUDGET`."""
    return [
        [
            line["label"],
            line["unit"],
            line["quantity"],
            line["unit_minor"],
            line["amount_minor"],
            line["source"],
        ]
        for line in lines
    ]


def budget_total(lines: Sequence[Facts]) -> list[Any]:
    """The total row of `BUDGET`."""
    return ["Total", None, None, None, sum(line["amount_minor"] for line in lines), None]
