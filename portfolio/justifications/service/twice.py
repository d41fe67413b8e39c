"""The same invoice or the same file twice: an obstacle until a second person allows it with a reason (K8)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from portfolio.documents import queries as documents
from portfolio.justifications import queries
from portfolio.justifications.models import Expense
from portfolio.justifications.service.duties import four_eyes
from portfolio.kit.errors import Refusal, refuse
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work


def twice_refusals(work: Work, found: Sequence[Expense]) -> Iterator[Refusal]:
    """One refusal for each paper that stands elsewhere too and that nobody allowed: at its acceptance, and again before it is cleared, for a
    photograph comes afterwards."""
    same = queries.same_papers(work, found)
    for expense in found:
        for code, words in queries.warnings(expense, same.get(expense.id, [])):
            yield Refusal(
                code,
                f"N° {expense.number}. {words}",
                way_out=_("Refuse it, or have a second person allow it with a reason."),
                who=who_may("justification:validate"),
                url=f"/justifications/expenses/{expense.id}",
            )


def allow_obstacles(work: Work, expense: Expense) -> Iterator[Refusal]:
    """The same paper twice is allowed by somebody who neither entered it, photographed it nor gave a verdict on it (K8)."""
    same = queries.same_papers(work, [expense]).get(expense.id, [])
    if not queries.unexplained(expense, same):
        yield Refusal(
            "not_twice",
            _("Paper n° %(n)d stands nowhere else, or this is already allowed.") % {"n": expense.number},
        )
    actor = work.maybe_actor
    senders = {d.uploaded_by_id for d in documents.of(work, expense)}
    acted = {expense.presented_by_id, expense.decided_by_id, *expense.accepted_by, *senders}
    if actor is not None and actor.id in acted:
        yield four_eyes("justification:validate")


def allow_duplicate(work: Work, expense: Expense, reason: str) -> None:
    """A second person says why the same invoice or file elsewhere is no obstacle: for instance one invoice shared by two grants. It holds for
    the papers known now; one that comes later is an obstacle again."""
    expense = work.hold(expense)
    report = queries.report_of(work, expense)
    work.require("justification:validate", report)
    refuse(allow_obstacles(work, expense))
    same = queries.same_papers(work, [expense]).get(expense.id, [])
    expense.duplicate_reason, expense.duplicate_by_id = reason, work.actor.id
    expense.duplicate_of = sorted({*expense.duplicate_of, *(s.expense_id for s in same)})
    work.db.flush()
    work.record("expense:duplicate_cleared", expense, reason=reason, data={"papers": expense.duplicate_of})
