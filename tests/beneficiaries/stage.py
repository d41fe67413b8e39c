"""Two micro-projects in two communes, and people entered in them by the room's own verbs."""

from __future__ import annotations

from typing import Any

from sqlalchemy import inspect

from portfolio.agreements.models import Agreement
from portfolio.applications.models import Application
from portfolio.awards.models import Award, Commitment
from portfolio.beneficiaries import service
from portfolio.beneficiaries.forms import CountForm, PeopleForm, PersonRow
from portfolio.places.models import Place
from portfolio.projects.models import Project
from tests.agreements import world as w
from tests.factories import NOON

OFFICER, HEAD = "grants_officer", "programme_head"


def copy(session: Any, row: Any, **changes: Any) -> Any:
    """Another row with the same columns but these."""
    columns = {a.key: getattr(row, a.key) for a in inspect(type(row)).mapper.column_attrs if a.key != "id"}
    made = type(row)(**{**columns, **changes})
    session.add(made)
    session.flush()
    return made


def build(database: Any) -> w.World:
    """MP-1 in Ansongo and MP-2 in Bourem, both of the same call."""
    world = w.build(database)
    world.ids["agreement"] = w.signed(world)
    with database.session(readonly=False) as s:
        agreement = s.get(Agreement, world.ids["agreement"])
        application = copy(
            s, s.get(Application, world.ids["application"]), reference="DOS-2025-00008-B", title="Second"
        )
        award = copy(s, s.get(Award, world.ids["award"]), application_id=application.id)
        commitment = copy(
            s,
            s.get(Commitment, world.ids["commitment"]),
            reference="ENG-2026-00002-B",
            application_id=application.id,
        )
        place = copy(
            s,
            s.get(Place, world.ids["place"]),
            code="ML070301",
            name="Bourem",
            folded="bourem",
            path="ML/ML07/ML070301",
        )
        other = copy(
            s, agreement, reference="CONV-2026-00009-Z", title="Second", application_id=application.id, award_id=award.id,
            commitment_id=commitment.id, place_id=place.id,
        )  # fmt: skip
        for n, found in enumerate((agreement, other), 1):
            project = Project(
                reference=f"MP-2026-0000{n}-A", title=("Embouche ovine", "Forage")[n - 1], agreement_id=found.id, call_id=found.call_id,
                group_id=found.group_id, place_id=found.place_id, country="ML", created_at=NOON,
            )  # fmt: skip
            s.add(project)
            s.flush()
            world.ids[f"project_{n}"] = project.id
        s.commit()
    return world


def project(work: Any, world: Any, n: int = 1) -> Project:
    found: Project = work.db.get_one(Project, world.ids[f"project_{n}"])
    return found


def people(world: Any, rows: Any, n: int = 1, role: str = OFFICER, **more: Any) -> list[int]:
    """Enter people; their ids."""
    form = PeopleForm(
        received_on=more.pop("received_on", NOON.date()),
        assistance=more.pop("assistance", "3 moutons"),
        lines=[PersonRow(**row) for row in rows],
    )
    with world.work(role) as work:
        return [p.id for p in service.record_people(work, project(work, world, n), form)]


def counted(world: Any, people_: int, n: int = 1, **more: Any) -> None:
    form = CountForm(
        **{"kind": "counted", "on": NOON.date(), "method": "registre", "people": people_, **more}
    )
    with world.work(OFFICER) as work:
        service.record_count(work, project(work, world, n), form)
