"""What lives found, told once more alone: each failed before its repair."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.justifications import grants
from tests.lives import acts


@pytest.fixture
def made(tmp_path: Path) -> acts.Product:
    place = grants.shared("sqlite", tmp_path)
    return acts.Product(place, **acts.furnish(place, [((1_000_000, 0), (500_000, 0))]))


def ordered(made: acts.Product, liquidator: str = "second") -> None:
    for verb, who in (("liquidate", liquidator), ("visa", "controller"), ("order", "director")):
        assert made.on_payment(who, verb, 0)[0], verb


def test_a_payment_ordered_anew_voids_the_signatures_of_its_batch(made: acts.Product) -> None:
    """M09: else whoever approved the batch could liquidate its payment afterwards."""
    with acts.papers_undrawn():
        made.payments.append(made.request("officer", 0, 1_000_000)[1])
        ordered(made)
        made.batches.append(made.bundle("cashier", [0])[1])
        assert made.on_batch("cashier", "lock", 0)[0] and made.sign_batch("head", "approve", 0)[0]
        assert made.on_payment("officer", "return", 0)[0]
        ordered(made, "head")
        went, refused = made.sign_batch("director", "authorise", 0)
    assert not went and [r.code for r in refused.refusals] == ["content_changed"]


def test_the_tolerance_is_measured_against_what_was_signed_last(made: acts.Product) -> None:
    """I5: a transfer prepared before an avenant and accepted after it does not move the base of the next one."""
    with acts.papers_undrawn():
        signed = [1_000_000, 500_000]
        assert made.now.rows["budget"][made.agreements[0] * 10 + 2][2] == signed[1]
        for kind, lines in (("virement_within", [951_000, 549_000]), ("virement", [999_000, 501_000])):
            made.amendments.append(made.amend("officer", 0, kind, lines)[1])
            assert made.on_amendment("officer", "submit", len(made.amendments) - 1)[0]
        assert made.on_amendment("head", "approve", 1)[0] and made.on_amendment("director", "sign", 1)[0]
        assert made.on_amendment("head", "accept", 0)[0]
        went, refused = made.amend("officer", 0, "virement_within", [948_000, 552_000])
    assert not went and [r.code for r in refused.refusals] == ["beyond_tolerance"]


def test_a_terminated_grant_is_closed_before_its_last_day(made: acts.Product) -> None:
    """I7: what a termination gave back is not left to pay."""
    with acts.papers_undrawn():
        assert made.terminate("director", 0, "agreed")[0] and made.hold_up("head", "start_closing", 0)[0]
        went, number = made.draw_up("officer", 0)
        assert went, number
        made.closures.append(number)
        assert made.on_closure("accountant", "clear_account", 0)[0] and made.on_closure("director", "attest", 0)[0]
    assert made.findings() == []
