"""The one route class: it claims the idempotency key, calls the endpoint, rolls back on an exception or a status ≥ 400, else stores
the answer and commits before the response; and retries a lost race.

No dependency touches the database: enter and endpoint are two hops of one thread pool, and a statement before the endpoint's own thread failed
80 to 180 of 200 concurrent requests (joints B1).
"""

from __future__ import annotations

import functools
import inspect
import logging
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from fastapi import APIRouter
from fastapi.routing import APIRoute, iter_route_contexts
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import Scope

from portfolio.kit import i18n
from portfolio.kit.db import RETRIED_STATES, gone, refuse_full, sqlstate
from portfolio.kit.errors import (
    Away,
    Bad,
    Busy,
    FieldError,
    Invalid,
    NotFound,
    PortfolioError,
    Refusal,
    Refused,
)
from portfolio.kit.forms import unknown_field
from portfolio.kit.i18n import gettext as _
from portfolio.web import answers, csrf
from portfolio.web.listing import page_of_a_list
from portfolio.web.reading import SESSION, UNSAFE, Query, Raw, W, storable
from portfolio.web.refill import refill
from portfolio.web.urls import register
from portfolio.work import Work

TRIES = 3
log = logging.getLogger("portfolio.web")
F = TypeVar("F", bound=Callable[..., Any])

SIGNED_IN = "*signed-in*"
PUBLIC = "*public*"


class Allow:
    """Declares who may call an endpoint; without it the product refuses to start (Z01)."""

    def __call__(self, *permissions: str) -> Callable[[F], F]:
        """Whoever holds one of these permissions, on whatever scope: the service checks the record itself."""

        def mark(endpoint: F) -> F:
            endpoint.__permissions__ = permissions  # type: ignore[attr-defined]
            return endpoint

        return mark

    def signed_in(self, endpoint: F) -> F:
        """Anybody signed in."""
        return self(SIGNED_IN)(endpoint)

    def public(self, endpoint: F) -> F:
        """Everybody."""
        return self(PUBLIC)(endpoint)


allow = Allow()


def on_refusal(show: Callable[..., Response]) -> Callable[[F], F]:
    """The page to show again, with what was typed, when the endpoint raises Invalid or Refused."""

    def mark(endpoint: F) -> F:
        endpoint.__shows_again__ = show  # type: ignore[attr-defined]
        return endpoint

    return mark


def unkeyed(endpoint: F) -> F:
    """An endpoint that does slow work before it writes (argon2) and so claims no key: its transaction opens late."""
    endpoint.__unkeyed__ = True  # type: ignore[attr-defined]
    return endpoint


def transactional(endpoint: Callable[..., Response], unsafe: bool) -> Callable[..., Response]:
    """The endpoint as one transaction, committed before its response is sent."""
    permissions: tuple[str, ...] = endpoint.__permissions__  # type: ignore[attr-defined]
    shows_again: Callable[..., Response] | None = getattr(endpoint, "__shows_again__", None)

    @functools.wraps(endpoint)
    def inner(**kwargs: Any) -> Response:
        work: Work = next(v for v in kwargs.values() if isinstance(v, Work))
        with i18n.speaking(work.origin.locale):
            try:
                _check_address(kwargs)
                if unsafe:
                    csrf.check(work.around.secret, work.origin)
                response = _run(endpoint, work, permissions, unsafe, kwargs)
                return _last_seen(work, _kept(work, response))
            except PortfolioError as error:
                return _kept(work, _again(work, shows_again, error, kwargs), error)
            except Exception:
                incident = secrets.token_hex(4)
                log.exception("incident %s on %s %s", incident, work.origin.method, work.origin.path)
                return _kept(work, answers.broken(_fresh(work), incident))
            finally:
                work.close()

    return inner if unsafe else _in_turn(inner)


def _in_turn(read: Callable[..., Response]) -> Callable[..., Response]:
    """Pages that only read take turns on SQLite; on PostgreSQL each has a thread of the pool."""

    @functools.wraps(read)
    async def page(**kwargs: Any) -> Response:
        work: Work = next(v for v in kwargs.values() if isinstance(v, Work))
        call = functools.partial(read, **kwargs)
        turns = work.around.database.turns
        if turns is None:
            return await run_in_threadpool(call)
        return await turns.run(call, page_of_a_list(work.origin))  # type: ignore[no-any-return]

    return page  # type: ignore[return-value]


def _check_address(kwargs: dict[str, Any]) -> None:
    """Numbers and words in the address that no record can have: not found, on both engines alike."""
    for value in kwargs.values():
        if isinstance(value, int) and abs(value) >= 2**62:
            raise NotFound
        if isinstance(value, str) and storable(value) != value:
            raise NotFound


def _run(
    endpoint: Callable[..., Response],
    work: Work,
    permissions: tuple[str, ...],
    unsafe: bool,
    kwargs: dict[str, Any],
) -> Response:
    unkeyed_one = hasattr(endpoint, "__unkeyed__")
    for attempt in range(1, TRIES + 1):
        try:
            _guard(work, permissions)
            if unsafe and not unkeyed_one and (seen := work.seen_before()) is not None:
                work.undo()
                return answers.replay(work, seen)
            response = endpoint(**kwargs)
            if response.status_code < 400 and (unread := work.origin.unread()):
                raise Invalid([FieldError(name, unknown_field()) for name in unread])
            if not unsafe:
                return response  # nothing was written; the closing of the work ends its transaction
            if response.status_code >= 400:
                work.undo()
            else:
                work.remember(
                    response.status_code,
                    response.headers.get("location") or response.headers.get("hx-redirect"),
                )
                work.commit()
            return response
        except IntegrityError as error:
            # Two people did the same thing at the same instant and the database kept one: a refusal, not a fault.
            work.undo()
            log.info("constraint on %s: %s", work.origin.path, error.orig)
            words = _(
                "The database refused this: it was already recorded, or it breaks a rule. Reload the page and check."
            )
            raise Refused(Refusal("constraint", words)) from error
        except DataError as error:
            work.undo()
            log.info("value refused on %s: %s", work.origin.path, error.orig)
            words = _("A value is too large or cannot be kept. Check the numbers and dates, then send again.")
            raise Invalid([FieldError("", words)]) from error
        except DBAPIError as error:
            work.undo()
            refuse_full(error)
            if sqlstate(error) not in RETRIED_STATES and "locked" not in str(error.orig) and not gone(error):
                raise
            if attempt == TRIES or (
                unsafe and unkeyed_one and gone(error)
            ):  # without a key, what was done is not done again
                raise (Away if gone(error) else Busy) from error
        except TimeoutError as error:
            work.undo()
            raise Busy from error
        except BaseException:
            work.undo()
            raise
        work.close(for_good=False)
    raise Busy


def _last_seen(work: Work, response: Response) -> Response:
    """Last seen is a separate write after the response, at most once a minute (W03)."""
    actor = work.known_actor
    seen = actor.extra.get("seen_at") if actor else None
    if (
        actor
        and actor.session_id
        and seen
        and work.now - seen > timedelta(minutes=1)
        and response.background is None
    ):
        response.background = BackgroundTask(work.around.touch, work.around, actor.session_id, work.now)
    return response


def _guard(work: Work, permissions: tuple[str, ...]) -> None:
    if PUBLIC in permissions:
        return
    actor = work.actor
    if SIGNED_IN not in permissions and not any(actor.may(p) for p in permissions):
        work.require(permissions[0])


def _fresh(work: Work) -> Work:
    """The same work, rolled back and read-only, to draw a page of refusal from."""
    work.undo()
    work.close(for_good=False)
    work.readonly = True
    return work


def _again(
    work: Work, shows_again: Callable[..., Response] | None, error: PortfolioError, kwargs: dict[str, Any]
) -> Response:
    _fresh(work)
    if shows_again is not None and isinstance(error, Invalid | Refused):
        wanted = inspect.signature(shows_again).parameters
        given = {k: v for k, v in kwargs.items() if k in wanted}
        try:
            shown = shows_again(**given, bad=Bad.of(error, work.origin.typed))
            if shown.status_code >= 400:  # anything else would tell a refusal as a success
                return shown
        except PortfolioError as other:
            error = other
            _fresh(work)
    return answers.refusal(work, error)


def _kept(work: Work, response: Response, error: PortfolioError | None = None) -> Response:
    """A refusal keeps what was typed, whatever page it is; signing in again and a busy server keep the form in their own way."""
    if (
        work.origin.method in UNSAFE
        and response.status_code >= 400
        and response.status_code not in (401, 503)
        and response.headers.get("content-type", "").startswith("text/html")
    ):
        bad = Bad.of(error, work.origin.typed) if isinstance(error, Invalid | Refused) else None
        response.body = refill(bytes(response.body).decode(), work.origin, bad).encode()
        response.headers["content-length"] = str(len(response.body))
    return response


class Act(APIRoute):
    """A route whose endpoint is one transaction. Refuses to exist without a declared permission (Z01)."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        if not hasattr(endpoint, "__permissions__"):
            raise RuntimeError(f"{path}: no permission is declared (use @allow)")
        unsafe = bool(set(options.get("methods") or ["GET"]) & UNSAFE)
        wrapped = endpoint
        if not hasattr(endpoint, "__transactional__"):
            wrapped = transactional(endpoint, unsafe)
            vars(wrapped)["__transactional__"] = True
        options["response_model"] = None
        super().__init__(path, wrapped, **options)
        if self.name:
            register(self.name, self.path)


class Room(APIRouter):
    """The router of a room. An address that begins otherwise is passed over at once, instead of trying each of four hundred routes."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether one of the routes answers this address."""
        if (begins := self._begins) is not None and scope["path"].split("/", 2)[1] not in begins:
            return Match.NONE, {}
        return super().matches(scope)

    @functools.cached_property
    def _begins(self) -> frozenset[str] | None:
        """The first words of the addresses of the room; None when one of them may be any."""
        found = {str(context.path).split("/", 2)[1] for context in iter_route_contexts(self.routes)}
        return None if any("{" in word for word in found) else frozenset(found)


def room(noun: str, prefix: str | None = None) -> APIRouter:
    """The router of a room: its noun is its address."""
    return Room(prefix=f"/{noun}" if prefix is None else prefix, route_class=Act)


__all__ = ["SESSION", "Act", "Query", "Raw", "W", "allow", "on_refusal", "room", "transactional", "unkeyed"]
