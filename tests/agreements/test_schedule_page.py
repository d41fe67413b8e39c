"""The page of a new schedule and of a termination: both sides with their sums, and what a termination settles on the second alone (M18)."""

from __future__ import annotations

from portfolio.agreements.forms import TrancheLine
from tests.agreements import amending
from tests.agreements import world as make
from tests.agreements.world import World
from tests.client import client
from tests.desk.foreign import Screen
from tests.desk.media import francs
from tests.disbursements import chain


def test_the_page_of_a_new_schedule_opens_and_both_sides_sum(world: World) -> None:
    number = make.signed(world)
    chain.to(world, "paid", make.tranche_id(world, number, 1))
    rows = [TrancheLine(number=2, amount=1_000_000, modality="advance"), TrancheLine(amount=1_670_000, modality="direct")]
    schedule = amending.amend(world, number, "schedule", tranches=rows)
    amending.sign(world, schedule)
    end = amending.amend(world, number, "termination")
    reader = client(world.surround, world.people["grants_officer"])
    for amendment, settles in ((schedule, False), (end, True)):
        answer = reader.get(f"/agreements/amendments/{amendment}")
        assert answer.status_code == 200
        for table in Screen(answer.text).tables[:2]:
            assert francs(table[-1][1]) == sum(francs(row[1]) for row in table[1:-1])
        assert ("Ce que la résiliation règle" in answer.text) is settles
    first, second = Screen(reader.get(f"/agreements/amendments/{schedule}").text).tables[:2]
    assert francs(first[-1][1]) == francs(second[-1][1]) == make.GRANT
