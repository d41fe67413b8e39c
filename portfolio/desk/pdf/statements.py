"""Statements of the accounts and the formal notice (documents.md 3.4). French papers, whatever the screen speaks."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from portfolio.kit.grammar import counted
from portfolio.kit.pdf import Letterhead, Paper, Signatory, amount, qr_text, short_fingerprint
from portfolio.kit.words import amount_in_words, date_long, hour_short
from portfolio.payments.pdf import transfers

Facts = dict[str, Any]
KINDS = {
    "bank": "banque",
    "sfd": "système financier décentralisé",
    "mobile": "monnaie mobile",
    "cash": "caisse",
}


def frame(facts: Facts, title: str, total: int | None) -> dict[str, Any]:
    """Title, number, letterhead, day, fingerprint and code: what every statement has, however it is drawn."""
    on, mark, reference, head = (
        date.fromisoformat(facts["on"]),
        facts.get("fingerprint"),
        facts["reference"],
        facts["letterhead"],
    )
    return {
        "title": title,
        "reference": reference,
        "letterhead": Letterhead(tuple(head["lines"]), head["service"], head["place"]),
        "on": on,
        "fingerprint": mark,
        "qr": qr_text(reference, on, fingerprint=mark, amount_minor=total) if mark else None,
    }


def paper(facts: Facts, title: str, *, total: int | None = None, **options: Any) -> Paper:
    return Paper(**frame(facts, title, total), **options)


def edition(facts: Facts) -> str:
    """« Situation au 22 novembre 2026 à 12 h 00 TU, éditée par … »."""
    at = datetime.fromisoformat(facts["at"])
    by = f", éditée par {facts['editor']}" if facts["editor"] else ""
    return f"Situation au {date_long(at.date())} à {hour_short(at)} TU{by}"


def edited(made: Paper, facts: Facts) -> None:
    made.para(
        f"{edition(facts)}\nTête du livre : écriture n° {facts['head']['seq']}, empreinte {short_fingerprint(facts['head']['hash'])}",
        align="center",
        small=True,
    )


def editor(facts: Facts, label: str) -> Signatory:
    return Signatory(
        facts["editor_function"] or "Édité par",
        facts["editor"],
        act=facts.get("editor_act", ""),
        label=label,
        on=date.fromisoformat(facts["on"]),
    )


def signers(facts: Facts, *others: Signatory) -> list[Signatory]:
    """Who edited it and the comptable: one signature where they are one person; then the others."""
    if facts.get("editor_role") == "accountant":
        return [editor(facts, "Édité et certifié par"), *others]
    return [editor(facts, "Édité par"), Signatory("L'agent comptable", ""), *others]


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
