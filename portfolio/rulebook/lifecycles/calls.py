"""A call is written by one person and published by another; open and closed are computed from the clock (C2, C4, domain C3)."""

from __future__ import annotations

from portfolio.kit.i18n import N_
from portfolio.kit.lifecycle import Lifecycle, Move, State

CALL = Lifecycle(
    "call",
    (
        State("draft", N_("Draft")),
        State("sent", N_("Sent for publication"), tone="info"),
        State("published", N_("Published"), N_("Published"), tone="good"),
        State("finalised", N_("Finalised"), N_("Results published"), final=True),
        State("cancelled", N_("Cancelled"), N_("Cancelled"), tone="bad", final=True, side=True),
    ),
    (
        Move(
            "send", ("draft",), "sent", "call:send", "call:sent", N_("Send for publication"), stamps=("sent",)
        ),
        Move(
            "return_",
            ("sent",),
            "draft",
            "call:publish",
            "call:returned",
            N_("Return with a reason"),
            reason=True,
            kind="secondary",
        ),
        Move(
            "publish",
            ("sent",),
            "published",
            "call:publish",
            "call:published",
            N_("Publish the call"),
            distinct_from=("created_by_id", "sent_by_id"),
            stamps=("published",),
        ),
        Move(
            "finalise",
            ("published",),
            "finalised",
            "call:finalise",
            "call:finalised",
            N_("Close the call with its result"),
            reason=True,
            kind="secondary",
            stamps=("finalised",),
        ),
        Move(
            "cancel",
            ("draft", "sent", "published"),
            "cancelled",
            "call:cancel",
            "call:cancelled",
            N_("Cancel the call"),
            reason=True,
            kind="danger",
        ),
    ),
)
