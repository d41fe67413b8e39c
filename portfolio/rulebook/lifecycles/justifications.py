"""Expenses are shown, examined line by line, and validated by a second person; what is refused comes back (domain C14, C17)."""

from __future__ import annotations

from portfolio.kit.i18n import N_
from portfolio.kit.lifecycle import Lifecycle, Move, State

JUSTIFICATION = Lifecycle(
    "justification",
    (
        State("draft", N_("Being entered"), N_("Being entered")),
        State("submitted", N_("Submitted"), N_("Submitted"), tone="info"),
        State("reviewed", N_("Examined"), N_("Under examination"), tone="warn"),
        State("validated", N_("Validated"), N_("Validated"), tone="good"),
    ),
    (
        Move(
            "submit",
            ("draft",),
            "submitted",
            "justification:submit",
            "justification:submitted",
            N_("Submit the report"),
            stamps=("submitted",),
        ),
        Move(
            "return_",
            ("submitted",),
            "draft",
            "justification:review",
            "justification:returned",
            N_("Return with a reason"),
            reason=True,
            kind="secondary",
        ),
        Move(
            "review",
            ("submitted",),
            "reviewed",
            "justification:review",
            "justification:reviewed",
            N_("Close the examination"),
            stamps=("reviewed",),
        ),
        Move(
            "resume_review",
            ("reviewed",),
            "submitted",
            "justification:validate",
            "justification:review_resumed",
            N_("Send back to the examiner"),
            reason=True,
            kind="secondary",
        ),
        Move(
            "validate",
            ("reviewed",),
            "validated",
            "justification:validate",
            "justification:validated",
            N_("Validate the examination"),
            distinct_from=("reviewed_by_id", "submitted_by_id"),
            stamps=("validated",),
        ),
        Move(
            "clear",
            ("validated",),
            "validated",
            "justification:validate",
            "justification:supplemented",
            N_("Clear what was accepted since"),
            kind="secondary",
        ),
    ),
)

EXPENSE = Lifecycle(
    "expense",
    (
        State("presented", N_("Presented"), N_("Presented"), tone="info"),
        State("accepted", N_("Accepted"), N_("Accepted"), tone="good"),
        State("queried", N_("Held for clarification"), N_("Clarification asked"), tone="warn"),
        State("refused", N_("Refused"), N_("Refused"), tone="bad"),
    ),
    (
        Move(
            "accept",
            ("presented", "queried"),
            "accepted",
            "justification:review",
            "expense:accepted",
            N_("Accept"),
            form=True,
            stamps=("decided",),
        ),
        Move(
            "query",
            ("presented",),
            "queried",
            "justification:review",
            "expense:queried",
            N_("Hold for clarification"),
            reason=True,
            kind="secondary",
            stamps=("decided",),
        ),
        Move(
            "refuse",
            ("presented", "queried"),
            "refused",
            "justification:review",
            "expense:refused",
            N_("Refuse"),
            reason=True,
            kind="danger",
            stamps=("decided",),
        ),
        Move(
            "reconsider",
            ("accepted", "refused"),
            "queried",
            "justification:review",
            "expense:reconsidered",
            N_("Reconsider"),
            reason=True,
            kind="secondary",
            stamps=("decided",),
        ),
    ),
)

RECOVERY = Lifecycle(
    "recovery",
    (
        State("prepared", N_("Prepared")),
        State("issued", N_("Issued"), tone="warn"),
        State("settled", N_("Settled"), tone="good"),
        State("written_off", N_("Written off"), tone="bad", side=True),
    ),
    (
        Move(
            "issue",
            ("prepared",),
            "issued",
            "recovery:issue",
            "recovery:issued",
            N_("Sign the repayment order"),
            distinct_from=("prepared_by_id",),
            stamps=("issued",),
        ),
        Move(
            "take_charge",
            ("issued",),
            "issued",
            "recovery:collect",
            "recovery:taken_in_charge",
            N_("Take in charge"),
            distinct_from=("prepared_by_id", "issued_by_id"),
            stamps=("charged",),
            kind="secondary",
        ),
        Move(
            "settle", ("issued",), "settled", "recovery:collect", "recovery:settled", N_("Settle"), form=True
        ),
        Move(
            "write_off",
            ("issued",),
            "written_off",
            "recovery:write_off",
            "recovery:written_off",
            N_("Write off"),
            reason=True,
            kind="danger",
            form=True,
            stamps=("written_off",),
        ),
        Move(
            "reopen",
            ("settled", "written_off"),
            "issued",
            "ledger:reverse",
            "recovery:reopened",
            N_("Reopen: the money went back"),
            reason=True,
            kind="danger",
            form=True,
        ),
    ),
)
