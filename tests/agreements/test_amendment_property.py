"""Whatever the sequence of amendments and payments: the schedule and the budget sum to the grant, and a paid tranche never changes.

One session for a whole sequence, rolled back at its end. `PORTFOLIO_WHOLE=1` runs ten times as many.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from portfolio.agreements import queries, service
from portfolio.agreements.forms import AmendmentForm, BudgetLine, TrancheLine
from portfolio.agreements.models import Agreement, Schedule, Tranche
from portfolio.agreements.service import amending as verbs
from portfolio.kit.errors import Invalid, Refused
from portfolio.kit.money import split
from portfolio.work import Work
from tests.agreements import amending
from tests.agreements import world as make
from tests.agreements.world import World

EXAMPLES = 1000 if os.environ.get("PORTFOLIO_WHOLE") else 100
ROLES = ("grants_officer", "programme_head", "authorising_officer")
AMOUNT = st.integers(1, 2_000_000)
STEP = st.one_of(
    st.tuples(st.just("schedule"), st.lists(st.integers(1, 9), min_size=1, max_size=4), st.integers(0, 3), st.sampled_from((0, 0, 1))),
    st.tuples(st.sampled_from(("virement", "virement_within")), st.integers(0, 5), st.integers(0, 5), AMOUNT),
    st.tuples(st.just("extension"), st.integers(-30, 400)),
    st.tuples(st.just("results")),
    st.tuples(st.just("suspension")),
    st.tuples(st.just("pay"), st.sampled_from(("requested", "paid", "cleared"))),
    st.tuples(st.just("termination")),
)  # fmt: skip


@contextmanager
def together(world: World) -> Iterator[dict[str, Work]]:
    """The people of one sequence, in one transaction that is rolled back."""
    with ExitStack() as stack:
        works = {role: stack.enter_context(world.work(role, commit=False)) for role in ROLES}
        session = works[ROLES[0]].db
        for work in works.values():
            assert work.actor
            if work.db is not session:
                work.db.close()
                work._session = session
        yield works
        session.rollback()


def form_of(work: Work, agreement: Agreement, step: tuple[Any, ...]) -> AmendmentForm:
    kind, *more = step
    given_: dict[str, Any] = {"kind": kind, "reason": amending.REASON, "act": amending.OPINION}
    if kind == "schedule":
        shares, dropped, wrong = more
        found = [t for t in queries.tranches(work, agreement) if t.status != "cancelled"]
        fixed = sum(t.amount_minor for t in found if t.status != "planned")
        free = [t.number for t in found if t.status == "planned"][dropped:]
        amounts = split(agreement.amount_minor - fixed, shares)
        given_["tranches"] = [
            TrancheLine(number=free[i] if i < len(free) else None, amount=amount + wrong, modality="advance")
            for i, amount in enumerate(amounts)
            if amount > 0
        ] + [TrancheLine(number=1, amount=7, modality="kind")]  # tranche 1 as it is, or touched when it is still free
    elif kind in ("virement", "virement_within"):
        taker, giver, amount = more
        rows = [
            BudgetLine(label=line.label, unit=line.unit or None, quantity=line.quantity, unit_minor=line.unit_minor, source=line.source)  # type: ignore[arg-type]
            for line in queries.lines(work, agreement)
        ]  # fmt: skip
        given_["lines"] = amending.moved(rows, taker, giver, min(amount, rows[giver].unit_minor - 1))
    elif kind == "extension":
        given_["ends_on"] = agreement.ends_on + timedelta(days=more[0])
    elif kind == "results":
        given_["results"] = "Autre résultat"
    return AmendmentForm(**given_)


def run(works: dict[str, Work], agreement: Agreement, step: tuple[Any, ...]) -> None:
    officer, head, signer = works["grants_officer"], works["programme_head"], works["authorising_officer"]
    made = service.prepare_amendment(officer, agreement, form_of(officer, agreement, step))
    service.submit_amendment(officer, made)
    if made.kind == "virement_within":
        service.accept_amendment(head, made)
    else:
        service.approve_amendment(head, made)
        service.sign_amendment(signer, made, amending.signature(signer))
    if made.kind == "suspension":
        service.resume(head, agreement, "La route est rouverte")


def pay_next(work: Work, agreement: Agreement, status: str) -> None:
    """The next planned tranche is taken, in the table: the chain of payments has its own tests."""
    found = next((t for t in queries.tranches(work, agreement) if t.status == "planned"), None)
    if found is not None:
        work.db.execute(update(Tranche).where(Tranche.id == found.id).values({"status": status}))
        work.db.expire_all()


@pytest.fixture
def ready(world: World, monkeypatch: pytest.MonkeyPatch) -> tuple[World, int]:
    monkeypatch.setattr(verbs.documents, "issue", lambda *_a, **_k: None)  # the paper has its own tests
    return world, make.signed(world)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, min_size=1, max_size=6))
def test_any_sequence_keeps_the_sum_and_the_paid_tranches(ready: tuple[World, int], steps: list[tuple[Any, ...]]) -> None:
    world, number = ready
    with together(world) as works:
        work = works["grants_officer"]
        agreement = work.db.get_one(Agreement, number)
        for step in steps:
            taken = {t.id: (t.amount_minor, t.modality, t.status) for t in queries.tranches(work, agreement) if t.status not in ("planned", "cancelled")}  # fmt: skip
            if step[0] == "pay":
                pay_next(work, agreement, step[1])
            else:
                savepoint = work.db.begin_nested()
                try:
                    run(works, agreement, step)
                    savepoint.commit()
                except (Refused, Invalid):
                    savepoint.rollback()
            work.db.expire_all()
            found = queries.tranches(work, agreement)
            for tranche in found:
                if tranche.id in taken:
                    assert (tranche.amount_minor, tranche.modality, tranche.status) == taken[tranche.id]
            assert sum(t.amount_minor for t in found if t.status != "cancelled" or t.given_up) == make.GRANT
            assert work.db.scalars(select(Schedule.scheduled_minor)).one() == agreement.amount_minor == make.GRANT
            assert sum(x.amount_minor for x in queries.lines(work, agreement) if x.source == "S") == make.GRANT
            kinds = [a.kind for a in queries.amendments(work, agreement) if a.status in ("draft", "submitted", "approved")]
            assert len(kinds) == len(set(kinds))
