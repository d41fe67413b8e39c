"""The first page and the search, for every role."""

from __future__ import annotations

import pytest

from portfolio.kit.db import Database
from portfolio.rulebook.permissions import ROLES
from tests import factories
from tests.client import client


@pytest.mark.both_engines
@pytest.mark.parametrize("role", list(ROLES))
def test_every_role_has_a_first_page(database: Database, role: str) -> None:
    browser = client(database, factories.add_person(database, role, name="Aïssata Maïga"))
    answer = browser.get("/")
    assert answer.status_code == 200 and "Aïssata Maïga" in answer.text


def test_search_survives_anything(database: Database) -> None:
    browser = client(database, factories.add_person(database, "grants_officer"))
    for text in ("", "a", "Cissé", "%_\\", "😀", "x" * 5000, "' OR 1=1 --", "+223 70 00 00 00"):
        assert browser.get("/search", params={"q": text}).status_code == 200


def test_the_journal_is_for_auditors(database: Database) -> None:
    assert (
        client(database, factories.add_person(database, "grants_officer")).get("/journal").status_code == 403
    )
    answer = client(database, factories.add_person(database, "external_auditor")).get("/journal")
    assert answer.status_code == 200 and "Accès refusé" in answer.text or "access" in answer.text


@pytest.mark.both_engines
def test_the_portfolio_page_of_an_empty_house(database: Database) -> None:
    browser = client(database, factories.add_person(database, "grants_officer"))
    assert browser.get("/portfolio").status_code == 200
    assert browser.get("/portfolio?framework=<x>").status_code == 200
