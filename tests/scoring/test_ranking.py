"""Marks, ranks and the rule that nothing shows before every sheet of a file is locked (R9, demo 5.3)."""

from __future__ import annotations

from fractions import Fraction

import pytest

from portfolio.applications.models import Application
from portfolio.calls.models import Call
from portfolio.kit.db import Database
from portfolio.scoring import queries
from portfolio.scoring.queries.arithmetic import Grid, SheetMarks, combine, half_up
from portfolio.seed.data.ranking import RANKING
from tests.scoring import world as w
from tests.support.counting import counted

GRID = [Grid(1, "a", "A", 60, 30, None), Grid(2, "b", "B", 40, 0, 1)]


def test_the_mean_is_exact_and_rounded_half_up() -> None:
    assert half_up(Fraction(7025, 100)) == 703  # 70,25 → 70,3
    assert half_up(Fraction(7024, 100)) == 702
    result = combine(GRID, [SheetMarks(1, 1, {1: 5, 2: 4}), SheetMarks(2, 2, {1: 4, 2: 4})])
    assert result.mean_tenths == 860 and result.spread_tenths == 120
    assert [c.points_tenths for c in result.criteria] == [540, 320]


def test_an_abstention_stays_outside_the_mean() -> None:
    result = combine(GRID, [SheetMarks(1, 1, {1: 5, 2: None}), SheetMarks(2, 2, {1: 5, 2: 3})])
    assert [c.points_tenths for c in result.criteria] == [600, 240]
    assert result.mean_tenths == 840
    nobody = combine(GRID, [SheetMarks(1, 1, {1: 4, 2: None}), SheetMarks(2, 2, {1: 4, 2: None})])
    assert nobody.mean_tenths == 800, "a criterion that nobody marked leaves its weight out"


def test_a_floor_is_held_against_the_printed_tenth() -> None:
    grid = [Grid(1, "c", "C", 15, 7, None), Grid(2, "d", "D", 85, 0, None)]
    below = combine(grid, [SheetMarks(n, n, {1: m, 2: 5}) for n, m in enumerate((2, 2, 1), 1)], floor=60)
    assert below.criteria[0].points_tenths == 50 and below.below_criteria and not below.ranked
    above = combine(grid, [SheetMarks(n, n, {1: 3, 2: 5}) for n in (1, 2)], floor=60)
    assert not above.below_criteria and above.ranked


def test_a_settled_mark_ranks_beside_the_mean() -> None:
    result = combine(GRID, [SheetMarks(1, 1, {1: 2, 2: 2})], floor=60, settled=(650, "motif"))
    assert (result.mean_tenths, result.score_tenths) == (400, 650) and not result.below_total


@pytest.fixture
def scored(database: Database) -> w.World:
    world = w.build(database)
    w.assign_demo(world)
    w.score_all(world)
    return world


def spreads(line: queries.Ranked) -> tuple[int, int]:
    assert line.result
    return line.result.spread_tenths, line.result.first_spread_tenths


def test_the_ranked_list_is_the_one_of_the_demo(scored: w.World) -> None:
    with scored.act("secretary", readonly=True) as work:
        lines = queries.ranking(work, scored.get(work, Call, scored.call))
    shown = [
        (x.rank, x.reference, x.requested_minor, x.score_tenths // 10, *(n // 10 for n in spreads(x)), x.cumulative_minor)
        for x in lines
    ]
    expected = [(r.rank, r.file, r.requested, r.score, r.spread, r.first_spread, r.cumulated) for r in RANKING]
    assert shown == expected
    assert all(x.score_tenths % 10 == 0 for x in lines)
    assert [x.reference for x in lines if x.limit_before] == ["A-013"], "the limit of the envelope passes at rank 12"
    out = lines[-1]
    assert out.reference == "A-012" and out.rank is None
    assert [(y.code, y.points_tenths, y.floor, y.weight) for y in out.why] == [("criterion_floor", 50, 7, 15)]


def test_the_tie_is_decided_on_inclusion(scored: w.World) -> None:
    with scored.act("secretary", readonly=True) as work:
        lines = {x.reference: x for x in queries.ranking(work, scored.get(work, Call, scored.call))}
    better, worse = lines["A-011"], lines["A-002"]
    assert better.score_tenths == worse.score_tenths and (better.rank, worse.rank) == (7, 8)
    assert better.result and worse.result and better.result.tie[0] > worse.result.tie[0]


def test_ranking_costs_the_same_for_one_and_for_seventeen(scored: w.World) -> None:
    with scored.act("secretary", readonly=True) as work:
        call = scored.get(work, Call, scored.call)
        with counted(scored.database) as seen:
            queries.ranking(work, call)
    assert len(seen) <= 8


def test_nothing_is_ranked_while_one_sheet_is_open(database: Database) -> None:
    world = w.build(database, codes=("A-014", "A-003"))
    w.assign_demo(world)
    by_code = {f.code: f for f in w.demo_files.files_of(w.CODE)}
    for sheet in by_code["A-014"].sheets[:2]:
        w.fill(world, "A-014", sheet.assessor)
    w.fill(world, "A-014", by_code["A-014"].sheets[2].assessor, lock=False)
    with world.act("secretary", readonly=True) as work:
        assert queries.ranking(work, world.get(work, Call, world.call)) == []
        assert queries.result(work, world.get(work, Application, world.files["A-014"])) is None
    w.fill(world, "A-014", by_code["A-014"].sheets[2].assessor)
    with world.act("secretary", readonly=True) as work:
        assert [x.reference for x in queries.ranking(work, world.get(work, Call, world.call))] == ["A-014"]
