"""The pages of groups, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from portfolio.groups.models import Group
from portfolio.kit.db import Database
from tests import factories
from tests.client import Client, client
from tests.groups import making
from tests.groups.making import acting
from tests.support.counting import counted

CORPUS = (
    "", "é" * 9000, "a\x00b", "🐐" * 300, "\u202eevil\u202c", "1 250 000,50", "31/02/2026", "0000-01-01", "01/01/9999", "-1", "1e9",
    "<script>alert(1)</script>", "' OR 1=1 --", "٣٤", "=HYPERLINK(1)",
)  # fmt: skip
TYPED = {
    "name": "Groupement Wafakoye", "legal_form": "Groupement de femmes", "category": "women", "place": "Ouattagouna", "women": "20", "men": "2",
    "youth": "5", "displaced": "0", "registration": "0099/2020", "president": "Hadiza Seyni",
}  # fmt: skip


def browser(database: Database, role: str, n: int = 1) -> Client:
    return client(making.house(database), making.person_of(database, role, n))


def body(page: Any) -> str:
    text: str = page.text
    return text.replace("&#39;", "'").replace("\u00a0", " ").replace("\u202f", " ").replace("’", "'")


def test_the_counter_shows_the_three_nearest_before_it_creates(database: Database) -> None:
    first = making.register(database, name="Groupement Wafakoye", president="Zeinabou Cissé")
    agent = browser(database, "intake_agent")
    page = agent.submit("/groups", {**TYPED, "president": "Zeynabou Sissé"})
    text = body(page)
    assert page.status_code == 409 and f'href="/groups/{first}"' in text and "même nom à l'oreille" in text
    assert 'value="Zeynabou Sissé"' in text and 'name="confirmed"' in text and "Avance non justifiée" in text
    made = agent.submit("/groups", {**TYPED, "confirmed": "on"})
    assert made.status_code == 303
    shown = body(agent.get(made.headers["location"]))
    for words in ("Groupement Wafakoye", "Ouattagouna", "Demandeurs qui lui ressemblent"):
        assert words in shown


def test_a_new_group_needs_no_second_page(database: Database) -> None:
    assert browser(database, "intake_agent").submit("/groups", TYPED).status_code == 303


def test_namesake_communes_are_proposed_and_one_is_chosen(database: Database) -> None:
    agent = browser(database, "intake_agent")
    page = agent.submit("/groups", {**TYPED, "place": "Gao"})
    assert page.status_code == 422 and 'name="place_id"' in page.text and "Burkina Faso" in page.text
    with acting(database, "intake_agent", commit=False) as work:
        gao = making.place(work, "ML0703").id
    chosen = agent.submit("/groups", {**TYPED, "place": "Gao", "place_id": str(gao)})
    assert chosen.status_code == 303


@pytest.mark.parametrize("value", CORPUS)
def test_bad_input_is_refused_in_words_and_kept(database: Database, value: str) -> None:
    number = making.verified(database)
    account = making.account(database, number)
    officer, head = browser(database, "grants_officer"), browser(database, "programme_head")
    group = dict.fromkeys(
        (
            "name",
            "legal_form",
            "category",
            "place",
            "place_id",
            "village",
            "phone",
            "email",
            "founded_on",
            "registration",
            "women",
            "men",
            "youth",
            "displaced",
            "note",
        ),
        value,
    )
    answers = [
        officer.submit("/groups", group),
        officer.submit(f"/groups/{number}/edit", group),
        officer.submit(
            f"/groups/{number}/officers/new",
            dict.fromkeys(
                ("office", "full_name", "sex", "phone", "id_kind", "id_number", "since", "act"), value
            ),
        ),
        officer.submit(
            f"/groups/{number}/accounts/new", dict.fromkeys(("kind", "provider", "holder", "number"), value)
        ),
        head.submit(f"/groups/accounts/{account}/verify", {"number": value, "why": value}),
        head.submit(f"/groups/accounts/{account}/retire", {"reason": value}),
        head.submit(f"/groups/{number}/verify", {"checked": value}),
        head.submit(f"/groups/{number}/block", {"reason": value})
        if len(value) < 10 or "\x00" in value
        else officer.submit("/groups", group),
        client(making.house(database)).submit(
            "/public/register",
            {**group, "full_name": value, "account_email": value, "account_phone": value, "password": value},
        ),
    ]
    shown = value.replace("\x00", "").replace("\u202e", "").replace("\u202c", "")[:20]
    for n, answer in enumerate(answers):
        allowed = (422, 409, 303) if n in (5, 7) else (422, 409)
        assert answer.status_code in allowed, (n, answer.text[:400])
        assert "Incident" not in answer.text and "<script>alert" not in answer.text
        if n < 4 and shown and "<" not in shown and "'" not in shown:
            assert shown in answer.text, n
    with acting(database, "grants_officer", commit=False) as work:
        assert work.db.scalar(select(func.count()).select_from(Group)) == 1


def test_doubled_unknown_and_missing_fields(database: Database) -> None:
    agent = browser(database, "intake_agent")
    assert "deux fois" in agent.submit("/groups", {**TYPED, "name": ["Un nom", "Un autre"]}).text
    assert agent.submit("/groups", {**TYPED, "status": "verified"}).status_code == 422
    assert agent.submit("/groups", {**TYPED, "created_by_id": "1"}).status_code == 422
    assert agent.submit("/groups", {}).status_code == 422


def test_names_and_numbers_follow_the_need_to_know(database: Database) -> None:
    number = making.register(database, phone="+22370000010")
    making.account(database, number)
    full = {
        "Zeinabou Cissé",
        "+22370000011",
        "+22370000010",
        "ML0160120100000123",
        "Groupement féminin Benkadi",
    }
    sees = {
        "grants_officer": full - {"ML0160120100000123"},
        "accountant": full,
        "authorising_officer": full,
        "external_auditor": {"Groupement féminin Benkadi"},
    }
    for role, expected in sees.items():
        page = browser(database, role).get(f"/groups/{number}").text.replace("\u00a0", "")  # telephones come in pairs of digits
        assert {secret for secret in full if secret in page} == expected, role
    auditor = browser(database, "external_auditor").get(f"/groups/{number}").text
    assert "Z. C." in auditor and "…0123" in auditor and "…0011" in auditor


def test_an_auditor_cannot_search_by_name_or_telephone(database: Database) -> None:
    making.register(database)
    for typed in ("Zeinabou Sissé", "70000011"):
        assert (
            "Groupement féminin Benkadi" in browser(database, "intake_agent").get(f"/groups?q={typed}").text
        )
        assert (
            "Groupement féminin Benkadi"
            not in browser(database, "external_auditor").get(f"/groups?q={typed}").text
        )
    assert "Groupement féminin Benkadi" in browser(database, "external_auditor").get("/groups?q=benkadi").text


def test_a_hidden_place_stays_hidden(database: Database) -> None:
    number = making.register(database, hidden_place=True, village="Site de Lellehoye")
    assert "Lellehoye" in browser(database, "grants_officer").get(f"/groups/{number}").text
    seen = browser(database, "external_auditor").get(f"/groups/{number}").text
    assert "Lellehoye" not in seen and "Ansongo" not in seen
    assert "Ansongo" not in browser(database, "external_auditor").get("/groups").text


def test_the_two_hands_of_an_account(database: Database) -> None:
    number = making.register(database)
    officer, head = browser(database, "grants_officer"), browser(database, "programme_head")
    made = officer.submit(
        f"/groups/{number}/accounts/new",
        {
            "kind": "sfd",
            "provider": "Kafo Jiginew",
            "holder": "Mariam Guindo",
            "number": "ML 0160 1201 0000 0123",
        },
    )
    assert made.status_code == 303
    page = body(officer.get(f"/groups/{number}"))
    assert "…0123" in page and "au nom d'une personne du bureau" in page
    with acting(database, "programme_head", commit=False) as work:
        from portfolio.groups import queries

        account = queries.accounts(work, work.db.get_one(Group, number))[0].id
    refused = head.submit(f"/groups/accounts/{account}/verify", {"number": "ML0160120100000123"})
    assert refused.status_code == 409 and 'value="ML0160120100000123"' in refused.text
    good = head.submit(
        f"/groups/accounts/{account}/verify",
        {"number": "ML0160120100000123", "accept": "on", "why": "Décision de l'assemblée du 3 mai."},
    )
    assert good.status_code == 303
    assert officer.get(f"/groups/accounts/{account}").status_code == 403


@pytest.mark.parametrize("many", [1, 3])
def test_the_list_costs_the_same_for_one_and_for_three(database: Database, many: int) -> None:
    for name in ("Jigiya", "Danaya", "Sabati")[:many]:
        making.register(database, name=name, confirmed=True)
    officer = browser(database, "grants_officer")
    officer.get("/groups")
    for address in ("/groups", "/groups?q=danaya&status=registered&category=women&country=ML&sort=name"):
        with counted(database) as seen:
            assert officer.get(address).status_code == 200
        assert len(seen) <= 4, seen


@pytest.mark.parametrize("many", [1, 3])
def test_the_record_costs_the_same_whatever_hangs_on_it(database: Database, many: int) -> None:
    number = making.register(database)
    for n in range(many):
        making.account(database, number, number=f"ML016012010000012{n}")
        making.register(database, name=f"Benkadi {'abc'[n]}", confirmed=True)
    with acting(database, "grants_officer", commit=False) as work:
        from portfolio.groups import queries

        with counted(database) as seen:
            queries.facts(work, queries.get(work, number))
    assert len(seen) <= 8, seen


def test_outside_its_country_a_group_is_a_404_like_any_other(database: Database) -> None:
    number = making.register(database)
    stranger = client(
        making.house(database), factories.add_person(database, "grants_officer", scope=("country", "NE"))
    )
    missing = stranger.get("/groups/999999")
    for address in (
        f"/groups/{number}",
        f"/groups/{number}/edit",
        f"/groups/{number}/verify",
        f"/groups/{number}/officers/new",
    ):
        answer = stranger.get(address)
        assert answer.status_code == 404
        assert (
            answer.text.split("<main")[1].split("</main")[0]
            == missing.text.split("<main")[1].split("</main")[0]
        )
    assert "Benkadi" not in stranger.get("/groups").text


def test_a_correction_begins_from_what_is_known(database: Database) -> None:
    number = making.register(database, name="Groupement Wafakoye", women=20)
    officer = browser(database, "grants_officer")
    text = body(officer.get(f"/groups/{number}/edit"))
    assert 'value="Groupement Wafakoye"' in text and 'value="women" selected' in text
    assert 'name="women" type="text" value="20"' in text
