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
    """A paper presented for a tranche; `line` is the label of a budget line, empty when it matches none."""

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
