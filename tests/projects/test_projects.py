"""Micro-projects: opened from a signed agreement, visits validated by another, the visit a tranche waits for, the checklist, the papers."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pypdf import PdfReader

from portfolio.agreements import queries as agreements
from portfolio.agreements.models import Agreement, Proof
from portfolio.kit.db import Database
from portfolio.kit.errors import Invalid, Refused
from portfolio.kit.i18n import speaking
from portfolio.projects import queries, service
from portfolio.projects.forms import (
    ActivityLine,
    AnswerLine,
    DoNoHarmForm,
    EditForm,
    ProjectForm,
    ReportForm,
    VisitForm,
)
from portfolio.projects.pdf import project_pdf, visit_pdf
from portfolio.projects.queries.papers import reported
from portfolio.projects.reference import QUESTIONS
from tests.agreements import world as make
from tests.agreements.test_pages import browsers, fields_of, text_of
from tests.agreements.world import World
from tests.disbursements import chain

TODAY = date(2026, 11, 22)
VISIT = ((1, "agreement_signed", None), (2, "visit", None), (3, "visit", None), (3, "do_no_harm", None))


@pytest.fixture
def world(database: Database) -> World:
    return make.build(database)


def opened(world: World, **more: Any) -> tuple[int, int]:
    """An agreement with its micro-project: (agreement, project)."""
    number = make.signed(world, conditions=VISIT)
    with world.work("grants_officer") as work:
        form = ProjectForm(
            code="MP01",
            context="Cheptel perdu en 2024",
            activities=[ActivityLine(label="Achat des béliers", due_on=TODAY)],
        )
        return number, service.create(work, agreements.get(work, number), form.model_copy(update=more)).id


def visited(world: World, project: int, **more: Any) -> int:
    with world.work("grants_officer") as work:
        number = service.plan_visit(work, queries.get(work, project), VisitForm(planned_on=TODAY)).id
    with world.work("grants_officer") as work:
        values = {
            "visited_on": work.today,
            "team": "A. Maïga, H. Cissé",
            "findings": "40 béliers vus, en bon état.",
            **more,
        }
        service.report_visit(work, queries.get_visit(work, number), ReportForm(**values))
    return number


def unmet(world: World, agreement: int) -> list[tuple[int, str]]:
    with world.work("grants_officer", readonly=True) as work:
        snap = agreements.snapshot(work, agreements.get(work, agreement))
        return [
            (t.number, c.kind)
            for t in snap.tranches
            for c in snap.conditions[t.id]
            if not agreements.is_met(snap, t, c)
        ]


def test_a_micro_project_comes_from_a_signed_agreement_once(world: World) -> None:
    number = make.draft(world)
    with world.work("grants_officer") as work, pytest.raises(Refused) as refused:
        service.create(work, agreements.get(work, number), ProjectForm())
    assert refused.value.refusals[0].code == "not_in_execution"


def test_it_is_opened_once(world: World) -> None:
    number, _project = opened(world)
    with world.work("grants_officer") as work, pytest.raises(Refused) as refused:
        service.create(work, agreements.get(work, number), ProjectForm())
    assert refused.value.refusals[0].code == "already_done"


def test_the_author_of_a_report_does_not_validate_it(world: World) -> None:
    from sqlalchemy import update

    from portfolio.projects.models import Visit

    _agreement, project = opened(world)
    number = visited(world, project)
    with world.database.session(readonly=False) as session:
        session.execute(update(Visit).values(reported_by_id=world.people["programme_head"]))
        session.commit()
    with world.work("programme_head") as work, pytest.raises(Refused) as refused:
        service.validate_visit(work, queries.get_visit(work, number))
    assert refused.value.refusals[0].code == "four_eyes"


def test_a_visit_before_the_first_payment_does_not_count(world: World) -> None:
    agreement, project = opened(world)
    early = visited(world, project)
    with world.work("programme_head") as work:
        service.validate_visit(work, queries.get_visit(work, early))
    assert (2, "visit") in unmet(world, agreement)
    chain.to(world, "paid", make.tranche_id(world, agreement, 1))
    later = visited(world, project)
    with world.work("programme_head") as work:
        service.validate_visit(work, queries.get_visit(work, later))
    assert (2, "visit") not in unmet(world, agreement) and (3, "visit") in unmet(world, agreement)
    with world.work("grants_officer", readonly=True) as work:
        tranche = agreements.tranche(work, make.tranche_id(world, agreement, 2))
        condition = agreements.conditions(work, tranche)[0]
        assert (
            condition.evidence.startswith("Visite VIS-2026-")
            and condition.met_by_id == world.people["programme_head"]
        )


def test_a_remote_check_says_why(world: World) -> None:
    _agreement, project = opened(world)
    with pytest.raises(Invalid) as bad:
        visited(world, project, remote=True)
    assert {e.field for e in bad.value.errors} == {"remote_reason"}
    number = visited(world, project, remote=True, remote_reason="Route coupée ; appels et photos datées")
    with world.work("grants_officer", readonly=True) as work:
        assert queries.get_visit(work, number).remote_reason.startswith("Route coupée")


def test_a_visit_is_not_reported_before_it_is_made(world: World) -> None:
    _agreement, project = opened(world)
    with pytest.raises(Invalid):
        visited(world, project, visited_on=TODAY + timedelta(days=1))


def answers(**other: Any) -> DoNoHarmForm:
    rows = [
        AnswerLine(code=code, answer="yes" if code == "displaced" else "no", **other.get(code, {}))
        if "answer" not in other.get(code, {})
        else AnswerLine(code=code, **other[code])
        for code in QUESTIONS
    ]
    return DoNoHarmForm(answers=rows)


def test_the_checklist_needs_every_answer_and_a_measure_for_each_risk(world: World) -> None:
    agreement, project = opened(world)
    with world.work("grants_officer") as work, pytest.raises(Invalid):
        service.answer_do_no_harm(work, queries.get(work, project), DoNoHarmForm(answers=[]))
    with world.work("grants_officer") as work, pytest.raises(Invalid) as bad:
        service.answer_do_no_harm(work, queries.get(work, project), answers(resource={"answer": "yes"}))
    assert {e.field for e in bad.value.errors} == {"answers-1-measure"}
    with world.work("grants_officer") as work:
        risk = {"answer": "yes", "measure": "Accord écrit avec les éleveurs"}
        service.answer_do_no_harm(work, queries.get(work, project), answers(resource=risk))
    assert (3, "do_no_harm") not in unmet(world, agreement)


def test_activities_keep_the_day_they_were_done(world: World) -> None:
    _agreement, project = opened(world)
    with world.work("grants_officer") as work:
        found = queries.get(work, project)
        service.finish_activity(work, found, queries.activities(work, found)[0].id)
    with world.work("grants_officer") as work, pytest.raises(Refused):
        found = queries.get(work, project)
        service.finish_activity(work, found, queries.activities(work, found)[0].id)
    with world.work("grants_officer") as work:
        found = queries.get(work, project)
        rows = [ActivityLine(label="Achat des béliers"), ActivityLine(label="Vente à la Tabaski")]
        service.edit(work, found, EditForm(version=found.version, activities=rows))
        assert [a.done_on for a in queries.activities(work, found)] == [TODAY, None]


def words_of(content: bytes) -> str:
    return " ".join(" ".join(p.extract_text() for p in PdfReader(io.BytesIO(content)).pages).split())


def test_the_papers_say_what_the_records_hold(world: World) -> None:
    agreement, project = opened(world, hidden_place=True)
    chain.to(world, "paid", make.tranche_id(world, agreement, 1))
    number = visited(world, project)
    with world.work("programme_head") as work:
        service.validate_visit(work, queries.get_visit(work, number))
    with world.work("grants_officer", readonly=True) as work, speaking("fr"):
        sheet = words_of(
            project_pdf({**queries.project_facts(work, queries.get(work, project)), "reference": "MP-1"})
        )
        visit = words_of(
            visit_pdf({**queries.visit_facts(work, queries.get_visit(work, number)), "reference": "VIS-1"})
        )
    for expected in (
        "FICHE DE PROJET MP01",
        "lieu masqué",
        "Contexte",
        "Cheptel perdu en 2024",
        "Achat des béliers",
        "Norlande",
        "Prochaines étapes",
    ):
        assert expected.lower() in sheet.lower(), expected
    assert "Mali · Gao (lieu masqué)" in sheet and "Gao · Ansongo" not in sheet
    for expected in ("Fiche de visite", "40 béliers vus", "Boubacar Diallo", "A. Maïga"):
        assert expected.lower() in visit.lower(), expected


def test_the_pages(world: World) -> None:
    by = browsers(world)
    number = make.signed(world, conditions=VISIT)
    officer = by["grants_officer"]
    assert f"/projects/new/{number}" in officer.get(f"/agreements/{number}").text
    form = officer.get(f"/projects/new/{number}")
    fields = fields_of(form.text, f"/projects/new/{number}")
    fields |= {"code": "MP01", "activities-0-label": "Achat des béliers", "activities-0-due_on": "31/02/2027"}
    assert officer.submit(f"/projects/new/{number}", fields).status_code == 422
    made = officer.submit(f"/projects/new/{number}", fields | {"activities-0-due_on": "28/02/2027"})
    assert made.status_code == 303
    page = made.headers["location"]
    assert officer.submit(f"{page}/start").status_code == 303
    assert officer.submit(f"{page}/visits", {"planned_on": "jamais"}).status_code == 422
    planned = officer.submit(f"{page}/visits", {"planned_on": "22/11/2026", "team": "A. Maïga"})
    visit = planned.headers["location"]
    assert (
        officer.submit(
            f"{visit}/report", {"visited_on": "22/11/2026", "team": "A. Maïga", "findings": ""}
        ).status_code
        == 422
    )
    picture = {"photos": ("photo.png", _png(), "image/png")}
    report = {"visited_on": "22/11/2026", "team": "A. Maïga", "findings": "Tout est là."}
    assert officer.submit(f"{visit}/report", report, files=picture).status_code == 303
    assert officer.submit(f"{visit}/validate").status_code == 403
    assert by["programme_head"].submit(f"{visit}/validate").status_code == 303
    for address in (page, visit, f"{page}/edit", "/projects", "/projects?q=embouche&status=running"):
        assert officer.get(address).status_code == 200, address
    for address in (f"{page}/paper", f"{visit}/paper"):
        assert officer.get(address).content.startswith(b"%PDF")
    harm = fields_of(officer.get(page).text, f"{page}/do-no-harm")
    assert officer.submit(f"{page}/do-no-harm", harm).status_code == 422
    good = {k: ("no" if k.endswith("answer") else v) for k, v in harm.items()} | {"answers-5-answer": "yes"}
    assert officer.submit(f"{page}/do-no-harm", good).status_code == 303
    assert "Tout est là." in text_of(officer.get(visit).text)
    assert officer.get("/projects/999999").status_code == 404


def _png() -> bytes:
    import struct
    import zlib

    def part(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + part(b"IHDR", header)
        + part(b"IDAT", zlib.compress(b"\x00\x00"))
        + part(b"IEND", b"")
    )


def test_a_report_of_execution_covers_its_own_period() -> None:
    """Not the whole agreement each time (documents.md 3.4): from the day after the last report accepted, or the period of the one that waits."""
    agreement = Agreement(starts_on=date(2026, 1, 5), ends_on=date(2026, 12, 31))
    today = date(2026, 8, 20)
    moment = datetime(2026, 7, 10, tzinfo=UTC)

    def handed(start: date, end: date, *, accepted: bool = False, returned: bool = False) -> Proof:
        return Proof(from_on=start, to_on=end, accepted_at=moment if accepted else None, returned_at=moment if returned else None)

    first = handed(date(2026, 1, 5), date(2026, 6, 30), accepted=True)
    sent_back = handed(date(2026, 7, 1), date(2026, 7, 31), returned=True)
    waiting = handed(date(2026, 7, 1), date(2026, 8, 15))
    assert reported([], agreement, today) == (date(2026, 1, 5), today)
    assert reported([first], agreement, today) == (date(2026, 7, 1), today)
    assert reported([sent_back, first], agreement, today) == (date(2026, 7, 1), today)
    assert reported([waiting, first], agreement, today) == (date(2026, 7, 1), date(2026, 8, 15))
    assert reported([first], agreement, date(2027, 2, 1)) == (date(2026, 7, 1), date(2026, 12, 31))
