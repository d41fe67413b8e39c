"""People walking through the product in a real chromium: each in a window of their own, with a script or without one.

Every page that is opened is looked at, at 1280 and at 360 px, once per address pattern and once more in each state that shows other forms or tables:
no accessibility violation (axe; at 360 px once per pattern), no CSP violation, nothing in the console, no sideways scroll.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.support import axe
from tests.support.browser import DESKTOP, PHONE, open_context, watch

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Response

PATIENCE = 30_000
"""Milliseconds a page may take on a busy machine."""
SHOTS = os.environ.get("PORTFOLIO_SHOTS")
"""A folder where a picture of every page that is looked at is kept, at both widths, for the eye."""
_SHAPE = """() => [...document.querySelectorAll('main form, main h1, main table.grid, main .refusal-box, main .empty')]
    .map(e => e.matches('form') ? e.getAttribute('action') : e.matches('h1') ? '' : e.className).join(' ')"""
WINDOWS = 40
"""Windows kept open at the same time, more than there are people: opening one costs as much as ten pages."""
PASSWORD = "un baobab dans la cour"


@dataclass
class Walk:
    """One journey: the product's address, and what was seen on the way."""

    browser: Browser
    address: str
    scripts: bool = True
    look: bool = True
    seen: set[str] = field(default_factory=set)
    patterns: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    people: dict[str, Person] = field(default_factory=dict)

    def person(self, email: str, password: str = PASSWORD) -> Person:
        """Somebody in their own window, the same each time; who signs in when the product asks. The window unused for longest is closed
        when there are too many."""
        found = self.people.pop(email, None) or Person(self, email, password)
        self.people[email] = found
        if len(self.people) > WINDOWS:
            self.people.pop(next(iter(self.people))).context.close()
        return found

    def close(self) -> None:
        """Close every window."""
        for person in self.people.values():
            person.context.close()
        self.people.clear()

    def visitor(self) -> Person:
        """Somebody who has no account."""
        return Person(self, "")


class Person:
    """A window. Fields are found by their label, buttons and links by their words."""

    def __init__(self, walk: Walk, email: str, password: str = "") -> None:
        self.walk, self.email, self._password = walk, email, password
        self.context = open_context(walk.browser, java_script_enabled=walk.scripts, accept_downloads=True)
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.violations = watch(self.page)
        self.page.on("console", self._heard)
        self.page.on("response", self._answered)

    def go(self, path: str) -> Person:
        """Open an address of the product; signing in on the way when the product asks who this is."""
        answer = self.page.goto(self.walk.address + path if path.startswith("/") else path)
        assert answer is not None and answer.status < 500, f"{path}: {answer and answer.status}"
        self._look()
        if self._password and self.path.startswith("/accounts/sign-in"):
            self.fill("Adresse électronique", self.email).fill("Mot de passe", self._password).press("Se connecter")
        return self

    def follow(self, words: str | re.Pattern[str], nth: int = 0) -> Person:
        """Click a link of the page (not of the menu when both have it); one of a folded group of the menu is unfolded first."""
        words = worded(words)
        link = self.page.locator("main").get_by_role("link", name=words)
        link = (link if link.count() else self.page.get_by_role("link", name=words, include_hidden=True)).nth(nth)
        self._unfold(link)
        link.click()
        return self._arrived()

    def open_row(self, words: str) -> Person:
        """Click the first link of the row of a table that holds these words."""
        self.page.locator("main table tbody tr", has_text=worded(words)).first.get_by_role("link").first.click()
        return self._arrived()

    def press(self, words: str | re.Pattern[str], within: Locator | None = None, nth: int = 0) -> Person:
        """Press a button; one folded away (an act that asks its reason) is unfolded first."""
        scope = within or self.page.locator("body")
        button = scope.get_by_role("button", name=worded(words), include_hidden=True).nth(nth)
        self._unfold(button)
        return self._click(button)

    def act(self, words: str, reason: str | None = None) -> Person:
        """Do one of the record's acts; with a reason when it asks for one."""
        if reason is None:
            return self.press(words)
        box = self.page.locator("details.act", has=self.page.locator("summary", has_text=words)).first
        box.locator("summary").click()
        box.locator("textarea").first.fill(reason)
        return self._click(box.get_by_role("button", name=words).first)

    def fill(self, label: str, value: str, nth: int = 0) -> Person:
        self.page.get_by_label(label).nth(nth).fill(value)
        return self

    def choose(self, label: str, value: str, nth: int = 0) -> Person:
        """Choose an option by its words (a part is enough)."""
        box = self.page.get_by_label(label).nth(nth)
        wanted = box.locator("option", has_text=value).first
        box.select_option(value=wanted.get_attribute("value") or "")
        return self

    def write(self, fields: Mapping[str, str | bool], form: str = "") -> Person:
        """Fill the fields of these names in the form that posts to an address holding `form`: text typed, choices by their code or words.

        What is folded away is unfolded first; a tick box takes True or False, or the value of the box to tick.
        """
        scope = self.page.locator(f'form[action*="{form}"]' if form else "main").first
        for name, value in fields.items():
            boxes = scope.locator(f'[name="{name}"]:not([type="hidden"])')
            box = boxes.first
            self._unfold(box)
            kind = str(box.evaluate("e => e.tagName === 'INPUT' ? e.type : e.tagName"))
            if kind in ("radio", "checkbox") and isinstance(value, str):
                chosen = scope.locator(f'[name="{name}"][value="{value}"]')
                self._unfold(chosen)
                chosen.check()
            elif kind == "checkbox":
                box.set_checked(bool(value))
            elif kind == "SELECT":
                exact = box.locator(f'option[value="{value}"]')
                wanted = exact if exact.count() else box.locator("option", has_text=str(value))
                box.select_option(value=wanted.first.get_attribute("value") or "")
            elif kind == "file":
                box.set_input_files(str(value))
            else:
                box.fill(str(value))
        return self

    def _unfold(self, box: Locator) -> None:
        for folded in reversed(box.locator("xpath=ancestor::details[not(@open)]").all()):
            folded.locator("summary").first.click()

    def send(self, form: str, words: str | re.Pattern[str] | None = None) -> Person:
        """Press the button of the form that posts to an address holding `form`: the one that says `words`, else the first."""
        scope = self.page.locator(f'form[action*="{form}"]').first
        button = scope.get_by_role("button", name=worded(words), include_hidden=True) if words else scope.locator('button[type="submit"]')
        self._unfold(button.first)
        return self._click(button.first)

    def tick(self, label: str, nth: int = 0) -> Person:
        box = self.page.get_by_label(worded(label)).nth(nth)
        self._unfold(box)
        box.check()
        return self

    def attach(self, label: str, path: Path) -> Person:
        self.page.get_by_label(label).first.set_input_files(str(path))
        return self

    def sees(self, *words: str) -> Person:
        """Each of these stands on the page, spaces of any kind being one."""
        text = plain(self.page.locator("body").inner_text())
        for wanted in words:
            assert plain(wanted) in text, f"{self.page.url}: « {wanted} » is missing in:\n{text[:3000]}"
        return self

    def does_not_see(self, *words: str) -> Person:
        text = plain(self.page.locator("body").inner_text())
        for unwanted in words:
            assert plain(unwanted) not in text, f"{self.page.url}: « {unwanted} » is there"
        return self

    def is_not_offered(self, *words: str) -> Person:
        """No button or link says this, folded or not: the page may name the next step and who can act, but not hand it to this person."""
        for unwanted in words:
            for role in ("button", "link"):
                found = self.page.locator("main").get_by_role(role, name=worded(unwanted), include_hidden=True)  # type: ignore[arg-type]
                assert not found.count(), f"{self.page.url}: « {unwanted} » is offered"
            assert not self.page.locator("main details.act summary", has_text=worded(unwanted)).count(), f"{self.page.url}: « {unwanted} » is offered"
        return self

    def download(self, path: str) -> bytes:
        """The bytes behind an address, with this window's cookies."""
        answer: Any = self.context.request.get(self.walk.address + path)
        assert answer.ok, f"{path}: {answer.status}"
        return bytes(answer.body())

    @property
    def path(self) -> str:
        return self.page.url.removeprefix(self.walk.address)

    def _click(self, button: Locator) -> Person:
        """Press it and wait for the page that answers: a form may first wait for its draft to be kept."""
        with self.page.expect_navigation(wait_until="load"):
            button.click()
        return self._arrived()

    def _arrived(self) -> Person:
        self.page.wait_for_load_state("load")
        title = self.page.title()
        assert "erreur interne" not in title.lower() and "incident" not in title.lower(), f"{self.page.url}: {title}"
        self._look()
        return self

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.violations.append(f"{self.page.url}: {message.text}")

    def _answered(self, response: Response) -> None:
        if response.status >= 500 or (response.status >= 400 and "/static/" in response.url):
            self.violations.append(f"{response.url}: {response.status}")

    def _look(self) -> None:
        assert not self.violations, self.violations
        if not self.walk.look or not self.walk.scripts or not self.page.url.startswith(self.walk.address):
            return
        if self.page.evaluate("document.contentType") != "text/html":
            return  # a paper in the browser's own reader
        pattern = re.sub(r"\d+", "N", re.split(r"[?#]", self.path)[0])
        parts = set(re.sub(r"[0-9]+", "N", self.page.evaluate(_SHAPE)).split())
        shape = " ".join((pattern, *sorted(parts)))
        if shape in self.walk.seen:
            return
        self.walk.seen.add(shape)
        first = pattern not in self.walk.patterns
        self.walk.patterns.add(pattern)
        for size in (DESKTOP, PHONE):
            self.page.set_viewport_size(size)  # type: ignore[arg-type]
            if SHOTS:
                name = f"{len(self.walk.seen):03d}{pattern.replace('/', '-')}-{size['width']}.png"
                self.page.screenshot(path=Path(SHOTS) / name, full_page=True)
            wide = self.page.evaluate("document.documentElement.scrollWidth")
            if wide > size["width"]:
                self.walk.faults.append(f"{pattern}: {wide} px wide at {size['width']}")
            if first or size is DESKTOP:
                found = axe.violations(self.page, colours=size is DESKTOP)
                self.walk.faults += [f"{pattern} at {size['width']}: {fault}" for fault in found]
        self.page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]


def plain(text: str) -> str:
    """Text with every kind of space as one, and one kind of apostrophe."""
    return re.sub(r"[\s\u00a0\u202f\u2009]+", " ", text).replace("’", "'")


def worded(words: str | re.Pattern[str]) -> re.Pattern[str]:
    """What finds these words whatever their spaces and apostrophes."""
    if not isinstance(words, str):
        return words
    return re.compile(re.escape(words).replace("\\ ", r"\s+").replace("'", "['’]"), re.IGNORECASE)
