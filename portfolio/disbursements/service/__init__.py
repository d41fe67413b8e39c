"""The verbs of payments: the chain, the money, the way back."""

from portfolio.disbursements.service.back import change_account, return_
from portfolio.disbursements.service.chain import (
    alive_refusals,
    liquidate,
    liquidate_obstacles,
    order,
    order_obstacles,
    request,
    request_obstacles,
    visa,
    visa_obstacles,
)
from portfolio.disbursements.service.confirm import content_refusals, seen_refusals
from portfolio.disbursements.service.deducting import deduct
from portfolio.disbursements.service.holding import (
    band_refusals,
    free_from_batch,
    held_refusals,
    hold_for_batch,
)
from portfolio.disbursements.service.limits import (
    Share,
    cash_refusals,
    hold_wallets,
    treasury_refusals,
    wallet_refusals,
    wallet_sum_refusals,
)
from portfolio.disbursements.service.money import (
    fail,
    pay,
    pay_errors,
    pay_obstacles,
    ready_refusals,
    send,
    send_obstacles,
)
from portfolio.disbursements.service.refusing import (
    reject,
    reject_obstacles,
    requisition,
    requisition_obstacles,
)

__all__ = [
    "Share",
    "alive_refusals",
    "band_refusals",
    "cash_refusals",
    "change_account",
    "content_refusals",
    "deduct",
    "fail",
    "free_from_batch",
    "held_refusals",
    "hold_for_batch",
    "hold_wallets",
    "liquidate",
    "liquidate_obstacles",
    "order",
    "order_obstacles",
    "pay",
    "pay_errors",
    "pay_obstacles",
    "ready_refusals",
    "reject",
    "reject_obstacles",
    "request",
    "request_obstacles",
    "requisition",
    "requisition_obstacles",
    "return_",
    "seen_refusals",
    "send",
    "send_obstacles",
    "treasury_refusals",
    "visa",
    "visa_obstacles",
    "wallet_refusals",
    "wallet_sum_refusals",
]
