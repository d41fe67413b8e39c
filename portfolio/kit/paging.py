"""Keyset pages: they cost the same at a thousand and at a million rows (performance.md §1).

A cursor holds the sort values of the row at the edge; it is readable, not secret, and anything malformed is simply ignored.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, literal, or_, tuple_

SIZE = 50
COUNT_CAP = 1000


@dataclass(frozen=True)
class Key:
    """One sort key: a column that is never NULL, its place in the row, and its direction."""

    column: ColumnElement[Any]
    index: int
    descending: bool = False


@dataclass(frozen=True)
class Slice:
    """The rows of one page and the cursors around it."""

    rows: list[Any]
    after: str | None
    before: str | None


def encode(values: Sequence[object]) -> str:
    """Sort values → an opaque word for an address."""

    def plain(value: object) -> object:
        if isinstance(value, datetime):
            return {"t": value.astimezone(UTC).isoformat()}
        if isinstance(value, date):
            return {"d": value.isoformat()}
        return value

    raw = json.dumps([plain(v) for v in values], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def decode(word: str, length: int) -> list[Any] | None:
    """The sort values again, or None when the word is not one of ours."""
    try:
        raw = json.loads(base64.urlsafe_b64decode(word + "=" * (-len(word) % 4)))
        values = [
            datetime.fromisoformat(v["t"])
            if isinstance(v, dict) and "t" in v
            else date.fromisoformat(v["d"])
            if isinstance(v, dict)
            else v
            for v in raw
        ]
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    return values if len(values) == len(keys_ok(values)) == length else None


def keys_ok(values: list[Any]) -> list[Any]:
    """Only the types a cursor may hold."""
    return [
        v
        for v in values
        if isinstance(v, str | int | date | datetime) and not (isinstance(v, int) and abs(v) > 2**62)
    ]


def beyond(keys: Sequence[Key], values: Sequence[Any], *, backwards: bool) -> ColumnElement[bool]:
    """The rows strictly after (or before) these sort values. Keys of one direction are compared as a row, which both engines
    seek in an index; written with OR, SQLite reads the index from its start (23 ms at the fifth of 100,000 rows)."""
    down = {key.descending != backwards for key in keys}
    if len(down) == 1:
        edge = tuple_(*(_bound(v, k.column) for k, v in zip(keys, values, strict=True)))
        row = tuple_(*(k.column for k in keys))
        return row < edge if down.pop() else row > edge
    return _beyond_mixed(keys, values, backwards=backwards)


def edge(keys: Sequence[Key]) -> list[BindParameter[Any]]:
    """Parameters `edge_0`, `edge_1`… that stand for the sort values, for a statement made once."""
    return [bindparam(f"edge_{n}", type_=key.column.type) for n, key in enumerate(keys)]


def _bound(value: Any, column: ColumnElement[Any]) -> BindParameter[Any]:
    return value if isinstance(value, BindParameter) else literal(value, column.type)


def _beyond_mixed(keys: Sequence[Key], values: Sequence[Any], *, backwards: bool) -> ColumnElement[bool]:
    clauses = []
    for i, key in enumerate(keys):
        same = [k.column == v for k, v in zip(keys[:i], values[:i], strict=True)]
        down = key.descending != backwards
        clauses.append(and_(*same, key.column < values[i] if down else key.column > values[i]))
    return or_(*clauses)


def ordered(statement: Select[Any], keys: Sequence[Key], *, backwards: bool = False) -> Select[Any]:
    """The statement in key order."""
    return statement.order_by(
        *(k.column.desc() if k.descending != backwards else k.column.asc() for k in keys)
    )


def cut(rows: Sequence[Any], keys: Sequence[Key], size: int, *, backwards: bool, cursor: bool) -> Slice:
    """Turn `size + 1` fetched rows into a page with its cursors."""
    more = len(rows) > size
    kept = list(rows[:size])
    if backwards:
        kept.reverse()
    if not kept:
        return Slice([], None, None)
    edge = [encode([row[k.index] for k in keys]) for row in (kept[0], kept[-1])]
    has_before = more if backwards else cursor
    has_after = cursor if backwards else more
    return Slice(kept, edge[1] if has_after else None, edge[0] if has_before else None)
