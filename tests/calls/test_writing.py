"""A call is written by sections, checked, and frozen when it is published."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from portfolio.audit.models import AuditEvent
from portfolio.calls import queries, service
from portfolio.calls.forms import CriterionRow, LineRow, ShareRow, TagRow
from portfolio.calls.models import Call, Criterion, RequiredPiece
from portfolio.calls.queries.complete import bundle, lacks
from portfolio.funds.models import BudgetLine
from portfolio.kit.db import Database
from portfolio.kit.errors import Forbidden, Invalid, Refused
from portfolio.strategy.models import Framework
from tests.calls import making
from tests.factories import NOON
from tests.groups.making import acting, person_of


def officer(database: Database, n: int = 1) -> Any:
    return acting(database, "grants_officer", n)


def head(database: Database, n: int = 1) -> Any:
    return acting(database, "programme_head", n)


def lacking(database: Database, call: int) -> list[str]:
    with officer(database) as work:
        return [r.code for r in lacks(bundle(work, work.db.get_one(Call, call)))]


def edit(database: Database, number: int, build: Any) -> None:
    with officer(database) as work:
        service.edit(work, work.db.get_one(Call, number), build(work))


def test_a_complete_draft_lacks_nothing(database: Database) -> None:
    assert lacking(database, making.draft(database)) == []


@pytest.mark.parametrize(
    ("section", "code"),
    [
        ("identity", "identity_missing"),
        ("money", "lines_do_not_sum"),
        ("calendar", "date_missing"),
        ("applicants", "places_missing"),
        ("pieces", "pieces_missing"),
        ("grid", "criteria_missing"),
        ("objectives", "tags_do_not_sum"),
    ],
)
def test_each_section_is_needed_before_it_is_sent(database: Database, section: str, code: str) -> None:
    if section == "applicants":
        number = making.draft(database, without="objectives")
        edit(database, number, lambda w: making.applicants(w, places=[]))
    else:
        number = making.draft(database, without=section)
    assert code in lacking(database, number)
    with officer(database) as work, pytest.raises(Refused) as refused:
        service.send(work, work.db.get_one(Call, number))
    assert code in {r.code for r in refused.value.refusals}


def test_envelope_lines_must_sum_and_fit_the_free_credits(database: Database) -> None:
    number = making.draft(database)
    with officer(database) as work:
        ids = dict(work.db.execute(select(BudgetLine.code, BudgetLine.id)).all())  # type: ignore[arg-type]
    lines = [LineRow(budget_line_id=ids["F1-AAP26"], amount=30_000_000)]
    edit(database, number, lambda w: making.money(w, lines=lines))
    with officer(database) as work:
        refusals = list(lacks(bundle(work, work.db.get_one(Call, number))))
    assert [(r.code, r.missing_minor) for r in refusals] == [("lines_do_not_sum", 15_000_000)]
    lines = [
        LineRow(budget_line_id=ids["F1-AAP26"], amount=36_000_000),
        LineRow(budget_line_id=ids["F1-NEW"], amount=9_000_000),
    ]
    edit(database, number, lambda w: making.money(w, lines=lines))
    assert lacking(database, number) == ["line_not_voted"]
    edit(database, number, making.money)
    with database.session(readonly=False) as session:
        session.execute(text("UPDATE budget_line SET committed_minor = 5000000 WHERE code = 'F1-AAP26'"))
        session.commit()
    with officer(database) as work:
        refusals = list(lacks(bundle(work, work.db.get_one(Call, number))))
    assert [(r.code, r.missing_minor) for r in refusals] == [("credits_missing", 5_000_000)]


def test_weights_sum_to_100_and_six_levels_are_described(database: Database) -> None:
    number = making.draft(database)
    rows = [
        CriterionRow(code="first", label="Un", weight=60, **making.levels()),
        CriterionRow(code="second", label="Deux", weight=39, **making.levels(5)),
    ]
    edit(database, number, lambda w: making.grid(criteria=rows))
    assert lacking(database, number) == ["weights_do_not_sum", "levels_missing"]


def test_a_floor_above_its_weight_and_a_double_are_refused_beside_their_row(database: Database) -> None:
    number = making.draft(database)
    rows = [
        CriterionRow(code="first", label="Un", weight=60, floor=61, tie_rank=1, **making.levels()),
        CriterionRow(code="first", label="Deux", weight=40, tie_rank=1, **making.levels()),
    ]
    with pytest.raises(Invalid) as bad:
        edit(database, number, lambda w: making.grid(criteria=rows))
    assert {e.field for e in bad.value.errors} == {
        "criteria-0-floor",
        "criteria-1-code",
        "criteria-1-tie_rank",
    }
    with officer(database) as work:
        assert [c.code for c in queries.criteria(work, work.db.get_one(Call, number))] == [
            "viability",
            "inclusion",
            "cohesion",
        ]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"answers_on": date(2026, 12, 3)}, "answers_on"),
        ({"questions_until": date(2026, 12, 20), "answers_on": None}, "closes_at"),
        ({"pieces_by": date(2026, 12, 13)}, "pieces_by"),
        ({"session_on": date(2027, 1, 19)}, "session_on"),
        ({"closes_at": making.OPENS}, "closes_at"),
    ],
)
def test_dates_follow_one_another(database: Database, change: dict[str, Any], field: str) -> None:
    number = making.draft(database)
    with pytest.raises(Invalid) as bad:
        edit(database, number, lambda w: making.calendar(**change))
    assert field in [e.field for e in bad.value.errors]


def test_amounts_are_ordered(database: Database) -> None:
    with officer(database) as work, pytest.raises(Invalid) as bad:
        service.create(work, making.create_form(floor=9_000_000, ceiling=8_000_000))
    assert [e.field for e in bad.value.errors] == ["ceiling"]
    with officer(database) as work, pytest.raises(Invalid) as bad:
        service.create(work, making.create_form(ceiling=45_000_001))
    assert [e.field for e in bad.value.errors] == ["ceiling"]


def test_reserved_shares_of_one_category_are_given_once(database: Database) -> None:
    number = making.draft(database)
    twice = [ShareRow(category="women", percent=40), ShareRow(category="women", percent=20)]
    with pytest.raises(Invalid) as bad:
        edit(database, number, lambda w: making.money(w, shares=twice))
    assert [e.field for e in bad.value.errors] == ["shares-1-category"]


def test_objectives_reach_100_in_each_framework_in_force(database: Database) -> None:
    number = making.draft(database, without="objectives")
    with officer(database) as work:
        tags = {t.code: t.needed for t in bundle(work, work.db.get_one(Call, number)).tags}
    # UNSDCF, HRP, ISF and ITSP have ended: they ask for nothing (R8).
    assert tags == {"ALG": True, "PBF": True, "ODD": True}
    with officer(database) as work:
        half = making.objectives(work).objectives[0].model_copy(update={"weight": 50})
    with pytest.raises(Refused) as refused:
        edit(database, number, lambda w: making.objectives(w).model_copy(update={"objectives": [half]}))
    assert "weights_not_100" in {r.code for r in refused.value.refusals}
    with officer(database) as work:
        ended = work.db.scalars(select(Framework).where(Framework.code == "UNSDCF")).one()
        from portfolio.strategy.models import Objective

        other = work.db.scalars(
            select(Objective).where(Objective.framework_id == ended.id, Objective.taggable.is_(True))
        ).first()
    assert other is not None
    extra = TagRow(objective_id=other.id, weight=100)

    def with_an_ended_one(work: Any) -> Any:
        form = making.objectives(work)
        return form.model_copy(update={"objectives": [*form.objectives, extra]})

    with pytest.raises(Refused) as refused:
        edit(database, number, with_an_ended_one)
    assert "objective_out_of_force" in {r.code for r in refused.value.refusals}


def test_who_writes_may_not_publish(database: Database) -> None:
    number = making.sent(database)
    with officer(database, 2) as work, pytest.raises(Forbidden):
        service.publish(work, work.db.get_one(Call, number))
    # Somebody who holds both roles still may not publish what he wrote or sent.
    from portfolio.accounts.models import RoleAssignment

    with database.session(readonly=False) as session:
        session.add(
            RoleAssignment(
                person_id=person_of(database, "grants_officer"),
                role="programme_head",
                scope_kind="all",
                scope_code="",
                starts_on=date(2020, 1, 1),
                confirmed_at=NOON,
            )
        )
        session.commit()
    with officer(database) as work, pytest.raises(Refused) as refused:
        service.publish(work, work.db.get_one(Call, number))
    assert [r.code for r in refused.value.refusals] == ["four_eyes"]
    with head(database) as work:
        assert service.publish(work, work.db.get_one(Call, number)).status == "published"


@pytest.mark.both_engines
def test_the_database_too_refuses_one_person_for_two(database: Database) -> None:
    from sqlalchemy.exc import IntegrityError

    number = making.sent(database)
    who = person_of(database, "grants_officer")
    with database.session(readonly=False) as session, pytest.raises(IntegrityError):
        session.execute(
            text("UPDATE call SET published_by_id = :who WHERE id = :id"), {"who": who, "id": number}
        )
    # Control: another person passes.
    with database.session(readonly=False) as session:
        other = person_of(database, "programme_head")
        session.execute(
            text("UPDATE call SET published_by_id = :who WHERE id = :id"), {"who": other, "id": number}
        )
        session.commit()


SECTIONS: dict[str, Any] = {
    "identity": lambda w: making.identity(title="Un autre intitulé"),
    "money": lambda w: making.money(w, floor=1_000_000),
    "calendar": lambda w: making.calendar(appeal_days=1),
    "applicants": lambda w: making.applicants(w, min_members=1),
    "pieces": lambda w: making.pieces(pieces=[]),
    "grid": lambda w: making.grid(score_floor=1),
    "objectives": making.objectives,
}


@pytest.mark.parametrize("section", list(SECTIONS))
def test_everything_is_frozen_at_publication(database: Database, section: str) -> None:
    build = SECTIONS[section]
    number = making.draft(database)
    edit(database, number, build)  # control: a draft can be changed
    edit(
        database,
        number,
        {
            **SECTIONS,
            "identity": lambda w: making.identity(),
            "money": making.money,
            "calendar": lambda w: making.calendar(),
            "applicants": making.applicants,
            "pieces": lambda w: making.pieces(),
            "grid": lambda w: making.grid(),
        }[section],
    )
    with officer(database) as work:
        service.send(work, work.db.get_one(Call, number))
    with pytest.raises(Refused) as refused:
        edit(database, number, build)
    assert [r.code for r in refused.value.refusals] == ["being_read"]
    with head(database) as work:
        service.publish(work, work.db.get_one(Call, number))
    with pytest.raises(Refused) as refused:
        edit(database, number, build)
    assert [r.code for r in refused.value.refusals] == ["frozen"]
    assert (
        "figés" in refused.value.refusals[0].message
        and "avis rectificatif" in refused.value.refusals[0].way_out
    )


def test_the_tag_editor_does_not_find_a_published_call(database: Database) -> None:
    from portfolio.kit.errors import NotFound
    from portfolio.strategy.queries import context_of

    number = making.draft(database)
    with officer(database) as work:
        assert context_of(work, "call", number).countries == ("BF", "ML", "NE")
    with officer(database) as work:
        service.send(work, work.db.get_one(Call, number))
    with head(database) as work:
        service.publish(work, work.db.get_one(Call, number))
    with officer(database) as work, pytest.raises(NotFound):
        context_of(work, "call", number)


def test_a_returned_call_can_be_changed_again(database: Database) -> None:
    number = making.sent(database)
    with head(database) as work, pytest.raises(Invalid):
        service.return_(work, work.db.get_one(Call, number), " ")
    with head(database) as work:
        service.return_(work, work.db.get_one(Call, number), "La grille ne dit rien du climat.")
    edit(database, number, SECTIONS["grid"])


def test_a_stale_page_is_refused_and_rows_count_as_a_change(database: Database) -> None:
    number = making.draft(database)
    with officer(database) as work:
        version = work.db.get_one(Call, number).version
    edit(database, number, lambda w: making.pieces(version=version, pieces=making.pieces().pieces[:2]))
    with officer(database) as work:
        assert work.db.get_one(Call, number).version == version + 1
    with pytest.raises(Refused) as refused:
        edit(database, number, lambda w: making.pieces(version=version))
    assert [r.code for r in refused.value.refusals] == ["changed_meanwhile"]
    with officer(database) as work:
        assert len(queries.pieces(work, work.db.get_one(Call, number))) == 2


def test_saving_a_section_twice_keeps_one_set_of_rows_and_says_what_changed(database: Database) -> None:
    number = making.draft(database)
    edit(database, number, lambda w: making.grid(criteria=making.grid().criteria[:2]))
    edit(database, number, lambda w: making.grid())
    with officer(database) as work:
        assert len(list(work.db.scalars(select(Criterion).where(Criterion.call_id == number)))) == 3
        assert len(list(work.db.scalars(select(RequiredPiece).where(RequiredPiece.call_id == number)))) == 5
        events = work.db.scalars(
            select(AuditEvent).where(AuditEvent.event == "call:edited").order_by(AuditEvent.seq.desc())
        )
        last = next(e for e in events if "criteria" in e.data)
    assert last.data["criteria"] == ["viability 40, inclusion 35", "viability 40, inclusion 35, cohesion 25"]


def test_state_follows_the_clock_to_the_second(database: Database) -> None:
    number = making.published(database)
    with officer(database) as work:
        call = work.db.get_one(Call, number)
        second = timedelta(seconds=1)
        seen = [
            queries.state(call, m)
            for m in (call.opens_at - second, call.opens_at, call.closes_at - second, call.closes_at)
        ]
    assert seen == ["scheduled", "open", "open", "closed"]


@pytest.mark.both_engines
@pytest.mark.parametrize(
    ("when", "expected"), [(making.OPENS, ["open"]), (making.CLOSES, ["closed"]), (NOON, ["scheduled"])]
)
def test_lists_and_records_agree_on_the_state(database: Database, when: Any, expected: list[str]) -> None:
    number = making.published(database)
    from portfolio.calls.queries.record import is_state

    with acting(database, "grants_officer", clock=making.at(when)) as work:
        found = [
            s
            for s in ("scheduled", "open", "closed")
            if work.db.scalars(select(Call).where(is_state(s, work.now))).all()
        ]
        assert found == expected == [queries.state(work.db.get_one(Call, number), work.now)]


def test_the_deadline_says_its_zone(database: Database) -> None:
    from portfolio.kit.i18n import speaking

    assert (
        queries.deadline_text(making.CLOSES)
        == "14 décembre 2026, 16\u00a0h\u00a000 TU (17\u00a0h\u00a000 à Niamey)"
    )
    late = making.CLOSES.replace(hour=23, minute=30)
    assert queries.deadline_text(late).endswith("(0\u00a0h\u00a030 le lendemain à Niamey)")
    with speaking("en"):
        assert queries.deadline_text(making.CLOSES) == "14 December 2026, 16:00 UTC (17:00 in Niamey)"


def test_communes_are_found_by_name_or_code(database: Database) -> None:
    number = making.draft(database)
    edit(
        database, number, lambda w: making.applicants(w, codes=(), more_places="Ouattagouna, ML070106\nDori")
    )
    with officer(database) as work:
        names = {(p.name, p.level) for p in queries.places(work, work.db.get_one(Call, number))}
    assert names == {("Ouattagouna", 3), ("Tessit", 3), ("Dori", 3)}
    for typed, words in (("Nullepart", "Aucun lieu"), ("Gao", "Plusieurs lieux")):
        with pytest.raises(Invalid) as bad:
            edit(database, number, lambda w, typed=typed: making.applicants(w, more_places=typed))
        assert bad.value.errors[0].field == "more_places" and words in bad.value.errors[0].message
