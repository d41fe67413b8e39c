"""Agreements as subjects of tags, and their money split by objective on a framework's page (R8)."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from portfolio.agreements.models import Agreement
from portfolio.agreements.queries.records import get
from portfolio.calls.models import Call
from portfolio.strategy.queries import BY_FRAMEWORK, Subject, subject_context
from portfolio.work import Work

SIGNED = ("active", "suspended", "closing", "closed")


def signed_amounts(work: Work) -> Iterable[tuple[str, int, int]]:
    """Every signed agreement that the actor may see, with its amount in minor units."""
    statement = select(Agreement.id, Agreement.amount_minor).where(
        Agreement.status.in_(SIGNED), work.within("agreement:view", Agreement)
    )
    return [("agreement", number, amount) for number, amount in work.db.execute(statement)]


def _subject(work: Work, number: int) -> Subject:
    agreement = get(work, number)
    published = work.db.scalar(select(Call.published_at).where(Call.id == agreement.call_id))
    return Subject(
        agreement,
        agreement.reference,
        f"/agreements/{number}",
        (agreement.country,),
        published.date() if published else None,
    )


BY_FRAMEWORK.append(signed_amounts)
subject_context("agreement", _subject)
