"""The three calls of the demo, figure by figure: funnels, registers, the ranked list, sessions, decisions."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session as Db

from portfolio.applications.models import Application, CallRegister, FilingReceipt
from portfolio.awards.models import Award, Commitment, Decision, Notice, Reservation
from portfolio.calls import queries as calls
from portfolio.calls.models import Call
from portfolio.committees import queries as committees
from portfolio.committees.models import Session, SessionItem
from portfolio.origin import Surroundings
from portfolio.scoring import queries as scoring
from portfolio.seed.data.calls import CALLS
from portfolio.seed.data.files import ranked_list
from portfolio.seed.data.others import projects
from portfolio.seed.data.ranking import RANKING
from portfolio.strategy import queries as strategy
from portfolio.work import Work
from tests.seed.finding import J, call


@pytest.mark.both_engines
def test_the_funnels(db: Db) -> None:
    statement = select(Call.code, Application.status, func.count()).join(Call, Call.id == Application.call_id)
    found: dict[str, dict[str, int]] = {}
    for code, status, number in db.execute(statement.group_by(Call.code, Application.status)):
        found.setdefault(code, {})[status] = number
    assert found == {
        "AAP-2025-01": {
            "awarded": 22,
            "waitlisted": 7,
            "not_selected": 3 + 6,
            "withdrawn": 1,
            "ineligible": 2,
            "inadmissible": 4 + 1,
        },
        "AAP-2026-01": {"reviewed": 23, "ineligible": 2, "inadmissible": 1},
        "AAP-2026-02": {"submitted": 9, "draft": 6},
    }


def test_the_registers_are_gapless_and_late_files_are_written_late(db: Db) -> None:
    for code, facts in CALLS.items():
        rows = db.scalars(
            select(FilingReceipt)
            .where(FilingReceipt.call_id == call(db, code).id)
            .order_by(FilingReceipt.number)
        ).all()
        assert [row.number for row in rows] == list(range(1, facts.funnel.filed + 1))
        late = [(row.number, f"{row.received_at:%H:%M}") for row in rows if row.late]
        assert late == ([(45, "16:07"), (46, "16:21")] if code == "AAP-2025-01" else [])
    closed = db.scalars(select(CallRegister).order_by(CallRegister.id)).all()
    assert [(r.last_number, r.status) for r in closed] == [(44, "closed"), (26, "closed")]
    assert all(r.closed_by_id != r.witnessed_by_id for r in closed)


def test_states_of_the_calls_on_the_day(db: Db, demo: Surroundings) -> None:
    now = demo.clock.now()
    assert [calls.state(call(db, code), now) for code in CALLS] == ["closed", "closed", "open"]
    draft = db.scalars(
        select(Application)
        .where(Application.call_id == call(db, "AAP-2026-02").id, Application.status == "draft")
        .where(Application.title == projects()["MP09"].title)
    ).one()
    assert draft.pages_saved == ["group", "project", "people", "activities"]


@pytest.mark.both_engines
def test_the_ranked_list_of_the_coming_session(work: Work) -> None:
    found = scoring.full_ranking(work, call(work.db, "AAP-2026-01"))
    ranked = [row for row in found if row.rank is not None]
    wanted = [row for row in RANKING if row.rank is not None]
    assert [(r.rank, r.filing_number, r.requested_minor, r.score_tenths) for r in ranked] == [
        (w.rank, int(w.file[2:]), w.requested, w.score * 10) for w in wanted
    ]
    assert [r.result.spread_tenths // 10 for r in ranked if r.result] == [w.spread for w in wanted]
    assert [r.cumulative_minor for r in ranked] == [w.cumulated for w in wanted]
    assert len(found) - len(ranked) == 7
    extra = ranked[12].result
    assert extra is not None and extra.first_spread_tenths == 310


def test_two_convenings_then_a_decision(db: Db) -> None:
    old = call(db, "AAP-2025-01")
    first, second = db.scalars(
        select(Session).where(Session.subject_type == "call", Session.subject_id == old.id).order_by(Session.id)
    ).all()
    assert (first.status, first.convening, second.status, second.convening) == ("no_quorum", 1, "final", 2)
    assert first.scheduled_at.date() == J - timedelta(days=340)
    items = db.scalars(select(SessionItem).where(SessionItem.session_id == second.id)).all()
    assert Counter(item.proposal for item in items) == {"favourable": 22, "waiting_list": 8, "unfavourable": 3}
    award, promotion = db.scalars(select(Decision).order_by(Decision.id)).all()
    assert (award.total_minor, promotion.total_minor) == (124_572_550, 3_670_000)
    assert award.signed_at is not None and award.signed_at.date() == J - timedelta(days=325)
    assert all(d.prepared_by_id != d.signed_by_id for d in (award, promotion))
    asked = {f.requested for f in ranked_list("AAP-2025-01") if f.outcome == "agreement"}
    given = {a.amount_minor for a in db.scalars(select(Award).where(Award.outcome == "awarded"))}
    assert asked <= given
    notices = db.scalars(select(Notice).where(Notice.call_id == old.id)).all()
    assert len(notices) == 46 + 1 and {n.status for n in notices} == {"received"}
    assert db.scalars(select(Reservation).where(Reservation.freed_at.is_(None))).all() == []
    assert Counter(c.status for c in db.scalars(select(Commitment))) == {"visaed": 22, "released": 1}


def test_the_session_to_come_is_convened_and_a_link_declared(work: Work) -> None:
    new = call(work.db, "AAP-2026-01")
    (session,) = committees.of(work, "call", new.id)
    assert (session.status, session.scheduled_at.date()) == ("convened", J + timedelta(days=6))
    mp13 = next(i for i in committees.items(work, session) if i.requested_minor == 3_265_000)
    linked = committees.conflicted_people(work, "application", [mp13.subject_id])[mp13.subject_id]
    assert set(work.around.names_of(work.db, linked).values()) == {"Hadiza Seyni"}


def test_files_are_tagged_to_the_hundred(work: Work) -> None:
    files = work.db.scalars(select(Application).where(Application.status.in_(("awarded", "reviewed")))).all()
    tags = strategy.tags_of_many(work, "application", [f.id for f in files])
    for file in files:
        sums: Counter[int] = Counter()
        for tag, _objective, framework in tags[file.id]:
            sums[framework.id] += tag.weight
        assert sorted(sums.values()) == [100, 100, 100]
