"""Closing a grant, guarded to the franc (M4, domain C17)."""

from __future__ import annotations

from portfolio.kit.i18n import N_
from portfolio.kit.lifecycle import Lifecycle, Move, State

CLOSURE = Lifecycle(
    "closure",
    (
        State("prepared", N_("Prepared"), tone="info"),
        State("attested", N_("Attested"), tone="good", final=True),
    ),
    (
        Move(
            "clear_account",
            ("prepared",),
            "prepared",
            "closure:clear_account",
            "closure:account_cleared",
            N_("Declare the account cleared"),
            distinct_from=("prepared_by_id",),
            stamps=("cleared",),
            kind="secondary",
        ),
        Move(
            "attest",
            ("prepared",),
            "attested",
            "closure:attest",
            "closure:attested",
            N_("Sign the closure certificate"),
            distinct_from=("prepared_by_id", "cleared_by_id"),
            stamps=("attested",),
        ),
    ),
)
