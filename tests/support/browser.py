"""A real chromium for the journeys: the machine's own, or Playwright's."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--font-render-hinting=none",
]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
MISSING = "no chromium: sudo apt-get install chromium || python -m playwright install chromium"
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 780}


def find_chromium(own: str) -> str | None:
    """Path of a chromium: $CHROMIUM, one on the PATH, or Playwright's `own` when it was fetched."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    return found or (own if os.path.exists(own) else None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One chromium a worker. Without one: skipped with the line that installs it, failed when CI=true."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = find_chromium(playwright.chromium.executable_path)
        if path is None:
            (pytest.fail if os.environ.get("CI") else pytest.skip)(MISSING)
        running = playwright.chromium.launch(executable_path=path, args=ARGS)
        yield running
        running.close()


def open_context(browser: Browser, **options: Any) -> BrowserContext:
    """A French reader without animations (axe reads colours in the middle of a transition otherwise)."""
    return browser.new_context(
        **{"locale": "fr-FR", "timezone_id": "Africa/Bamako", "reduced_motion": "reduce", "viewport": DESKTOP,
           **options})


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = open_context(browser)
    yield opened
    opened.close()


def watch(page: Page) -> list[str]:
    """Collects what must stay empty: CSP violations and script errors (not the line that a 4xx logs)."""
    seen: list[str] = []
    page.on("console", lambda message: seen.append(f"{page.url}: {message.text}")
            if "Content Security Policy" in message.text else None)
    page.on("pageerror", lambda error: seen.append(f"{page.url}: {error}"))
    return seen
