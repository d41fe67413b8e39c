"""Portfolios nobody thought of: every total of every book and statement on screen, as CSV, XLSX and PDF, parsed back and equal to sums made
straight from the rows of the ledger, difference 0 (M18).

The suite makes three; `PORTFOLIO_WHOLE=1` makes two hundred, and says how many figures it compared.
"""

from __future__ import annotations

import random
from collections import Counter

import pytest

from tests.desk.explained import Known, walked
from tests.desk.own_books import Own
from tests.desk.screens_compared import Screens
from tests.desk.test_foreign_books import of_role
from tests.lives import acts
from tests.lives.test_lives import WHOLE
from tests.lives.test_portfolios import live, world
from tests.lives.worlds import World

__all__ = ["world"]
PORTFOLIOS = 200 if WHOLE else 3
WALKED = 5
"""Of so many portfolios one is walked through, page by page, for a figure that nothing explains."""
HELD = ("/ledger", "/ledger/balance", "/portfolio", "/agreements/forecast")
"""Pages whose every figure is known here, and follows from none beside it."""
QUESTIONS = 7
"""Put to the grand livre of each: the four books, and three drawn by chance."""


def held(address: str) -> bool:
    """Whether the comparison knows this page whole."""
    path = address.partition("?")[0]
    return path in HELD or path.startswith("/strategy/")


@pytest.mark.slow
def test_every_total_of_generated_portfolios(world: World) -> None:
    seen: Counter[str] = Counter()
    for number in range(PORTFOLIOS):
        chance = random.Random(number)
        with acts.papers_undrawn():
            office = live(world, chance)
        compared = Screens(office.around, Own(office.database))
        compared.statements()
        compared.screens()
        verdict = compared.everything(chance, QUESTIONS)
        assert verdict.wrong == [], number
        seen += verdict.seen
        if number % WALKED == 0:
            known = Known(compared.own)
            known.beside(compared)
            for address, strangers, figures in walked(of_role(office.around, "accountant"), known, papers=False):  # they are drawn on the demo
                seen["explained"] += figures
                assert not strangers or held(address), (number, address, strangers)
        if WHOLE and number % 20 == 19:
            print(f"{number + 1} portfolios, {dict(seen)}", flush=True)
    assert min(seen[medium] for medium in ("html", "csv", "xlsx", "pdf")) > 150 * PORTFOLIOS
    print(f"{PORTFOLIOS} portfolios, figures compared: {dict(seen)}, difference 0")
