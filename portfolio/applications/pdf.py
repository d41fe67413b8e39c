"""The récépissé de dépôt (document 2) and the register of filings, drawn from their facts. Papers are French."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from portfolio.kit.pdf import Column, Half, Letterhead, Paper, Signatory, amount, qr_text
from portfolio.kit.text import phone_text
from portfolio.kit.words import amount_in_words, date_long, deadline_words, hour_short

ZONES = (("Niamey", "Africa/Niamey"),)
"""Mali and Burkina Faso keep universal time; Niger's clock is an hour ahead (F4)."""
CHANNELS = {"online": "en ligne", "paper": "papier, au guichet", "file": "fichier"}


_ONLINE = (
    "Déposé en ligne par le déposant, qui s'est identifié ; le présent récépissé est délivré sans signature. "
    "L'empreinte de contrôle et le code en font foi."
)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _letterhead(facts: Mapping[str, Any]) -> Letterhead:
    head = facts["letterhead"]
    return Letterhead(tuple(head["lines"]), head["service"], head["place"])


def _day(text: str | None) -> str:
    return date_long(date.fromisoformat(text)) if text else ""


def receipt_pdf(facts: Mapping[str, Any]) -> bytes:
    """The récépissé: A4 cut in two, the stub kept in the register, the other half given to the depositor."""
    at = _moment(facts["received_at"])
    head = _letterhead(facts)
    number = f"{facts['number']:04d}"
    paper = Paper(
        "RÉCÉPISSÉ DE DÉPÔT",
        facts["reference"],
        head,
        reference_lines=[("Appel", facts["call"]["code"]), ("Dossier", facts["application"])],
        place=head.place,
        on=at.date(),
        fingerprint=facts["fingerprint"],
        qr=qr_text(
            facts["reference"],
            at.date(),
            fingerprint=facts["fingerprint"],
            amount_minor=facts["requested_minor"],
            currency=facts["currency"],
        ),
    )
    kept, given = paper.stub(
        kept_label="SOUCHE — conservée au registre", given_label="EXEMPLAIRE REMIS AU DÉPOSANT"
    )
    for half in (kept, given):
        _receipt_half(half, facts, at, number)
    online = facts["channel"] == "online"
    if online:
        kept.para(_ONLINE, align="left", small=True)
    else:
        kept.signatures(
            [
                Signatory("Le déposant", facts["depositor"], label="signature ou empreinte digitale"),
                Signatory("L'agent", facts["agent"]),
            ],
            done=False,
        )
    given.para("Le présent récépissé ne vaut pas recevabilité.", bold=True, align="left")
    given.para(_next(facts), align="left", small=True)
    if online:
        given.para(_ONLINE, align="left", small=True)
    else:
        given.signatures([Signatory("L'agent, cachet du guichet", facts["agent"])], done=False)
    return paper.render()


def _receipt_half(half: Half, facts: Mapping[str, Any], at: datetime, number: str) -> None:
    if facts["late"]:
        half.arrete("DÉPÔT HORS DÉLAI")
        half.para(
            f"La date limite était le {_limit(facts)}. Le dossier n'est examiné que si une décision motivée l'admet.",
            align="left",
            small=True,
        )
    pieces = [piece["label"] for piece in facts["pieces"]]
    sum_words = amount(facts["requested_minor"], facts["currency"])
    half.facts(
        [
            ("N° d'ordre au registre", number),
            ("Reçu le", f"{date_long(at.date())} à {deadline_words(at, ZONES)}"),
            ("Demandeur", facts["group"]),
            ("Commune", facts["commune"]),
            ("Déposant", f"{facts['depositor']}, {facts['capacity']}".strip(", ")),
            ("Téléphone", phone_text(facts["phone"])),
            ("Montant demandé", sum_words),
            (
                "Canal, lieu",
                f"{CHANNELS.get(facts['channel'], facts['channel'])} — {facts['place']}".rstrip(" —"),
            ),
            ("Enveloppes", str(facts["envelopes"]) if facts["envelopes"] else "sans objet"),
            ("Code de suivi", facts["follow_up_code"]),
        ],
        columns=2,
        label_mm=30,
    )
    listed = "  ".join(f"☑\u00a0{piece}" for piece in pieces) if pieces else "aucune"
    half.para(
        f"Pièces remises, sous réserve de vérification ({len(pieces)}) : {listed}.", align="left", small=True
    )


def _limit(facts: Mapping[str, Any]) -> str:
    closes = _moment(facts["call"]["closes_at"])
    return f"{date_long(closes.date())} à {deadline_words(closes, ZONES)}"


def _next(facts: Mapping[str, Any]) -> str:
    parts = ["Suite : contrôle de recevabilité et d'éligibilité"]
    if facts["pieces_by"]:
        parts.append(f"pièces demandées à compléter au plus tard le {_day(facts['pieces_by'])}")
    if facts["notification_on"]:
        parts.append(f"notification prévue le {_day(facts['notification_on'])}")
    follow = "Le numéro du récépissé et le code de suivi permettent de savoir où en est le dossier."
    return f"{' ; '.join(parts)}. {follow}"


def register_pdf(facts: Mapping[str, Any]) -> bytes:
    """The register of filings: every récépissé in order, « Arrêté le présent registre au n° … à … », agent and witness."""
    closed = _moment(facts["closed_at"])
    rows = facts["rows"]
    paper = Paper(
        "REGISTRE DES DÉPÔTS",
        facts["reference"],
        _letterhead(facts),
        reference_lines=[
            ("Appel", f"{facts['call']['code']} — {facts['call']['title']}"),
            ("Date limite", _limit(facts)),
        ],
        place=facts["place"],
        on=closed.date(),
        landscape=True,
        fingerprint=facts["fingerprint"],
        qr=qr_text(facts["reference"], closed.date(), fingerprint=facts["fingerprint"]),
    )
    paper.table(
        [
            Column("N°", 11, kind="number"),
            Column("Reçu le (TU)", 31, kind="date"),
            Column("Récépissé", 31, kind="code"),
            Column("Demandeur", weight=3),
            Column("Commune", weight=2),
            Column("Déposant", weight=2),
            Column("Montant demandé", 29, kind="amount"),
            Column("Env.", 11, kind="number"),
            Column("Canal", 16),
            Column("Hors délai", 17),
        ],
        [
            (
                row["number"],
                _moment(row["received_at"]).replace(tzinfo=None),
                row["reference"],
                row["group"],
                row["commune"],
                row["depositor"],
                row["requested_minor"],
                row["envelopes"],
                "en ligne" if row["channel"] == "online" else "papier",
                "HORS DÉLAI" if row["late"] else "",
            )
            for row in rows
        ],
        total="Total",
        unit="F CFA",
        numbered=False,
        carry=6,
    )
    late = sum(1 for row in rows if row["late"])
    last = facts["last_number"]
    said = "sans aucun dépôt" if not last else f"au n° {last}"
    paper.arrete(
        f"Arrêté le présent registre {said}, à {hour_short(closed)} TU, le {date_long(closed.date())}."
        + (f" Dépôts hors délai consignés : {late}." if late else "")
    )
    asked = sum(row["requested_minor"] for row in rows)
    if asked:
        paper.para(f"Total demandé : {amount(asked)} ({amount_in_words(asked)}).", align="left")
    if facts["observations"]:
        paper.para(f"Observations : {facts['observations']}", align="left")
    for block in paper.blocks[2:]:
        block.keep = True  # nobody signs at the head of an empty page
    paper.signatures(
        [
            Signatory("L'agent", facts["agent"], on=closed.date()),
            Signatory(
                "Le témoin",
                facts["witness"],
                on=_moment(facts["witnessed_at"]).date() if facts["witnessed_at"] else None,
            ),
        ]
    )
    return paper.render()
