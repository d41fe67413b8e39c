"""The public side, the lists and what they cost."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from portfolio.accounts.models import Person, RoleAssignment
from portfolio.calls.models import Question
from portfolio.groups.models import Group
from portfolio.kit.db import Database
from tests.calls import making
from tests.calls.browsing import body, browser
from tests.groups.making import acting, form
from tests.support.counting import counted


def test_a_visitor_asks_and_reads_the_answer(database: Database) -> None:
    number = making.published(database)
    visitor, officer = browser(database, None), browser(database, "grants_officer")
    short = visitor.submit(f"/public/calls/{number}/questions", {"text": "Quoi ?"})
    assert short.status_code == 422 and "Quoi ?" in short.text
    asked = visitor.submit(
        f"/public/calls/{number}/questions", {"text": "Une union peut-elle déposer pour ses membres ?"}
    )
    assert asked.status_code == 303
    assert (
        "Une union" not in visitor.get(f"/public/calls/{number}").text
    )  # unanswered questions are not published
    with acting(database, "grants_officer", commit=False) as work:
        question = work.db.scalars(select(Question)).one().id
    assert (
        officer.submit(
            f"/calls/questions/{question}/answer", {"answer": "Non, chaque membre dépose le sien."}
        ).status_code
        == 303
    )
    assert "Non, chaque membre dépose le sien." in visitor.get(f"/public/calls/{number}").text


def test_a_proof_of_publicity_is_kept(database: Database) -> None:
    number = making.published(database)
    officer = browser(database, "grants_officer")
    assert officer.submit(f"/calls/{number}/proofs").status_code == 422
    bad = officer.submit(
        f"/calls/{number}/proofs", files={"file": ("a.pdf", b"not a pdf", "application/pdf")}
    )
    assert bad.status_code == 422
    from portfolio.calls import pdf

    content = pdf.radio_pdf(
        {
            "letterhead": {"lines": ["A"], "service": "", "place": "Gao"},
            "institution": ["A"],
            "on": "2026-11-22",
            "reference": "X",
            "code": "X",
            "title": "T",
            "currency": "XOF",
            "fingerprint": "0" * 64,
            "who": [],
            "min_members": 1,
            "min_age_months": 0,
            "min_youth_percent": 0,
            "max_files": 1,
            "places": [],
            "floor_minor": 1,
            "ceiling_minor": 2,
            "own_percent": 1,
            "deadline": "d",
            "filing_place": "x",
            "contact": "c",
            "questions_until": "q",
            "corruption": "c",
        }
    )
    good = officer.submit(
        f"/calls/{number}/proofs", files={"file": ("attestation.pdf", content, "application/pdf")}
    )
    assert good.status_code == 303 and "attestation.pdf" in officer.get(f"/calls/{number}").text


@pytest.mark.parametrize("many", [1, 3])
def test_the_list_costs_the_same_for_one_and_for_three(database: Database, many: int) -> None:
    for n in range(many):
        making.draft(database, code=f"AAP-2026-1{n}")
    officer = browser(database, "grants_officer")
    officer.get("/calls")
    with counted(database) as seen:
        assert officer.get("/calls").status_code == 200
    assert len(seen) <= 5, seen


@pytest.mark.parametrize("many", [1, 3])
def test_the_public_list_costs_one_query(database: Database, many: int) -> None:
    for n in range(many):
        making.published(database, code=f"AAP-2026-1{n}", line="F1-AAP26")
    visitor = browser(database, None)
    with counted(database) as seen:
        assert visitor.get("/public/calls").status_code == 200
    assert len(seen) == 1, seen


def test_the_pages_cost_the_same_whatever_hangs_on_them(database: Database) -> None:
    number = making.published(database)
    officer, visitor = browser(database, "grants_officer"), browser(database, None)

    def cost() -> tuple[int, int]:
        found = []
        for who, address in ((officer, f"/calls/{number}"), (visitor, f"/public/calls/{number}")):
            who.get(address)
            with counted(database) as seen:
                assert who.get(address).status_code == 200
            found.append(len(seen))
        return found[0], found[1]

    before = cost()
    for n in range(4):
        visitor.submit(
            f"/public/calls/{number}/questions", {"text": f"Une question assez longue, numéro {n} ?"}
        )
    assert cost() == before
    with acting(database, "grants_officer", commit=False) as work:
        from portfolio.calls import queries

        with counted(database) as seen:
            queries.facts(work, queries.get(work, number))
    assert len(seen) <= 11, seen
    assert before[1] <= 11, before


def test_the_list_filters_by_the_clock_and_exports(database: Database) -> None:
    making.published(database)
    making.draft(database, code="AAP-2026-02", line="F1-AAP27")
    officer = browser(database, "grants_officer", clock=making.at(making.OPENS))
    opened = body(officer.get("/calls?state=open"))
    assert "AAP-2026-00001" in opened and "AAP-2026-02" not in opened
    assert "AAP-2026-02" in body(officer.get("/calls?state=draft"))
    table = officer.get("/calls?format=csv").text
    assert "45000000" in table and "17" in table
    assert "Aucun appel ici" in body(officer.get("/calls?q=introuvable"))


# -- a group comes by itself ---------------------------------------------------------------------------------------


def own(work: Any, **more: Any) -> dict[str, str]:
    return {
        "full_name": "Zeinabou Cissé",
        "account_email": "zeinabou@example.org",
        "password": "une calebasse pleine de mil",
        "consent": "on",
        "name": "Groupement Wafakoye",
        "legal_form": "Groupement de femmes",
        "category": "women",
        "place": "Ouattagouna",
        "women": "20",
        "men": "2",
        "youth": "5",
        "displaced": "0",
        "registration": "0099/2020",
        "president": "Zeinabou Cissé",
        "president_sex": "F",
        "president_phone": "+223 70 00 00 12",
        **more,
    }


def test_a_group_registers_itself_and_sees_only_itself(database: Database) -> None:
    visitor = browser(database, None)
    made = visitor.submit("/public/register", own(None))
    assert made.status_code == 303, body(made)[:2000]
    with acting(database, "grants_officer", commit=False) as work:
        group = work.db.scalars(select(Group)).one()
        role = work.db.scalars(select(RoleAssignment).where(RoleAssignment.role == "applicant")).one()
        assert (role.scope_kind, role.scope_code) == ("group", str(group.id))
        assert group.status == "registered" and group.created_by_id == role.person_id
    with acting(database, "intake_agent") as work:
        from portfolio.groups import service as groups

        other = groups.register(
            work,
            form(
                work,
                name="Coopérative Anfani",
                president="Hadiza Seyni",
                president_phone="+22790000001",
                place_code="ML070102",
                registration="55/2019",
            ),
        ).id
    token = made.cookies["__Host-portfolio"]
    me = browser(database, None)
    me.token = token
    me.cookies.set("__Host-portfolio", token)
    mine = me.get(f"/groups/{group.id}")
    assert mine.status_code == 200 and "Zeinabou Cissé" in mine.text
    assert me.get(f"/groups/{other}").status_code == 404
    assert me.get("/groups").status_code == 403 and me.get("/calls").status_code == 403
    assert me.get(f"/groups/{group.id}/edit").status_code == 403


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"password": "court"}, "12 caractères"),
        ({"account_email": ""}, "adresse électronique ou un numéro"),
        ({"consent": ""}, "Cochez la case"),
        ({"president": ""}, "présidente ou du président"),
        ({"place": "Nullepart"}, "Aucune commune"),
        ({"youth": "40"}, "plus de jeunes que de membres"),
        ({"account_email": "grants_officer1@example.org"}, "adresse"),
        ({"founded_on": "01/01/9999"}, "1900"),
    ],
)
def test_a_refused_registration_keeps_everything_but_the_password(
    database: Database, change: dict[str, str], words: str
) -> None:
    visitor = browser(database, None)
    page = visitor.submit("/public/register", own(None, **change))
    assert page.status_code == 422
    text = body(page).replace("’", "'")
    assert words in text and "Groupement Wafakoye" in text and "une calebasse pleine de mil" not in text
    with acting(database, "grants_officer", commit=False) as work:
        assert not work.db.scalars(select(Group)).all()
        assert not work.db.scalars(select(Person).where(Person.email == "zeinabou@example.org")).all()


def test_a_telephone_signs_in_where_there_is_no_address(database: Database) -> None:
    visitor = browser(database, None)
    made = visitor.submit("/public/register", own(None, account_email="", account_phone="70 00 00 77"))
    assert made.status_code == 303
    again = browser(database, None)
    good = again.submit(
        "/accounts/sign-in", {"email": "+223 70 00 00 77", "password": "une calebasse pleine de mil"}
    )
    assert good.status_code == 303, body(good)[:500]


def test_nothing_is_told_of_the_groups_that_look_alike(database: Database) -> None:
    from tests.groups.making import register

    register(database, name="Groupement Wafakoye", president="Ramatou Hamani", president_phone="+22790000002")
    visitor = browser(database, None)
    page = visitor.submit("/public/register", own(None, name="Association Wafakoyé"))
    assert page.status_code == 409 and "Ramatou" not in page.text and "DEM-" not in page.text
    assert (
        visitor.submit("/public/register", own(None, name="Association Wafakoyé", confirmed="on")).status_code
        == 303
    )
