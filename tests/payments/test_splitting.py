"""However a sum is cut (in payments, days, accounts, grants or names of the payee), no payments that one approval lets through reach together,
within the days of the band, what asks for two (M11). An independent model says of each payment whether it passes."""

from __future__ import annotations

import importlib
import os
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, inspect, or_, update

from portfolio.agreements.models import Agreement
from portfolio.disbursements import reference
from portfolio.disbursements.models import Disbursement
from portfolio.disbursements.reference import bands
from portfolio.disbursements.service.holding import band_refusals
from portfolio.groups.models import Group, GroupAccount
from tests.agreements.world import World
from tests.factories import NOON

rule = importlib.import_module("portfolio.disbursements.queries.pieces")  # the function of that name hides it
WHOLE = os.environ.get("PORTFOLIO_WHOLE") == "1"
THRESHOLD, DAYS = 1_000, 30
HELD = {"one": ("ML016 01201 000000000011 11", "70000011"), "two": ("+223 70.00.00.11", "ML016 01201 000000000022 22"),
        "three": ("ML016 01201 000000000033 33",), "four": ("70000044",)}  # fmt: skip
"""Group → its accounts as they are written. The wallet of « one » is also held by « two », written otherwise: one payee under two names."""
SAME = {"one": "A", "two": "A", "three": "B", "four": "C"}

orders = st.tuples(st.just("order"), st.sampled_from(sorted(HELD)), st.integers(0, 1), st.integers(1, 6).map(lambda n: n * 200 - 1), st.integers(0, 1))
steps = st.lists(st.one_of(orders, orders, st.tuples(st.just("pay"), st.integers(0, 9)), st.tuples(st.just("pay"), st.integers(0, 9)),
                           st.tuples(st.just("wait"), st.sampled_from((0, 1, 9, 10, 20, 29, 30, 31)))), min_size=4, max_size=16)  # fmt: skip


@dataclass
class Model:
    """What the rule says, without a database: of each payment its payee, amount and the moments of its order and its payment."""

    now: datetime = NOON
    rows: list[dict[str, Any]] = field(default_factory=list)

    def passes(self, at: int) -> bool:
        """One approval is enough for it at this moment."""
        this, since = self.rows[at], self.now - timedelta(days=DAYS)
        beside = sum(r["amount"] for n, r in enumerate(self.rows) if n != at and r["payee"] == this["payee"]
                     and (r["paid"] is None or r["paid"] >= since or r["ordered"] >= since))  # fmt: skip
        return bool(this["amount"] + beside < THRESHOLD)

    def dodged(self) -> list[int]:
        """What was paid to one payee in some window, where it reaches the threshold: nothing, if the rule holds. Single payments above it are
        refused by their own amount."""
        found = []
        for end in self.rows:
            if end["paid"] is None:
                continue
            total = sum(r["amount"] for r in self.rows if r["payee"] == end["payee"] and r["paid"] is not None
                        and end["paid"] - timedelta(days=DAYS) <= r["paid"] <= end["paid"])  # fmt: skip
            if total >= THRESHOLD:
                found.append(total)
        return found


@dataclass
class Treasury:
    """The product beside the model: orders in the database, the rule asked at each payment."""

    world: World
    groups: dict[str, tuple[int, list[int]]]
    agreements: list[int]
    like: dict[str, Any]
    count: int = 0

    def order(self, model: Model, group: str, account: int, amount: int, grant: int) -> int:
        number, accounts = self.groups[group]
        at = account % len(accounts)
        self.count += 1
        with self.world.database.session(readonly=False) as session:
            row = Disbursement(**{**self.like, "reference": f"HYP-{self.count}", "group_id": number, "account_id": accounts[at], "amount_minor": amount,
                                  "agreement_id": self.agreements[grant % len(self.agreements)], "account_number": HELD[group][at], "status": "ordered",
                                  "ordered_at": model.now})  # fmt: skip
            session.add(row)
            session.flush()
            made = row.id
            session.commit()
        return made

    def allowed(self, model: Model, number: int) -> bool:
        self.world.clock.moment = model.now
        with self.world.work("accountant", readonly=True) as work:
            return not list(band_refusals(work, work.db.get_one(Disbursement, number)))

    def pay(self, model: Model, number: int) -> None:
        with self.world.database.session(readonly=False) as session:
            session.execute(update(Disbursement).where(Disbursement.id == number).values(
                status="paid", paid_by_id=self.world.people["accountant"], paid_at=model.now, payment_reference=f"V-{number}"))  # fmt: skip
            session.commit()

    def clear(self) -> None:
        with self.world.database.session(readonly=False) as session:
            session.execute(delete(Disbursement).where(Disbursement.reference.startswith("HYP-")))
            session.commit()


@pytest.fixture
def treasury(world: World, monkeypatch: pytest.MonkeyPatch) -> Treasury:
    first = replace(bands()[0], payee_days=DAYS)
    monkeypatch.setattr(reference, "bands", lambda: (first, replace(first, from_minor=THRESHOLD, approvals=2)))
    payments: Any = world.ids["payments"]
    with world.database.session(readonly=False) as session:
        like = session.get_one(Disbursement, payments[0])
        columns = {a.key: getattr(like, a.key) for a in inspect(Disbursement).mapper.column_attrs if a.key != "id"}
        mother = session.get_one(Group, world.ids["group"])
        plain = {a.key: getattr(mother, a.key) for a in inspect(Group).mapper.column_attrs if a.key != "id"}
        agreement = session.get_one(Agreement, like.agreement_id)
        groups = {}
        for name, numbers in HELD.items():
            group = Group(**{**plain, "code": f"GR-{name}", "name": name})
            session.add(group)
            session.flush()
            held = [GroupAccount(group_id=group.id, country="ML", kind="bank", provider="B", holder=name, number=n, status="verified",
                                 created_by_id=world.people["grants_officer"], created_at=NOON) for n in numbers]  # fmt: skip
            session.add_all(held)
            session.flush()
            groups[name] = (group.id, [account.id for account in held])
        session.commit()
        grants = [agreement.id]
    return Treasury(world, groups, grants, columns)


def play(treasury: Treasury, acts: list[tuple[Any, ...]]) -> None:
    """One life: orders, days, payments; the product and the model agree at each, and nothing was dodged at the end."""
    model, ids = Model(), []
    try:
        for act in acts:
            if act[0] == "wait":
                model.now += timedelta(days=act[1])
            elif act[0] == "order":
                _verb, group, account, amount, grant = act
                ids.append(treasury.order(model, group, account, amount, grant))
                model.rows.append({"payee": SAME[group], "amount": amount, "ordered": model.now, "paid": None})
            elif ids:
                at = act[1] % len(ids)
                if model.rows[at]["paid"] is not None:
                    continue
                allowed = treasury.allowed(model, ids[at])
                if allowed:
                    treasury.pay(model, ids[at])
                passes = model.passes(at)
                if allowed:
                    model.rows[at]["paid"] = model.now
                assert allowed == passes, (act, model.rows)
        assert model.dodged() == []
    finally:
        treasury.clear()


def lives(treasury: Treasury, many: int) -> None:
    @settings(max_examples=many, deadline=None, database=None, derandomize=True, phases=(Phase.generate,),
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(steps)
    def run(acts: list[tuple[Any, ...]]) -> None:
        play(treasury, acts)

    run()


@pytest.mark.both_engines
def test_no_way_of_cutting_a_sum_escapes_its_approvals(treasury: Treasury) -> None:
    lives(treasury, 2_000 if WHOLE else 40)


def test_an_order_that_waited_still_counts_when_it_is_paid(treasury: Treasury) -> None:
    """Ordered a month apart, paid the same day: the window runs over the money, not over the signature."""
    one = ("order", "three", 0, 599, 0)
    play(treasury, [one, ("wait", 31), ("pay", 0), one, ("pay", 1), ("wait", 30), ("pay", 1), ("wait", 1), ("pay", 1)])


def by_order_alone(since: datetime) -> Any:
    return Disbursement.status.in_(("ordered", "sent", "paid")) & (Disbursement.ordered_at >= since)


def by_account_as_written(d: Disbursement) -> Any:
    return or_(Disbursement.account_number == d.account_number, Disbursement.group_id == d.group_id)


@pytest.mark.parametrize(
    ("name", "weaker"),
    [("within", by_order_alone), ("same_payee", by_account_as_written), ("same_payee", lambda d: Disbursement.id == d.id)],
    ids=["window over orders", "accounts as written", "each payment alone"],
)
def test_the_property_sees_a_weaker_rule(treasury: Treasury, monkeypatch: pytest.MonkeyPatch, name: str, weaker: Any) -> None:
    """Positive controls: the window counted from the order, accounts compared letter by letter, payments judged alone."""
    monkeypatch.setattr(rule, name, weaker)
    with pytest.raises(AssertionError):
        lives(treasury, 300)
