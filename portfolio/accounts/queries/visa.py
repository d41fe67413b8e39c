"""Whether the controller's visa is a step of the institution: a dated act of two people, never the presence or absence of a person (R3)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import exists, select

from portfolio.accounts.models import RoleAssignment, VisaRule
from portfolio.accounts.queries.identity import in_force
from portfolio.kit.errors import NotFound
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.permissions import who_may
from portfolio.work import Work

CONTROLLER = "financial_controller"


def visa_required(work: Work) -> bool:
    """Whether commitments and payment orders wait for the controller's visa today. The newest rule in force says it; without any, the step
    exists from the first appointment of a controller on, whoever holds the role today: withdrawing a person withdraws no control. One query."""
    rule = (
        select(VisaRule.required)
        .where(VisaRule.confirmed_at.is_not(None), VisaRule.from_on <= work.today)
        .order_by(VisaRule.from_on.desc(), VisaRule.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    ever = exists().where(
        RoleAssignment.role == CONTROLLER,
        RoleAssignment.confirmed_at.is_not(None),
        RoleAssignment.starts_on <= work.today,
    )
    said, appointed = work.db.execute(select(rule, ever)).one()
    return bool(appointed if said is None else said)


def visa_held(work: Work) -> bool:
    """Whether somebody may give the visa today."""
    statement = select(RoleAssignment.id).where(RoleAssignment.role == CONTROLLER, *in_force(work.today))
    return work.db.execute(statement.limit(1)).first() is not None


def visa_way_out(work: Work, usual: str) -> tuple[str, str]:
    """How a missing visa is got, and from whom: the controller, or, when nobody holds the role, whoever may appoint one."""
    if visa_held(work):
        return usual, who_may("disbursement:visa")
    words = _(
        "Nobody holds the role of financial controller today: have one appointed by two people, or an interim named by an act."
        " Until then everything waits."
    )
    return words, who_may("role:grant")


def visa_rules(work: Work) -> Sequence[VisaRule]:
    """Every rule recorded, the newest first, those that wait for a second person among them."""
    return work.db.scalars(select(VisaRule).order_by(VisaRule.id.desc())).all()


def visa_rule(work: Work, number: int) -> VisaRule:
    """One rule; NotFound when there is none."""
    found = work.db.get(VisaRule, number) if 0 < number < 2**62 else None
    if found is None:
        raise NotFound
    return found
