"""What is done about people reached: recorded by name or counted, corrected, compared, and pairs decided by a second person."""

from portfolio.beneficiaries.service.erasing import (
    erase,
    erasure_obstacles,
    propose_erasure,
    withdraw_erasure,
)
from portfolio.beneficiaries.service.pairs import (
    decide_duplicate,
    find_group_pairs,
    find_pairs,
    keep_apart,
    merge,
    reopen_obstacles,
    take_up_again,
)
from portfolio.beneficiaries.service.recording import (
    correct_person,
    record_count,
    record_counts,
    record_people,
    record_person,
    see_names,
    withdraw_count,
)

__all__ = [
    "correct_person",
    "decide_duplicate",
    "erase",
    "erasure_obstacles",
    "find_group_pairs",
    "find_pairs",
    "keep_apart",
    "merge",
    "propose_erasure",
    "record_count",
    "record_counts",
    "record_people",
    "record_person",
    "reopen_obstacles",
    "see_names",
    "take_up_again",
    "withdraw_count",
    "withdraw_erasure",
]
