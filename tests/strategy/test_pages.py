"""The pages of strategy: what is in force, approval by another person, and the tag editor without JavaScript."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import select

from portfolio.funds.models import Fund
from portfolio.kit.db import Database
from portfolio.strategy import queries
from portfolio.strategy.models import Objective, Tag
from tests.client import Client, client
from tests.factories import add_person, around
from tests.funds.makers import fund, office
from tests.strategy.makers import FULL, approved
from tests.support.counting import counted


@pytest.fixture
def desks(database: Database, tmp_path: Path) -> dict[str, Client]:
    approved(database, tmp_path)
    surround = around(database)
    return {r: client(surround, add_person(database, r)) for r in ("programme_head", "authorising_officer", "grants_officer", "external_auditor")}


def text(answer: object) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text.replace("\u202f", " ").replace("\u00a0", " ")))  # type: ignore[attr-defined]


def test_the_index_says_what_counts_today(desks: dict[str, Client], database: Database) -> None:
    with counted(database) as seen:
        shown = text(desks["external_auditor"].get("/strategy"))
    assert shown.count(" en vigueur ") - shown.count("pas en vigueur") == 3 and shown.count("pas en vigueur") == 4
    assert len(seen) == 2, seen


def test_every_framework_opens(desks: dict[str, Client]) -> None:
    for number in range(1, 8):
        page = desks["grants_officer"].get(f"/strategy/{number}")
        assert page.status_code == 200, number
    shown = text(desks["grants_officer"].get("/strategy/1"))
    assert "intitulé non communiqué par la source" in shown and "Principes directeurs" in shown and "Résultats attendus" in shown
    assert desks["grants_officer"].get("/strategy/99").status_code == 404


def test_a_new_version_is_approved_by_another_person(desks: dict[str, Client]) -> None:
    head, director = desks["programme_head"], desks["authorising_officer"]
    typed = {"code": "ALG", "edition": "2", "title": "Stratégie 2027", "territory": ["ML", "NE"], "starts_on": "01/01/2027"}
    again = head.submit("/strategy", {**typed, "edition": "1"})
    assert again.status_code == 422 and "Cette version existe déjà" in text(again) and 'value="Stratégie 2027"' in again.text
    assert again.text.split('</main>')[0].count(" checked>") == 2
    place = head.submit("/strategy", typed).headers["location"]
    assert "ne contient encore aucun objectif" in text(head.get(place))
    assert head.submit(f"{place}/objectives", {"code": "B1", "title": "Paix", "parent_id": ""}).status_code == 303
    old = re.search(r'<option value="(\d+)">ALG A3.4', head.get(place).text)
    new = re.search(r'<option value="(\d+)">B1 ', head.get(place).text)
    assert old and new
    assert head.submit(f"{place}/crosswalks", {"from_id": new[1], "to_id": old[1], "note": ""}).status_code == 303
    assert head.submit(f"{place}/propose").status_code == 303
    assert head.submit(f"{place}/approve").status_code == 403
    assert director.submit(f"{place}/return", {"reason": ""}).status_code == 422
    assert director.submit(f"{place}/approve").status_code == 303
    assert director.submit("/strategy/1/supersede", {"reason": "Nouvelle stratégie adoptée"}).status_code == 303


def test_the_tag_editor_keeps_what_was_typed_and_says_what_is_wrong(
    desks: dict[str, Client], database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = fund(office(database, tmp_path))
    monkeypatch.setitem(queries.CONTEXTS, "fund", lambda work, i: queries.Subject(work.db.get_one(Fund, i), "F1", f"/funds/{i}", ("ML",)))
    address = f"/strategy/tags/fund/{number}"
    page = desks["grants_officer"].get(address)
    lines = dict(re.findall(r'name="lines-(\d+)-objective_id" value="(\d+)"', page.text))
    with database.session(readonly=True) as session:
        codes = {str(o.id): o.code for o in session.scalars(select(Objective))}
    wanted = dict(part.split("=") for part in FULL.split())
    typed = {}
    for n, objective in lines.items():
        typed[f"lines-{n}-objective_id"] = objective
        typed[f"lines-{n}-weight"] = wanted.get(codes[objective], "")
    short = {k: ("49" if v == "50" and codes[typed[k.replace("weight", "objective_id")]] == "A1.3" else v) for k, v in typed.items()}
    refused = desks["grants_officer"].submit(address, short)
    assert refused.status_code == 409 and "ALG : les poids font 99 %, ils doivent faire 100 %." in text(refused)
    assert 'value="49"' in refused.text and "total : 99 %" in text(refused)
    wrong = desks["grants_officer"].submit(address, {**typed, "lines-0-weight": "abc"})
    assert wrong.status_code == 422 and "Saisissez un nombre entier en chiffres." in text(wrong)
    assert desks["grants_officer"].submit(address, typed).headers["location"] == f"/funds/{number}"
    with database.session(readonly=True) as session:
        assert sorted(session.scalars(select(Tag.weight))) == [50, 50, 100, 100]
    assert 'value="50"' in desks["grants_officer"].get(address).text
    assert desks["external_auditor"].get(address).status_code == 403
    assert desks["grants_officer"].get("/strategy/tags/inconnu/1").status_code == 404
