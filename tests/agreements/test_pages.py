"""The screens of agreements over HTTP: every page, the whole life through forms, refused forms that keep what was typed."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from sqlalchemy import event, select

from portfolio.agreements.models import AMENDMENTS, Agreement, Amendment
from portfolio.kit.db import Database
from tests.agreements import world as make
from tests.agreements.standing import pdf_bytes
from tests.agreements.world import World
from tests.client import Client, client


def fields_of(page: str, action: str) -> dict[str, Any]:
    """What a browser would send of the form with this action, untouched."""
    found = re.search(rf'<form[^>]*action="{re.escape(html.escape(action))}"[^>]*>(.*?)</form>', page, re.S)
    assert found, f"no form to {action}"
    body, fields = found[1], {}
    for tag in re.findall(r"<input[^>]*>", body):
        name, kind = _attribute(tag, "name"), _attribute(tag, "type")
        if name and name not in ("csrf_token", "idempotency_key") and kind not in ("file", "checkbox"):
            fields[name] = html.unescape(_attribute(tag, "value") or "")
    for name, inner in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', body, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', inner)
        fields[name] = html.unescape(chosen[1]) if chosen else ""
    for name, inner in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', body, re.S):
        fields[name] = html.unescape(inner.removeprefix("\n"))
    return fields


def _attribute(tag: str, name: str) -> str | None:
    found = re.search(rf'\s{name}="([^"]*)"', tag)
    return found[1] if found else None


def text_of(page: str) -> str:
    """The words of a page, spaces of every kind made one."""
    return re.sub(r"[\s\u00a0\u202f]+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def browsers(world: World) -> dict[str, Client]:
    from portfolio.app import create_app

    app = create_app(world.surround)
    return {role: client(world.surround, person, app=app) for role, person in world.people.items()}


@pytest.fixture
def world(database: Database) -> World:
    return make.build(database)


def test_the_life_of_an_agreement_through_its_forms(world: World) -> None:
    by = browsers(world)
    officer, head, ordonnateur = by["grants_officer"], by["programme_head"], by["authorising_officer"]
    award = world.ids["award"]
    waiting = officer.get("/agreements/new")
    assert waiting.status_code == 200 and "DOS-2025-00007-A" in waiting.text
    page = officer.get(f"/agreements/new?award={award}")
    assert page.status_code == 200
    fields = fields_of(page.text, f"/agreements/new/{award}") | {"ends_on": "31/10/2027"}
    made = officer.submit(f"/agreements/new/{award}", fields)
    assert made.status_code == 303, text_of(made.text)[:3000]
    address = made.headers["location"]
    assert "4 450 000 F CFA" in text_of(officer.get(address).text)
    assert head.submit(f"{address}/check").status_code == 303
    assert head.submit(f"{address}/return", {"reason": "Dates à corriger avec le groupe"}).status_code == 303
    edit = officer.get(f"{address}/edit")
    again = fields_of(edit.text, f"{address}/edit") | {"title": "Embouche ovine corrigée"}
    assert officer.submit(f"{address}/edit", again).status_code == 303
    assert officer.submit(f"{address}/edit", again).status_code == 409  # the version moved
    assert "Embouche ovine corrigée" in head.get(address).text
    assert head.submit(f"{address}/check").status_code == 303
    assert officer.submit(f"{address}/send").status_code == 303
    form = officer.get(f"{address}/group-signature")
    assert form.status_code == 200 and "Fadimata Touré" in form.text
    signed = {
        "signed_on": "22/11/2026",
        "signatory_name": "Fadimata Touré",
        "signatory_function": "présidente",
    }
    assert officer.submit(f"{address}/group-signature", signed).status_code == 303
    refused = ordonnateur.submit(f"{address}/countersign")
    assert refused.status_code == 409 and "Scannez" in refused.text
    scan = {"scan": ("convention.pdf", make.pdf_bytes(), "application/pdf")}
    assert officer.submit(f"{address}/scan", files=scan).status_code == 303
    assert ordonnateur.submit(f"{address}/countersign").status_code == 303
    page = officer.get(address)
    assert "En exécution" in page.text and "bloquée" in page.text
    paper = officer.get(f"{address}/paper")
    assert paper.headers["content-type"] == "application/pdf" and paper.content.startswith(b"%PDF")
    what = officer.get(f"{address}/what-if?on=01/06/2027&accepted=1 335 000")
    assert what.status_code == 200
    assert officer.get(f"{address}/what-if?on=pas une date").status_code == 422
    act = {"reason": "Route coupée, aucun accès", "act": "Lettre n° 14 du 22/11/2026"}
    kept = head.submit(f"{address}/suspend", act)
    assert kept.status_code == 422 and "Lettre n° 14" in kept.text and "Joignez" in kept.text
    assert head.get(f"{address}/suspend").status_code == 200
    assert head.submit(f"{address}/suspend", act, files=scan).status_code == 303
    settles = ordonnateur.get(f"{address}/terminate")
    assert settles.status_code == 200 and "4 450 000 F CFA" in text_of(settles.text)
    assert "Suspendu" in officer.get(address).text
    assert (
        by["programme_head"].submit(f"{address}/resume", {"reason": "Route rouverte le 20"}).status_code
        == 303
    )
    listing = officer.get("/agreements?q=embouche&status=active")
    assert listing.status_code == 200 and "Groupement féminin Anniya" in html.unescape(listing.text)
    for kind in ("xlsx", "csv"):
        assert officer.get(f"/agreements?format={kind}").status_code == 200


def test_a_schedule_that_does_not_sum_says_the_difference_and_keeps_what_was_typed(world: World) -> None:
    officer = browsers(world)["grants_officer"]
    award = world.ids["award"]
    fields = fields_of(officer.get(f"/agreements/new?award={award}").text, f"/agreements/new/{award}")
    fields |= {"ends_on": "31/10/2027", "tranches-2-amount": "889 999", "title": "Titre tapé à la main"}
    refused = officer.submit(f"/agreements/new/{award}", fields)
    assert refused.status_code == 409
    words = text_of(refused.text)
    assert "il manque 1 F CFA" in words and "4 450 000 F CFA" in words
    assert 'value="889 999"' in refused.text and "Titre tapé à la main" in refused.text


AMOUNTS = (
    "", " ", "0", "-5", "1.250.000", "1e3", "12,5", "abc", "99999999999999999999", "１２３", "<b>5</b>", "\u202e5",
    "5 000 000 000 000 000 000",
)  # fmt: skip
ANSWERS = (
    ("starts_on", "31/02/2026"),
    ("ends_on", "demain"),
    ("ends_on", "01/01/2020"),
    ("account_id", "999999"),
    ("account_id", "x"),
    ("tranches-0-modality", "don"),
    ("conditions-0-kind", "drop table"),
    ("conditions-0-tranche", "9"),
    ("conditions-1-threshold", "175"),
    ("lines-0-quantity", "0"),
    ("lines-0-source", "Z"),
    ("title", "x" * 400),
    ("title", "a\x00b"),
    ("unknown", "1"),
    *(("tranches-0-amount", value) for value in AMOUNTS),
)


def test_nothing_typed_breaks_the_form(world: World) -> None:
    officer = browsers(world)["grants_officer"]
    award = world.ids["award"]
    fields = fields_of(officer.get(f"/agreements/new?award={award}").text, f"/agreements/new/{award}")
    for name, value in ANSWERS:
        answer = officer.submit(f"/agreements/new/{award}", {**fields, "ends_on": "31/10/2027", name: value})
        assert answer.status_code in (409, 422), (name, value, answer.status_code)
        assert 'id="agreement"' in answer.text, (name, value)
        if name.endswith(("amount", "_on", "title", "threshold", "tranche", "quantity")):
            assert html.escape(value.replace("\x00", "")) in answer.text, (name, value)


def test_conditions_and_waivers_through_the_page(world: World) -> None:
    number = make.signed(
        world, conditions=((1, "own_contribution", None), (2, "document", None), (3, "visit", None))
    )
    by = browsers(world)
    address = f"/agreements/{number}"
    page = by["grants_officer"].get(address)
    ids = re.findall(r'id="condition-(\d+)"', page.text)
    slip = {"dated_on": "01/06/2026", "number": "12", "issuer": "Caisse populaire", "amount": "300 000"}
    scan = {"scan": ("bordereau.pdf", make.pdf_bytes(), "application/pdf")}
    assert by["grants_officer"].submit(f"/agreements/conditions/{ids[0]}/proof", slip, files=scan).status_code == 303
    assert "N° 12" in by["grants_officer"].get(address).text
    assert by["grants_officer"].submit(f"/agreements/conditions/{ids[2]}/proof", slip, files=scan).status_code in (404, 409)
    assert (
        by["grants_officer"]
        .submit(f"/agreements/conditions/{ids[1]}/propose-waiver", {"reason": "court"})
        .status_code
        == 422
    )
    proposed = {"reason": "La pièce a brûlé avec la mairie", "act": "Note n° 3"}
    note = {"scan": ("note.pdf", make.pdf_bytes(), "application/pdf")}
    waiver = f"/agreements/conditions/{ids[1]}/propose-waiver"
    assert by["grants_officer"].submit(waiver, proposed).status_code == 422
    assert by["grants_officer"].submit(waiver, proposed, files=note).status_code == 303
    assert by["grants_officer"].submit(f"/agreements/conditions/{ids[1]}/waive").status_code == 403
    assert by["programme_head"].submit(f"/agreements/conditions/{ids[1]}/waive").status_code == 303
    assert (
        "Dérogation accordée" in html.unescape(by["programme_head"].get(address).text)
        or "brûlé" in by["programme_head"].get(address).text
    )


def test_amendments_through_the_page(world: World) -> None:
    number = make.signed(world)
    by = browsers(world)
    officer = by["grants_officer"]
    address = f"/agreements/{number}/amendments"
    assert "Prolongation" in officer.get(f"{address}/new").text
    for kind in AMENDMENTS:
        assert officer.get(f"{address}/new?kind={kind}").status_code == 200
    fields = fields_of(officer.get(f"{address}/new?kind=virement").text, address)
    fields |= {"reason": "Le ciment a renchéri de moitié", "act": "Avis n° 4", "lines-3-unit_minor": "20 000"}
    refused = officer.submit(address, fields)
    assert refused.status_code == 409 and "20 000 F CFA" in text_of(refused.text)
    fields |= {"lines-0-unit_minor": "74 500"}
    made = officer.submit(address, fields)
    assert made.status_code == 303, text_of(made.text)[:2000]
    page = made.headers["location"]
    assert officer.get(page).text.count("4\u202f450\u202f000") >= 2  # both sums
    assert officer.submit(f"{page}/submit").status_code == 303
    assert officer.submit(f"{page}/approve").status_code == 403
    assert by["programme_head"].submit(f"{page}/approve").status_code == 303
    signed = {
        "signed_on": "22/11/2026",
        "signatory_name": "Fadimata Touré",
        "signatory_function": "présidente",
    }
    missing = by["authorising_officer"].submit(f"{page}/sign", signed)
    assert missing.status_code == 422 and "Joignez" in missing.text and 'id="sign"' in missing.text
    scan = {"scan": ("avenant.pdf", make.pdf_bytes(), "application/pdf")}
    assert by["authorising_officer"].submit(f"{page}/sign", signed, files=scan).status_code == 303
    for kind, more in (("termination", {}), ("suspension", {"until_on": "01/02/2027"}), ("results", {"results": "Deux cents têtes"})):
        made = officer.submit(address, {"kind": kind, "reason": "Accord des deux parties", **more})
        assert made.status_code == 303 and officer.get(made.headers["location"]).status_code == 200
        assert officer.get(f"{made.headers['location']}/paper").content.startswith(b"%PDF")
    paper = officer.get(f"{page}/paper")
    assert paper.content.startswith(b"%PDF")
    with world.work("grants_officer", readonly=True) as work:
        agreement = work.db.get_one(Agreement, number)
        assert agreement.version > 1
        assert work.db.scalars(select(Amendment.status)).all() == ["signed", "draft", "draft", "draft"]


def test_force_majeure_through_the_page(world: World) -> None:
    make.signed(world)
    by = browsers(world)
    head = by["programme_head"]
    fields = {
        "place_id": str(world.ids["region"]), "starts_on": "01/11/2026", "act": "Décision n° 7 du 1er novembre 2026",
        "reason": "Route coupée par les affrontements",
    }  # fmt: skip
    assert head.submit("/agreements/force-majeure", {**fields, "place_id": "9999"}).status_code == 422
    bare = head.submit("/agreements/force-majeure", fields)
    assert bare.status_code == 422 and "Joignez l’acte" in bare.text
    act = {"scan": ("acte.pdf", pdf_bytes(), "application/pdf")}
    assert head.submit("/agreements/force-majeure", fields, files=act).status_code == 303
    kept = re.search(r'href="(/documents/[^"]+)">Décision n° 7', html.unescape(head.get("/agreements/force-majeure").text))
    assert kept and by["grants_officer"].get(kept[1]).status_code == 200
    assert "Décision n° 7" in html.unescape(head.get("/agreements/force-majeure").text)
    assert by["grants_officer"].submit("/agreements/force-majeure", fields).status_code == 403
    assert head.submit("/agreements/force-majeure/1/lift").status_code == 303
    assert head.submit("/agreements/force-majeure/1/lift").status_code == 409


def test_who_may_not_see_gets_404(world: World, database: Database) -> None:
    from tests import factories

    number = make.draft(world)
    world.people["elsewhere"] = factories.add_person(database, "grants_officer", scope=("country", "NE"))
    other = browsers(world)["elsewhere"]
    assert other.get(f"/agreements/{number}").status_code == 404
    assert other.get(f"/agreements/{number}/paper").status_code == 404
    assert "Aucune convention" in other.get("/agreements").text
    assert client(world.surround).get(f"/agreements/{number}", follow_redirects=False).status_code == 303


def test_lists_cost_the_same_whatever_their_length(world: World) -> None:
    make.signed(world)
    officer = browsers(world)["grants_officer"]
    officer.get("/agreements")
    seen: list[str] = []
    engine = world.database.engine
    event.listen(engine, "before_cursor_execute", lambda *a: seen.append(a[2]))
    officer.get("/agreements")
    selects = [s for s in seen if s.lstrip().upper().startswith("SELECT")]
    assert len(selects) <= 8, selects
