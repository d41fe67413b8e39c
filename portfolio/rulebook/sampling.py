"""What an auditor may sample and how, and what the file of a grant holds: rows of the law, no code (domain M6).

Whoever prints the books draws samples: `ledger:print`. A sample is never changed nor thrown away: a second draw is a second number.
"""

from __future__ import annotations

from dataclasses import dataclass

from portfolio.kit.i18n import N_

DRAWS = "ledger:print"
"""Who draws, reads and prints samples."""
LARGEST = 500
"""Rows of a sample at most: what a mission can look at by hand."""


@dataclass(frozen=True)
class Population:
    """What is drawn from: the entries of one event on one account, less those reversed when it is drawn."""

    label: str
    event: str
    debit: str
    about: str
    """The kind of dossier behind one of its rows."""
    modalities: tuple[str, ...] = ()
    """Only payments of these modalities; empty for all of them."""


POPULATIONS: dict[str, Population] = {
    "payments": Population(N_("Payments"), "disbursement:paid", "907", "payment"),
    "deliveries": Population(
        N_("Goods and works paid directly or in kind"),
        "disbursement:paid",
        "907",
        "payment",
        ("direct", "kind"),
    ),
    "vouchers": Population(N_("Vouchers accepted and cleared"), "expense:cleared", "657", "voucher"),
}
"""The second is what a third party verifies on the spot: the goods are there, or not (domain K7)."""
METHODS: dict[str, str] = {
    "random": N_("Simple random"),
    "monetary": N_("Monetary unit, in proportion to the amount"),
    "systematic": N_("Systematic, from a random start"),
}
METHOD_HINTS: dict[str, str] = {
    "random": N_("Each row has the same chance."),
    "monetary": N_("Each franc has the same chance: the largest rows are surely drawn."),
    "systematic": N_("One row in so many, in the order of the ledger."),
}

READS_WHOLE = (
    "call:view",
    "application:view",
    "decision:view",
    "agreement:view",
    "disbursement:view",
    "justification:view",
)
"""Who may take the whole file of a grant: whoever may read each link of its chain, on that very grant."""
LARGEST_FILE_BYTES = 200_000_000
"""Bytes of papers and files that one archive may hold: what a line of 2 Mbit/s gives in a quarter of an hour."""
STAGES: dict[str, str] = {
    "call": N_("Call"),
    "application": N_("Application"),
    "award": N_("Decision"),
    "agreement": N_("Agreement"),
    "payments": N_("Payments"),
    "execution": N_("Execution"),
    "justification": N_("Justification"),
    "recovery": N_("Repayment"),
    "closure": N_("Closure"),
}
"""The chain of a grant, in the order of its life: the folders of the archive."""
FILE_KINDS: dict[str, str] = {
    "piece": N_("Paper of the file"),
    "signed_agreement": N_("Signed agreement"),
    "signed_amendment": N_("Signed amendment"),
    "suspension_act": N_("Act of suspension"),
    "termination_act": N_("Act of termination"),
    "waiver": N_("Act of waiver"),
    "proof": N_("Proof of a condition"),
    "voucher": N_("Voucher"),
    "photo": N_("Photograph"),
    "receipt_slip": N_("Slip of receipt"),
    "write_off_act": N_("Act of write-off"),
    "publicity_proof": N_("Proof of publication"),
}
"""The words of a kind of file, by what stands before its colon."""
CALL_PAPERS = frozenset({"call_notice", "call_correction"})
"""Of a call, what says its rules; its posters and its register are not of one grant."""
SITTING_PAPERS = frozenset({"minutes", "no_quorum_minutes"})
"""Of a session, its minutes."""
