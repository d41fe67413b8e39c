"""What the product runs in and where a piece of work comes from, as plain data: the domain never sees the request."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from portfolio.actor import Actor
from portfolio.kit.clock import Clock
from portfolio.kit.db import Database
from portfolio.kit.mail import MailServer


@dataclass
class Surroundings:
    """What the product runs in, handed over once by `create_app`: the vaults never import the rooms above them."""

    database: Database
    clock: Clock
    data_dir: Path
    secret: bytes
    load_actor: Callable[[Session, str, datetime], Actor | None] = lambda _s, _t, _n: None
    names_of: Callable[[Session, Iterable[int]], dict[int, str]] = lambda _s, _i: {}
    touch: Callable[..., None] = lambda *_: None
    demo: bool = False
    outside: tuple[Path, ...] = ()
    """The folders that keep the heads of both chains (T06)."""
    key_dir: Path | None = None
    """The folder of the key that signs those heads (T07); without it they are not signed."""
    mail: MailServer | None = None
    """Where messages are handed over; without it they wait."""
    head_emails: tuple[str, ...] = ()
    """Addresses that get the heads every day (T06)."""


@dataclass(frozen=True)
class Origin:
    """Where a piece of work comes from, as plain data: the domain never sees the request."""

    token: str | None = None
    visitor: str = ""
    visitor_new: bool = False
    key: str | None = None
    body_hash: str = ""
    method: str = "GET"
    path: str = ""
    query: str = ""
    htmx: bool = False
    locale: str = "fr"
    address: str = ""
    fetch_site: str = ""
    origin_ok: bool = True
    csrf: str = ""
    csrf_sent: str = ""
    flash: str = ""
    browser: str = ""
    typed: Mapping[str, object] = field(default_factory=dict)
    unread: Callable[[], list[str]] = list
    """The names of the fields that were sent and that nobody has asked for."""


@dataclass(frozen=True)
class Answer:
    """What was answered to an idempotency key."""

    status: int
    location: str | None
