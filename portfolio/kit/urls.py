"""Addresses by route name. Routes register themselves when they are declared; `url` needs no request."""

from __future__ import annotations

import re
from urllib.parse import urlencode

_PATHS: dict[str, str] = {}
_PLACE = re.compile(r"{(\w+)(?::\w+)?}")


def register(name: str, path: str) -> None:
    """Remember the address of a named route. A name has one address."""
    known = _PATHS.setdefault(name, path)
    if known != path:
        raise ValueError(f"{name} is both {known} and {path}")


def url(name: str, **values: object) -> str:
    """The address of a route: its path parameters filled, the rest as a query string (None left out)."""
    path = _PATHS[name]
    wanted = set(_PLACE.findall(path))
    filled = _PLACE.sub(lambda m: str(values[m[1]]), path)
    rest = {k: v for k, v in values.items() if k not in wanted and v is not None}
    return f"{filled}?{urlencode(rest)}" if rest else filled


def safe_next(target: str | None) -> str:
    """A local address to go back to, or the home page: never another origin (W06)."""
    if target and re.fullmatch(r"/(?![/\\])[^\\\x00-\x20]*", target) and len(target) < 500:
        return target
    return "/"


def known(name: str) -> bool:
    """Whether a route of this name exists."""
    return name in _PATHS
