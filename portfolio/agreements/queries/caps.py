"""The caps by category of costs: those of the rules of the call, and those an act set on the agreement since (K1)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select

from portfolio.agreements.models import Agreement, AgreementLine, CostCap
from portfolio.calls.models import Call
from portfolio.kit.i18n import gettext as _
from portfolio.kit.text import fold
from portfolio.work import Work


@dataclass(frozen=True)
class Cap:
    """At most so many tenths of a percent of the grant, for the lines of a category, from a day on, by an act."""

    category: str
    lines: list[int]
    tenths: int
    valid_from: date
    act: str
    words: list[str] = field(default_factory=list)
    """What names the lines, for a cap of the call."""


def caps_of(work: Work, agreement_id: int) -> list[Cap]:
    """Every cap of an agreement, by category, the newest first.

    The rules of the call hold from the first day: their lines are read in the budget as it stands, so that an amendment moves them too.
    """
    agreement = work.db.get_one(Agreement, agreement_id)
    statement = select(CostCap).where(CostCap.agreement_id == agreement_id).order_by(CostCap.id)
    own = [Cap(c.category, c.lines, c.tenths, c.valid_from, c.act) for c in work.db.scalars(statement)]
    found = sorted([*_of_call(work, agreement), *own], key=lambda cap: cap.valid_from, reverse=True)
    return sorted(found, key=lambda cap: fold(cap.category))


def _of_call(work: Work, agreement: Agreement) -> list[Cap]:
    call = work.db.get_one(Call, agreement.call_id)
    if not call.cost_caps:
        return []
    statement = select(AgreementLine.id, AgreementLine.label).where(
        AgreementLine.agreement_id == agreement.id, AgreementLine.source == "S"
    )
    labels = [(number, fold(label)) for number, label in work.db.execute(statement)]
    act = _("Rules of call %(call)s") % {"call": call.reference or call.code}
    since = min(call.opens_at.date(), agreement.starts_on)
    return [
        Cap(
            category=cap["category"],
            lines=[number for number, label in labels if named(label, cap["words"])],
            tenths=cap["percent"] * 10,
            valid_from=since,
            act=act,
            words=cap["words"],
        )
        for cap in call.cost_caps
    ]


def named(label: str, words: Iterable[str]) -> bool:
    """Whether a folded label holds one of the words from its beginning: « formation » is not in « transformation »."""
    return any(re.search(rf"\b{re.escape(word)}", label) for word in words)


def in_force(caps: Iterable[Cap], on: date) -> list[Cap]:
    """Of each category, the newest cap that holds on this day; an act of the agreement before the rules of the call."""
    found: dict[str, Cap] = {}
    for cap in sorted(caps, key=lambda c: (not c.words, c.valid_from)):
        if cap.valid_from <= on:
            found[fold(cap.category)] = cap
    return list(found.values())


def most(cap: Cap, agreement: Agreement) -> int:
    """What the category may cost, in minor units, rounded down."""
    return agreement.amount_minor * cap.tenths // 1000
