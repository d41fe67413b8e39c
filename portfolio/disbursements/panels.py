"""Payments on the page of their agreement."""

from __future__ import annotations

from sqlalchemy import select

from portfolio.agreements.models import Agreement, Tranche
from portfolio.disbursements.models import Disbursement
from portfolio.kit.i18n import gettext as _
from portfolio.rulebook.lifecycles.disbursements import DISBURSEMENT
from portfolio.web.panels import Panel, panel
from portfolio.work import Work


@panel("agreement", order=20)
def of_agreement(work: Work, agreement: Agreement) -> Panel | None:
    """Every try to pay a tranche: the failed one, then the one that followed it."""
    if not work.may("disbursement:view", agreement):
        return None
    statement = (
        select(Disbursement, Tranche.number)
        .join(Tranche, Tranche.id == Disbursement.tranche_id)
        .where(Disbursement.agreement_id == agreement.id)
        .order_by(Disbursement.id)
    )
    rows = [(d, number) for d, number in work.db.execute(statement)]
    if not rows:
        return None
    return Panel(
        _("Payments"), "disbursements/panels.html", "rows", {"rows": rows, "cycle": DISBURSEMENT}, "payments"
    )
