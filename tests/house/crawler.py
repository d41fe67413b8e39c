"""Reads pages as a browser without a script would: links, forms and their fields."""

from __future__ import annotations

import html
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from tests.client import Client

CONTROL = {"csrf_token", "idempotency_key"}
WRITTEN = {"text", "search", "tel", "email", "number", "date", "textarea"}
"""The kinds of fields that somebody writes in by hand."""


@dataclass
class FormSeen:
    """A form of a page: where it goes, how, and what it would send as it stands."""

    action: str
    method: str
    page: str
    fields: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    written: list[tuple[str, str]] = field(default_factory=list)
    files: set[str] = field(default_factory=set)
    buttons: dict[str, str] = field(default_factory=dict)

    @property
    def pattern(self) -> str:
        return pattern_of(self.action)


class _Page(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__(convert_charrefs=True)
        self.address, self.links, self.forms = address, [], []  # type: ignore[var-annotated]
        self._form: FormSeen | None = None
        self._select: str | None = None
        self._area: str | None = None
        self._radio: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {k: v or "" for k, v in attrs}
        if tag == "a" and given.get("href", "").startswith("/"):
            self.links.append(given["href"])
        elif tag == "a" and given.get("href", "").startswith("?"):
            self.links.append(self.address.partition("?")[0] + given["href"])
        elif tag == "form":
            self._form = FormSeen(
                given.get("action") or self.address, given.get("method", "get").lower(), self.address
            )
            self.forms.append(self._form)
        elif self._form is None or "name" not in given:
            if tag == "option" and self._form is not None and self._select:
                if "selected" in given or not self._form.fields.get(self._select):
                    self._form.fields[self._select] = given.get("value", "")
        elif tag == "input":
            kind = given.get("type", "text")
            self._form.kinds[given["name"]] = kind
            if kind in WRITTEN:
                self._form.written.append((given["name"], given.get("value", "")))
            if kind == "file":
                self._form.files.add(given["name"])
            elif kind in ("checkbox", "radio"):
                if "checked" in given or (kind == "radio" and given["name"] not in self._form.fields):
                    self._form.fields[given["name"]] = given.get("value", "on")
            else:
                self._form.fields[given["name"]] = given.get("value", "")
        elif tag == "select":
            self._select = given["name"]
            self._form.kinds[given["name"]] = "select"
            self._form.fields.setdefault(given["name"], "")
        elif tag == "textarea":
            self._area = given["name"]
            self._form.fields[given["name"]] = ""
            self._form.kinds[given["name"]] = "textarea"
        elif tag == "button":
            self._form.buttons[given["name"]] = given.get("value", "")

    def handle_data(self, data: str) -> None:
        if self._form is not None and self._area:
            self._form.fields[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea" and self._form is not None and self._area:
            self._form.written.append((self._area, self._form.fields[self._area]))
            self._area = None


def pattern_of(address: str) -> str:
    """An address with its numbers and codes taken out, so that like pages are counted together."""
    path = address.partition("?")[0].partition("#")[0]
    return re.sub(r"/\d+", "/N", re.sub(r"/[A-Z]{2,5}-\d{4}-\d+(-[A-Z])?", "/REF", path))


def read(address: str, html: str) -> _Page:
    """The links and forms of a page."""
    page = _Page(address)
    page.feed(html)
    return page


def plain(text: str) -> str:
    """Text without what a browser or the product may rightly take away: NUL, line ends of another sort, spaces around."""
    return " ".join(text.replace("\x00", "").split())


def shown(action: str, page: str) -> set[tuple[str, str]]:
    """What stands in the written fields of the forms that go to this address, and in the text handed back to be copied.
    Only those parts are read: a whole page takes longer to read than to answer."""
    found = set()
    for part in re.finditer(r"<form\b[^>]*>.*?</form>|<section[^>]* id=\"typed\">.*?</section>", page, re.DOTALL):
        start = part[0].partition(">")[0]
        if "<section" in start:
            text = f'<form method="post">{part[0]}</form>'
        elif html.escape(action.partition("?")[0]) in start:
            text = part[0]
        else:
            continue
        for form in read(action, text).forms:
            found |= {(name, plain(value)) for name, value in form.written}
    return found


@dataclass
class Seen:
    """One page that was opened."""

    address: str
    status: int
    kind: str
    size: int
    forms: list[FormSeen]
    html: str


def walk(browser: Client, *, start: str = "/", each: int = 2, most: int = 400) -> Iterator[Seen]:
    """Every page that can be reached by links from `start`, at most `each` of a pattern."""
    waiting, opened, counts = deque([start]), set(), {}  # type: ignore[var-annotated]
    while waiting and len(opened) < most:
        address = waiting.popleft().partition("#")[0]
        pattern = pattern_of(address) + ("?" if "?" in address else "")
        if address in opened or counts.get(pattern, 0) >= each or address.startswith("/static/"):
            continue
        opened.add(address)
        counts[pattern] = counts.get(pattern, 0) + 1
        answer = browser.get(address)
        kind = answer.headers.get("content-type", "")
        html = answer.text if "html" in kind else ""
        page = read(address, html) if html else None
        yield Seen(address, answer.status_code, kind, len(answer.content), page.forms if page else [], html)
        waiting.extend(page.links if page else [])
