"""The pages of purchases: every state for every role, forms that keep what was typed, bad input, the cost of a page, names that stay in."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from portfolio.app import create_app
from portfolio.kit.db import Database
from portfolio.procurement import queries
from portfolio.rulebook.permissions import GRANTS, ROLES
from tests import factories
from tests.client import Client, client
from tests.procurement import stage as s
from tests.procurement.test_group import chosen, collected
from tests.support.counting import counted
from tests.support.nonsense import BAD, sent_as


@pytest.fixture
def world(database: Database) -> Any:
    return s.build(database)


def browser(world: Any, role: str) -> Client:
    return client(
        world.surround, world.people[role], app=world.__dict__.setdefault("app", create_app(world.surround))
    )


def text_of(answer: Any) -> str:
    return re.sub(r"[\u00a0\u202f\s]+", " ", answer.text)


def test_a_purchase_from_need_to_order_on_the_pages(world: Any) -> None:
    me = browser(world, s.OFFICER)
    agreement = world.ids["agreement"]
    page = me.get(f"/procurement/new?agreement={agreement}")
    assert page.status_code == 200 and "Lignes du besoin" in page.text
    need = {
        "buyer": "authority",
        "object": "Moulin",
        "category": "goods",
        "tranche_id": "",
        "need": "",
        "lines-0-label": "Moulin",
        "lines-0-quantity": "1",
    }
    refused = me.submit(f"/procurement/new?agreement={agreement}", need)
    assert (
        refused.status_code == 422
        and 'value="Moulin"' in refused.text
        and "prix unitaire" in refused.text.lower()
    )
    kept = me.submit(
        f"/procurement/new?agreement={agreement}",
        {**need, "lines-0-unit_minor": "2 860 000", "lines-1-label": ""},
    )
    assert kept.status_code == 303, kept.text
    here = kept.headers["location"]
    page = me.get(here)
    assert (
        "Demande de cotations" in page.text
        and "Solliciter un fournisseur" in page.text
        and "(bloqué)" in page.text
    )
    for name in s.NAMES[:3]:
        assert (
            me.submit(f"{here}/invite", {"supplier_id": world.ids[name], "channel": "letter"}).status_code
            == 303
        )
    twice = me.submit(f"{here}/invite", {"supplier_id": world.ids[s.NAMES[0]], "channel": "letter"})
    assert twice.status_code == 422 and "déjà sollicité" in twice.text
    due = (world.clock.moment + timedelta(days=15)).strftime("%d/%m/%Y %H:%M")
    soon = me.submit(f"{here}/ask", {"bids_due_at": "23/11/2026 08:00", "bids_place": "Bureau 4"})
    assert soon.status_code == 422 and 'value="23/11/2026 08:00"' in soon.text
    assert me.submit(f"{here}/ask", {"bids_due_at": due, "bids_place": "Bureau 4"}).status_code == 303
    with world.work(s.OFFICER, readonly=True) as work:
        bids = [q.id for q in queries.quotations(work, s.get(work, int(here.rpartition("/")[2])))]
    for n in bids:
        assert "Enregistrer le dépôt" in me.get(f"{here}/bids/{n}").text
        assert (
            me.submit(f"{here}/bids/{n}/deposit", {"bearer": "Coursier", "sealed": "on"}).status_code == 303
        )
        early = me.submit(f"{here}/bids/{n}/read", {"read_minor": "2 900 000"})
        assert early.status_code == 409 and "Aucun prix ne s’écrit avant" in early.text
        assert "Prix lu à haute voix" not in early.text
    world.later(days=16)
    me = browser(world, s.OFFICER)
    people = {"place": "Gao", "people-0-name": "Rakiatou Hama", "people-0-function": "chargée des marchés"}
    assert me.submit(f"{here}/propose-opening", people).status_code == 303
    assert me.submit(f"{here}/open").status_code == 409  # the same person
    president = browser(world, "president")
    assert president.get(here).status_code == 404  # not before declaring
    assert "À déclarer d’abord" in president.get("/procurement").text
    assert president.get(f"{here}/declare").status_code == 200
    assert president.submit(f"{here}/declare", {"linked": "yes"}).status_code == 422
    assert president.submit(f"{here}/declare", {"linked": "no"}).status_code == 303
    assert president.submit(f"{here}/open").status_code == 303
    for n, price in zip(bids, ("2 860 000", "3 045 000", "3 190 000"), strict=True):
        assert (
            me.submit(
                f"{here}/bids/{n}/read", {"read_minor": price, "papers": ["tax", "price_schedule"]}
            ).status_code
            == 303
        )
    assert me.get(f"{here}/draft/opening").headers["content-type"] == "application/pdf"
    assert me.submit(f"{here}/close-opening", {"remarks": "Néant"}).status_code == 303
    for n in bids:
        assert "Examen" in me.get(f"{here}/bids/{n}").text
        examined = me.submit(
            f"{here}/bids/{n}/examine",
            {"conforming": "yes", "delivery_days": "30", "lines-0-line_id": "1", "lines-0-unit_minor": ""},
        )
        assert examined.status_code == 303, examined.text
    assert me.submit(f"{here}/compare").status_code == 303
    page = me.get(here)
    assert "3 190 000" in text_of(page) and "Comparaison" in page.text and "Procès-verbal d" in page.text
    assert me.get(f"{here}/draft/award").headers["content-type"] == "application/pdf"
    assert me.get(f"{here}/draft/nothing").status_code == 404
    assert "délibéré" in page.text


def test_every_page_of_every_state_opens_for_who_may(world: Any) -> None:
    """Each stage is shown to every role: what is not theirs answers 403 or 404, never a fault, and the CSRF of each form is there."""
    numbers = [chosen(world), collected(world), s.small_order(world), s.received(world)]
    for role in ROLES:
        world.people.setdefault(role, factories.add_person(world.database, role))
        who = browser(world, role)
        pages = [
            "/procurement",
            "/procurement/suppliers",
            "/procurement/alerts",
            "/procurement/rules",
            f"/procurement/suppliers/{world.ids[s.NAMES[0]]}",
        ]
        for n in numbers:
            pages += [
                f"/procurement/{n}",
                f"/procurement/{n}/order",
                f"/procurement/{n}/receive",
                f"/procurement/{n}/hand-over",
            ]
        for address in pages:
            answer = who.get(address)
            assert answer.status_code in (200, 403, 404), f"{role} {address} {answer.status_code}"
            if answer.status_code == 200:
                for form in re.findall(r'<form\b[^>]*method="post".*?</form>', answer.text, re.S):
                    assert 'name="csrf_token"' in form and 'name="idempotency_key"' in form
                ids = re.findall(r'\bid="([^"]+)"', answer.text)
                assert len(ids) == len(set(ids)), (
                    f"{address}: {sorted(i for i in ids if ids.count(i) > 1)[:5]}"
                )
        listed = who.get("/procurement").status_code
        assert listed == (200 if "procedure:view" in GRANTS[role] else 403), role


def test_no_button_leads_to_a_refusal(world: Any) -> None:
    """Whatever action a page offers to its reader is one that this reader holds (Z04)."""
    number = s.deposited(world)
    for role in (s.OFFICER, "grants_officer", "authorising_officer", "internal_auditor"):
        page = browser(world, role).get(f"/procurement/{number}").text
        actions = set(re.findall(rf'action="(/procurement/{number}/[^"]+)"', page))
        assert (role == s.OFFICER) == bool(actions), (role, actions)


def test_names_of_a_group_stay_with_who_may_read_them(world: Any) -> None:
    number = chosen(world)
    with world.work("grants_officer") as work:
        from portfolio.procurement import service

        service.record_order(work, s.get(work, number), s.order_form(world))
    for role in ROLES:
        world.people.setdefault(role, factories.add_person(world.database, role))
        who = browser(world, role)
        answers = [
            who.get(a)
            for a in (
                "/procurement",
                f"/procurement/{number}",
                f"/procurement/{number}/order",
                "/procurement?format=csv",
            )
        ]
        seen = any(name in a.text for a in answers for name in ("Membre 3", "Fadimata Touré"))
        may = "group:view_names" in GRANTS[role] and "procedure:view" in GRANTS[role]
        assert seen <= may, role


@pytest.mark.parametrize("value", BAD)
def test_bad_input_is_refused_in_words(world: Any, value: str) -> None:
    me = browser(world, s.OFFICER)
    agreement = world.ids["agreement"]
    forms = {
        f"/procurement/new?agreement={agreement}": (
            "buyer",
            "object",
            "category",
            "tranche_id",
            "lines-0-label",
            "lines-0-quantity",
            "lines-0-unit_minor",
        ),
        "/procurement/suppliers/new": ("name", "country", "phone", "tax_number"),
    }
    for address, fields in forms.items():
        sent = {f: value.encode("utf-8", "surrogatepass") if "\ud800" in value else value for f in fields}
        answer = me.submit(address, sent)
        assert answer.status_code in (303, 409, 422, 400), f"{address} {value!r}: {answer.status_code}"
        assert "<script>alert(1)" not in answer.text
    assert me.get("/procurement/new", params={"agreement": sent_as(value, 20)}).status_code in (
        200,
        404,
        422,
        400,
    )
    assert (
        me.get(
            "/procurement", params=dict.fromkeys(("status", "q", "sort", "after"), sent_as(value, 40))
        ).status_code
        == 200
    )


def test_bad_input_on_a_purchase_under_way(world: Any) -> None:
    number = s.ordered(world)
    s.declare(world, number, "receiver_1")
    who = browser(world, "receiver_1")
    for value in BAD:
        raw = value.encode("utf-8", "surrogatepass") if "\ud800" in value else value
        fields = (
            "kind",
            "received_on",
            "place",
            "act",
            "commission",
            "lines-0-line_id",
            "lines-0-accepted",
            "lines-0-refused",
            "unknown",
        )
        answer = who.submit(f"/procurement/{number}/receive", dict.fromkeys(fields, raw))
        assert answer.status_code in (409, 422, 400), (value, answer.status_code)
        answer = who.submit(
            f"/procurement/{number}/hand-over",
            {
                "handed_on": raw,
                "place": raw,
                "rules": raw,
                "recipients-0-name": raw,
                "recipients-0-mark": raw,
            },
        )
        assert answer.status_code in (409, 422, 400), (value, answer.status_code)


def test_the_cost_of_pages_does_not_grow(world: Any) -> None:
    counts = []
    for target in (2, 4):
        while True:
            with world.work(s.OFFICER, readonly=True) as work:
                done = len(queries.of_agreement(work, world.ids["agreement"]))
            if done >= target:
                break
            number = s.small_order(world)
        me = browser(world, s.OFFICER)
        for address in ("/procurement", "/procurement/suppliers", "/procurement/alerts"):
            with counted(world.database) as seen:
                assert me.get(address).status_code == 200
            counts.append((address, len(seen)))
            assert len(seen) <= 8, (address, seen)
        with counted(world.database) as seen:
            assert me.get(f"/procurement/{number}").status_code == 200
        counts.append(("show", len(seen)))
        assert len(seen) <= 20, seen
    assert counts[:4] == counts[4:]


def test_the_panel_stands_on_the_page_of_the_agreement(world: Any) -> None:
    number = s.opened_file(world)
    page = browser(world, s.OFFICER).get(f"/agreements/{world.ids['agreement']}").text
    assert f"/procurement/{number}" in page and f"/procurement/new?agreement={world.ids['agreement']}" in page


def test_papers_are_opened_by_who_sees_the_purchase(world: Any) -> None:
    number = s.ordered(world)
    from portfolio.documents import queries as documents

    with world.work(s.OFFICER, readonly=True) as work:
        papers = documents.papers_of(work, s.get(work, number))
    assert {p.kind for p in papers} == {"opening_minutes", "award_minutes", "purchase_order"}
    assert browser(world, s.OFFICER).get(f"/documents/papers/{papers[0].id}").status_code == 200
    assert (
        browser(world, "receiver_2").get(f"/documents/papers/{papers[0].id}").status_code == 404
    )  # has not declared
