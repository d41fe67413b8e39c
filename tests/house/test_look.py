"""The look: its weight, what the strict content policy needs of the templates, and every component on the sheet."""

from __future__ import annotations

import gzip
import re
import threading
from collections.abc import Iterator
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from markupsafe import Markup

from portfolio.desk.styleguide import samples
from portfolio.origin import Origin
from portfolio.web.refill import refill
from tests.house.sheet import STATIC, TEMPLATES, environment
from tests.house.sources import ROOT
from tests.support import axe
from tests.support.browser import DESKTOP, PHONE, open_context, watch

if TYPE_CHECKING:
    from playwright.sync_api import Browser


COMPONENTS = (TEMPLATES / "components" / "ui.html").read_text(encoding="utf-8")


SHEET = (TEMPLATES / "styleguide" / "show.html").read_text(encoding="utf-8")


POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
          "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")


def packed(*names: str) -> int:
    """Bytes on the wire, each file compressed on its own."""
    return sum(len(gzip.compress((STATIC / name).read_bytes(), 9)) for name in names)


def page(name: str, **more: Any) -> str:
    item = {"label": "Dossiers", "url": "#", "icon": "folder-open", "current": True, "code": "fr"}
    context = {
        "work": SimpleNamespace(origin=SimpleNamespace(locale="fr")), "nav": [item], "languages": [item], "csrf_token": "t", "key": "k",
        "user": {"name": "Aïssata Maïga", "function": "Ordonnatrice déléguée"}, "version": "1",
        "extracted_at": datetime(2026, 11, 22, 14, 32), **more}
    return environment().get_template(name).render(context)


def sheet() -> str:
    return page("styleguide/show.html", sample=samples())


# ------------------------------------------------------------------------------------------------ weight


def test_the_stylesheet_is_light() -> None:
    assert packed("app.css") <= 8 * 1024
    assert packed("app.js") <= 6 * 1024


def test_a_first_visit_is_at_most_60_kb() -> None:
    """Everything a first page needs; the component sheet is heavier than any page of the product."""
    shipped = packed("app.css", "app.js", "htmx.min.js", "icons.svg", "icon.svg")
    assert shipped + len(gzip.compress(sheet().encode(), 4)) <= 60 * 1024


# ------------------------------------------------------------------------------------------------ strict policy


FORBIDDEN = {
    "a style attribute": re.compile(r"[\s\"']style\s*=", re.I),
    "a style element": re.compile(r"<style\b", re.I),
    "an inline handler": re.compile(r"[\s\"']on[a-z]+\s*=\s*[\"'{]", re.I),
    "an inline script": re.compile(r"<script(?![^>]*\ssrc=)[^>]*>", re.I),
    "hx-on": re.compile(r"\bhx-on\b", re.I),
    "an evaluated value": re.compile(r"[\"'](?:js|javascript):", re.I),
    "a trigger filter": re.compile(r"hx-trigger\s*=\s*(?:\"[^\"]*\[|'[^']*\[)", re.I),
    "a foreign address": re.compile(r"(?:src|href|action)\s*=\s*[\"'](?:https?:)?//", re.I),
}


@pytest.mark.parametrize("what", sorted(FORBIDDEN))
def test_no_template_holds(what: str) -> None:
    found = [str(path.relative_to(ROOT)) for path in sorted(TEMPLATES.rglob("*.html"))
             if "mail" not in path.parts and FORBIDDEN[what].search(path.read_text(encoding="utf-8"))]
    assert found == []


def test_the_search_for_forbidden_markup_sees_each_kind() -> None:
    planted = """<p style="x"><style><a onclick="x()"><script>x</script><p hx-on:click="x"><p hx-vals="js:{}">
                 <i hx-trigger="keyup[key=='Enter']"><img src="https://example.org/x.png">"""
    assert [what for what, sight in FORBIDDEN.items() if not sight.search(planted)] == []
    allowed = """{{ ui.field("on", label="x") }}<script src="/a.js" defer></script><i hx-trigger="change"></i>"""
    assert [what for what, sight in FORBIDDEN.items() if sight.search(allowed)] == []


# ------------------------------------------------------------------------------------------------ components


def test_every_search_says_what_it_searches() -> None:
    """Two of them stand on most pages: without names a screen reader cannot tell them apart."""
    forms = [tag for path in TEMPLATES.rglob("*.html") for tag in re.findall(r"<form[^>]*role=\"search\"[^>]*>", path.read_text("utf-8"))]
    assert len(forms) > 5
    assert [tag for tag in forms if "aria-label=" not in tag] == []


def test_every_component_is_on_the_sheet() -> None:
    macros = re.findall(r"{%-? macro ([a-z]\w*)\(", COMPONENTS)
    base = (TEMPLATES / "layouts" / "base.html").read_text(encoding="utf-8")
    assert len(macros) > 30
    seen = set(re.findall(r"ui\.(\w+)\(", SHEET + base)) | set(re.findall(r'drawn_once\("(\w+)"', base))
    assert [name for name in macros if name not in seen] == []


def test_every_icon_named_is_in_the_sprite() -> None:
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text(encoding="utf-8")))
    named = set[str]()
    for path in TEMPLATES.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        named |= set(re.findall(r"""ui\.icon\(["']([\w-]+)["']""", text))
        named |= set(re.findall(r"""\bicon\s*=\s*["']([\w-]+)["']""", text))
    named |= set(re.findall(r"""icon\("([\w-]+)"\)""", COMPONENTS)) | set(samples()["icons"])
    assert named - drawn == set()


def test_each_vendored_file_has_its_licence_and_its_print() -> None:
    import hashlib

    said = (STATIC / "LICENSES.txt").read_text(encoding="utf-8")
    assert "htmx.org 4.0.1" in said and "lucide-static 1.62.0" in said
    assert hashlib.sha256((STATIC / "htmx.min.js").read_bytes()).hexdigest() in said


def test_what_is_typed_is_escaped_and_given_back() -> None:
    ui: Any = environment().globals["ui"]
    field = ui.money_field("amount", "Montant", '"><b>1 2', error="<i>non</i>")
    assert 'value="&#34;&gt;&lt;b&gt;1 2"' in field and "&lt;i&gt;non" in field
    assert 'aria-invalid="true"' in field and 'aria-describedby="f-amount-err"' in field
    assert "\u202f" in ui.money_field("amount", "Montant", 1250000)
    assert "secret" not in ui.field("password", "Mot de passe", "secret", type="password")


def test_a_list_starts_with_nothing_chosen() -> None:
    ui: Any = environment().globals["ui"]
    assert '<option value="">' in ui.select("region", "Région", [("a", "A")])
    assert '<option value="">' not in ui.select("region", "Région", [("a", "A")], "a")
    assert ui.select("region", "Région", [("", "Toutes"), ("a", "A")]).count('value=""') == 1


def test_every_form_of_the_components_carries_its_token_and_key() -> None:
    forms = re.findall(r"<form\b[^>]*method=\"post\".*?</form>", sheet(), re.S)
    assert len(forms) > 5
    assert [form[:90] for form in forms if 'name="csrf_token"' not in form
            or 'name="idempotency_key"' not in form] == []


def test_a_blocked_action_says_why_and_who() -> None:
    ui: Any = environment().globals["ui"]
    move = {"label": "Payer", "url": "/x", "kind": "primary", "allowed": True, "needs_reason": False,
            "needs_page": False, "blocked": [{"message": "Fonds absents", "way_out": "Attendre", "who": "Salif"}]}
    drawn = ui.actions("t", lambda: "k", [move])
    assert "<form" not in drawn
    assert all(word in drawn for word in ("Payer", "Fonds absents", "Attendre", "Salif"))
    assert "/x" not in ui.actions("t", lambda: "k", [{**move, "blocked": [], "allowed": False}])
    asked = ui.actions("t", lambda: "k", [{**move, "blocked": [], "needs_reason": True}])
    assert 'name="reason"' in asked and 'action="/x"' in asked


def test_sort_links_turn_round_and_keep_the_filter() -> None:
    ui: Any = environment().globals["ui"]
    columns = [{"label": "Montant", "key": "amount", "numeric": True}]
    assert 'aria-sort="ascending"' in ui.table_head(columns, "amount", "/a?region=1")
    assert 'href="/a?region=1&amp;sort=-amount"' in ui.table_head(columns, "amount", Markup("/a?region=1"))
    assert 'href="/a?sort=amount"' in ui.table_head(columns, "-amount", "/a")


@pytest.mark.parametrize("code", [403, 404, 409, 413, 422, 500, 503])
def test_an_error_page_stands_on_nothing(code: int) -> None:
    """Drawn when the database is gone: no context at all."""
    drawn = environment().get_template(f"errors/{code}.html").render()
    assert "<h1>" in drawn and 'lang="fr"' in drawn


def test_the_busy_page_keeps_the_form() -> None:
    drawn = page("errors/503.html", action="/payments/3/pay",
                 form_values=[("amount", '1 000"'), ("idempotency_key", "k1")])
    assert 'action="/payments/3/pay"' in drawn and 'name="amount" value="1 000&#34;"' in drawn
    assert 'value="k1"' in drawn and "<button" in drawn


def test_the_conflict_page_gives_back_what_was_typed() -> None:
    sent = Origin(method="POST", path="/payments/3/pay", typed={"reason": "Un long <b>motif"})
    drawn = refill(page("errors/409.html"), sent, None)
    assert "Un long <b>motif" not in drawn and "Un long &lt;b&gt;motif" in drawn


# ------------------------------------------------------------------------------------------------ charts


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The sheet and the error pages under the product's content policy."""
    pages = {"/": sheet(), "/409": page("errors/409.html", refusals=samples()["refusals"]),
             "/503": page("errors/503.html", action="/x", form_values=[("a", "b")])}
    kinds = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}

    class Handler(BaseHTTPRequestHandler):
        def send(self, body: bytes, kind: str, status: int = 200) -> None:
            self.send_response(status)
            for name, value in (("Content-Type", kind), ("Content-Length", str(len(body))),
                                ("Content-Security-Policy", POLICY)):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            if path in pages:
                self.send(pages[path].encode(), "text/html; charset=utf-8")
            elif path.startswith("/static/") and (STATIC / path[8:]).is_file():
                self.send((STATIC / path[8:]).read_bytes(), kinds[path.rsplit(".", 1)[1]])
            else:
                self.send(b"", "text/plain", 404)

        def do_POST(self) -> None:
            sent.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.send("<p>Enregistré à 14 h 32</p>".encode(), "text/html; charset=utf-8")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


sent: list[str] = []


@pytest.mark.e2e
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("path", ["/", "/409", "/503"])
def test_the_look_is_accessible_and_within_the_policy(
    browser: Browser, address: str, path: str, size: dict[str, int]
) -> None:
    with open_context(browser, viewport=size) as context:
        tab = context.new_page()
        seen = watch(tab)
        tab.goto(address + path)
        assert axe.violations(tab) == []
        assert tab.evaluate("document.documentElement.scrollWidth") <= size["width"]
        tab.wait_for_load_state("networkidle")
        assert tab.evaluate("document.querySelector('.user svg use').getBBox().width") > 0
        assert seen == []


@pytest.mark.e2e
def test_the_keyboard_and_the_draft(browser: Browser, address: str) -> None:
    with open_context(browser) as context:
        tab = context.new_page()
        seen = watch(tab)
        tab.goto(address)
        assert tab.evaluate("document.activeElement.className") == "error-summary"
        tab.keyboard.press("/")
        assert tab.evaluate("document.activeElement.id") == "q"
        tab.evaluate("document.activeElement.blur()")
        tab.keyboard.press("j")
        tab.keyboard.press("j")
        tab.keyboard.press("k")
        assert tab.evaluate("document.activeElement.textContent") == "Foration 80 m"
        tab.keyboard.press("?")
        assert tab.evaluate("document.getElementById('keys').open") is True
        tab.keyboard.press("Escape")
        assert tab.is_hidden(".bulk-bar")
        tab.check("[data-tick-all]")
        assert tab.inner_text("[data-count]") == "4"
        tab.fill("#f-note", "Le forage est à sec")
        tab.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        tab.wait_for_selector("[data-saved]:has-text('14 h 32')", timeout=9000)
        assert "note=Le+forage" in sent[-1] and "idempotency_key=0f0e0d0c" not in sent[-1]
        leaving = "(() => { const e = new Event('beforeunload', {cancelable: true}); dispatchEvent(e);" \
                  " return e.defaultPrevented })()"
        assert tab.evaluate(leaving) is False
        context.set_offline(True)
        tab.fill("#f-note", "Le forage est toujours à sec")
        tab.wait_for_selector("#line:not([hidden])", timeout=9000)
        assert tab.evaluate(leaving) is True
        assert tab.input_value("#f-note") == "Le forage est toujours à sec"
        assert seen == []


@pytest.mark.e2e
def test_a_double_click_sends_once(browser: Browser, address: str) -> None:
    with open_context(browser) as context:
        tab = context.new_page()
        tab.goto(address)
        times = tab.evaluate("""() => { let n = 0; const form = document.querySelector('.actions form');
            form.addEventListener('submit', e => { n += 1; e.preventDefault(); });
            for (let i = 0; i < 3; i++) form.querySelector('button').click(); return n; }""")
        assert times == 1
