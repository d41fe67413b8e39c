"""A month of the books and an exercice: proposed for closing by one person, closed by another, for good (M17, R12). And the server's clock,
admitted by two people when it disagrees with the books (C09)."""

from __future__ import annotations

from portfolio.kit.i18n import N_
from portfolio.kit.lifecycle import Lifecycle, Move, State

PERIOD = Lifecycle(
    "period",
    (
        State("proposed", N_("Closing proposed"), tone="warn"),
        State("closed", N_("Closed"), tone="good", final=True),
        State("withdrawn", N_("Withdrawn"), final=True, side=True),
    ),
    (
        Move(
            "close",
            ("proposed",),
            "closed",
            "period:close",
            "period:closed",
            N_("Close the books of this month"),
            distinct_from=("proposed_by_id",),
            stamps=("closed",),
        ),
        Move(
            "withdraw",
            ("proposed",),
            "withdrawn",
            "period:propose",
            "period:withdrawn",
            N_("Withdraw the proposal"),
            reason=True,
            kind="secondary",
        ),
    ),
)

EXERCICE = Lifecycle(
    "exercice",
    (
        State("proposed", N_("Closing proposed"), tone="warn"),
        State("closed", N_("Closed"), tone="good", final=True),
        State("withdrawn", N_("Withdrawn"), final=True, side=True),
    ),
    (
        Move(
            "close",
            ("proposed",),
            "closed",
            "period:close",
            "exercice:closed",
            N_("Close the exercice"),
            distinct_from=("proposed_by_id",),
            stamps=("closed",),
        ),
        Move(
            "withdraw",
            ("proposed",),
            "withdrawn",
            "period:propose",
            "exercice:withdrawn",
            N_("Withdraw the proposal"),
            reason=True,
            kind="secondary",
        ),
    ),
)

CLOCK = Lifecycle(
    "clock",
    (
        State("proposed", N_("To be admitted"), tone="warn"),
        State("admitted", N_("Admitted"), tone="good", final=True),
        State("withdrawn", N_("Withdrawn"), final=True, side=True),
    ),
    (
        Move(
            "admit",
            ("proposed",),
            "admitted",
            "period:close",
            "clock:admitted",
            N_("Admit the server's clock"),
            distinct_from=("proposed_by_id",),
            stamps=("admitted",),
        ),
        Move(
            "withdraw",
            ("proposed",),
            "withdrawn",
            "period:propose",
            "clock:withdrawn",
            N_("Withdraw the proposal"),
            reason=True,
            kind="secondary",
        ),
    ),
)
