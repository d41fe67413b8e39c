"""Lives see what they are there to see: with a guard of the product taken away, the same acts no longer agree with the model."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

import portfolio.work
from portfolio.agreements.service import conditions
from portfolio.agreements.service.amending import checks
from portfolio.disbursements.models import Disbursement
from portfolio.disbursements.service import chain, money
from portfolio.justifications.service import deductions
from portfolio.payments.service import batches
from tests.lives import acts
from tests.lives.machine import Lives
from tests.lives.nouns import WHO
from tests.lives.openings import FIRST, OPENINGS, SECOND, Act, asked, claimed, paid, step
from tests.lives.worlds import World, place


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with place() as folder:
        made = World("sqlite", folder)
        yield made
        made.end()


def play(world: World, prefix: list[Act], patch: pytest.MonkeyPatch) -> None:
    """One life of these acts, judged after each."""
    life = type("Directed", (Lives,), {"world": world})()
    life.begin("plain")
    roles = [life.product.actor(who) for who in ("officer", "head", "cashier")]
    both = dataclasses.replace(roles[0], grants=tuple(grant for role in roles for grant in role.grants))
    life.product.people = {**life.product.people, "both": both}  # what no role of the institution gives
    for verb in ("propose_waiver", "waive", "liquidate", "pay"):
        patch.setitem(WHO, verb, WHO[verb] | {"both"})
    with acts.papers_undrawn(lambda: False):
        for act in prefix:
            act(life)
            life.product_says_the_same()
        life.teardown()


def one_more(life: Any) -> None:
    """The tranches sum to a franc more than the grant."""
    first, second = life.model.tranches[FIRST].amount, life.model.tranches[SECOND].amount + 1
    life.do_amend("officer", 1, "schedule", {1: first, 2: second}, {1: first, 2: second})


def cut(life: Any) -> None:
    """A franc from the first tranche to the second."""
    rows = {1: life.model.tranches[FIRST].amount - 1, 2: life.model.tranches[SECOND].amount + 1}
    life.do_amend("officer", 1, "schedule", rows, rows)


def amends(who: str, verb: str) -> Act:
    return lambda life: life.do_amendment(who, verb, 0)


def nothing(*_given: Any, **_more: Any) -> tuple[()]:
    return ()


def every_payment(work: Any, *_given: Any, **_more: Any) -> list[tuple[Any, str]]:
    return [(d, "") for d in work.db.scalars(select(Disbursement))]


WAY = (("both", "liquidate"), ("controller", "visa"), ("director", "order"))
Patch = Callable[[pytest.MonkeyPatch], None]
GUARDS: dict[str, tuple[Patch, list[Act]]] = {
    "the tranches sum to the grant": (
        lambda p: p.setattr(checks, "schedule_obstacles", nothing), [one_more]),
    "a tranche asked for is not amended": (
        lambda p: p.setattr(checks, "queries", SimpleNamespace(**{**vars(checks.queries), "tranches": nothing})),
        [cut, amends("officer", "submit"), amends("head", "approve"), *asked(0, FIRST, steps=0), amends("director", "sign")]),
    "who proposes a waiver does not grant it": (
        lambda p: p.setattr(conditions, "waive_obstacles", nothing),
        [lambda life: life.do_waiver("both", "propose_waiver", 1), lambda life: life.do_waiver("both", "waive", 1)]),
    "who asks does not liquidate": (
        lambda p: p.setattr(portfolio.work, "same_person", nothing),
        [*asked(0, FIRST, steps=0), lambda life: life.do_step("officer", "liquidate", 0)]),
    "who liquidates does not pay": (
        lambda p: p.setattr(portfolio.work, "same_person", nothing),
        [lambda life: life.do_request("second", FIRST, 1_000), *(step(0, who, verb) for who, verb in WAY), lambda life: life.do_pay("both", 0)]),
    "a payment that succeeded is in no other batch": (
        lambda p: (p.setattr(batches.queries, "candidates", every_payment), p.setattr(batches.payments, "hold_for_batch", nothing))[0],
        [*paid(0, FIRST), lambda life: life.do_bundle("accountant", [0])]),
    "no more is set off than what is owed": (
        lambda p: p.setattr(deductions, "shift", lambda *_given: True),
        [*paid(0, FIRST), *claimed(FIRST, 500_000), *asked(1, SECOND, steps=1), lambda life: life.do_deduct("director", 0, 1, 500_001)]),
    "a tranche waits for what must be justified before it": (
        lambda p: p.setattr(chain, "request_obstacles", nothing),
        [lambda life: life.do_request("officer", 1, life.model.tranches[1].amount)]),
    "nothing is paid of a suspended agreement": (
        lambda p: p.setattr(money, "alive_refusals", nothing),
        [*asked(0, FIRST), lambda life: life.do_hold_up("head", "suspend", 1), lambda life: life.do_pay("cashier", 0)]),
}  # fmt: skip


@pytest.mark.parametrize("guard", GUARDS)
def test_lives_see_a_guard_taken_away(world: World, guard: str, monkeypatch: pytest.MonkeyPatch) -> None:
    take_away, prefix = GUARDS[guard]
    play(world, prefix, monkeypatch)
    take_away(monkeypatch)
    with pytest.raises((AssertionError, IntegrityError)):
        play(world, prefix, monkeypatch)


LATE: dict[str, list[Act]] = {
    "clear": [*OPENINGS["papers"], lambda life: life.do_verdict("second", 0, 1, "accepted", 300_000),
              lambda life: life.do_examine("officer", "clear", 0), lambda life: life.do_examine("head", "clear", 0)],
    "deduct": [*OPENINGS["offsets"], lambda life: life.do_deduct("director", 0, 1, 500_001),
               lambda life: life.do_deduct("director", 0, 1, 500_000), lambda life: life.do_step("controller", "visa", 1),
               lambda life: life.do_step("director", "order", 1), lambda life: life.do_pay("accountant", 1)],
    "sign": [lambda life: life.do_amend("officer", 1, "signatory", "Moussa Touré"),
             lambda life: life.do_amend("officer", 1, "signatory", "Fatoumata Cissé"), amends("officer", "submit"), amends("head", "approve"),
             amends("head", "sign"), amends("director", "sign")],
    "fail": [*OPENINGS["plain"], lambda life: life.do_take_back("officer", "fail", 0, 1_000), lambda life: life.do_take_back("cashier", "fail", 0, 1_000)],
}  # fmt: skip


@pytest.mark.parametrize("verb", LATE)
def test_what_comes_late_is_allowed_and_refused(world: World, verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    world.seen.clear()
    play(world, LATE[verb], monkeypatch)
    counted = [sum(n for (tried, went), n in world.seen.items() if tried.partition(" (")[0] == verb and went is way) for way in (True, False)]
    assert counted == [1, 1]
