"""The demo portfolio walked through by every role: no dead link, no button that leads to a refusal, no heavy page, no fault under nonsense."""

from __future__ import annotations

import gzip
import os
import random

import pytest
from sqlalchemy import select

from portfolio.accounts.models import Person, RoleAssignment
from portfolio.origin import Surroundings
from portfolio.rulebook.permissions import ROLES
from tests.client import Client, client
from tests.house import crawler

WALKERS = [r for r in ROLES if r != "administrator"] + ["administrator"]
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
def test_no_link_of_any_page_is_dead(demo: Surroundings, role: str) -> None:
    wrong = [f"{p.address}: {p.status}" for p in crawler.walk(browser_of(demo, role)) if p.status >= 400]
    assert wrong == []


@pytest.mark.postgresql
@pytest.mark.parametrize("role", ["grants_officer", "accountant", "external_auditor"])
def test_no_link_of_any_page_is_dead_on_postgresql(demo: Surroundings, role: str) -> None:
    wrong = [f"{p.address}: {p.status}" for p in crawler.walk(browser_of(demo, role)) if p.status >= 400]
    assert wrong == []


@pytest.mark.parametrize("role", ["grants_officer", "external_auditor", "accountant"])
def test_pages_are_light(demo: Surroundings, role: str) -> None:
    heavy = {}
    for page in crawler.walk(browser_of(demo, role)):
        weight = len(gzip.compress(page.html.encode(), 4))
        if weight > PAGE_LIMIT:
            heavy[page.address] = weight
    assert heavy == {}


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
    """Every form that the role meets, a field at a time replaced by nonsense: never a fault. (The rooms try that typed text is kept.)"""
    browser = browser_of(demo, role)
    whole = os.environ.get("PORTFOLIO_WHOLE") == "1"
    pick = random.Random(f"{role}-1")
    forms = {}
    for page in crawler.walk(browser, each=2 if whole else 1):
        for form in page.forms:
            if form.method == "post" and "sign-out" not in form.action and "/views" not in form.action:
                forms.setdefault((form.pattern, tuple(sorted(form.fields))), form)
    wrong, posts = [], 0
    for form in forms.values():
        names = [n for n in form.fields if n not in crawler.CONTROL]
        for name in names or [""]:
            for value in NONSENSE if whole else pick.sample(NONSENSE, 2):
                fields = {n: v for n, v in form.fields.items() if n not in crawler.CONTROL}
                if name:
                    fields[name] = value.encode("utf-8", "replace").decode()
                answer = browser.submit(form.action, fields)
                posts += 1
                if answer.status_code >= 500:
                    wrong.append(f"{form.action} {name}={value[:30]!r}: {answer.status_code}")
    assert wrong == [], f"{len(wrong)} of {posts}"
