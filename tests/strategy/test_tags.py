"""100 % per framework in force; money split to the franc; ended frameworks reached by the cross-walk (R8, R14, M05)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from portfolio.kit.db import Database
from portfolio.kit.errors import Refused
from portfolio.strategy import queries, service
from portfolio.strategy.models import Framework, Objective, Tag
from portfolio.work import Work
from tests.documents.makers import work_of
from tests.strategy.makers import FULL, approved, ids, thing

ON = date(2026, 3, 1)


@pytest.fixture
def work(database: Database, tmp_path: Path) -> Iterator[Work]:
    head, _director = approved(database, tmp_path)
    made = work_of(database, tmp_path, head)
    yield made
    made.undo()
    made.close()


def why(work: Work, text: str, **more: object) -> list[str]:
    with pytest.raises(Refused) as caught:
        service.tag(work, thing(work, "X"), ids(work, text), **{"countries": ["ML"], "on": ON, **more})  # type: ignore[arg-type]
    return [r.code for r in caught.value.refusals]


@pytest.mark.both_engines
def test_the_weights_make_a_hundred_per_framework(work: Work) -> None:
    subject = thing(work)
    service.tag(work, subject, ids(work, FULL), countries=["ML"], on=ON)
    work.commit()
    assert [(o.code, t.weight) for t, o, _f in queries.tags_of(work, subject)] == [("A1.3", 50), ("A3.2", 50), ("PBF-MS", 100), ("ODD-5", 100)]
    assert (queries.main_objective(work, subject), queries.main_and_more(work, subject)) == ("A1.3", ("A1.3", 1))


@pytest.mark.parametrize(("text", "codes"), [
    ("A1.3=50 A3.2=49 PBF-MS=100 ODD-5=100", ["weights_not_100"]),
    ("A1.3=60 A3.2=50 PBF-MS=100 ODD-5=100", ["weights_not_100"]),
    ("A1.3=100 PBF-MS=100", ["weights_not_100"]),
    ("A1=100 PBF-MS=100 ODD-5=100", ["objective_gathers", "weights_not_100"]),
    (FULL + " UNSDCF-1=100", ["objective_out_of_force"]),
])
def test_anything_else_is_refused(work: Work, text: str, codes: list[str]) -> None:
    assert why(work, text) == codes


def test_a_refusal_names_what_answers_to_an_ended_objective(work: Work) -> None:
    with pytest.raises(Refused) as caught:
        service.tag(work, thing(work), ids(work, FULL + " UNSDCF-1=100"), countries=["ML"], on=ON)
    assert "A3.1" in caught.value.refusals[0].way_out


def test_the_day_of_publication_decides(work: Work) -> None:
    """A call published while the United Nations' framework ran asks for its 100 %; one in Niger never does."""
    then = date(2023, 5, 1)
    assert why(work, FULL, on=then) == ["weights_not_100"]
    service.tag(work, thing(work), ids(work, FULL + " UNSDCF-1=60 UNSDCF-2=40"), countries=["ML"], on=then)
    service.tag(work, thing(work, "D2"), ids(work, FULL), countries=["NE"], on=then)


def test_tags_are_copied_as_they_were(work: Work) -> None:
    source, target = thing(work), thing(work, "D2")
    service.tag(work, source, ids(work, FULL), countries=["ML"], on=ON)
    service.copy_tags(work, source, target)
    service.copy_tags(work, source, target)
    assert [(o.code, t.weight) for t, o, _f in queries.tags_of(work, target)] == [
        (o.code, t.weight) for t, o, _f in queries.tags_of(work, source)]


def test_an_ended_framework_is_reached_by_the_cross_walk(work: Work) -> None:
    subject, bare = thing(work), thing(work, "D2")
    service.tag(work, subject, ids(work, "A3.1=60 A1.3=40 PBF-MS=100 ODD-5=100"), countries=["ML"], on=ON)
    unsdcf = queries.framework_by_code(work, "UNSDCF")
    split = queries.split_by_objective(work, unsdcf, [("donor", subject.id, 1_000_001), ("donor", bare.id, 7)])
    by_code = {work.db.get_one(Objective, k).code: v for k, v in split.amounts.items()}
    assert by_code == {"UNSDCF-1": 600_001, "UNSDCF-3": 400_000} and split.through_crosswalk
    assert (split.outside_minor, split.outside_count, split.total) == (7, 1, 1_000_008)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(weights=st.lists(st.integers(1, 100), min_size=1, max_size=10), amount=st.integers(0, 10**12), data=st.data())
def test_the_parts_always_sum_to_the_whole(work: Work, weights: list[int], amount: int, data: st.DataObject) -> None:
    alg = queries.framework_by_code(work, "ALG")
    leaves = list(work.db.scalars(select(Objective.id).where(Objective.framework_id == alg.id, Objective.taggable.is_(True))))
    chosen = data.draw(st.permutations(leaves))[: len(weights)]
    number = 10_000_000
    work.db.query(Tag).filter(Tag.subject_type == "donor", Tag.subject_id == number).delete()
    work.db.add_all(Tag(subject_type="donor", subject_id=number, framework_id=alg.id, objective_id=o, weight=w)
                    for o, w in zip(chosen, weights, strict=False))
    work.db.flush()
    split = queries.split_by_objective(work, alg, [("donor", number, amount), ("donor", number + 1, amount)])
    assert sum(split.amounts.values()) == amount and split.total == 2 * amount
    for objective, part in split.amounts.items():
        weight = dict(zip(chosen, weights, strict=False))[objective]
        assert abs(part - amount * weight / sum(weights)) < 1
    for code in ("UNSDCF", "ODD", "ISF"):
        other = work.db.scalars(select(Framework).where(Framework.code == code)).one()
        assert queries.split_by_objective(work, other, [("donor", number, amount)]).total == amount
