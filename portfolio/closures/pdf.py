"""Attestation de clôture (document 20): one page and its list. Never « quitus »: that word discharges an accountant."""

from __future__ import annotations

from datetime import date
from typing import Any

from portfolio.kit.grammar import the
from portfolio.kit.pdf import Column, Letterhead, Paper, Signatory, amount, qr_text
from portfolio.kit.words import amount_in_words, date_long


def _day(text: str) -> str:
    return date_long(date.fromisoformat(text)) if text else ""


def closure_pdf(facts: dict[str, Any]) -> bytes:
    """The certificate, from its facts."""
    on, head, mark = date.fromisoformat(facts["on"]), facts["letterhead"], facts.get("fingerprint")
    paper = Paper(
        "Attestation de clôture",
        facts["closure"],
        Letterhead(tuple(head["lines"]), head["service"], head["place"]),
        reference_lines=[
            ("Appel", facts["call"]),
            ("Convention", facts["agreement"]),
            ("Fonds", facts["fund"]),
            ("Imputation", facts["line"]),
            ("Exercice", str(facts["exercice"])),
        ],
        on=on,
        draft=facts["status"] != "attested",
        fingerprint=mark,
        qr=qr_text(facts["closure"], on, fingerprint=mark, amount_minor=facts["paid_minor"])
        if mark
        else None,
        one_page=not facts["equipment"],
    )
    signed = f", signée le {_day(facts['signed_on'])}" if facts["signed_on"] else ""
    paper.para(
        f"Il est attesté que la convention de subvention n° {facts['agreement']}{signed}, passée avec {the(facts['group'])} pour "
        f"« {facts['title']} » sur le fondement de la décision n° {facts['decision']}, est close à la date de la présente."
    )
    paper.facts(
        [
            ("Bénéficiaire", facts["group"]),
            ("Avenants", ", ".join(facts["amendments"]) or "néant"),
            ("Points ouverts", "néant"),
        ]
    )
    paper.heading("Compte de la subvention")
    rows = [
        ("Engagé", facts["committed_minor"]),
        ("Payé", facts["paid_minor"]),
        ("Justifié et accepté", facts["justified_minor"]),
        ("Reversé", facts["repaid_minor"]),
        ("Dégagé", facts["released_minor"]),
    ]
    if facts["written_off_minor"]:
        rows.insert(4, ("Admis en non-valeur", facts["written_off_minor"]))
    paper.table(
        [Column("Rubrique", weight=3), Column("Montant", 46, kind="amount")], rows, numbered=False, unit="francs CFA",
        bold_rows=(1,),
    )  # fmt: skip
    parts = [f"justifié {amount(facts['justified_minor'])}", f"reversé {amount(facts['repaid_minor'])}"]
    if facts["written_off_minor"]:
        parts.append(f"admis en non-valeur {amount(facts['written_off_minor'])}")
    paper.para(f"Payé {amount(facts['paid_minor'])} = {' + '.join(parts)}.", bold=True)
    paper.arrete(
        f"Arrêté le compte de la subvention à la somme payée de : {amount_in_words(facts['paid_minor'], facts['currency'])} "
        f"({amount(facts['paid_minor'], facts['currency'])})."
    )
    if facts["reports"]:
        paper.heading("Rapports acceptés")
        paper.table(
            [Column("Rapport", 46, kind="code"), Column("Période", weight=2), Column("Validé le", 36)],
            [
                (r["reference"], f"du {_day(r['from_on'])} au {_day(r['to_on'])}", _day(r["validated_on"]))
                for r in facts["reports"]
            ],
        )
    if facts["equipment"]:
        paper.heading("Équipements : inventaire")
        paper.table(
            [
                Column("Désignation", weight=2),
                Column("Quantité", 20, kind="number"),
                Column("N° de série", weight=1),
                Column("Valeur", 34, kind="amount"),
                Column("PV", 42, kind="code"),
            ],
            [
                (e["label"], e["quantity"], e["serials"], e["amount_minor"], e["paper"])
                for e in facts["equipment"]
            ],
            total="Total",
            unit="francs CFA",
        )
    else:
        paper.facts([("Équipements", "néant")])
    if facts["note"]:
        paper.para(f"Observations : {facts['note']}")
    paper.facts(
        [
            ("Pièces à conserver jusqu'au", _day(facts["keep_until"])),
            ("Visite de suivi prévue le", _day(facts["follow_up_on"])),
        ],
        columns=2,
        label_mm=52,
    )
    paper.para("La présente est délivrée sous réserve des contrôles ultérieurs.")
    signer, writer, clearer = facts["signer"], facts["writer"], facts["clearer"]
    paper.signatures(
        [
            Signatory(writer["function"] or "Chef de programme", writer["name"], act=writer["act"], on=date.fromisoformat(writer["on"]),
                      label="Dressé par"),
            Signatory(clearer["function"] or "L'agent comptable", clearer["name"], act=clearer["act"],
                      on=date.fromisoformat(clearer["on"]) if clearer["on"] else None,
                      label=f"Compte apuré sous le n° {facts['clearing_number']}" if facts["clearing_number"] else "Compte apuré"),
            Signatory(signer["function"] or "L'ordonnateur", signer["name"], act=signer["act"],
                      on=date.fromisoformat(signer["on"]) if signer["on"] else None, label="Pour l'Autorité"),
        ]
    )  # fmt: skip
    paper.ampliations(facts.get("ampliations", ()))
    return paper.render()
