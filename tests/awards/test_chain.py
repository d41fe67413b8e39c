"""From the minutes to the letters: reservation, commitment, visa, decision, notice, promotion (R1, R2, R3, R11)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from portfolio.applications.models import Application
from portfolio.awards import queries
from portfolio.awards import service as awards
from portfolio.awards.models import Commitment, Decision, Reservation
from portfolio.awards.service import committing
from portfolio.calls.models import Call
from portfolio.committees.models import Session
from portfolio.documents.models import Paper
from portfolio.funds.models import BudgetLine
from portfolio.kit.db import Database
from portfolio.kit.errors import Forbidden, Refused
from portfolio.numbering.models import GivenNumber
from portfolio.work import Work
from tests.awards.scene import balance, codes, commit, line, prepare, reserve, sign, statuses, visa_all
from tests.client import client
from tests.factories import add_person, work_as
from tests.scoring import world as w


def test_credits_follow_the_chain(small: w.World) -> None:
    reserve(small)
    assert (line(small).reserved_minor, line(small).committed_minor) == (7_060_000, 0)
    assert balance(small, "903") == 7_060_000 and balance(small, "902") == -7_060_000
    reserve(small)  # once is enough
    assert line(small).reserved_minor == 7_060_000
    commit(small)
    assert (line(small).reserved_minor, line(small).committed_minor) == (3_210_000, 3_850_000)
    assert balance(small, "904") == 3_850_000
    with small.act("auditor", readonly=True) as work:
        commitment = work.db.scalars(select(Commitment)).one()
        assert (commitment.voted_minor, commitment.already_minor) == (45_000_000, 0)
        assert queries.has_controller(work)


def test_nothing_is_reserved_before_the_minutes_are_final(database: Database) -> None:
    world = w.build(database, codes=("A-014",))
    w.assign_demo(world)
    w.score_all(world)
    w.convened(world)
    w.sitting(world)
    w.propose(world, "A-014", proposal="favourable", votes_for=7)
    with world.act("head") as work, pytest.raises(Refused) as refused:
        awards.reserve_from_session(work, world.get(work, Session, world.session))
    assert codes(refused) == {"minutes_not_final"}


def test_the_decision_waits_for_the_visa_and_another_person(small: w.World) -> None:
    reserve(small)
    with small.act("head") as work, pytest.raises(Refused) as refused:
        awards.prepare_decision(work, small.get(work, Call, small.call), small.get(work, Session, small.session))
    assert codes(refused) == {"not_committed"}
    commit(small)
    number = prepare(small)
    with pytest.raises(Refused) as refused:
        sign(small, number)
    assert codes(refused) == {"visa_missing"}
    with small.act("head") as work, pytest.raises(Forbidden):
        awards.visa(work, work.db.scalars(select(Commitment)).one())
    visa_all(small)
    with small.act("head") as work, pytest.raises(Forbidden):
        awards.sign_decision(work, small.get(work, Decision, number))
    assert set(statuses(small).values()) == {"reviewed"}
    sign(small, number)
    assert statuses(small) == {"A-014": "awarded", "A-003": "waitlisted", "A-016": "adjourned"}
    with pytest.raises(Refused) as refused:
        sign(small, number)
    assert codes(refused) == {"already_done"}
    with small.act("head") as work, pytest.raises(Refused) as refused:
        awards.prepare_decision(work, small.get(work, Call, small.call), small.get(work, Session, small.session))
    assert codes(refused) == {"already_prepared"}


def test_where_two_people_decided_that_nobody_visas_there_is_no_visa(small: w.World) -> None:
    from portfolio.accounts import queries, service
    from portfolio.accounts.forms import VisaRuleForm

    first, second = (add_person(small.database, "administrator") for _n in range(2))
    with work_as(small.around, first) as work:
        given = VisaRuleForm(required="no", from_on=work.today, act="Décision n° 12", reason="Pas de contrôleur dans l’organigramme")
        number = service.propose_visa_rule(work, given).id
    with work_as(small.around, second) as work:
        service.confirm_visa_rule(work, queries.visa_rule(work, number))
    reserve(small)
    commit(small)
    sign(small, prepare(small))
    assert statuses(small)["A-014"] == "awarded"


def test_a_refused_visa_gives_the_credits_back_to_the_reservation(small: w.World) -> None:
    reserve(small)
    commit(small)
    number = prepare(small)
    with small.act("controller") as work:
        awards.reject(work, work.db.scalars(select(Commitment)).one(), "Imputation à revoir avec le service")
    assert (line(small).reserved_minor, line(small).committed_minor) == (7_060_000, 0)
    with pytest.raises(Refused) as refused:
        sign(small, number)
    assert "sums_differ" in codes(refused)
    commit(small)
    assert line(small).committed_minor == 3_850_000
    visa_all(small)
    sign(small, number)


def test_a_visa_order_in_time_is_checked(small: w.World) -> None:
    """A commitment dated before the minutes were final would not stand an audit."""
    reserve(small)
    commit(small)
    visa_all(small)
    number = prepare(small)
    with small.database.session(readonly=False) as db:
        commitment = db.scalars(select(Commitment)).one()
        commitment.prepared_at = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
        db.commit()
    with pytest.raises(Refused) as refused:
        sign(small, number)
    assert codes(refused) == {"dates_out_of_order"}


def test_a_delegation_has_a_ceiling(small: w.World) -> None:
    from portfolio.accounts.models import RoleAssignment

    with small.database.session(readonly=False) as db:
        role = db.scalars(select(RoleAssignment).where(RoleAssignment.person_id == small.people["ordonnateur"])).one()
        role.kind, role.principal_id, role.act_number = "delegation", small.people["head"], "12/SE"
        role.ends_on, role.ceiling_minor = date(2027, 1, 1), 1_000_000
        db.commit()
    reserve(small)
    commit(small)
    visa_all(small)
    with pytest.raises(Refused) as refused:
        sign(small, prepare(small))
    assert codes(refused) == {"above_ceiling"}


def of_file(work: Work, world: w.World, code: str) -> Reservation:
    return work.db.scalars(select(Reservation).where(Reservation.application_id == world.files[code])).one()


def test_a_reservation_is_lifted_from_the_page_of_its_call(small: w.World) -> None:
    """A-016 was adjourned with its sum set aside: the credits go back to the line, on a button, with a reason."""
    reserve(small)
    with small.database.session(readonly=True) as db:
        held = db.scalars(select(Reservation.id).where(Reservation.application_id == small.files["A-016"])).one()
    browser, page = client(small.around, small.people["head"]), f"/awards/calls/{small.call}"
    assert f'action="{page}/unreserve"' in browser.get(page).text
    short = browser.submit(f"{page}/unreserve", {"reservation": str(held), "reason": ""})
    assert short.status_code == 422 and f'value="{held}" selected' in short.text
    assert browser.submit(f"{page}/unreserve", {"reservation": "999999", "reason": "Le dossier est un doublon"}).status_code == 422
    assert browser.submit(f"{page}/unreserve", {"reservation": str(held), "reason": "Le dossier est un doublon"}).status_code == 303
    assert line(small).reserved_minor == 3_850_000
    assert balance(small, "903") == 3_850_000
    again = browser.submit(f"{page}/unreserve", {"reservation": str(held), "reason": "Le dossier est un doublon"})
    assert again.status_code == 409 and "ne sont plus réservés" in again.text
    auditor = client(small.around, small.people["auditor"])
    assert f"{page}/unreserve" not in auditor.get(page).text
    assert auditor.submit(f"{page}/unreserve", {"reservation": str(held), "reason": "Le dossier est un doublon"}).status_code == 403


def test_a_reservation_stays_while_a_decision_stands_on_it(small: w.World) -> None:
    reserve(small)
    commit(small)
    number = prepare(small)
    with small.act("controller") as work:
        awards.reject(work, work.db.scalars(select(Commitment)).one(), "Le crédit est ouvert à tort")
    with small.act("head") as work, pytest.raises(Refused) as refused:
        awards.unreserve(work, of_file(work, small, "A-014"), "Visa refusé pour de bon")
    assert codes(refused) == {"decision_stands"}
    with small.act("head") as work:
        awards.abandon(work, small.get(work, Decision, number), "À refaire sans ce dossier")
    with small.act("head") as work:
        awards.unreserve(work, of_file(work, small, "A-014"), "Visa refusé pour de bon")
    assert line(small).reserved_minor == 3_210_000


def test_credits_lifted_meanwhile_are_not_committed(small: w.World) -> None:
    """The line still holds another file's credits: its guard alone would let this commitment through."""
    reserve(small)
    with small.act("head") as work, pytest.raises(Refused) as refused:
        held = of_file(work, small, "A-014")
        call, file = small.get(work, Call, small.call), small.get(work, Application, small.files["A-014"])
        awards.unreserve(work, held, "La somme ne servira pas")
        committing.commit(work, call, file, held)
    assert codes(refused) == {"already_freed"}


def test_a_number_is_of_the_year_of_its_act(small: w.World) -> None:
    """Drafted on 31 December, signed on 2 January: the décision is of January, the draft's number stays voided with the reason (F2)."""
    small.at(datetime(2026, 12, 31, 9, 0, tzinfo=UTC))
    reserve(small)
    with small.database.session(readonly=False) as db:
        db.get_one(BudgetLine, small.line).exercice = 2027  # the credits of an exercice do not date an act
        db.commit()
    commit(small)
    visa_all(small)
    number = prepare(small)
    with small.database.session(readonly=True) as db:
        draft = db.get_one(Decision, number).reference
        assert draft.startswith("DEC-2026-") and db.scalars(select(Commitment)).one().reference.startswith("ENG-2026-")
    small.at(datetime(2027, 1, 2, 9, 0, tzinfo=UTC))
    sign(small, number)
    with small.database.session(readonly=True) as db:
        signed = db.get_one(Decision, number).reference
        assert signed.startswith("DEC-2027-00001-")
        former = db.scalars(select(GivenNumber).where(GivenNumber.reference == draft)).one()
        assert signed in (former.voided_reason or "")
        assert db.scalars(select(Paper.reference).where(Paper.kind == "decision")).all() == [signed]
