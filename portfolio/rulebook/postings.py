"""Which accounts move when something happens: event → (debit, credit, measure) beside the chart of accounts.

The budget accounts follow the public spending chain (R1: réservation → engagement → liquidation → ordonnancement → paiement), the
others the money itself and the three modalities (R4). An empty tuple says "moves no account, on purpose". A key `event#case` is the posting of one case of the event.
"""

from __future__ import annotations

from dataclasses import dataclass

from portfolio.kit.i18n import N_


@dataclass(frozen=True)
class Account:
    """One account. `normal` is the side its balance stands on; `sycebnl` is its number in that plan, empty where none is sure (R12)."""

    code: str
    label: str
    normal: str
    budget: bool = False
    sycebnl: str = ""


SYCEBNL = N_(
    "Chart of accounts of SYCEBNL (OHADA uniform act on the accounts of non-profit entities, in force since 1 January 2024)."
)
"""The source of the mapping column. Read against the plan as `l10n_syscohada` of Odoo publishes it (account.account-syscebnl.csv): 462 bailleurs,
projets de développement; 4711 débiteurs divers; 538 autres organismes financiers; 651 pertes sur créances; 652 subventions accordées. Advances to
be justified and the budget accounts have no number there."""

CHART: dict[str, Account] = {
    a.code: a
    for a in (
        Account("120", N_("Brought forward from earlier exercices"), "debit", sycebnl="12"),
        Account("165", N_("Funds received from donors"), "credit", sycebnl="462"),
        Account("409", N_("Advances to be justified"), "debit"),
        Account("463", N_("Repayments to be received"), "debit", sycebnl="4711"),
        Account("468", N_("Claims set off against payments"), "debit"),
        Account("521", N_("Banks"), "debit", sycebnl="521"),
        Account("524", N_("Decentralised financial systems"), "debit", sycebnl="538"),
        Account("552", N_("Mobile money"), "debit", sycebnl="552"),
        Account("571", N_("Cash"), "debit", sycebnl="571"),
        Account("585", N_("Internal transfers"), "debit", sycebnl="585"),
        Account("631", N_("Bank and operator fees"), "debit", sycebnl="631"),
        Account("657", N_("Grants spent and accepted"), "debit", sycebnl="652"),
        Account("659", N_("Claims written off"), "debit", sycebnl="651"),
        Account("901", N_("Credits voted"), "credit", budget=True),
        Account("902", N_("Credits available"), "debit", budget=True),
        Account("903", N_("Credits reserved"), "debit", budget=True),
        Account("904", N_("Credits committed"), "debit", budget=True),
        Account("905", N_("Expenses liquidated"), "debit", budget=True),
        Account("906", N_("Payments ordered"), "debit", budget=True),
        Account("907", N_("Payments made"), "debit", budget=True),
        Account("908", N_("Credits carried to another exercice"), "debit", budget=True),
        Account("909", N_("Credits lapsed at the close"), "debit", budget=True),
    )
}

TREASURY = {"bank": "521", "sfd": "524", "mobile": "552", "cash": "571"}
"""The ledger account of each kind of account of the institution; a posting says `treasury`."""


@dataclass(frozen=True)
class Posting:
    """One transfer: `measure` names the amount given to `work.advance(measures=…)`."""

    debit: str
    credit: str
    measure: str = "amount"


_UNDO_LIQUIDATION = (Posting("904", "905"),)
_UNDO_ORDER = (Posting("905", "906"), Posting("904", "905"))

POSTINGS: dict[str, tuple[Posting, ...]] = {
    "budget_line:voted": (Posting("902", "901"),),
    "budget_line:carried_out": (
        Posting("908", "902", "available"),
        Posting("908", "903", "reserved"),
        Posting("908", "904", "committed"),
        Posting("908", "905", "liquidated"),
        Posting("908", "906", "ordered"),
    ),
    "budget_line:carried_in": (
        Posting("902", "908", "available"),
        Posting("903", "908", "reserved"),
        Posting("904", "908", "committed"),
        Posting("905", "908", "liquidated"),
        Posting("906", "908", "ordered"),
    ),
    "budget_line:lapsed": (Posting("909", "902"),),
    "money_receipt:confirmed": (Posting("treasury", "165"),),
    "donor_refund:paid": (Posting("165", "treasury"),),
    "award:reserved": (Posting("903", "902"),),
    "award:unreserved": (Posting("902", "903"),),
    "commitment:prepared": (Posting("904", "903"),),
    "commitment:rejected": (Posting("903", "904"),),
    "commitment:released": (Posting("902", "904"),),
    "commitment:reduced": (Posting("902", "904"),),
    "disbursement:liquidated": (Posting("905", "904"),),
    "disbursement:ordered": (Posting("906", "905"),),
    "disbursement:paid#advance": (
        Posting("907", "906"),
        Posting("409", "treasury"),
        Posting("631", "treasury", "fee"),
    ),
    "disbursement:paid#direct": (
        Posting("907", "906"),
        Posting("657", "treasury"),
        Posting("631", "treasury", "fee"),
    ),
    "disbursement:paid#reimbursement": (
        Posting("907", "906"),
        Posting("657", "treasury"),
        Posting("631", "treasury", "fee"),
    ),
    "disbursement:paid#kind": (
        Posting("907", "906"),
        Posting("657", "treasury"),
        Posting("631", "treasury", "fee"),
    ),
    "disbursement:paid#advance_net": (
        Posting("907", "906"),
        Posting("409", "treasury", "net"),
        Posting("409", "468", "deducted"),
        Posting("631", "treasury", "fee"),
    ),
    "disbursement:paid#reimbursement_net": (
        Posting("907", "906"),
        Posting("657", "treasury", "net"),
        Posting("657", "468", "deducted"),
        Posting("631", "treasury", "fee"),
    ),
    "disbursement:failed": (*_UNDO_ORDER, Posting("631", "treasury", "fee")),
    "disbursement:returned#liquidated": _UNDO_LIQUIDATION,
    "disbursement:returned#visaed": _UNDO_LIQUIDATION,
    "disbursement:returned#ordered": _UNDO_ORDER,
    "disbursement:rejected#requested": (),
    "disbursement:rejected#liquidated": _UNDO_LIQUIDATION,
    "disbursement:rejected#visaed": _UNDO_LIQUIDATION,
    "disbursement:rejected#ordered": _UNDO_ORDER,
    "disbursement:requisitioned": (Posting("905", "904"), Posting("906", "905")),
    "expense:cleared": (Posting("657", "409"),),
    "recovery:issued": (Posting("463", "409"),),
    "recovery:collected": (Posting("treasury", "463"),),
    "recovery:set_off": (Posting("468", "463"),),
    "recovery:written_off": (Posting("659", "463"),),
    "money:moved#out": (Posting("585", "treasury"),),
    "money:moved#in": (Posting("treasury", "585"),),
    "treasury:fee_charged": (Posting("631", "treasury"),),
}

CLOSING = frozenset({"budget_line:carried_out", "budget_line:lapsed"})
"""What may still be written on the budget accounts of an exercice that is closed: its own closing (R12)."""

RESULT = "120"
"""« Report à nouveau »: the expenses of closed exercices, in one."""

BROUGHT = tuple(code for code, a in CHART.items() if not a.budget and code[0] != "6")
"""The accounts whose balance is the opening balance of the next exercice; expenses go together to « report à nouveau »."""

STAGES: dict[str, tuple[str, ...]] = {
    "reserved": ("903",),
    "committed": ("904", "905", "906", "907"),
    "liquidated": ("905", "906", "907"),
    "ordered": ("906", "907"),
    "paid": ("907",),
}
"""The cumulative totals of the chain: a later stage contains the earlier one's money (R1)."""


@dataclass(frozen=True)
class Dims:
    """The codes by which an entry is found again. `party` is the group or supplier, `treasury` the institution's own account."""

    exercice: int | None = None
    donor: str | None = None
    fund: str | None = None
    line: str | None = None
    call: str | None = None
    agreement: str | None = None
    tranche: str | None = None
    party: str | None = None
    place: str | None = None
    objective: str | None = None
    treasury: str | None = None


DIMENSION_WORDS: dict[str, str] = {
    "exercice": N_("Exercice"),
    "donor": N_("Donor"),
    "fund": N_("Fund"),
    "line": N_("Budget line"),
    "call": N_("Call"),
    "agreement": N_("Agreement"),
    "tranche": N_("Tranche"),
    "party": N_("Third party"),
    "place": N_("Place"),
    "objective": N_("Objective"),
    "treasury": N_("Institution account"),
}
"""What a reader calls each of `Dims`."""

ENTRY_WORDS: dict[str, str] = {
    "budget_line:voted": N_("Credits voted"),
    "budget_line:carried_out": N_("Credits carried to the next exercice"),
    "budget_line:carried_in": N_("Credits carried from the exercice before"),
    "budget_line:lapsed": N_("Credits lapsed at the close"),
    "money_receipt:confirmed": N_("Funds received"),
    "donor_refund:paid": N_("Funds returned to the donor"),
    "award:reserved": N_("Credits reserved"),
    "award:unreserved": N_("Reservation lifted"),
    "commitment:prepared": N_("Commitment"),
    "commitment:rejected": N_("Commitment refused the visa"),
    "commitment:released": N_("Release of the commitment"),
    "commitment:reduced": N_("Reduction of the commitment"),
    "disbursement:liquidated": N_("Liquidation"),
    "disbursement:ordered": N_("Payment order"),
    "disbursement:paid": N_("Payment"),
    "disbursement:failed": N_("Payment failed"),
    "disbursement:returned": N_("File returned"),
    "disbursement:rejected": N_("Payment refused by the accountant"),
    "disbursement:requisitioned": N_("Order of requisition"),
    "expense:cleared": N_("Advance cleared"),
    "recovery:issued": N_("Repayment order"),
    "recovery:collected": N_("Repayment received"),
    "recovery:set_off": N_("Claim set off against a payment"),
    "recovery:written_off": N_("Claim written off"),
    "money:moved": N_("Transfer between accounts"),
    "treasury:fee_charged": N_("Bank or operator fee"),
}
"""What the books call the entries of an event (the libellé of document 18): the fact, where a button names the act."""
