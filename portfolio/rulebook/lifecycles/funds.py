"""Funds, their credits and the money received (R1, R5, domain C2)."""

from __future__ import annotations

from portfolio.kit.i18n import N_
from portfolio.kit.lifecycle import Lifecycle, Move, State

FUND = Lifecycle(
    "fund",
    (
        State("draft", N_("Draft")),
        State("open", N_("Open"), tone="good"),
        State("frozen", N_("Frozen"), tone="warn", side=True),
        State("closed", N_("Closed"), final=True),
    ),
    (
        Move(
            "validate",
            ("draft",),
            "open",
            "fund:validate",
            "fund:validated",
            N_("Open the fund"),
            distinct_from=("created_by_id",),
            stamps=("validated",),
        ),
        Move(
            "freeze",
            ("open",),
            "frozen",
            "fund:freeze",
            "fund:frozen",
            N_("Freeze"),
            reason=True,
            kind="danger",
        ),
        Move(
            "unfreeze",
            ("frozen",),
            "open",
            "fund:validate",
            "fund:unfrozen",
            N_("Lift the freeze"),
            reason=True,
        ),
        Move(
            "close",
            ("open",),
            "closed",
            "fund:validate",
            "fund:closed",
            N_("Close the fund"),
            reason=True,
            kind="danger",
        ),
    ),
)

BUDGET_LINE = Lifecycle(
    "budget_line",
    (State("proposed", N_("Proposed")), State("voted", N_("Voted"), tone="good")),
    (
        Move(
            "vote",
            ("proposed",),
            "voted",
            "budget_line:vote",
            "budget_line:voted",
            N_("Record the vote"),
            distinct_from=("created_by_id",),
            stamps=("voted",),
        ),
        Move(
            "carry",
            ("proposed",),
            "voted",
            "period:close",
            "budget_line:opened",
            N_("Open by carrying credits forward"),
            distinct_from=("created_by_id",),
            stamps=("voted",),
            form=True,
        ),
    ),
)

MONEY_RECEIPT = Lifecycle(
    "money_receipt",
    (
        State("recorded", N_("Recorded"), tone="info"),
        State("confirmed", N_("Confirmed"), tone="good", final=True),
        State("voided", N_("Voided"), tone="bad", final=True, side=True),
    ),
    (
        Move(
            "confirm",
            ("recorded",),
            "confirmed",
            "money_receipt:confirm",
            "money_receipt:confirmed",
            N_("Confirm the receipt"),
            distinct_from=("recorded_by_id",),
            stamps=("confirmed",),
        ),
        Move(
            "void",
            ("recorded",),
            "voided",
            "money_receipt:confirm",
            "money_receipt:voided",
            N_("Void"),
            reason=True,
            kind="danger",
        ),
    ),
)

FUND_CALL = Lifecycle(
    "fund_call",
    (
        State("draft", N_("Draft")),
        State("sent", N_("Sent"), tone="info"),
        State("partly_received", N_("Received in part"), tone="warn"),
        State("received", N_("Received"), tone="good", final=True),
        State("cancelled", N_("Cancelled"), tone="bad", final=True, side=True),
    ),
    (
        Move(
            "send",
            ("draft",),
            "sent",
            "fund_call:send",
            "fund_call:sent",
            N_("Sign and send the call"),
            distinct_from=("created_by_id",),
            stamps=("sent",),
        ),
        Move(
            "receive_part",
            ("sent", "partly_received"),
            "partly_received",
            "money_receipt:confirm",
            "fund_call:received_in_part",
            N_("Match money received in part"),
            form=True,
        ),
        Move(
            "receive",
            ("sent", "partly_received"),
            "received",
            "money_receipt:confirm",
            "fund_call:received",
            N_("Match the money received"),
            form=True,
        ),
        Move(
            "cancel",
            ("draft", "sent"),
            "cancelled",
            "fund_call:send",
            "fund_call:cancelled",
            N_("Cancel the call"),
            reason=True,
            kind="danger",
        ),
    ),
)

DONOR_REFUND = Lifecycle(
    "donor_refund",
    (
        State("proposed", N_("Proposed"), tone="info"),
        State("approved", N_("Approved"), tone="warn"),
        State("paid", N_("Paid"), tone="good", final=True),
        State("rejected", N_("Refused"), tone="bad", final=True, side=True),
    ),
    (
        Move(
            "approve",
            ("proposed",),
            "approved",
            "donor_refund:approve",
            "donor_refund:approved",
            N_("Approve the refund"),
            distinct_from=("proposed_by_id",),
            stamps=("approved",),
        ),
        Move(
            "pay",
            ("approved",),
            "paid",
            "donor_refund:pay",
            "donor_refund:paid",
            N_("Record the payment to the donor"),
            distinct_from=("proposed_by_id", "approved_by_id"),
            stamps=("paid",),
            form=True,
        ),
        Move(
            "reject",
            ("proposed", "approved"),
            "rejected",
            "donor_refund:approve",
            "donor_refund:rejected",
            N_("Refuse the refund"),
            reason=True,
            kind="danger",
        ),
    ),
)
