"""The micro-project as people see it, and the visits made to it."""

from __future__ import annotations

from portfolio.kit.i18n import N_
from portfolio.kit.lifecycle import Lifecycle, Move, State

PROJECT = Lifecycle(
    "project",
    (
        State("preparing", N_("In preparation"), N_("In preparation")),
        State("running", N_("Running"), N_("Running"), tone="good"),
        State("stopped", N_("Stopped"), N_("Stopped"), tone="bad", side=True),
        State("completed", N_("Completed"), N_("Completed"), tone="info", final=True),
    ),
    (
        Move("start", ("preparing", "stopped"), "running", "project:manage", "project:started", N_("Start")),
        Move(
            "stop",
            ("running",),
            "stopped",
            "project:manage",
            "project:stopped",
            N_("Stop"),
            reason=True,
            kind="danger",
        ),
        Move(
            "complete",
            ("running",),
            "completed",
            "project:manage",
            "project:completed",
            N_("Declare completed"),
            kind="secondary",
        ),
    ),
)

VISIT = Lifecycle(
    "visit",
    (
        State("planned", N_("Planned"), tone="info"),
        State("reported", N_("Report to validate"), tone="warn"),
        State("validated", N_("Validated"), tone="good", final=True),
        State("cancelled", N_("Cancelled"), tone="bad", final=True, side=True),
    ),
    (
        Move(
            "report",
            ("planned",),
            "reported",
            "visit:report",
            "visit:reported",
            N_("Write the visit report"),
            form=True,
            stamps=("reported",),
        ),
        Move(
            "validate",
            ("reported",),
            "validated",
            "visit:validate",
            "visit:validated",
            N_("Validate the report"),
            distinct_from=("reported_by_id",),
            stamps=("validated",),
        ),
        Move(
            "cancel",
            ("planned",),
            "cancelled",
            "visit:report",
            "visit:cancelled",
            N_("Cancel the visit"),
            reason=True,
            kind="danger",
        ),
    ),
)
