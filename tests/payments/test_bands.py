"""How many sign grows with the amount, and cutting an amount or a batch in pieces changes nothing (J5, M11)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from portfolio.disbursements import queries as disbursements
from portfolio.disbursements import reference
from portfolio.disbursements.models import Disbursement
from portfolio.disbursements.reference import Band, band_of, bands
from portfolio.kit.errors import Refused
from portfolio.payments import queries, service
from tests import factories
from tests.agreements.scene import codes
from tests.agreements.world import World
from tests.client import client
from tests.disbursements import chain
from tests.payments import scene

DAY = date(2026, 11, 22)


@pytest.fixture
def low(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Bands that the payments of the scene reach: from 2,000,000 two approvals, from 4,000,000 two authorisations too."""
    first = bands()[0]
    table = (first, replace(first, from_minor=2_000_000, approvals=2), replace(first, from_minor=4_000_000, approvals=2, authorisations=2))
    monkeypatch.setattr(reference, "bands", lambda: table)
    yield


def second(world: World, role: str, name: str) -> str:
    world.people[f"second_{role}"] = factories.add_person(world.database, role, name=name)
    return f"second_{role}"


def test_the_table_is_dated_sourced_and_grows() -> None:
    table = bands()
    assert table[0].from_minor == 0 and all(b.source and b.payee_days and b.valid_from for b in table)
    counts = [(b.approvals, b.authorisations) for b in table]
    assert counts == sorted(counts) and band_of(19_999_999, DAY) == table[0] and band_of(20_000_000, DAY) == table[1]


def test_a_band_that_ended_no_longer_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    first = bands()[0]
    old: Band = replace(first, from_minor=5, approvals=3, valid_to=DAY)
    monkeypatch.setattr(reference, "bands", lambda: (first, old))
    assert band_of(10, date(2026, 11, 21)).approvals == 3 and band_of(10, DAY).approvals == 1


@pytest.mark.both_engines
def test_pieces_of_one_sum_ask_for_the_signatures_of_the_whole(world: World, low: None) -> None:
    ids = scene.ordered(world)  # 1,780,000, 1,780,000 and 890,000 to one payee: none reaches 2,000,000
    scene.change(world, Disbursement, ids[0], account_number="ML0770")  # a second account of the same group cuts nothing
    with world.work("accountant", readonly=True) as work:
        pieces = disbursements.pieces(work, disbursements.get(work, ids[2]))
        assert (pieces.total, pieces.split, len(pieces.others)) == (4_450_000, True, 2)
    with pytest.raises(Refused) as refused:
        scene.pay(world, ids[2], "VIR-1")
    assert codes(refused) == {"band_needs_batch"}
    number = scene.to(world, "locked", [ids[2]])  # alone in its batch
    page = client(world.surround, world.people["financial_controller"]).get(f"/payments/{number}").text.replace("\u202f", " ")
    assert "Fractionnement\u00a0?" in page and "4 450 000" in page
    scene.sign(world, number, "approve")
    assert scene.stored(world, number).status == "locked", "one approval is not enough"
    with pytest.raises(Refused) as refused:
        scene.sign(world, number, "approve")
    assert codes(refused) == {"four_eyes"}
    scene.sign(world, number, "approve", second(world, "programme_head", "Awa Cissé"))
    scene.sign(world, number, "authorise")
    with pytest.raises(Refused):
        scene.sign(world, number, "release")
    scene.sign(world, number, "authorise", second(world, "authorising_officer", "Adama Barry"))
    scene.sign(world, number, "release")
    scene.made_accountant(world, "financial_controller")  # the first of two approvers: the batch names the last
    with pytest.raises(Refused) as refused:
        scene.send(world, number, "financial_controller")
    assert codes(refused) == {"four_eyes"}
    scene.send(world, number)
    assert chain.stored(world, ids[2]).status == "sent"
    with world.work("external_auditor", readonly=True) as work:
        assert [a.kind for a, _p in queries.signatures(work, queries.get(work, number))] == ["approve"] * 2 + ["authorise"] * 2 + ["release"]


def test_however_a_batch_is_cut_the_basis_is_the_same(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches that leave one account the same day count together, even when their payees have nothing in common."""
    alone = lambda _work, d: disbursements.Pieces(d.amount_minor, bands()[0], (), False)  # noqa: E731
    monkeypatch.setattr(disbursements, "pieces", alone)
    ids = scene.ordered(world)
    cuts = [[[0, 1, 2]], [[0], [1, 2]], [[0], [1], [2]]]
    basis = []
    for cut in cuts:
        numbers = [scene.to(world, "locked", [ids[i] for i in part]) for part in cut]
        with world.work("external_auditor", readonly=True) as work:
            basis.append({queries.needed(work, queries.get(work, n)).basis_minor for n in numbers})
        for number in numbers:
            with world.work("cashier") as work:
                service.cancel(work, queries.get(work, number), "Essai d'un autre découpage")
    assert basis == [{4_450_000}] * 3


def test_a_batch_that_waits_counts_however_long_it_has_waited(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Locked and signed one by one days apart, then sent together: the second already counts the first."""
    alone = lambda _work, d: disbursements.Pieces(d.amount_minor, bands()[0], (), False)  # noqa: E731
    monkeypatch.setattr(disbursements, "pieces", alone)
    ids = scene.ordered(world)
    scene.to(world, "locked", [ids[0]])
    world.clock.moment += timedelta(days=5)
    second_batch = scene.to(world, "locked", [ids[1]])
    with world.work("external_auditor", readonly=True) as work:
        assert queries.needed(work, queries.get(work, second_batch)).basis_minor == 2 * 1_780_000


def test_the_window_rolls(world: World, low: None) -> None:
    ids, month = scene.ordered(world), world.clock.now().replace(month=10)
    for old in ids[:2]:
        scene.change(world, Disbursement, old, ordered_at=month, paid_at=month, status="paid", payment_reference=f"V-{old}",
                     paid_by_id=world.people["accountant"])  # fmt: skip
    scene.pay(world, ids[2], "VIR-1")
    assert chain.stored(world, ids[2]).status == "paid"
