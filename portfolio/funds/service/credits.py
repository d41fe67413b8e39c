"""Credits of a budget line along the spending chain (R1): réservation → engagement → liquidation → ordonnancement.

`reserved` is what committees hold now; `committed`, `liquidated`, `ordered`, `paid` are cumulative and each contains the next.
Every function moves the line or raises Refused with the francs missing; the posting belongs to the caller's own move.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import exists

from portfolio.funds.models import BudgetLine, Fund
from portfolio.funds.service.guard import AMOUNT, Guard, positive, shift
from portfolio.kit.errors import Busy, Refusal, Refused
from portfolio.kit.i18n import gettext as _
from portfolio.kit.money import amount as worded
from portfolio.ledger.queries import closed_exercice
from portfolio.ledger.service import exercice_closed
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work

L = BudgetLine
OPENED = L.voted_minor + L.carried_minor - L.lapsed_minor
_OPEN = exists().where(Fund.id == L.fund_id, Fund.status == "open")
_RESERVE = Guard(
    L,
    L.status == "voted",
    _OPEN,
    L.reserved_minor + L.committed_minor + AMOUNT <= OPENED,
    reserved_minor=+1,
)
_UNRESERVE = Guard(L, L.reserved_minor >= AMOUNT, reserved_minor=-1)
_COMMIT = Guard(L, _OPEN, L.reserved_minor >= AMOUNT, reserved_minor=-1, committed_minor=+1)
_UNCOMMIT = Guard(L, L.committed_minor - L.liquidated_minor >= AMOUNT, committed_minor=-1)
_UNCOMMIT_TO_RESERVED = Guard(
    L, L.committed_minor - L.liquidated_minor >= AMOUNT, committed_minor=-1, reserved_minor=+1
)
_LIQUIDATE = Guard(L, _OPEN, L.liquidated_minor + AMOUNT <= L.committed_minor, liquidated_minor=+1)
_UNLIQUIDATE = Guard(L, L.liquidated_minor - L.ordered_minor >= AMOUNT, liquidated_minor=-1)
_ORDER = Guard(L, _OPEN, L.ordered_minor + AMOUNT <= L.liquidated_minor, ordered_minor=+1)
_UNORDER = Guard(L, L.ordered_minor - L.paid_minor >= AMOUNT, ordered_minor=-1)


def reserve(work: Work, line: BudgetLine, amount: int) -> None:
    """Block credits when the committee proposes. Refused: credits_exhausted, line_not_voted, fund_not_open."""
    if not _RESERVE.move(work, line, positive(amount)):
        _why_not_open(work, line)
        work.db.refresh(line)
        _short(
            amount - (line.opened_minor - line.reserved_minor - line.committed_minor),
            "credits_exhausted",
            _("The credits of line %(line)s are exhausted: %(missing)s are missing."),
            line,
            way_out=_("Lower the amount, release a reservation, or have credits voted."),
            who=who_may("budget_line:vote"),
        )


def unreserve(work: Work, line: BudgetLine, amount: int) -> None:
    """Give reserved credits back: not retained, withdrawn, refused. Refused: reservation_short."""
    if not _UNRESERVE.move(work, line, positive(amount)):
        work.db.refresh(line)
        _short(amount - line.reserved_minor, "reservation_short", _reservation_short(), line)


def commit_reserved(work: Work, line: BudgetLine, amount: int) -> None:
    """Turn reserved credits into an engagement, once per grant. Refused: reservation_short, fund_not_open."""
    if not _COMMIT.move(work, line, positive(amount)):
        _why_not_open(work, line)
        work.db.refresh(line)
        _short(amount - line.reserved_minor, "reservation_short", _reservation_short(), line)


def uncommit(work: Work, line: BudgetLine, amount: int, *, to_reserved: bool = False) -> None:
    """Désengagement: credits go back to the line, or to the reservation when the visa was refused. Refused: commitment_used."""
    guard = _UNCOMMIT_TO_RESERVED if to_reserved else _UNCOMMIT
    if not guard.move(work, line, positive(amount)):
        work.db.refresh(line)
        _short(
            amount - (line.committed_minor - line.liquidated_minor),
            "commitment_used",
            _(
                "Part of this commitment on line %(line)s is already liquidated: %(missing)s cannot be released."
            ),
            line,
        )


def liquidate(work: Work, line: BudgetLine, amount: int) -> None:
    """Establish what is owed, within the engagement. Refused: commitment_short, fund_not_open."""
    if not _LIQUIDATE.move(work, line, positive(amount)):
        _why_not_open(work, line)
        work.db.refresh(line)
        _short(
            amount - (line.committed_minor - line.liquidated_minor),
            "commitment_short",
            _("More would be liquidated than is committed on line %(line)s: %(missing)s too much."),
            line,
            way_out=_("Correct the amount, or sign an amendment first."),
            who=who_may("commitment:prepare"),
        )


def unliquidate(work: Work, line: BudgetLine, amount: int) -> None:
    """Take a liquidation back, unless it is already ordered. Refused: liquidation_used."""
    if not _UNLIQUIDATE.move(work, line, positive(amount)):
        work.db.refresh(line)
        _short(
            amount - (line.liquidated_minor - line.ordered_minor),
            "liquidation_used",
            _(
                "Part of this liquidation on line %(line)s is already ordered: %(missing)s cannot be taken back."
            ),
            line,
        )


def order(work: Work, line: BudgetLine, amount: int) -> None:
    """Order the payment, within what is liquidated. Refused: liquidation_short, fund_not_open."""
    if not _ORDER.move(work, line, positive(amount)):
        _why_not_open(work, line)
        work.db.refresh(line)
        _short(
            amount - (line.liquidated_minor - line.ordered_minor),
            "liquidation_short",
            _("More would be ordered than is liquidated on line %(line)s: %(missing)s too much."),
            line,
            who=who_may("disbursement:liquidate"),
        )


def unorder(work: Work, line: BudgetLine, amount: int) -> None:
    """Take an order back, unless it is already paid. Refused: order_used."""
    if not _UNORDER.move(work, line, positive(amount)):
        work.db.refresh(line)
        _short(
            amount - (line.ordered_minor - line.paid_minor),
            "order_used",
            _("Part of this order on line %(line)s is already paid: %(missing)s cannot be taken back."),
            line,
        )


@dataclass(frozen=True)
class Rest:
    """What stands on a line at the close of its exercice, each stage without the next, in minor units."""

    available: int = 0
    reserved: int = 0
    committed: int = 0
    liquidated: int = 0
    ordered: int = 0

    @property
    def owed(self) -> int:
        """Reste à payer: engaged and not paid."""
        return self.committed + self.liquidated + self.ordered

    @property
    def total(self) -> int:
        """All that is carried."""
        return self.owed + self.reserved + self.available

    def stages(self, sign: int) -> dict[str, int]:
        """The guard columns that move when it leaves (-1) or arrives (1)."""
        return {
            "carried_minor": sign * self.total,
            "reserved_minor": sign * self.reserved,
            "committed_minor": sign * self.owed,
            "liquidated_minor": sign * (self.liquidated + self.ordered),
            "ordered_minor": sign * self.ordered,
        }


def carry(work: Work, source: BudgetLine, target: BudgetLine | None, rest: Rest, lapsed: int) -> None:
    """Report de crédits: what stands on a line of the exercice that closes goes to a line of the next; the rest lapses. Refused: line_moved."""
    left = OPENED - L.reserved_minor - L.committed_minor == rest.available + lapsed
    same = (
        L.reserved_minor == rest.reserved,
        L.committed_minor - L.paid_minor == rest.owed,
        L.liquidated_minor - L.paid_minor == rest.liquidated + rest.ordered,
        L.ordered_minor - L.paid_minor == rest.ordered,
    )
    if not shift(work, source, left, *same, lapsed_minor=lapsed, **rest.stages(-1)):
        raise Refused(
            Refusal(
                "line_moved",
                _("The files charged to line %(line)s do not add up to its credits.") % {"line": source.code},
                way_out=_("Have the books checked, then propose the closing again."),
                who=who_may("ledger:verify"),
            )
        )
    if target is not None and rest.total:
        shift(work, target, **rest.stages(1))


def _reservation_short() -> str:
    return _("Less is reserved on line %(line)s than asked: %(missing)s are missing.")


def _why_not_open(work: Work, line: BudgetLine) -> None:
    """Raise when the line or its fund does not take new spending."""
    fund = work.db.get_one(Fund, line.fund_id, populate_existing=True)
    if line.exercice <= (closed_exercice(work.db) or 0):
        raise Refused(exercice_closed(line.exercice))
    if line.status != "voted":
        raise Refused(
            Refusal(
                "line_not_voted",
                _("Line %(line)s is not voted yet: it carries no credits.") % {"line": line.code},
                who=who_may("budget_line:vote"),
            )
        )
    if fund.status != "open":
        raise Refused(
            Refusal(
                "fund_not_open",
                _("Fund %(fund)s is not open: nothing new can be charged to it.") % {"fund": fund.code},
                way_out=_("Open the fund, or lift its freeze."),
                who=who_may("fund:validate"),
            )
        )


def _short(missing: int, code: str, message: str, line: BudgetLine, way_out: str = "", who: str = "") -> None:
    """Raise with the francs missing. When none is missing any more, somebody gave credits back in between: the request is tried again."""
    if missing <= 0:
        raise Busy
    words = message % {"line": line.code, "missing": worded(missing, line.amount_currency)}
    raise Refused(Refusal(code, words, way_out, who, missing))
