"""The fifteen described micro-projects, line by line, read from their tables."""

from functools import cache

from portfolio.kit import tables
from portfolio.seed.data.model import Line, Project, Tranche, tags

PACKAGE = "portfolio.seed"

FILE_OF: dict[str, str] = {
    "MP08": "A-020",
    "MP09": "C-010",
    "MP13": "A-009",
    "MP15": "A-016",
}
"""The files of the projects of 2026; those of AAP-2025-01 get theirs from the ranked list in `files.py`."""


@cache
def lines() -> dict[str, tuple[Line, ...]]:
    """Budget lines by project."""
    found: dict[str, list[Line]] = {}
    for row in tables.rows(PACKAGE, "microproject_lines.csv"):
        found.setdefault(row["project"], []).append(
            Line(
                number=int(row["number"]),
                label=row["label"],
                unit=row["unit"],
                quantity=int(row["quantity"]),
                unit_price=int(row["unit_price"]),
                financing=row["financing"],
            )
        )
    return {code: tuple(rows) for code, rows in found.items()}


@cache
def tranches() -> dict[str, tuple[Tranche, ...]]:
    """Tranches by project."""
    found: dict[str, list[Tranche]] = {}
    for row in tables.rows(PACKAGE, "tranches.csv"):
        found.setdefault(row["project"], []).append(
            Tranche(
                number=int(row["number"]),
                amount=int(row["amount"]),
                modality=row["modality"],
                conditions=tuple(row["conditions"].split()),
                held=row["held"] == "1",
                wording=row["wording"],
            )
        )
    return {code: tuple(rows) for code, rows in found.items()}


@cache
def described() -> dict[str, Project]:
    """The fifteen projects by code, MP01 to MP15."""
    return {
        row["code"]: Project(
            code=row["code"],
            title=row["title"],
            summary=row["summary"],
            call=row["call"],
            commune=row["commune"],
            masked=row["masked"] == "1",
            group=f"G-{row['code']}",
            tags=tags(row["tags"]),
            state=row["state"],
            state_note=row["state_note"],
            lines=lines()[row["code"]],
            tranches=tranches()[row["code"]],
        )
        for row in tables.rows(PACKAGE, "microprojects.csv")
    }


CONDITIONS: dict[str, str] = {
    "signature": "Convention signée par les deux parties",
    "own_contribution": "Apport en numéraire constaté",
    "training": "Formation suivie",
    "cleared": "Part de la tranche nommée justifiée et acceptée",
    "visit": "Visite faite",
    "draft_final_report": "Rapport final provisoire reçu",
    "land_use": "Attestation d'usage du terrain",
    "land_title": "Attestation foncière",
    "goods_receipt": "PV de réception signé",
    "handover": "PV de remise signé",
    "driving_licences": "Permis des conducteurs présentés",
    "calendar_visa": "Calendrier visé par les communes",
    "performances": "Représentations tenues",
    "technical_opinion": "Avis du service technique",
    "site_handed_over": "Site remis",
    "contract_signed": "Marché signé",
    "provisional_acceptance": "PV de réception provisoire",
    "water_analysis": "Analyse d'eau conforme",
    "final_acceptance": "Réception définitive",
    "reserves_lifted": "Réserves levées",
    "consultation_minutes": "PV de concertation signé par les deux communautés",
    "do_no_harm_redone": "Liste de contrôle « ne pas nuire » refaite",
    "paid_invoices": "Pièces des dépenses déjà payées",
    "maintenance_fund": "Caisse d'entretien constituée",
}
"""What a condition code means; parts after a colon are parameters (`cleared:1:75`: 75 % of tranche 1)."""
