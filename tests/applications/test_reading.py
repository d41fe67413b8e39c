"""Who reads which file, and a search that follows what is written."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from portfolio.applications import forms, queries, service
from portfolio.applications.models import Application
from portfolio.applications.queries import lists
from portfolio.committees.models import InterestDeclaration
from portfolio.kit.db import Database
from portfolio.kit.errors import NotFound
from portfolio.work import Work
from tests.applications.scenes import complete, deposit, draft, filed, scene, work_as
from tests.factories import NOON, add_person


@pytest.fixture
def here(database: Database):
    return scene(database)


@pytest.mark.parametrize("role", ["committee_member", "committee_president"])
def test_a_file_opens_to_who_declared_no_tie_with_it(here, role: str) -> None:
    """Undeclared stays closed as a tie does, in the list as on the page; an officer reads all but what he is tied to (G4)."""
    tied, clear, undeclared = filed(here, 0), filed(here, 1), filed(here, 2)
    member = add_person(here.database, role)
    with here.database.session(readonly=False) as session:
        for person, number, conflict in ((member, tied, True), (member, clear, False), (here.officer, tied, True)):
            session.add(InterestDeclaration(person_id=person, subject_type="application", subject_id=number, conflict=conflict,
                                            nature="sœur de la trésorière" if conflict else None, declared_at=NOON))
        session.commit()
    for person, expected in ((member, [clear]), (here.officer, [clear, undeclared])):
        with work_as(here.around, person, readonly=True) as work:
            for number in (tied, clear, undeclared):
                if number in expected:
                    assert queries.get(work, number).id == number
                else:
                    with pytest.raises(NotFound):
                        queries.get(work, number)
            assert sorted(row[0] for row in work.db.execute(lists.statement(work))) == expected


def test_drafts_written_online_are_for_those_who_enter_files(here) -> None:
    with work_as(here.around, here.applicant) as work:
        number = draft(work, here).id
    with work_as(here.around, here.officer, readonly=True) as work:
        assert queries.get(work, number)
    member = add_person(here.database, "committee_member")
    with work_as(here.around, member, readonly=True) as work, pytest.raises(NotFound):
        queries.get(work, number)


def test_an_officer_of_a_country_sees_that_country(here) -> None:
    niger, mali = filed(here, 0), filed(here, 1)
    officer = add_person(here.database, "grants_officer", scope=("country", "ML"))
    with work_as(here.around, officer, readonly=True) as work:
        assert queries.get(work, mali)
        with pytest.raises(NotFound):
            queries.get(work, niger)


def found(work: Work, typed: str) -> list[int]:
    clause = lists.search(work, typed)
    assert clause is not None
    return sorted(row[0] for row in work.db.execute(lists.statement(work).where(clause)))


@pytest.mark.both_engines
@pytest.mark.parametrize("cap", [2000, 0])
def test_the_search_follows_what_is_written(database: Database, monkeypatch: pytest.MonkeyPatch, cap: int) -> None:
    """Through the index (few matches) and by walking (more matches than the cap)."""
    monkeypatch.setattr(lists, "CAP", cap)
    here = scene(database)
    with work_as(here.around, here.agent) as work:
        one = service.register_paper(work, deposit(here, 1)).application_id
        other = service.register_paper(work, deposit(here, 2)).application_id
    with work_as(here.around, here.officer, readonly=True) as work:
        assert found(work, "Wafakoye") == [one, other]
        assert found(work, "gabero") == [one] and found(work, "GABÉRO") == [one]
        assert found(work, "RD-2026-00002") == [other]
        assert found(work, "90 11 22 33") == [one, other]
        assert found(work, "90112233") == [one, other]
        assert found(work, "cœur") == []
        assert lists.search(work, "%") is None
    with work_as(here.around, here.agent) as work:
        form = forms.ProjectPage(title="Cœur de village")
        service.save_page(work, queries.get(work, one), "project", form)
    with work_as(here.around, here.officer, readonly=True) as work:
        assert found(work, "coeur de village") == [one]
        assert found(work, "cœur of") == []
    if database.kind == "sqlite":
        with database.session(readonly=False) as session:
            session.execute(text("INSERT INTO application_search(application_search, rank) VALUES ('integrity-check', 1)"))


@pytest.mark.both_engines
def test_a_rare_word_is_found_by_the_index(database: Database) -> None:
    here = scene(database)
    filed(here, 1)
    with work_as(here.around, here.officer, readonly=True) as work:
        statement = lists.statement(work).where(lists.search(work, "wafakoye")).limit(50)
        sql = str(statement.compile(work.db.get_bind(), compile_kwargs={"literal_binds": False}))
        assert ("application_search" in sql) == (database.kind == "sqlite")
        if database.kind == "postgresql":
            names = work.db.scalars(text("SELECT indexname FROM pg_indexes WHERE tablename = 'application'"))
            extension = work.db.scalar(text("SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'"))
            assert ("ix_application_search" in set(names)) == bool(extension)


def test_the_history_tells_a_page_once_and_no_technical_column(here) -> None:
    from portfolio.web.timeline import timeline

    with work_as(here.around, here.applicant) as work:
        application = complete(work, here, draft(work, here))
        complete(work, here, application)
        service.submit(work, application)
        number = application.id
    with work_as(here.around, here.officer, readonly=True) as work:
        lines = timeline(work, work.db.get_one(Application, number))
    assert sum(1 for line in lines if line.text == "Dossier enregistré") == 7
    assert [line.changes for line in lines if line.changes] == []
