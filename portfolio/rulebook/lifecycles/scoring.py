"""An assessor declares interests before opening a file, then locks the sheet (R9, domain C6)."""

from __future__ import annotations

from portfolio.kit.i18n import N_
from portfolio.kit.lifecycle import Lifecycle, Move, State

SCORE_SHEET = Lifecycle(
    "score_sheet",
    (
        State("assigned", N_("Assigned"), tone="info"),
        State("open", N_("In progress"), tone="warn"),
        State("locked", N_("Locked"), tone="good"),
        State("declined", N_("Declined"), tone="bad", final=True, side=True),
        State("withdrawn", N_("Withdrawn"), final=True, side=True),
    ),
    (
        Move(
            "declare_none",
            ("assigned",),
            "open",
            "score_sheet:fill",
            "score_sheet:impartiality_declared",
            N_("Declare no interest and open the file"),
            stamps=("declared",),
        ),
        Move(
            "decline",
            ("assigned", "open"),
            "declined",
            "score_sheet:fill",
            "score_sheet:declined",
            N_("Declare a conflict or decline"),
            reason=True,
            kind="danger",
            stamps=("declared",),
        ),
        Move(
            "lock",
            ("open",),
            "locked",
            "score_sheet:fill",
            "score_sheet:locked",
            N_("Lock the sheet"),
            stamps=("locked",),
        ),
        Move(
            "reopen",
            ("locked",),
            "open",
            "score_sheet:reopen",
            "score_sheet:reopened",
            N_("Reopen"),
            reason=True,
            kind="danger",
            distinct_from=("assessor_id",),
        ),
        Move(
            "withdraw",
            ("assigned", "open"),
            "withdrawn",
            "application:assign",
            "score_sheet:withdrawn",
            N_("Withdraw the assignment"),
            reason=True,
            kind="danger",
        ),
    ),
)
