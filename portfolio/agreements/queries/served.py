"""What takes the place of an advance to justify: vouchers accepted before a reimbursement, a reception before a supplier is paid (R4). The
room of purchases knows the receptions, and says here how it is asked (design section 2)."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator

from portfolio.agreements.models import Tranche
from portfolio.agreements.reference import TO_SUPPLIER
from portfolio.kit.errors import Refusal
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work

ASKED: list[Callable[[Work, list[int]], Iterable[int]]] = []


def receptions(ask: Callable[[Work, list[int]], Iterable[int]]) -> None:
    """Say how one knows for which of some tranches something was received."""
    ASKED.append(ask)


def served(work: Work, tranches: Iterable[Tranche]) -> frozenset[int]:
    """Those that pay a supplier, are still to be asked for, and for which something was received. One query, none when nothing is so paid."""
    asked = [t.id for t in tranches if t.modality in TO_SUPPLIER and t.status == "planned"]
    return frozenset(number for ask in ASKED for number in ask(work, asked)) if asked else frozenset()


def unproven_refusals(tranche: Tranche, received: Container[int], extra_minor: int = 0) -> Iterator[Refusal]:
    """A reimbursement without an expense shown and accepted; a supplier of whom nothing was received. `extra_minor` supposes so many more
    francs accepted."""
    if tranche.modality == "reimbursement" and not tranche.shown_minor + extra_minor:
        yield Refusal(
            "no_expense_shown",
            _("Tranche %(number)d reimburses expenses already made: none is shown and accepted yet.")
            % {"number": tranche.number},
            way_out=_("Open a report on it, enter the vouchers, and have them accepted and validated."),
            who=who_may("justification:validate"),
            missing_minor=tranche.amount_minor,
            url=f"/justifications/new?tranche={tranche.id}",
        )
    if tranche.modality in TO_SUPPLIER and tranche.status == "planned" and tranche.id not in received:
        yield Refusal(
            "no_reception",
            _("Nothing was received from a supplier for tranche %(number)d: only service done is paid.")
            % {"number": tranche.number},
            way_out=_("Open the purchase of this tranche, then record its order and its reception."),
            who=who_may("procedure:receive"),
            url=f"/agreements/{tranche.agreement_id}",
        )
