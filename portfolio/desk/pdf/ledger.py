"""Grand livre des décaissements (document 18) and balance générale: landscape, « À reporter » and « Report », control totals a page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from portfolio.desk.pdf.statements import signers
from portfolio.kit.pdf import Column, Letterhead, Paper, Signatory, amount, qr_text
from portfolio.kit.pdf.register import BookColumn, BookSpec, Row, Totals, draw_book
from portfolio.kit.words import date_long, hour_short, of_amount

_BY = {
    "party": "Tiers",
    "fund": "Fonds",
    "line": "Ligne budgétaire",
    "agreement": "Convention",
    "call": "Appel",
    "donor": "Bailleur",
    "place": "Lieu",
    "objective": "Objectif",
    "treasury": "Compte de l'institution",
    "exercice": "Exercice",
}


def _head(facts: dict[str, Any]) -> Letterhead:
    head = facts["letterhead"]
    return Letterhead(tuple(head["lines"]), head["service"], head["place"])


def _edition(facts: dict[str, Any]) -> str:
    at = datetime.fromisoformat(facts["at"])
    said = f"Édition n° {facts['reference']} du {date_long(at.date())} à {hour_short(at)} TU"
    return f"{said} par {facts['editor']}" if facts["editor"] else said


def _side(minor: int) -> str:
    return "débiteur" if minor > 0 else "créditeur" if minor < 0 else "nul"


def _signers(facts: dict[str, Any]) -> list[Signatory]:
    return signers(
        facts,
        Signatory("L'ordonnateur", "", label="Vu par l'ordonnateur"),
        Signatory("Auditeur", "", label="Vu par l'auditeur"),
    )


def book(facts: dict[str, Any], rows: Iterable[Row]) -> bytes:
    """The book from its facts and its rows, in the order of the columns; the same facts and rows give the same bytes."""
    by = facts["by"]
    tight = 5 if by else 0  # room for what sub-totals go by: a number is never clipped
    columns = [
        BookColumn("N°", 10, align="right"),
        BookColumn("Date", 17),
        BookColumn("Pièce", 26),
        BookColumn("Tiers", 60 - tight),
        BookColumn("Convention", 26 + tight),
        BookColumn("Tr.", 7, align="center"),
        BookColumn("Objectif", 14),
        BookColumn("Libellé", 30),
        BookColumn("Débit", 20, kind="amount"),
        BookColumn("Crédit", 20, kind="amount"),
        BookColumn("Solde progressif", 23, kind="balance"),
    ]
    if by:
        columns.insert(0, BookColumn(_BY[by], 20))
    opening: list[str | int | None] = [None] * (len(columns) - 1)
    on = date.fromisoformat(facts["on"])
    spec = BookSpec(
        title="Grand livre des décaissements",
        reference=facts["reference"],
        letterhead=_head(facts),
        columns=columns,
        on=on,
        edition=_edition(facts),
        reference_lines=[
            (label, value)
            for label, value in (("Exercice", facts["exercice"]), ("Fonds", facts["fund"]))
            if value
        ],
        filters=[(str(label), str(value)) for label, value in facts["filters"]],
        opening=[*opening, facts["opening_minor"]],
        group_by=0 if by else None,
        group_label=f"Sous-total {_BY[by].lower()}" if by else "Sous-total",
        closing=lambda totals: _closing(facts, totals),
        fingerprints=[
            (f"Première empreinte, écriture n° {facts['first']['seq']}", facts["first"]["hash"]),
            (f"Dernière empreinte, écriture n° {facts['last']['seq']}", facts["last"]["hash"]),
            (f"Tête du livre, écriture n° {facts['head']['seq']}", facts["head"]["hash"]),
        ]
        if facts["count"]
        else [(f"Tête du livre, écriture n° {facts['head']['seq']}", facts["head"]["hash"])],
        fingerprint=facts.get("fingerprint"),
        qr=_qr(facts, on),
        signatories=_signers(facts),
    )
    return draw_book(spec, rows)


def _qr(facts: dict[str, Any], on: date) -> str | None:
    """Reference, date, balance, fingerprint of the paper, and the head of the ledger: what a later verification is held against (T06)."""
    mark = facts.get("fingerprint")
    if not mark:
        return None
    base = qr_text(facts["reference"], on, fingerprint=mark, amount_minor=facts.get("closing_minor"))
    return base if "\nLIVRE " in base else f"{base}\nLIVRE {facts['head']['seq']} {facts['head']['hash']}"


def _closing(facts: dict[str, Any], totals: Totals) -> Sequence[str]:
    """« Arrêté le présent grand livre au …, à … écritures, à la somme de … » (document 18)."""
    debit, credit, closing = facts["debit_minor"], facts["credit_minor"], facts["closing_minor"]
    if totals.lines != facts["count"]:
        raise ValueError("the rows are not those of the facts")
    balance = (
        "soit un solde nul"
        if not closing
        else f"soit un solde {_side(closing)} {of_amount(abs(closing))} ({amount(abs(closing))})"
    )
    return [
        f"Solde initial : {amount(abs(facts['opening_minor']))} ({_side(facts['opening_minor'])}). "
        f"Solde final : {amount(abs(closing))} ({_side(closing)}).",
        f"Arrêté le présent grand livre au {date_long(date.fromisoformat(facts['on']))}, à {facts['count']} écritures, à la somme "
        f"{of_amount(debit)} ({amount(debit)}) au débit et {of_amount(credit)} ({amount(credit)}) au crédit, {balance}.",
    ]


def trial_balance(facts: dict[str, Any]) -> bytes:
    """The balance générale: opening, movements and closing of each account, debits and credits in equal columns."""
    on, mark = date.fromisoformat(facts["on"]), facts.get("fingerprint")
    paper = Paper(
        "Balance générale des comptes",
        facts["reference"],
        _head(facts),
        on=on,
        landscape=True,
        fingerprint=mark,
        qr=_qr(facts, on),
    )
    paper.para(_edition(facts), align="center", small=True)
    paper.facts([(str(label), str(value)) for label, value in facts["filters"]])
    for budget, title in (
        (False, "Comptes de trésorerie, de tiers et de charges"),
        (True, "Comptes budgétaires"),
    ):
        rows = [row for row in facts["rows"] if row["budget"] is budget]
        mapped = any(
            "sycebnl" in row for row in facts["rows"]
        )  # editions kept before the column are drawn as they were
        paper.heading(title)
        paper.table(
            [
                Column("Compte", 16, kind="code"),
                Column("Intitulé", weight=2),
                *([Column("SYCEBNL", 18, kind="code")] if mapped else []),
                *(
                    Column(label, 30, kind="amount")
                    for label in (
                        "Solde initial débiteur",
                        "Solde initial créditeur",
                        "Mouvements au débit",
                        "Mouvements au crédit",
                        "Solde final débiteur",
                        "Solde final créditeur",
                    )
                ),
            ],
            [
                (
                    row["account"],
                    row["label"],
                    *([row.get("sycebnl") or "—"] if mapped else []),
                    max(0, row["opening"]),
                    max(0, -row["opening"]),
                    row["debit"],
                    row["credit"],
                    max(0, row["closing"]),
                    max(0, -row["closing"]),
                )
                for row in rows
            ],
            total="Total",
            numbered=False,
            unit="francs CFA",
        )
    totals = facts["totals"]
    paper.arrete(
        f"Arrêtée la présente balance à la somme {of_amount(totals['debit'])} ({amount(totals['debit'])}) au débit et "
        f"{of_amount(totals['credit'])} ({amount(totals['credit'])}) au crédit."
    )
    paper.para(
        f"Tête du livre : écriture n° {facts['head']['seq']}, empreinte {facts['head']['hash']}", small=True
    )
    paper.signatures(_signers(facts))
    return paper.render()
