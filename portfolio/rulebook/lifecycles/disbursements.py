"""A tranche's way to the group: request, liquidation, visa, order, payment, by different people (R1, R3, R7)."""

from __future__ import annotations

from portfolio.kit.i18n import N_
from portfolio.kit.lifecycle import Lifecycle, Move, State

_BEFORE = ("requested_by_id", "liquidated_by_id", "visaed_by_id", "ordered_by_id")

DISBURSEMENT = Lifecycle(
    "disbursement",
    (
        State("requested", N_("Requested"), N_("Requested"), tone="info"),
        State("liquidated", N_("Liquidated"), N_("Under examination"), tone="info"),
        State("visaed", N_("Visa given"), N_("Under examination"), tone="info"),
        State("ordered", N_("Payment ordered"), N_("Under examination"), tone="warn"),
        State("sent", N_("Sent to the bank or operator"), N_("Payment on its way"), tone="warn"),
        State("paid", N_("Paid"), N_("Paid"), tone="good", final=True),
        State("failed", N_("Payment failed"), N_("Payment failed"), tone="bad", final=True, side=True),
        State("rejected", N_("Rejected"), N_("Rejected"), tone="bad", final=True, side=True),
    ),
    (
        Move(
            "liquidate",
            ("requested",),
            "liquidated",
            "disbursement:liquidate",
            "disbursement:liquidated",
            N_("Liquidate"),
            distinct_from=("requested_by_id",),
            stamps=("liquidated",),
        ),
        Move(
            "visa",
            ("liquidated",),
            "visaed",
            "disbursement:visa",
            "disbursement:visaed",
            N_("Give the visa"),
            distinct_from=("requested_by_id", "liquidated_by_id"),
            stamps=("visaed",),
        ),
        Move(
            "order",
            ("visaed", "liquidated"),
            "ordered",
            "disbursement:order",
            "disbursement:ordered",
            N_("Sign the payment order"),
            distinct_from=("requested_by_id", "liquidated_by_id", "visaed_by_id"),
            stamps=("ordered",),
            form=True,
        ),
        Move(
            "send",
            ("ordered",),
            "sent",
            "disbursement:pay",
            "disbursement:sent",
            N_("Send to the bank or operator"),
            distinct_from=_BEFORE,
            stamps=("sent",),
            form=True,
            kind="secondary",
        ),
        Move(
            "pay",
            ("ordered", "sent"),
            "paid",
            "disbursement:pay",
            "disbursement:paid",
            N_("Record the payment"),
            distinct_from=_BEFORE,
            stamps=("paid",),
            form=True,
        ),
        Move(
            "fail",
            ("sent",),
            "failed",
            "disbursement:pay",
            "disbursement:failed",
            N_("Record the failure"),
            reason=True,
            form=True,
            kind="danger",
        ),
        Move(
            "return_",
            ("liquidated", "visaed", "ordered"),
            "requested",
            "disbursement:return",
            "disbursement:returned",
            N_("Return with a reason"),
            reason=True,
            kind="secondary",
        ),
        Move(
            "reject",
            ("requested", "liquidated", "visaed", "ordered"),
            "rejected",
            "disbursement:reject",
            "disbursement:rejected",
            N_("Reject"),
            reason=True,
            kind="danger",
        ),
    ),
)
