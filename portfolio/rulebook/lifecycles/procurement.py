"""A purchase, by the authority or by a group: need, quotations, opening, comparison, committee, order, reception (R6, domain C15)."""

from __future__ import annotations

from portfolio.kit.i18n import N_
from portfolio.kit.lifecycle import Lifecycle, Move, State

PROCEDURE = Lifecycle(
    "procedure",
    (
        State("need", N_("Need stated")),
        State("quoting", N_("Quotations asked"), tone="info"),
        State("opened", N_("Bids opened"), tone="info"),
        State("compared", N_("Compared"), tone="info"),
        State("decided", N_("Supplier retained"), tone="warn"),
        State("ordered", N_("Ordered"), tone="warn"),
        State("received", N_("Received"), tone="good", final=True),
        State("fruitless", N_("No suitable bid"), tone="bad", final=True, side=True),
    ),
    (
        Move(
            "ask",
            ("need",),
            "quoting",
            "procedure:manage",
            "procedure:quotations_asked",
            N_("Ask for quotations"),
            stamps=("asked",),
        ),
        Move(
            "open",
            ("quoting",),
            "opened",
            "procedure:manage",
            "procedure:opened",
            N_("Open the bids"),
            stamps=("opened",),
            form=True,
        ),
        Move(
            "compare",
            ("opened",),
            "compared",
            "procedure:manage",
            "procedure:compared",
            N_("Close the comparison"),
            stamps=("compared",),
        ),
        Move(
            "decide",
            ("compared",),
            "decided",
            "procedure:decide",
            "procedure:decided",
            N_("Record the committee's decision"),
            stamps=("decided",),
            form=True,
        ),
        Move(
            "order",
            ("decided",),
            "ordered",
            "procedure:order",
            "procedure:ordered",
            N_("Sign the purchase order"),
            distinct_from=("opened_by_id", "compared_by_id"),
            stamps=("ordered",),
        ),
        Move(
            "receive",
            ("ordered",),
            "received",
            "procedure:receive",
            "procedure:received",
            N_("Record the reception"),
            distinct_from=("decided_by_id", "ordered_by_id"),
            stamps=("received",),
            form=True,
        ),
        Move(
            "declare_fruitless",
            ("opened", "compared"),
            "fruitless",
            "procedure:decide",
            "procedure:declared_fruitless",
            N_("Declare fruitless"),
            reason=True,
            kind="danger",
        ),
    ),
)
