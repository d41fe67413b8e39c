"""Calls made by their services: written section by section, sent, published by another person."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from portfolio.calls import service
from portfolio.calls.forms import (
    ApplicantsForm,
    CalendarForm,
    CreateForm,
    CriterionRow,
    GridForm,
    IdentityForm,
    LineRow,
    MoneyForm,
    ObjectivesForm,
    PieceRow,
    PiecesForm,
    ShareRow,
    TagRow,
)
from portfolio.calls.models import Call
from portfolio.funds.models import BudgetLine
from portfolio.kit.clock import FixedClock
from portfolio.kit.db import Database
from portfolio.places.models import Place
from portfolio.strategy.models import Framework, Objective
from portfolio.work import Work
from tests.factories import NOON
from tests.groups.making import acting

OPENS = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
CLOSES = datetime(2026, 12, 14, 16, 0, tzinfo=UTC)
PLACES = ("ML0703", "ML0701", "ML10", "BF5602", "NE006011", "NE006010")


def create_form(**more: Any) -> CreateForm:
    values: dict[str, Any] = {
        "code": "AAP-2026-01",
        "title": "Métiers et filières des groupements de femmes et de jeunes",
        "exercice": 2026,
        "envelope": 45_000_000,
        "floor": 1_500_000,
        "ceiling": 8_000_000,
        "opens_at": OPENS,
        "closes_at": CLOSES,
    }
    return CreateForm(**{**values, **more})


def levels(n: int = 6) -> dict[str, str]:
    words = (
        "Rien n'est dit",
        "À peine esquissé",
        "Partiel",
        "Suffisant",
        "Bon, avec des preuves",
        "Excellent, vérifié sur place",
    )
    return {f"level_{i}": words[i] for i in range(n)}


def identity(**more: Any) -> IdentityForm:
    return IdentityForm(
        **{
            "code": "AAP-2026-01",
            "title": "Métiers et filières des groupements de femmes et de jeunes",
            "summary": "Aider des groupements déjà en activité à gagner une étape dans leur filière.",
            "exercice": 2026,
            "contact": "Unité des subventions, +223 70 00 00 01",
            "complaints_contact": "Cellule des plaintes, Gao",
            "corruption_contact": "Auditeur interne, pli fermé",
            **more,
        }
    )


def money(work: Work, **more: Any) -> MoneyForm:
    line = work.db.scalars(select(BudgetLine).where(BudgetLine.code == more.pop("line", "F1-AAP26"))).one()
    return MoneyForm(
        **{
            "envelope": 45_000_000,
            "floor": 1_500_000,
            "ceiling": 8_000_000,
            "own_contribution_percent": 10,
            "cash_exempt_displaced": True,
            "refused_expenses": ["Achat de terrain", "Amendes et pénalités"],
            "lines": [LineRow(budget_line_id=line.id, amount=45_000_000)],
            "shares": [ShareRow(category="women", percent=40), ShareRow(category="youth", percent=25)],
            **more,
        }
    )


def calendar(**more: Any) -> CalendarForm:
    return CalendarForm(
        **{
            "opens_at": OPENS,
            "closes_at": CLOSES,
            "questions_until": date(2026, 12, 4),
            "answers_on": date(2026, 12, 7),
            "answers_where": "tableaux d'affichage des bureaux et page publique",
            "pieces_by": date(2026, 12, 29),
            "scoring_from": date(2027, 1, 4),
            "scoring_until": date(2027, 1, 20),
            "session_on": date(2027, 1, 28),
            "decision_on": date(2027, 2, 3),
            "notification_on": date(2027, 2, 6),
            "appeal_days": 15,
            "appeal_to": "Secrétaire exécutif",
            **more,
        }
    )


def applicants(work: Work, **more: Any) -> ApplicantsForm:
    codes = more.pop("codes", PLACES)
    ids = list(work.db.scalars(select(Place.id).where(Place.code.in_(codes))))
    return ApplicantsForm(
        **{
            "categories": ["women", "youth", "cooperative"],
            "min_members": 15,
            "min_age_months": 12,
            "min_youth_percent": 0,
            "max_months": 10,
            "max_files": 1,
            "excluded": ["un groupe dont une avance n'est pas justifiée depuis plus de 180 jours"],
            "places": ids,
            "filing_place": "Bureaux de l'Autorité à Gao, Dori et Tillabéri.",
            "filing_hours": "du lundi au vendredi, de 8 h à 16 h",
            "copies": 2,
            **more,
        }
    )


def pieces(**more: Any) -> PiecesForm:
    return PiecesForm(
        **{
            "pieces": [
                PieceRow(code="signed_request", label="Demande signée"),
                PieceRow(code="legal_paper", label="Récépissé, agrément ou immatriculation"),
                PieceRow(code="quotations", label="Trois factures pro forma", needed_from=1_000_000),
                PieceRow(code="registration", label="Extrait du registre", only_for="cooperative"),
                PieceRow(code="land", label="Attestation d'usage du terrain", condition="travaux et jardins"),
            ],
            **more,
        }
    )


def grid(**more: Any) -> GridForm:
    return GridForm(
        **{
            "criteria": [
                CriterionRow(
                    code="viability",
                    label="Viabilité économique et débouchés",
                    weight=40,
                    floor=12,
                    **levels(),
                ),
                CriterionRow(code="inclusion", label="Inclusion", weight=35, tie_rank=1, **levels()),
                CriterionRow(
                    code="cohesion",
                    label="Cohésion sociale, ne pas nuire",
                    weight=25,
                    floor=7,
                    tie_rank=2,
                    **levels(),
                ),
            ],
            "score_floor": 60,
            "spread_limit": 25,
            "assessors_needed": 2,
            **more,
        }
    )


def objectives(work: Work, **more: Any) -> ObjectivesForm:
    wanted = more.pop("weights", {"ALG": 1, "PBF": 1, "ODD": 2})
    rows = []
    for code, many in wanted.items():
        framework = work.db.scalars(select(Framework).where(Framework.code == code)).one()
        found = list(
            work.db.scalars(
                select(Objective.id)
                .where(Objective.framework_id == framework.id, Objective.taggable.is_(True))
                .limit(many)
            )
        )
        rows += [TagRow(objective_id=number, weight=100 // many) for number in found]
    return ObjectivesForm(objectives=rows, **more)


def draft(database: Database, *, without: str = "", code: str = "AAP-2026-01", **more: Any) -> int:
    """A draft with every section but one; its id."""
    with acting(database, "grants_officer") as work:
        call = service.create(work, create_form(code=code))
        sections = {
            "identity": lambda: identity(code=code),
            "money": lambda: money(work, **more),
            "calendar": calendar,
            "applicants": lambda: applicants(work),
            "pieces": pieces,
            "grid": grid,
            "objectives": lambda: objectives(work),
        }
        for name, build in sections.items():
            if name != without:
                service.edit(work, call, build())
        return call.id


def sent(database: Database, **more: Any) -> int:
    number = draft(database, **more)
    with acting(database, "grants_officer") as work:
        service.send(work, work.db.get_one(Call, number))
    return number


def published(database: Database, **more: Any) -> int:
    """A published call, open from tomorrow; its id."""
    number = sent(database, **more)
    with acting(database, "programme_head") as work:
        service.publish(work, work.db.get_one(Call, number))
    return number


def at(moment: datetime | timedelta) -> FixedClock:
    """A clock standing at a moment, or so long after noon of today."""
    return FixedClock(NOON + moment if isinstance(moment, timedelta) else moment)
