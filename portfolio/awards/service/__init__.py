"""The chain after the committee: reservation, engagement comptable, visa, décision, letters, promotion (R1, R2, R3, R11)."""

from portfolio.awards.service.committing import (
    defer,
    give_up,
    give_up_obstacles,
    prepare_commitments,
    prepare_obstacles,
    reduce_commitment,
    reject,
    release,
    visa,
    visa_with_reserve,
)
from portfolio.awards.service.deciding import (
    abandon,
    decision_obstacles,
    prepare_decision,
    sign_decision,
    sign_obstacles,
)
from portfolio.awards.service.notifying import (
    RowResult,
    bulk,
    check,
    prepare_notices,
    receive,
    send,
    send_obstacles,
)
from portfolio.awards.service.promoting import promote, promote_obstacles
from portfolio.awards.service.reserving import (
    hold_credits,
    reserve_from_session,
    reserve_obstacles,
    unreserve,
    unreserve_obstacles,
)

__all__ = [
    "RowResult",
    "abandon",
    "bulk",
    "check",
    "decision_obstacles",
    "defer",
    "give_up",
    "give_up_obstacles",
    "hold_credits",
    "prepare_commitments",
    "prepare_decision",
    "prepare_notices",
    "prepare_obstacles",
    "promote",
    "promote_obstacles",
    "receive",
    "reduce_commitment",
    "reject",
    "release",
    "reserve_from_session",
    "reserve_obstacles",
    "send",
    "send_obstacles",
    "sign_decision",
    "sign_obstacles",
    "unreserve",
    "unreserve_obstacles",
    "visa",
    "visa_with_reserve",
]
