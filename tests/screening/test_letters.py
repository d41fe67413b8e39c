"""Letters for missing papers, verdicts, the pages of screening."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from portfolio.applications import queries as applications
from portfolio.applications import service as filing
from portfolio.applications.models import Application, Piece, PieceRequest, ScreeningFinding
from portfolio.applications.queries.lists import due_clause
from portfolio.calls.models import Call
from portfolio.documents import queries as documents
from portfolio.kit.errors import Forbidden, Invalid, Refused
from portfolio.places.models import ForceMajeure
from portfolio.screening import queries, service
from portfolio.screening.forms import (
    AnswerForm,
    AskRow,
    ReasonForm,
    ReceivedForm,
    RequestForm,
)
from tests.applications.scenes import filed, text_of, work_as
from tests.client import client
from tests.factories import add_person
from tests.screening.scene import CODES, admitted, check, codes
from tests.support.counting import counted

REASON = ReasonForm(reason="Le lien signalé a été vérifié et n'existe pas.")


def test_one_letter_asks_for_what_is_open_and_nothing_else(here) -> None:
    number = filed(here)
    check(here, number)
    with work_as(here.around, here.officer) as work, pytest.raises(Refused) as refused:
        service.request_pieces(work, applications.get(work, number))
    assert codes(refused) == ["nothing_missing"]
    check(here, number, legal_paper="expired", member_list="absent")
    with work_as(here.around, here.officer) as work:
        application = applications.get(work, number)
        said = RequestForm(items=[AskRow(code="legal_paper", expected="Le récépissé de l'année en cours.")])
        request = service.request_pieces(work, application, said)
        assert request.due_on == date(2026, 12, 30)  # the notice's date
        assert [i["code"] for i in request.items] == ["legal_paper", "member_list"]
        assert len(request.sms) <= 160 and request.sms.isascii() and application.reference in request.sms
        printed = text_of(documents.bytes_of(work, documents.papers_of(work, application)[-1]))
    flat = " ".join(printed.split())
    for words in ("Objet : Demande de pièces complémentaires", "périmée", "absente", "vu au guichet", "30 décembre 2026",
                  "Le récépissé de l'année en cours.", "Passé ce délai, le dossier sera déclaré irrecevable", "Mariam Guindo",
                  "ACCUSÉ DE RÉCEPTION", "Groupement Wafakoye 0", request.reference):
        assert words in flat, words
    assert "Demande signée" not in flat


def test_everybody_in_the_same_case_has_the_same_deadline(here) -> None:
    with here.database.session(readonly=False) as session:
        session.execute(Call.__table__.update().values(pieces_by=None))
        session.commit()
    due = []
    for n in range(3):
        number = filed(here, n)
        check(here, number, member_list="absent")
        with work_as(here.around, here.officer) as work:
            due.append(service.request_pieces(work, applications.get(work, number)).due_on)
        here.clock.moment += timedelta(days=2)
    assert len(set(due)) == 1 and due[0] == date(2026, 12, 2)


def test_a_letter_is_received_and_answered_in_time(here) -> None:
    number = filed(here)
    check(here, number, member_list="absent")
    with work_as(here.around, here.officer) as work:
        letter = service.request_pieces(work, applications.get(work, number)).id
    here.clock.moment += timedelta(days=3)
    with work_as(here.around, here.officer) as work, pytest.raises(Invalid):
        form = ReceivedForm(received_on=date(2026, 11, 1), received_by="La présidente")
        service.record_receipt(work, work.db.get_one(PieceRequest, letter), form)
    with work_as(here.around, here.officer) as work:
        form = ReceivedForm(received_on=date(2026, 11, 24), received_by="La présidente")
        service.record_receipt(work, work.db.get_one(PieceRequest, letter), form)
    with work_as(here.around, here.officer) as work:
        service.receive_pieces(work, applications.get(work, number), AnswerForm(answered_on=date(2026, 11, 25)))
        assert applications.get(work, number).status == "submitted"


def test_papers_after_the_deadline_are_not_received(here) -> None:
    number = filed(here)
    check(here, number, member_list="absent")
    with work_as(here.around, here.officer) as work:
        service.request_pieces(work, applications.get(work, number))
    here.clock.moment += timedelta(days=60)
    with work_as(here.around, here.officer) as work, pytest.raises(Refused) as refused:
        service.receive_pieces(work, applications.get(work, number), AnswerForm(answered_on=date(2026, 12, 31)))
    assert codes(refused) == ["deadline_passed"]
    with work_as(here.around, here.officer) as work:  # handed in on the last day, recorded later
        service.receive_pieces(work, applications.get(work, number), AnswerForm(answered_on=date(2026, 12, 30)))


def test_force_majeure_stops_the_delay_of_a_letter(here) -> None:
    """R18: five days of a closed road are five days more to bring the papers, for who decides as for the lists that say late."""
    number = filed(here)
    check(here, number, member_list="absent")
    with work_as(here.around, here.officer) as work:
        service.request_pieces(work, applications.get(work, number))
        work.db.add(ForceMajeure(place_id=applications.get(work, number).place_id, starts_on=date(2026, 12, 25), ends_on=date(2026, 12, 29),
                                 act="Décision n° 7", reason="Route coupée", declared_at=work.now))  # fmt: skip
    late = "/applications?due=late"
    browser = client(here.around, here.officer)
    here.clock.moment = datetime(2027, 1, 4, 9, 0, tzinfo=UTC)
    with work_as(here.around, here.officer, readonly=True) as work:
        file = applications.get(work, number)
        assert not queries.summary(work, file)["overdue"] and work.db.scalars(select(Application.id).where(due_clause(work, "late"))).all() == []
        assert work.db.scalars(select(Application.id).where(due_clause(work, "week"))).all() == [number]
    assert browser.get(late).status_code == 200
    here.clock.moment = datetime(2027, 1, 20, 9, 0, tzinfo=UTC)
    with work_as(here.around, here.officer, readonly=True) as work:
        assert work.db.scalars(select(Application.id).where(due_clause(work, "late"))).all() == [number]
    with work_as(here.around, here.officer) as work, pytest.raises(Refused) as refused:
        service.receive_pieces(work, applications.get(work, number), AnswerForm(answered_on=date(2027, 1, 5)))
    assert codes(refused) == ["deadline_passed"]
    with work_as(here.around, here.officer) as work:
        service.receive_pieces(work, applications.get(work, number), AnswerForm(answered_on=date(2027, 1, 4)))


def test_only_the_papers_asked_for_can_still_be_attached(here) -> None:
    from tests.applications.scenes import PDF

    number = filed(here)
    check(here, number, member_list="absent")
    with work_as(here.around, here.officer) as work:
        service.request_pieces(work, applications.get(work, number))
    with work_as(here.around, here.applicant) as work:
        application = applications.get(work, number)
        filing.add_piece(work, application, "member_list", PDF)
        with pytest.raises(Refused) as refused:
            filing.add_piece(work, application, "legal_paper", PDF)
    assert codes(refused) == ["not_asked"]


def test_verdicts_keep_what_they_were_founded_on(here) -> None:
    number = filed(here)
    with work_as(here.around, here.officer) as work:
        service.declare_inadmissible(work, applications.get(work, number), REASON)
    with work_as(here.around, here.officer, readonly=True) as work:
        assert applications.get(work, number).status == "inadmissible"
        found = queries.latest_findings(work, applications.get(work, number))
        assert (found["in_time"].met, found["complete"].met) == (True, False)


def test_ineligible_then_reinstated_by_somebody_else(here) -> None:
    number = admitted(here, filed(here))
    with work_as(here.around, here.head) as work:
        service.declare_ineligible(work, applications.get(work, number), REASON)
    with work_as(here.around, here.officer) as work, pytest.raises(Forbidden):
        service.reinstate(work, applications.get(work, number), REASON)
    with work_as(here.around, here.head) as work, pytest.raises(Refused) as refused:
        service.reinstate(work, applications.get(work, number), REASON)
    assert codes(refused) == ["four_eyes"]
    other = add_person(here.database, "programme_head")
    with work_as(here.around, other) as work:
        service.reinstate(work, applications.get(work, number), REASON)
        assert applications.get(work, number).status == "admissible"


def test_an_intake_agent_judges_nothing(here) -> None:
    number = filed(here)
    with work_as(here.around, here.agent) as work, pytest.raises(Forbidden):
        service.declare_inadmissible(work, applications.get(work, number), REASON)


def test_several_at_once_say_each_result(here) -> None:
    numbers = [filed(here, n) for n in range(3)]
    for number in numbers[:2]:
        check(here, number)
    browser = client(here.around, here.officer)
    ids = [str(n) for n in numbers]
    preview = browser.submit("/screening/bulk", {"verb": "admit", "ids": ids})
    assert preview.status_code == 200 and "2 dossiers sur 3" in preview.text and "Laissé de côté" in preview.text
    with work_as(here.around, here.officer, readonly=True) as work:
        assert applications.get(work, numbers[0]).status == "submitted"  # a preview changes nothing
    result = browser.submit("/screening/bulk", {"verb": "admit", "ids": ids, "confirmed": "on"})
    assert result.status_code == 200
    with work_as(here.around, here.officer, readonly=True) as work:
        assert [applications.get(work, n).status for n in numbers] == ["admissible", "admissible", "submitted"]


def test_the_screening_pages(here) -> None:
    number = filed(here)
    browser = client(here.around, here.officer)
    assert "DOS-2026" in browser.get("/screening").text
    shown = browser.get(f"/screening/{number}").text
    assert shown.count('type="radio"') == 7 * 5 and "Demande signée" in shown
    fields: dict[str, str] = {}
    for n, code in enumerate(CODES):
        fields |= {f"pieces-{n}-code": code, f"pieces-{n}-state": "nonconforming", f"pieces-{n}-note": ""}
    answer = browser.submit(f"/screening/{number}/pieces", fields)
    assert answer.status_code == 422 and 'id="e-pieces-0-note"' in answer.text
    assert len(re.findall('value="nonconforming"[^>]* checked', answer.text)) == 4  # what was chosen is kept
    fields |= {f"pieces-{n}-note": "au nom de la trésorière" for n in range(4)}
    assert browser.submit(f"/screening/{number}/pieces", fields).status_code == 303
    letter = browser.get(f"/screening/{number}/request").text
    assert "30 décembre 2026" in letter and "au nom de la trésorière" in letter
    assert browser.submit(f"/screening/{number}/request_pieces", {}).status_code == 303
    shown = browser.get(f"/screening/{number}").text
    assert "LT-2026-00001" in shown
    own = client(here.around, here.applicant)
    shown = own.get(f"/applications/{number}").text
    assert "Pièces qui vous sont demandées" in shown
    assert own.get(f"/screening/{number}").status_code == 403


@pytest.mark.parametrize("value", ["", "\x00", "<b>", "9" * 30, "é" * 3000, "-1", "2026-02-31"])
def test_bad_input_is_never_a_fault(here, value: str) -> None:
    number = filed(here)
    browser = client(here.around, here.officer)
    for address, names in (
        (f"/screening/{number}/pieces", ("pieces-0-code", "pieces-0-state", "pieces-0-note", "pieces-9-x")),
        (f"/screening/{number}/tests", ("tests-0-code", "tests-0-met", "tests-0-note")),
        (f"/screening/{number}/declare_inadmissible", ("reason", "other")),
        (f"/screening/{number}/request_pieces", ("items-0-code", "items-0-expected")),
        (f"/screening/{number}/receive_pieces", ("answered_on",)),
        (f"/screening/{number}/letters/1", ("received_on", "received_by", "channel")),
        ("/screening/bulk", ("ids", "verb", "confirmed")),
    ):
        answer = browser.submit(address, dict.fromkeys(names, value))
        assert answer.status_code in (200, 303, 404, 409, 422), (address, answer.status_code)


def test_the_list_of_files_to_screen_costs_three_queries(here) -> None:
    for n in range(3):
        filed(here, n)
    browser = client(here.around, here.officer)
    browser.get("/screening")
    with counted(here.database) as told:
        assert browser.get("/screening").status_code == 200
    assert len(told) <= 4, told  # the session, the options of the filters, the page, the totals


def test_no_verdict_without_findings(here) -> None:
    """Every verdict in the trail has its tests beside it."""
    admitted(here, filed(here))
    with here.database.session(readonly=True) as session:
        kinds = {f.kind for f in session.scalars(select(ScreeningFinding))}
        assert kinds == {"admissibility"}
        assert all(p.checked_by_id == here.officer for p in session.scalars(select(Piece)) if p.state == "present")
