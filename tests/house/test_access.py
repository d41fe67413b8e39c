"""Default deny, proved by behaviour: every route × role is executed, and nothing answers with a fault (Z01, Z02, Z03, W02, W03)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

import portfolio
from portfolio.app import create_app
from portfolio.kit.db import Database
from portfolio.rulebook.permissions import GRANTS, ROLES
from tests import factories
from tests.client import Client, client
from tests.house.routes import Route, routes

WHOLE = os.environ.get("PORTFOLIO_WHOLE") == "1"
MATRIX = Path(__file__).with_name("access.txt")
PRODUCT = Path(portfolio.__file__).parent


@pytest.fixture
def house(database: Database) -> dict[str, Any]:
    around = factories.around(database)
    app = create_app(around)
    clients = {role: client(around, factories.add_person(database, role), app=app) for role in ROLES}
    return {"app": app, "around": around, "clients": clients, "visitor": client(around, app=app)}


def checked(browser: Client, route: Route) -> int:
    """The status of one call."""
    if route.method == "GET":
        return browser.get(route.address(), follow_redirects=False).status_code
    return browser.submit(route.address()).status_code


def test_the_matrix_is_what_the_code_says(house: dict[str, Any]) -> None:
    rows = [r.row for r in routes(house["app"])]
    assert len(rows) == len(set(rows))
    assert MATRIX.read_text().splitlines() == rows, (
        "routes changed: read the difference, then rewrite the file (see the README)"
    )


def test_visitors_reach_only_what_is_public(house: dict[str, Any]) -> None:
    wrong = []
    for route in routes(house["app"]):
        status = checked(house["visitor"], route)
        if status >= 500 or (not route.public and status not in (303, 401)):
            wrong.append(f"{route.method} {route.path}: {status}")
    assert wrong == []


@pytest.mark.parametrize("role", list(ROLES))
def test_every_route_for_every_role(house: dict[str, Any], role: str) -> None:
    """Every own door, and every closed one when PORTFOLIO_WHOLE=1; else one closed door in three, another third for each role."""
    browser = house["clients"][role]
    wrong, turn = [], list(ROLES).index(role)
    for at, route in enumerate(routes(house["app"])):
        if route.name == "accounts.sign_out" or not (WHOLE or route.allows(role) or (at + turn) % 3 == 0):
            continue
        status = checked(browser, route)
        if status >= 500:
            wrong.append(f"{route.method} {route.path}: {status}")
        elif not route.allows(role) and status != 403:
            wrong.append(f"{role} passed the door of {route.method} {route.path}: {status}")
        elif route.allows(role) and "{id}" in route.path and route.method == "GET" and status not in (403, 404):
            wrong.append(f"{role} {route.path}: {status}")
        elif route.allows(role) and status == 403:
            wrong.append(f"{role} was refused at an own door: {route.method} {route.path}")
    assert wrong == []


BEHIND = {
    "group:view_names": ("groups/routes/records.py", '"group:view_names"'),
    "group_account:view_number": ("groups/queries/record.py", '"group_account:view_number"'),
    "grievance:view_sensitive": ("grievances/queries.py", '"grievance:view_sensitive"'),
    "tranche:release": ("rulebook/lifecycles/agreements.py", '"tranche:release"'),
    "amendment:view": ("documents/queries.py", ':view"'),
}
"""Asked behind another door, and where: what is shown of a record, a move that follows another, the papers of an amendment."""


def test_every_permission_opens_something(house: dict[str, Any]) -> None:
    """Positive control: each permission is the door of a route, which every role that holds it passes above; or it is asked behind one."""
    doors = {p for route in routes(house["app"]) for p in route.permissions}
    held = frozenset().union(*GRANTS.values())
    assert held - doors == set(BEHIND)
    assert {p for p in doors if ":" in p} <= held
    for permission, (module, asked) in BEHIND.items():
        assert asked in (PRODUCT / module).read_text(encoding="utf-8"), permission


def test_no_unsafe_route_works_without_its_token(house: dict[str, Any]) -> None:
    browser = house["clients"]["programme_head"]
    for route in routes(house["app"]):
        if route.method != "GET":
            assert browser.post(route.address(), data={"x": "1"}).status_code == 403, route.path
            answer = browser.post(route.address(), headers={"Sec-Fetch-Site": "cross-site"}, data={"x": "1"})
            assert answer.status_code == 403, route.path


def state(database: Database) -> dict[str, int]:
    """How many rows each table holds, but for the refusals that leave a trace on purpose."""
    with database.engine.connect() as connection:
        if database.kind == "sqlite":
            names = (
                connection.execute(
                    text("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
                )
                .scalars()
                .all()
            )
        else:
            names = (
                connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
                .scalars()
                .all()
            )
        counted = {
            n: int(connection.execute(text(f'SELECT count(*) FROM "{n}"')).scalar_one())
            for n in names
            if "_search" not in n
        }
        connection.rollback()
    return {n: c for n, c in counted.items() if n not in ("audit_event", "chain_head")}


@pytest.mark.both_engines
def test_pages_change_nothing(house: dict[str, Any], database: Database) -> None:
    before = state(database)
    for role in ("programme_head", "accountant", "external_auditor", "applicant")[: 4 if WHOLE else 2]:
        for route in routes(house["app"]):
            if route.method == "GET":
                assert checked(house["clients"][role], route) < 500, route.path
    assert state(database) == before


def test_a_foreign_number_looks_like_a_missing_one(house: dict[str, Any]) -> None:
    """404 is the same page for what does not exist and for what lies outside one's scope; the rooms try their own records."""
    browser = house["clients"]["grants_officer"]
    pages = {
        browser.get(r.address(n)).status_code
        for n in (4_000_000, 2**62 - 1)
        for r in routes(house["app"])
        if r.method == "GET" and "{id}" in r.path and r.allows("grants_officer")
    }
    assert pages <= {404}
