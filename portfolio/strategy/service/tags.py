"""Tagging: on each framework in force on the file's territory when its call was published, the weights make 100 % (R8, domain A2, A4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from sqlalchemy import delete, select

from portfolio.kit.db import Base
from portfolio.kit.errors import Refusal, refuse
from portfolio.kit.i18n import gettext as _
from portfolio.strategy.models import Crosswalk, Framework, Objective, Tag
from portfolio.strategy.queries import Subject, frameworks_in_force, tags_of
from portfolio.strategy.queries.tags import ALL_COUNTRIES
from portfolio.work import Work


def tag_obstacles(
    work: Work, weights: Mapping[int, int], countries: Sequence[str], on: date
) -> Iterator[Refusal]:
    """Every framework in force that does not make 100 %, and every objective that cannot be tagged here."""
    frameworks = frameworks_in_force(work, countries, on)
    in_force = {f.id: f for f in frameworks}
    sums = dict.fromkeys(in_force, 0)
    rows = work.db.execute(
        select(Objective, Framework)
        .join(Framework, Framework.id == Objective.framework_id)
        .where(Objective.id.in_(list(weights)))
        .order_by(Framework.id, Objective.position)
    ).all()
    found = {objective.id for objective, _framework in rows}
    if set(weights) - found:
        yield Refusal("objective_unknown", _("One of the objectives does not exist. Reload the page."))
    for objective, framework in rows:
        if framework.id not in in_force:
            yield _ended(work, objective, framework, in_force)
        elif not objective.taggable:
            words = _("%(code)s gathers other objectives: choose one of those under it.")
            yield Refusal("objective_gathers", words % {"code": objective.code})
        else:
            sums[framework.id] += weights[objective.id]
    for number, total in sums.items():
        if total != 100:
            words = _("%(framework)s: the weights make %(total)d %%, they must make 100 %%.")
            yield Refusal(
                "weights_not_100",
                words % {"framework": in_force[number].code, "total": total},
                way_out=_("Add or take away %(n)d points.") % {"n": abs(100 - total)},
            )
    if any(not 1 <= w <= 100 for w in weights.values()):
        yield Refusal("weight_range", _("A weight is a whole number from 1 to 100."))


def _ended(
    work: Work, objective: Objective, framework: Framework, in_force: Mapping[int, Framework]
) -> Refusal:
    """An objective of a framework that is not in force here, with those in force that answer to it."""
    pairs = work.db.execute(
        select(Crosswalk.from_id, Crosswalk.to_id).where(
            (Crosswalk.from_id == objective.id) | (Crosswalk.to_id == objective.id)
        )
    ).all()
    others = {a if b == objective.id else b for a, b in pairs}
    codes = work.db.scalars(
        select(Objective.code)
        .where(Objective.id.in_(others), Objective.framework_id.in_(list(in_force)))
        .order_by(Objective.framework_id, Objective.position)
    ).all()
    words = _("%(framework)s is not in force for this file: %(code)s cannot be tagged.")
    way = _("Tag what answers to it: %(codes)s.") % {"codes": ", ".join(codes)} if codes else ""
    return Refusal(
        "objective_out_of_force", words % {"framework": framework.code, "code": objective.code}, way
    )


def tag(
    work: Work,
    subject: Base,
    weights: Mapping[int, int],
    *,
    countries: Sequence[str] | None = None,
    on: date | None = None,
) -> None:
    """Replace the tags of a record. Refused: weights_not_100, objective_out_of_force, objective_gathers, weight_range.

    `countries` is the file's territory (its own `country` when not given), `on` the day its call was published (today when not given).
    The right to do so belongs to the caller's verb.
    """
    own = getattr(subject, "country", None)
    where = countries or ((own,) if own else ALL_COUNTRIES)
    kept = {number: weight for number, weight in weights.items() if weight}
    refuse(tag_obstacles(work, kept, where, on or work.today))
    kind, number = subject.__tablename__, subject.id  # type: ignore[attr-defined]
    before = _stored(work, kind, number)
    if before == kept:
        return
    pairs = work.db.execute(select(Objective.id, Objective.framework_id).where(Objective.id.in_(list(kept))))
    frameworks = {row[0]: row[1] for row in pairs}
    work.db.execute(delete(Tag).where(Tag.subject_type == kind, Tag.subject_id == number))
    work.db.add_all(
        Tag(subject_type=kind, subject_id=number, framework_id=frameworks[o], objective_id=o, weight=w)
        for o, w in kept.items()
    )
    work.db.flush()
    work.record("tag:set", subject, data={"before": _plain(before), "after": _plain(kept)})


def edit_tags(work: Work, subject: Subject, weights: Mapping[int, int]) -> None:
    """The tag editor's verb: whoever may edit tags on this record."""
    work.require("tag:edit", subject.thing)
    tag(work, subject.thing, weights, countries=subject.countries, on=subject.on)


def copy_tags(work: Work, source: Base, target: Base, *, instead: Base | None = None) -> None:
    """Give a record the tags of the one it comes from. They were valid then and stay so.

    Where the source has none, those of `instead`, in the frameworks in force on the target's own country: a grant whose file nobody tagged
    keeps its call's, so that no franc is left without an objective (R8).
    """
    stored = [t for t, _o, _f in tags_of(work, source)]
    if not stored and instead is not None:
        country = target.country  # type: ignore[attr-defined]
        here = {f.id for f in frameworks_in_force(work, [country], work.today)}
        stored = [t for t, _o, f in tags_of(work, instead) if f.id in here]
    kind, number = target.__tablename__, target.id  # type: ignore[attr-defined]
    work.db.execute(delete(Tag).where(Tag.subject_type == kind, Tag.subject_id == number))
    work.db.add_all(
        Tag(
            subject_type=kind,
            subject_id=number,
            framework_id=t.framework_id,
            objective_id=t.objective_id,
            weight=t.weight,
        )
        for t in stored
    )
    work.db.flush()
    if stored:
        data = {"from": source.__tablename__, "after": _plain({t.objective_id: t.weight for t in stored})}
        work.record("tag:set", target, data=data)


def _stored(work: Work, kind: str, number: int) -> dict[int, int]:
    rows = work.db.execute(
        select(Tag.objective_id, Tag.weight).where(Tag.subject_type == kind, Tag.subject_id == number)
    )
    return {row[0]: row[1] for row in rows}


def _plain(weights: Mapping[int, int]) -> dict[str, int]:
    return {str(k): weights[k] for k in sorted(weights)}
