"""Names of people reached: in no answer without the right and a recorded look (P04, P06, Z12); the pages, their cost, bad input."""

from __future__ import annotations

import io
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from portfolio.app import create_app
from portfolio.audit.models import AuditEvent
from portfolio.kit.db import Database
from portfolio.rulebook.permissions import GRANTS, ROLES
from tests import factories
from tests.beneficiaries import stage as s
from tests.client import Client, client
from tests.support.counting import counted
from tests.support.nonsense import BAD, sent_as

CANARIES = ("Zzcanarina", "Wwcanarona", "+22377711122", "Xxvillage", "1987")
ROWS = [
    {
        "full_name": "Zzcanarina Cissé",
        "sex": "F",
        "birth_year": 1987,
        "village": "Xxvillage",
        "phone": "+22377711122",
    },
    {"full_name": "Wwcanarona Maïga", "sex": "M", "birth_year": 1950, "village": "Xxvillage"},
    {"full_name": "Zzcanarina Sissé", "sex": "F", "birth_year": 1987, "village": "Xxvillage"},
]
@pytest.fixture
def world(database: Database) -> Any:
    made = s.build(database)
    made.ids["people"] = s.people(made, ROWS)  # type: ignore[assignment]
    s.counted(made, 3, sex="F", band="15-24")
    for role in ROLES:
        made.people.setdefault(role, factories.add_person(database, role))
    made.__dict__["app"] = create_app(made.surround)
    return made


def browser(world: Any, role: str) -> Client:
    return client(world.surround, world.people[role], app=world.__dict__["app"])


def addresses(world: Any) -> list[str]:
    people = world.ids["people"]
    return [
        "/beneficiaries", "/beneficiaries?by=project", "/beneficiaries?by=region&format=csv", "/beneficiaries?by=call&format=xlsx",
        "/beneficiaries/people", "/beneficiaries/people?format=csv", "/beneficiaries/people?format=xlsx", "/beneficiaries/people?q=Zzcanarina",
        "/beneficiaries/duplicates", "/beneficiaries/duplicates?format=csv", "/beneficiaries/duplicates/1",
        f"/beneficiaries/projects/{world.ids['project_1']}", f"/beneficiaries/projects/{world.ids['project_1']}/record",
        f"/beneficiaries/projects/{world.ids['project_1']}/counts", *(f"/beneficiaries/people/{n}" for n in people),
        f"/projects/{world.ids['project_1']}", f"/agreements/{world.ids['agreement']}", f"/groups/{world.ids['group']}", "/search?q=Zzcanarina",
        "/journal", "/",
    ]  # fmt: skip


def plain(answer: Any) -> str:
    if "spreadsheet" in answer.headers.get("content-type", ""):
        from python_calamine import CalamineWorkbook

        book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
        return str([book.get_sheet_by_name(n).to_python() for n in book.sheet_names])
    return str(answer.text)


@pytest.mark.parametrize("role", list(ROLES))
def test_no_name_without_a_look(world: Any, role: str) -> None:
    """Every page of the room and those it shows itself on, for every role, with a token of nobody and one made up."""
    who = browser(world, role)
    for address in addresses(world):
        for token in ("", "look=9999999999.00000000000000000000000000000000"):
            glue = "&" if "?" in address else "?"
            answer = who.get(f"{address}{glue}{token}" if token else address)
            assert answer.status_code in (200, 403, 404, 303), (address, answer.status_code)
            text = plain(answer).replace("q=Zzcanarina", "").replace('value="Zzcanarina"', "")
            text = re.sub(r"(?i)recherche ?: ?«?[^<]*|Search[^<]*", "", text)
            text = re.sub(r'value="[\w-]{20,}"|v=[0-9a-f]{12}', "", text)  # tokens and keys are random: a year may stand in them
            for canary in CANARIES:
                if canary == "Zzcanarina" and "/search" in address or "q=" in address:
                    continue  # what the reader typed comes back to the reader
                assert canary not in text, (role, address, canary)


def test_a_look_is_recorded_and_opens_the_names_to_one_person_for_a_while(world: Any) -> None:
    project = world.ids["project_1"]
    officer = browser(world, s.OFFICER)
    refused = officer.submit(f"/beneficiaries/projects/{project}/names", {"reason": "court"})
    assert refused.status_code == 422 and "Zzcanarina" not in refused.text
    answer = officer.submit(
        f"/beneficiaries/projects/{project}/names", {"reason": "Appeler les absentes du 12 novembre"}
    )
    assert answer.status_code == 303
    opened = officer.get(answer.headers["location"])
    assert "Zzcanarina Cissé" in opened.text and "+22377711122" in opened.text
    with world.work(s.OFFICER, readonly=True) as work:
        events = list(work.db.scalars(select(AuditEvent).where(AuditEvent.event == "reach:names_seen")))
    assert len(events) == 1 and events[0].reason == "Appeler les absentes du 12 novembre"
    token = parse_qs(urlsplit(answer.headers["location"]).query)["look"][0]
    for role in (s.HEAD, "external_auditor", "internal_auditor"):  # another person, with or without the right
        other = browser(world, role).get(f"/beneficiaries/projects/{project}?look={token}")
        assert "Zzcanarina" not in other.text
    assert (
        "Zzcanarina" not in officer.get(f"/beneficiaries/people/{world.ids['people'][0]}?look={token}").text
    )  # another subject
    world.later(minutes=16)
    assert (
        "Zzcanarina"
        not in browser(world, s.OFFICER).get(f"/beneficiaries/projects/{project}?look={token}").text
    )
    for role in ("external_auditor", "internal_auditor", "accountant"):
        assert (
            browser(world, role)
            .submit(f"/beneficiaries/projects/{project}/names", {"reason": "Je voudrais voir"})
            .status_code
            == 403
        )


def test_a_person_and_a_pair_open_after_a_look(world: Any) -> None:
    head = browser(world, s.HEAD)
    person = head.submit(
        f"/beneficiaries/people/{world.ids['people'][0]}/names", {"reason": "Vérifier la carte NINA"}
    )
    assert "Zzcanarina Cissé" in head.get(person.headers["location"]).text
    assert "Zzcanarina" not in head.get("/beneficiaries/duplicates/1").text
    pair = head.submit("/beneficiaries/duplicates/1/names", {"reason": "Trancher la paire"})
    side = head.get(pair.headers["location"]).text
    assert "Zzcanarina Cissé" in side and "Zzcanarina Sissé" in side
    assert head.submit("/beneficiaries/duplicates/1/merge", {"reason": "Même carte NINA."}).status_code == 303
    assert head.submit("/beneficiaries/duplicates/1/merge", {"reason": "Même carte NINA."}).status_code == 409
    assert "même personne qu" in head.get(f"/beneficiaries/people/{world.ids['people'][2]}").text.replace(
        "&#39;", "'"
    )
    officer = browser(world, s.OFFICER)
    assert (
        officer.submit("/beneficiaries/duplicates/1/merge", {"reason": "Même carte NINA."}).status_code == 403
    )


def test_small_cells_are_masked_for_who_sees_no_names(world: Any) -> None:
    for role in ("external_auditor", "accountant"):
        page = browser(world, role).get("/beneficiaries")
        figures = re.findall(r'<p class="kpi-value">([^<]*)</p>', page.text)
        assert figures == ["&lt; 5", "&lt; 5", "0"], figures
        assert "masqué" in page.text and "Les cases de moins de 5" in page.text
        csv = browser(world, role).get("/beneficiaries?by=call&format=csv").text
        assert "< 5" in csv and ";3;" not in csv
        panel = browser(world, role).get(f"/projects/{world.ids['project_1']}").text
        assert "&lt; 5" in panel
        assert ">3<" not in browser(world, role).get(f"/beneficiaries/projects/{world.ids['project_1']}").text
    figures = re.findall(
        r'<p class="kpi-value">([^<]*)</p>', browser(world, s.OFFICER).get("/beneficiaries").text
    )
    assert figures == ["3", "3", "0"]


def test_the_grid_keeps_what_was_typed(world: Any) -> None:
    me = browser(world, s.OFFICER)
    target = f"/beneficiaries/projects/{world.ids['project_2']}/record"
    sent = {
        "received_on": "12/11/2026", "assistance": "Formation", "lines-0-full_name": "Kadi Touré", "lines-0-sex": "F", "lines-0-birth_year": "19x0",
        "lines-1-full_name": "", "lines-1-sex": "unknown", "lines-1-displacement": "unknown", "lines-1-disability": "",
        "lines-25-full_name": "Awa Sow",
        "lines-25-sex": "F",
    }  # fmt: skip
    refused = me.submit(target, sent)
    assert (
        refused.status_code == 422
        and 'value="Kadi Touré"' in refused.text
        and 'value="19x0"' in refused.text
        and 'value="Awa Sow"' in refused.text
    )
    assert "nombre entier" in refused.text
    kept = me.submit(target, {**sent, "lines-0-birth_year": "1990"})
    assert kept.status_code == 303, kept.text
    assert "2 personne" in me.get(kept.headers["location"]).text
    counts = f"/beneficiaries/projects/{world.ids['project_2']}/counts"
    sent = {
        "kind": "indirect",
        "on": "12/11/2026",
        "method": "membres × 6",
        "lines-0-people": "192",
        "lines-1-people": "",
        "lines-1-sex": "F",
    }
    assert me.submit(counts, {**sent, "kind": ""}).status_code == 422
    assert me.submit(counts, sent).status_code == 303


@pytest.mark.parametrize("value", BAD)
def test_bad_input_is_refused_in_words(world: Any, value: str) -> None:
    me = browser(world, s.OFFICER)
    raw = value.encode("utf-8", "surrogatepass") if "\ud800" in value else value
    one, person = world.ids["project_1"], world.ids["people"][0]
    posts = {
        f"/beneficiaries/projects/{one}/record": (
            "received_on",
            "assistance",
            "lines-0-full_name",
            "lines-0-sex",
            "lines-0-birth_year",
            "lines-0-phone",
        ),
        f"/beneficiaries/projects/{one}/counts": ("kind", "on", "method", "lines-0-people", "lines-0-band"),
        f"/beneficiaries/projects/{one}/names": ("reason", "extra"),
        f"/beneficiaries/people/{person}/correct": ("full_name", "sex", "received_on", "reason"),
    }
    for address, fields in posts.items():
        answer = me.submit(address, dict.fromkeys(fields, raw))
        assert answer.status_code in (409, 422, 400), (address, value, answer.status_code)
        assert "<script>alert(1)" not in answer.text
    for query in ("call", "region", "objective", "by", "country"):
        assert me.get("/beneficiaries", params={query: sent_as(value)}).status_code == 200
    assert (
        me.get(
            f"/beneficiaries/projects/{one}", params={"page": sent_as(value), "look": sent_as(value)}
        ).status_code
        == 200
    )


def test_the_cost_of_pages_does_not_grow(world: Any) -> None:
    costs = []
    for extra in (
        [],
        [{"full_name": f"Personne Numéro{n}", "sex": "F", "village": f"V{n}"} for n in range(30)],
    ):
        if extra:
            s.people(world, extra, n=2)
        me = browser(world, s.OFFICER)
        cost = []
        for address in (
            "/beneficiaries/people",
            "/beneficiaries/duplicates",
            "/beneficiaries",
            f"/beneficiaries/projects/{world.ids['project_1']}",
        ):
            with counted(world.database) as seen:
                assert me.get(address).status_code == 200
            cost.append(len(seen))
        costs.append(cost)
    assert costs[0] == costs[1], costs
    assert max(costs[0][:2]) <= 8 and costs[0][2] <= 12 and costs[0][3] <= 14, costs


def test_a_scope_by_call_hides_other_calls(world: Any) -> None:
    number = factories.add_person(world.database, "grants_officer", scope=("call", "999"))
    who = client(world.surround, number, app=world.__dict__["app"])
    assert who.get(f"/beneficiaries/people/{world.ids['people'][0]}").status_code == 404
    assert "BEN-2026" not in who.get("/beneficiaries/people").text
    assert re.findall(r'<p class="kpi-value">([^<]*)</p>', who.get("/beneficiaries").text) == ["0", "0", "0"]


def test_every_form_carries_its_token_and_ids_are_unique(world: Any) -> None:
    for role in ROLES:
        if "reach:view" not in GRANTS[role]:
            continue
        for address in addresses(world)[:-2]:
            answer = browser(world, role).get(address)
            if answer.status_code != 200 or "text/html" not in answer.headers["content-type"]:
                continue
            for form in re.findall(r'<form\b[^>]*method="post".*?</form>', answer.text, re.S):
                assert 'name="csrf_token"' in form and 'name="idempotency_key"' in form
            ids = re.findall(r'\bid="([^"]+)"', answer.text)
            assert len(ids) == len(set(ids)), (address, sorted(i for i in ids if ids.count(i) > 1)[:5])
