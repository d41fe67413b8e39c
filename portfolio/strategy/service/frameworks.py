"""The life of a framework: drafted, proposed by one person, approved by another, replaced by a new version (domain A3)."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func, insert, select

from portfolio.kit.errors import FieldError, Invalid, Refusal, Refused, refuse
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.lifecycles.strategy import FRAMEWORK
from portfolio.strategy import reference
from portfolio.strategy.forms import CrosswalkForm, FrameworkForm, ObjectiveForm
from portfolio.strategy.models import Crosswalk, Framework, Objective
from portfolio.strategy.queries import COUNTRIES
from portfolio.work import Work

UMBRELLAS = frozenset({"objectif_global", "objectif_specifique_general", "objectif_strategique"})
"""Levels that gather others: money is tagged to what lies under them, where anything does."""


def load(work: Work) -> int:
    """Store the shipped frameworks as drafts, with their objectives, principles, expected results and proposed correspondences; the number added."""
    known = set(work.db.scalars(select(Framework.code)))
    fresh = [fact for fact in reference.frameworks() if fact.code not in known]
    for fact in fresh:
        framework = Framework(
            code=fact.code,
            title=fact.title,
            edition=fact.version or "1",
            territory=",".join(fact.territory),
            starts_on=fact.starts_on,
            ends_on=fact.ends_on,
            act=fact.act,
            source=fact.source,
            global_objective=fact.note,
        )
        work.create(framework, "framework:created", data={"code": fact.code})
        _load_tree(work, framework)
    if fresh:
        _load_crosswalk(work, {fact.code for fact in fresh})
    return len(fresh)


def _load_tree(work: Work, framework: Framework) -> None:
    facts = [*reference.objectives(framework.code), *reference.untitled_objectives(framework.code)]
    parents = {fact.parent for fact in facts if fact.is_known}
    order = {code: n for n, code in enumerate(_in_tree_order(facts))}
    ids: dict[str, int] = {}
    for fact in sorted(facts, key=lambda f: order[f.code]):
        gathers = fact.code in parents or (
            fact.level in UMBRELLAS and any(f.level not in UMBRELLAS and f.is_known for f in facts)
        )
        node = Objective(
            framework_id=framework.id,
            parent_id=ids.get(fact.parent),
            code=fact.code,
            level=fact.level,
            title=fact.title,
            position=order[fact.code],
            taggable=fact.is_known and not gathers,
        )
        work.db.add(node)
        work.db.flush()
        ids[fact.code] = node.id
    rows = [
        {"code": p.code, "level": "principle", "title": p.title, "parent_id": None}
        for p in reference.principles(framework.code)
    ] + [
        {"code": r.code, "level": "expected_result", "title": r.title, "parent_id": ids.get(r.objective)}
        for r in reference.expected_results(framework.code)
    ]
    if rows:
        more = {"framework_id": framework.id, "taggable": False}
        work.db.execute(
            insert(Objective), [{**row, **more, "position": 1000 + n} for n, row in enumerate(rows)]
        )


def _in_tree_order(facts: list[reference.ObjectiveFact]) -> list[str]:
    """Codes with each branch under its parent, in the order of the source."""
    codes = {f.code for f in facts}

    def branch(parent: str) -> list[str]:
        here = [f for f in facts if (f.parent if f.parent in codes else "") == parent]
        return [code for f in here for code in (f.code, *branch(f.code))]

    return branch("")


def _load_crosswalk(work: Work, fresh: set[str]) -> None:
    ids = {
        (framework, code): number
        for framework, code, number in work.db.execute(
            select(Framework.code, Objective.code, Objective.id).join(
                Framework, Framework.id == Objective.framework_id
            )
        )
    }
    rows = []
    for fact in reference.crosswalk():
        start = ids.get((fact.from_framework, fact.from_code))
        end = ids.get((fact.to_framework, fact.to_code))
        if start and end and {fact.from_framework, fact.to_framework} & fresh:
            rows.append({"from_id": start, "to_id": end, "note": fact.note})
    if rows:
        work.db.execute(insert(Crosswalk), rows)


def create(work: Work, form: FrameworkForm) -> Framework:
    """Draft a framework or a new version of one. Invalid for a version that exists, or for an unknown country."""
    taken = work.db.scalar(
        select(Framework.id).where(Framework.code == form.code, Framework.edition == form.edition)
    )
    if taken:
        raise Invalid([FieldError("edition", _("This version already exists. Give the next one."))])
    if not form.territory or set(form.territory) - set(COUNTRIES):
        raise Invalid([FieldError("territory", _("Choose at least one answer."))])
    if form.starts_on and form.ends_on and form.ends_on < form.starts_on:
        raise Invalid(
            [FieldError("ends_on", _("The end comes before the start. Correct one of the two dates."))]
        )
    framework = Framework(
        code=form.code,
        title=form.title,
        edition=form.edition,
        territory=",".join(c for c in COUNTRIES if c in form.territory),
        starts_on=form.starts_on,
        ends_on=form.ends_on,
        act=form.act,
        source=form.source,
    )
    return work.create(
        framework,
        "framework:created",
        permission="framework:propose",
        data={"code": form.code, "edition": form.edition},
    )


def _draft(framework: Framework) -> None:
    if framework.status != "draft":
        raise Refused(
            Refusal(
                "not_a_draft",
                _("This framework is no longer a draft: its objectives do not change."),
                way_out=_("Prepare a new version, and link its objectives to these by correspondences."),
            )
        )


def add_objective(work: Work, framework: Framework, form: ObjectiveForm) -> Objective:
    """Add a node to a draft's tree; a parent then gathers and is no longer tagged itself."""
    framework = work.hold(framework)
    work.require("framework:propose", framework)
    _draft(framework)
    nodes = list(work.db.scalars(select(Objective).where(Objective.framework_id == framework.id)))
    if any(node.code == form.code for node in nodes):
        raise Invalid([FieldError("code", _("This code is already taken. Choose another."))])
    parent = next((node for node in nodes if node.id == form.parent_id), None)
    if form.parent_id is not None and parent is None:
        raise Invalid([FieldError("parent_id", _("Choose one of the answers proposed."))])
    if parent is not None:
        parent.taggable = False
    top = work.db.scalar(
        select(func.max(Objective.position)).where(
            Objective.framework_id == framework.id, Objective.position < 1000
        )
    )
    node = Objective(
        framework_id=framework.id,
        parent_id=parent.id if parent else None,
        code=form.code,
        level="objectif" if parent else "axe",
        title=form.title,
        position=int(top or 0) + 1,
    )
    work.db.add(node)
    work.db.flush()
    work.record("objective:added", framework, data={"code": form.code})
    return node


def add_crosswalk(work: Work, framework: Framework, form: CrosswalkForm) -> Crosswalk:
    """Say that an objective of this framework answers to one of another. It only reads tags differently, so it may be added at any time."""
    framework = work.hold(framework)
    work.require("framework:propose", framework)
    start, end = work.db.get(Objective, form.from_id), work.db.get(Objective, form.to_id)
    if start is None or start.framework_id != framework.id:
        raise Invalid([FieldError("from_id", _("Choose one of the answers proposed."))])
    if end is None or end.framework_id == framework.id:
        raise Invalid([FieldError("to_id", _("Choose an objective of another framework."))])
    if work.db.scalar(select(Crosswalk.id).where(Crosswalk.from_id == start.id, Crosswalk.to_id == end.id)):
        raise Invalid([FieldError("to_id", _("This correspondence already exists."))])
    row = Crosswalk(from_id=start.id, to_id=end.id, note=form.note)
    work.db.add(row)
    work.db.flush()
    work.record("crosswalk:added", framework, data={"from": start.code, "to": end.code})
    return row


def propose_obstacles(work: Work, framework: Framework) -> Iterator[Refusal]:
    """Nothing is proposed that holds no objective."""
    if not work.db.scalar(
        select(Objective.id)
        .where(Objective.framework_id == framework.id, Objective.taggable.is_(True))
        .limit(1)
    ):
        yield Refusal(
            "no_objective",
            _("This framework holds no objective yet."),
            way_out=_("Add its objectives, then propose it."),
        )


def propose(work: Work, framework: Framework) -> None:
    """Submit a draft for approval by another person."""
    framework = work.hold(framework)
    refuse(propose_obstacles(work, framework))
    work.advance(FRAMEWORK, framework, "propose")


def return_(work: Work, framework: Framework, reason: str) -> None:
    """Send a proposed framework back to draft."""
    framework = work.hold(framework)
    work.advance(FRAMEWORK, framework, "return_", reason=reason)


def approve(work: Work, framework: Framework) -> None:
    """Approve: another person than the one who proposed."""
    framework = work.hold(framework)
    work.advance(FRAMEWORK, framework, "approve")


def supersede(work: Work, framework: Framework, reason: str) -> None:
    """Replace by a new version: it ends today and stays in force for what was published before (R8)."""
    framework = work.hold(framework)
    ends = min(framework.ends_on, work.today) if framework.ends_on else work.today
    work.advance(FRAMEWORK, framework, "supersede", reason=reason, ends_on=ends)
