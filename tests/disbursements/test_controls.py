"""The negative controls of what protects a payment: each guard taken away alone, what it refuses goes through, so the tests beside this
one can fail (M10, M12, M15, M16, S06)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from portfolio.agreements.queries import cooling
from portfolio.disbursements import queries, service
from portfolio.disbursements.forms import AccountForm
from portfolio.disbursements.models import Disbursement
from portfolio.disbursements.service import chain as links
from portfolio.disbursements.service import money
from portfolio.groups.models import GroupAccount
from portfolio.kit.db import Database
from portfolio.kit.errors import Refused
from tests.agreements import world as make
from tests.agreements.scene import change, codes
from tests.agreements.world import World
from tests.disbursements import chain
from tests.disbursements.scene import first
from tests.disbursements.test_disbursements import other_account
from tests.disbursements.test_paying import CASH, SMALL


def no_guard(*_given: Any, **_more: Any) -> tuple[()]:
    return ()


def test_without_the_binding_a_changed_account_is_paid(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """M10: the comparison of the content is all that stands between a changed number and the payment."""
    number = chain.to(world, "ordered", first(world))
    change(world, GroupAccount, world.ids["account"], number="ML000000000000009999")
    with pytest.raises(Refused) as refused:
        chain.pay(world, number)
    assert "content_changed" in codes(refused)
    monkeypatch.setattr(money, "content_refusals", no_guard)
    chain.pay(world, number)
    assert chain.stored(world, number).status == "paid"


def test_without_the_figures_seen_a_tampered_page_orders(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """M16: the same tampered form, refused and then, the comparison gone, obeyed."""
    number = chain.to(world, "visaed", first(world))
    wrong = {"amount_seen": 1, "remaining_seen": 5}
    with pytest.raises(Refused) as refused:
        chain.order(world, number, **wrong)
    assert codes(refused) == {"not_what_was_seen"}
    monkeypatch.setattr(links, "seen_refusals", no_guard)
    chain.order(world, number, **wrong)
    assert chain.stored(world, number).status == "ordered"


def test_a_new_account_waits_its_hours_and_nothing_else_makes_it_wait(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """M12: refused at 23 hours and 59 minutes, taken at 24; and at once, when the hours are taken away."""
    number = chain.to(world, "ordered", first(world))
    account = other_account(world)
    form = AccountForm(account_id=account, reason="Nouveau compte du groupe")

    def turn(after: timedelta) -> set[str]:
        change(world, GroupAccount, account, verified_at=world.clock.moment - after)
        with world.work("grants_officer", commit=False) as work:
            try:
                service.change_account(work, queries.get(work, number), form)
            except Refused as refused:
                return {r.code for r in refused.refusals}
        return set()

    day = timedelta(hours=24)
    assert turn(timedelta()) == turn(day - timedelta(minutes=1)) == {"account_cooling"}
    assert turn(day) == set()
    monkeypatch.setattr(cooling, "figure", lambda _code, _on: 0)
    assert turn(timedelta()) == set()


@pytest.mark.parametrize("missing", ["receipt_number", "identity_number"])
def test_cash_is_kept_complete_twice(database: Database, monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    """M15: the form's guard taken away, the database still refuses; its CHECK ignored too, the incomplete payment stands."""
    world = make.build(database, account_kind="cash")
    number = chain.to(world, "ordered", first(world, schedule=SMALL))
    given = {**CASH, "treasury_account_id": world.ids["till"], missing: None}
    monkeypatch.setattr(money, "pay_errors", no_guard)
    with pytest.raises(IntegrityError, match="cash_has_receipt_and_identity"):
        chain.pay(world, number, "cashier", **given)
    monkeypatch.undo()
    chain.pay(world, number, "cashier", **{**CASH, "treasury_account_id": world.ids["till"]})
    with database.session(readonly=False) as session:
        session.execute(text("PRAGMA ignore_check_constraints = ON"))
        found = session.get_one(Disbursement, number)
        setattr(found, missing, None if missing == "receipt_number" else "")
        session.commit()
        session.execute(text("PRAGMA ignore_check_constraints = OFF"))
