"""What the papers of a purchase share: letterhead, reference lines, words of codes in French, hours. Papers are in French (R22)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from portfolio.kit.pdf import Letterhead, Paper, qr_text
from portfolio.kit.words import date_in_words, date_long, deadline_words, hour_in_words, hour_short

BUYER = {"authority": "l'Autorité", "group": "le bénéficiaire de la subvention"}
METHOD = {
    "direct_purchase": "achat direct",
    "quotation_request": "demande de cotations",
    "works_quotation_request": "demande de cotations (travaux)",
    "restricted_call": "appel d'offres restreint",
    "open_call": "appel d'offres ouvert",
    "three_pro_forma": "trois factures pro forma",
}
CHANNEL = {
    "letter": "lettre contre décharge",
    "email": "courriel",
    "phone": "téléphone",
    "hand": "remise en main propre",
}
PAPERS = {
    "letter_of_bid": "soumission signée",
    "price_schedule": "bordereau des prix",
    "tax": "attestation fiscale",
    "trade_register": "registre du commerce",
    "references": "références similaires",
    "technical": "descriptif technique",
}
ASIDE = {
    "administrative": "pièces absentes ou non valables",
    "technical": "non conforme à la demande",
    "abnormally_low": "offre anormalement basse",
}
PROPOSAL = {
    "favourable": "favorable",
    "revised": "favorable à un montant révisé",
    "waiting_list": "liste d'attente",
    "adjourned": "ajournée",
    "unfavourable": "défavorable",
}
FUNCTION = {
    "president": "présidente",
    "vice_president": "vice-présidente",
    "secretary": "secrétaire",
    "treasurer": "trésorière",
    "member": "membre",
}
SEATED = {
    "president": "président(e)",
    "vice_president": "vice-président(e)",
    "secretary": "secrétaire",
    "member": "membre",
}
RECEIPT = {"partial": "PARTIELLE", "provisional": "PROVISOIRE", "final": "DÉFINITIVE"}
TAX = {"exempt": "Exonéré de TVA", "included": "TVA comprise", "none": "Fournisseur non assujetti à la TVA"}
MARK = {"signature": "signature", "thumbprint": "empreinte digitale"}
STATES = {"new": "neuf", "good": "bon état", "worn": "usagé", "out_of_order": "hors d'usage"}
ORDINALS = {1: "1er"}


def day(text: str | None) -> date:
    """A date as a fact."""
    return date.fromisoformat((text or "1970-01-01")[:10])


def moment(text: str | None) -> datetime | None:
    """A moment as a fact."""
    if not text:
        return None
    read = datetime.fromisoformat(text)
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def short_day(text: str | None) -> str:
    """`12/03/2026`, or a dash."""
    return f"{day(text):%d/%m/%Y}" if text else "—"


def short_moment(text: str | None) -> str:
    """`12/03/2026 à 10 h 15`, or a dash."""
    at = moment(text)
    return f"{at:%d/%m/%Y} à {hour_short(at)}" if at else "—"


def deadline(text: str | None, country: str) -> str:
    """`12 mars 2026 à 16 h 00 TU (17 h 00 à Niamey)`: anything with a deadline says its zone (F4)."""
    at = moment(text)
    zones = [("Niamey", "Africa/Niamey")] if country == "NE" else []
    return f"{date_long(at.date())} à {deadline_words(at, zones)}" if at else "—"


def solemn(text: str | None) -> str:
    """« L'an deux mille vingt-six et le douze mars, à dix heures quinze minutes »."""
    at = moment(text)
    return f"{date_in_words(at.date())}, à {hour_in_words(at)}" if at else ""


def rank_text(rank: int | None) -> str:
    """`1er`, `2e`, or a dash."""
    return "—" if rank is None else ORDINALS.get(rank, f"{rank}e")


def head(facts: dict[str, Any]) -> Letterhead:
    """The letterhead of the day."""
    found = facts["letterhead"]
    return Letterhead(tuple(found["lines"]), found["service"], found["place"])


def references(facts: dict[str, Any], *, charged: bool = True) -> list[tuple[str, str]]:
    """Reference lines (F3): procedure, call, agreement; with what it is charged to."""
    pairs = [
        ("Marché", facts["procedure"]["reference"]),
        ("Appel", facts["call"]),
        ("Convention", facts["agreement"]["reference"]),
    ]
    if charged:
        pairs += [
            ("Fonds", facts["fund"]),
            ("Imputation", facts["line"]),
            ("Exercice", str(facts["exercice"])),
        ]
    return pairs


def paper(
    facts: dict[str, Any],
    title: str,
    *,
    amount_minor: int | None = None,
    charged: bool = True,
    **options: Any,
) -> Paper:
    """A paper of this purchase, from letterhead to foot."""
    print_of = facts.get("fingerprint")
    reference = facts.get("reference") or ""
    on = day(facts["on"])
    code = qr_text(reference, on, fingerprint=print_of, amount_minor=amount_minor) if print_of else None
    return Paper(
        title,
        reference,
        head(facts),
        reference_lines=references(facts, charged=charged),
        on=on,
        fingerprint=print_of,
        qr=code,
        draft=bool(facts.get("draft")),
        **options,
    )
