"""No event, no change, on every route: whatever form of the demo is sent, what it writes is in one transaction with its event, or nothing is (T05).

Every form that somebody of the demo is shown is sent twice, filled in as its page asks: first while the trail can be written by nobody, when
nothing may change; then as it is. Triggers on every table say what was committed, whoever wrote it. One role in the suite; all with
PORTFOLIO_WHOLE=1.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field

import pytest
from sqlalchemy import text

from portfolio.app import create_app
from portfolio.origin import Surroundings
from portfolio.rulebook.permissions import ROLES
from portfolio.work import Work
from tests.client import Client, client
from tests.house import crawler
from tests.house.routes import Route, routes
from tests.house.test_crawl import one_with
from tests.rulebook.test_closed_cells import TYPED

WHOLE = os.environ.get("PORTFOLIO_WHOLE") == "1"
SENDERS = list(ROLES) if WHOLE else ["grants_officer"]
WITHOUT = {"given_answer", "sign_in", "chain_head"}
"""Tables whose change is no act: the answer kept for the form's key, when somebody was last seen, the head that follows the events."""
NO_ACT = {"accounts.sign_out", "accounts.sign_in"}


def watched(demo: Surroundings) -> None:
    """From now on `written` names each table that a commit changed; and while `muted` holds a row the trail refuses every event."""
    with demo.database.session(readonly=False) as session:
        names = session.execute(text("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")).scalars().all()
        for words in ("CREATE TABLE written (name TEXT PRIMARY KEY)", "CREATE TABLE muted (yes INTEGER)",
                      "CREATE TRIGGER mute BEFORE INSERT ON audit_event WHEN (SELECT count(*) FROM muted) > 0 BEGIN SELECT RAISE(ABORT, 'no trail'); END"):
            session.execute(text(words))
        for name in (n for n in names if "_search" not in n):  # a virtual table has no trigger; it follows its own
            for verb in ("INSERT", "UPDATE", "DELETE"):
                session.execute(text(f'CREATE TRIGGER written_{name}_{verb} AFTER {verb} ON "{name}" BEGIN '
                                     f"INSERT OR IGNORE INTO written VALUES ('{name}'); END"))
        session.commit()


def told(demo: Surroundings, *, muted: bool) -> set[str]:
    """The tables that were changed since the last time; the trail is muted from now on, or is not."""
    with demo.database.session(readonly=False) as session:
        found = set(session.execute(text("SELECT name FROM written")).scalars())
        session.execute(text("DELETE FROM written"))
        session.execute(text("DELETE FROM muted" if not muted else "INSERT INTO muted VALUES (1)"))
        session.commit()
    return found - WITHOUT


@dataclass
class Sent:
    """What came of every form."""

    wrong: list[str] = field(default_factory=list)
    changed: set[str] = field(default_factory=set)
    """Routes that changed something when the trail could be written, with its event."""
    sent: set[str] = field(default_factory=set)


def named(found: list[Route], action: str) -> Route | None:
    path = action.partition("?")[0]
    for route in found:
        if route.method != "GET" and re.fullmatch(re.sub(r"{\w+(?::(\w+))?}", lambda m: r"\d+" if m[1] == "int" else "[^/]+", route.path), path):
            return route
    return None


def filled(browser: Client, form: crawler.FormSeen, demo: Surroundings) -> dict[str, str]:
    """The form as it is drawn, with something in each field that is empty."""
    fields = {n: v for n, v in form.fields.items() if n not in crawler.CONTROL and n not in form.files}
    fields.update(dict(list(form.buttons.items())[:1]))
    for name, kind in form.kinds.items():
        if name in fields and not fields[name] and kind != "hidden":
            fields[name] = TYPED.get(kind, "1000" if re.search("amount|number|votes|fee|minor", name) else "Parce que la loi le demande ici.")
    return fields


def send_all(demo: Surroundings, senders: list[str]) -> Sent:
    """Every form that these roles are shown, once for each route that changed nothing yet."""
    app, result = create_app(demo), Sent()
    found = routes(app)
    watched(demo)
    for role in senders:
        person = one_with(demo, role)
        if person is None:
            continue
        browser = client(demo, person, app=app)
        forms = {f.action: f for page in crawler.walk(browser, each=2 if WHOLE else 1) for f in page.forms if f.method == "post"}
        for action, form in forms.items():
            route = named(found, action)
            if route is None or route.name in NO_ACT or route.name in result.changed:
                continue
            result.sent.add(route.name)
            fields = filled(browser, form, demo)
            told(demo, muted=True)
            answer = browser.submit(action, fields)
            if left := told(demo, muted=False):
                result.wrong.append(f"{action}: {answer.status_code} with no event, and {sorted(left)} changed")
            answer = browser.submit(action, fields)
            left = told(demo, muted=False)
            if left and "audit_event" not in left:
                result.wrong.append(f"{action}: {answer.status_code}, {sorted(left)} changed and nothing is in the trail")
            elif left - {"audit_event"} and answer.status_code < 400:
                result.changed.add(route.name)
    return result


def test_no_form_changes_anything_without_its_event(demo: Surroundings) -> None:
    result = send_all(demo, SENDERS)
    assert result.wrong == []
    assert len(result.changed) > (60 if WHOLE else 9), sorted(result.changed)
    print(f"{len(result.changed)} routes changed something, of {len(result.sent)} whose forms were sent")


def test_the_search_sees_an_act_that_records_nothing(demo: Surroundings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: a product that drops its events changes its tables all the same, and every such route is named."""
    monkeypatch.setattr(Work, "record", lambda *_given, **_more: None)
    monkeypatch.setattr(Work, "_happen", lambda *_given, **_more: None)
    assert send_all(demo, SENDERS[:1]).wrong
