"""Shapes of a grant's life: disbursements and vouchers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GrantLife:
    """How a grant of AAP-2025-01 has lived up to J; None is "not yet"."""

    project: str
    line: str
    engaged_j: int
    group_signed_j: int | None
    authority_signed_j: int | None
    closed_j: int | None
    note: str


@dataclass(frozen=True, slots=True)
class Disbursement:
    """One way of one tranche; a failed attempt and its replacement are two rows with the same tranche.

    Examined: `accepted` + `queried` + `rejected` never exceed the tranche; None is "not presented yet".
    """

    project: str
    tranche: int
    attempt: int
    requested_j: int
    liquidated_j: int
    ordered_j: int | None
    paid_j: int | None
    channel: str
    outcome: str
    fee: int
    accepted: int | None
    queried: int
    rejected: int
    examined_j: int | None
    note: str


@dataclass(frozen=True, slots=True)
class Voucher:
    """A paper presented for a tranche; `line` is the label of a budget line, empty when it matches none; `verdict` may be « shared »."""

    project: str
    tranche: int
    number: int
    j: int
    kind: str
    label: str
    supplier: str
    reference: str
    amount: int
    line: str
    verdict: str
    reason: str

    @property
    def parts(self) -> dict[str, int]:
        """What became of it, in francs: the whole under its verdict, or the shares of a paper shared in three."""
        return (
            dict(SHARED[self.project, self.tranche, self.number])
            if self.verdict == "shared"
            else {self.verdict: self.amount}
        )


SHARED: dict[tuple[str, int, int], dict[str, int]] = {
    ("MP21", 2, 1): {"accepted": 330_000, "queried": 90_000, "rejected": 60_000}
}
"""The papers that are shared out, by project, tranche and number."""
SHARED_REASONS = {
    "queried": "Deux rouleaux livrés après la visite : fournir le bon de livraison.",
    "rejected": "Prix unitaire au-dessus de la mercuriale : le dépassement reste à la charge du groupement.",
}
