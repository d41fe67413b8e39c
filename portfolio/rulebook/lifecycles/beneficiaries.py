"""Two records that may be the same person are decided by a second person, never merged silently (D4)."""

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
