"""The demande de décaissement and the fiche de liquidation (or attestation de service fait), condition by condition."""

from __future__ import annotations

from typing import Any

from portfolio.agreements.pdf.parts import MODALITIES, Facts, day, long_day, sheet
from portfolio.agreements.reference import SERVICE_DONE
from portfolio.disbursements.pdf.order import object_line, payee_line
from portfolio.kit.pdf import Column, Paper, Signatory, amount, figures
from portfolio.kit.words import MONTHS, amount_in_words


def _references(facts: Facts) -> list[tuple[str, str]]:
    return [
        ("Appel", facts["call"]),
        ("Dossier", facts["application"]),
        ("Convention", facts["agreement"]),
        ("Fonds", facts["fund"]),
        ("Imputation", facts["line"]),
        ("Exercice", str(facts["exercice"])),
    ]


def _value(row: Facts) -> str:
    """« T1 : 1 068 000 / 1 780 000 » with its figures grouped; the year of a date is no amount."""
    parts: list[str] = []
    for word in str(row["value"]).split(" "):
        amounts = word.isdigit() and len(word) > 3 and (not parts or parts[-1] not in MONTHS)
        parts.append(figures(int(word)) if amounts else word)
    value = " ".join(parts)
    if row["waived"]:
        return f"dérogation : {row['waiver_reason']}"
    return value


def _conditions(paper: Paper, facts: Facts, *, claimed: bool) -> None:
    rows = [
        [
            c["condition"],
            c["source"] or "constat",
            _value(c) or "—",
            "oui" if c["met"] else "non",
            day(c["on"]),
            c["by"] or "—",
        ]
        for c in facts["conditions"]
    ]
    paper.heading("Conditions invoquées et leurs preuves" if claimed else "Constat, condition par condition")
    if not rows:
        paper.para("Aucune condition n'est posée à cette tranche.")
        return
    paper.table(
        (
            Column("Condition", weight=2),
            Column("Source", 24),
            Column("Valeur ou pièce", weight=2.2),
            Column("Remplie", 17, align="center"),
            Column("Le", 21, kind="date"),
            Column("Constatée par", 30),
        ),
        rows,
    )


def _subject(paper: Paper, facts: Facts, *more: tuple[str, str]) -> None:
    paper.facts(
        [
            ("Bénéficiaire de la subvention", f"{facts['group']}, {facts['place']}"),
            ("Objet", object_line(facts)),
            ("Modalité", MODALITIES[facts["modality"]]),
            ("Montant de la tranche", amount(facts["tranche_minor"])),
            ("Payé à", facts["payee"]),
            ("Règlement", payee_line(facts)),
            *more,
        ]
    )


def request_pdf(facts: dict[str, Any]) -> bytes:
    """The demande de décaissement: conditions claimed with proofs, account; what is missing, in francs."""
    paper = sheet("Demande de décaissement", facts, _references(facts), facts["amount_minor"], one_page=True)
    _subject(paper, facts)
    _conditions(paper, facts, claimed=True)
    paper.heading("Ce qui manque")
    if facts["missing"]:
        paper.bullets([m["message"] for m in facts["missing"]])
    else:
        paper.para("Rien : toutes les conditions sont remplies à la date de la demande.")
    if facts["papers"]:
        paper.heading("Pièces jointes")
        paper.bullets(facts["papers"], numbered=True)
    paper.arrete(
        f"Somme demandée : {amount_in_words(facts['amount_minor'])} ({amount(facts['amount_minor'])})."
    )
    requester, signatory = facts["requester"], facts["signatory"]
    paper.signatures(
        [
            Signatory(
                signatory["function"] or "Le ou la signataire",
                signatory["name"],
                label="Pour le bénéficiaire",
            ),
            Signatory(
                requester["function"] or "Chargé(e) de subventions",
                requester["name"],
                act=requester["act"],
                on=day(requester["on"]),
                label="Reçu et vérifié",
            ),
        ]
    )
    return paper.render()


def liquidation_pdf(facts: dict[str, Any]) -> bytes:
    """The fiche de liquidation of an advance; « attestation de service fait » for what a supplier is paid and for a reimbursement."""
    done = facts["modality"] in SERVICE_DONE
    signer = facts["liquidator"]
    paper = sheet(
        "Attestation de service fait" if done else "Fiche de liquidation",
        {**facts, "draft": not signer["on"] or bool(facts.get("draft"))},
        _references(facts),
        facts["amount_minor"],
        one_page=True,
    )
    _subject(paper, facts, ("Demande", f"{facts['order']}-DD du {long_day(facts['requested_on'])}"))
    _conditions(paper, facts, claimed=False)
    if facts["papers"]:
        paper.heading("Pièces examinées")
        paper.bullets(facts["papers"], numbered=True)
    if receptions := facts.get("receptions"):
        paper.heading("Service fait constaté par")
        paper.bullets([f"Procès-verbal {r['reference']} du {long_day(r['on'])}" for r in receptions])
    shown = "" if receptions else ", au vu des dépenses présentées et acceptées"
    said = (
        f"Certifié le service fait{shown}, à {paper.place}, le {long_day(facts['on'])}, et liquidé"
        if receptions or facts["modality"] == "reimbursement"
        else "Constaté la réalisation des conditions et liquidé"
    )
    paper.arrete(
        f"{said} à la somme de : {amount_in_words(facts['amount_minor'])} ({amount(facts['amount_minor'])})."
    )
    paper.signatures(
        [
            Signatory(
                signer["function"] or "Le liquidateur",
                signer["name"],
                act=signer["act"],
                on=day(signer["on"]),
                label="Vu et liquidé",
            )
        ]
    )
    return paper.render()
