"""Grand livre des décaissements (document 18) and balance générale: landscape, « À reporter » and « Report », control totals a page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from portfolio.desk.pdf.statements import signers
from portfolio.kit.pdf import Column, Letterhead, Paper, Signatory, amount, qr_text
from portfolio.kit.pdf.register import BookColumn, BookSpec, Row, Totals, draw_book
from portfolio.kit.words import amount_in_words, date_long, hour_short, of_amount

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


_HEADS = {
    "seq": "N°",
    "date": "Date",
    "document": "Pièce",
    "party": "Tiers",
    "agreement": "Convention",
    "tranche": "Tr.",
    "objective": "Objectif",
    "counterpart": "Contrep.",
    "account": "Compte",
    "fund": "Fonds",
    "treasury": "Payé par",
    "label": "Libellé",
    "debit": "Débit",
    "credit": "Crédit",
    "balance": "Solde progressif",
}
_OWN_HEADS = {
    "fund": {"debit": "Recettes", "credit": "Dépenses", "balance": "Disponible"},
    "journal": {
        "party": "Bénéficiaire du paiement",
        "document": "Ordre de paiement",
        "debit": "Payé",
        "credit": "Contre-passé",
        "balance": "Cumul",
    },
}


_ROOM = {"party": -1, "agreement": 1}
"""Columns that give and take the room of what sub-totals go by."""
_EDGES = {
    "disbursements": ("Solde initial", "Totaux et solde final"),
    "account": ("Solde initial", "Totaux et solde final"),
    "fund": ("Disponible au début", "Totaux et disponible"),
    "journal": ("Payé auparavant", "Totaux et cumul"),
}


def _words(nature: str, name: str) -> str:
    return _OWN_HEADS.get(nature, {}).get(name) or _HEADS[name]


def book(facts: dict[str, Any], rows: Iterable[Row]) -> bytes:
    """The book from its facts and its rows, in the order of the columns; the same facts and rows give the same bytes."""
    by = facts["by"]
    tight = 5 if by else 0  # room for what sub-totals go by: a number is never clipped
    columns = [
        BookColumn(_words(facts["nature"], name), mm + tight * _ROOM.get(name, 0), kind=kind, align=align)
        for name, mm, kind, align in facts["columns"]
    ]
    if by:
        columns.insert(0, BookColumn(_BY[by], 20))
    names = [name for name, *_rest in facts["columns"]]
    if by == "party" and "party" in names:  # said once, in the room of both
        at = names.index("party") + 1
        columns[0] = BookColumn(_BY[by], 20 + columns.pop(at).width_mm)
        rows = ((*row[:at], *row[at + 1 :]) for row in rows)
    opening: list[str | int | None] = [None] * (len(columns) - 1)
    on = date.fromisoformat(facts["on"])
    spec = BookSpec(
        title=facts["title"],
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
        opening_label=_EDGES[facts["nature"]][0],
        closing_label=_EDGES[facts["nature"]][1],
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


_CALLED = {
    "disbursements": "le présent grand livre",
    "account": "le présent grand livre de compte",
    "fund": "le présent livre de fonds",
    "journal": "le présent journal des paiements",
}


def _until(facts: dict[str, Any]) -> str:
    """The day the book stops at: the end of its period, or the day of the edition while the period still runs."""
    return date_long(date.fromisoformat(min(facts.get("to") or facts["on"], facts["on"])))


def _closing(facts: dict[str, Any], totals: Totals) -> Sequence[str]:
    """« Arrêté le présent grand livre au …, à … écritures, à la somme de … » (document 18), in the words of each book."""
    debit, credit, closing = facts["debit_minor"], facts["credit_minor"], facts["closing_minor"]
    if totals.lines != facts["count"]:
        raise ValueError("the rows are not those of the facts")
    kind, side = facts["nature"], _side(closing)
    entries = f"{facts['count']} écriture{'s' if facts['count'] > 1 else ''}"
    head = f"Arrêté {_CALLED[kind]} au {_until(facts)}, à {entries}"
    balance = (
        "soit un solde nul"
        if not closing
        else f"soit un solde {side} {of_amount(abs(closing))} ({amount(abs(closing))})"
    )
    if kind == "fund":
        left = f"soit une disponibilité {of_amount(closing)} ({amount(closing)})" if closing > 0 else balance
        return [
            f"Disponible au début : {amount(facts['opening_minor'])}. Disponible à la fin : {amount(closing)}.",
            f"{head}, à la somme {of_amount(debit)} ({amount(debit)}) en recettes et {of_amount(credit)} "
            f"({amount(credit)}) en dépenses, {left}.",
        ]
    if kind == "journal":
        net = debit - credit
        undone = (
            f", dont {amount_in_words(credit)} ({amount(credit)}) contre-passés ou revenus, soit net {amount_in_words(net)} ({amount(net)})"
            if credit
            else ""
        )
        return [
            f"Payé avant la période : {amount(facts['opening_minor'])}. Cumul à la fin : {amount(closing)}.",
            f"{head}, pour des paiements d'une somme {of_amount(debit)} ({amount(debit)}){undone}.",
        ]
    return [
        f"Solde initial : {amount(abs(facts['opening_minor']))} ({_side(facts['opening_minor'])}). "
        f"Solde final : {amount(abs(closing))} ({side}).",
        f"{head}, à la somme {of_amount(debit)} ({amount(debit)}) au débit et {of_amount(credit)} ({amount(credit)}) "
        f"au crédit, {balance}.",
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
        f"Arrêtée la présente balance au {_until(facts)}, à la somme {of_amount(totals['debit'])} "
        f"({amount(totals['debit'])}) au débit et {of_amount(totals['credit'])} ({amount(totals['credit'])}) au crédit."
    )
    paper.para(
        f"Tête du livre : écriture n° {facts['head']['seq']}, empreinte {facts['head']['hash']}", small=True
    )
    paper.signatures(_signers(facts))
    return paper.render()
