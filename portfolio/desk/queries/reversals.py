"""What a contre-passation takes with it, and what its letter prints: both entries, the reason, who and when (M07)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from portfolio.desk.queries.ledger import account_words, event_words
from portfolio.desk.queries.ledger.books import open_books
from portfolio.desk.queries.statements import frame
from portfolio.documents import queries as documents
from portfolio.kit.db import Base
from portfolio.kit.i18n import gettext as _
from portfolio.ledger import queries as ledger
from portfolio.work import Work


@dataclass
class Act:
    """One act of the ledger as the subject of its letter."""

    id: int
    reference: str | None = None
    __tablename__ = "ledger_act"


def subject(posting: int) -> Base:
    """The subject under which the letter of a reversed act is kept: the first act that it reverses."""
    return cast(Base, Act(posting))


def letters(work: Work, act: Sequence[Any]) -> list[dict[str, Any]]:
    """The letter of the contre-passation of an act, as its own page or that of the reversal shows it."""
    first = act[0]
    number = first.posting if first.reverses is None else ledger.act_of(work.db, first.reverses)
    group = ledger.whole(work.db, number or 0)
    papers = documents.papers_of(work, subject(group[0].posting)) if group else []
    return [
        {"name": p.title, "url": f"/documents/papers/{p.id}", "kind": p.reference, "when": p.issued_at.date()}
        for p in papers
    ]


def preview(work: Work, posting: int) -> list[dict[str, Any]]:
    """The entries that a contre-passation of this act would write."""
    return [
        {
            "debit": account_words(e.credit),
            "credit": account_words(e.debit),
            "amount": e.amount_minor,
            "seq": e.seq,
        }
        for e in ledger.whole(work.db, posting)
    ]


def _rows(work: Work, entries: Sequence[Any]) -> list[dict[str, Any]]:
    return [
        {
            "seq": e.seq,
            "on": e.dated_on.isoformat(),
            "debit": account_words(e.debit),
            "credit": account_words(e.credit),
            "amount_minor": e.amount_minor,
        }
        for e in entries
    ]


def facts(work: Work, act: Sequence[Any], reason: str) -> dict[str, Any]:
    """All that the letter prints. The entries of the reversal must be entered already."""
    found = ledger.reversals_of(work.db, [e.seq for e in act])
    first = act[0]
    names = work.around.names_of(work.db, {first.actor_id} if first.actor_id else set())
    return {
        **frame(work),
        "act": first.posting,
        "what": event_words(first.event),
        "document": first.document or "",
        "written_at": first.at.isoformat(),
        "written_by": names.get(first.actor_id or 0, _("The system")),
        "reason": reason,
        "currency": first.amount_currency,
        "originals": _rows(work, act),
        "reversals": _rows(work, [found[e.seq] for e in act]),
    }


documents.owner("ledger_act", open_books)
