"""Who may be the same person: a score on name by its sound, year of birth, sex, village and telephone (rows 17 to 19)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from sqlalchemy import ColumnElement, and_, or_, select

from portfolio.beneficiaries.models import ReachedPerson
from portfolio.beneficiaries.reference import (
    NAME_POINTS,
    PHONE_POINTS,
    SEX_AGAINST,
    SEX_POINTS,
    VILLAGE_AGAINST,
    VILLAGE_POINTS,
    YEAR_AGAINST,
    YEAR_POINTS,
)
from portfolio.kit.text import fold, sound
from portfolio.work import Work

MOST = 3000
"""The most records compared for one page of the grid."""


@dataclass(frozen=True)
class Likeness:
    """How much two records look alike, out of 100, and by which signs."""

    score: int
    signs: tuple[str, ...]


def key_of(name: str) -> str:
    """The sounds of a name in alphabetical order."""
    return " ".join(sorted(sound(name).split()))[:300]


def _token(one: str, other: str) -> int:
    """How near two words of a name are, in percent."""
    if one == other:
        return 100
    a, b = sound(one), sound(other)
    if a == b and len(a) >= 2:
        return 100
    if min(len(a), len(b)) >= 2 and (a.startswith(b) or b.startswith(a)) and one[:1] == other[:1]:
        return 88  # Fatou for Fatoumata, Kadidja for Kadidiatou
    return int(
        100 * max(SequenceMatcher(None, one, other).ratio(), SequenceMatcher(None, a, b).ratio() * 9 // 10)
    )


def name_percent(one: str, other: str) -> int:
    """How near two names are, whatever the order of their words and whichever comes first."""
    return max(_name_percent(one, other), _name_percent(other, one))


def _name_percent(one: str, other: str) -> int:
    """Each word of the shorter finds its nearest in the longer."""
    short, long = sorted((fold(one).split(), fold(other).split()), key=len)
    if not short:
        return 0
    left = list(long)
    total = 0
    for word in short:
        best = max(left, key=lambda w: _token(word, w), default=None)
        if best is None:
            break
        total += _token(word, best)
        left.remove(best)
    percent = total // len(short)
    return percent - 6 * len(left) if len(short) > 1 else min(percent, 60)


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
        same = one.village_folded == other.village_folded or sound(one.village) == sound(other.village)
        score += VILLAGE_POINTS if same else -VILLAGE_AGAINST
        signs.append("village" if same else "village_other")
    if one.phone and one.phone == other.phone:
        score, signs = score + PHONE_POINTS, [*signs, "phone"]
    if percent < 70:
        score = min(score, 50)
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
