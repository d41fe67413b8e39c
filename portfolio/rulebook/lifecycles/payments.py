"""Batches of ordered payments, each link by another person (J5, J6, J8, R7); and the lines of the statements that come back (R5, M19)."""

from __future__ import annotations

from portfolio.kit.i18n import N_
from portfolio.kit.lifecycle import Lifecycle, Move, State

_AUTHORS = ("created_by_id", "locked_by_id")
_HELD = ("locked", "approved", "authorised", "released")

PAYMENT_BATCH = Lifecycle(
    "payment_batch",
    (
        State("draft", N_("Draft")),
        State("locked", N_("Locked"), tone="info"),
        State("approved", N_("Approved"), tone="info"),
        State("authorised", N_("Authorised"), tone="info"),
        State("released", N_("Released for payment"), tone="warn"),
        State("sent", N_("Sent"), tone="warn"),
        State("reconciled", N_("Reconciled"), tone="good", final=True),
        State("cancelled", N_("Cancelled"), tone="bad", final=True, side=True),
    ),
    (
        Move(
            "lock",
            ("draft",),
            "locked",
            "payment_batch:prepare",
            "payment_batch:locked",
            N_("Lock the batch"),
            stamps=("locked",),
        ),
        Move(
            "approve",
            ("locked",),
            "approved",
            "payment_batch:approve",
            "payment_batch:approved",
            N_("Approve the batch"),
            distinct_from=_AUTHORS,
            stamps=("approved",),
            form=True,
        ),
        Move(
            "authorise",
            ("approved",),
            "authorised",
            "payment_batch:authorise",
            "payment_batch:authorised",
            N_("Authorise the batch"),
            distinct_from=(*_AUTHORS, "approved_by_id"),
            stamps=("authorised",),
            form=True,
        ),
        Move(
            "release",
            ("authorised",),
            "released",
            "payment_batch:release",
            "payment_batch:released",
            N_("Release the batch"),
            distinct_from=(*_AUTHORS, "approved_by_id", "authorised_by_id"),
            stamps=("released",),
            form=True,
        ),
        Move(
            "send",
            ("released",),
            "sent",
            "payment_batch:send",
            "payment_batch:sent",
            N_("Make the file and send"),
            distinct_from=("approved_by_id", "authorised_by_id"),
            stamps=("sent",),
        ),
        Move(
            "reconcile",
            ("sent",),
            "reconciled",
            "payment_batch:send",
            "payment_batch:reconciled",
            N_("Declare the batch reconciled"),
            distinct_from=("approved_by_id", "authorised_by_id"),
            stamps=("reconciled",),
        ),
        Move(
            "unlock",
            _HELD,
            "draft",
            "payment_batch:unlock",
            "payment_batch:unlocked",
            N_("Open it again"),
            reason=True,
            kind="secondary",
        ),
        Move(
            "cancel",
            ("draft", *_HELD),
            "cancelled",
            "payment_batch:prepare",
            "payment_batch:cancelled",
            N_("Cancel the batch"),
            reason=True,
            kind="danger",
        ),
    ),
)

STATEMENT_LINE = Lifecycle(
    "statement_line",
    (
        State("unmatched", N_("To be worked"), tone="warn"),
        State("matched", N_("Matched"), tone="good"),
        State("charged", N_("Booked as a fee"), tone="good", final=True),
        State("noted", N_("Left with a note"), tone="info"),
    ),
    (
        Move("match", ("unmatched", "noted"), "matched", "bank_statement:import", "statement_line:matched", N_("Match"), stamps=("settled",), form=True),
        Move("charge", ("unmatched", "noted"), "charged", "bank_statement:import", "statement_line:charged", N_("Book as a fee"), stamps=("settled",), form=True),
        Move("leave", ("unmatched",), "noted", "bank_statement:import", "statement_line:noted", N_("Leave with a note"), stamps=("settled",), reason=True, form=True),
        Move("reopen", ("matched", "noted"), "unmatched", "bank_statement:import", "statement_line:reopened", N_("Free the line"), reason=True, form=True),
    ),
)

CASH_COUNT = Lifecycle(
    "cash_count",
    (
        State("counted", N_("Counted, to be confirmed"), tone="warn"),
        State("confirmed", N_("Confirmed by a second person"), tone="good", final=True),
        State("withdrawn", N_("Withdrawn"), tone="bad", final=True, side=True),
    ),
    (
        Move("confirm", ("counted",), "confirmed", "cash_count:confirm", "cash_count:confirmed", N_("Confirm the count"),
             distinct_from=("counted_by_id",), stamps=("confirmed",)),
        Move("withdraw", ("counted",), "withdrawn", "cash_count:count", "cash_count:withdrawn", N_("Withdraw the count"), reason=True, kind="danger"),
    ),
)

RECONCILIATION = Lifecycle(
    "reconciliation",
    (
        State("prepared", N_("Prepared, to be controlled"), tone="warn"),
        State("controlled", N_("Controlled by a second person"), tone="good", final=True),
        State("withdrawn", N_("Withdrawn"), tone="bad", final=True, side=True),
    ),
    (
        Move("control", ("prepared",), "controlled", "reconciliation:control", "reconciliation:controlled", N_("Control the reconciliation"),
             distinct_from=("prepared_by_id",), stamps=("controlled",)),
        Move("withdraw", ("prepared",), "withdrawn", "reconciliation:prepare", "reconciliation:withdrawn", N_("Withdraw the reconciliation"),
             reason=True, kind="danger"),
    ),
)
