"""Document 14: the purchase order, on one page."""

from __future__ import annotations

from typing import Any

from portfolio.kit.grammar import at
from portfolio.kit.pdf import Column, Signatory, amount
from portfolio.kit.text import phone_text
from portfolio.kit.words import amount_in_words
from portfolio.procurement.pdf.words import FUNCTION, TAX, day, paper, short_day


def order_pdf(facts: dict[str, Any]) -> bytes:
    """Supplier, award and commitment, lines, amount in words, delay, terms; signed by the ordonnateur or by the group's bureau."""
    order, supplier, about = facts["order"], facts["supplier"], facts["procedure"]
    group = about["buyer"] == "group"
    made = paper(facts, "BON DE COMMANDE", amount_minor=order["amount_minor"], one_page=True)
    award = facts["award"]
    made.facts(
        [
            ("Fournisseur", supplier["name"]),
            ("Adresse", supplier["address"]),
            ("Téléphone", phone_text(supplier["phone"])),
            ("RCCM", supplier["trade_register"]),
            ("NIF / IFU", supplier["tax_number"]),
            ("Compte", supplier["account"]),
            ("Acheteur", facts["group"]["name"] if group else "l'Autorité"),
            ("Pour", f"{facts['group']['name']}, convention {facts['agreement']['reference']}"),
            (
                "Décision",
                f"{'Décision du comité d’achat' if group else 'PV d’attribution'} N° {award['reference']} du {short_day(award['on'])}"
                if award["reference"]
                else f"achat direct du {short_day(award['on'])}",
            ),
            ("Engagement", f"N° {facts['commitment']}"),
        ],
        columns=2,
        label_mm=24,
    )
    made.para(f"Objet : {about['object']}", bold=True)
    made.table(
        [
            Column("Désignation", weight=1.6),
            Column("Caractéristiques", weight=1.4),
            Column("Unité", 18),
            Column("Quantité", 18, kind="number"),
            Column("P.U.", 24, kind="amount"),
            Column("Montant", 28, kind="amount"),
        ],
        [
            [
                x["label"],
                x["specification"] or "—",
                x["unit"],
                x["quantity"],
                x["unit_minor"],
                x["amount_minor"],
            ]
            for x in facts["lines"]
        ],
        total=[_total(order["tax"]), "", "", None, None, order["amount_minor"]],
        unit="F CFA",
    )
    made.arrete(
        f"Arrêté le présent bon de commande à la somme de : {amount_in_words(order['amount_minor'], about['currency'])} "
        f"({amount(order['amount_minor'], about['currency'])}), {TAX[order['tax']].lower().replace('tva', 'TVA')}."
    )
    made.facts(
        [
            (
                "Livraison",
                f"au plus tard le {short_day(order['delivery_on'])}, {at(order['delivery_place'])}",
            ),
            ("Paiement", f"{order['terms']} ; seules les quantités acceptées à la réception sont payées"),
            ("Garantie", order["guarantee"]),
            ("Pénalité", order["penalty"]),
        ],
        label_mm=24,
    )
    on = day(order["ordered_on"])
    if group:
        signers = [
            Signatory(
                FUNCTION.get(s["function"], s["function"]), s["name"], label="Pour le bénéficiaire", on=on
            )
            for s in sorted(order["signatories"], key=lambda s: s["function"])
        ]
    else:
        signer = facts["signer"]
        signers = [
            Signatory(
                signer["function"] or "L'ordonnateur",
                signer["name"],
                act=order["capacity"],
                label="Pour l'Autorité",
                on=on,
            )
        ]
    made.signatures([*signers, Signatory("Le fournisseur", supplier["name"], label="Bon pour acceptation")])
    if any(s.get("mark") == "thumbprint" for s in order["signatories"]):
        made.thumbprint_block("")
    return made.render()


def _total(tax: str) -> str:
    return {"exempt": "TOTAL, exonéré de TVA", "included": "TOTAL TTC", "none": "TOTAL, sans TVA"}[tax]
