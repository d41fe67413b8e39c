"""The verbs of screening: check papers, ask for them, admit, find eligible, set aside, reinstate; one file or several."""

from portfolio.screening.service.bulk import VERBS, Outcome, preview, run
from portfolio.screening.service.pieces import (
    check_obstacles,
    check_pieces,
    receive_obstacles,
    receive_pieces,
    record_receipt,
    request_obstacles,
    request_pieces,
)
from portfolio.screening.service.verdicts import (
    admit,
    admit_obstacles,
    declare_inadmissible,
    declare_ineligible,
    eligible_obstacles,
    find_eligible,
    record_tests,
    reinstate,
)

__all__ = [
    "VERBS",
    "Outcome",
    "admit",
    "admit_obstacles",
    "check_obstacles",
    "check_pieces",
    "declare_inadmissible",
    "declare_ineligible",
    "eligible_obstacles",
    "find_eligible",
    "preview",
    "receive_obstacles",
    "receive_pieces",
    "record_receipt",
    "record_tests",
    "reinstate",
    "request_obstacles",
    "request_pieces",
    "run",
]
