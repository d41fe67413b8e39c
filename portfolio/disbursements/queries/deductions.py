"""What other rooms take from a payment: they say it here, and are told when it is paid or comes back (document 10).

Orders to repay live downstream: they register what they hold and what they do, as panels do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from portfolio.disbursements.models import Disbursement
from portfolio.work import Work


@dataclass(frozen=True)
class Deducted:
    """One deduction as the order prints it, in minor units."""

    reference: str
    order: str
    amount_minor: int


LISTED: list[Callable[[Work, Disbursement], list[Deducted]]] = []
"""Who tells the deductions of a payment."""
ON_PAID: list[Callable[[Work, Disbursement], None]] = []
ON_RELEASED: list[Callable[[Work, Disbursement, str], None]] = []
"""What is done when the payment is made, and when it comes back, with the reason."""


def deductions(work: Work, disbursement: Disbursement) -> list[Deducted]:
    """The deductions of a payment, oldest first; empty without any."""
    if not disbursement.deducted_minor:
        return []
    return [found for tell in LISTED for found in tell(work, disbursement)]
