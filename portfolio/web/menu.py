"""The main menu: what somebody may open, side by side while one line holds it, under a few words beyond."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace

from portfolio.kit import i18n
from portfolio.rulebook.permissions import GRANTS
from portfolio.web.urls import known, url


@dataclass(frozen=True)
class NavItem:
    """An entry of a menu."""

    label: str
    url: str
    icon: str = ""
    current: bool = False
    code: str = ""


@dataclass(frozen=True)
class NavGroup:
    """Entries of the menu under one word, opened at a press; current when the page is one of them."""

    label: str
    items: tuple[NavItem, ...]
    current: bool = False


@dataclass(frozen=True)
class NavEntry:
    """A menu entry before it is drawn: shown to who holds one of the permissions, under its group when the menu is long."""

    label: str
    route: str
    icon: str
    permissions: tuple[str, ...]
    group: str = ""
    minor: bool = False
    """A page that others lead to as well: only in a group, never among the few entries of a short menu."""


Menu = tuple[NavItem | NavGroup, ...]
NAV: list[NavEntry] = []
"""Filled by `create_app`: the only place that lists every room."""
ONE_LINE = 8
"""Entries that one line of a screen of 1280 px holds."""


@functools.lru_cache(maxsize=200)
def menu_of(roles: frozenset[str], _locale: str) -> Menu:
    """The menu of somebody with these roles: a group of one entry is that entry."""
    held = frozenset(permission for role in roles for permission in GRANTS[role])
    entries = [entry for entry in NAV if known(entry.route) and held.intersection(entry.permissions)]
    major = [entry for entry in entries if not entry.minor]
    if len(major) <= ONE_LINE:
        return tuple(_item(entry) for entry in major)
    grouped: dict[str, list[NavEntry]] = {}
    for entry in entries:
        grouped.setdefault(entry.group or entry.route, []).append(entry)
    return tuple(
        NavGroup(i18n.gettext(members[0].group), tuple(_item(entry) for entry in members))
        if len(members) > 1
        else _item(members[0])
        for members in grouped.values()
    )


def _item(entry: NavEntry) -> NavItem:
    return NavItem(i18n.gettext(entry.label), url(entry.route), entry.icon)


def menu_here(menu: Menu, path: str) -> Menu:
    """The menu with the entry of this page marked, and its group: the longest address that the path is under."""
    every = [item for part in menu for item in (part.items if isinstance(part, NavGroup) else (part,))]
    under = [i.url for i in every if path == i.url or (i.url != "/" and path.startswith(f"{i.url}/"))]
    here = max(under, key=len, default=None)
    return tuple(_marked(part, here) for part in menu)


def _marked(part: NavItem | NavGroup, here: str | None) -> NavItem | NavGroup:
    if isinstance(part, NavItem):
        return replace(part, current=True) if part.url == here else part
    if all(item.url != here for item in part.items):
        return part
    items = tuple(replace(item, current=True) if item.url == here else item for item in part.items)
    return replace(part, items=items, current=True)
