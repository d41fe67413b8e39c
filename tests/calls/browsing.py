"""What the tests of the pages of calls share."""

from __future__ import annotations

from typing import Any

from portfolio.kit.db import Database
from tests.client import Client, client
from tests.groups.making import house, person_of


def browser(database: Database, role: str | None, n: int = 1, clock: Any = None) -> Client:
    return client(house(database, clock), person_of(database, role, n) if role else None)


def body(page: Any) -> str:
    text: str = page.text
    return text.replace("&#39;", "'").replace("\u00a0", " ").replace("\u202f", " ")
