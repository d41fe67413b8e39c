"""Funds, their credits and the money received (R1, R5, domain C2)."""

from __future__ import annotations

from portfolio.kit.i18n import N_
from portfolio.kit.lifecycle import Lifecycle, Move, State

FUND = Lifecycle(
    "fund",
    (
        State("draft", N_("Draft")),
        State("open", N_("Open"), tone="good"),
        State("frozen", N_("Frozen"), tone="warn", side=True),
        State("closed", N_("Closed"), final=True),
    ),
    (
        Move(
            "validate",
            ("draft",),
            "open",
            "fund:validate",
            "fund:validated",
            N_("Open the fund"),
            distinct_from=("created_by_id",),
            stamps=("validated",),
        ),
        Move(
            "freeze",
            ("open",),
            "frozen",
            "fund:freeze",
            "fund:frozen",
            N_("Freeze"),
            reason=True,
            kind="danger",
        ),
        Move(
            "unfreeze",
            ("frozen",),
            "open",
            "fund:validate",
            "fund:unfrozen",
            N_("Lift the freeze"),
            reason=True,
        ),
        Move(
            "close",
            ("open",),
            "closed",
            "fund:validate",
            "fund:closed",
            N_("Close the fund"),
            reason=True,
            kind="danger",
        ),
    ),
)

BUDGET_LINE = Lifecycle(
    "budget_line",
    (State("proposed", N_("Proposed")), State("voted", N_("Voted"), tone="good")),
    (
        Move(
            "vote",
            ("proposed",),
            "voted",
            "budget_line:vote",
            "budget_line:voted",
            N_("Record the vote"),
            distinct_from=("created_by_id",),
            stamps=("voted",),
        ),
        Move(
            "carry",
            ("proposed",),
            "voted",
            "period:close",
            "budget_line:opened",
            N_("Open by carrying credits forward"),
            distinct_from=("created_by_id",),
            stamps=("voted",),
            form=True,
        ),
    ),
)

MONEY_RECEIPT = Lifecycle(
    "money_receipt",
    (
        State("recorded", N_("Recorded"), tone="info"),
        State("confirmed", N_("Confirmed"), tone="good", final=True),
        State("voided", N_("Voided"), tone="bad", final=True, side=True),
    ),
    (
        Move(
            "confirm",
            ("recorded",),
            "confirmed",
            "money_receipt:confirm",
            "money_receipt:confirmed",
            N_("Confirm the receipt"),
            distinct_from=("recorded_by_id",),
            stamps=("confirmed",),
        ),
        Move(
            "void",
            ("recorded",),
            "voided",
            "money_receipt:confirm",
            "money_receipt:voided",
            N_("Void"),
            reason=True,
            kind="danger",
        ),
    ),
)
