"""Order numbers without a gap, the hour that decides, the récépissé, the register closed by two people."""

from __future__ import annotations

import secrets
import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from portfolio.applications import forms, queries, service
from portfolio.applications.models import Application, CallRegister, FilingReceipt
from portfolio.applications.service import filing
from portfolio.calls.models import Call
from portfolio.documents import queries as documents
from portfolio.kit.db import RETRIED_STATES, Database, sqlstate
from portfolio.kit.errors import Forbidden, Invalid, Refused
from portfolio.work import Work
from tests.applications.scenes import complete, deposit, draft, filed, pages, scene, text_of, work_as

REASON = forms.ReasonForm(reason="La crue a coupé la route le matin du dépôt.")


def receipts(database: Database) -> list[FilingReceipt]:
    with database.session(readonly=True) as session:
        return list(session.scalars(select(FilingReceipt).order_by(FilingReceipt.number)))


def crowd(here, run) -> list[BaseException]:
    """Run for each group in a thread of its own, all let go at once."""
    barrier, errors = threading.Barrier(len(here.groups)), []

    def one(n: int) -> None:
        barrier.wait()
        for _try in range(20):
            try:
                run(n)
                return
            except Exception as error:
                if sqlstate(error) not in RETRIED_STATES:
                    errors.append(error)
                    return

    threads = [threading.Thread(target=one, args=(n,)) for n in range(len(here.groups))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


@pytest.mark.both_engines
def test_thirty_two_counters_leave_no_gap(database: Database) -> None:
    here = scene(database, groups=32)

    def one(n: int) -> None:
        with work_as(here.around, here.agent) as work:
            service.register_paper(work, deposit(here, n))

    assert crowd(here, one) == []
    found = receipts(database)
    assert [r.number for r in found] == list(range(1, 33))
    assert len({r.reference for r in found}) == 32
    assert len({r.follow_up_code for r in found}) == 32


@pytest.mark.postgresql
def test_without_the_locked_call_numbers_collide(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The positive control: the same crowd, with neither the row of the call nor the counter of references held."""
    here = scene(database, groups=32)
    held = Work.hold

    def hold(self, thing):
        return thing if isinstance(thing, Call) else held(self, thing)

    monkeypatch.setattr(Work, "hold", hold)
    monkeypatch.setattr(Work, "number", lambda self, kind, _thing: f"{kind}-{secrets.token_hex(6)}")

    def one(n: int) -> None:
        with work_as(here.around, here.agent) as work:
            service.register_paper(work, deposit(here, n))

    errors = crowd(here, one)
    assert any("uq_filing_receipt_number" in str(e) for e in errors), errors


def test_a_second_late_is_late(database: Database) -> None:
    here = scene(database)
    with work_as(here.around, here.agent) as work:
        closes = work.db.get_one(Call, here.call).closes_at
    here.clock.moment = closes
    with work_as(here.around, here.agent) as work:
        on_time = service.register_paper(work, deposit(here, 1))
    here.clock.moment = closes + timedelta(seconds=1)
    with work_as(here.around, here.agent) as work:
        late = service.register_paper(work, deposit(here, 2))
        assert work.db.get_one(Application, late.application_id).status == "late"
        paper = documents.papers_of(work, work.db.get_one(Application, late.application_id))[0]
        printed = text_of(documents.bytes_of(work, paper))
    assert (on_time.late, late.late) == (False, True)
    assert printed.count("DÉPÔT HORS DÉLAI") == 2
    assert late.number == on_time.number + 1


def test_a_late_file_is_admitted_by_somebody_else(database: Database) -> None:
    here = scene(database)
    here.clock.moment += timedelta(days=30)
    with work_as(here.around, here.head) as work, pytest.raises(Forbidden):
        service.register_paper(work, deposit(here, 1))
    with work_as(here.around, here.agent) as work:
        number = service.register_paper(work, deposit(here, 1)).application_id
    with work_as(here.around, here.agent) as work, pytest.raises(Forbidden):
        service.admit_late(work, queries.get(work, number), REASON)
    with work_as(here.around, here.head) as work:
        service.admit_late(work, queries.get(work, number), REASON)
    with work_as(here.around, here.head) as work:
        application = queries.get(work, number)
        assert application.status == "submitted"
        assert queries.receipt(work, application).late  # the register keeps what happened


def test_who_received_a_late_file_does_not_admit_it(database: Database) -> None:
    here = scene(database)
    here.clock.moment += timedelta(days=30)
    with work_as(here.around, here.agent) as work:
        number = service.register_paper(work, deposit(here, 1)).application_id
    with work_as(here.around, here.head) as work:
        application = work.hold(queries.get(work, number))
        application.submitted_by_id = here.head
        work.db.flush()
        with pytest.raises(Refused) as refused:
            service.admit_late(work, application, REASON)
        work.undo()
    assert [r.code for r in refused.value.refusals] == ["four_eyes"]


def test_the_receipt_says_what_was_handed_in(database: Database) -> None:
    here = scene(database)
    with work_as(here.around, here.agent) as work:
        receipt = service.register_paper(work, deposit(here, 0))
        application = work.db.get_one(Application, receipt.application_id)
        paper = documents.papers_of(work, application)[0]
        printed = text_of(documents.bytes_of(work, paper))
    flat = " ".join(printed.replace("\u202f", " ").replace("\xa0", " ").split())
    for words in ("RÉCÉPISSÉ DE DÉPÔT", "0001", "22 novembre 2026", "12 h 00 TU (13 h 00 à Niamey)", "Ramatou Hamani",
                  "présidente", "3 300 000 F CFA", "Demande signée", "sous réserve de vérification", "papier",
                  "Le présent récépissé ne vaut pas recevabilité", receipt.follow_up_code, receipt.reference,
                  "30 décembre 2026", "26 janvier 2027"):
        assert words in flat, words
    assert "DÉPÔT HORS DÉLAI" not in flat
    assert flat.count("RÉCÉPISSÉ DE DÉPÔT") == 2  # the stub and the half that is given


def test_follow_up_codes_need_the_secret() -> None:
    codes = {filing.follow_up_code(secret, "RD-2026-00001-H") for secret in (b"a" * 48, b"b" * 48)}
    assert len(codes) == 2
    assert all(len(code) == 9 and code[4] == "-" and not set(code) & set("OI") for code in codes)


def test_a_group_hands_in_one_file_a_call(database: Database) -> None:
    here = scene(database)
    with work_as(here.around, here.agent) as work:
        service.register_paper(work, deposit(here, 0))
    with work_as(here.around, here.agent) as work, pytest.raises(Refused) as refused:
        service.register_paper(work, deposit(here, 0))
    assert [r.code for r in refused.value.refusals] == ["already_filed"]


def test_nothing_is_deposited_before_the_opening(database: Database) -> None:
    here = scene(database)
    here.clock.moment -= timedelta(days=19)
    with work_as(here.around, here.agent) as work, pytest.raises(Refused) as refused:
        service.register_paper(work, deposit(here, 0))
    assert [r.code for r in refused.value.refusals] == ["call_not_open"]


def test_an_unknown_paper_is_refused_by_name(database: Database) -> None:
    here = scene(database)
    with work_as(here.around, here.agent) as work, pytest.raises(Invalid) as invalid:
        service.register_paper(work, deposit(here, 0, pieces=["a_goat"]))
    assert [e.field for e in invalid.value.errors] == ["pieces"]
    assert receipts(database) == []


def test_a_group_is_created_at_the_counter(database: Database) -> None:
    here = scene(database)
    with work_as(here.around, here.agent) as work:
        receipt = service.register_paper(
            work,
            deposit(here, 0, group_id=None, new_name="Association Toumo des jeunes", new_category="youth",
                    new_place_id=here.communes[1]),
        )
        group = queries.group_of(work, work.db.get_one(Application, receipt.application_id))
        assert (group.name, group.country, group.status) == ("Association Toumo des jeunes", "ML", "registered")


def test_submitting_files_once_and_closes_the_file(database: Database) -> None:
    here = scene(database)
    number = filed(here)
    with work_as(here.around, here.applicant) as work:
        application = queries.get(work, number)
        assert (application.status, application.filed, queries.receipt(work, application).number) == ("submitted", True, 1)
        with pytest.raises(Refused) as refused:
            service.save_page(work, application, "project", pages()["project"])
        assert [r.code for r in refused.value.refusals] == ["read_only"]
    with work_as(here.around, here.applicant) as work, pytest.raises(Refused):
        service.submit(work, queries.get(work, number))


def test_a_draft_that_is_not_complete_says_which_page(database: Database) -> None:
    here = scene(database)
    with work_as(here.around, here.applicant) as work:
        application = draft(work, here)
        service.save_page(work, application, "budget", pages(asked=9_000_000)["budget"])
        with pytest.raises(Refused) as refused:
            service.submit(work, application)
    codes = [r.code for r in refused.value.refusals]
    assert codes.count("page_incomplete") == 5
    assert "above_ceiling" in codes
    over = next(r for r in refused.value.refusals if r.code == "above_ceiling")
    assert over.missing_minor == 4_000_000


def test_the_own_contribution_is_counted_to_the_franc(database: Database) -> None:
    here = scene(database)
    with work_as(here.around, here.applicant) as work:
        application = draft(work, here)
        complete(work, here, application, asked=4_500_000, cash=0, kind=500_000)
        service.submit(work, application)  # exactly 10 % of 5 000 000


def test_a_franc_less_than_the_contribution_is_refused(database: Database) -> None:
    here = scene(database)
    with work_as(here.around, here.applicant) as work:
        application = complete(work, here, draft(work, here), asked=4_500_000, cash=0, kind=499_999)
        with pytest.raises(Refused) as refused:
            service.submit(work, application)
    assert [(r.code, r.missing_minor) for r in refused.value.refusals] == [("own_contribution", 1)]


def test_filing_online_after_the_hour_is_late(database: Database) -> None:
    here = scene(database)
    with work_as(here.around, here.applicant) as work:
        number = complete(work, here, draft(work, here)).id
        closes = work.db.get_one(Call, here.call).closes_at
    here.clock.moment = closes + timedelta(seconds=1)
    with work_as(here.around, here.applicant) as work:
        receipt = service.submit(work, queries.get(work, number))
        assert receipt.late


def test_the_register_is_closed_by_two_people(database: Database) -> None:
    here = scene(database)
    form = forms.CloseRegisterForm(place="Gao")
    for n in range(3):
        with work_as(here.around, here.agent) as work:
            service.register_paper(work, deposit(here, n))
    with work_as(here.around, here.agent) as work:
        call = work.db.get_one(Call, here.call)
        with pytest.raises(Refused) as refused:
            service.close_register(work, call, form)
        assert [r.code for r in refused.value.refusals] == ["before_the_hour"]
        here.clock.moment = call.closes_at + timedelta(seconds=20)
    with work_as(here.around, here.agent) as work:
        service.register_paper(work, deposit(here, 3))
    with work_as(here.around, here.agent) as work:
        register = service.close_register(work, work.db.get_one(Call, here.call), form)
        assert register.last_number == 3
        number = register.id
    with work_as(here.around, here.agent) as work, pytest.raises(Refused) as refused:
        service.witness_register(work, work.db.get_one(CallRegister, number))
    assert [r.code for r in refused.value.refusals] == ["four_eyes"]
    with work_as(here.around, here.second_agent) as work:
        service.witness_register(work, work.db.get_one(CallRegister, number))
        call = work.db.get_one(Call, here.call)
        assert call.register_closed_at == here.clock.moment
        printed = text_of(documents.bytes_of(work, documents.papers_of(work, call)[0]))
    flat = " ".join(printed.split())
    assert "Arrêté le présent registre au n° 3, à 16 h 00 TU" in flat.replace("\xa0", " ")
    assert "HORS DÉLAI" in flat and "Fadimata Touré" in flat and "Moussa Zabeirou" in flat
    with work_as(here.around, here.second_agent) as work, pytest.raises(Refused):
        service.close_register(work, work.db.get_one(Call, here.call), form)


def test_after_the_register_is_closed_everything_is_late(database: Database) -> None:
    here = scene(database)
    with work_as(here.around, here.agent) as work:
        call = work.hold(work.db.get_one(Call, here.call))
        call.register_closed_at = here.clock.moment
    with work_as(here.around, here.agent) as work:
        assert service.register_paper(work, deposit(here, 0)).late


def test_withdrawing_keeps_the_number(database: Database) -> None:
    here = scene(database)
    number = filed(here)
    with work_as(here.around, here.applicant) as work:
        service.withdraw(work, queries.get(work, number), forms.ReasonForm(reason="Le terrain n'est plus libre."))
    with work_as(here.around, here.applicant) as work:
        draft(work, here)  # another may be opened
    assert [r.number for r in receipts(database)] == [1]


def test_an_awarded_file_is_given_up_from_its_award(database: Database) -> None:
    here = scene(database)
    number = filed(here)
    with database.session(readonly=False) as session:
        session.execute(Application.__table__.update().values(status="awarded"))
        session.commit()
    with work_as(here.around, here.applicant) as work, pytest.raises(Refused) as refused:
        service.withdraw(work, queries.get(work, number), forms.ReasonForm(reason="Nous renonçons à la subvention."))
    assert [r.code for r in refused.value.refusals] == ["decided"]
