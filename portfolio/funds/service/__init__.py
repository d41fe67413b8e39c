"""Donors, funds, credits and cash. Credits and cash move only by the guarded updates of `credits` and `cash`."""

from portfolio.funds.service.accounts import create_account, move_money, record_fee
from portfolio.funds.service.cash import charge_fee, pay, receive, refund
from portfolio.funds.service.credits import (
    Rest,
    carry,
    commit_reserved,
    liquidate,
    order,
    reserve,
    uncommit,
    unliquidate,
    unorder,
    unreserve,
)
from portfolio.funds.service.receipts import (
    confirm,
    record_receipt,
    void,
)
from portfolio.funds.service.records import (
    close,
    close_obstacles,
    create_donor,
    create_fund,
    create_line,
    freeze,
    unfreeze,
    validate,
    vote,
    vote_obstacles,
)

__all__ = [
    "Rest",
    "carry",
    "charge_fee",
    "close",
    "close_obstacles",
    "commit_reserved",
    "confirm",
    "create_account",
    "create_donor",
    "create_fund",
    "create_line",
    "freeze",
    "liquidate",
    "move_money",
    "order",
    "pay",
    "receive",
    "record_fee",
    "record_receipt",
    "refund",
    "reserve",
    "uncommit",
    "unfreeze",
    "unliquidate",
    "unorder",
    "unreserve",
    "validate",
    "void",
    "vote",
    "vote_obstacles",
]
