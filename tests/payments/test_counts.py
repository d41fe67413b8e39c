"""The cash box counted note by note: the gap has its reason, a second person confirms what he saw, the minutes are issued."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from portfolio.funds.forms import FeeForm
from portfolio.funds.service import record_fee
from portfolio.kit.errors import Invalid, Refused
from portfolio.payments import queries, service
from portfolio.payments.forms import CountForm, PieceLine
from portfolio.payments.models import CashCount
from tests.agreements.scene import codes
from tests.agreements.world import World
from tests.client import client
from tests.payments import scene


def count(world: World, *pieces: tuple[int, int], who: str = "cashier", account: str = "till", **more: Any) -> int:
    with world.work(who) as work:
        lines = [PieceLine(value=value, count=many) for value, many in pieces]
        return service.count_cash(work, CountForm(treasury_account_id=world.ids[account], pieces=lines, **more)).id


def confirm(world: World, number: int, who: str = "accountant") -> None:
    with world.work(who) as work:
        service.confirm_count(work, queries.get_count(work, number))


@pytest.mark.both_engines
def test_a_count_is_confirmed_by_another_person_and_moves_no_money(world: World) -> None:
    with pytest.raises(Invalid) as refused:
        count(world, (10_000, 2), (500, 3))
    assert [e.field for e in refused.value.errors] == ["reason"], "the books say nothing, the box holds 21,500"
    number = count(world, (10_000, 2), (500, 3), who="accountant", reason="Fonds de caisse pas encore passé en comptabilité")
    with pytest.raises(Refused) as same:
        confirm(world, number, "accountant")
    assert codes(same) == {"four_eyes"}
    with pytest.raises(IntegrityError):
        scene.change(world, CashCount, number, confirmed_by_id=world.people["accountant"])
    confirm(world, number, "financial_controller")
    with world.work("external_auditor", readonly=True) as work:
        found = queries.get_count(work, number)
        assert (found.status, found.total_minor, found.books_minor) == ("confirmed", 21_500, 0)
        assert found.pieces == [[10_000, 2], [500, 3]]
    page = client(world.surround, world.people["external_auditor"])
    assert page.get(f"/payments/counts/{number}/minutes").content.startswith(b"%PDF")


def test_the_database_refuses_a_gap_without_its_reason(world: World) -> None:
    number = count(world)
    with pytest.raises(IntegrityError):
        scene.change(world, CashCount, number, total_minor=5)


def test_a_count_is_void_when_the_cash_moved_since(world: World) -> None:
    number = count(world)
    with world.work("accountant") as work:
        record_fee(
            work, FeeForm(fund_id=world.ids["fund"], treasury_account_id=world.ids["till"], amount=300, reason="Timbres fiscaux de la caisse")
        )
    with pytest.raises(Refused) as refused:
        confirm(world, number)
    assert codes(refused) == {"cash_moved"}
    with world.work("cashier") as work:
        service.withdraw_count(work, queries.get_count(work, number), "La caisse a servi entre-temps")


def test_only_a_cash_box_and_true_notes_are_counted(world: World) -> None:
    for wrong in ({"account": "bank"}, {}):
        with pytest.raises(Invalid):
            count(world, (7_000, 1), reason="Une raison assez longue", **wrong)


def test_the_screen_counts_and_keeps_what_was_typed(world: World) -> None:
    cashier = client(world.surround, world.people["cashier"])
    assert "Aucune caisse n’a encore été comptée" in cashier.get("/payments/counts").text
    form = {"treasury_account_id": str(world.ids["till"]), "pieces-0-value": "10000", "pieces-0-count": "2", "pieces-1-value": "5000", "pieces-1-count": ""}
    refused = cashier.submit("/payments/counts", form)
    assert refused.status_code == 422 and 'name="pieces-0-count" inputmode="numeric" size="7" autocomplete="off" value="2"' in refused.text
    assert "diffère des livres" in refused.text
    assert cashier.submit("/payments/counts", {**form, "reason": "Fonds de caisse non passé"}).status_code == 303
    assert "Compté, à confirmer" in cashier.get("/payments/counts").text
    accountant = client(world.surround, world.people["accountant"])
    assert accountant.submit("/payments/counts/1/confirm").status_code == 303
    assert accountant.submit("/payments/counts/1/confirm").status_code == 409
