"""The stages of a tranche's money: conditional updates, never a sum (M04, design section 5).

Each stage is at most the one before, the first at most the tranche, and of a reimbursement at most the expenses shown (R4).
Refused when somebody else was first or when the money is not there.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, case, update

from portfolio.agreements.models import Tranche
from portfolio.kit.errors import Refusal, Refused
from portfolio.kit.i18n import gettext as _
from portfolio.kit.money import amount
from portfolio.work import Work

_BELOW: dict[str, Any] = {
    "requested": case(
        (
            (Tranche.modality == "reimbursement") & (Tranche.shown_minor < Tranche.amount_minor),
            Tranche.shown_minor,
        ),
        else_=Tranche.amount_minor,
    ),
    "shown": Tranche.amount_minor,
    "liquidated": Tranche.requested_minor,
    "ordered": Tranche.liquidated_minor,
    "paid": Tranche.ordered_minor,
    "cleared": Tranche.paid_minor - Tranche.refused_minor,
    "refused": Tranche.paid_minor - Tranche.cleared_minor,
}
_ABOVE: dict[str, Any] = {
    "requested": Tranche.liquidated_minor,
    "liquidated": Tranche.ordered_minor,
    "ordered": Tranche.paid_minor,
    "paid": Tranche.cleared_minor + Tranche.refused_minor,
    "cleared": 0,
    "refused": 0,
    "shown": Tranche.requested_minor,
}


def move_stage(work: Work, tranche: Tranche, stage: str, delta_minor: int) -> int:
    """Add `delta_minor` (negative to take back) to one stage of a held tranche; the new total. Raises Refused beyond its bounds."""
    column: Any = getattr(Tranche, f"{stage}_minor")
    bound: ColumnElement[bool] = (
        column + delta_minor <= _BELOW[stage] if delta_minor >= 0 else column + delta_minor >= _ABOVE[stage]
    )
    statement = (
        update(Tranche)
        .where(Tranche.id == tranche.id, bound)
        .values({column: column + delta_minor})
        .returning(column)
        .execution_options(synchronize_session=False)
    )
    total = work.db.execute(statement).scalar_one_or_none()
    work.db.expire(tranche, [f"{stage}_minor"])
    if total is None:
        raise Refused(
            Refusal(
                "stage_exceeded",
                _("Tranche %(number)d does not leave room for %(amount)s at this stage: somebody else was first, or the amount is too large.")
                % {"number": tranche.number, "amount": amount(abs(delta_minor), tranche.amount_currency)},
                way_out=_("Reload the page and read the figures of the tranche."),
            )
        )  # fmt: skip
    return int(total)
