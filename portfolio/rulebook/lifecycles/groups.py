"""Groups are verified before they are paid; their accounts by a second person (D10, D12, M12)."""

from __future__ import annotations

from portfolio.kit.i18n import N_
from portfolio.kit.lifecycle import Lifecycle, Move, State

GROUP = Lifecycle(
    "group",
    (
        State("registered", N_("Registered"), N_("Registered"), tone="info"),
        State("verified", N_("Verified"), N_("Verified"), tone="good"),
        State("blocked", N_("Blocked"), N_("Under examination"), tone="bad", side=True),
    ),
    (
        Move(
            "verify",
            ("registered",),
            "verified",
            "group:verify",
            "group:verified",
            N_("Mark as verified"),
            distinct_from=("created_by_id",),
            stamps=("verified",),
        ),
        Move(
            "block",
            ("registered", "verified"),
            "blocked",
            "group:block",
            "group:blocked",
            N_("Block"),
            reason=True,
            kind="danger",
            stamps=("blocked",),
        ),
        Move(
            "lift",
            ("blocked",),
            "registered",
            "group:lift",
            "group:lifted",
            N_("Lift the block"),
            reason=True,
            distinct_from=("blocked_by_id",),
        ),
    ),
)


def payee_account(noun: str) -> Lifecycle:
    """The life of an account that money is paid to, a group's or a supplier's: one proposes it, another confirms it (M12)."""
    return Lifecycle(
        noun,
        (
            State("proposed", N_("To be verified"), tone="warn"),
            State("verified", N_("Verified"), tone="good"),
            State("retired", N_("Retired"), final=True),
        ),
        (
            Move(
                "verify",
                ("proposed",),
                "verified",
                f"{noun}:verify",
                f"{noun}:verified",
                N_("Confirm the account"),
                distinct_from=("created_by_id",),
                stamps=("verified",),
            ),
            Move(
                "retire",
                ("proposed", "verified"),
                "retired",
                f"{noun}:verify",
                f"{noun}:retired",
                N_("Retire the account"),
                reason=True,
                kind="danger",
            ),
        ),
    )


GROUP_ACCOUNT = payee_account("group_account")
