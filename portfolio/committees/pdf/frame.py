"""What the papers of a committee share: letterhead, hours, the French words of codes. Papers are French acts, whatever the screen speaks."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from portfolio.kit.grammar import at as at_
from portfolio.kit.grammar import feminine, the
from portfolio.kit.pdf import Letterhead, Paper, qr_text
from portfolio.kit.words import date_long, deadline_words, hour_short

FUNCTIONS = {
    "president": "président(e)",
    "vice_president": "vice-président(e)",
    "secretary": "secrétaire",
    "member": "membre",
}
CAPACITIES = {"titular": "titulaire", "substitute": "suppléant(e)", "observer": "observateur / observatrice"}
VOICES = {"deliberative": "délibérative", "consultative": "consultative"}
PROPOSALS = {
    "favourable": "favorable",
    "revised": "favorable à montant révisé",
    "waiting_list": "liste d'attente",
    "adjourned": "ajourné",
    "unfavourable": "défavorable",
}
CATEGORIES = {
    "women": "groupements de femmes",
    "youth": "organisations de jeunes",
    "woman_president": "groupements présidés par une femme",
}
COUNTRIES = {"ML": "Mali", "BF": "Burkina Faso", "NE": "Niger"}
ZONES = [("Niamey", "Africa/Niamey")]


def moment(text: str | None) -> datetime | None:
    """An ISO moment of the facts, in universal time."""
    return None if not text else datetime.fromisoformat(text).astimezone(UTC)


def hour(text: str | None) -> str:
    """« 10 h 42 », or nothing."""
    at = moment(text)
    return "" if at is None else hour_short(at)


def when(text: str | None) -> str:
    """« 28 novembre 2026 à 9 h 00 TU (10 h 00 à Niamey) »."""
    at = moment(text)
    return "" if at is None else f"{date_long(at.date())} à {deadline_words(at, ZONES)}"


def tenths(value: int | None) -> str:
    """« 84,5 », « 84 »."""
    if value is None:
        return ""
    whole, rest = divmod(value, 10)
    return f"{whole},{rest}" if rest else str(whole)


def spread(item: dict[str, Any]) -> str:
    """« 31 → 8 » when one more assessor was called, else « 5 »."""
    now, first = item.get("spread_tenths"), item.get("first_spread_tenths")
    if now is None:
        return ""
    return tenths(now) if first in (None, now) else f"{tenths(first)} → {tenths(now)}"


def percent(value: int) -> str:
    """Tenths of a percent as « 44,6 % »."""
    return f"{tenths(value)}\u00a0%"


def ordinal(number: int) -> str:
    """« 1re », « 3e »."""
    return "1re" if number == 1 else f"{number}e"


def paper(
    facts: dict[str, Any], title: str, *, on: date | None = None, number: str | None = None, **options: Any
) -> Paper:
    """A paper with the institution's letterhead, the reference line and the fingerprint of its facts."""
    head = facts["letterhead"]
    day = on or date.fromisoformat(facts["on"])
    reference = facts.get("reference") or "" if number is None else number
    fingerprint = facts.get("fingerprint")
    subject = facts["subject"]
    return Paper(
        title,
        reference,
        Letterhead(tuple(head["lines"]), head["service"], head["place"]),
        reference_lines=options.pop("reference_lines", [("Objet", subject["reference"])]),
        on=day,
        fingerprint=fingerprint,
        qr=qr_text(reference, day, fingerprint=fingerprint) if fingerprint and reference else None,
        draft=bool(facts.get("draft")),
        **options,
    )


def body(facts: dict[str, Any]) -> str:
    """The organ and the act that made it: « le Comité de sélection …, créé par la décision n° … »."""
    committee = facts["committee"]
    made = (
        f", {'créée' if feminine(committee['name']) else 'créé'} par {the(committee['act'])}"
        if committee["act"]
        else ""
    )
    return f"{committee['name']}{made}"


def venue(facts: dict[str, Any]) -> str:
    """« au siège de l'Autorité, dans la salle de réunion »."""
    return at_(facts["place"]) + (f", dans {the(facts['room'])}" if facts["room"] else "")


def capital(text: str) -> str:
    """The text with a capital, as a label's value begins."""
    return text[:1].upper() + text[1:]


def about(facts: dict[str, Any]) -> str:
    """What the session is about, in words."""
    subject = facts["subject"]
    kind = "l'appel à propositions" if subject["type"] == "call" else "la procédure"
    words = f"{kind} {subject['reference']}".rstrip()
    return f"{words} « {subject['title']} »" if subject["title"] else words
