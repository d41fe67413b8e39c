"""Committees sit with a quorum, propose, and sign minutes; they do not award (R2, R19, domain C7)."""

from __future__ import annotations

from portfolio.kit.i18n import N_
from portfolio.kit.lifecycle import Lifecycle, Move, State

SESSION = Lifecycle(
    "session",
    (
        State("planned", N_("Planned")),
        State("convened", N_("Convened"), tone="info"),
        State("sitting", N_("Sitting"), tone="warn"),
        State("closed", N_("Closed, minutes to sign"), tone="info"),
        State("final", N_("Minutes final"), tone="good", final=True),
        State("no_quorum", N_("No quorum"), tone="bad", final=True, side=True),
    ),
    (
        Move(
            "convene",
            ("planned",),
            "convened",
            "session:convene",
            "session:convened",
            N_("Send the convocation"),
            stamps=("convened",),
        ),
        Move(
            "open",
            ("convened",),
            "sitting",
            "session:open",
            "session:opened",
            N_("Open the session"),
            stamps=("opened",),
        ),
        Move(
            "declare_no_quorum",
            ("convened",),
            "no_quorum",
            "session:open",
            "session:no_quorum_declared",
            N_("Record the lack of quorum"),
            kind="danger",
            stamps=("closed",),
        ),
        Move(
            "close",
            ("sitting",),
            "closed",
            "session:open",
            "session:closed",
            N_("Close the session"),
            stamps=("closed",),
        ),
        Move(
            "finalise",
            ("closed",),
            "final",
            "session:convene",
            "session:finalised",
            N_("Make the minutes final"),
            stamps=("finalised",),
        ),
    ),
)

SESSION_ITEM = Lifecycle(
    "session_item",
    (State("open", N_("To deliberate"), tone="info"), State("proposed", N_("Proposal made"), tone="good")),
    (
        Move(
            "propose",
            ("open",),
            "proposed",
            "session:minute",
            "session_item:proposed",
            N_("Record the proposal"),
            form=True,
            stamps=("proposed",),
        ),
        Move(
            "reconsider",
            ("proposed",),
            "open",
            "session:minute",
            "session_item:reconsidered",
            N_("Take up again"),
            reason=True,
            kind="secondary",
        ),
    ),
)
