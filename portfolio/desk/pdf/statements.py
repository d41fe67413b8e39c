"""Statements of the accounts and the formal notice (documents.md 3.4). French papers, whatever the screen speaks."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from portfolio.kit.grammar import counted
from portfolio.kit.pdf import Column, Letterhead, Paper, Signatory, amount, qr_text
from portfolio.kit.words import amount_in_words, date_long, hour_short
from portfolio.payments.pdf import transfers

Facts = dict[str, Any]
KINDS = {
    "bank": "banque",
    "sfd": "système financier décentralisé",
    "mobile": "monnaie mobile",
    "cash": "caisse",
}


def paper(facts: Facts, title: str, *, total: int | None = None, **options: Any) -> Paper:
    on, mark, reference = date.fromisoformat(facts["on"]), facts.get("fingerprint"), facts["reference"]
    head = facts["letterhead"]
    return Paper(
        title,
        reference,
        Letterhead(tuple(head["lines"]), head["service"], head["place"]),
        on=on,
        fingerprint=mark,
        qr=qr_text(reference, on, fingerprint=mark, amount_minor=total) if mark else None,
        **options,
    )


def edited(made: Paper, facts: Facts) -> None:
    at = datetime.fromisoformat(facts["at"])
    by = f" par {facts['editor']}" if facts["editor"] else ""
    made.para(
        f"Situation au {date_long(at.date())} à {hour_short(at)} TU, éditée{by}. Tête du livre : écriture n° {facts['head']['seq']}, "
        f"empreinte {facts['head']['hash'][:16]}.",
        align="center",
        small=True,
    )


def editor(facts: Facts, label: str) -> Signatory:
    return Signatory(
        facts["editor_function"] or "Édité par",
        facts["editor"],
        label=label,
        on=date.fromisoformat(facts["on"]),
    )


def payables_pdf(facts: Facts) -> bytes:
    """État des engagements et des restes à payer: per grant, at a date."""
    rows = facts["rows"]
    left = sum(r["left_minor"] for r in rows)
    made = paper(facts, "État des engagements et des restes à payer", total=left, landscape=True)
    edited(made, facts)
    made.table(
        [
            Column("Convention", 36, kind="code"),
            Column("Bénéficiaire", weight=2),
            *(
                Column(label, 29, kind="amount")
                for label in ("Engagé", "Liquidé", "Ordonnancé", "Payé", "Reste à payer")
            ),
        ],
        [
            (
                r["agreement"],
                r["group"],
                r["committed_minor"],
                r["liquidated_minor"],
                r["ordered_minor"],
                r["paid_minor"],
                r["left_minor"],
            )
            for r in rows
        ],
        total="Total",
        carry=(2, 3, 4, 5, 6),
        unit="francs CFA",
    )
    made.arrete(
        f"Arrêté le présent état à {counted(len(rows), 'convention', 'conventions')} et à la somme restant à payer de : "
        f"{amount_in_words(left)} ({amount(left)})."
    )
    made.signatures(
        [editor(facts, "Édité par"), Signatory("L'ordonnateur", ""), Signatory("L'agent comptable", "")]
    )
    return made.render()


def _age(since: int, until: int | None) -> str:
    return f"{since}–{until} jours" if until is not None else f"> {since - 1} jours"


def ageing_pdf(facts: Facts) -> bytes:
    """Balance âgée des avances non justifiées: one row an advance, its sum in the column of its age; the last contact and what was done."""
    rows, ages = facts["rows"], facts["ages"]
    total = sum(r["left_minor"] for r in rows)
    made = paper(facts, "Balance âgée des avances non justifiées", total=total, landscape=True)
    edited(made, facts)
    made.table(
        [
            Column("Convention", 33, kind="code"),
            Column("Tr.", 9, align="center"),
            Column("Bénéficiaire", weight=2),
            Column("Versée le", 20, kind="date"),
            Column("Jours", 13, kind="number"),
            *(Column(_age(*age), 24, kind="amount") for age in ages),
            Column("Dernier contact, suite donnée", 40, kind="blank"),
        ],
        [
            (
                r["agreement"],
                f"T{r['tranche']}",
                r["group"],
                date.fromisoformat(r["paid_on"]) if r["paid_on"] else None,
                r["days"],
                *(
                    r["left_minor"] if r["days"] >= since and (until is None or r["days"] <= until) else None
                    for since, until in ages
                ),
                None,
            )
            for r in rows
        ],
        total="Total",
        carry=tuple(range(5, 5 + len(ages))),
        unit="francs CFA",
    )
    made.arrete(
        f"Arrêtée la présente balance à {counted(len(rows), 'avance', 'avances')} et à la somme de : {amount_in_words(total)} ({amount(total)})."
    )
    made.signatures(
        [
            editor(facts, "Édité par"),
            Signatory("L'agent comptable", ""),
            Signatory("L'ordonnateur", "", label="Vu"),
        ]
    )
    return made.render()


def dispatch_pdf(facts: Facts) -> bytes:
    """Bordereau d'émission et ordre de virement collectif: orders, payees, accounts, sums, count; two signatures."""
    rows = facts["rows"]
    total = sum(r["amount_minor"] for r in rows)
    made = paper(
        facts,
        "Bordereau d'émission et ordre de virement collectif",
        total=total,
        landscape=True,
        reference_lines=[("Fonds", facts["fund"])],
    )
    made.para(
        f"Par le débit du compte : {facts['source'] or '………………………………'}, veuillez exécuter les paiements suivants.",
        align="left",
    )
    transfers(made, rows, KINDS)
    if facts.get("fingerprint"):
        made.para(f"Empreinte du fichier joint : {facts['fingerprint']}", small=True, align="left")
    made.arrete(  # last: the words that are signed stay on the page of the signatures
        f"Arrêté le présent bordereau à {counted(len(rows), 'ordre', 'ordres')} et à la somme de : "
        f"{amount_in_words(total, facts['currency'])} ({amount(total, facts['currency'])})."
    )
    made.signatures([Signatory("L'ordonnateur", ""), Signatory("L'agent comptable", "")])
    return made.render()


def reconciliation_pdf(facts: Facts) -> bytes:
    """État de rapprochement: books, statement, rows that explain the gap with their age, zero unexplained; prepared, checked."""
    currency = facts["currency"]
    made = paper(facts, "État de rapprochement", total=facts["books_minor"])
    edited(made, facts)
    made.facts(
        [
            ("Compte", f"{facts['account']} ({KINDS.get(facts['kind'], facts['kind'])})"),
            ("Numéro", facts["number"]),
            ("Relevé ou comptage du", date_long(date.fromisoformat(facts["statement_on"]))),
        ]
    )
    made.table(
        [Column("Situation", weight=3), Column("Montant", 44, kind="amount")],
        [
            ("Solde dans les livres", facts["books_minor"]),
            ("Solde du relevé, ou compté", facts["statement_minor"]),
            ("Écart à expliquer", facts["books_minor"] - facts["statement_minor"]),
        ],
        numbered=False,
        unit="francs CFA",
        bold_rows=(2,),
    )
    made.heading("Ce qui explique l'écart")
    if facts["gaps"]:
        made.table(
            [
                Column("Opération", weight=3),
                Column("Du", 24, kind="date"),
                Column("Âge (jours)", 22, kind="number"),
                Column("Montant", 40, kind="amount"),
            ],
            [
                (g["label"], date.fromisoformat(g["on"]) if g["on"] else None, g["days"], g["amount_minor"])
                for g in facts["gaps"]
            ],
            total="Total expliqué",
            unit="francs CFA",
        )
    else:
        made.para("Néant.", align="left")
    left = facts["unexplained_minor"]
    made.arrete(
        "Écart non expliqué : zéro franc. Le compte est rapproché."
        if not left
        else f"Écart NON EXPLIQUÉ : {amount_in_words(abs(left), currency)} ({amount(left, currency)})."
    )
    made.signatures([editor(facts, "Préparé par"), Signatory("", "", label="Contrôlé par")])
    return made.render()
