"""The letter of a contre-passation: the entries first written and those that take them back, the reason, who and when. French."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from portfolio.desk.pdf.statements import edited, editor, paper
from portfolio.kit.pdf import Column, Paper, Signatory, amount
from portfolio.kit.words import amount_in_words, date_long, hour_short

Facts = dict[str, Any]


def _entries(made: Paper, rows: list[Facts]) -> None:
    made.table(
        [
            Column("Écriture n°", 22, kind="code"),
            Column("Datée du", 24),
            Column("Débit", weight=1),
            Column("Crédit", weight=1),
            Column("Montant", 32, kind="amount"),
        ],
        [
            (
                str(r["seq"]),
                f"{date.fromisoformat(r['on']):%d/%m/%Y}",
                r["debit"],
                r["credit"],
                r["amount_minor"],
            )
            for r in rows
        ],
    )


def sum_of(rows: list[Facts]) -> int:
    """The money of the act, once: the accounts of the budget (9…) say the same payment a second time."""
    money = [r["amount_minor"] for r in rows if not r["debit"].startswith("9")]
    return sum(money) if money else sum(r["amount_minor"] for r in rows)


def reversal_pdf(facts: Facts) -> bytes:
    """Décision de contre-passation: both entries, nothing erased; signed by the comptable, seen by the ordonnateur."""
    at = datetime.fromisoformat(facts["written_at"])
    total = sum_of(facts["originals"])
    made = paper(facts, "Décision de contre-passation", total=total)
    edited(made, facts)
    made.facts(
        [
            ("Opération", facts["what"]),
            ("Pièce", facts["document"] or "sans pièce"),
            ("Acte du grand livre", f"n° {facts['act']}"),
            ("Écrit le", f"{date_long(at.date())} à {hour_short(at)} TU, par {facts['written_by']}"),
            ("Motif", facts["reason"]),
        ],
        label_mm=40,
    )
    made.para("Écritures contre-passées (francs CFA)", bold=True, align="left")
    _entries(made, facts["originals"])
    made.para("Écritures de contre-passation (francs CFA)", bold=True, align="left")
    _entries(made, facts["reversals"])
    made.para(
        "Les premières écritures restent au grand livre. Les secondes les compensent, compte par compte et franc pour franc.",
        align="left",
    )
    made.arrete(
        f"Arrêtée la présente contre-passation à la somme de : {amount_in_words(total, facts['currency'])} "
        f"({amount(total, facts['currency'])})."
    )
    made.signatures([editor(facts, "Contre-passé par"), Signatory("L'ordonnateur", "", label="Vu")])
    return made.render()
