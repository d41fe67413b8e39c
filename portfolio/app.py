"""The application: the only place that lists every room, and that hands the vaults what they may not import."""

from __future__ import annotations

import functools
import gc
import importlib
import importlib.util
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import ModuleType

import anyio.to_thread
from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import PlainTextResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from portfolio.accounts.queries import load_actor, names_of
from portfolio.accounts.service import touch
from portfolio.kit import i18n
from portfolio.kit.clock import Clock, SystemClock
from portfolio.kit.db import Database
from portfolio.kit.i18n import N_
from portfolio.kit.paths import static_dir
from portfolio.origin import Surroundings
from portfolio.web.menu import NAV, NavEntry
from portfolio.web.render import environment, page
from portfolio.web.security_headers import SecurityHeaders
from portfolio.work import Work

ROOMS = (
    "accounts",
    "documents",
    "places",
    "strategy",
    "funds",
    "groups",
    "calls",
    "applications",
    "screening",
    "committees",
    "scoring",
    "awards",
    "agreements",
    "projects",
    "procurement",
    "disbursements",
    "payments",
    "justifications",
    "beneficiaries",
    "grievances",
    "missions",
    "closures",
    "desk",
)
SELECTION, GRANTED, PAYING, BOOKS, STEERING = (
    N_("Calls and files"),
    N_("Grants"),
    N_("Payments and funds"),
    N_("Accounting"),
    N_("Steering"),
)
MENU = (
    NavEntry(N_("My work"), "desk.home", "house", ("desk:view", "own:view")),
    NavEntry(N_("My files"), "own.index", "folder-open", ("own:view",)),
    NavEntry(N_("Calls"), "calls.index", "megaphone", ("call:view",), SELECTION),
    NavEntry(N_("Groups"), "groups.index", "users", ("group:view",), SELECTION),
    NavEntry(N_("Files"), "applications.index", "folder-open", ("application:view",), SELECTION),
    NavEntry(N_("My sheets"), "scoring.index", "clipboard-check", ("score_sheet:fill",), SELECTION),
    NavEntry(N_("Committees"), "committees.index", "gavel", ("session:view",), SELECTION),
    NavEntry(N_("Decisions"), "awards.index", "stamp", ("decision:view",), SELECTION),
    NavEntry(N_("Agreements"), "agreements.index", "signature", ("agreement:view",), GRANTED),
    NavEntry(N_("Micro-projects"), "projects.index", "sprout", ("project:view",), GRANTED),
    NavEntry(N_("Purchases"), "procurement.index", "shopping-cart", ("procedure:view",), GRANTED),
    NavEntry(N_("Justifications"), "justifications.index", "receipt-text", ("justification:view",), GRANTED),
    NavEntry(N_("Orders to repay"), "justifications.recoveries", "undo-2", ("recovery:view",), GRANTED, True),
    NavEntry(N_("Closures"), "closures.index", "lock", ("closure:view",), GRANTED, True),
    NavEntry(N_("People reached"), "beneficiaries.index", "users", ("reach:view",), GRANTED),
    NavEntry(N_("Complaints"), "grievances.index", "message-square-warning", ("grievance:view",), GRANTED),
    NavEntry(N_("Payments"), "disbursements.index", "banknote", ("disbursement:view",), PAYING),
    NavEntry(N_("Batches"), "payments.index", "layers", ("payment_batch:view",), PAYING),
    NavEntry(
        N_("Bank statements"), "payments.statements", "landmark", ("bank_statement:view",), PAYING, True
    ),
    NavEntry(N_("Cash counts"), "payments.counts", "hand-coins", ("treasury:view",), PAYING, True),
    NavEntry(
        N_("Forecast of payments"), "agreements.forecast", "calendar", ("agreement:view",), PAYING, True
    ),
    NavEntry(N_("Funds"), "funds.index", "wallet", ("fund:view",), PAYING),
    NavEntry(N_("Money received"), "funds.receipts", "inbox", ("money_receipt:view",), PAYING, True),
    NavEntry(N_("Ledger"), "desk.ledger", "book-open", ("ledger:view",), BOOKS),
    NavEntry(N_("Trial balance"), "desk.ledger_balance", "scale", ("ledger:view",), BOOKS, True),
    NavEntry(N_("Chart of accounts"), "desk.chart", "list-ordered", ("ledger:view",), BOOKS, True),
    NavEntry(N_("Statements"), "desk.statements", "printer", ("ledger:view",), BOOKS, True),
    NavEntry(N_("Exercices"), "desk.exercices", "calendar", ("ledger:view",), BOOKS, True),
    NavEntry(N_("Audit missions"), "missions.index", "clipboard-check", ("mission:view",), BOOKS),
    NavEntry(N_("Auditor's page"), "desk.auditor", "shield-check", ("ledger:verify",), BOOKS, True),
    NavEntry(N_("Portfolio"), "desk.portfolio", "chart-column", ("agreement:view",), STEERING),
    NavEntry(N_("Strategy"), "strategy.index", "target", ("framework:view",), STEERING),
    NavEntry(N_("Administrative units"), "places.index", "map-pin", ("place:edit",), STEERING),
    NavEntry(N_("Accounts and roles"), "accounts.people", "shield-check", ("role:view",), STEERING),
)
MAX_BODY = 32 * 1024 * 1024


class Static(StaticFiles):
    """Files named with their hash never change: a year in the browser's cache."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """One file."""
        response = await super().get_response(path, scope)
        hashed = b"v=" in scope.get("query_string", b"")
        response.headers["cache-control"] = "public, max-age=31536000, immutable" if hashed else "no-cache"
        return response


class Portfolio(FastAPI):
    """FastAPI behind the security headers, which so stand on every answer, the last resort's too."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        await self._behind_headers(scope, receive, send)

    @functools.cached_property
    def _behind_headers(self) -> SecurityHeaders:
        return SecurityHeaders(super().__call__, self.state.hosts)


def room_module(room: str, name: str) -> ModuleType | None:
    """A module of a room, or None where the room has none."""
    if importlib.util.find_spec(f"portfolio.{room}.{name}") is None:
        return None
    return importlib.import_module(f"portfolio.{room}.{name}")


def surroundings(
    database: Database,
    data_dir: Path,
    secret: bytes,
    *,
    clock: Clock | None = None,
    demo: bool = False,
    outside: tuple[Path, ...] = (),
    key_dir: Path | None = None,
) -> Surroundings:
    """What every piece of work runs in; heads of the chains are kept in the data folder when nowhere else."""
    return Surroundings(
        database=database,
        clock=clock or SystemClock(),
        data_dir=data_dir,
        secret=secret,
        load_actor=load_actor,
        names_of=names_of,
        touch=touch,
        demo=demo,
        outside=outside or (data_dir,),
        key_dir=key_dir,
    )


def load_rooms() -> list[ModuleType]:
    """Import every room, so that all tables, routes and panels are known."""
    modules = []
    for room in ROOMS:
        room_module(room, "models")
        routes = room_module(room, "routes")
        room_module(room, "panels")
        if routes is not None:
            modules.append(routes)
    return modules


def create_app(around: Surroundings, *, hosts: frozenset[str] = frozenset(), threads: int = 12) -> Portfolio:
    """The application in these surroundings."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = threads
        for locale in i18n.LOCALES:
            i18n.catalogue(locale)
        environment()
        gc.collect()
        gc.freeze()  # the largest win for the fewest lines: performance.md section 1
        gc.set_threshold(50_000, 20, 100)
        yield

    app = Portfolio(
        title="Portfolio",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        telemetry={"tracing": False, "metrics": False, "logs": False, "operation_spans": False},
    )
    app.state.around = around
    app.state.hosts = hosts
    NAV[:] = MENU
    for module in load_rooms():
        app.include_router(module.router)
    app.mount("/static", Static(directory=static_dir()), name="static")
    app.add_middleware(GZipMiddleware, minimum_size=500, compresslevel=4)
    # FastAPI's own `max_body_size` puts nine layers around a request, one limiter for the application, each room and each route.
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=MAX_BODY)

    @app.get("/healthz", include_in_schema=False)
    async def healthz() -> PlainTextResponse:
        return PlainTextResponse("ok")

    @app.exception_handler(HTTPException)
    def http_error(request: Request, error: HTTPException) -> Response:
        status = (
            error.status_code
            if error.status_code in (404, 413, 422)
            else 404
            if error.status_code < 500
            else 500
        )
        return error_page(around, request, status)

    from fastapi.exceptions import RequestValidationError

    @app.exception_handler(RequestValidationError)
    def bad_address(request: Request, _error: RequestValidationError) -> Response:
        return error_page(around, request, 404)

    return app


def error_page(around: Surroundings, request: Request, status: int) -> Response:
    """A page for what happens before any route: an unknown address, a body too large."""
    from portfolio.origin import Origin
    from portfolio.web.render import LANGUAGE

    locale = request.cookies.get(LANGUAGE, i18n.DEFAULT)
    origin = Origin(
        path=request.url.path, locale=locale if locale in i18n.LOCALES else i18n.DEFAULT, visitor="none"
    )
    work = Work(around, readonly=True, origin=origin)
    with i18n.speaking(origin.locale):
        try:
            return page(work, f"errors/{status}.html", status=status)
        finally:
            work.close()
