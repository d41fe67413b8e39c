"""Units are loaded once, found without accents, said in French, and added with their act (R21)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from portfolio.kit.db import Database
from portfolio.kit.errors import Forbidden, Invalid, NotFound
from portfolio.places import queries, reference, service
from portfolio.places.forms import PlaceForm
from portfolio.places.models import Place
from tests.documents.makers import person, work_of


def unit(**changes: object) -> PlaceForm:
    given: dict[str, object] = {
        "parent_id": 1, "kind": "région", "name": "Nioro", "code": "ml-r18", "act": "Loi n° 2023-006 du 13 mars 2023", "valid_from": "13/03/2023"}
    return PlaceForm.model_validate(given | changes)


@pytest.mark.both_engines
def test_every_shipped_unit_is_loaded_once(database: Database, tmp_path: Path) -> None:
    work = work_of(database, tmp_path, None)
    assert service.load(work) == len(reference.units())
    work.commit()
    assert service.load(work) == 0
    assert work.db.scalar(select(func.count()).select_from(Place)) == len(reference.units())
    ansongo = queries.by_code(work, "ML0701")
    assert ansongo.path == "ML/ML07/ML0701"
    assert queries.path_text(work, ansongo) == "Mali · Gao · cercle d'Ansongo"
    below = work.db.scalars(select(Place.level).where(queries.inside(ansongo))).all()
    assert below.count(2) == 1 and below.count(3) == len(queries.children(work, ansongo)) > 3
    work.close()


def test_search_ignores_accents_and_puts_beginnings_first(database: Database, tmp_path: Path) -> None:
    work = work_of(database, tmp_path, None)
    service.load(work)
    found = queries.search(work, "TERA")
    assert found and found[0].folded.startswith("tera")
    assert queries.search(work, "  ") == [] and queries.search(work, "%") == []
    assert [p.code for p in queries.search(work, "ml0701")] == ["ML0701"]
    for number in (0, 10**9, 2**70):
        with pytest.raises(NotFound):
            queries.get(work, number)
    work.close()


def test_choices_tell_namesakes_apart(database: Database, tmp_path: Path) -> None:
    work = work_of(database, tmp_path, None)
    service.load(work)
    labels = [label for _id, label in queries.options(work, "ML", 3)]
    assert len(labels) == len(set(labels)) or max(labels.count(x) for x in labels) <= 2
    assert all(label.endswith(")") for label in labels)
    assert len(queries.options(work, "BF", 1)) == 17
    work.close()


def test_an_officer_adds_a_unit_with_its_act(database: Database, tmp_path: Path) -> None:
    work = work_of(database, tmp_path, person(database, "administrator"))
    service.load(work)
    mali = queries.by_code(work, "ML").id
    place = service.add(work, unit(parent_id=mali))
    assert (place.code, place.path, place.level, place.source) == ("ML-R18", "ML/ML-R18", 1, "Loi n° 2023-006 du 13 mars 2023")
    work.commit()
    for changes, field in (({}, "code"), ({"code": "A B"}, "code"), ({"code": "ML-R19", "kind": "commune"}, "kind"),
                           ({"code": "ML-R19", "valid_to": "01/01/2020"}, "valid_to"), ({"parent_id": 99_999}, "parent_id")):
        with pytest.raises(Invalid) as caught:
            service.add(work, unit(**{"parent_id": mali, **changes}))
        assert [e.field for e in caught.value.errors][0] in (field, "code")
    work.undo()
    work.close()
    work = work_of(database, tmp_path, person(database, "accountant"))
    with pytest.raises(Forbidden):
        service.add(work, unit(parent_id=mali, code="ML-R20"))
    work.close()


def test_said_in_french() -> None:
    assert [queries.said(k, n) for k, n in [("cercle", "Ansongo"), ("commune", "Gao"), ("région", "Est"), ("département", "Érébé")]] == [
        "cercle d'Ansongo", "commune de Gao", "Est", "département d'Érébé"]
    assert date(2023, 3, 13) == unit().valid_from
