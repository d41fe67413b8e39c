"""Money guards hold whoever comes at once: exactly the right number win (M08, C02, R5)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from portfolio.funds import service
from portfolio.funds.models import BudgetLine, Fund, TreasuryAccount
from portfolio.funds.service import cash, credits
from portfolio.funds.service.guard import Guard
from portfolio.kit.db import Base, Database
from portfolio.kit.errors import Refused
from portfolio.work import Work
from tests.funds.makers import Office, account, fund, line, office, receipt, things

THREADS = 32
PART = 100_000


@pytest.fixture
def place(database: Database, tmp_path: Path) -> Office:
    return office(database, tmp_path)


def ready(place: Office, *, cap: int = 10 * PART, ceiling: int | None = None) -> tuple[int, int, int]:
    """A line with credits along the whole chain, and cash for all of it."""
    fund_id = fund(place)
    bank = account(place, fund_id)
    receipt(place, fund_id, bank, 200_000_000)
    line_id = line(place, fund_id, 100 * PART)
    return fund_id, line_id, account(place, None, "CAISSE", "cash", ceiling) if ceiling else bank


def all_at_once(place: Office, act: Callable[[Work], None]) -> tuple[int, list[str]]:
    """How many of 32 threads won, and why the others did not."""
    start, lock = threading.Barrier(THREADS), threading.Lock()
    won, why = [0], []

    def run() -> None:
        work = place.work(place.director)
        start.wait()
        try:
            act(work)
            work.commit()
            with lock:
                won[0] += 1
        except Refused as refused:
            with lock:
                why.append(refused.refusals[0].code)
        except IntegrityError:
            with lock:
                why.append("check")
        finally:
            work.undo()
            work.close()

    threads = [threading.Thread(target=run) for _ in range(THREADS)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return won[0], why


def raise_stages(place: Office, line_id: int, **stages: int) -> None:
    """Bring a line to a stage without the whole story: the guards' own updates, as the verbs do them."""
    work = place.work(place.director)
    with_all = {f"{name}_minor": amount for name, amount in stages.items()}
    work.db.execute(update(BudgetLine).where(BudgetLine.id == line_id).values(with_all))
    work.commit()


CASES: dict[str, tuple[dict[str, int], str, Callable[[Work, Fund, BudgetLine, TreasuryAccount], None], str]] = {
    "reserve": ({"committed": 90 * PART}, "reserved_minor", lambda w, f, b, t: service.reserve(w, b, PART), "credits_exhausted"),
    "commit": ({"reserved": 10 * PART}, "committed_minor", lambda w, f, b, t: service.commit_reserved(w, b, PART), "reservation_short"),
    "liquidate": ({"committed": 10 * PART}, "liquidated_minor", lambda w, f, b, t: service.liquidate(w, b, PART), "commitment_short"),
    "order": ({"committed": 90 * PART, "liquidated": 10 * PART}, "ordered_minor",
              lambda w, f, b, t: service.order(w, b, PART), "liquidation_short"),
    "pay": ({"committed": 90 * PART, "liquidated": 90 * PART, "ordered": 10 * PART}, "paid_minor",
            lambda w, f, b, t: service.pay(w, b, f, t, PART), "order_short"),
}


@pytest.mark.both_engines
@pytest.mark.parametrize("name", CASES)
def test_exactly_ten_of_thirty_two_win(place: Office, name: str) -> None:
    stages, column, act, code = CASES[name]
    fund_id, line_id, bank = ready(place)
    raise_stages(place, line_id, **stages)
    won, why = all_at_once(place, lambda work: act(work, *things(work, fund_id, line_id, bank)))
    assert (won, set(why)) == (10, {code})
    work = place.work(place.director)
    assert getattr(work.db.get_one(BudgetLine, line_id), column) == 10 * PART
    work.close()


@pytest.mark.both_engines
@pytest.mark.parametrize("bound", ["fund", "account"])
def test_nothing_is_paid_that_has_not_arrived(place: Office, bound: str) -> None:
    """32 payments of 100 000 where 1 050 000 are there: ten win, fees included in the count of the money."""
    fund_id = fund(place)
    bank, floated = account(place, fund_id), account(place, None, "FLOTTE", "mobile")
    receipt(place, fund_id, bank, 1_050_000)
    if bound == "account":  # the fund has more, but this account does not
        receipt(place, fund_id, floated, 50_000_000, "VIR-2")
    line_id = line(place, fund_id, 100 * PART)
    raise_stages(place, line_id, committed=90 * PART, liquidated=90 * PART, ordered=90 * PART)

    def act(work: Work) -> None:
        f, b, t = things(work, fund_id, line_id, bank)
        service.pay(work, b, f, t, PART - 500, 500)

    won, why = all_at_once(place, act)
    assert (won, set(why)) == (10, {"cash_missing" if bound == "fund" else "treasury_short"})
    work = place.work(place.director)
    f, b, t = things(work, fund_id, line_id, bank)
    assert (t.balance_minor, b.paid_minor, f.disbursed_minor) == (50_000, 10 * (PART - 500), 10 * PART)
    work.close()


@pytest.mark.both_engines
def test_petty_cash_stays_below_its_ceiling(place: Office) -> None:
    fund_id, _line, till = ready(place, ceiling=3 * PART)

    def act(work: Work) -> None:
        service.receive(work, work.db.get_one(Fund, fund_id), work.db.get_one(TreasuryAccount, till), PART)

    won, why = all_at_once(place, act)
    assert (won, set(why)) == (3, {"cash_ceiling"})


def careless(guard: Guard, work: Work, thing: Base, amount: int, **more: object) -> bool:
    """The guard as one writes it without thinking: read, check, then write what was read plus the amount."""
    model: Any = type(thing)
    with work.around.database.session(readonly=True) as other:
        fits = other.scalar(select(model.id).where(model.id == thing.id, *guard.conditions), {"amount": amount, **more})  # type: ignore[attr-defined]
        row = other.get_one(model, thing.id)  # type: ignore[attr-defined]
        values = {name: getattr(row, name) + sign * amount for name, sign in guard.signs.items()}
    if fits is None:
        return False
    _READ.wait()
    work.db.execute(update(model).where(model.id == thing.id).values(values).execution_options(synchronize_session=False))  # type: ignore[attr-defined]
    return True


_READ = threading.Barrier(THREADS, timeout=20)


@pytest.mark.both_engines
def test_the_test_sees_a_careless_guard(place: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Positive control: with read-check-write all 32 win on money for ten."""
    monkeypatch.setattr(credits._RESERVE, "move", partial(careless, credits._RESERVE))
    _fund_id, line_id, _bank = ready(place)
    raise_stages(place, line_id, committed=90 * PART)
    work = place.work(place.director)
    lines = [work.db.get_one(BudgetLine, line_id)]
    work.db.expunge_all()
    work.close()
    _READ.reset()
    won, _why = all_at_once(place, lambda w: service.reserve(w, lines[0], PART))
    assert won == THREADS


def test_guard_columns_have_no_setter(place: Office) -> None:
    fund_id, line_id, bank = ready(place)
    work = place.work(place.director)
    f, b, t = things(work, fund_id, line_id, bank)
    for thing, column in ((f, "received_minor"), (b, "paid_minor"), (t, "balance_minor")):
        with pytest.raises(AttributeError):
            setattr(thing, column, 1)
    work.close()


@pytest.mark.parametrize("verb", [service.reserve, service.liquidate, service.order, service.unreserve])
@pytest.mark.parametrize("amount", [0, -1, True])
def test_a_guard_is_not_turned_around(place: Office, verb: Callable[..., None], amount: int) -> None:
    _f, line_id, _t = ready(place)
    work = place.work(place.director)
    with pytest.raises(ValueError):
        verb(work, work.db.get_one(BudgetLine, line_id), amount)
    work.close()


def test_a_refusal_says_the_francs_missing(place: Office) -> None:
    fund_id, line_id, bank = ready(place)
    work = place.work(place.director)
    f, b, t = things(work, fund_id, line_id, bank)
    for act, code, missing in (
        (lambda: service.reserve(work, b, 100 * PART + 7), "credits_exhausted", 7),
        (lambda: service.unreserve(work, b, 5), "reservation_short", 5),
        (lambda: service.commit_reserved(work, b, 6), "reservation_short", 6),
        (lambda: service.uncommit(work, b, 4), "commitment_used", 4),
        (lambda: service.liquidate(work, b, 3), "commitment_short", 3),
        (lambda: service.unliquidate(work, b, 3), "liquidation_used", 3),
        (lambda: service.order(work, b, 2), "liquidation_short", 2),
        (lambda: service.unorder(work, b, 2), "order_used", 2),
        (lambda: service.pay(work, b, f, t, 1), "order_short", 1),
        (lambda: service.charge_fee(work, f, t, 200_000_009), "cash_missing", 9),
        (lambda: service.refund(work, f, t, 8), "refund_above_disbursed", 8),
    ):
        with pytest.raises(Refused) as caught:
            act()
        [refusal] = caught.value.refusals
        assert (refusal.code, refusal.missing_minor) == (code, missing)
        assert str(missing) in refusal.message or missing > 999
    work.close()


def test_the_chain_walks_forth_and_back(place: Office) -> None:
    fund_id, line_id, bank = ready(place)
    work = place.work(place.director)
    f, b, t = things(work, fund_id, line_id, bank)
    service.reserve(work, b, 10)
    service.commit_reserved(work, b, 10)
    service.liquidate(work, b, 8)
    service.order(work, b, 6)
    service.pay(work, b, f, t, 4, 1)
    assert (b.reserved_minor, b.committed_minor, b.liquidated_minor, b.ordered_minor, b.paid_minor) == (0, 10, 8, 6, 4)
    assert (f.disbursed_minor, t.balance_minor) == (5, 200_000_000 - 5)
    service.unorder(work, b, 2)
    service.unliquidate(work, b, 4)
    service.uncommit(work, b, 1)
    service.uncommit(work, b, 5, to_reserved=True)
    service.unreserve(work, b, 5)
    assert (b.reserved_minor, b.committed_minor, b.liquidated_minor, b.ordered_minor, b.paid_minor) == (0, 4, 4, 4, 4)
    service.refund(work, f, t, 3)
    assert (f.disbursed_minor, t.balance_minor) == (2, 200_000_000 - 2)
    work.close()


def test_each_account_pays_only_for_its_fund(place: Office) -> None:
    fund_id, line_id, _bank = ready(place)
    other = account(place, fund(place, "F2"), "BQ-F2")
    raise_stages(place, line_id, committed=10, liquidated=10, ordered=10)
    work = place.work(place.director)
    f, b, t = things(work, fund_id, line_id, other)
    with pytest.raises(Refused, match="treasury_other_fund"):
        service.pay(work, b, f, t, 5)
    work.undo()
    work.db.execute(update(TreasuryAccount).values(active=False))
    f, b, t = things(work, fund_id, line_id, other)
    with pytest.raises(Refused, match="treasury_inactive"):
        service.pay(work, b, f, t, 5)
    work.close()


def test_a_frozen_fund_takes_nothing_new_and_still_receives(place: Office) -> None:
    fund_id, line_id, bank = ready(place)
    raise_stages(place, line_id, reserved=5, committed=9, liquidated=6, ordered=5)
    work = place.work(place.director)
    service.freeze(work, work.db.get_one(Fund, fund_id), "Audit du bailleur en cours")
    work.commit()
    f, b, t = things(work, fund_id, line_id, bank)
    for act in (lambda: service.reserve(work, b, 1), lambda: service.commit_reserved(work, b, 1), lambda: service.liquidate(work, b, 1),
                lambda: service.order(work, b, 1), lambda: service.pay(work, b, f, t, 1)):
        with pytest.raises(Refused, match="fund_not_open"):
            act()
    work.undo()
    receipt(place, fund_id, bank, 1000, "VIR-9")
    work.close()


def test_an_unvoted_line_carries_no_credits(place: Office) -> None:
    fund_id = fund(place)
    proposed = line(place, fund_id, voted=False)
    work = place.work(place.director)
    with pytest.raises(Refused, match="line_not_voted"):
        service.reserve(work, work.db.get_one(BudgetLine, proposed), 1)
    work.close()


def test_the_modules_share_one_guard() -> None:
    assert cash.Guard is credits.Guard
