"""Pairs that may be the same: found by the machine, decided by a second person, never merged silently (D4, row 20, demo case 3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from sqlalchemy import select, tuple_

from portfolio.beneficiaries import queries
from portfolio.beneficiaries.forms import DecideForm, ReasonForm
from portfolio.beneficiaries.models import Duplicate, ReachedPerson
from portfolio.beneficiaries.reference import PAIR_FROM, UNDO_DAYS
from portfolio.groups import queries as groups
from portfolio.groups.models import Group
from portfolio.kit.errors import Refusal, refuse
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.lifecycles.beneficiaries import DUPLICATE
from portfolio.work import Work


def _open(
    work: Work, subject_type: str, one: int, other: int, country: str, signs: Sequence[str], score: int
) -> Duplicate:
    pair = Duplicate(
        subject_type=subject_type,
        first_id=min(one, other),
        second_id=max(one, other),
        country=country,
        signs=list(signs),
        score=score,
        found_by_id=work.actor.id,
        found_at=work.now,
    )
    return work.create(pair, "duplicate:found", data={"signs": list(signs), "score": score})


def _known(work: Work, subject_type: str, pairs: Sequence[tuple[int, int]]) -> set[tuple[int, int]]:
    """The pairs already opened, whatever was decided: « distincts » is remembered."""
    if not pairs:
        return set()
    statement = select(Duplicate.first_id, Duplicate.second_id).where(
        Duplicate.subject_type == subject_type,
        tuple_(Duplicate.first_id, Duplicate.second_id).in_(pairs),
    )
    return {(first, second) for first, second in work.db.execute(statement)}


def find_pairs(work: Work, people: Sequence[ReachedPerson]) -> list[Duplicate]:
    """Compare people just entered with those known and open a pair for each that looks like another."""
    found: dict[tuple[int, int], tuple[str, queries.Likeness]] = {}
    for number, others in queries.candidates(work, people).items():
        person = next(p for p in people if p.id == number)
        for other in others:
            pair = (min(number, other.id), max(number, other.id))
            if pair in found:
                continue
            like = queries.likeness(person, other)
            if like.score >= PAIR_FROM:
                found[pair] = (person.country, like)
    known = _known(work, "reached_person", list(found))
    return [
        _open(work, "reached_person", *pair, country, like.signs, like.score)
        for pair, (country, like) in sorted(found.items())
        if pair not in known
    ]


def find_group_pairs(work: Work, group: Group) -> list[Duplicate]:
    """Open a pair for each group that looks like this one: name by its sound and place, telephone, office holders, registration, account
    number, identity paper (row 22, M14)."""
    found = groups.similar(work, group, groups.officers(work, group), limit=20)
    near = [n for n in found if n.score >= groups.PAIR_FROM]
    pairs = [(min(group.id, n.group.id), max(group.id, n.group.id)) for n in near]
    known = _known(work, "grp", pairs)
    return [
        _open(work, "grp", *pair, group.country, n.reasons, min(100, n.score))
        for n, pair in zip(near, pairs, strict=True)
        if pair not in known
    ]


def merge(work: Work, pair: Duplicate, reason: str) -> None:
    """They are the same: the older record stands, the others point to it, every code is kept, and they count once."""
    pair = work.hold(pair)
    work.advance(DUPLICATE, pair, "merge", reason=reason)
    _gather(work, pair)


def _gather(work: Work, pair: Duplicate) -> None:
    """Point every record of the cluster at its oldest one, from the decisions « same person » that stand now."""
    if pair.subject_type != "reached_person":
        return
    members, edges = {pair.first_id, pair.second_id}, set[tuple[int, int]]()
    while True:
        statement = select(Duplicate.first_id, Duplicate.second_id).where(
            Duplicate.subject_type == "reached_person",
            Duplicate.status == "merged",
            Duplicate.first_id.in_(members) | Duplicate.second_id.in_(members),
        )
        edges = {(first, second) for first, second in work.db.execute(statement)}
        grown = members | {number for edge in edges for number in edge}
        if grown == members:
            break
        members = grown
    root = {number: number for number in members}
    for first, second in sorted(edges):
        low, high = sorted((root[first], root[second]))
        for number, at in root.items():
            if at == high:
                root[number] = low
    for number in sorted(members):
        person = work.hold(work.db.get_one(ReachedPerson, number))
        person.same_as_id = None if root[number] == number else root[number]
    work.db.flush()


def keep_apart(work: Work, pair: Duplicate, reason: str) -> None:
    """They are different; this is remembered, and the pair is not put forward again."""
    pair = work.hold(pair)
    work.advance(DUPLICATE, pair, "keep_apart", reason=reason)


def decide_duplicate(work: Work, pair: Duplicate, form: DecideForm) -> None:
    """Decide a pair, as a second person."""
    (merge if form.decision == "same" else keep_apart)(work, pair, form.reason)


def reopen_obstacles(work: Work, pair: Duplicate) -> Iterator[Refusal]:
    """A decision is taken up again within thirty days."""
    if pair.decided_at is not None and work.now > pair.decided_at + timedelta(days=UNDO_DAYS):
        yield Refusal(
            "too_late",
            _("A decision on a pair can be taken up again within %(n)d days only.") % {"n": UNDO_DAYS},
        )


def take_up_again(work: Work, pair: Duplicate, form: ReasonForm) -> None:
    """Undo the decision: the records are two again until somebody decides."""
    pair = work.hold(pair)
    refuse(reopen_obstacles(work, pair))
    work.advance(DUPLICATE, pair, "take_up_again", reason=form.reason, decided_by_id=None, decided_at=None)
    _gather(work, pair)
