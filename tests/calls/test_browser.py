"""The pages of calls and groups in a real chromium: nothing wider than the screen, no rule of accessibility or of the policy broken."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn

from portfolio.app import create_app
from portfolio.calls import service
from portfolio.calls.forms import QuestionForm
from portfolio.calls.models import Call
from portfolio.kit.db import Database
from tests.calls import making
from tests.client import signed_in
from tests.groups import making as groups
from tests.support import axe
from tests.support.browser import DESKTOP, PHONE, open_context, watch
from tests.support.server import free_port

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SECTIONS = ("identity", "money", "calendar", "applicants", "pieces", "grid", "objectives")


@pytest.mark.e2e
@pytest.mark.slow
def test_pages_hold_on_both_screens(database: Database, browser: Browser) -> None:
    published = making.published(database)
    draft = making.draft(database, code="AAP-2026-09", line="F1-AAP27", without="grid")
    waiting = making.sent(database, code="AAP-2026-08")
    with groups.acting(database, "assessor") as work:
        service.ask(
            work,
            work.db.get_one(Call, published),
            QuestionForm(text="Une union peut-elle déposer pour ses membres ?"),
        )
    group = groups.verified(database)
    groups.register(database, name="Groupement Ben Kadi", confirmed=True)
    account = groups.account(database, group, holder="Mariam Guindo")
    around = groups.house(database, making.at(making.OPENS))
    port = free_port()
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(around, hosts=frozenset({f"127.0.0.1:{port}", "127.0.0.1"})),
            port=port,
            log_level="warning",
        )
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    pages: dict[str | None, list[str]] = {
        "grants_officer": ["/calls", f"/calls/{published}", f"/calls/{draft}/review", "/calls/new", *(f"/calls/{draft}/edit/{s}" for s in SECTIONS),
                           "/groups", "/groups/new", f"/groups/{group}", f"/groups/{group}/officers/new", f"/groups/{group}/accounts/new"],
        "programme_head": [f"/calls/{waiting}/publish", f"/calls/{published}/amend", f"/groups/accounts/{account}"],
        None: ["/public/calls", f"/public/calls/{published}", "/public/register"],
    }  # fmt: skip
    faults: list[Any] = []
    try:
        for role, addresses in pages.items():
            for viewport in (DESKTOP, PHONE):
                context = open_context(browser, viewport=viewport)
                if role:
                    token = signed_in(around, groups.person_of(database, role))
                    context.add_cookies(
                        [
                            {
                                "name": "__Host-portfolio",
                                "value": token,
                                "url": f"https://127.0.0.1:{port}",
                                "secure": True,
                            }
                        ]
                    )
                page = context.new_page()
                seen = watch(page)
                for address in addresses:
                    answer = page.goto(f"http://127.0.0.1:{port}{address}")
                    assert answer is not None and answer.status == 200, address
                    if page.evaluate("document.documentElement.scrollWidth") > viewport["width"]:
                        faults.append(f"{address} is wider than {viewport['width']}")
                    faults += axe.violations(page, colours=viewport is DESKTOP)
                faults += seen
                context.close()
    finally:
        server.should_exit = True
        thread.join(timeout=20)
    assert faults == []
