"""Two records that may be the same person are decided by a second person, never merged silently (D4); so is the erasure of somebody (T09)."""

from __future__ import annotations

from portfolio.kit.i18n import N_
from portfolio.kit.lifecycle import Lifecycle, Move, State

DUPLICATE = Lifecycle(
    "duplicate",
    (
        State("open", N_("To decide"), tone="warn"),
        State("distinct", N_("Different people"), tone="good"),
        State("merged", N_("Same person"), tone="info"),
    ),
    (
        Move(
            "keep_apart",
            ("open",),
            "distinct",
            "duplicate:decide",
            "duplicate:kept_apart",
            N_("They are different"),
            reason=True,
            distinct_from=("found_by_id",),
            stamps=("decided",),
            kind="secondary",
        ),
        Move(
            "merge",
            ("open",),
            "merged",
            "duplicate:decide",
            "duplicate:merged",
            N_("They are the same"),
            reason=True,
            distinct_from=("found_by_id",),
            stamps=("decided",),
        ),
        Move(
            "take_up_again",
            ("merged", "distinct"),
            "open",
            "duplicate:decide",
            "duplicate:reopened",
            N_("Take up again"),
            reason=True,
            kind="secondary",
        ),
    ),
)

ERASURE = Lifecycle(
    "erasure",
    (
        State("proposed", N_("Erasure proposed"), tone="warn"),
        State("erased", N_("Erased"), tone="info", final=True),
        State("withdrawn", N_("Withdrawn"), final=True, side=True),
    ),
    (
        Move(
            "erase",
            ("proposed",),
            "erased",
            "erasure:decide",
            "erasure:done",
            N_("Erase this person's data for good"),
            distinct_from=("proposed_by_id",),
            stamps=("decided",),
        ),
        Move(
            "withdraw",
            ("proposed",),
            "withdrawn",
            "reach:record",
            "erasure:withdrawn",
            N_("Withdraw the proposal"),
            reason=True,
            kind="secondary",
        ),
    ),
)
