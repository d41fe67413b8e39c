"""Pages and fragments: one template file a page, named blocks for HTMX; the environment's globals and filters."""

from __future__ import annotations

import functools
import hashlib
import os
import secrets
import tempfile
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import jinja2
from markupsafe import Markup, escape
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from portfolio import __version__
from portfolio.kit import i18n, money
from portfolio.kit.db import Base
from portfolio.kit.errors import Bad, Refusal
from portfolio.kit.lifecycle import Lifecycle
from portfolio.kit.paths import static_dir
from portfolio.kit.text import phone_text
from portfolio.rulebook.permissions import who_may
from portfolio.web import csrf
from portfolio.web.menu import NavItem, menu_here, menu_of
from portfolio.web.urls import safe_next, url
from portfolio.work import Work

TEMPLATES = Path(__file__).parents[2] / "templates"
FLASH = "portfolio-flash"
VISITOR = "__Host-portfolio-visitor"
LANGUAGE = "portfolio-language"


@dataclass(frozen=True)
class OpenMove:
    """A move that could be made from the present status, with what stands in its way."""

    verb: str
    label: str
    url: str
    kind: str
    allowed: bool
    needs_reason: bool
    needs_page: bool
    blocked: list[Refusal] = field(default_factory=list)
    who: str = ""


@functools.cache
def environment() -> jinja2.Environment:
    """The one template environment."""
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        auto_reload=bool(os.environ.get("PORTFOLIO_RELOAD")),
        cache_size=800,
    )
    env.install_gettext_callables(  # type: ignore[attr-defined]
        i18n.gettext, i18n.ngettext, newstyle=True, pgettext=i18n.pgettext, npgettext=i18n.npgettext
    )
    env.globals.update(_=words, gettext=words)
    env.filters.update(
        money=lambda minor, currency="XOF": money.amount(minor, currency) if minor is not None else "–",
        figures=lambda minor, currency="XOF": money.figures(minor, currency) if minor is not None else "–",
        date=i18n.date_text,
        datetime=i18n.datetime_text,
        day=i18n.short_date_text,
        time=i18n.time_text,
        percent=i18n.percent_text,
        phone=phone_text,
    )
    env.globals.update(
        url=url,
        asset=asset,
        csrf=lambda work: csrf.token_for(work.around.secret, work.origin),
        new_key=new_key,
        label_of=label_of,
        tone_of=tone_of,
    )
    ui_module = env.get_template("components/ui.html").module
    vars(ui_module)["icon"] = functools.cache(ui_module.icon)  # type: ignore[attr-defined]
    env.globals.update(ui=ui_module, drawn_once=drawn_once)
    from portfolio.web.panels import draw_panels
    from portfolio.web.timeline import timeline

    env.globals.update(ui_panels=draw_panels, timeline=timeline)
    return env


def ui() -> Any:
    """The component macros, for Python code that draws one."""
    return environment().globals["ui"]


def words(msgid: str, **values: object) -> Markup:
    """A message in the reader's language as markup, what is put in it escaped; looked up once."""
    said = _said(msgid, i18n.locale())
    if isinstance(said, i18n.Numbered):  # agrees with numbers, which are left as they are
        return Markup(said % {name: v if isinstance(v, int) else escape(v) for name, v in values.items()})
    return said % values if values or "%" in said else said


@functools.lru_cache(maxsize=5000)
def _said(msgid: str, _locale: str) -> Markup | i18n.Numbered:
    found = i18n.gettext(msgid)
    return found if isinstance(found, i18n.Numbered) else Markup(found)


def drawn_once(macro: str, *given: Hashable) -> Markup:
    """A component that depends on nothing but what it is given and the language: drawn once."""
    return _drawn(macro, i18n.locale(), given)


@functools.lru_cache(maxsize=2000)
def _drawn(macro: str, _locale: str, given: tuple[Any, ...]) -> Markup:
    return Markup(getattr(ui(), macro)(*given))


def new_key() -> str:
    """A fresh idempotency key."""
    return secrets.token_urlsafe(18)


@functools.cache
def asset(name: str) -> str:
    """The address of a static file with its hash, so that it can be kept for a year."""
    digest = hashlib.sha256((static_dir() / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


def label_of(cycle: Lifecycle, status: str) -> str:
    """The staff name of a status."""
    return i18n.pgettext(cycle.noun, cycle.state(status).label)


def tone_of(cycle: Lifecycle, status: str) -> str:
    """The tone of its tag."""
    return cycle.state(status).tone


def status_steps(
    cycle: Lifecycle, status: str, passed: Mapping[str, str] | None = None
) -> list[dict[str, str]]:
    """The status bar of a record: the main states, the current one filled, the past ones dated on hover."""
    main = [s for s in cycle.states if not s.side or s.code == status]
    at = next((i for i, s in enumerate(main) if s.code == status), 0)
    return [
        {
            "label": i18n.pgettext(cycle.noun, s.label),
            "state": "current" if i == at else "past" if i < at else "future",
            "title": (passed or {}).get(s.code, ""),
        }
        for i, s in enumerate(main)
    ]


def moves(
    work: Work,
    cycle: Lifecycle,
    thing: Base,
    base_url: str,
    *,
    obstacles: Mapping[str, Callable[[Work, Any], Iterator[Refusal]]] | None = None,
    pages: Mapping[str, str] | None = None,
    leave_out: tuple[str, ...] = (),
    permission_on: object | None = None,
) -> list[OpenMove]:
    """Every move open from the present status: what the actor may do as buttons, what is blocked with why and who,
    what belongs to others left to the page as « awaiting ». A screen cannot disagree with the law: it is drawn from it."""
    found = []
    for row in cycle.open_moves(thing.status):  # type: ignore[attr-defined]
        if row.verb in leave_out or (row.form and row.verb not in (pages or {})):
            continue
        allowed = work.may(row.permission, permission_on or thing)
        blocked: list[Refusal] = []
        if allowed:
            from portfolio.actor import same_person

            blocked = list(same_person(work.actor, row, thing))
            if obstacles and row.verb in obstacles:
                blocked += list(obstacles[row.verb](work, thing))
        page_url = (pages or {}).get(row.verb)
        found.append(
            OpenMove(
                verb=row.verb,
                label=i18n.pgettext(cycle.noun, row.label),
                url=page_url or f"{base_url}/{row.verb.rstrip('_')}",
                kind={"main": "primary", "secondary": "secondary", "danger": "danger"}[row.kind],
                allowed=allowed,
                needs_reason=row.reason and page_url is None,
                needs_page=page_url is not None,
                blocked=blocked,
                who=who_may(row.permission),
            )
        )
    return found


def _context(work: Work, facts: dict[str, Any]) -> dict[str, Any]:
    actor = work.maybe_actor
    origin = work.origin
    bad: Bad | None = facts.get("bad")
    path = origin.path
    nav = menu_here(menu_of(frozenset(actor.roles), i18n.locale()), path) if actor else ()
    here = f"{path}?{origin.query}" if origin.query else path
    languages = [
        NavItem(code.upper(), url("language", code=code, next=here), "", code == i18n.locale(), code)
        for code in i18n.LOCALES
    ]
    return {
        "work": work,
        "actor": actor,
        "bad": bad,
        "errors": bad.errors if bad else [],
        "nav": nav,
        "user": {"name": actor.name, "function": actor.function} if actor else None,
        "csrf_token": csrf.token_for(work.around.secret, origin),
        "key": new_key(),
        "languages": languages,
        "flash": _flash(origin.flash),
        "crumbs": [],
        "title": "",
        "search_text": "",
        "version": __version__,
        "extracted_at": work.now,
        "sign_out_url": "/accounts/sign-out",
        **facts,
    }


def _flash(cookie: str) -> list[dict[str, str]]:
    tone, _sep, text = unquote(cookie).partition("|")
    return [{"tone": tone, "text": text[:500]}] if text and tone in ("good", "info", "warn", "bad") else []


def page(work: Work, template: str, *, status: int | None = None, **facts: Any) -> HTMLResponse:
    """A whole page. The status follows `bad` when there is one."""
    bad: Bad | None = facts.get("bad")
    html = environment().get_template(template).render(_context(work, facts))
    response = HTMLResponse(html, status_code=status or (bad.status if bad else 200))
    _cookies(work, response)
    return response


def block_html(work: Work, template: str, block: str, **facts: Any) -> str:
    """One named block of a template."""
    found = environment().get_template(template)
    return "".join(found.blocks[block](found.new_context(_context(work, facts))))


def fragment(
    work: Work, template: str, block: str, *, status: int | None = None, **facts: Any
) -> HTMLResponse:
    """One named block as an answer to HTMX."""
    bad: Bad | None = facts.get("bad")
    return HTMLResponse(
        block_html(work, template, block, **facts), status_code=status or (bad.status if bad else 200)
    )


def _cookies(work: Work, response: Response) -> None:
    if work.origin.flash:
        response.delete_cookie(FLASH, path="/")
    if work.origin.visitor_new and not work.origin.token:
        response.set_cookie(
            VISITOR, work.origin.visitor, secure=True, httponly=True, samesite="lax", path="/"
        )


def done(work: Work, target: str, message: str = "", tone: str = "good") -> Response:
    """The act is done: go and see. A 303, or HX-Redirect for HTMX (a followed 303 would nest a page in the fragment)."""
    response: Response
    target = safe_next(target)
    if work.origin.htmx:
        response = Response(status_code=204, headers={"HX-Redirect": target})
    else:
        response = RedirectResponse(target, status_code=303)
    if message:
        response.set_cookie(
            FLASH,
            quote(f"{tone}|{message}"),
            max_age=60,
            secure=True,
            httponly=True,
            samesite="lax",
            path="/",
        )
    return response


def pdf_response(work: Work, content: bytes, filename: str, *, download: bool = False) -> Response:
    """A paper, shown in the browser unless asked to be saved."""
    kind = "attachment" if download else "inline"
    return Response(
        content, media_type="application/pdf", headers={"content-disposition": _disposition(kind, filename)}
    )


def bytes_response(content: bytes, filename: str, media_type: str) -> Response:
    """An uploaded file, always as a download and never rendered (U09)."""
    headers = {
        "content-disposition": _disposition("attachment", filename),
        "content-security-policy": "sandbox; default-src 'none'",
    }
    return Response(content, media_type=media_type, headers=headers)


def file_response(write: Callable[[Path], None], filename: str, media_type: str) -> Response:
    """A file written whole to a temporary place while the session is open, sent, then removed: nothing streams from a session."""
    handle, name = tempfile.mkstemp(prefix="portfolio-")
    os.close(handle)
    path = Path(name)
    try:
        write(path)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    headers = {"content-disposition": _disposition("attachment", filename)}
    return FileResponse(
        path, media_type=media_type, headers=headers, background=BackgroundTask(path.unlink, missing_ok=True)
    )


def sheet_response(
    stem: str,
    kind: str,
    labels: Sequence[str],
    kinds: Sequence[str],
    rows: Iterable[Sequence[Any]],
    notes: Sequence[str] = (),
) -> Response:
    """A table as the file `stem.kind`: `xlsx` with its notes and the kinds of its columns, or `csv`; every row, while the session is open."""
    from portfolio.kit import sheets

    def write(path: Path) -> None:
        if kind == "xlsx":
            sheets.write_xlsx(path, labels, kinds, rows, notes)
        else:
            sheets.write_csv(path, labels, rows)

    return file_response(write, f"{stem}.{kind}", sheets.MEDIA[kind])


def _disposition(kind: str, filename: str) -> str:
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "-_. ") else "_" for c in filename)
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(filename)}"


def markup(text: str) -> Markup:
    """Text as markup, escaped: for code that puts pieces together."""
    return Markup.escape(text)
