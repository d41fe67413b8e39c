"""The records: people by name, counts, pairs; and the facts of their pages. Names leave this file only with a look (P04)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, or_, select

from portfolio.beneficiaries import reference
from portfolio.beneficiaries.models import Duplicate, Erasure, ReachedCount, ReachedPerson
from portfolio.beneficiaries.queries.counting import Reach, masked, reach
from portfolio.beneficiaries.queries.looks import looked
from portfolio.groups import queries as groups
from portfolio.groups.models import Group
from portfolio.kit.i18n import gettext as _
from portfolio.kit.names import key_of
from portfolio.places import queries as places
from portfolio.places.models import Place
from portfolio.projects.models import Project
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work

__all__ = [
    "count",
    "counts_of",
    "erasure_of",
    "get",
    "get_erasure",
    "get_pair",
    "key_of",
    "pair_facts",
    "pairs_of",
    "person_facts",
    "project_facts",
    "visible",
    "visible_pairs",
]


def visible(work: Work) -> Select[ReachedPerson]:
    """The people that the actor may see, as codes."""
    return select(ReachedPerson).where(work.within("reach:view", ReachedPerson))


def get(work: Work, number: int) -> ReachedPerson:
    """A person reached, or NotFound."""
    return work.fetch(ReachedPerson, number, "reach:view")


def count(work: Work, number: int) -> ReachedCount:
    """A count, or NotFound."""
    return work.fetch(ReachedCount, number, "reach:view")


def visible_pairs(work: Work) -> Select[Duplicate]:
    """The pairs of the actor's scope."""
    return select(Duplicate).where(work.within("reach:view", Duplicate))


def get_pair(work: Work, number: int) -> Duplicate:
    """A pair, or NotFound."""
    return work.fetch(Duplicate, number, "reach:view")


def erasure_of(work: Work, person: ReachedPerson) -> Erasure | None:
    """The erasure proposed or done for a person; None when there is none."""
    return work.db.scalars(
        select(Erasure).where(Erasure.person_id == person.id, Erasure.status != "withdrawn")
    ).one_or_none()


def get_erasure(work: Work, number: int) -> Erasure:
    """An erasure, or NotFound."""
    return work.fetch(Erasure, number, "reach:view")


def counts_of(work: Work, project: Project) -> list[ReachedCount]:
    """The counts of a project, latest first."""
    statement = select(ReachedCount).where(ReachedCount.project_id == project.id)
    return list(work.db.scalars(statement.order_by(ReachedCount.on.desc(), ReachedCount.id.desc())))


def pairs_of(work: Work, subject_type: str, number: int) -> list[Duplicate]:
    """The pairs in which a record stands."""
    statement = visible_pairs(work).where(
        Duplicate.subject_type == subject_type,
        or_(Duplicate.first_id == number, Duplicate.second_id == number),
    )
    return list(work.db.scalars(statement.order_by(Duplicate.id)))


def words() -> dict[str, Any]:
    """The words of codes, for templates."""
    return {
        "sex_words": reference.SEX_WORDS,
        "band_words": reference.BAND_WORDS,
        "displacement_words": reference.DISPLACEMENT_WORDS,
        "kind_words": reference.KIND_WORDS,
        "sign_words": reference.SIGN_WORDS,
    }


def shown(person: ReachedPerson, names: bool) -> dict[str, Any]:
    """A person as the page may show it: the code for all, the rest with a look."""
    return {
        "id": person.id,
        "code": person.code,
        "sex": person.sex,
        "band": person.band,
        "displacement": person.displacement,
        "received_on": person.received_on,
        "assistance": person.assistance,
        "merged": person.same_as_id,
        "name": person.full_name if names else "",
        "birth_year": person.birth_year if names else None,
        "estimated": person.estimated,
        "village": person.village if names else "",
        "phone": person.phone if names else "",
        "disability": person.disability if names else None,
        "erased_at": person.erased_at,
    }


def may_look(work: Work, thing: object) -> bool:
    """Whether the actor may ask to see names here."""
    return work.may("reach:view_names", thing)


def project_facts(work: Work, project: Project, token: str | None = None, page: int = 1) -> dict[str, Any]:
    """The people reached by a project: three figures never added, the list as codes or with names after a look."""
    names = may_look(work, project) and looked(work, f"project-{project.id}", token)
    statement = visible(work).where(ReachedPerson.project_id == project.id)
    total = work.db.scalar(select(func.count()).select_from(statement.subquery())) or 0
    size = 100
    rows = work.db.scalars(statement.order_by(ReachedPerson.id).offset((page - 1) * size).limit(size))
    found = reach(work, {project.id})
    return {
        "project": project,
        "reach": found,
        "tables": tables(work, found),
        "people": [shown(p, names) for p in rows],
        "counts": counts_of(work, project),
        "total": total,
        "page": page,
        "pages": max(1, -(-total // size)),
        "names": names,
        "may_look": may_look(work, project),
        "token": token if names else None,
        "may_record": work.may("reach:record", project),
        **words(),
    }


def tables(work: Work, found: Reach) -> dict[str, Any]:
    """The tables of a page, with small cells masked for who may not see names."""
    hide = not work.may("reach:view_names")
    return {kind: masked(found, kind, hide) for kind in reference.KIND_WORDS}


def person_facts(work: Work, person: ReachedPerson, token: str | None = None) -> dict[str, Any]:
    """One person: every assistance received under any of its codes is on one page."""
    project = work.db.get_one(Project, person.project_id)
    names = may_look(work, person) and looked(work, f"person-{person.id}", token) and person.erased_at is None
    root = person.same_as_id or person.id
    same = work.db.scalars(
        visible(work)
        .where(or_(ReachedPerson.id == root, ReachedPerson.same_as_id == root))
        .order_by(ReachedPerson.received_on, ReachedPerson.id)
    ).all()
    titles = {
        p.id: p.title
        for p in work.db.scalars(select(Project).where(Project.id.in_({s.project_id for s in same})))
    }
    return {
        "person": shown(person, names),
        "project": project,
        "same": [(shown(s, False), titles.get(s.project_id, "")) for s in same],
        "pairs": pairs_of(work, "reached_person", person.id),
        "erasure": erasure_of(work, person),
        "erasure_bases": [(code, _(words)) for code, words in reference.ERASURE_WORDS.items()],
        "erasers": who_may("erasure:decide"),
        "names": names,
        "may_look": may_look(work, person) and person.erased_at is None,
        "may_record": work.may("reach:record", person),
        "token": token if names else None,
        **words(),
    }


def pair_facts(work: Work, pair: Duplicate, token: str | None = None) -> dict[str, Any]:
    """The two records side by side."""
    names = False
    sides: list[dict[str, Any]] = []
    if pair.subject_type == "grp":
        names = work.may("group:view_names", pair)
        sides = [_group_side(work, number) for number in (pair.first_id, pair.second_id)]
    else:
        names = may_look(work, pair) and looked(work, f"pair-{pair.id}", token)
        for number in (pair.first_id, pair.second_id):
            person = work.db.get_one(ReachedPerson, number)
            project = work.db.get_one(Project, person.project_id)
            sides.append({**shown(person, names), "project": project.title, "reference": project.reference})
    return {
        "pair": pair,
        "sides": sides,
        "names": names,
        "may_look": pair.subject_type != "grp" and may_look(work, pair),
        "token": token if names else None,
        **words(),
    }


def _group_side(work: Work, number: int) -> dict[str, Any]:
    group = work.db.get_one(Group, number)
    names = groups.may_see_names(work, group)
    bureau = groups.officers(work, group)
    paid, advance = groups.history(work, [group.code]).get(group.code, (0, 0))
    place = work.db.get(Place, group.place_id)
    return {
        "id": group.id,
        "code": group.code,
        "name": group.name,
        "legal_form": group.legal_form,
        "place": places.path_text(work, place) if place is not None and not group.hidden_place else "",
        "village": group.village,
        "registration": group.registration,
        "phone": group.phone if names else "",
        "bureau": [(o.office, o.full_name if names else groups.initials(o.full_name)) for o in bureau],
        "paid_minor": paid,
        "advance_minor": advance,
        "status": group.status,
    }
