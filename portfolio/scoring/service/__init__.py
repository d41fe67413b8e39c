"""Scoring: assigning, declaring, marking, locking, settling, and handing the ranked list to the committee."""

from portfolio.scoring.service.agenda import agenda_obstacles, put_on_agenda
from portfolio.scoring.service.assigning import (
    assign,
    assign_many,
    balance,
    call_extra,
    extra_obstacles,
    withdraw,
)
from portfolio.scoring.service.filling import (
    declare_none,
    decline,
    enter_from_paper,
    lock,
    lock_obstacles,
    open_to_paper,
    reopen,
    reopen_obstacles,
    save_marks,
)
from portfolio.scoring.service.settling import (
    close_review,
    complete_reviews,
    keep,
    set_aside,
    settle,
    settle_obstacles,
)

__all__ = [
    "agenda_obstacles",
    "assign",
    "assign_many",
    "balance",
    "call_extra",
    "close_review",
    "complete_reviews",
    "declare_none",
    "decline",
    "enter_from_paper",
    "extra_obstacles",
    "keep",
    "lock",
    "lock_obstacles",
    "open_to_paper",
    "put_on_agenda",
    "reopen",
    "reopen_obstacles",
    "save_marks",
    "set_aside",
    "settle",
    "settle_obstacles",
    "withdraw",
]
