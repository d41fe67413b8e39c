"""The transitions of money, as the rulebook names them, and the test that lets thirty-two people race on each (C02)."""

from __future__ import annotations

from portfolio.kit.lifecycle import Lifecycle
from portfolio.rulebook.lifecycles import ALL, disbursements, funds, justifications, payments, periods
from portfolio.rulebook.postings import POSTINGS

_ROOMS = (funds, disbursements, payments, periods, justifications)
_NOUNS = {found.noun for room in _ROOMS for found in vars(room).values() if isinstance(found, Lifecycle)} | {"commitment"}
_NOUNS -= {"clock"}  # the machine's, which no money follows
MOVING = {key.partition("#")[0] for key, rows in POSTINGS.items() if rows}
"""What posts in the books."""
_SIGNED = {"agreement:countersigned", "agreement:closed", "amendment:accepted", "amendment:signed", "closure:attested", "procedure:opened",
           "call:published", "group_account:verified", "group_account:retired"}  # fmt: skip
TRANSITIONS = MOVING | {move.event for noun in _NOUNS for move in ALL[noun].moves}
"""… and every other step in the life of a record of money: signatures, refusals, withdrawals, closings."""
TRANSITIONS |= {move.event for cycle in ALL.values() for move in cycle.moves if move.event in _SIGNED} | {"condition:waived"}
TRANSITIONS |= {move.event for noun in ("session", "session_item") for move in ALL[noun].moves} - {"session:no_quorum_declared"}
"""… and what binds the house to others (C03)."""

RACED: dict[str, tuple[str, ...]] = {
    "tests/lives/test_races.py::test_thirty_two_at_every_transition_of_a_grant": (
        "disbursement:liquidated", "disbursement:visaed", "disbursement:ordered", "disbursement:sent", "disbursement:paid",
        "disbursement:failed", "disbursement:returned", "disbursement:rejected", "disbursement:requisitioned", "justification:reviewed",
        "justification:validated", "justification:supplemented", "expense:accepted", "expense:cleared", "recovery:issued", "recovery:taken_in_charge",
        "recovery:collected", "recovery:settled", "recovery:reopened", "recovery:cancelled", "recovery:written_off", "recovery:reinstated", "budget_line:voted", "commitment:reduced",
    ),
    "tests/lives/test_races.py::test_thirty_two_at_every_verdict_that_moves_no_money": (
        "justification:returned", "justification:submitted", "justification:review_resumed", "expense:queried",
        "expense:refused", "expense:reconsidered", "recovery:withdrawn",
    ),
    "tests/lives/test_treasury_races.py::test_thirty_two_at_every_movement_of_the_treasury": (
        "fund_call:sent", "fund_call:received_in_part", "fund_call:received", "donor_refund:approved", "donor_refund:paid",
        "statement_line:matched", "statement_line:charged", "money:moved", "treasury:fee_charged", "period:closed", "money_receipt:confirmed",
        "money_receipt:reversed", "fund_call:reopened", "donor_refund:payment_reversed",
    ),
    "tests/lives/test_treasury_races.py::test_thirty_two_at_every_signature_that_moves_no_money": (
        "fund:validated", "fund:frozen", "fund:unfrozen", "fund:closed", "money_receipt:voided", "fund_call:cancelled",
        "donor_refund:rejected", "cash_count:confirmed", "cash_count:withdrawn", "statement_line:noted", "statement_line:reopened",
        "period:withdrawn", "reconciliation:withdrawn", "reconciliation:controlled",
    ),
    "tests/justifications/test_deductions.py::test_thirty_two_payments_set_a_claim_off_once": ("recovery:set_off",),
    "tests/desk/test_exercices.py::test_thirty_two_closings_at_once_close_once": (
        "exercice:closed", "exercice:withdrawn", "budget_line:opened", "budget_line:carried_out", "budget_line:carried_in",
        "budget_line:lapsed",
    ),
    "tests/desk/test_races.py::test_thirty_two_reversals_at_once_make_one": ("disbursement:payment_reversed",),
    "tests/payments/test_pages.py::test_thirty_two_at_every_link_of_a_batch": (
        "payment_batch:locked", "payment_batch:approved", "payment_batch:authorised", "payment_batch:released",
        "payment_batch:sent", "payment_batch:reconciled", "payment_batch:unlocked", "payment_batch:cancelled",
    ),
    "tests/agreements/test_races.py::test_thirty_two_at_every_signature_of_an_agreement": (
        "agreement:countersigned", "condition:waived", "amendment:accepted", "amendment:signed",
    ),
    "tests/agreements/test_races.py::test_thirty_two_who_open_the_bids": ("procedure:opened",),
    "tests/agreements/test_races.py::test_thirty_two_who_attest_a_closure": ("closure:attested", "agreement:closed"),
    "tests/committees/test_races.py::test_thirty_two_at_every_step_of_a_session": (
        "session:convened", "session:opened", "session_item:proposed", "session_item:reconsidered", "session:closed", "session:finalised",
    ),
    "tests/calls/test_races.py::test_thirty_two_who_publish_a_call_and_assign_a_payee": (
        "call:published", "group_account:verified", "group_account:retired",
    ),
    "tests/awards/test_races.py::test_thirty_two_at_every_step_of_a_commitment": (
        "award:reserved", "commitment:prepared", "commitment:deferred", "commitment:visaed", "commitment:visaed_with_reserve",
        "commitment:rejected", "commitment:released", "award:unreserved",
    ),
}  # fmt: skip
"""Test → what is raced in it; each test says at its end that it did."""
