"""Admissible is not eligible: papers, tests computed from data, one deadline for all, verdicts and their trail."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from portfolio.accounts.models import Person
from portfolio.applications import queries as applications
from portfolio.applications import service as filing
from portfolio.applications.models import Application, Piece, PieceRequest, ScreeningFinding
from portfolio.calls.models import Call
from portfolio.committees.models import Committee, Seat
from portfolio.documents import queries as documents
from portfolio.groups.models import Group, Officer
from portfolio.kit.db import Database
from portfolio.kit.errors import Forbidden, Invalid, Refused
from portfolio.ledger.service import Dims
from portfolio.places.models import Place
from portfolio.screening import queries, service
from portfolio.screening.forms import (
    AnswerForm,
    AskRow,
    JudgedForm,
    JudgedRow,
    PieceRow,
    PiecesForm,
    ReasonForm,
    ReceivedForm,
    RequestForm,
)
from tests.applications.scenes import deposit, filed, pages, scene, text_of, work_as
from tests.client import client
from tests.factories import add_person

REASON = ReasonForm(reason="Le lien signalé a été vérifié et n'existe pas.")
CODES = ("signed_request", "legal_paper", "member_list", "three_quotations")


@pytest.fixture
def here(database: Database):
    return scene(database)


def check(here, number: int, **states: str) -> None:
    """Every paper present, but those named."""
    rows = [PieceRow(code=c, state=states.get(c, "present"), note="vu au guichet") for c in CODES]
    with work_as(here.around, here.officer) as work:
        service.check_pieces(work, applications.get(work, number), PiecesForm(pieces=rows))


def admitted(here, number: int) -> int:
    check(here, number)
    with work_as(here.around, here.officer) as work:
        service.admit(work, applications.get(work, number))
    return number


def outcome(here, number: int) -> dict[str, bool]:
    with work_as(here.around, here.officer, readonly=True) as work:
        return {t.code: t.met for t in queries.tests(work, applications.get(work, number))}


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [r.code for r in refused.value.refusals]


def test_a_file_goes_from_filed_to_eligible(here) -> None:
    number = filed(here)
    with work_as(here.around, here.officer) as work, pytest.raises(Refused) as refused:
        service.admit(work, applications.get(work, number))
    assert codes(refused) == ["test_complete"]
    admitted(here, number)
    with work_as(here.around, here.officer) as work:
        service.find_eligible(work, applications.get(work, number))
    with work_as(here.around, here.officer, readonly=True) as work:
        assert applications.get(work, number).status == "eligible"
        kept = queries.latest_findings(work, applications.get(work, number))
        assert set(kept) == {*queries.ADMISSIBILITY, *queries.ELIGIBILITY}
        assert all(f.met for f in kept.values())


def test_papers_declared_but_not_seen_are_not_complete(here) -> None:
    with work_as(here.around, here.agent) as work:
        number = filing.register_paper(work, deposit(here, 1, pieces=list(CODES))).application_id
    assert not outcome(here, number)["complete"]
    check(here, number)
    assert outcome(here, number)["complete"]


def test_a_waiver_needs_a_word(here) -> None:
    number = filed(here)
    form = PiecesForm(pieces=[PieceRow(code="legal_paper", state="waived")])
    with work_as(here.around, here.officer) as work, pytest.raises(Invalid) as invalid:
        service.check_pieces(work, applications.get(work, number), form)
    assert [e.field for e in invalid.value.errors] == ["pieces-0-note"]


def test_papers_asked_only_above_an_amount(here) -> None:
    small, large = filed(here, 1, asked=999_999 + 1, kind=300_000), filed(here, 2, asked=2_000_000)
    with work_as(here.around, here.officer, readonly=True) as work:
        states = {n: {p.code: p.state for p in applications.pieces(work, applications.get(work, n))} for n in (small, large)}
    assert states[small]["three_quotations"] == "absent"  # the bound itself is asked
    assert states[large]["three_quotations"] == "absent"
    assert states[large]["land_certificate"] == "not_needed"


@pytest.mark.parametrize("code, change", [
    ("members", {"women": 5, "men": 2, "youth": 3}),
    ("age", {"founded_on": date(2026, 9, 1)}),
    ("age", {"founded_on": None}),
    ("category", {"category": "union"}),
])  # fmt: skip
def test_the_group_decides(here, code: str, change: dict[str, object]) -> None:
    number = admitted(here, filed(here))
    with here.database.session(readonly=False) as session:
        session.execute(Group.__table__.update().where(Group.__table__.c.id == here.groups[0]).values(**change))
        session.commit()
    assert [c for c, met in outcome(here, number).items() if not met] == [code]
    with work_as(here.around, here.officer) as work, pytest.raises(Refused) as refused:
        service.find_eligible(work, applications.get(work, number))
    assert codes(refused) == [f"test_{code}"]


@pytest.mark.parametrize("code, change", [
    ("youth", {"min_youth_percent": 50}),
    ("ceiling", {"ceiling_minor": 2_999_999}),
    ("floor", {"floor_minor": 3_000_001}),
    ("contribution", {"own_contribution_percent": 20}),
    ("duration", {"max_months": 5}),
])  # fmt: skip
def test_the_call_decides(here, code: str, change: dict[str, object]) -> None:
    number = filed(here)
    check(here, number)
    with here.database.session(readonly=False) as session:
        session.execute(Call.__table__.update().values(**change))
        session.commit()
    assert [c for c, met in outcome(here, number).items() if not met] == [code]


def test_a_place_outside_the_territory(here) -> None:
    number = filed(here)
    check(here, number)
    with here.database.session(readonly=False) as session:
        session.execute(Place.__table__.update().where(Place.code == "NE0601").values(path="NE/NE01/NE0101"))
        session.execute(Application.__table__.update().values(country="NE"))
        session.commit()
        session.execute(Call.__table__.select())
    with here.database.session(readonly=False) as session:
        other = session.scalars(select(Place).where(Place.code == "ML0701")).one()
        from portfolio.calls.models import CallPlace

        session.execute(CallPlace.__table__.delete().where(CallPlace.place_id != other.id))
        session.commit()
    assert [c for c, met in outcome(here, number).items() if not met] == ["territory"]


def test_an_old_advance_is_read_from_the_ledger(here) -> None:
    number = filed(here)
    check(here, number)
    accountant = add_person(here.database, "accountant")

    def post(days: int, key: str, amount: int, **more: object) -> None:
        with work_as(here.around, accountant) as work:
            group = work.hold(work.db.get_one(Group, here.groups[0]))
            work.post(key, group, {"amount": amount}, Dims(party=group.code, exercice=2026),
                      dated_on=work.today - timedelta(days=days), **more)

    post(181, "disbursement:paid#advance", 1_000_000, treasury="bank")
    post(10, "disbursement:paid#advance", 500_000, treasury="bank")
    assert [c for c, met in outcome(here, number).items() if not met] == ["advance"]
    post(5, "expense:cleared", 999_999)
    with work_as(here.around, here.officer, readonly=True) as work:
        group = work.db.get_one(Group, here.groups[0])
        assert queries.old_advance(work, group, work.today) == 1
    post(4, "expense:cleared", 1)
    assert outcome(here, number)["advance"]


def test_an_advance_of_exactly_180_days_does_not_exclude(here) -> None:
    number = filed(here)
    accountant = add_person(here.database, "accountant")
    with work_as(here.around, accountant) as work:
        group = work.hold(work.db.get_one(Group, here.groups[0]))
        work.post("disbursement:paid#advance", group, {"amount": 1_000_000}, Dims(party=group.code),
                  dated_on=work.today - timedelta(days=180), treasury="bank")
    assert outcome(here, number)["advance"]


def test_a_grant_in_progress_excludes_until_it_is_closed(here) -> None:
    earlier = filed(here)
    with here.database.session(readonly=False) as session:
        session.execute(Application.__table__.update().values(status="awarded", call_id=_other_call(session)))
        session.commit()
    number = filed(here)
    check(here, number)
    assert not outcome(here, number)["previous_grant"]
    with work_as(here.around, here.officer) as work:
        filing.mark_grant_closed(work, work.db.get_one(Application, earlier))
    assert outcome(here, number)["previous_grant"]


def _other_call(session) -> int:
    first = session.scalars(select(Call)).one()
    values = {c.key: getattr(first, c.key) for c in Call.__table__.columns if c.key not in ("id", "code", "reference")}
    other = Call(**values, code="AAP-2025-01", reference="AAP-2025-00001-A")
    session.add(other)
    session.flush()
    return other.id


def test_a_tie_to_a_sitting_member_and_its_judgement(here) -> None:
    number = admitted(here, filed(here))
    with here.database.session(readonly=False) as session:
        committee = Committee(code="CS", name="Comité de sélection", kind="selection", act="Décision n° 1", voices=7,
                              quorum=5, second_quorum=4)
        session.add(committee)
        session.flush()
        member = session.scalars(select(Person).where(Person.id == here.head)).one()
        session.add(Seat(committee_id=committee.id, person_id=member.id))
        session.add(Officer(group_id=here.groups[0], office="president", full_name=member.full_name, sound="x",
                            since=date(2024, 1, 1)))
        session.commit()
    assert not outcome(here, number)["sitting_member"]
    row = JudgedRow(code="sitting_member", met="yes")
    with work_as(here.around, here.officer) as work, pytest.raises(Invalid):
        service.record_tests(work, applications.get(work, number), JudgedForm(tests=[row]))
    row = JudgedRow(code="sitting_member", met="yes", note="Homonyme : la présidente a une autre date de naissance.")
    with work_as(here.around, here.officer) as work:
        service.record_tests(work, applications.get(work, number), JudgedForm(tests=[row]))
    assert outcome(here, number)["sitting_member"]
    with work_as(here.around, here.officer) as work:
        service.find_eligible(work, applications.get(work, number))


def test_what_is_computed_from_sums_is_not_judged(here) -> None:
    number = filed(here)
    with here.database.session(readonly=False) as session:
        session.execute(Call.__table__.update().values(ceiling_minor=2_000_000))
        session.commit()
    row = JudgedRow(code="ceiling", met="yes", note="Le plafond est trop bas pour ce projet.")
    with work_as(here.around, here.officer) as work, pytest.raises(Invalid):
        service.record_tests(work, applications.get(work, number), JudgedForm(tests=[row]))


def test_a_paper_file_is_entered_before_its_eligibility(here) -> None:
    with work_as(here.around, here.agent) as work:
        number = filing.register_paper(work, deposit(here, 1)).application_id
    admitted(here, number)
    with work_as(here.around, here.officer) as work, pytest.raises(Refused) as refused:
        service.find_eligible(work, applications.get(work, number))
    assert codes(refused) == ["not_entered"]


def test_entering_a_paper_file(here) -> None:
    with work_as(here.around, here.agent) as work:
        number = filing.register_paper(work, deposit(here, 1)).application_id
    forms = pages()
    with work_as(here.around, here.agent) as work:
        application = applications.get(work, number)
        forms["project"] = forms["project"].model_copy(update={"commune_id": application.place_id})
        with pytest.raises(Refused):
            filing.complete_entry(work, application)
        filing.fill(work, application, forms)
        assert application.entered_at is not None and application.requested_minor == 3_000_000
    with work_as(here.around, here.agent) as work, pytest.raises(Refused):
        filing.save_page(work, applications.get(work, number), "project", forms["project"])
    admitted(here, number)
    with work_as(here.around, here.officer) as work:
        service.find_eligible(work, applications.get(work, number))


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
    assert answer.text.count('value="nonconforming" checked') == 4  # what was chosen is kept
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


def test_the_list_of_files_to_screen_costs_three_queries(here, counted) -> None:
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
