"""Who may be the same person: a score on name by its sound, year of birth, sex, village and telephone (rows 17 to 19)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_, select

from portfolio.beneficiaries.models import ReachedPerson
from portfolio.beneficiaries.reference import (
    CLOSE_FROM,
    NAME_POINTS,
    PAIR_FROM,
    PHONE_POINTS,
    SEX_AGAINST,
    SEX_POINTS,
    VILLAGE_AGAINST,
    VILLAGE_POINTS,
    YEAR_AGAINST,
    YEAR_POINTS,
)
from portfolio.kit.names import name_percent, same_place
from portfolio.work import Work

MOST = 3000
"""The most records compared for one page of the grid."""


@dataclass(frozen=True)
class Likeness:
    """How much two records look alike, out of 100, and by which signs."""

    score: int
    signs: tuple[str, ...]


def likeness(one: ReachedPerson, other: ReachedPerson) -> Likeness:
    """The score of two people. A shared telephone is a sign and never enough: one telephone a group is common (row 18)."""
    percent = name_percent(one.full_name, other.full_name)
    signs: list[str] = []
    if percent >= 95:
        signs.append("name")
    elif percent >= 75:
        signs.append("name_close")
    score = NAME_POINTS * percent // 100
    if one.birth_year is not None and other.birth_year is not None:
        apart = abs(one.birth_year - other.birth_year)
        if apart <= 2:
            score, signs = score + YEAR_POINTS, [*signs, "year"]
        elif apart > 5:
            score, signs = score - YEAR_AGAINST, [*signs, "year_far"]
    if "unknown" not in (one.sex, other.sex):
        same = one.sex == other.sex
        score += SEX_POINTS if same else -SEX_AGAINST
        signs.append("sex" if same else "sex_other")
    if one.village_folded and other.village_folded:
        same = one.village_folded == other.village_folded or same_place(one.village, other.village)
        score += VILLAGE_POINTS if same else -VILLAGE_AGAINST
        signs.append("village" if same else "village_other")
    if one.phone and one.phone == other.phone:
        score, signs = score + PHONE_POINTS, [*signs, "phone"]
    if percent < 70:
        score = min(score, 50)
    elif percent < CLOSE_FROM and "phone" not in signs:
        score = min(score, PAIR_FROM - 1)  # two sisters of one village: family name, sex and nearly the year
    return Likeness(max(0, min(100, score)), tuple(signs))


def candidates(work: Work, people: Sequence[ReachedPerson]) -> dict[int, list[ReachedPerson]]:
    """Person id → the records worth comparing: same sound, same telephone, or same village. One query, whatever the scope,
    because a double in another call is still a double; what is shown of it is the page's choice."""
    if not people:
        return {}
    clauses: list[ColumnElement[bool]] = [
        ReachedPerson.sound.in_(sorted({p.sound for p in people})),
    ]
    if phones := sorted({p.phone for p in people if p.phone}):
        clauses.append(ReachedPerson.phone.in_(phones))
    for country, villages in _villages(people).items():
        clauses.append(and_(ReachedPerson.country == country, ReachedPerson.village_folded.in_(villages)))
    statement = (
        select(ReachedPerson)
        .where(or_(*clauses), ReachedPerson.same_as_id.is_(None))
        .order_by(ReachedPerson.id.desc())
        .limit(MOST)
    )
    found = list(work.db.scalars(statement))
    return {
        p.id: [
            o
            for o in found
            if o.id != p.id
            and (
                o.sound == p.sound
                or (p.phone and o.phone == p.phone)
                or (o.country == p.country and p.village_folded and o.village_folded == p.village_folded)
            )
        ]
        for p in people
    }


def _villages(people: Iterable[ReachedPerson]) -> dict[str, list[str]]:
    found: dict[str, set[str]] = {}
    for person in people:
        if person.village_folded:
            found.setdefault(person.country, set()).add(person.village_folded)
    return {country: sorted(villages) for country, villages in found.items()}
