"""The one route class: it claims the idempotency key, calls the endpoint, rolls back on an exception or a status ≥ 400, else stores
the answer and commits before the response; and retries a lost race.

No dependency touches the database: enter and endpoint are two hops of one thread pool, and a statement before the endpoint's own thread failed
80 to 180 of 200 concurrent requests (joints B1). The reading of the request here is asynchronous and asks no database.
"""

from __future__ import annotations

import functools
import hashlib
import inspect
import logging
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Request
from fastapi.routing import APIRoute, iter_route_contexts
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from starlette.background import BackgroundTask
from starlette.datastructures import FormData, QueryParams
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import Scope

from portfolio.kit import i18n
from portfolio.kit.db import RETRIED_STATES, refuse_full, sqlstate
from portfolio.kit.errors import Bad, Busy, FieldError, Invalid, NotFound, PortfolioError, Refusal, Refused
from portfolio.kit.forms import CONTROL, typed_values, unknown_field
from portfolio.kit.i18n import gettext as _
from portfolio.origin import Origin, Surroundings
from portfolio.web import answers, csrf
from portfolio.web.refill import refill
from portfolio.web.render import FLASH, LANGUAGE, VISITOR
from portfolio.web.urls import register
from portfolio.work import Work

SESSION = "__Host-portfolio"
TRIES = 3
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
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


class Sent(FormData):
    """A form as it was sent, that knows which of its fields somebody has asked for: what nobody asked for is no field of
    ours, and the act is refused (Z07). `Form.read` asks for all of them and refuses the ones it does not know itself."""

    def __init__(self, form: FormData) -> None:
        super().__init__(form.multi_items())
        self.asked = set(CONTROL)

    def unread(self) -> list[str]:
        """The fields that nobody asked for, in the order they came."""
        return [name for name in self._dict if name not in self.asked]

    def as_sent(self) -> list[tuple[str, Any]]:
        """Every pair, for the web layer itself: asks for nothing."""
        return list(self._list)

    def get(self, key: Any, default: Any = None) -> Any:
        """The last value of a field."""
        self.asked.add(key)
        return super().get(key, default)

    def getlist(self, key: Any) -> list[Any]:
        """Every value of a field."""
        self.asked.add(key)
        return super().getlist(key)

    def multi_items(self) -> list[tuple[Any, Any]]:
        """Every pair: whoever takes them all answers for all of them."""
        self.asked.update(self._dict)
        return super().multi_items()


async def read_form(request: Request) -> Sent:
    """The form as it was sent; bounded (W10)."""
    if request.method not in UNSAFE:
        return Sent(FormData())
    form = await request.form(max_files=40, max_fields=3000, max_part_size=1_000_000)
    request.scope["fastapi_inner_astack"].push_async_callback(
        form.close
    )  # uploads wait in files of their own
    return Sent(form)


async def read_work(request: Request, form: Annotated[Sent, Depends(read_form)]) -> Work:
    """A piece of work that knows where it comes from, and has touched nothing yet."""
    headers, cookies = request.headers, request.cookies
    around: Surroundings = request.app.state.around
    unsafe = request.method in UNSAFE
    visitor = cookies.get(VISITOR, "")
    language = cookies.get(LANGUAGE, i18n.DEFAULT)
    address = request.client.host if request.client else ""
    origin = Origin(
        token=cookies.get(SESSION) or None,
        visitor=visitor or secrets.token_urlsafe(24),
        visitor_new=not visitor,
        key=_one(form, "idempotency_key"),
        body_hash=await _body_hash(request, form) if unsafe else "",
        method=request.method,
        path=request.url.path,
        query=request.url.query,
        htmx=headers.get("hx-request") == "true",
        locale=language if language in i18n.LOCALES else i18n.DEFAULT,
        address=address,
        fetch_site=headers.get("sec-fetch-site", ""),
        origin_ok=_same_origin(headers.get("origin"), headers.get("host", "")),
        csrf=cookies.get("x", ""),
        csrf_sent=headers.get("x-csrf-token") or _one(form, "csrf_token") or "",
        flash=cookies.get(FLASH, ""),
        browser=headers.get("user-agent", "")[:300],
        typed=typed_values((k, v) for k, v in form.as_sent() if k not in CONTROL) if unsafe else {},
        unread=form.unread,
    )
    return Work(around, readonly=not unsafe, origin=origin)


def _one(form: Sent, name: str) -> str | None:
    values = [value for key, value in form.as_sent() if key == name]
    return values[0] if len(values) == 1 and isinstance(values[0], str) else None


def _same_origin(origin: str | None, host: str) -> bool:
    return origin is None or (origin != "null" and urlsplit(origin).netloc == host)


async def _body_hash(request: Request, form: Sent) -> str:
    digest = hashlib.sha256(request.url.path.encode())
    for name, value in sorted(form.as_sent(), key=lambda pair: pair[0]):
        if name in CONTROL:
            continue
        if isinstance(value, str):
            content = value.encode(errors="surrogatepass")
        else:
            content = await value.read()
            await value.seek(0)
        digest.update(f"{len(name)}:{name}:{len(content)}:".encode() + content)
    return digest.hexdigest()


async def _query(request: Request) -> QueryParams:
    return QueryParams(
        [(k, _storable(v)[:2000]) for k, v in request.query_params.multi_items() if "\x00" not in k]
    )


def _storable(text: str) -> str:
    """Text that both engines can compare: PostgreSQL refuses NUL and lone surrogates (I06)."""
    return text.replace("\x00", "").encode(errors="ignore").decode()


W = Annotated[Work, Depends(read_work)]
Raw = Annotated[Sent, Depends(read_form)]
Query = Annotated[QueryParams, Depends(_query)]


def transactional(endpoint: Callable[..., Response], unsafe: bool) -> Callable[..., Response]:
    """The endpoint as one transaction, committed before its response is sent."""
    permissions: tuple[str, ...] = endpoint.__permissions__  # type: ignore[attr-defined]
    shows_again: Callable[..., Response] | None = getattr(endpoint, "__shows_again__", None)

    @functools.wraps(endpoint)
    def inner(**kwargs: Any) -> Response:
        work: Work = next(v for v in kwargs.values() if isinstance(v, Work))
        with i18n.speaking(work.origin.locale), work.around.database.turn(readonly=not unsafe):
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

    return inner


def _check_address(kwargs: dict[str, Any]) -> None:
    """Numbers and words in the address that no record can have: not found, on both engines alike."""
    for value in kwargs.values():
        if isinstance(value, int) and abs(value) >= 2**62:
            raise NotFound
        if isinstance(value, str) and _storable(value) != value:
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
            if sqlstate(error) not in RETRIED_STATES and "locked" not in str(error.orig):
                raise
            if attempt == TRIES:
                raise Busy from error
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
