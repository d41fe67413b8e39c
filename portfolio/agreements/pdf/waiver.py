"""Dérogation: a condition lifted for one tranche, by whom it was asked, by whom granted, and why (issue of public money, J2)."""

from __future__ import annotations

from typing import Any

from portfolio.agreements.pdf.parts import MODALITIES, copies_to, day, long_day, references, sheet
from portfolio.kit.pdf import Signatory, amount, short_fingerprint


def waiver_pdf(facts: dict[str, Any]) -> bytes:
    """One page: the condition, the request, the reason, what the act does not do, two signatures."""
    paper = sheet(
        "Dérogation à une condition de versement",
        facts,
        [("Convention", facts["agreement"]), *references(facts)],
        facts["tranche"]["amount_minor"],
        one_page=True,
    )
    tranche, asked, granted = facts["tranche"], facts["asked"], facts["granted"]
    paper.facts(
        [
            ("Bénéficiaire", facts["group_name"]),
            ("Micro-projet", facts["title"]),
            (
                "Tranche",
                f"n° {tranche['number']} : {amount(tranche['amount_minor'])}, {MODALITIES[tranche['modality']]}",
            ),
            ("Condition levée", facts["condition"]),
            ("Origine de la condition", facts["source"] or "convention, article 6"),
            ("Acte ou avis à l'appui", facts["act"]),
            ("Pièce jointe, empreinte", short_fingerprint(facts["scan"]) if facts["scan"] else ""),
        ]
    )
    signed = f" du {long_day(facts['signed_on'])}" if facts["signed_on"] else ""
    paper.article(
        1,
        "Objet",
        [
            f"La condition désignée ci-dessus, posée au versement de la tranche {tranche['number']} par la convention "
            f"n° {facts['agreement']}{signed}, est levée à titre dérogatoire."
        ],
    )
    paper.article(2, "Motif", [facts["reason"]])
    paper.article(
        3,
        "Portée",
        [
            "La dérogation ne vaut que pour cette condition et pour cette tranche. Les autres conditions, l'échéancier et l'obligation de justifier "
            "ne changent pas. Elle ne vaut pas ordre de payer : la liquidation la cite et la porte à la connaissance du comptable."
        ],
    )
    paper.signatures(
        [
            Signatory(
                asked["function"] or "Chargé(e) de subventions",
                asked["name"],
                act=asked["act"],
                label="Proposée par",
                on=day(asked["on"]),
            ),
            Signatory(
                granted["function"] or "Chef de programme",
                granted["name"],
                act=granted["act"],
                label="Accordée par",
                on=day(granted["on"]),
            ),
        ]
    )
    copies_to(paper, facts)
    return paper.render()
