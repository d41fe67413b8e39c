"""État de rapprochement: prepared from the statement's own lines, controlled by a second person at zero unexplained (R5, documents 3.4)."""

from __future__ import annotations

from collections.abc import Iterator

from portfolio.documents import service as documents
from portfolio.kit.errors import FieldError, Invalid, NotFound, Refusal, refuse
from portfolio.kit.i18n import gettext as _
from portfolio.kit.i18n import speaking
from portfolio.kit.money import amount as worded
from portfolio.payments import queries
from portfolio.payments.forms import ReconcileForm
from portfolio.payments.models import BankStatement, CashCount, Reconciliation
from portfolio.payments.queries import Position
from portfolio.rulebook.lifecycles.payments import RECONCILIATION
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work


def _position(work: Work, source: str) -> Position:
    """The account at what was chosen; NotFound for a statement without its balance or a count nobody confirmed."""
    kind, _colon, number = source.partition(":")
    wanted = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0
    if kind == "statement":
        statement = work.fetch(BankStatement, wanted, "bank_statement:view")
        if statement.closing_minor is None:
            raise NotFound
        return queries.of_statement(work, statement)
    count = work.fetch(CashCount, wanted, "treasury:view")
    if kind != "count" or count.status != "confirmed":
        raise NotFound
    return queries.of_count(work, count)


def _columns(work: Work, found: Position) -> dict[str, object]:
    return {
        "books_minor": found.books_minor,
        "unexplained_minor": found.unexplained,
        "items": [
            {
                "side": item.side,
                "label": item.label,
                "reference": item.reference,
                "on": item.on.isoformat(),
                "days": (found.on - item.on).days,
                "amount_minor": item.amount,
            }
            for item in found.items
        ],
    }


def prepare_reconciliation(work: Work, form: ReconcileForm) -> Reconciliation:
    """Set the books of that day against a statement or a count. Invalid when there is nothing to set them against."""
    try:
        found = _position(work, form.source)
    except NotFound:
        raise Invalid([FieldError("source", _("Choose one of the answers proposed."))]) from None
    made = Reconciliation(
        reference=work.number("reconciliation", "reconciliation"),
        treasury_account_id=found.account.id,
        source=found.source,
        statement_on=found.on,
        statement_minor=found.statement_minor,
        prepared_by_id=work.actor.id,
        prepared_at=work.now,
        **_columns(work, found),
    )
    data = {"source": found.source, "books_minor": found.books_minor, "unexplained_minor": found.unexplained}
    return work.create(made, "reconciliation:prepared", permission="reconciliation:prepare", data=data)


def control_obstacles(work: Work, found: Reconciliation) -> Iterator[Refusal]:
    """Nothing is unexplained, and what was prepared is still what the books and the lines say."""
    if found.unexplained_minor:
        yield Refusal(
            "gap_unexplained",
            _("%(gap)s stay unexplained: this account is not reconciled.")
            % {"gap": worded(found.unexplained_minor, "XOF")},
            way_out=_("Work the lines of the statement, then prepare the reconciliation again."),
            who=who_may("bank_statement:import"),
        )
    now = _columns(work, _again(work, found))
    if (now["books_minor"], now["items"]) != (found.books_minor, found.items):
        yield Refusal(
            "reconciliation_outdated",
            _("The books or the lines of the statement changed since this reconciliation was prepared."),
            way_out=_("Withdraw it, and prepare it again."),
            who=who_may("reconciliation:prepare"),
        )


def _again(work: Work, found: Reconciliation) -> Position:
    statement = work.db.query(BankStatement).filter(BankStatement.reference == found.source).one_or_none()
    if statement is not None:
        return queries.of_statement(work, statement)
    count = work.db.query(CashCount).filter(CashCount.reference == found.source).one()
    return queries.of_count(work, count)


def control_reconciliation(work: Work, found: Reconciliation) -> None:
    """A second person controls it: « Le compte est rapproché »; the paper is issued with both names."""
    from portfolio.payments.pdf import reconciliation_pdf

    work.hold(found)
    if found.status == "prepared":
        refuse(control_obstacles(work, found))
    work.advance(RECONCILIATION, found, "control")
    with speaking("fr"):
        documents.issue(
            work,
            kind="reconciliation",
            reference=found.reference,
            title=_("Reconciliation statement"),
            subject=found,
            facts=queries.reconciliation_facts(work, found),
            draw=reconciliation_pdf,
        )


def withdraw_reconciliation(work: Work, found: Reconciliation, reason: str) -> None:
    """It is kept, and counts for nothing."""
    work.hold(found)
    work.advance(RECONCILIATION, found, "withdraw", reason=reason)
