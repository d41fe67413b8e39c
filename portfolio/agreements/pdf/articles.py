"""The articles of a paper, as its facts hold them: the template filled once, under the fingerprint (I1, F12)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Article = tuple[int, str, list[str], str]


def articles(facts: Mapping[str, Any]) -> list[Article]:
    """Every article in its order: number, title, paragraphs, the table that follows it ("" for none)."""
    return [(a["number"], a["title"], list(a["paragraphs"]), a["table"]) for a in facts["articles"]]
