"""Every (status, verb) that the law does not hold is refused over HTTP too, to somebody who has the right, and the record stays as it was; the
table of all of them stands beside this file (M13).

The cells come from the rulebook and their doors from the routes: a record of the demo is put in each status and the verb's form is sent, filled in
as its page asks. One cell in eight in the suite; all with PORTFOLIO_WHOLE=1. `python -m tests.rulebook.test_closed_cells` rewrites the table.
"""

from __future__ import annotations

import html
import os
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from portfolio.app import create_app
from portfolio.kit.lifecycle import Lifecycle
from portfolio.origin import Surroundings
from portfolio.rulebook.lifecycles import ALL
from portfolio.rulebook.permissions import GRANTS
from tests import factories
from tests.client import Client, client
from tests.house import crawler
from tests.house.routes import Route, routes

WHOLE = os.environ.get("PORTFOLIO_WHOLE") == "1"
TABLE = Path(__file__).with_name("cells.txt")
TABLES = {"group": "grp", "period": "ledger_period", "exercice": "ledger_exercice", "clock": "ledger_clock"}
"""Nouns whose table has another name."""
ELSEWHERE = {"erasure"}
"""Nouns without a record in the demo."""
TYPED = {"date": "22/11/2026", "textarea": "Parce que la loi le demande ici.", "select": "1", "radio": "1", "checkbox": "1"}


def table() -> list[str]:
    """One line a status of a noun: what may follow and where it leads; everything else is refused. A status nothing follows is final."""
    lines = []
    for noun, cycle in ALL.items():
        verbs = dict.fromkeys(move.verb for move in cycle.moves)
        for state in cycle.states:
            rows = {verb: cycle.find(verb, state.code) for verb in verbs}
            open_ = " ".join(f"{verb}→{row.target}" for verb, row in rows.items() if row) or "final"
            closed = " ".join(verb for verb, row in rows.items() if not row) or "-"
            lines.append(f"{noun} {state.code}: {open_} | refused: {closed}")
    return lines


def test_the_table_is_what_the_code_says() -> None:
    assert TABLE.read_text(encoding="utf-8").splitlines() == table(), "the law changed: read the difference, then rewrite the table"


def door(found: list[Route], cycle: Lifecycle, verb: str) -> Route | None:
    """The route that is this verb of this noun: its last word, behind its permission, on one record."""
    asked = {move.permission for move in cycle.moves if move.verb == verb}
    ours = [route for route in found if route.method == "POST" and set(route.permissions) & asked
            and route.path.endswith("/" + verb.rstrip("_")) and route.path.count("{") == 1]
    return ours[0] if len(ours) == 1 else None


class Doors:
    """The demo portfolio, with somebody of each role who is new to it, and a record of each noun."""

    def __init__(self, demo: Surroundings) -> None:
        self.demo, self.app = demo, create_app(demo)
        self.routes = routes(self.app)
        self._people: dict[str, Client] = {}
        self._asked: dict[str, dict[str, str]] = {}

    def somebody(self, permissions: set[str]) -> Client:
        role = next(role for role, held in GRANTS.items() if held & permissions)
        if role not in self._people:
            self._people[role] = client(self.demo, factories.add_person(self.demo.database, role), app=self.app)
        return self._people[role]

    def put(self, noun: str, status: str) -> int | None:
        """A record of this noun, in this status; None when its columns cannot be so."""
        name = TABLES.get(noun, noun)
        with self.demo.database.session(readonly=False) as session:
            for (number,) in session.execute(text(f'SELECT id FROM "{name}" ORDER BY id LIMIT 40')).all():
                try:
                    session.execute(text(f'UPDATE "{name}" SET status = :status WHERE id = :id'), {"status": status, "id": number})
                    session.commit()
                except DatabaseError:
                    session.rollback()
                    continue
                return int(number)
            session.rollback()
        return None

    def row(self, noun: str, number: int) -> Any:
        with self.demo.database.session(readonly=True) as session:
            found = session.execute(text(f'SELECT * FROM "{TABLES.get(noun, noun)}" WHERE id = :id'), {"id": number}).one()
            session.rollback()
        return tuple(found)

    def press(self, browser: Client, address: str) -> int:
        """The form of this address, sent; what its page says is missing is filled in, and it is sent again."""
        fields = self._asked.setdefault(re.sub(r"\d+", "N", address), {"reason": TYPED["textarea"]})
        for _again in range(3):
            answer = browser.submit(address, fields)
            if answer.status_code != 422:
                break
            for form in crawler.read(address, answer.text).forms:
                if html.unescape(form.action) == address:
                    for name in set(form.kinds) - crawler.CONTROL:
                        kind, given = form.kinds[name], form.fields.get(name, "")
                        fields[name] = given or TYPED.get(kind, "1000" if re.search("amount|number|votes|fee", name) else TYPED["date"])
                    fields.update(dict(list(form.buttons.items())[:1]))
        return int(answer.status_code)


def closed(doors: Doors, each: int) -> tuple[list[str], Counter[int]]:
    """What passed where the law has no row, or changed a record; and how the others were refused. One cell in `each`."""
    wrong: list[str] = []
    answers: Counter[int] = Counter()
    cells = 0
    for noun, cycle in ALL.items():
        for verb in dict.fromkeys(move.verb for move in cycle.moves) if noun not in ELSEWHERE else ():
            route = door(doors.routes, cycle, verb)
            for state in cycle.states if route else ():
                if any(move.verb == verb and state.code in move.source for move in cycle.moves):
                    continue
                cells += 1
                if cells % each or (number := doors.put(noun, state.code)) is None:
                    continue
                assert route is not None
                before = doors.row(noun, number)
                address = re.sub(r"{\w+(?::\w+)?}", str(number), route.path)
                status = doors.press(doors.somebody(set(route.permissions)), address)
                answers[status] += 1
                if status not in (404, 409, 422) or doors.row(noun, number) != before:
                    wrong.append(f"{noun} {state.code}: {verb} by {address}: {status}")
    return wrong, answers


def test_every_closed_cell_is_refused_over_http(demo: Surroundings) -> None:
    wrong, answers = closed(Doors(demo), 1 if WHOLE else 8)
    assert wrong == []
    assert answers.total() > (600 if WHOLE else 75), answers
    assert answers[409] > 0.6 * answers.total(), answers  # told by the law; the others before, by the form or because the record is not theirs to see


def test_the_search_sees_an_engine_that_asks_for_no_status(demo: Surroundings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: when every row of a verb counts whatever the status, acts pass and records change."""
    monkeypatch.setattr(Lifecycle, "find", lambda cycle, verb, _status: cycle.verb(verb))
    wrong, _answers = closed(Doors(demo), 8)
    assert len(wrong) > 3, wrong


def test_nothing_follows_a_final_status() -> None:
    assert [(noun, state.code) for noun, cycle in ALL.items() for state in cycle.states if state.final and list(cycle.open_moves(state.code))] == []


if __name__ == "__main__":
    TABLE.write_text("".join(f"{line}\n" for line in table()), encoding="utf-8")
