"""Batches of ordered payments, from the draft to the statement of the bank; each link by another person (J5, J6, J8, R7)."""

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
        State("released", N_("Released"), tone="warn"),
        State("sent", N_("Sent to the bank or operator"), tone="warn"),
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
