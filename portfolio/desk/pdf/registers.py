"""Statements of any number of lines, drawn as the grand livre is: what is left to pay, advances by age (documents.md 3.4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from portfolio.desk.pdf.statements import edition, frame, signers
from portfolio.kit.grammar import counted
from portfolio.kit.pdf import Signatory, amount
from portfolio.kit.pdf.register import BookColumn, BookSpec, Row, Totals, draw_book
from portfolio.kit.words import amount_in_words

Facts = dict[str, Any]

BY = {
    "fund": "Fonds",
    "party": "Bénéficiaire",
    "call": "Appel",
    "objective": "Objectif",
    "place": "Lieu",
}


def _head(facts: Facts) -> tuple[str, str]:
    return f"Tête du livre, écriture n° {facts['head']['seq']}", facts["head"]["hash"]


def _control(facts: Facts, what: str, total: int) -> list[str]:
    """What the ledger says of the same, and the gap: the reader does not have to take our word."""
    said = facts["ledger_minor"]
    if said is None:
        return []
    gap = "aucun écart" if said == total else f"ÉCART de {amount(said - total)}"
    return [f"{what} au grand livre : {amount(said)} ; {gap}."]


def _checked(totals: Totals, facts: Facts) -> None:
    if totals.lines != facts["count"]:
        raise ValueError("the rows are not those of the facts")


def payables_pdf(facts: Facts, rows: Iterable[Sequence[Any]]) -> bytes:
    """État des engagements et des restes à payer: per grant, at a date, with sub-totals by fund."""
    left = facts["left_minor"]

    def lines() -> Iterator[Row]:
        for n, row in enumerate(rows, 1):
            yield (row[0], str(n), *row[1:])

    def closing(totals: Totals) -> list[str]:
        _checked(totals, facts)
        return [
            f"Arrêté le présent état à {counted(facts['count'], 'engagement', 'engagements')} et à la somme restant à payer de : "
            f"{amount_in_words(left)} ({amount(left)}).",
            *_control(facts, "Engagé et non payé (comptes 904, 905 et 906)", left),
        ]

    spec = BookSpec(
        **frame(facts, "État des engagements et des restes à payer", left),
        edition=edition(facts),
        columns=[
            BookColumn("Fonds", 16),
            BookColumn("N°", 11, align="right"),
            BookColumn("Convention ou engagement", 36),
            BookColumn("Bénéficiaire", 80),
            *(
                BookColumn(label, 26, "amount")
                for label in ("Engagé", "Liquidé", "Ordonnancé", "Payé", "Reste à payer")
            ),
        ],
        group_by=0,
        group_label="Sous-total du fonds",
        closing_label="Totaux",
        closing=closing,
        fingerprints=[_head(facts)],
        signatories=signers(facts, Signatory("L'ordonnateur", "", label="Vu")),
        empty="Aucun engagement.",
    )
    return draw_book(spec, lines())


def age_label(since: int, until: int | None) -> str:
    """« 91 à 180 jours », « plus de 270 jours »."""
    return f"{since} à {until} jours" if until is not None else f"Plus de {since - 1} jours"


def ageing_pdf(facts: Facts, rows: Iterable[Sequence[Any]]) -> bytes:
    """Balance âgée des avances non justifiées: one row an advance, its sum in the column of its age; the last notice, room for what was done."""
    ages, total, by = facts["ages"], facts["left_minor"], facts["by"]
    keyed = by != "party"
    key = [BookColumn(BY[by], 14 if by == "fund" else 22)] if keyed else []

    def lines() -> Iterator[Row]:
        for n, (code, agreement, tranche, group, paid_on, days, left, contact) in enumerate(rows, 1):
            cells = tuple(
                left if days >= since and (until is None or days <= until) else None for since, until in ages
            )
            paid = f"{date.fromisoformat(str(paid_on)):%d/%m/%Y}" if paid_on else "—"
            start = (code, str(n)) if keyed else (str(n),)
            yield (*start, agreement, str(tranche), group, paid, str(days), left, *cells, contact)

    def closing(totals: Totals) -> list[str]:
        _checked(totals, facts)
        figures = [value or 0 for value in totals.sums if value is not None][1:]
        spread = " · ".join(
            f"{age_label(*age).lower()} : {amount(value)}"
            for age, value in zip(ages, figures, strict=True)
            if value
        )
        return [
            f"Arrêtée la présente balance à {counted(facts['count'], 'avance', 'avances')} et à la somme de : "
            f"{amount_in_words(total)} ({amount(total)}).",
            *([f"Par ancienneté : {spread}."] if spread else []),
            *_control(facts, "Solde du compte 409 « Avances à justifier »", total),
        ]

    spec = BookSpec(
        **frame(facts, "Balance âgée des avances non justifiées", total),
        edition=edition(facts),
        filters=[(str(label), str(value)) for label, value in facts["filters"]],
        columns=[
            *key,
            BookColumn("N°", 10, align="right"),
            BookColumn("Convention", 34),
            BookColumn("Tr.", 7, align="center"),
            BookColumn("Bénéficiaire", 64),
            BookColumn("Versée le", 18),
            BookColumn("Jours", 11, align="right"),
            BookColumn("Non justifié", 22, "amount"),
            *(BookColumn(age_label(*age), 20, "amount") for age in ages),
            BookColumn("Dernier contact ou relance, suite donnée", 44),
        ],
        group_by=0 if keyed else 3,
        group_label=f"Sous-total {BY[by].lower()}",
        closing_label="Totaux",
        closing=closing,
        fingerprints=[_head(facts)],
        signatories=signers(facts, Signatory("L'ordonnateur", "", label="Vu")),
        empty="Toutes les avances versées sont justifiées.",
    )
    return draw_book(spec, lines())


def grant_pdf(facts: Facts) -> bytes:
    """Relevé d'une subvention: every entry of its money, what it added, what is left to justify and to give back."""
    sums, rows = facts["sums"], facts["rows"]
    became = (
        sums["accepted"] + sums["to_justify"] + sums["to_return"] + sums["returned"] + sums["written_off"]
    )
    back = sums["returned"] + sums["written_off"]

    def closing(totals: Totals) -> list[str]:
        if totals.lines != len(rows):
            raise ValueError("the rows are not those of the facts")
        said = facts["ledger_minor"]
        gap = "aucun écart" if said == sums["paid"] else f"ÉCART de {amount(said - sums['paid'])}"
        check = "" if became == sums["paid"] else f" ; ÉCART de {amount(became - sums['paid'])}"
        return [
            f"Arrêté le présent relevé à {counted(len(rows), 'écriture', 'écritures')} et à la somme versée de : "
            f"{amount_in_words(sums['paid'])} ({amount(sums['paid'])}), dont accepté {amount(sums['accepted'])}, "
            f"reste à justifier {amount(sums['to_justify'])}, reste à reverser {amount(sums['to_return'])}, "
            f"reversé ou admis en non-valeur {amount(back)}{check}.",
            f"Paiements au grand livre (compte 907) : {amount(said)} ; {gap}.",
        ]

    made = frame(facts, "Relevé de subvention", sums["paid"])
    spec = BookSpec(
        **made,
        edition=edition(facts),
        filters=[
            ("Convention", f"{facts['agreement']} – {facts['title']}"),
            ("Bénéficiaire", facts["group"]),
            ("Montant de la subvention", amount(facts["amount_minor"])),
        ],
        columns=[
            BookColumn("N°", 11, align="right"),
            BookColumn("Date", 18),
            BookColumn("Pièce", 32),
            BookColumn("Tr.", 8, align="center"),
            BookColumn("Libellé", 66),
            BookColumn("Versé", 24, "amount"),
            BookColumn("Accepté", 24, "amount"),
            BookColumn("Réclamé", 22, "amount"),
            BookColumn("Reversé, non-valeur", 24, "amount"),
            BookColumn("Reste à justifier", 24, "balance"),
            BookColumn("Reste à reverser", 24, "balance"),
        ],
        closing_label="Totaux et restes",
        closing=closing,
        fingerprints=[_head(facts)],
        signatories=signers(facts, Signatory("L'ordonnateur", "", label="Vu")),
        empty="Aucun paiement sur cette convention.",
    )
    return draw_book(spec, [tuple(row) for row in rows])
