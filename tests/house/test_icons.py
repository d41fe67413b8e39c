"""Every icon that is asked for is in the sprite."""

from __future__ import annotations

import re
from pathlib import Path

from portfolio.app import MENU

ROOT = Path(__file__).parents[2]


def test_every_icon_exists() -> None:
    known = set(re.findall(r'symbol id="([\w-]+)"', (ROOT / "static" / "icons.svg").read_text()))
    asked = {entry.icon for entry in MENU}
    for path in (ROOT / "templates").rglob("*.html"):
        words = path.read_text()
        asked |= set(re.findall(r'ui\.icon\("([\w-]+)"', words)) | set(re.findall(r'icon="([\w-]+)"', words))
    assert asked <= known, sorted(asked - known)
