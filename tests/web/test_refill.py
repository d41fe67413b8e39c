"""A refused form: what was typed comes back, the reason is said, and a field that nobody asked for is refused (Z07, W09)."""

from __future__ import annotations

import pytest
from fastapi.routing import APIRoute, iter_route_contexts
from sqlalchemy import func, select
from starlette.responses import Response

from portfolio.accounts import service
from portfolio.app import create_app
from portfolio.audit.models import AuditEvent
from portfolio.kit.db import Database
from portfolio.kit.errors import Bad, FieldError, Refusal, Refused
from portfolio.kit.forms import Form, Line, unknown_field
from portfolio.origin import Origin
from portfolio.web.act import UNSAFE, Raw, W, allow, on_refusal, room
from portfolio.web.refill import refill
from portfolio.web.render import done
from tests import factories
from tests.client import Client, client

NO_PAGE_OF_ITS_OWN = {
    "accounts.save_view",  # a box of every list
    "accounts.sign_out",
    "applications.autosave",  # called by the script; the page it is called from stays open
    "scoring.draft",
    "desk.ledger_print",  # one hidden field
    "desk.ledger_balance_print",
    "desk.print_ageing",
    "desk.ledger_check",
}


class NameForm(Form):
    """A name."""

    name: Line


def act(work: W) -> Response:
    service.save_view(work, "calls", "Mine", "")
    return done(work, "/")


tried = room("tried")


@tried.post("/nothing")
@allow.signed_in
def nothing(work: W) -> Response:
    return act(work)


@tried.post("/one")
@allow.signed_in
def one(work: W, raw: Raw) -> Response:
    raw.get("name")
    return act(work)


@tried.post("/form")
@allow.signed_in
def form(work: W, raw: Raw) -> Response:
    NameForm.read(raw)
    return act(work)


@tried.post("/never")
@allow.signed_in
@on_refusal(lambda work, bad=None: done(work, "/", "Done."))
def never(work: W, raw: Raw) -> Response:
    NameForm.read(raw)
    raise Refused(Refusal("no", "Ceci est fermé."))


@pytest.fixture
def browser(database: Database) -> Client:
    around = factories.around(database)
    app = create_app(around)
    app.include_router(tried)
    return client(around, factories.add_person(database, "accountant"), app=app)


def events(database: Database) -> int:
    with database.session(readonly=True) as session:
        return int(session.scalar(select(func.count()).select_from(AuditEvent)) or 0)


@pytest.mark.parametrize(
    ("address", "fields"), [("nothing", {}), ("one", {"name": "Awa"}), ("form", {"name": "Awa"})]
)
def test_a_field_nobody_asked_for_is_refused_and_nothing_is_kept(
    database: Database, browser: Client, address: str, fields: dict[str, str]
) -> None:
    for planted in ("status", "amount_minor", "lines-0-amount_minor"):
        answer = browser.submit(f"/tried/{address}", {**fields, planted: "1"})
        assert answer.status_code == 422 and "ne fait pas partie" in answer.text, planted
    assert events(database) == 0
    assert browser.submit(f"/tried/{address}", fields).status_code == 303
    assert events(database) == 1


def test_a_refusal_is_never_told_as_a_success(browser: Client) -> None:
    answer = browser.submit("/tried/never", {"name": "Awa Maïga"})
    assert answer.status_code == 409
    assert "Ceci est fermé." in answer.text and ">\nAwa Maïga</textarea>" in answer.text


def test_every_act_has_a_page_to_come_back_to(database: Database) -> None:
    without = set()
    for context in iter_route_contexts(create_app(factories.around(database)).routes):
        route = getattr(context, "route", context)
        if isinstance(route, APIRoute) and route.methods & UNSAFE and not hasattr(route.endpoint, "__shows_again__"):
            without.add(str(route.name))
    assert without == NO_PAGE_OF_ITS_OWN


PAGE = """<main id="main"><h1>Dossier</h1>
<details class="act"><summary>Retirer</summary><form method="post" action="/a/1/withdraw">
<input type="hidden" name="version" value="4"><textarea id="f-reason-1" name="reason">old</textarea>
<input name="amount" value="0"><input type="password" name="word" value=""><select name="kind"><option value="x" selected>X</option><option value="y">Y</option></select>
<input type="checkbox" name="sure" value="on"><input type="radio" name="way" value="1" checked><input type="radio" name="way" value="2"></form></details>
<form method="post" action="/a/1/close"><textarea name="reason">untouched</textarea></form></main>"""


def sent(path: str, **typed: object) -> Origin:
    return Origin(method="POST", path=path, typed=typed)


def test_the_form_that_was_sent_is_filled_opened_and_explained() -> None:
    bad = Bad(errors=[FieldError("amount", "Trop grand.")])
    typed = {"version": "3", "reason": "<b>parce que</b>", "amount": '9"9', "word": "secret", "kind": "y", "sure": "on", "way": "2"}
    html = refill(PAGE, sent("/a/1/withdraw", **typed), bad)
    assert '<details class="act" open>' in html
    assert "&lt;b&gt;parce que&lt;/b&gt;</textarea>" in html and "old" not in html and "untouched" in html
    assert 'value="9&#34;9"' in html and "secret" not in html and 'name="version" value="4"' in html
    assert '<option value="x">' in html and '<option value="y" selected>' in html
    assert 'name="sure" value="on" checked>' in html
    assert 'value="1">' in html and 'value="2" checked>' in html
    assert 'id="f-amount-err"' in html and 'aria-invalid="true" aria-describedby="f-amount-err"' in html
    assert html.index("error-summary") < html.index("<h1>") and html.count("Trop grand.") == 2


def test_a_reason_for_one_row_is_not_put_under_another() -> None:
    row = '<form method="post" action="/a/drop"><input type="hidden" name="row" value="{}"><input name="reason" value=""></form>'
    page = "<main>" + row.format(1) + row.format(2) + "</main>"
    second = refill(page, sent("/a/drop", row="2", reason="en double"), None)
    assert second.index('value="2"') < second.index('value="en double"')
    gone = refill(page, sent("/a/drop", row="3", reason="en double"), None)
    assert 'value="en double"' not in gone and ">\nen double</textarea>" in gone


def test_rows_that_the_page_no_longer_offers_are_kept_and_planted_ones_are_not() -> None:
    html = refill(
        '<main><form method="post" action="/g"><input name="lines-0-name" value=""></form></main>',
        sent("/g", **{"lines-0-name": "a", "lines-1-name": "<b>", "status": "paid"}),
        Bad(errors=[FieldError("status", unknown_field())]),
    )
    assert 'name="lines-1-name" type="text" value="&lt;b&gt;"' in html and "paid" not in html


def test_text_without_a_form_is_handed_back_and_secrets_are_not() -> None:
    html = refill("<main><h1>Non</h1></main>", sent("/x", reason="un <i>long</i> texte", password="secret", item_id="4"), None)
    assert html.count("<textarea") == 1 and ">\nun &lt;i&gt;long&lt;/i&gt; texte</textarea>" in html and "secret" not in html
    assert refill("<p>fragment</p>", sent("/x", reason="un long texte"), None) == "<p>fragment</p>"
