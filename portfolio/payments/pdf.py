"""The slip of a batch with the names of who signed (J16), and the minutes of a cash count. French, whatever the screen says."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from portfolio.agreements.pdf.parts import ACCOUNTS, day, sheet
from portfolio.kit.grammar import counted
from portfolio.kit.pdf import Column, Paper, Signatory, amount
from portfolio.kit.words import amount_in_words, date_long, hour_short

ACTS = {
    "prepare": ("Préparé par", "Le comptable"),
    "approve": ("Approuvé", "L'approbateur"),
    "authorise": ("Autorisé", "L'ordonnateur"),
    "release": ("Mis en paiement", "L'agent comptable"),
}
ONE_PAGE = 6
"""Lines of a batch whose slip still holds on one page with its signatures."""
TITLES = {
    "bank": "Bordereau d'émission et ordre de virement collectif",
    "mobile": "Bordereau d'émission — monnaie électronique",
    "cash": "Bordereau d'émission — paiements en espèces",
}
CHANNELS = {"bank": "virement", "mobile": "monnaie électronique", "cash": "espèces contre reçu"}


def transfers(paper: Paper, rows: list[dict[str, Any]]) -> None:
    """The table of orders to be paid by a batch, with its total."""
    paper.table(
        [
            Column("Ordre", 34, kind="code"),
            Column("Convention", 36, kind="code"),
            Column("Bénéficiaire du paiement", weight=2),
            Column("Établissement", weight=1.3),
            Column("Compte ou portefeuille", 50),
            Column("Montant", 30, kind="amount"),
        ],
        [
            (
                r["order"],
                r["agreement"],
                r["payee"],
                r["bank"] or ACCOUNTS.get(r["kind"], r["kind"]),
                r["account"] or "—",
                r["amount_minor"],
            )
            for r in rows
        ],
        total="Total",
        carry=5,
        unit="francs CFA",
    )


def slip_pdf(facts: dict[str, Any]) -> bytes:
    """Bordereau d'émission of a batch; « PROJET » until every signature of its round is given."""
    rows, signed = facts["rows"], facts["signed"]
    total = sum(r["amount_minor"] for r in rows)
    done = {s["kind"] for s in signed} >= {"approve", "authorise", "release"}
    paper = sheet(
        TITLES[facts["channel"]],
        {**facts, "draft": not done or bool(facts.get("draft"))},
        [("Mode", CHANNELS[facts["channel"]])],
        total,
        landscape=True,
        one_page=len(rows) <= ONE_PAGE,
    )
    paper.para(
        f"Par le débit du compte : {facts['source']}, veuillez exécuter les paiements suivants.", align="left"
    )
    transfers(paper, rows)
    if facts["file_hash"]:
        paper.para(
            f"Fichier joint : {facts['file']}, SHA-256 {facts['file_hash']}.", small=True, align="left"
        )
    paper.arrete(  # last: the words that are signed stay on the page of the signatures
        f"Arrêté le présent bordereau à {counted(len(rows), 'paiement', 'paiements')} et à la somme de : "
        f"{amount_in_words(total, facts['currency'])} ({amount(total, facts['currency'])})."
    )
    paper.signatures(
        [
            Signatory(
                s["function"] or ACTS[s["kind"]][1],
                s["name"],
                act=s["capacity"],
                on=day(s["on"]),
                label=ACTS[s["kind"]][0],
            )
            for s in signed
        ]
        + [
            Signatory(ACTS[kind][1], "", label=ACTS[kind][0])
            for kind in facts["kinds"]
            if kind not in {s["kind"] for s in signed}
        ]
    )
    return paper.render()


def count_pdf(facts: dict[str, Any]) -> bytes:
    """Procès-verbal de comptage de caisse: each note and coin, the total in words, the books, the gap and its reason; two signatures."""
    total, books = facts["total_minor"], facts["books_minor"]
    at = datetime.fromisoformat(facts["at"])
    paper = sheet(
        "Procès-verbal de comptage de caisse", facts, [("Caisse", facts["account"])], total, one_page=True
    )
    paper.para(
        f"Le {date_long(at.date())} à {hour_short(at)} TU, la caisse désignée ci-dessus a été comptée pièce par pièce.",
        align="left",
    )
    paper.table(
        [
            Column("Billet ou pièce", 40, kind="number"),
            Column("Nombre", 30, kind="number"),
            Column("Montant", weight=1, kind="amount"),
        ],
        [(value, count, value * count) for value, count in facts["pieces"]],
        total="Total",
        carry=2,
        unit="francs CFA",
    )
    paper.facts(
        [
            ("Solde dans les livres", amount(books)),
            ("Écart", amount(total - books) if total != books else "zéro franc"),
            (
                "Plafond de la caisse",
                amount(facts["ceiling_minor"]) if facts["ceiling_minor"] else "non fixé",
            ),
            ("Motif de l'écart", facts["reason"] or "sans objet"),
        ],
        label_mm=50,
    )
    paper.arrete(
        f"Arrêté le présent comptage à la somme de : {amount_in_words(total, facts['currency'])} ({amount(total)})."
    )
    labels = ("Compté par", "Confirmé par")
    paper.signatures(
        [
            Signatory(s["function"] or "", s["name"], act=s["act"], on=day(s["on"]), label=label)
            for label, s in zip(labels, facts["signed"], strict=False)
        ]
    )
    return paper.render()


def reconciliation_pdf(facts: dict[str, Any]) -> bytes:
    """État de rapprochement: the books and the statement at the same day, each outstanding operation with its age; « rapproché » only at
    zero unexplained; prepared by one person, controlled by another."""
    done, currency, on = facts["status"] == "controlled", facts["currency"], facts["statement_on"]
    said = date_long(date.fromisoformat(on))
    paper = sheet(
        "État de rapprochement",
        {**facts, "draft": not done or bool(facts.get("draft"))},
        [("Compte", facts["account"])],
        facts["books_minor"],
        one_page=True,
    )
    paper.facts(
        [
            ("Compte", f"{facts['account']} ({ACCOUNTS.get(facts['kind'], facts['kind'])})"),
            ("Numéro", facts["number"]),
            ("Relevé ou comptage", f"n° {facts['source']}, arrêté au {said}"),
        ]
    )
    books, statement = facts["books_minor"], facts["statement_minor"]
    paper.table(
        [Column(f"Situation au {said}", weight=3), Column("Montant", 44, kind="amount")],
        [
            ("Solde dans les livres à cette date", books),
            ("Solde du relevé, ou compté", statement),
            ("Écart à expliquer (livres moins relevé)", books - statement),
        ],
        numbered=False,
        unit="francs CFA",
        bold_rows=(2,),
    )
    for side, title in (
        ("books", "Suspens : dans les livres, pas encore au relevé"),
        ("statement", "Suspens : au relevé, pas encore dans les livres"),
    ):
        rows = [item for item in facts["items"] if item["side"] == side]
        paper.heading(title)
        if not rows:
            paper.para("Néant.", align="left")
            continue
        paper.table(
            [
                Column("Opération", weight=3),
                Column("Référence", 40, kind="code"),
                Column("Du", 22, kind="date"),
                Column("Âge (jours)", 20, kind="number"),
                Column("À porter au solde du relevé", 36, kind="amount"),
            ],
            [
                (r["label"], r["reference"] or "—", date.fromisoformat(r["on"]), r["days"], r["amount_minor"])
                for r in rows
            ],
            total="Total",
            carry=4,
            unit="francs CFA",
        )
    left = facts["unexplained_minor"]
    held, missing = (
        sum(item["amount_minor"] for item in facts["items"] if item["side"] == side)
        for side in ("books", "statement")
    )
    paper.heading("Du relevé aux livres")
    paper.table(
        [Column("Preuve", weight=3), Column("Montant", 44, kind="amount")],
        [
            ("Solde du relevé, ou compté", statement),
            ("Dans les livres, pas encore au relevé", held),
            ("Au relevé, pas encore dans les livres (débits ajoutés, crédits retranchés)", missing),
            ("Solde rapproché", statement + held + missing),
            ("Solde dans les livres", books),
            ("Écart non expliqué", left),
        ],
        numbered=False,
        unit="francs CFA",
        bold_rows=(3, 5),
    )
    paper.arrete(
        f"Écart non expliqué : zéro franc. Le compte est rapproché au {said}."
        if not left
        else f"Écart NON EXPLIQUÉ : {amount_in_words(abs(left), currency)} ({amount(left, currency)}). "
        "Le compte N'EST PAS rapproché."
    )
    preparer, controller = facts["preparer"], facts["controller"]
    paper.signatures(
        [
            Signatory(
                preparer["function"],
                preparer["name"],
                act=preparer["act"],
                on=day(preparer["on"]),
                label="Préparé par",
            ),
            Signatory(
                controller["function"] or "Une seconde personne",
                controller["name"],
                act=controller["act"],
                on=day(controller["on"]),
                label="Contrôlé par",
            ),
        ]
    )
    return paper.render()
