"""Admissible is not eligible: papers, tests computed from data, one deadline for all, verdicts and their trail."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from portfolio.accounts.models import Person
from portfolio.applications import queries as applications
from portfolio.applications import service as filing
from portfolio.applications.models import Application
from portfolio.calls.models import Call
from portfolio.committees.models import Committee, Seat
from portfolio.groups.models import Group, Officer
from portfolio.kit.errors import Invalid, Refused
from portfolio.ledger.service import Dims
from portfolio.places.models import Place
from portfolio.screening import queries, service
from portfolio.screening.forms import (
    JudgedForm,
    JudgedRow,
    PieceRow,
    PiecesForm,
)
from tests.applications.scenes import deposit, filed, pages, work_as
from tests.factories import add_person
from tests.screening.scene import CODES, admitted, check, codes


def outcome(here, number: int) -> dict[str, bool]:
    with work_as(here.around, here.officer, readonly=True) as work:
        return {t.code: t.met for t in queries.tests(work, applications.get(work, number))}


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
