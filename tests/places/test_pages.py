"""The pages of places: search without accents, a unit with its neighbours, adding one with its act."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from portfolio.kit.db import Database
from portfolio.places import service
from tests.client import Client, client
from tests.documents.makers import work_of
from tests.factories import add_person, around
from tests.support.counting import counted


@pytest.fixture
def desks(database: Database, tmp_path: Path) -> dict[str, Client]:
    work = work_of(database, tmp_path, None)
    service.load(work)
    work.commit()
    work.close()
    surround = around(database)
    return {r: client(surround, add_person(database, r)) for r in ("administrator", "grants_officer")}


def test_the_list_is_searched_and_costs_few_queries(desks: dict[str, Client], database: Database) -> None:
    officer = desks["grants_officer"]
    for query in ("", "?q=ansongo", "?q=zzzz", "?country=NE&level=3", "?standing=ended", "?sort=-name"):
        with counted(database) as seen:
            answer = officer.get(f"/places{query}")
        assert answer.status_code == 200 and len(seen) == 3, seen
    assert ">Ansongo<" in officer.get("/places?q=ANSÔNGO").text
    assert "découpage 2021" in officer.get("/places").text


def test_a_unit_is_added_with_its_act(desks: dict[str, Client]) -> None:
    admin = desks["administrator"]
    mali = re.search(r'<option value="(\d+)">Mali<', admin.get("/places/new").text)
    assert mali
    typed = {"parent_id": mali[1], "kind": "région", "name": "Nioro", "code": "ML-R18", "act": "Loi n° 2023-006", "valid_from": "13/03/2023"}
    wrong = admin.submit("/places", {**typed, "kind": "commune"})
    assert wrong.status_code == 422 and "Mali peut contenir" in wrong.text and 'value="Nioro"' in wrong.text
    made = admin.submit("/places", typed)
    page = admin.get(made.headers["location"])
    assert page.status_code == 200 and "Loi n° 2023-006" in page.text
    assert desks["grants_officer"].submit("/places", typed).status_code == 403
    assert desks["grants_officer"].get("/places/999999").status_code == 404
    assert admin.get("/places/new?parent=abc").status_code == 200
