"""Complaints; the sensitive ones are seen by named people only (L8)."""

from __future__ import annotations

from portfolio.kit.i18n import N_
from portfolio.kit.lifecycle import Lifecycle, Move, State

GRIEVANCE = Lifecycle(
    "grievance",
    (
        State("received", N_("Received"), tone="warn"),
        State("assigned", N_("Assigned"), tone="info"),
        State("answered", N_("Answer proposed"), tone="info"),
        State("closed", N_("Closed"), tone="good", final=True),
    ),
    (
        Move(
            "assign",
            ("received",),
            "assigned",
            "grievance:assign",
            "grievance:assigned",
            N_("Assign"),
            form=True,
            stamps=("assigned",),
        ),
        Move(
            "answer",
            ("assigned",),
            "answered",
            "grievance:answer",
            "grievance:answered",
            N_("Propose an answer"),
            form=True,
            stamps=("answered",),
        ),
        Move(
            "reopen",
            ("answered",),
            "assigned",
            "grievance:close",
            "grievance:reopened",
            N_("Take up again"),
            form=True,
            kind="secondary",
        ),
        Move(
            "close",
            ("answered",),
            "closed",
            "grievance:close",
            "grievance:closed",
            N_("Close"),
            distinct_from=("answered_by_id",),
            stamps=("closed",),
        ),
    ),
)
