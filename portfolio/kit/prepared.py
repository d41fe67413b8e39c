"""Statements made once: building a select of ten columns and five joins costs as much as running it (performance.md §3).

Kept by a key that must name everything the statement was made from; forgotten all together when there are too many.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")
MOST = 500
_kept: dict[Hashable, Any] = {}


def kept(key: Hashable | None, make: Callable[[], tuple[T, bool]]) -> T:
    """What was made for this key, or what `make` gives now with whether it may be kept. No key: made anew."""
    if key is not None and (known := _kept.get(key)) is not None:
        return known  # type: ignore[no-any-return]
    made, steady = make()
    if key is not None and steady:
        if len(_kept) >= MOST:
            _kept.clear()
        _kept[key] = made
    return made
