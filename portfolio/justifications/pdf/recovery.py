"""Ordre de reversement (document 17) and the quittance of what comes back (document 11)."""

from __future__ import annotations

from datetime import date
from typing import Any

from portfolio.justifications.pdf.parts import day, new_paper, office, on_day
from portfolio.justifications.reference import WITHOUT_NOTICE
from portfolio.kit.grammar import of, the
from portfolio.kit.pdf import Column, Half, Signatory, amount, short_fingerprint
from portfolio.kit.words import amount_in_words

_WAYS = {
    "bank": "virement ou versement en banque",
    "sfd": "versement au SFD",
    "mobile": "monnaie mobile",
    "cash": "espèces",
}


def order_pdf(facts: dict[str, Any]) -> bytes:
    """Document 17: one page and its list; « ordre de recette » once the exercice is over."""
    title = "Ordre de recette" if facts["closed_exercice"] else "Ordre de reversement"
    paper = new_paper(
        facts,
        title,
        facts["order"],
        facts["amount_minor"],
        draft=facts["status"] == "prepared",
        one_page=True,
    )
    bureau = [f"{office(p).split(' ', 1)[1]} : {p['name']}" for p in facts["bureau"] if p["name"]]
    number = facts["notice"]
    notice = (f"n° {number}" if number[:1].isdigit() or number[:3].isupper() else number) + (
        f", reçue le {day(facts['notice_on'])}" if facts["notice_on"] else ""
    )
    paper.facts(
        [
            ("Débiteur", facts["group"]["name"]),
            ("Signataires", " · ".join(bureau)),
            ("Micro-projet", facts["title"]),
            ("Article de la convention", facts["article"]),
            ("Mise en demeure", notice if facts["notice"] else _without(facts)),
            ("Compte à créditer", facts["account"]),
            ("À payer au plus tard le", day(facts["due_on"])),
        ]
    )
    paper.heading("Décompte")
    rows = [
        (f"Reçu au titre de la tranche {facts['tranche']['number']}, le {day(facts['tranche']['paid_on'])}",
         facts["tranche"]["paid_minor"]),
        ("Dépenses acceptées", -facts["accepted_minor"]),
    ]  # fmt: skip
    if facts["earlier_minor"]:
        rows.append(("Ordres de reversement précédents", -facts["earlier_minor"]))
    if facts["rest_minor"]:
        rows.append(("Reste à justifier, en suspens ou non présenté", -facts["rest_minor"]))
    paper.table(
        [Column("Rubrique", weight=3), Column("Montant", 42, kind="amount")],
        rows,
        total="À reverser",
        numbered=False,
        unit="francs CFA",
    )
    if facts["refused"]:
        paper.heading("Pièces rejetées")
        paper.table(
            [
                Column("Pièce", 14, kind="number"),
                Column("Date", 20),
                Column("Fournisseur et numéro", weight=2),
                Column("Motif", weight=3),
                Column("Rejeté", 30, kind="amount"),
            ],
            [
                (
                    row["number"],
                    f"{date.fromisoformat(row['on']):%d/%m/%Y}",
                    f"{row['supplier']}, {row['voucher']}",
                    row["reason"],
                    row["refused_minor"],
                )
                for row in facts["refused"]
            ],
            total="Total",
            numbered=False,
            unit="francs CFA",
        )
    paper.para(f"Motif : {facts['reason']}")
    words = amount_in_words(facts["amount_minor"], facts["currency"])
    paper.arrete(
        f"Arrêté le présent {title.lower()} à la somme de : {words} ({amount(facts['amount_minor'], facts['currency'])})."
    )
    paper.para(
        "Le présent ordre peut être contesté par écrit auprès de l'ordonnateur avant la date limite de paiement.",
        small=True,
    )
    if facts["receipts"] or facts["written_off_minor"]:
        paper.heading("Versements reçus")
        kept = [r for r in facts["receipts"] if not r["voided"]]
        paper.table(
            [Column("Quittance", 42, kind="code"), Column("Reçu le", 34), Column("De", weight=2),
             Column("Montant", 34, kind="amount")],
            [(r["reference"], day(r["on"]), r["payer"], r["amount_minor"]) for r in kept],
            total="Total",
            unit="francs CFA",
        )  # fmt: skip
        if facts["written_off_minor"]:
            paper.para(
                f"Admis en non-valeur par {the(facts['written_off_act'])} : {amount(facts['written_off_minor'])}."
            )
        left = facts["amount_minor"] - facts["collected_minor"] - facts["written_off_minor"]
        paper.para(f"Reste à recouvrer : {amount(left)}.", bold=True)
    if cancelled := facts.get("cancelled_on"):
        paper.para(
            f"Ordre annulé le {day(cancelled)} : son écriture est contre-passée, rien n'est dû à ce titre.",
            bold=True,
        )
        paper.para(f"Motif de l'annulation : {facts['cancelled_reason']}")
    issuer = facts["issuer"]
    paper.signatures(
        [
            Signatory(
                issuer["function"] or "L'ordonnateur",
                issuer["name"],
                act=issuer["act"],
                on=on_day(issuer["on"]),
                label="Pour l'Autorité",
            ),
            _charged(facts),
        ]
    )
    paper.ampliations(facts.get("ampliations", ()))
    return paper.render()


def _without(facts: dict[str, Any]) -> str:
    """An unspent balance is given back without a formal notice: the line says so."""
    return "sans objet : reliquat rendu par le bénéficiaire" if facts.get("ground") in WITHOUT_NOTICE else ""


def _charged(facts: dict[str, Any]) -> Signatory:
    """The comptable's act: taken in charge, under its number."""
    who, number = facts["charger"], facts["charge_number"]
    if not number:
        return Signatory("L'agent comptable", "", label="Pris en charge le ………… sous le n° …………")
    return Signatory(
        who["function"] or "L'agent comptable",
        who["name"],
        act=who["act"],
        on=on_day(who["on"]),
        label=f"Pris en charge le {day(who['on'])} sous le n° {number}",
    )


def write_off_pdf(facts: dict[str, Any]) -> bytes:
    """Admission en non-valeur: the claim, what was done to collect it, the act, the sum in words, the entry (document 17)."""
    sum_minor = facts["written_off_minor"]
    paper = new_paper(facts, "Admission en non-valeur", facts["reference"], sum_minor, one_page=True)
    paper.facts(
        [
            ("Débiteur", facts["group"]["name"]),
            ("Micro-projet", facts["title"]),
            ("Ordre de reversement", f"n° {facts['order']} du {day(facts['issued_on'])}"),
            ("Acte", facts["act"]),
        ]
    )
    paper.heading("Compte de la créance")
    paper.table(
        [Column("Rubrique", weight=3), Column("Montant", 42, kind="amount")],
        [
            ("Montant de l'ordre", facts["amount_minor"]),
            ("Recouvré", -facts["collected_minor"]),
            ("Admis en non-valeur", -sum_minor),
        ],
        total="Reste à recouvrer",
        numbered=False,
        unit="francs CFA",
    )
    paper.heading("Diligences de recouvrement")
    if facts["steps"]:
        paper.bullets(facts["steps"])
    else:
        paper.para("Aucune diligence n'est enregistrée.", align="left")
    paper.para(f"Motif : {facts['reason']}")
    paper.arrete(
        f"Admise en non-valeur la somme de : {amount_in_words(sum_minor, facts['currency'])} ({amount(sum_minor, facts['currency'])})."
    )
    paper.para(
        "La créance est soldée dans les livres par le débit du compte 659 « Créances admises en non-valeur » et le crédit du compte 463 "
        "« Reversements à recouvrer ». L'admission en non-valeur n'éteint pas la dette : le recouvrement est repris si le débiteur revient à "
        "meilleure fortune. La remise gracieuse l'éteint.",
        small=True,
    )
    issuer = facts["writer"]
    paper.signatures(
        [
            Signatory("L'agent comptable", "", label="Présenté par"),
            Signatory(
                issuer["function"] or "L'ordonnateur",
                issuer["name"],
                act=issuer["act"],
                on=on_day(issuer["on"]),
                label="Pour l'Autorité",
            ),
        ]
    )
    paper.ampliations(facts.get("ampliations", ()))
    return paper.render()


def quittance_pdf(facts: dict[str, Any]) -> bytes:
    """The quittance of the comptable: half A4 given, stub kept (documents 11 and 17)."""
    paper = new_paper(facts, "Quittance", facts["receipt"], facts["amount_minor"])
    for half in paper.stub(
        kept_label="SOUCHE — conservée par le comptable", given_label="EXEMPLAIRE REMIS AU PAYEUR"
    ):
        _quittance(half, facts)
    return paper.render()


def _quittance(half: Half, facts: dict[str, Any]) -> None:
    words = amount_in_words(facts["amount_minor"], facts["currency"])
    half.para(
        f"Reçu {of(facts['payer'])}, pour {the(facts['group']['name'])}, la somme de {words} "
        f"({amount(facts['amount_minor'], facts['currency'])}), en paiement de l'ordre de reversement n° {facts['order']}, "
        f"tranche {facts['tranche']}."
    )
    way = _WAYS.get(facts["method"], facts["method"])
    if facts["bank_reference"]:
        way = f"{way}, réf. {facts['bank_reference']}"
    half.facts(
        [
            ("Reçu le", day(facts["received_on"])),
            ("Mode", f"{way} ({facts['account']})"),
            ("Somme due", amount(facts["due_minor"])),
            ("Déjà versé, ce versement compris", amount(facts["paid_minor"])),
            ("Reste à verser", amount(facts["left_minor"])),
            (
                "Empreinte de contrôle",
                short_fingerprint(facts["fingerprint"]) if facts.get("fingerprint") else "",
            ),
        ],
        columns=2,
    )
    who = facts["accountant"]
    half.signatures(
        [Signatory(who["function"] or "L'agent comptable", who["name"], act=who["act"], on=on_day(who["on"]))]
    )
