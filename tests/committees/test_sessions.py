"""Quorum, recusal, proposals, minutes: the committee proposes only with enough voices for that very file (R2, R19, demo cases 2 and 11)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from portfolio.committees import queries
from portfolio.committees import service as committees
from portfolio.committees.forms import (
    CloseForm,
    CorrectForm,
    DeclareAllForm,
    DeclareForm,
    ExcuseForm,
    HourForm,
    PlanForm,
    ProposeForm,
    RecuseForm,
)
from portfolio.committees.models import Recusal, Session, SessionItem
from portfolio.kit.db import Database
from portfolio.kit.errors import Forbidden, Invalid, Refused
from tests.scoring import world as w

FILES = ("A-014", "A-003", "A-009")


@pytest.fixture
def ready(database: Database) -> w.World:
    world = w.build(database, codes=FILES)
    w.assign_demo(world)
    w.score_all(world)
    w.convened(world)
    return world


def codes(error: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {refusal.code for refusal in error.value.refusals}


def test_everybody_is_called_and_the_session_does_not_open_without_quorum(ready: w.World) -> None:
    with ready.act("secretary", readonly=True) as work:
        session = ready.get(work, Session, ready.session)
        people = queries.attendance(work, session)
        assert len(people) == 9 and people[0].function == "president"
        assert session.status == "convened"
    ready.at(datetime(2026, 11, 28, 9, 5, tzinfo=UTC))
    w.arrive(ready, "president", "m3", "m4", "m5", "secretary")
    with ready.act("secretary") as work, pytest.raises(Refused) as refused:
        committees.open(work, ready.get(work, Session, ready.session))
    assert codes(refused) == {"no_quorum"}
    w.arrive(ready, "m6")
    with ready.act("secretary") as work:
        committees.open(work, ready.get(work, Session, ready.session))
        assert ready.get(work, Session, ready.session).status == "sitting"


def test_the_secretary_and_observers_are_not_voices(ready: w.World) -> None:
    w.sitting(ready, w.MEMBERS[:5])
    with ready.act("secretary", readonly=True) as work:
        quorum = queries.quorum_for(work, ready.get(work, Session, ready.session))
    assert (quorum.members, quorum.voices, quorum.required, quorum.met) == (7, 5, 5, True)


def test_nobody_presides_but_the_president_or_the_vice_president(ready: w.World) -> None:
    ready.at(datetime(2026, 11, 28, 9, 10, tzinfo=UTC))
    w.arrive(ready, "m3", "m4", "m5", "m6", "m7", "secretary")
    with ready.act("secretary") as work, pytest.raises(Refused) as refused:
        committees.open(work, ready.get(work, Session, ready.session))
    assert codes(refused) == {"no_chair"}


def test_a_recusal_takes_a_voice_away_from_that_file_only(ready: w.World) -> None:
    """Five present and a quorum of five: one leaves for A-009, which can then not be decided; the others can."""
    w.sitting(ready, w.MEMBERS[:5])
    with ready.act("secretary") as work:
        form = RecuseForm(person_id=ready.people["m4"], reason="Parent de la trésorière")
        committees.recuse(work, ready.get(work, Session, ready.session), ready.item(work, "A-009"), form)
    with ready.act("secretary", readonly=True) as work:
        session = ready.get(work, Session, ready.session)
        assert queries.quorum_for(work, session, ready.item(work, "A-009")).voices == 4
        assert queries.quorum_for(work, session, ready.item(work, "A-014")).voices == 5
    with pytest.raises(Refused) as refused:
        w.propose(ready, "A-009", proposal="favourable", votes_for=4)
    assert codes(refused) == {"no_quorum"}
    w.propose(ready, "A-014", proposal="favourable", votes_for=5)
    w.arrive(ready, "m7")
    w.propose(ready, "A-009", proposal="favourable", votes_for=5)
    with ready.act("secretary", readonly=True) as work:
        item = ready.item(work, "A-009")
        assert (item.voices_present, item.votes_for) == (5, 5)


def test_a_declared_link_must_leave_the_room_first(ready: w.World) -> None:
    with ready.act("m5") as work:
        form = DeclareForm(linked="yes", nature="La sœur d'un membre est trésorière")
        committees.declare_interest(work, "application", ready.files["A-009"], form)
    w.sitting(ready)
    with pytest.raises(Refused) as refused:
        w.propose(ready, "A-009", proposal="favourable", votes_for=6)
    assert codes(refused) == {"recusal_missing"}
    with ready.act("secretary") as work:
        session, item = ready.get(work, Session, ready.session), ready.item(work, "A-009")
        committees.recuse(work, session, item, RecuseForm(person_id=ready.people["m5"], reason="Lien familial"))
    with pytest.raises(Invalid):
        w.propose(ready, "A-009", proposal="favourable", votes_for=7)
    with ready.act("secretary") as work, pytest.raises(Refused) as refused:
        session, recusal = ready.get(work, Session, ready.session), work.db.scalars(select(Recusal)).one()
        committees.return_from_recusal(work, session, recusal)
    assert codes(refused) == {"still_deliberating"}
    w.propose(ready, "A-009", proposal="favourable", votes_for=6)


def test_whoever_leaves_is_not_counted_any_more(ready: w.World) -> None:
    w.sitting(ready, w.MEMBERS[:5])
    with ready.act("secretary") as work:
        committees.record_leave(work, ready.get(work, Session, ready.session), w.line_of(work, ready, "m5"))
    ready.at(datetime(2026, 11, 28, 9, 30, tzinfo=UTC))
    with pytest.raises(Refused) as refused:
        w.propose(ready, "A-014", proposal="favourable", votes_for=4)
    assert codes(refused) == {"no_quorum"}


def test_a_substitute_votes_only_in_the_place_of_an_absent_titular(ready: w.World) -> None:
    ready.at(datetime(2026, 11, 28, 9, 10, tzinfo=UTC))
    w.arrive(ready, "president", "vice", "m3", "m4", "secretary", "sub")
    with ready.act("secretary", readonly=True) as work:
        assert queries.quorum_for(work, ready.get(work, Session, ready.session)).voices == 4
    with ready.act("secretary") as work:
        session = ready.get(work, Session, ready.session)
        committees.record_leave(work, session, w.line_of(work, ready, "sub"))
    ready.at(datetime(2026, 11, 28, 9, 11, tzinfo=UTC))
    with ready.act("secretary") as work:
        session = ready.get(work, Session, ready.session)
        seat = w.line_of(work, ready, "m7").seat_id
        committees.record_arrival(work, session, w.line_of(work, ready, "sub"), HourForm(replaces_id=seat))
        assert queries.quorum_for(work, session).voices == 5
    with ready.act("secretary") as work, pytest.raises(Refused) as refused:
        committees.record_arrival(work, ready.get(work, Session, ready.session), w.line_of(work, ready, "m7"))
    assert codes(refused) == {"seat_occupied"}


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"proposal": "favourable", "votes_for": 8}, "votes_for"),
        ({"proposal": "favourable", "votes_for": 0}, "votes_for"),
        ({"proposal": "favourable", "votes_for": 2, "votes_against": 5}, "votes_for"),
        ({"proposal": "favourable", "votes_for": 3, "votes_against": 3}, "casting"),
        ({"proposal": "unfavourable", "votes_for": 7}, "reason"),
        ({"proposal": "revised", "votes_for": 7, "reason": "Prix trop élevés"}, "proposed_minor"),
        ({"proposal": "revised", "votes_for": 7, "proposed_minor": 3_850_000, "reason": "Prix"}, "proposed_minor"),
        ({"proposal": "favourable", "votes_for": 7, "proposed_minor": 1}, "proposed_minor"),
        ({"proposal": "waiting_list", "votes_for": 7, "proposed_minor": 5, "reason": "Rang"}, "proposed_minor"),
    ],
)
def test_a_proposal_is_checked_field_by_field(ready: w.World, fields: dict[str, object], field: str) -> None:
    w.sitting(ready)
    with pytest.raises(Invalid) as invalid:
        w.propose(ready, "A-014", **fields)
    assert [e.field for e in invalid.value.errors] == [field]


def test_equal_votes_need_the_president(ready: w.World) -> None:
    w.sitting(ready)
    w.propose(ready, "A-014", proposal="favourable", votes_for=3, votes_against=3, abstentions=1, casting=True)
    with ready.act("secretary", readonly=True) as work:
        assert ready.item(work, "A-014").casting is True


def test_a_better_ranked_file_is_not_passed_over_without_a_reason(ready: w.World) -> None:
    w.sitting(ready)
    w.propose(ready, "A-014", proposal="waiting_list", votes_for=7, reason="Second projet du même type")
    with pytest.raises(Invalid) as invalid:
        w.propose(ready, "A-003", proposal="favourable", votes_for=7)
    assert [e.field for e in invalid.value.errors] == ["rank_waiver"]
    w.propose(ready, "A-003", proposal="favourable", votes_for=7, rank_waiver="Part réservée aux jeunes")


def test_a_waiver_is_asked_at_the_closing_too(ready: w.World) -> None:
    """Deliberated in the other order, the passing over only shows at the end."""
    w.sitting(ready)
    w.propose(ready, "A-003", proposal="favourable", votes_for=7)
    w.propose(ready, "A-009", proposal="favourable", votes_for=7)
    w.propose(ready, "A-014", proposal="unfavourable", votes_for=7, reason="Risque de conflit foncier")
    with ready.act("secretary") as work, pytest.raises(Refused) as refused:
        committees.close(work, ready.get(work, Session, ready.session))
    assert codes(refused) == {"rank_waiver_missing"} and len(refused.value.refusals) == 2


def test_the_envelope_is_the_limit_of_the_proposals(ready: w.World) -> None:
    w.sitting(ready)
    with ready.act("secretary") as work:
        session = ready.get(work, Session, ready.session)
        work.hold(session)
        session.facts = {**session.facts, "envelope_minor": 5_000_000}
    w.propose(ready, "A-014", proposal="favourable", votes_for=7)
    with pytest.raises(Refused) as refused:
        w.propose(ready, "A-003", proposal="favourable", votes_for=7)
    assert refused.value.refusals[0].missing_minor == 1_800_000


def test_a_proposal_outside_the_sitting_cannot_be_stored(ready: w.World) -> None:
    with pytest.raises(Refused) as refused:
        w.propose(ready, "A-014", proposal="favourable", votes_for=5)
    assert codes(refused) == {"not_sitting"}


def test_only_who_keeps_the_minutes_records(ready: w.World) -> None:
    w.sitting(ready)
    with ready.act("m3") as work, pytest.raises(Forbidden):
        form = ProposeForm(proposal="favourable", votes_for=7)
        committees.propose(work, ready.item(work, "A-014"), form)


def test_without_quorum_a_pv_de_carence_and_a_second_convening_with_its_own_quorum(ready: w.World) -> None:
    ready.at(datetime(2026, 11, 28, 8, 50, tzinfo=UTC))
    w.arrive(ready, "president", "m3", "m7", "secretary")
    with ready.act("secretary") as work, pytest.raises(Refused) as refused:
        committees.declare_no_quorum(work, ready.get(work, Session, ready.session))
    assert codes(refused) == {"too_early"}
    ready.at(datetime(2026, 11, 28, 9, 30, tzinfo=UTC))
    with ready.act("secretary") as work:
        session = ready.get(work, Session, ready.session)
        committees.declare_no_quorum(work, session)
        assert session.status == "no_quorum" and session.reference and session.fingerprint
    with ready.act("secretary") as work:
        first = ready.get(work, Session, ready.session)
        form = PlanForm(place="Gao", scheduled_at=datetime(2026, 12, 5, 9, 0, tzinfo=UTC))
        second = committees.second_convening(work, first, form)
        assert (second.convening, second.quorum) == (2, 3)
        assert len(queries.items(work, second)) == 3
        committees.convene(work, second)
        ready.session = second.id
    with ready.act("secretary") as work, pytest.raises(Refused) as refused:
        committees.second_convening(work, first, form)
    assert codes(refused) == {"already_convened_again"}
    ready.at(datetime(2026, 12, 5, 9, 5, tzinfo=UTC))
    w.arrive(ready, "president", "m3", "m7", "secretary")
    with ready.act("secretary") as work:
        committees.open(work, ready.get(work, Session, ready.session))
    w.propose(ready, "A-014", proposal="favourable", votes_for=3)


def test_the_minutes_are_signed_by_each_member_present(ready: w.World) -> None:
    w.sitting(ready)
    for code in FILES:
        w.propose(ready, code, proposal="favourable", votes_for=7)
    with ready.act("secretary") as work:
        committees.close(work, ready.get(work, Session, ready.session), CloseForm(remarks="Chaleur."))
    with ready.act("secretary") as work:
        session = ready.get(work, Session, ready.session)
        before = session.fingerprint
        committees.correct(work, session, CorrectForm(remarks="Coupure de courant de 11 h à 11 h 20."))
        assert session.fingerprint != before
    for code in ("president", "vice", "m3", "m4", "m5", "m6", "secretary"):
        with ready.act(code) as work:
            committees.sign(work, ready.get(work, Session, ready.session))
    with ready.act("m3") as work, pytest.raises(Refused) as refused:
        committees.sign(work, ready.get(work, Session, ready.session))
    assert codes(refused) == {"already_signed"}
    with ready.act("sub") as work, pytest.raises(Refused) as refused:
        committees.sign(work, ready.get(work, Session, ready.session))
    assert codes(refused) == {"not_present"}
    with ready.act("secretary") as work, pytest.raises(Refused) as refused:
        committees.correct(work, ready.get(work, Session, ready.session), CorrectForm(remarks="Autre."))
    assert codes(refused) == {"already_signed"}
    with ready.act("secretary") as work, pytest.raises(Refused) as refused:
        committees.finalise(work, ready.get(work, Session, ready.session))
    assert codes(refused) == {"signatures_missing"}
    with ready.act("secretary") as work:
        session = ready.get(work, Session, ready.session)
        committees.prevented(work, session, w.line_of(work, ready, "m7"), ExcuseForm(reason="Parti par le car de 17 h"))
        committees.finalise(work, session)
        assert session.status == "final"


def test_a_quorum_lost_on_the_way_leaves_the_rest_for_another_session(ready: w.World) -> None:
    w.sitting(ready, w.MEMBERS[:5])
    w.propose(ready, "A-014", proposal="favourable", votes_for=5)
    with ready.act("secretary") as work, pytest.raises(Refused) as refused:
        committees.close(work, ready.get(work, Session, ready.session))
    assert codes(refused) == {"files_left"}
    with ready.act("secretary") as work:
        committees.record_leave(work, ready.get(work, Session, ready.session), w.line_of(work, ready, "m5"))
    ready.at(datetime(2026, 11, 28, 12, 0, tzinfo=UTC))
    with ready.act("secretary") as work:
        committees.close(work, ready.get(work, Session, ready.session))


def test_declaring_for_all_the_files_at_once(ready: w.World) -> None:
    with ready.act("m5", readonly=True) as work:
        rows = queries.facts(work, ready.get(work, Session, ready.session))["rows"]
        assert all(row.closed_to_me for row in rows), "nothing shows before the declaration"
    with ready.act("m5") as work, pytest.raises(Invalid) as invalid:
        session = ready.get(work, Session, ready.session)
        committees.declare_all(work, session, DeclareAllForm(linked=[ready.item(work, "A-009").id]))
    assert {e.field for e in invalid.value.errors} == {"nature", "sworn"}
    with ready.act("m5") as work:
        session = ready.get(work, Session, ready.session)
        linked = [ready.item(work, "A-009").id]
        committees.declare_all(work, session, DeclareAllForm(linked=linked, nature="Ma sœur est trésorière", sworn=True))
    with ready.act("m5", readonly=True) as work:
        rows = queries.facts(work, ready.get(work, Session, ready.session))["rows"]
        assert {r.item.subject_ref: r.closed_to_me for r in rows} == {"A-014": False, "A-003": False, "A-009": True}
    with ready.act("m5") as work, pytest.raises(Refused) as refused:
        committees.declare_interest(work, "application", ready.files["A-009"], DeclareForm(linked="no"))
    assert codes(refused) == {"link_declared"}


def test_the_database_repeats_the_law_of_votes(ready: w.World) -> None:
    from sqlalchemy import update
    from sqlalchemy.exc import IntegrityError

    with ready.database.session(readonly=False) as db:
        item = db.scalars(select(SessionItem).limit(1)).one()
        with pytest.raises(IntegrityError):
            db.execute(
                update(SessionItem)
                .where(SessionItem.id == item.id)
                .values({"status": "proposed", "proposal": "favourable", "votes_for": 9, "voices_present": 7})
            )
        db.rollback()
