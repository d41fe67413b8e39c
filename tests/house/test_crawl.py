"""The demo portfolio walked through by every role: no dead link, no button that leads to a refusal, no heavy page, no fault under nonsense."""

from __future__ import annotations

import gzip
import html
import os
import random
import re
from typing import Any

import pytest
from sqlalchemy import func, select

from portfolio.accounts.models import Person, RoleAssignment
from portfolio.audit.models import AuditEvent
from portfolio.kit.forms import UNKNOWN_FIELD
from portfolio.kit.i18n import gettext
from portfolio.origin import Surroundings
from portfolio.rulebook.permissions import ROLES
from tests.client import Client, client
from tests.house import crawler

WALKERS = [r for r in ROLES if r != "administrator"] + ["administrator"]
WHOLE = os.environ.get("PORTFOLIO_WHOLE") == "1"
TWICE = ("grants_officer", "accountant")
"""Who open two pages of each pattern; the others one, and all two when PORTFOLIO_WHOLE=1."""
TRIED: set[object] = set()
"""Forms that another role has filled with nonsense already, in this process; each role fills its own when PORTFOLIO_WHOLE=1."""
PAGE_LIMIT = 15_000
NONSENSE = (
    "",
    " ",
    "x" * 20_000,
    "\x00",
    "a\x00b",
    "\ud800",
    "😀" * 50,
    "\u202etxt.exe\u202c",
    "1 250 000,50",
    "1.250.000",
    "1e3",
    "-5",
    "0",
    "٣٤",
    "9" * 40,
    "0000-00-00",
    "9999-12-31",
    "31/02/2026",
    "2026-13-45",
    "<script>alert(1)</script>",
    "' OR 1=1 --",
    "{{ 7*7 }}",
    "%s%n",
    "../../etc/passwd",
    "NaN",
    "Infinity",
    "true",
    "[]",
    "null",
    "\r\nSet-Cookie: x=1",
)


def one_with(demo: Surroundings, role: str) -> int | None:
    """Somebody of the demo who holds the role in their own name."""
    with demo.database.session(readonly=True) as session:
        statement = (
            select(Person.id)
            .join(RoleAssignment, RoleAssignment.person_id == Person.id)
            .where(RoleAssignment.role == role, RoleAssignment.kind == "own")
            .order_by(Person.id)
        )
        found = session.scalars(statement).first()
        session.rollback()
        return found


def browser_of(demo: Surroundings, role: str) -> Client:
    person = one_with(demo, role)
    if person is None:
        pytest.skip(f"nobody of the demo is {role}")
    return client(demo, person)


@pytest.mark.parametrize("role", WALKERS)
def test_no_link_of_any_page_is_dead_and_no_page_is_heavy(demo: Surroundings, role: str) -> None:
    dead, heavy = [], {}
    for page in crawler.walk(browser_of(demo, role), each=2 if WHOLE or role in TWICE else 1):
        if page.status >= 400:
            dead.append(f"{page.address}: {page.status}")
        weight = len(gzip.compress(page.html.encode(), 4))
        if weight > PAGE_LIMIT:
            heavy[page.address] = weight
    assert dead == [] and heavy == {}


@pytest.mark.postgresql
@pytest.mark.parametrize("role", ["grants_officer", "accountant"])
def test_no_link_of_any_page_is_dead_on_postgresql(demo: Surroundings, role: str) -> None:
    wrong = [f"{p.address}: {p.status}" for p in crawler.walk(browser_of(demo, role), each=2 if WHOLE else 1) if p.status >= 400]
    assert wrong == []


def test_english_is_complete_enough_to_be_read(demo: Surroundings) -> None:
    browser = browser_of(demo, "grants_officer")
    browser.cookies.set("portfolio-language", "en")
    wrong = [f"{p.address}: {p.status}" for p in crawler.walk(browser, each=1) if p.status >= 400]
    assert wrong == []


@pytest.mark.parametrize(
    "role",
    [
        "grants_officer",
        "programme_head",
        "committee_secretary",
        "accountant",
        "authorising_officer",
        "procurement_officer",
        "applicant",
        "intake_agent",
        "assessor",
    ],
)
def test_nonsense_in_any_form_gets_a_sentence(demo: Surroundings, role: str) -> None:
    """Every form that the role meets, a field at a time replaced by nonsense: never a fault; a refusal is a sentence on a page
    that still holds everything written by hand; and a field that the form does not have is refused, with nothing changed."""
    browser = browser_of(demo, role)
    pick = random.Random(f"{role}-1")
    forms = {}
    for page in crawler.walk(browser, each=2 if WHOLE else 1):
        for form in page.forms:
            if form.method == "post" and "sign-out" not in form.action and "/views" not in form.action:
                forms.setdefault((form.pattern, tuple(sorted(form.fields))), form)
    wrong, posts = [], 0
    for key, form in forms.items():
        if key in TRIED and not WHOLE:
            continue
        TRIED.add(key)
        clicked = dict(list(form.buttons.items())[:1])
        drawn = {n: v for n, v in {**form.fields, **clicked}.items() if n not in crawler.CONTROL}
        before = kept_events(demo)
        answer = browser.submit(form.action, {**drawn, "planted_field": "1"})
        if not 400 <= answer.status_code < 500:
            wrong.append(f"{form.action}: an unknown field was taken ({answer.status_code})")
        elif kept_events(demo) != before:
            wrong.append(f"{form.action}: refused for its unknown field, and yet something changed")
        for name in drawn or [""]:
            for value in NONSENSE if WHOLE else pick.sample(NONSENSE, 1):
                fields = dict(drawn)
                if name:
                    fields[name] = value.encode("utf-8", "replace").decode()
                answer = browser.submit(form.action, fields)
                posts += 1
                fault = fault_of(form, fields, answer)
                if fault:
                    wrong.append(f"{form.action} {name}={value[:30]!r}: {answer.status_code} {fault}")
    assert wrong == [], f"{len(wrong)} of {posts}: " + "\n".join(wrong)


def kept_events(demo: Surroundings) -> int:
    """How many events are kept, refusals of access left out: they are meant to leave a trace."""
    with demo.database.session(readonly=True) as session:
        number = session.scalar(select(func.count()).where(AuditEvent.event != "access:refused"))
        session.rollback()
    return int(number or 0)


def fault_of(form: crawler.FormSeen, fields: dict[str, str], answer: Any) -> str:
    """What is wrong with this answer to a form of ours, or nothing."""
    status, text = answer.status_code, answer.text
    if status >= 500:
        return "a fault"
    if status < 400:
        return ""
    if html.escape(gettext(UNKNOWN_FIELD)) in text or gettext(UNKNOWN_FIELD) in text:
        return "the product refuses a field of its own form"
    if status == 403:
        return "a form drawn for somebody who may not send it"
    if status != 404 and not re.search(r'class="(error-summary|refusal-box)"', text):
        return "no sentence"
    shown = crawler.shown(form.action, text)
    lost = [
        name
        for name, value in fields.items()
        if form.kinds.get(name) in crawler.WRITTEN
        and crawler.plain(value)
        and (name, crawler.plain(value)) not in shown
    ]
    return f"typed text lost: {lost}" if lost else ""
