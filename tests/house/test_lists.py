"""Every list asks the database the same few questions, whatever it shows: literal counts, at one row, at three and at a full page."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from portfolio.app import create_app
from portfolio.origin import Surroundings
from portfolio.web import listing
from portfolio.web.urls import url
from tests.client import Client, client
from tests.house.lists import EXPECTED
from tests.house.test_crawl import one_with


def test_every_declared_list_is_counted() -> None:
    """A list that is added must be added to `tests/house/lists.py` too."""
    from portfolio.app import load_rooms

    load_rooms()
    declared = {url(each.route) for each in listing.DECLARED}
    assert len(declared) > 20
    assert declared - {address.partition("?")[0] for address in EXPECTED} == set()


def test_lists_ask_the_database_few_times(demo: Surroundings, monkeypatch: pytest.MonkeyPatch) -> None:
    app = create_app(demo)
    browsers: dict[str, Client] = {}
    asked: list[str] = []
    event.listen(
        demo.database.engine, "before_cursor_execute", lambda _c, _cur, statement, *_rest: asked.append(statement)
    )
    counted: dict[str, set[int]] = {}
    for rows in (1, 3, 50):
        monkeypatch.setattr(listing, "SIZES", (rows, rows))
        for address, (role, _number) in EXPECTED.items():
            if role not in browsers:
                browsers[role] = client(demo, one_with(demo, role), app=app)
                browsers[role].get("/accounts/mine")  # what is read once a process, and last seen
            asked.clear()
            assert browsers[role].get(address).status_code == 200, address
            number = len([s for s in asked if not s.startswith(("PRAGMA", "BEGIN"))])
            counted.setdefault(address, set()).add(number)
    assert counted == {address: {number} for address, (_role, number) in EXPECTED.items()}
    assert max(number for _role, number in EXPECTED.values()) <= 9
