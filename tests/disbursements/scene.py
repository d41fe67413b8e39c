"""What the tests of disbursements share."""

from __future__ import annotations

from typing import Any

from portfolio.funds.models import BudgetLine, Fund
from portfolio.ledger import queries as ledger
from tests.agreements import world as make
from tests.agreements.world import World

AMOUNT = 1_780_000


def first(world: World, **more: Any) -> int:
    return make.tranche_id(world, make.signed(world, **more), 1)


def books(world: World) -> dict[str, int]:
    """Every account's net, and the guard columns that must agree with it."""
    with world.work("external_auditor", readonly=True) as work:
        assert ledger.check(work.db) is None
        found = {
            code: ledger.net(work.db, [code])
            for code in ("904", "905", "906", "907", "409", "521", "571", "631", "657")
        }
        line = work.db.get_one(BudgetLine, world.ids["line"])
        assert line.liquidated_minor == found["905"] + found["906"] + found["907"]
        assert line.ordered_minor == found["906"] + found["907"]
        assert line.paid_minor == found["907"]
        fund = work.db.get_one(Fund, world.ids["fund"])
        assert fund.disbursed_minor == -(found["521"] + found["571"])
        return {code: value for code, value in found.items() if value}
