"""What every statement of the accounts has (documents.md 3.4). French papers, whatever the screen speaks."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from portfolio.kit.pdf import Letterhead, Paper, Signatory, qr_text, short_fingerprint
from portfolio.kit.words import date_long, hour_short

Facts = dict[str, Any]


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
    if facts.get("editor_role") == "authorising_officer":  # the month that he closes: he signs it once
        rest = [other for other in others if other.function != "L'ordonnateur"]
        return [editor(facts, "Édité et vu par"), Signatory("L'agent comptable", ""), *rest]
    return [editor(facts, "Édité par"), Signatory("L'agent comptable", ""), *others]
