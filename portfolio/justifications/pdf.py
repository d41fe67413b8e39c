"""The papers of this room: rapport financier et bordereau (16), ordre de reversement (17), quittance (11). French whatever the screen."""

from __future__ import annotations

from datetime import date
from typing import Any

from portfolio.kit.grammar import counted, of, the
from portfolio.kit.pdf import Column, Half, Letterhead, Paper, Signatory, amount, qr_text, short_fingerprint
from portfolio.kit.words import amount_in_words, date_long

_OFFICES = {
    ("president", "F"): "La présidente",
    ("president", "M"): "Le président",
    ("president", ""): "Le président ou la présidente",
    ("treasurer", "F"): "La trésorière",
    ("treasurer", "M"): "Le trésorier",
    ("treasurer", ""): "Le trésorier ou la trésorière",
}
TOLERANCE = 10
"""Percent of a line beyond which the report explains the excess: what article 18 of the convention lets be moved without an avenant."""
_SOURCES = {"S": "subvention", "N": "apport numéraire", "V": "apport en nature", "": ""}
_WAYS = {
    "bank": "virement ou versement en banque",
    "sfd": "versement au SFD",
    "mobile": "monnaie mobile",
    "cash": "espèces",
}


def _day(text: str) -> str:
    return date_long(date.fromisoformat(text)) if text else ""


def _on(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _head(facts: dict[str, Any]) -> Letterhead:
    head = facts["letterhead"]
    return Letterhead(tuple(head["lines"]), head["service"], head["place"])


def _line(facts: dict[str, Any]) -> list[tuple[str, str]]:
    """F3."""
    return [
        ("Appel", facts["call"]),
        ("Convention", facts["agreement"]),
        ("Fonds", facts["fund"]),
        ("Imputation", facts["line"]),
        ("Exercice", str(facts["exercice"])),
    ]


def _office(person: dict[str, str]) -> str:
    return _OFFICES[(person["office"], person.get("sex", ""))]


def _paper(facts: dict[str, Any], title: str, reference: str, total: int | None, **options: Any) -> Paper:
    on = date.fromisoformat(facts["on"])
    mark = facts.get("fingerprint")
    qr = qr_text(reference, on, fingerprint=mark, amount_minor=total) if mark else None
    return Paper(
        title,
        reference,
        _head(facts),
        reference_lines=_line(facts),
        on=on,
        fingerprint=mark,
        qr=qr,
        **options,
    )


def report_pdf(facts: dict[str, Any]) -> bytes:
    """Document 16: landscape; the row numbers are those written on the papers."""
    progress, cash, own = facts["progress"], facts["cash"], facts["own"]
    presented = sum(row["amount_minor"] for row in facts["rows"])
    paper = _paper(
        facts,
        "Rapport financier et bordereau des pièces justificatives",
        facts["report"],
        presented,
        landscape=True,
        draft=facts["status"] == "draft",
        paraphe=True,
    )
    tranche = facts["tranche"]
    paper.facts(
        [
            ("Bénéficiaire", facts["group"]["name"]),
            ("Micro-projet", facts["title"]),
            ("Tranche", f"n° {tranche['number']} : {amount(progress['paid_minor'])}"),
            ("Versée le", _day(tranche["paid_on"])),
            ("Période", f"du {_day(facts['from_on'])} au {_day(facts['to_on'])}"),
            ("Taux de justification", f"{progress['percent']} de la tranche"),
        ],
        columns=2,
    )
    paper.heading("1. Exécution par ligne budgétaire")
    paper.table(
        [
            Column("Ligne budgétaire", weight=3),
            Column("Financement", 28),
            Column("Prévu", 22, kind="amount"),
            Column("Révisé", 22, kind="amount"),
            Column("Avant", 22, kind="amount"),
            Column("De la période", 24, kind="amount"),
            Column("Cumul", 22, kind="amount"),
            Column("Solde", 22, kind="amount"),
            Column("Taux", 14, align="right"),
        ],
        [
            (
                use["label"],
                _SOURCES[use["source"]],
                use["first_minor"],
                use["planned_minor"],
                use["before_minor"],
                use["period_minor"],
                use["total_minor"],
                use["left_minor"],
                f"{use['total_minor'] * 100 // use['planned_minor']} %" if use["planned_minor"] else "—",
            )
            for use in facts["uses"]
        ],
        total="Total",
        unit="francs CFA",
    )
    rejected = sum(row["refused_minor"] for row in facts["rows"])
    period = sum(use["period_minor"] for use in facts["uses"])
    if rejected:
        paper.para(
            f"Le tableau ne compte pas les dépenses rejetées : {amount(period)} retenus ou en suspens + {amount(rejected)} rejetés "
            f"= {amount(presented)} présentés.",
            align="left",
            small=True,
        )
    over = [u for u in facts["uses"] if u["total_minor"] * 100 > u["planned_minor"] * (100 + TOLERANCE)]
    listed = " ; ".join(f"{u['label']}, {amount(u['total_minor'] - u['planned_minor'])}" for u in over)
    paper.para(
        f"Dépassements de ligne au-delà de {TOLERANCE} % : {listed or 'néant'}.", align="left", small=True
    )
    if over:
        paper.boxed("Explication des dépassements : " + "." * 150)
    paper.facts(
        [
            (
                "Apport constaté, en numéraire",
                f"{amount(own['cash_minor'])} sur {amount(own['cash_due_minor'])}",
            ),
            (
                "Apport constaté, en nature",
                f"{amount(own['kind_minor'])} sur {amount(own['kind_due_minor'])}",
            ),
        ],
        columns=2,
        label_mm=58,
    )
    paper.heading("2. Situation de trésorerie")
    paper.table(
        [Column("Rubrique", weight=3), Column("Montant", 40, kind="amount")],
        [
            ("Solde d'ouverture", cash["opening_minor"]),
            ("+ Reçu de l'Autorité dans la période", cash["received_minor"]),
            ("– Dépensé dans la période", cash["spent_minor"]),
            ("= Solde de clôture", cash["closing_minor"]),
            ("Solde de la banque, du SFD ou de la caisse", cash["bank_minor"]),
            ("Écart", cash["gap_minor"]),
        ],
        numbered=False,
        unit="francs CFA",
        bold_rows=(3,),
    )
    if cash["note"]:
        paper.para(f"Explication de l'écart : {cash['note']}")
    paper.heading("3. Bordereau des pièces justificatives")
    paper.table(
        [
            Column("N°", 9, kind="number"),
            Column("Date", 19, kind="code"),
            Column("Fournisseur ou signataire", weight=2.1),
            Column("NIF / IFU", 21, kind="code"),
            Column("Nature et numéro de la pièce", weight=2.6),
            Column("Ligne", weight=2.1),
            Column("Mode", 17),
            Column("Montant", 19, kind="amount"),
            Column("Accepté", 19, kind="amount"),
            Column("En suspens", 19, kind="amount"),
            Column("Rejeté", 19, kind="amount"),
            Column("Motif", weight=2.3),
        ],
        [
            (
                row["number"],
                f"{date.fromisoformat(row['on']):%d/%m/%Y}",
                row["supplier"],
                row["tax_number"] or "—",
                f"{row['kind']} — {row['voucher']}"
                + (f"\n{row['description']}" if row["description"] else ""),
                row["line"],
                row["method"],
                row["amount_minor"],
                row["accepted_minor"],
                row["queried_minor"],
                row["refused_minor"],
                row["reason"] or "—",
            )
            for row in facts["rows"]
        ],
        total="Total",
        carry=(7, 8, 9, 10),
        numbered=False,
        unit="francs CFA",
    )
    paper.arrete(
        f"Arrêté le présent bordereau à {counted(len(facts['rows']), 'pièce', 'pièces')} et à la somme de : {amount_in_words(presented)} "
        f"({amount(presented)})."
    )
    paper.para(
        "Nous certifions sincères et véritables les dépenses ci-dessus, faites pour le seul micro-projet et dont les originaux "
        "portent les numéros du présent bordereau."
    )
    paper.signatures([Signatory(_office(person), person["name"]) for person in facts["bureau"]])
    paper.heading("Réservé au vérificateur")
    paper.facts(
        [
            ("Avance reçue sur la tranche", amount(progress["paid_minor"])),
            ("Dépenses acceptées", amount(progress["accepted_minor"])),
            ("Dépenses en suspens", amount(progress["queried_minor"])),
            ("Dépenses rejetées", amount(progress["refused_minor"])),
            ("Non présenté", amount(progress["not_presented_minor"])),
            ("Taux de justification", progress["percent"]),
        ],
        columns=2,
        label_mm=58,
    )
    unlocks = [
        f"La tranche {unlock['number']} demande {unlock['threshold']} % : "
        + (
            f"il manque {amount(unlock['lacking_minor'])} de dépenses acceptées."
            if unlock["lacking_minor"]
            else "la condition est remplie."
        )
        for unlock in facts["unlocks"]
    ]
    if unlocks:
        paper.para("\n".join(unlocks), align="left")
    people = (("Examiné par", facts["reviewer"]), ("Validé par une seconde personne", facts["validator"]))
    paper.signatures(
        [
            Signatory(who["function"] or words, who["name"], label=words, on=_on(who["on"]))
            for words, who in people
        ],
        done=False,
    )
    return paper.render()


def order_pdf(facts: dict[str, Any]) -> bytes:
    """Document 17: one page and its list; « ordre de recette » once the exercice is over."""
    title = "Ordre de recette" if facts["closed_exercice"] else "Ordre de reversement"
    paper = _paper(
        facts,
        title,
        facts["order"],
        facts["amount_minor"],
        draft=facts["status"] == "prepared",
        one_page=True,
    )
    bureau = [f"{_office(p).split(' ', 1)[1]} : {p['name']}" for p in facts["bureau"] if p["name"]]
    number = facts["notice"]
    notice = (f"n° {number}" if number[:1].isdigit() or number[:3].isupper() else number) + (
        f", reçue le {_day(facts['notice_on'])}" if facts["notice_on"] else ""
    )
    paper.facts(
        [
            ("Débiteur", facts["group"]["name"]),
            ("Signataires", " · ".join(bureau)),
            ("Micro-projet", facts["title"]),
            ("Article de la convention", facts["article"]),
            ("Mise en demeure", notice if facts["notice"] else ""),
            ("Compte à créditer", facts["account"]),
            ("À payer au plus tard le", _day(facts["due_on"])),
        ]
    )
    paper.heading("Décompte")
    rows = [
        (f"Reçu au titre de la tranche {facts['tranche']['number']}, le {_day(facts['tranche']['paid_on'])}",
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
            [(r["reference"], _day(r["on"]), r["payer"], r["amount_minor"]) for r in kept],
            total="Total",
            unit="francs CFA",
        )  # fmt: skip
        if facts["written_off_minor"]:
            paper.para(
                f"Admis en non-valeur par {the(facts['written_off_act'])} : {amount(facts['written_off_minor'])}."
            )
        left = facts["amount_minor"] - facts["collected_minor"] - facts["written_off_minor"]
        paper.para(f"Reste à recouvrer : {amount(left)}.", bold=True)
    issuer = facts["issuer"]
    paper.signatures(
        [
            Signatory(
                issuer["function"] or "L'ordonnateur",
                issuer["name"],
                on=_on(issuer["on"]),
                label="Pour l'Autorité",
            ),
            Signatory("L'agent comptable", "", label="Pris en charge le ………… sous le n° …………"),
        ]
    )
    paper.ampliations(["bénéficiaire", "comptable", "dossier", "chrono"])
    return paper.render()


def quittance_pdf(facts: dict[str, Any]) -> bytes:
    """The quittance of the comptable: half A4 given, stub kept (documents 11 and 17)."""
    paper = _paper(facts, "Quittance", facts["receipt"], facts["amount_minor"])
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
            ("Reçu le", _day(facts["received_on"])),
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
    half.signatures([Signatory(who["function"] or "L'agent comptable", who["name"], on=_on(who["on"]))])
