"""When people are reminded of a report that is due, and who: rows of the law; the days are dated figures of `documents/data/rules.csv` (domain M1).

Days that force majeure or a suspension stopped never count, and nobody is reminded while they stop. A stage is said once for one last day.
"""

from __future__ import annotations

from dataclasses import dataclass

from portfolio.kit.i18n import N_


@dataclass(frozen=True)
class Stage:
    """One stage of the calendar of a report."""

    code: str
    label: str
    to: str
    """`group`, or `officer`: those who examine its reports."""
    figure: str | None
    """The figure that says how many days from the last day; None on that day."""
    before: bool
    valid: int
    """How many days the message makes sense for."""


STAGES: tuple[Stage, ...] = (
    Stage("before", N_("before the last day"), "group", "reminder_before_days", True, 7),
    Stage("due", N_("on the last day"), "group", None, False, 3),
    Stage("late", N_("after the last day"), "group", "reminder_late_days", False, 7),
    Stage("escalated", N_("to the officer"), "officer", "reminder_officer_days", False, 7),
)
"""In order; on one day only the last one reached is said to the group, and the last one reached to the officer."""
BY_CODE = {stage.code: stage for stage in STAGES}
OFFICER = ("grants_officer", "justification:review")
"""The role that is written to, where it may examine the reports of the grant."""
