"""What the papers of this room share: days, offices, the reference line, the frame. French whatever the screen."""

from __future__ import annotations

from datetime import date
from typing import Any

from portfolio.kit.pdf import Letterhead, Paper, qr_text
from portfolio.kit.words import date_long

OFFICES = {
    ("president", "F"): "La présidente",
    ("president", "M"): "Le président",
    ("president", ""): "Le président ou la présidente",
    ("treasurer", "F"): "La trésorière",
    ("treasurer", "M"): "Le trésorier",
    ("treasurer", ""): "Le trésorier ou la trésorière",
}


def day(text: str) -> str:
    """« 12 mars 2026 », or nothing."""
    return date_long(date.fromisoformat(text)) if text else ""


def on_day(text: str) -> date | None:
    """A day of the facts."""
    return date.fromisoformat(text) if text else None


def letterhead(facts: dict[str, Any]) -> Letterhead:
    """F1."""
    head = facts["letterhead"]
    return Letterhead(tuple(head["lines"]), head["service"], head["place"])


def references(facts: dict[str, Any]) -> list[tuple[str, str]]:
    """F3."""
    return [
        ("Appel", facts["call"]),
        ("Convention", facts["agreement"]),
        ("Fonds", facts["fund"]),
        ("Imputation", facts["line"]),
        ("Exercice", str(facts["exercice"])),
    ]


def office(person: dict[str, str]) -> str:
    """« La trésorière »."""
    return OFFICES[(person["office"], person.get("sex", ""))]


def new_paper(facts: dict[str, Any], title: str, reference: str, total: int | None, **options: Any) -> Paper:
    """A paper with its fingerprint and its code (F12)."""
    on = date.fromisoformat(facts["on"])
    mark = facts.get("fingerprint")
    qr = qr_text(reference, on, fingerprint=mark, amount_minor=total) if mark else None
    return Paper(
        title,
        reference,
        letterhead(facts),
        reference_lines=references(facts),
        on=on,
        fingerprint=mark,
        qr=qr,
        **options,
    )
