"""Agreements, their budget, tranches, conditions, amendments and force majeure."""

from portfolio.agreements.models.acts import (
    AMENDMENTS,
    OPEN_AMENDMENT,
    PROVEN,
    Amendment,
    Proof,
    Suspension,
)
from portfolio.agreements.models.grants import (
    CONDITIONS,
    FOUR_DATES,
    MODALITIES,
    Agreement,
    AgreementLine,
    Condition,
    CostCap,
    Schedule,
    Tranche,
)
from portfolio.agreements.models.notices import FormalNotice
from portfolio.agreements.models.templates import AgreementTemplate
from portfolio.places.models import ForceMajeure

__all__ = [
    "AMENDMENTS",
    "CONDITIONS",
    "FOUR_DATES",
    "MODALITIES",
    "OPEN_AMENDMENT",
    "PROVEN",
    "Agreement",
    "AgreementLine",
    "AgreementTemplate",
    "Amendment",
    "Condition",
    "CostCap",
    "ForceMajeure",
    "FormalNotice",
    "Proof",
    "Schedule",
    "Suspension",
    "Tranche",
]
