"""Document 10: the ordre de paiement, on one page, signed in the order of the chain."""

from __future__ import annotations

from typing import Any

from portfolio.agreements.pdf.parts import ACCOUNTS, MODALITIES, Facts, copies_to, day, long_day, sheet
from portfolio.agreements.reference import SERVICE_DONE
from portfolio.kit.pdf import Column, Paper, Signatory, amount
from portfolio.kit.words import amount_in_words

SIGNED = ("ordered", "sent", "paid")


def payee_line(facts: Facts) -> str:
    """Account or wallet, last four characters, and its keeper (F15)."""
    if facts["account_kind"] == "cash":
        return "remise en espèces contre reçu"
    kept = f", {facts['account_provider']}" if facts["account_provider"] else ""
    number = f", n° se terminant par {facts['account_number'].lstrip('…')}" if facts["account_number"] else ""
    return f"{ACCOUNTS[facts['account_kind']]}{kept}{number}"


def object_line(facts: Facts) -> str:
    """« Tranche 1 — titre »."""
    label = f" ({facts['tranche_label']})" if facts["tranche_label"] else ""
    return f"Tranche {facts['tranche']}{label} — {facts['title']}"


def order_pdf(facts: dict[str, Any]) -> bytes:
    """The ordre de paiement; « PROJET » until the ordonnateur has signed."""
    table = facts["figures"]
    paper = sheet(
        "Ordre de paiement",
        {**facts, "draft": facts["status"] not in SIGNED or bool(facts.get("draft"))},
        [("Exercice", str(facts["exercice"])), ("Imputation", facts["line"]), ("Fonds", facts["fund"])],
        facts["amount_minor"],
        one_page=True,
    )
    paper.facts(
        [
            ("Bénéficiaire du paiement", facts["payee"]),
            (
                "Qualité",
                "fournisseur" if facts["payee_kind"] == "supplier" else "bénéficiaire de la subvention",
            ),
            ("Règlement", payee_line(facts)),
            ("Subvention à", f"{facts['group']}, {facts['place']}"),
            ("Objet", object_line(facts)),
            ("Modalité", MODALITIES[facts["modality"]]),
            ("Engagement", _engagement(facts)),
            ("Décision", f"{facts['decision']} du {long_day(facts['decision_on'])}"),
            ("Convention", f"{facts['agreement']} du {long_day(facts['agreement_on'])}"),
        ]
    )
    paper.table(
        (
            Column("Engagé", kind="amount"),
            Column("Déjà ordonnancé", kind="amount"),
            Column("Présent ordre", kind="amount"),
            Column("Reste à ordonnancer", kind="amount"),
        ),
        [[table["committed"], table["ordered"], table["present"], table["left"]]],
        unit="francs CFA",
        numbered=False,
    )
    paper.facts(
        [
            ("Présent ordre, montant brut", amount(table["present"])),
            *(
                (
                    f"À déduire : ordre de reversement n° {row['order']}",
                    f"− {amount(row['amount_minor'])} (compensation n° {row['reference']})",
                )
                for row in facts.get("deducted", ())
            ),
            ("Retenues et reversements à déduire", amount(table["deductions"])),
            ("Net à payer", amount(table["net"])),
        ],
        label_mm=70,
    )
    _papers(paper, facts)
    net = f"{amount_in_words(table['net'])} ({amount(table['net'])})"
    if table["deductions"]:
        gross = f"{amount_in_words(table['present'])} ({amount(table['present'])})"
        paper.arrete(
            f"Arrêté le présent ordre de paiement à la somme de : {gross}, soit un net à payer de : {net}."
        )
    else:
        paper.arrete(f"Arrêté le présent ordre de paiement à la somme de : {net}.")
    if reserve := facts.get("visa_reserve"):
        paper.para(
            f"Visa avec réserve du contrôleur financier : {reserve.rstrip('.')}.", bold=True, align="left"
        )
    if answer := facts.get("requisition"):
        who = answer["signer"]
        paper.para(
            f"Payé sur réquisition n° {answer['requisition']} du {long_day(answer['on'])}, sous la responsabilité de "
            f"{who['name']}{', ' + who['act'] if who['act'] else ''}. Motif : {answer['reason'].rstrip('.')}.",
            bold=True,
            align="left",
        )
    paper.signatures(_chain(facts))
    if facts["payment_reference"]:
        paper.para(
            f"Payé le {long_day(facts['paid_on'])} (date de valeur), référence {facts['payment_reference']}, depuis : {facts['treasury']}.",
            bold=True,
            align="left",
        )
    copies_to(paper, facts)
    return paper.render()


def _papers(paper: Paper, facts: Facts) -> None:
    first = "attestation de service fait" if facts["modality"] in SERVICE_DONE else "fiche de liquidation"
    attached = [f"{first} n° {facts['order']}-FL", *facts["papers"]]
    joined = " ; ".join(f"{n}. {name}" for n, name in enumerate(attached, 1))
    paper.para(f"Pièces jointes : {joined}.", align="left")


def _chain(facts: Facts) -> list[Signatory]:
    chain = facts["chain"]
    rows = [("liquidated", "Le liquidateur", "Vu et liquidé")]
    if facts["controller"]:
        rows.append(("visaed", "Le contrôleur financier", "Visa"))
    rows += [
        ("ordered", "L'ordonnateur", "Vu, bon à payer"),
        ("paid", "Le comptable", "Vu, bon à payer — payé"),
    ]
    return [
        Signatory(
            function=chain[code]["function"] or function,
            name=chain[code]["name"],
            act=chain[code]["act"],
            on=day(chain[code]["on"]),
            label=label,
        )
        for code, function, label in rows
    ]


def _engagement(facts: dict[str, Any]) -> str:
    """« ENG-… du …, visé le … »: the day of its entry, then that of its visa."""
    visa = facts.get("commitment_visa_on")
    said = f"{facts['commitment']} du {long_day(facts['commitment_on'])}"
    return f"{said}, visé le {long_day(visa)}" if visa else said
