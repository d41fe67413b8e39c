"""How a life may open, so that it comes far within its fifty acts: each of these is an act like the others, judged like them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Act = Callable[[Any], None]
FIRST, SECOND = 3, 4
"""The tranches of the second grant: nothing must be justified between them."""
WAY = (("head", "liquidate"), ("controller", "visa"), ("director", "order"))


def asked(payment: int, tranche: int, *, steps: int = 3) -> list[Act]:
    """Asked for, and brought so many steps on."""
    first: Act = lambda life: life.do_request("officer", tranche, life.model.tranches[tranche].amount)  # noqa: E731
    return [first, *(step(payment, who, verb) for who, verb in WAY[:steps])]


def step(payment: int, who: str, verb: str) -> Act:
    return lambda life: life.do_step(who, verb, payment)


def paid(payment: int, tranche: int) -> list[Act]:
    return [*asked(payment, tranche), lambda life: life.do_pay("cashier", payment)]


def claimed(tranche: int, amount: int) -> list[Act]:
    """Money asked back, by two people."""
    return [lambda life: life.do_claim("second", tranche, amount), lambda life: life.do_recover("director", "issue", 0)]


HELD: list[Act] = [
    lambda life: life.do_report("officer", FIRST, [900_000, 300_000]),
    lambda life: life.do_verdict("second", 0, 0, "accepted", 900_000),
    lambda life: life.do_verdict("second", 0, 1, "queried", 0),
    lambda life: life.do_examine("second", "review", 0),
    lambda life: life.do_examine("head", "validate", 0),
]
"""A report validated with one of its papers held."""

OPENINGS: dict[str, list[Act]] = {
    "papers": [*paid(0, FIRST), *HELD],
    "offsets": [*paid(0, FIRST), *claimed(FIRST, 500_000), *asked(1, SECOND, steps=1)],
    "claims": paid(0, FIRST),
    "batches": [*asked(0, 0), *asked(1, FIRST)],
    "plain": [*asked(0, FIRST), lambda life: life.do_step("cashier", "send", 0)],
    "end": paid(0, FIRST),
}
"""By theme."""
