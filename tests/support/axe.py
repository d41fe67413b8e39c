"""axe-core on the page that is open. `evaluate` passes the product's CSP; a script tag would not."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

SOURCE = Path(__file__).parent.parent / "vendor" / "axe.min.js"  # axe-core 4.14.1, MPL-2.0
_RUN = """async (colours) => (await axe.run(document, {resultTypes: ['violations'], preload: false,
        rules: {'color-contrast': {enabled: colours}}})).violations
    .map(v => [`${v.id} (${v.impact}): ${v.help}`,
        ...v.nodes.map(n => '  ' + n.target.join(' '))].join('\\n'))"""


def violations(page: Page, *, colours: bool = True) -> list[str]:
    """One line a broken rule, with the selectors of the elements that break it; empty when all is well. Half the time goes to the contrast of
    colours: without `colours` for a page already looked at on a screen of another width, whose colours are the same."""
    if not page.evaluate("typeof axe !== 'undefined'"):
        page.evaluate(SOURCE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(_RUN, colours)
    return [f"{page.url}: {line}" for line in found]
