"""The menu of each role: side by side while it is short, in groups beyond, and the page one is on is marked once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from portfolio.app import MENU, load_rooms
from portfolio.kit import i18n
from portfolio.rulebook.permissions import GRANTS
from portfolio.web import menu
from portfolio.web.menu import NavGroup, NavItem, menu_here, menu_of
from portfolio.web.render import OpenMove, ui, words


@pytest.fixture(autouse=True)
def rooms(monkeypatch: pytest.MonkeyPatch) -> None:
    load_rooms()
    monkeypatch.setattr(menu, "NAV", list(MENU))
    menu_of.cache_clear()


def entries(found: menu.Menu) -> list[NavItem]:
    return [item for part in found for item in (part.items if isinstance(part, NavGroup) else (part,))]


@pytest.mark.parametrize("role", list(GRANTS))
def test_one_line_holds_the_menu_and_nothing_is_lost(role: str) -> None:
    found = menu_of(frozenset({role}), "fr")
    assert len(found) <= menu.ONE_LINE
    assert all(len(part.items) > 1 for part in found if isinstance(part, NavGroup))
    wanted = {entry.route for entry in MENU if GRANTS[role].intersection(entry.permissions) and not entry.minor}
    addresses = [item.url for item in entries(found)]
    assert len(addresses) == len(set(addresses)) >= len(wanted)


def test_the_page_and_its_group_are_marked_once() -> None:
    whole = menu_of(frozenset({"accountant"}), "fr")
    for path, url in (("/ledger/balance", "/ledger/balance"), ("/ledger/acts/3", "/ledger"), ("/payments/statements/2", "/payments/statements"), ("/", "/")):
        found = menu_here(whole, path)
        assert [item.url for item in entries(found) if item.current] == [url], path
        groups = [part for part in found if isinstance(part, NavGroup)]
        assert sum(part.current for part in groups) == (0 if url == "/" else 1)
    assert not any(item.current for item in entries(menu_here(whole, "/nowhere")))


def test_words_of_a_page_agree_with_their_numbers_and_escape_the_rest() -> None:
    message = "%(locked)d of %(sheets)d sheets locked"
    with i18n.speaking("fr"):
        assert words(message, locked=1, sheets=3) == "1 fiche verrouillée sur 3"
        assert words(message, locked=2, sheets=3) == "2 fiches verrouillées sur 3"
        assert "<b>" not in words("%(number)d pages of %(name)s", number=2, name="<b>")


def test_who_cannot_go_on_reads_who_can() -> None:
    move = OpenMove("sign", "Signer", "/x", "primary", False, False, False, who="Ordonnateur")
    said = str(ui().actions("t", lambda: "k", [move]))
    assert "Ordonnateur" in said and "<button" not in said
    assert "Ordonnateur" not in str(ui().actions("t", lambda: "k", [replace(move, allowed=True)]))
