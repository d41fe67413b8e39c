"""The engagement with its visa, then the ordonnateur's décision, then the letters (R1, R2, R3, domain C8)."""

from __future__ import annotations

from portfolio.kit.i18n import N_
from portfolio.kit.lifecycle import Lifecycle, Move, State

COMMITMENT = Lifecycle(
    "commitment",
    (
        State("prepared", N_("Prepared"), tone="info"),
        State("visaed", N_("Visa given"), tone="good"),
        State("visaed_with_reserve", N_("Visa with reservation"), tone="warn"),
        State("deferred", N_("Deferred"), tone="warn", side=True),
        State("rejected", N_("Visa refused"), tone="bad", final=True, side=True),
        State("released", N_("Released"), final=True, side=True),
    ),
    (
        Move(
            "visa",
            ("prepared", "deferred"),
            "visaed",
            "commitment:visa",
            "commitment:visaed",
            N_("Give the visa"),
            distinct_from=("prepared_by_id",),
            stamps=("visaed",),
        ),
        Move(
            "visa_with_reserve",
            ("prepared", "deferred"),
            "visaed_with_reserve",
            "commitment:visa",
            "commitment:visaed_with_reserve",
            N_("Visa with reservation"),
            reason=True,
            kind="secondary",
            distinct_from=("prepared_by_id",),
            stamps=("visaed",),
        ),
        Move(
            "defer",
            ("prepared",),
            "deferred",
            "commitment:visa",
            "commitment:deferred",
            N_("Defer"),
            reason=True,
            kind="secondary",
            distinct_from=("prepared_by_id",),
        ),
        Move(
            "reject",
            ("prepared", "deferred"),
            "rejected",
            "commitment:visa",
            "commitment:rejected",
            N_("Refuse the visa"),
            reason=True,
            kind="danger",
            distinct_from=("prepared_by_id",),
            stamps=("visaed",),
        ),
        Move(
            "release",
            ("prepared", "visaed", "visaed_with_reserve", "deferred"),
            "released",
            "commitment:prepare",
            "commitment:released",
            N_("Release the credits"),
            reason=True,
            kind="danger",
        ),
    ),
)

DECISION = Lifecycle(
    "decision",
    (
        State("draft", N_("Draft")),
        State("signed", N_("Signed"), tone="good"),
        State("abandoned", N_("Abandoned"), tone="bad", final=True, side=True),
    ),
    (
        Move(
            "sign",
            ("draft",),
            "signed",
            "decision:sign",
            "decision:signed",
            N_("Sign the decision"),
            distinct_from=("prepared_by_id",),
            stamps=("signed",),
        ),
        Move(
            "abandon",
            ("draft",),
            "abandoned",
            "decision:prepare",
            "decision:abandoned",
            N_("Abandon"),
            reason=True,
            kind="danger",
        ),
    ),
)

NOTICE = Lifecycle(
    "notice",
    (
        State("prepared", N_("Prepared")),
        State("checked", N_("Checked"), tone="info"),
        State("sent", N_("Sent"), tone="warn"),
        State("received", N_("Received"), tone="good", final=True),
    ),
    (
        Move(
            "check",
            ("prepared",),
            "checked",
            "notice:check",
            "notice:checked",
            N_("Check the letter"),
            distinct_from=("prepared_by_id",),
            stamps=("checked",),
        ),
        Move(
            "send", ("checked",), "sent", "notice:send", "notice:sent", N_("Mark as sent"), stamps=("sent",)
        ),
        Move(
            "receive",
            ("sent",),
            "received",
            "notice:send",
            "notice:received",
            N_("Enter the acknowledgement"),
            form=True,
            stamps=("received",),
        ),
    ),
)
