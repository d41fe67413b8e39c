"""Searching words in a folded column, without accents."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement

from portfolio.kit.text import fold


def search_clause(column: Any, text: str) -> ColumnElement[bool] | None:
    """Every word typed must be found in the folded column; None when nothing was typed."""
    words = fold(text[:100]).split()[:6]
    if not words:
        return None
    clause: ColumnElement[bool] = column.contains(words[0], autoescape=True)
    for word in words[1:]:
        clause = clause & column.contains(word, autoescape=True)
    return clause
