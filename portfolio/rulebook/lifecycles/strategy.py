"""Strategy frameworks are versioned, dated and approved (R8, domain C1)."""

from __future__ import annotations

from portfolio.kit.i18n import N_
from portfolio.kit.lifecycle import Lifecycle, Move, State

FRAMEWORK = Lifecycle(
    "framework",
    (
        State("draft", N_("Draft")),
        State("proposed", N_("Proposed"), tone="info"),
        State("approved", N_("Approved"), tone="good"),
        State("superseded", N_("Superseded"), final=True),
    ),
    (
        Move(
            "propose",
            ("draft",),
            "proposed",
            "framework:propose",
            "framework:proposed",
            N_("Propose for approval"),
            stamps=("proposed",),
        ),
        Move(
            "return_",
            ("proposed",),
            "draft",
            "framework:approve",
            "framework:returned",
            N_("Return with a reason"),
            reason=True,
            kind="secondary",
        ),
        Move(
            "approve",
            ("proposed",),
            "approved",
            "framework:approve",
            "framework:approved",
            N_("Approve"),
            distinct_from=("proposed_by_id",),
            stamps=("approved",),
        ),
        Move(
            "supersede",
            ("approved",),
            "superseded",
            "framework:approve",
            "framework:superseded",
            N_("Replace by a new version"),
            reason=True,
            kind="danger",
        ),
    ),
)
