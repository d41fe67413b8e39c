"""Document 15, the reception; and the hand-over to the group, with its thumbprints."""

from __future__ import annotations

from typing import Any

from portfolio.kit.grammar import at, of, the
from portfolio.kit.pdf import Column, Paper, Signatory, amount
from portfolio.kit.words import amount_in_words, date_in_words, hour_in_words
from portfolio.procurement.pdf.words import FUNCTION, MARK, RECEIPT, STATES, day, moment, paper, short_day
from portfolio.projects.pdf import NONE, Pictures, photo_annex


def reception_pdf(facts: dict[str, Any]) -> bytes:
    """Ordered, delivered, accepted, refused; reservations; what may be paid; the commission, the supplier and the beneficiary sign."""
    receipt, order, about = facts["receipt"], facts["order"], facts["procedure"]
    group = about["buyer"] == "group"
    kind = RECEIPT[receipt["kind"]]
    made = paper(facts, f"PROCÈS-VERBAL DE RÉCEPTION {kind}", charged=False, one_page=True)
    recorded = moment(receipt["recorded_at"])
    same_day = recorded is not None and recorded.date() == day(receipt["received_on"])
    hour = f", à {hour_in_words(recorded)}" if recorded is not None and same_day else ""
    who = (
        f"les représentants {of(facts['group']['name'])} ont procédé"
        if group
        else f"la commission de réception, nommée par {the(receipt['act'])}, a procédé"
    )
    made.opening(
        f"{date_in_words(day(receipt['received_on']))}{hour}, {at(receipt['place'])}, {who} à la réception de : {about['object']}."
    )
    made.facts(
        [
            (
                "Bon de commande",
                f"N° {order['reference']} du {short_day(order['ordered_on'])}, {amount(order['amount_minor'], about['currency'])}",
            ),
            ("Fournisseur", facts["supplier"]),
            ("Bordereau de livraison", receipt["delivery_note"]),
            (
                "Bénéficiaire",
                f"{facts['group']['name']}{', ' + facts['group']['place'] if facts['group']['place'] else ''}",
            ),
        ],
        label_mm=42,
    )
    made.table(
        [
            Column("Désignation", weight=1.8),
            Column("Commandé", 20, kind="number"),
            Column("Accepté avant", 19, kind="number"),
            Column("Livré", 14, kind="number"),
            Column("Accepté", 17, kind="number"),
            Column("Refusé", 15, kind="number"),
            Column("N° de série, boucle, inventaire ; état", weight=1.7),
        ],
        [
            [
                r["label"],
                r["ordered"],
                r["before"],
                r["delivered"],
                r["accepted"],
                r["refused"],
                " ; ".join(filter(None, (r["serials"], r["state"]))) or "—",
            ]
            for r in facts["rows"]
        ],
    )
    made.facts([("Essais", receipt["tests"] or "néant")], label_mm=42)
    if receipt["reserves"]:
        until = (
            f" À lever avant le {short_day(receipt['reserves_until'])}." if receipt["reserves_until"] else ""
        )
        made.boxed(f"Réserves : {receipt['reserves']}{until}")
    else:
        made.para("La réception est prononcée sans réserve.", bold=True)
    made.arrete(
        f"Valeur des quantités acceptées ce jour, seules payables : {amount_in_words(facts['payable_minor'], about['currency'])} "
        f"({amount(facts['payable_minor'], about['currency'])})."
    )
    if facts["payable_before_minor"]:
        total = facts["payable_before_minor"] + facts["payable_minor"]
        made.para(
            f"Accepté avant ce jour : {amount(facts['payable_before_minor'], about['currency'])} ; en tout : {amount(total, about['currency'])}."
        )
    made.para("Dont procès-verbal.")
    if group:
        _marks(made, "Pour le bénéficiaire", receipt["recipients"])
    else:
        made.heading("La commission de réception")
        made.para("Aucun de ses membres n'a pris part au choix du fournisseur.", small=True)
        made.blocks[-1].keep = True
        made.roll_call([(p["name"], p["function"]) for p in receipt["commission"]])
    signers = [Signatory("Le fournisseur", facts["supplier"])]
    if not group:
        signers.append(Signatory("Pour le bénéficiaire", facts["group"]["name"]))
    made.signatures(signers)
    return made.render()


def _marks(made: Paper, title: str, people: list[dict[str, str]]) -> None:
    made.heading(title)
    made.table(
        [
            Column("Nom et prénom", weight=2),
            Column("Qualité", weight=1.4),
            Column("Par", 34),
            Column("Signature ou empreinte", 52, kind="blank"),
        ],
        [[p["name"], FUNCTION.get(p["function"], p["function"]), MARK[p["mark"]], None] for p in people],
        row_mm=15,
        whole=True,
    )
    if any(p["mark"] == "thumbprint" for p in people):
        made.para(
            "Les personnes qui déclarent ne savoir signer ont apposé leur empreinte digitale, en présence de :"
        )
        made.table(
            [
                Column("Témoin", weight=1),
                Column("Nom et prénom", weight=2, kind="blank"),
                Column("Pièce d'identité (nature, n°)", weight=2, kind="blank"),
                Column("Signature", 52, kind="blank"),
            ],
            [("Premier", None, None, None), ("Second", None, None, None)],
            numbered=False,
            row_mm=12,
            whole=True,
        )
        made.para("Lu et traduit en langue ………………………… par …………………………………………", align="left")


def hand_over_pdf(facts: dict[str, Any], pictures: Pictures = NONE) -> bytes:
    """PV de remise: items with serial numbers, state, keeper and value, rules of use, names, signatures and thumbprints, photographs."""
    receipt, about = facts["receipt"], facts["procedure"]
    made = paper(
        facts, "PROCÈS-VERBAL DE REMISE", amount_minor=facts["total_minor"], charged=False, one_page=True
    )
    place = f", {facts['group']['place']}" if facts["group"]["place"] else ""
    made.opening(
        f"{date_in_words(day(receipt['received_on']))}, {at(receipt['place'])}, il a été remis {at(facts['group']['name'])}{place}, bénéficiaire de "
        f"la convention {facts['agreement']['reference']} ({facts['agreement']['title']}), les biens ci-dessous, acquis sous le marché "
        f"{about['reference']} et reçus suivant {', '.join(facts['receptions'])}."
    )
    made.table(
        [
            Column("Désignation", weight=1.7),
            Column("Unité", 14),
            Column("Quantité", 17, kind="number"),
            Column("N° de série, boucle, inventaire", weight=1.2),
            Column("État", 17),
            Column("Détenteur, utilisateur", weight=1.4),
            Column("Valeur", 24, kind="amount"),
        ],
        [
            [
                r["label"],
                r["unit"],
                r["quantity"],
                r["serials"] or "—",
                STATES.get(r.get("state", ""), "—"),
                r.get("keeper") or "—",
                r["value_minor"],
            ]
            for r in facts["rows"]
        ],
        total=["TOTAL", "", None, "", "", "", facts["total_minor"]],
        unit="F CFA",
    )
    made.para(f"Soit en lettres : {amount_in_words(facts['total_minor'], about['currency'])}.")
    made.heading("Usage et règles")
    made.para(receipt["rules"])
    made.para(
        "Le bénéficiaire reconnaît avoir reçu ces biens dans l'état indiqué ci-dessus, s'engage à les tenir à l'inventaire "
        "et à ne pas les céder pendant la durée fixée par la convention."
    )
    giver = receipt["commission"][0] if receipt["commission"] else {"name": "", "function": ""}
    _marks(made, "Ont reçu pour le bénéficiaire", receipt["recipients"])
    made.signatures(
        [
            Signatory(
                giver["function"] or "Pour l'Autorité",
                giver["name"],
                label="Remis par",
                on=day(receipt["received_on"]),
            )
        ]
    )
    made.ampliations(facts.get("ampliations", ()))
    photo_annex(made, facts, pictures, "Annexe — Photographies")
    return made.render()
