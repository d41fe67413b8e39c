"""A browser without a browser: an HTTP client of the real application, signed in as somebody, with forms that carry their token and key."""

from __future__ import annotations

import functools
import secrets
import threading
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

from anyio.from_thread import BlockingPortal, start_blocking_portal
from sqlalchemy import insert
from starlette.testclient import TestClient

from portfolio.accounts.models import SignIn
from portfolio.app import create_app
from portfolio.kit.db import Database
from portfolio.kit.passwords import token_hash
from portfolio.origin import Origin, Surroundings
from portfolio.web import csrf
from portfolio.web.act import SESSION
from tests import factories

BASE = "https://testserver"


class Client(TestClient):
    """`client.submit(address, {...})` posts a form as a page of ours would."""

    around: Surroundings
    token: str | None = None

    def submit(
        self,
        address: str,
        fields: Mapping[str, Any] | None = None,
        *,
        key: str | None = None,
        files: Any = None,
        htmx: bool = False,
    ) -> Any:
        """Post a form; redirects are not followed."""
        origin = Origin(token=self.token, visitor=self.cookies.get("__Host-portfolio-visitor") or "")
        data: dict[str, Any] = {
            "csrf_token": csrf.token_for(self.around.secret, origin),
            "idempotency_key": key or secrets.token_urlsafe(12),
            **(fields or {}),
        }
        headers = {"HX-Request": "true"} if htmx else {}
        return self.post(address, data=data, files=files, headers=headers, follow_redirects=False)


@functools.cache
def _loop() -> BlockingPortal:
    """One event loop for all clients, as a server has; Starlette would start one, and its thread, for each request."""
    opened = ExitStack()
    portal = opened.enter_context(start_blocking_portal())

    def end() -> None:
        threading.main_thread().join()
        opened.close()

    threading.Thread(target=end, daemon=True).start()  # a process waits for its threads: this one would never end
    return portal


def signed_in(around: Surroundings, person: int) -> str:
    """A session of this person, without a password; the token of its cookie."""
    token = secrets.token_urlsafe(32)
    now = around.clock.now()
    with around.database.session(readonly=False) as session:
        session.execute(
            insert(SignIn).values(
                token_hash=token_hash(token),
                person_id=person,
                created_at=now,
                seen_at=now,
                authenticated_at=now,
                address="",
                browser="",
            )
        )
        session.commit()
    return token


def client(database: Database | Surroundings, person: int | None = None, *, app: Any = None) -> Client:
    """A client of the application on this database, signed in as a person (or a visitor)."""
    around = database if isinstance(database, Surroundings) else factories.around(database)
    made = Client(app or create_app(around), base_url=BASE, raise_server_exceptions=False)
    made.around, made.portal = around, _loop()
    if person is not None:
        made.token = signed_in(around, person)
        made.cookies.set(SESSION, made.token)
    else:
        made.cookies.set("__Host-portfolio-visitor", "visitor-of-tests")
    return made


__all__ = ["Client", "client", "signed_in"]
