"""The cash box counted note by note, against the books of that instant; a second person confirms what he saw (R5)."""

from __future__ import annotations

from collections.abc import Iterator

from portfolio.documents import service as documents
from portfolio.funds import queries as funds
from portfolio.funds.models import TreasuryAccount
from portfolio.kit.errors import FieldError, Invalid, NotFound, Refusal, refuse
from portfolio.kit.i18n import gettext as _
from portfolio.kit.i18n import speaking
from portfolio.kit.money import amount as worded
from portfolio.payments import queries
from portfolio.payments.forms import NOTES, CountForm
from portfolio.payments.models import CashCount
from portfolio.rulebook.lifecycles.payments import CASH_COUNT
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work


def count_cash(work: Work, form: CountForm) -> CashCount:
    """Record a count. A gap needs its reason: nothing is corrected in the books by a count."""
    try:
        account = funds.treasury(work, form.treasury_account_id)
    except NotFound:
        account = None
    if account is None or account.kind != "cash":
        raise Invalid([FieldError("treasury_account_id", _("Choose a cash account of the institution."))])
    wrong = [piece for piece in form.pieces if piece.value not in NOTES]
    if wrong:
        raise Invalid([FieldError("pieces", _("Choose one of the answers proposed."))])
    counts = dict.fromkeys(NOTES, 0)
    for piece in form.pieces:
        counts[piece.value] += piece.count
    total, books = sum(value * count for value, count in counts.items()), queries.books_of(work, account)
    if total != books and not form.reason:
        words = _("The count differs from the books by %(gap)s: say why, as far as it is known.")
        raise Invalid([FieldError("reason", words % {"gap": worded(total - books, account.amount_currency)})])
    return work.create(
        CashCount(
            reference=work.number("cash_count", "cash_count"),
            treasury_account_id=account.id,
            pieces=[[value, count] for value, count in counts.items() if count],
            total_minor=total,
            books_minor=books,
            reason=form.reason or "",
            counted_by_id=work.actor.id,
            counted_at=work.now,
        ),
        "cash_count:recorded",
        permission="cash_count:count",
        data={"total_minor": total, "books_minor": books},
    )


def confirm_obstacles(work: Work, count: CashCount) -> Iterator[Refusal]:
    """The books must not have moved since: what is confirmed is what was seen (M16)."""
    account = work.db.get_one(TreasuryAccount, count.treasury_account_id)
    books = queries.books_of(work, account)
    if books != count.books_minor:
        yield Refusal(
            "cash_moved",
            _("The cash moved since the count: the books say %(now)s, they said %(then)s.")
            % {
                "now": worded(books, account.amount_currency),
                "then": worded(count.books_minor, account.amount_currency),
            },
            way_out=_("Withdraw this count, and count again."),
            who=who_may("cash_count:count"),
        )


def confirm_count(work: Work, count: CashCount) -> None:
    """A second person confirms; the procès-verbal is issued."""
    from portfolio.payments.pdf import count_pdf

    work.hold(count)
    if count.status == "counted":
        refuse(confirm_obstacles(work, count))
    work.advance(CASH_COUNT, count, "confirm")
    with speaking("fr"):
        documents.issue(
            work,
            kind="cash_count",
            reference=count.reference,
            title=_("Minutes of the cash count"),
            subject=count,
            facts=queries.count_facts(work, count),
            draw=count_pdf,
        )


def withdraw_count(work: Work, count: CashCount, reason: str) -> None:
    """The count was wrong, or the cash moved: it is kept, and counts for nothing."""
    work.hold(count)
    work.advance(CASH_COUNT, count, "withdraw", reason=reason)
