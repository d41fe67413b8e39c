"""A framework is drafted, proposed and approved by two people; it counts on its territory between its dates (R8)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from portfolio.kit.db import Database
from portfolio.kit.errors import Forbidden, Invalid, Refused
from portfolio.strategy import queries, reference, service
from portfolio.strategy.forms import CrosswalkForm, FrameworkForm, ObjectiveForm
from portfolio.strategy.models import Crosswalk, Framework, Objective
from tests.documents.makers import person, work_of
from tests.strategy.makers import approved


@pytest.mark.both_engines
def test_everything_shipped_is_loaded_as_drafts_once(database: Database, tmp_path: Path) -> None:
    work = work_of(database, tmp_path, None)
    assert service.load(work) == len(reference.frameworks()) and service.load(work) == 0
    work.commit()
    assert set(work.db.scalars(select(Framework.status))) == {"draft"}
    assert len(work.db.scalars(select(Crosswalk)).all()) == len(reference.crosswalk())
    alg = queries.framework_by_code(work, "ALG")
    tree = queries.objectives(work, alg)
    assert [o.code for o in tree if o.taggable] == ["A1.1", "A1.2", "A1.3", "A1.4", "A1.5", "A2.1", "A3.1", "A3.2", "A3.3", "A3.4"]
    assert sum(o.level == "principle" for o in tree) == len(reference.principles("ALG"))
    assert [o.code for o in tree if not o.title] == [o.code for o in reference.untitled_objectives("ALG")]
    for code in ("PBF", "ODD", "UNSDCF", "ISF", "HRP", "ITSP"):
        found = queries.objectives(work, queries.framework_by_code(work, code))
        assert any(o.taggable for o in found), code
    work.close()


def test_only_approved_frameworks_in_their_dates_and_territory_count(database: Database, tmp_path: Path) -> None:
    _head, director = approved(database, tmp_path)
    work = work_of(database, tmp_path, director)

    def codes(country: str, on: date) -> list[str]:
        return [f.code for f in queries.frameworks_in_force(work, [country], on)]

    assert codes("ML", date(2026, 1, 1)) == ["ALG", "PBF", "ODD"]
    assert codes("ML", date(2021, 6, 1)) == ["ALG", "PBF", "ODD", "UNSDCF", "ISF", "HRP", "ITSP"]
    assert codes("NE", date(2021, 6, 1)) == ["ALG", "PBF", "ODD"]
    odd = queries.framework_by_code(work, "ODD")
    service.supersede(work, odd, "Programme d'après 2030 adopté")
    assert codes("ML", date(2026, 3, 13)) == ["ALG", "PBF"]
    assert "ODD" in codes("ML", date(2026, 3, 1))
    work.close()


def test_nobody_approves_alone(database: Database, tmp_path: Path) -> None:
    head = person(database, "programme_head")
    work = work_of(database, tmp_path, head)
    service.load(work)
    alg = queries.framework_by_code(work, "ALG")
    service.propose(work, alg)
    with pytest.raises(Forbidden):
        service.approve(work, alg)
    work.commit()
    work.close()
    both = work_of(database, tmp_path, person(database, "authorising_officer"))
    alg = queries.framework_by_code(both, "ALG")
    service.return_(both, alg, "Ajouter la période couverte")
    assert alg.status == "draft"
    both.close()


def test_a_new_version_is_drafted_and_filled(database: Database, tmp_path: Path) -> None:
    work = work_of(database, tmp_path, person(database, "programme_head"))
    service.load(work)
    form = FrameworkForm(code="ALG", title="Stratégie 2027-2031", edition="2", territory=["NE", "ML"], starts_on=date(2027, 1, 1))
    made = service.create(work, form)
    assert made.territory == "ML,NE"
    with pytest.raises(Refused, match="no_objective"):
        service.propose(work, made)
    axis = service.add_objective(work, made, ObjectiveForm(code="B1", title="Paix"))
    leaf = service.add_objective(work, made, ObjectiveForm(code="B1.1", title="Dialogue", parent_id=axis.id))
    assert (axis.taggable, leaf.taggable) == (False, True)
    old = queries.objective(work, "A3.4", "ALG")
    service.add_crosswalk(work, made, CrosswalkForm(from_id=leaf.id, to_id=old.id, note="Même objet"))
    with pytest.raises(Invalid):
        service.add_crosswalk(work, made, CrosswalkForm(from_id=leaf.id, to_id=old.id))
    with pytest.raises(Invalid):
        service.add_crosswalk(work, made, CrosswalkForm(from_id=leaf.id, to_id=axis.id))
    for form_, field in ((form, "edition"), (form.model_copy(update={"edition": "3", "territory": ["FR"]}), "territory")):
        with pytest.raises(Invalid) as caught:
            service.create(work, form_)
        assert caught.value.errors[0].field == field
    service.propose(work, made)
    with pytest.raises(Refused, match="not_a_draft"):
        service.add_objective(work, made, ObjectiveForm(code="B2", title="Autre"))
    work.close()
    assert isinstance(axis, Objective)
