"""From the minutes to the letters: reservation, commitment, visa, decision, notice, promotion (R1, R2, R3, R11)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from portfolio.awards import queries
from portfolio.awards import service as awards
from portfolio.awards.models import Commitment, Decision
from portfolio.calls.models import Call
from portfolio.committees.models import Session
from portfolio.kit.db import Database
from portfolio.kit.errors import Forbidden, Refused
from tests.awards.scene import balance, codes, commit, line, prepare, reserve, sign, statuses, visa_all
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
