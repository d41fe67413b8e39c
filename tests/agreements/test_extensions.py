"""An extension is asked so many days before the end of the agreement, a dated rule, and signed by that end; days stopped are added (domain I6)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from portfolio.agreements import queries, service
from portfolio.agreements.models import Agreement, Amendment, ForceMajeure
from portfolio.kit.errors import Invalid, Refused
from tests.agreements import amending
from tests.agreements import world as make
from tests.agreements.scene import change, codes
from tests.agreements.world import World
from tests.factories import NOON

TODAY = NOON.date()
LONGER = date(2027, 12, 31)


def ends_in(world: World, number: int, days: int) -> None:
    change(world, Agreement, number, ends_on=TODAY + timedelta(days=days))


def late(world: World, number: int) -> bool:
    with pytest.raises(Refused) as refused:
        amending.amend(world, number, "extension", ends_on=LONGER)
    return codes(refused) == {"extension_late"}


@pytest.mark.both_engines
def test_an_extension_is_asked_thirty_days_before_the_end(world: World) -> None:
    number = make.signed(world)
    ends_in(world, number, 29)
    assert late(world, number)
    ends_in(world, number, 30)
    amendment = amending.amend(world, number, "extension", ends_on=LONGER)
    ends_in(world, number, 29)
    with pytest.raises(Refused) as refused:
        amending.submit(world, amendment)
    assert codes(refused) == {"extension_late"}, "a draft is not a request"
    ends_in(world, number, 30)
    amending.approve(world, amendment)
    ends_in(world, number, -1)
    with world.work("authorising_officer") as work, pytest.raises(Invalid) as invalid:
        service.sign_amendment(work, work.db.get_one(Amendment, amendment), amending.signature(work))
    assert [e.field for e in invalid.value.errors] == ["signed_on"]
    ends_in(world, number, 0)
    with world.work("authorising_officer") as work:
        service.sign_amendment(work, work.db.get_one(Amendment, amendment), amending.signature(work))
    with world.work("grants_officer", readonly=True) as work:
        assert queries.get(work, number).ends_on == LONGER


def test_days_of_force_majeure_are_added_to_the_end(world: World) -> None:
    number = make.signed(world)
    ends_in(world, number, 20)
    assert late(world, number)
    with world.work("grants_officer") as work:
        agreement = work.db.get_one(Agreement, number)
        work.db.add(ForceMajeure(
            place_id=agreement.place_id, starts_on=agreement.starts_on, ends_on=agreement.starts_on + timedelta(days=9), act="Décision n° 7",
            reason="Crue du fleuve", declared_by_id=work.actor.id, declared_at=work.now))  # fmt: skip
    assert amending.amend(world, number, "extension", ends_on=LONGER)
