"""The versions of the templates: shipped, proposed, approved; and what one of them gives for an agreement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from portfolio.accounts.models import Person
from portfolio.agreements.models import Agreement, AgreementTemplate
from portfolio.agreements.queries.clauses import as_template, template_in_force
from portfolio.agreements.queries.papers import agreement_facts, convention_articles
from portfolio.agreements.queries.records import people, visible
from portfolio.agreements.reference import clauses
from portfolio.agreements.reference.clauses import Template
from portfolio.kit.errors import Refused
from portfolio.work import Work


@dataclass(frozen=True)
class Version:
    """A version as the screen shows it. `row` is None for what the product ships; `state`: shipped, proposed, approved."""

    template: Template
    row: AgreementTemplate | None
    proposed_by: Person | None
    approved_by: Person | None
    holds: bool
    """In force today."""


def every_version(work: Work, code: str) -> list[Template]:
    """Shipped, approved and proposed, oldest first."""
    return [v.template for v in versions(work) if v.template.code == code]


def versions(work: Work) -> list[Version]:
    """Every version, template by template, oldest first."""
    rows = list(
        work.db.scalars(select(AgreementTemplate).order_by(AgreementTemplate.code, AgreementTemplate.number))
    )
    persons = people(work, [i for r in rows for i in (r.proposed_by_id, r.approved_by_id)])
    found: list[Version] = []
    for shipped in clauses.shipped():
        holding = template_in_force(work, shipped.code, work.today)
        found.append(Version(shipped, None, None, None, holding == shipped))
        found += [
            Version(
                as_template(r),
                r,
                persons.get(r.proposed_by_id),
                persons.get(r.approved_by_id or 0),
                holding == as_template(r),
            )
            for r in rows
            if r.code == shipped.code
        ]
    return found


def version(work: Work, code: str, number: int) -> Version | None:
    """One version; None when there is none."""
    return next((v for v in versions(work) if (v.template.code, v.template.version) == (code, number)), None)


def preview(work: Work, template: Template) -> tuple[Agreement | None, list[dict[str, Any]]]:
    """The articles of the convention for the newest agreement that the actor may see; nothing for an avenant, which needs its change."""
    if template.code != "convention":
        return None, []
    example = work.db.scalars(visible(work).order_by(Agreement.id.desc()).limit(1)).first()
    if example is None:
        return None, []
    try:
        return example, convention_articles(work, example, template, agreement_facts(work, example))
    except Refused:
        return example, []
